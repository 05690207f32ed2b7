/** Steering: a vector times a coefficient is added to the stream in one layer, for every layer and coefficient, and the
 *  answer is read, or text is generated, under it. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";
import { type EditedRow, runEdited } from "./edited-rows";
import { emptyCells, type GridPart } from "./grid-part";
import { vectorsOf } from "./instruction-vector";
import { measureRows } from "./measure-rows";
import type { GridWork } from "./patch-grid";
import type { SteerSample, SteerSpec } from "./steer-types";

/** In the order in which they are shown. */
export const STEER_METRICS: readonly string[] = [
  ...["rr_diff", "logit_diff", "prob_diff", "kl", "rank", "prob", "logit", "logprob", "exact_match"],
];
export const STEER_BASELINES: readonly string[] = ["target_logit", "target_rank", "target_logprob"];

/** What generated ids say. */
export type Decode = (ids: readonly number[]) => string;

/** The grid of each sample from number `known` on, in order; ends early when the signal is aborted. */
export async function* steerSamples(
  stages: Stages,
  config: ModelConfig,
  spec: SteerSpec,
  { known = 0, signal, decode }: GridWork & { decode: Decode },
): AsyncGenerator<GridPart> {
  try {
    const vectors = await vectorOfLayers(stages, config, spec, signal);
    for (const sample of spec.samples.slice(known))
      yield await steerSample(stages, config, sample, { spec, vectors, signal, decode });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

async function vectorOfLayers(
  stages: Stages,
  config: ModelConfig,
  { vector, site, layers }: SteerSpec,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, Float32Array>> {
  if ("values" in vector) {
    const values = Float32Array.from(vector.values);
    return new Map(layers.map((layer) => [layer, values]));
  }
  const from = vector.layer === "each" ? layers : [vector.layer];
  const made = await vectorsOf(stages, config, vector, { site, layers: from, signal });
  return new Map(
    layers.map((layer) => [layer, made.get(vector.layer === "each" ? layer : vector.layer) as Float32Array]),
  );
}

async function steerSample(
  stages: Stages,
  config: ModelConfig,
  { prompt, answer }: SteerSample,
  around: { spec: SteerSpec; vectors: ReadonlyMap<number, Float32Array>; signal?: AbortSignal; decode: Decode },
): Promise<GridPart> {
  const { spec, vectors, signal, decode } = around;
  const { layers, coefficients, site, maxNewTokens } = spec;
  const positions = spec.positions === "all" ? "all" : spec.positions.map((p) => (p < 0 ? p + prompt.length : p));
  const rows: EditedRow[] = layers.flatMap((layer) =>
    coefficients.map((coefficient) => {
      const values = (vectors.get(layer) as Float32Array).map((value) => coefficient * value);
      return { tokens: prompt, edits: [{ layer, positions, values }] };
    }),
  );
  const options = { site, kind: "add" as const, signal, maxNewTokens, stopIds: config.eosIds };
  const [unchanged] = await runEdited(stages, config, [{ tokens: prompt, edits: [] }], { ...options, maxNewTokens: 0 });
  const runs = await runEdited(stages, config, rows, options);
  const asked = [
    { x: unchanged.last, answer, unchanged: null },
    ...runs.map(({ last }) => ({ x: last, answer, unchanged: unchanged.last })),
  ];
  const [target, ...measures] = await measureRows(stages, config, asked, signal);
  const values = emptyCells(STEER_METRICS, rows.length);
  measures.forEach(({ rank, logit, logprob, kl, top }, cell) => {
    values.rr_diff[cell] = 1 / rank - 1 / target.rank;
    values.logit_diff[cell] = logit - target.logit;
    values.prob_diff[cell] = Math.exp(logprob) - Math.exp(target.logprob);
    values.kl[cell] = kl;
    values.rank[cell] = rank;
    values.prob[cell] = Math.exp(logprob);
    values.logit[cell] = logit;
    values.logprob[cell] = logprob;
    values.exact_match[cell] = top === answer ? 1 : 0;
  });
  return {
    values,
    baselines: { target_logit: target.logit, target_rank: target.rank, target_logprob: target.logprob },
    outputs: maxNewTokens === 0 ? null : runs.map(({ generated }) => decode(generated)),
  };
}

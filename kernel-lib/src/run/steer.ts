/** The call that starts a steering experiment, and the run of its spec. */
import { SpecError } from "../errors";
import type { EditSite } from "../experiment/edited-rows";
import { SPEC_SCHEMA } from "../experiment/fields";
import { STEER_BASELINES, STEER_METRICS, steerSamples } from "../experiment/steer";
import { resolveSteer } from "../experiment/steer-spec";
import type { SteerVector } from "../experiment/steer-types";
import { task as checkedTask, samplesOf } from "../experiment/task";
import type { SpecModel } from "../experiment/types";
import type { Model } from "../forward/types";
import type { GridMetric } from "../result/grid-metrics";
import { checkCall } from "./called";
import type { ExperimentOptions } from "./experiment-run";
import { GridRun, layerAxis } from "./grid-run";
import { type InstructionVector, type VectorQuestion, vectorPrompts } from "./instruction-vector";

/** A prompt in token ids or, where the model has a tokenizer, in text. */
export interface SteerInput {
  prompt: readonly number[] | string;
  /** Of a text the first token is meant. */
  answer: number | string;
  label?: string;
}

/** Which vector is added, where, and how strongly. */
export interface SteerOptions extends ExperimentOptions, Partial<VectorQuestion> {
  /** The vector, added as it is in every layer. Default: the task's instruction vector, made anew in each layer. */
  vector?: InstructionVector | readonly number[];
  /** What is steered. Default: the task's queries behind the filler. */
  prompts?: readonly SteerInput[];
  /** One at a time. Default: all. */
  layers?: readonly number[];
  /** Default [0, 0.5, 1, 1.5, 2, 4]. */
  coefficients?: readonly number[];
  /** `filler` (default for a task): where the instruction would stand. `last`, or a list; `all`: every token, the
   *  generated ones too (default for prompts). */
  positions?: "filler" | "last" | "all" | readonly number[];
  /** Default `resid_post`, or the vector's own. */
  site?: EditSite;
  /** Generates greedily under the steering; table `outputs`. Default 0: only the answer is measured. */
  maxNewTokens?: number;
  /** The first n items of the task. */
  n?: number;
}

/** Starts steering: the vector times each coefficient is added in one layer at a time, and the answer is read at the
 *  prompt's last token. Coefficient 1 at the filler is the paper's patch of that layer.
 *  @throws SpecError before anything runs, when a field is wrong.
 *  @example
 *  const grid = await pb.steer(model, { task: "capital", coefficients: [0, 1, 2], maxNewTokens: 4 });
 *  grid.best("rr_diff");
 *  grid.table("outputs"); */
export function steer(model: Model, options: SteerOptions): GridRun {
  checkCall("steer()", model, options, '{ task: "capital" }');
  checkFits(model, options.vector);
  const { json, warnings } = steerQuestion(model, options);
  return steerSpec(model, json, { ...options, warnings });
}

/** The spec that `steer` runs, not yet checked in full; the model need not be loaded.
 *  @throws SpecError when there is neither a vector nor a task, or the task is wrong */
export function steerQuestion(
  model: SpecModel,
  options: SteerOptions,
): { json: { kind: "steer" } & Record<string, unknown>; warnings: readonly string[] } {
  const { layers, coefficients, maxNewTokens, vector } = options;
  const site = options.site ?? (isVector(vector) ? vector.site : undefined);
  const { samples, positions, warnings, task } = steered(model, options);
  const json = {
    ...{ schema: SPEC_SCHEMA, kind: "steer" as const, model: model.name, task, samples, positions },
    ...{ site, layers, coefficients, maxNewTokens },
    vector: vectorOf(model, options),
  };
  return { json, warnings };
}

/** Starts what a spec of kind `steer` says.
 *  @throws SpecError */
export function steerSpec(
  model: Model,
  json: unknown,
  { warnings, ...options }: ExperimentOptions & { warnings?: readonly string[] } = {},
): GridRun {
  const spec = resolveSteer(json, model);
  const { samples, layers, coefficients, maxNewTokens } = spec;
  const { tokenizer } = model;
  const decode = (ids: readonly number[]) =>
    tokenizer === null
      ? ids.join(" ")
      : tokenizer.decode(
          ids.filter((id) => id < tokenizer.vocabSize),
          { skipSpecialTokens: true },
        );
  return new GridRun(
    model,
    {
      spec,
      rows: layerAxis("layer steered", layers),
      columns: {
        name: "coefficient",
        title: "times the vector",
        field: "coefficient",
        keys: coefficients,
        labels: coefficients.map(String),
      },
      sampleLabels: samples.map(({ label }, i) => label ?? String(i)),
      metrics: STEER_METRICS as readonly GridMetric[],
      baselines: STEER_BASELINES,
      outputs: maxNewTokens > 0,
      tokens: samples.flatMap(({ prompt, answer }) => [...prompt, answer]),
      warnings,
      work: (work) => steerSamples(model.stages, model.config, spec, { ...work, decode }),
    },
    options,
  );
}

const isVector = (vector: SteerOptions["vector"]): vector is InstructionVector =>
  typeof vector === "object" && "schema" in vector;

function checkFits(model: Model, vector: SteerOptions["vector"]): void {
  if (!isVector(vector) || vector.fingerprint === model.fingerprint) return;
  throw new SpecError({
    thing: "vector",
    value: vector.model,
    rule: `must be of ${model.name}: directions of one checkpoint mean nothing in another`,
    wayOut: "To try it all the same, give vector.values",
  });
}

function vectorOf(model: SpecModel, options: SteerOptions): SteerVector {
  const { vector, task } = options;
  if (isVector(vector)) return { values: vector.values };
  if (vector !== undefined) return { values: vector };
  if (task === undefined)
    throw new SpecError({
      thing: "steer()",
      rule: "needs a vector or a task",
      wayOut: 'For example { task: "capital" }',
    });
  return { ...vectorPrompts(model, { ...options, task }), layer: "each" };
}

function steered(model: SpecModel, options: SteerOptions) {
  const { task, prompts, positions } = options;
  const last = positions === "last" ? [-1] : positions;
  if (prompts !== undefined) {
    if (last === "filler") throw new SpecError({ thing: "positions", value: last, rule: "needs a task's queries" });
    return { samples: prompts, positions: last, warnings: [], task: undefined };
  }
  if (task === undefined)
    throw new SpecError({
      thing: "steer()",
      rule: "needs prompts or a task",
      wayOut: 'For example { task: "capital" }',
    });
  const asked = checkedTask(task);
  const { samples, warnings } = samplesOf(model, asked, options);
  return {
    samples: samples.map(({ target, answer, label }): SteerInput => ({ prompt: target, answer, label })),
    positions: last === undefined || last === "filler" ? [samples[0].targetPosition] : last,
    warnings,
    task: asked.name,
  };
}

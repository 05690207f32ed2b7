/** The logit lens (nostalgebraist 2020): what the model would predict if the row of a layer and position were the last
 *  layer's, that is the row through the final norm and the unembedding. A branch's output is normed by its own size, so
 *  of `attn_out` and `mlp_out` ranks compare with the stream's, and logits do not. */
import type { Model } from "../forward/types";
import { emptyCells, type GridPart } from "./grid-part";
import type { LensSample, LogitLensSpec } from "./logit-lens-types";
import { siteRows } from "./site-rows";

/** Of the answer, the reciprocal rank first: of ranks by the thousand a scale shows only the worst. `outputs` is the text
 *  of the first token. */
export const LENS_METRICS = ["rr", "prob", "logprob", "rank", "logit"] as const;

/** Reads the samples from number `known` on. Ends early, without an error, when the signal is aborted. */
export async function* readLens(
  model: Pick<Model, "stages" | "config" | "tokenizer">,
  spec: LogitLensSpec,
  { known = 0, signal }: { known?: number; signal?: AbortSignal } = {},
): AsyncGenerator<GridPart> {
  for (const sample of spec.samples.slice(known)) {
    if (signal?.aborted) return;
    try {
      yield await readSample(model, sample, spec, signal);
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    }
  }
}

async function readSample(
  { stages, config, tokenizer }: Pick<Model, "stages" | "config" | "tokenizer">,
  { tokens, answer }: LensSample,
  { site, layers, positions }: LogitLensSpec,
  signal?: AbortSignal,
): Promise<GridPart> {
  const { dModel } = config;
  const [read] = await siteRows(stages, config, [tokens], { site, layers, signal });
  const values = emptyCells(LENS_METRICS, layers.length * positions.length);
  const outputs = new Array<string | null>(layers.length * positions.length).fill(null);
  const there = positions
    .map((position, column) => ({ column, at: position < 0 ? position + tokens.length : position }))
    .filter(({ at }) => at >= 0 && at < tokens.length);
  for (const [row, layer] of layers.entries()) {
    signal?.throwIfAborted();
    const rows = read.site.get(layer) as Float32Array; // [tokens, dModel]
    const x = new Float32Array(there.length * dModel);
    there.forEach(({ at }, i) => {
      x.set(rows.subarray(at * dModel, (at + 1) * dModel), i * dModel);
    });
    const answers = new Int32Array(there.length).fill(answer);
    const found = await stages.head({ x: { dims: [there.length, dModel], data: x }, answers, topK: 1 });
    there.forEach(({ column }, i) => {
      const cell = row * positions.length + column;
      const logprob = found.answerLogit[i] - found.logSumExp[i];
      values.rank[cell] = found.rank[i];
      values.rr[cell] = 1 / found.rank[i];
      values.logit[cell] = found.answerLogit[i];
      values.prob[cell] = Math.exp(logprob);
      values.logprob[cell] = logprob;
      const top = (found.topIds as Int32Array)[i];
      outputs[cell] = tokenizer && top < tokenizer.vocabSize ? tokenizer.tokenText(top) : String(top);
    });
  }
  return { values, baselines: {}, outputs };
}

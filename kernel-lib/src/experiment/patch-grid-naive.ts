/** The reference of `patch-grid.ts`: one full forward with the cell's interventions for every cell, measured from its logits.
 *  Slow and plain on purpose; it shares nothing with the fast way but the spec. */
import type { Model } from "../forward/types";
import type { Intervention } from "../intervene/types";
import type { GridPart } from "./grid-part";
import type { AnswerMeasure } from "./measure-rows";
import { partOf } from "./patch-grid-part";
import { placesIn } from "./patch-grid-spec";
import type { PatchGridSample, PatchGridSpec } from "./patch-grid-types";
import { siteHook } from "./site-rows";

/** The grid of each sample, in order. */
export async function* patchGridNaive(
  model: Pick<Model, "forward" | "config">,
  spec: PatchGridSpec,
): AsyncGenerator<GridPart> {
  const width = spec.by === "head" ? model.config.nHeads : spec.positions.length;
  for (const sample of spec.samples) {
    const target = (await model.forward(sample.target)).lastLogits;
    const source = (await model.forward(sample.source)).lastLogits;
    const all: Float32Array[] = [target, source];
    const cells: { index: number; row: number }[] = [];
    for (const { index, interventions } of cellsOf(sample, spec, width)) {
      cells.push({ index, row: all.length });
      all.push((await model.forward(sample.target, { interventions })).lastLogits);
    }
    const measures = (answer: number) => all.map((logits) => measureOf(logits, answer, target));
    const { answer, foil } = sample;
    yield partOf(cells, spec.layers.length * width, measures(answer), foil === undefined ? null : measures(foil));
  }
}

function cellsOf(sample: PatchGridSample, { by, site, layers, positions }: PatchGridSpec, width: number) {
  const places = placesIn(positions, sample);
  const patch = (layer: number, at: typeof places, head?: number): Intervention[] =>
    at.map(({ target, source }) => ({
      hook: `blocks.${layer}.${siteHook(site)}`,
      positions: [target],
      ...(head === undefined ? {} : { heads: [head] }),
      op: "patch",
      source: { tokens: sample.source, positions: [source] },
    }));
  if (places.length === 0) return [];
  return layers.flatMap((layer, row) =>
    by === "head"
      ? Array.from({ length: width }, (_, head) => ({
          index: row * width + head,
          interventions: patch(layer, places, head),
        }))
      : places.map((place) => ({ index: row * width + place.column, interventions: patch(layer, [place]) })),
  );
}

function measureOf(logits: Float32Array, answer: number, target: Float32Array): AnswerMeasure {
  const logit = logits[answer];
  const [own, unchanged] = [logSumExp(logits), logSumExp(target)];
  let kl = 0;
  for (let i = 0; i < logits.length; i++) {
    const logP = target[i] - unchanged;
    kl += Math.exp(logP) * (logP - (logits[i] - own));
  }
  const rank = logits.reduce((count, other) => count + (other > logit ? 1 : 0), 1);
  return { logit, rank, logprob: logit - own, kl, top: logits.indexOf(Math.max(...logits)) };
}

function logSumExp(logits: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const logit of logits) most = Math.max(most, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return most + Math.log(sum);
}

/** Checks a path by really cutting it: the attention of its heads along its hops is set to 0 in the model itself, and
 *  what happens to the answer is compared with what the frozen model predicts. The residual stream cannot be cut, so a
 *  hop from i to i loses its heads only. Other paths through the same hops are cut as well. */
import type { Model } from "../forward/types";
import type { Intervention } from "../intervene/types";
import { layerEdges } from "./edges";
import { openMaps } from "./maps";
import { sumOfPaths } from "./sum";
import type { Frozen, LayerEdges } from "./types";

/** Heads of one hop that lose their attention from `to` to `from`. */
export interface Cut {
  layer: number;
  from: number;
  to: number;
  heads: readonly number[];
}

export interface Verification {
  cuts: readonly Cut[];
  /** The answer's logit: uncut, uncut as the frozen model has it, cut as predicted, and cut as measured. */
  logit: { before: number; predicted: number; after: number };
  /** 1-based ranks before, as predicted, and after. */
  rank: { before: number; predicted: number; after: number };
}

/** The hops of a path, with the heads that chose them. */
export function cutsOf(positions: ArrayLike<number>, edges: readonly LayerEdges[], nHeads: number): Cut[] {
  return edges.flatMap((layer, l) => {
    const [from, to] = [positions[l], positions[l + 1]];
    const e = layer.from.findIndex((j, n) => j === from && layer.to[n] === to);
    const heads = Array.from({ length: nHeads }, (_, h) => h).filter((h) => e >= 0 && layer.mask[e * nHeads + h] === 1);
    return heads.length === 0 ? [] : [{ layer: l, from, to, heads }];
  });
}

/** Cuts hops in the frozen and in the real model. */
export async function verifyCuts(
  model: Model,
  frozen: Frozen,
  cuts: readonly Cut[],
  answer: number,
  signal?: AbortSignal,
): Promise<Verification> {
  const predicted = await frozenLogits(model, frozen, cuts, answer, signal);
  const { lastLogits } = await model.forward(frozen.tokens, {
    interventions: interventions(model, frozen, cuts),
    signal,
  });
  const logit = (all: Float32Array) => all[answer];
  const rank = (all: Float32Array) => 1 + all.reduce((n, value) => n + (value > all[answer] ? 1 : 0), 0);
  return {
    cuts,
    logit: { before: logit(frozen.logits), predicted: logit(predicted), after: logit(lastLogits) },
    rank: { before: rank(frozen.logits), predicted: rank(predicted), after: rank(lastLogits) },
  };
}

/** All paths of the frozen model but those that need a cut head. */
async function frozenLogits(
  model: Model,
  frozen: Frozen,
  cuts: readonly Cut[],
  answer: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { nHeads } = model.config;
  const length = frozen.tokens.length;
  const edges = frozen.layers.map(({ pattern }) => layerEdges(pattern, nHeads, length, length, "eq3"));
  for (const { layer, from, to, heads } of cuts) {
    const e = edges[layer].from.findIndex((j, n) => j === from && edges[layer].to[n] === to);
    for (const h of heads) edges[layer].weight[e * nHeads + h] = 0;
  }
  const maps = await openMaps(model, frozen, edges, answer, signal);
  try {
    return await sumOfPaths(
      maps,
      edges,
      frozen,
      Array.from({ length }, (_, p) => p),
    );
  } finally {
    await maps.close();
  }
}

/** Rows of the attention pattern with the cut entries at 0. They are written as they were in the uncut run, so that
 *  what changes is the cut alone. */
function interventions(model: Model, frozen: Frozen, cuts: readonly Cut[]): Intervention[] {
  const length = frozen.tokens.length;
  const rows = new Map<string, { layer: number; head: number; query: number; row: Float32Array }>();
  for (const { layer, from, to, heads } of cuts)
    for (const head of heads) {
      const key = `${layer}.${head}.${to}`;
      const start = (head * length + to) * length;
      const known = rows.get(key) ?? {
        layer,
        head,
        query: to,
        row: frozen.layers[layer].pattern.slice(start, start + length),
      };
      known.row[from] = 0;
      rows.set(key, known);
    }
  const hook = (layer: number) => `blocks.${layer}.attn.hook_pattern`;
  for (const { layer } of cuts) if (!model.hookNames.includes(hook(layer))) throw new Error(`no hook ${hook(layer)}`);
  return [...rows.values()].map(({ layer, head, query, row }) => ({
    hook: hook(layer),
    positions: [query],
    heads: [head],
    op: "patch",
    source: { values: Array.from(row) },
  }));
}

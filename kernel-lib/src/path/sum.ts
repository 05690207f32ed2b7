/** The sum over all paths, by linearity: one vector per position and layer instead of one per path. */
import type { Frozen, LayerEdges, LinearMaps } from "./types";

/** Logits that all paths from `sources` add up to, [vocab]. With every position attended and every source this is the
 *  model's own forward pass. */
export async function sumOfPaths(
  maps: LinearMaps,
  edges: readonly LayerEdges[],
  frozen: Frozen,
  sources: readonly number[],
): Promise<Float32Array> {
  const d = maps.dModel;
  const length = frozen.tokens.length;
  let here = new Float32Array(length * d);
  for (const s of sources) here.set(frozen.embed.subarray(s * d, (s + 1) * d), s * d);
  for (let layer = 0; layer < edges.length; layer++) {
    const all = Int32Array.from(edges[layer].from, (_, e) => e);
    const carried = await maps.forward(layer, here, edges[layer].from, all);
    const next = new Float64Array(length * d);
    for (let e = 0; e < all.length; e++)
      for (let c = 0; c < d; c++) next[edges[layer].to[e] * d + c] += carried[e * d + c];
    here = Float32Array.from(next);
  }
  return maps.logits(here.subarray((length - 1) * d, length * d));
}

/** A sample of complete paths, which shows what probes would reject before the walk begins. */
import { gatherRows } from "./rows";
import type { Frozen, LayerEdges, LinearMaps } from "./types";

/** End vectors of paths drawn evenly from all paths, by the counts; seeded, so that a trace repeats. */
export async function sampleVectors(
  maps: LinearMaps,
  edges: readonly LayerEdges[],
  frozen: Frozen,
  sources: readonly number[],
  toEnd: readonly Float64Array[],
  n: number,
): Promise<{ vectors: Float32Array; rows: number }> {
  let state = 0x9e3779b9;
  const random = () => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const draw = (weights: readonly number[]): number => {
    let left = random() * weights.reduce((a, b) => a + b, 0);
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i];
      if (left < 0) return i;
    }
    return weights.length - 1;
  };
  // Paths that begin alike share the way so far: `node` is a path's row of `vectors`.
  const here = Int32Array.from({ length: n }, () => sources[draw(sources.map((s) => toEnd[0][s]))]);
  const starts = [...new Set(here)];
  let node = here.map((p) => starts.indexOf(p));
  let vectors = gatherRows(frozen.embed, starts, maps.dModel);
  let rows = 0;
  for (let layer = 0; layer < edges.length; layer++) {
    const { start, outgoing, to } = edges[layer];
    const numbers = new Map<string, number>();
    const of: number[] = [];
    const edge: number[] = [];
    node = node.map((parent, r) => {
      const choices = Array.from(outgoing.subarray(start[here[r]], start[here[r] + 1]));
      const e = choices[draw(choices.map((c) => toEnd[layer + 1][to[c]]))];
      here[r] = to[e];
      const key = `${parent} ${e}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, of.length);
      edge.push(e);
      return of.push(parent) - 1;
    });
    vectors = await maps.forward(layer, vectors, Int32Array.from(of), Int32Array.from(edge));
    rows += of.length;
  }
  return { vectors: gatherRows(vectors, node, maps.dModel), rows };
}

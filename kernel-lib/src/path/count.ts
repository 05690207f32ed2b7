/** How many paths there are, before any of them is walked: dynamic programming over the edges.
 *  A path is a position per layer boundary, L + 1 of them, along edges of each layer, ending at the last position. */
import type { LayerEdges } from "./types";

/** Paths from (boundary, position) to the last position of the last layer, [L + 1][T]. Exact below 2^53. */
export function pathsToEnd(edges: readonly LayerEdges[], length: number): Float64Array[] {
  const counts: Float64Array[] = [];
  let above = new Float64Array(length);
  above[length - 1] = 1;
  counts.unshift(above);
  for (const layer of [...edges].reverse()) {
    const here = new Float64Array(length);
    for (let e = 0; e < layer.from.length; e++) here[layer.from[e]] += above[layer.to[e]];
    counts.unshift(here);
    above = here;
  }
  return counts;
}

/** Prefixes from the sources to (boundary, position) that can still reach the end, [L + 1][T]. */
export function prefixesTo(edges: readonly LayerEdges[], length: number, sources: readonly number[]): Float64Array[] {
  const toEnd = pathsToEnd(edges, length);
  let here = new Float64Array(length);
  for (const s of sources) here[s] = toEnd[0][s] > 0 ? 1 : 0;
  const counts = [here];
  edges.forEach((layer, l) => {
    const next = new Float64Array(length);
    for (let e = 0; e < layer.from.length; e++)
      if (toEnd[l + 1][layer.to[e]] > 0) next[layer.to[e]] += here[layer.from[e]];
    here = next;
    counts.push(here);
  });
  return counts;
}

/** Nodes of the prefix trie at each boundary: distinct prefixes from the sources that can still reach the end. */
export const prefixesAt = (edges: readonly LayerEdges[], length: number, sources: readonly number[]): number[] =>
  prefixesTo(edges, length, sources).map(sum);

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

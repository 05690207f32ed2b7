/** Which edges j -> i exist in a layer (arXiv:2602.07930, section 6.1): those among the topK attended positions of some
 *  head at query i, and always i -> i, which the residual stream joins. Heads that share j -> i form one edge. */
import type { Equation, LayerEdges } from "./types";

/** @param pattern [H, T, T] attention weights as head, query, key.
 *  @param topK edges per head and query; a query at i has min(topK, i + 1). Equal weights: the earlier position wins. */
export function layerEdges(
  pattern: Float32Array,
  nHeads: number,
  length: number,
  topK: number,
  equation: Equation,
): LayerEdges {
  // chosen[j * length + i] is the number of the edge plus 1, or 0.
  const chosen = new Int32Array(length * length);
  const heads: number[][] = [];
  const pairs: [from: number, to: number][] = [];
  for (let i = 0; i < length; i++) {
    const byFrom = new Map<number, number[]>([[i, []]]);
    for (let h = 0; h < nHeads; h++) {
      const row = pattern.subarray((h * length + i) * length, (h * length + i) * length + i + 1);
      for (const j of largest(row, topK)) byFrom.set(j, [...(byFrom.get(j) ?? []), h]);
    }
    for (const [j, by] of [...byFrom].sort((a, b) => a[0] - b[0])) {
      heads.push(by);
      pairs.push([j, i]);
      chosen[j * length + i] = pairs.length;
    }
  }
  const n = pairs.length;
  const weight = new Float32Array(n * nHeads);
  const mask = new Uint8Array(n * nHeads);
  const identity = new Float32Array(n);
  pairs.forEach(([j, i], e) => {
    for (const h of heads[e]) {
      mask[e * nHeads + h] = 1;
      weight[e * nHeads + h] = pattern[(h * length + i) * length + j];
    }
    identity[e] = j === i ? 1 : 0;
  });
  if (equation === "released-code") {
    weight.fill(1);
    identity.fill(1);
  }
  const start = new Int32Array(length + 1);
  const outgoing = new Int32Array(n);
  for (let j = 0, at = 0; j < length; j++) {
    for (let i = j; i < length; i++) if (chosen[j * length + i]) outgoing[at++] = chosen[j * length + i] - 1;
    start[j + 1] = at;
  }
  return {
    from: Int32Array.from(pairs, (p) => p[0]),
    to: Int32Array.from(pairs, (p) => p[1]),
    weight,
    mask,
    identity,
    start,
    outgoing,
  };
}

/** Indices of the k largest values, the earlier one first among equals. */
function largest(row: Float32Array, k: number): number[] {
  if (k >= row.length) return Array.from(row, (_, j) => j);
  if (k === 1) {
    let best = 0;
    for (let j = 1; j < row.length; j++) if (row[j] > row[best]) best = j;
    return [best];
  }
  return Array.from(row, (_, j) => j)
    .sort((a, b) => row[b] - row[a] || a - b)
    .slice(0, k);
}

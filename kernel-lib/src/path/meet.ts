/** Meeting in the middle. A path's logits are linear in the vector of its prefix, so the rows of the answer and of the
 *  probes, carried backward through the last layers, give each suffix a [probes + 1, d] matrix; a small product
 *  decides each pair of prefix and suffix, and only the survivors are walked. */
import { carryBack } from "./back";
import type { Probes } from "./probes";
import { gatherRows, rowNorms } from "./rows";
import type { KeptRight, LayerEdges, LinearMaps } from "./types";
import type { Nodes, Wanted } from "./walk";

/** All suffixes from one position of the meeting boundary to the end. */
interface Bundle {
  /** Rows `first .. first + count` of `Suffixes.positions`. */
  first: number;
  count: number;
  /** [count * width, d] */
  matrix: KeptRight;
  /** Longest row of each suffix's matrix, [count]. */
  norms: Float64Array;
}

export interface Suffixes {
  boundary: number;
  /** [count, L + 1 - boundary], sorted. */
  positions: Int32Array;
  /** Rows per suffix: probes + 1. */
  width: number;
  byStart: ReadonlyMap<number, Bundle>;
  /** Block applications made: rows carried back, each once for all edges into its position. */
  rows: number;
}

/** Product cells held at once; 4 bytes each. */
const PRODUCT_LIMIT = 1 << 22;

/** Suffixes of one boundary while they are carried back: node n's matrix is rows n * width .. (n + 1) * width. */
interface Level {
  trails: readonly (readonly number[])[];
  matrices: Float32Array;
}

/** Carries the probes' rows back from the last position to `boundary`, once per suffix of the trie.
 *  @param reached [L + 1][T]: above 0 where a prefix from the sources stands; no suffix begins elsewhere */
export async function suffixes(
  maps: LinearMaps,
  edges: readonly LayerEdges[],
  reached: readonly Float64Array[],
  boundary: number,
  probes: Probes,
  batch: number,
): Promise<Suffixes> {
  const d = maps.dModel;
  const width = probes.rows.length / d;
  let level: Level = { trails: [[reached[0].length - 1]], matrices: probes.rows };
  let rows = 0;
  for (let layer = edges.length - 1; layer >= boundary; layer--) {
    rows += level.trails.length * width;
    level = await back(maps, edges, reached, { layer, level, width, batch });
  }
  const order = [...level.trails.keys()].sort((a, b) => compare(level.trails[a], level.trails[b]));
  const byStart = new Map<number, Bundle>();
  for (let first = 0; first < order.length; ) {
    const start = level.trails[order[first]][0];
    let end = first;
    while (end < order.length && level.trails[order[end]][0] === start) end++;
    const part = order.slice(first, end);
    const matrix = new Float32Array(part.length * width * d);
    part.forEach((node, p) => {
      matrix.set(level.matrices.subarray(node * width * d, (node + 1) * width * d), p * width * d);
    });
    const lengths = rowNorms(matrix, d);
    const norms = Float64Array.from(part, (_, p) => Math.max(...lengths.subarray(p * width, (p + 1) * width)));
    byStart.set(start, { first, count: part.length, matrix: await maps.keep(matrix), norms });
    first = end;
  }
  return { boundary, positions: Int32Array.from(order.flatMap((node) => level.trails[node])), width, byStart, rows };
}

/** The suffixes one layer longer. */
async function back(
  maps: LinearMaps,
  edges: readonly LayerEdges[],
  reached: readonly Float64Array[],
  { layer, level, width, batch }: { layer: number; level: Level; width: number; batch: number },
): Promise<Level> {
  const { from, to } = edges[layer];
  const into = level.trails.map(([here]) => {
    const found: number[] = [];
    for (let e = 0; e < to.length; e++) if (to[e] === here && reached[layer][from[e]] > 0) found.push(e);
    return found;
  });
  const matrices = await carryBack(maps, layer, { matrices: level.matrices, width, into }, batch);
  return { trails: level.trails.flatMap((trail, node) => into[node].map((e) => [from[e], ...trail])), matrices };
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let p = 0; p < a.length; p++) if (a[p] !== b[p]) return a[p] - b[p];
  return 0;
}

/** Prefixes that still have suffixes to be walked, with those as slices of `wanted.suffix`. */
export async function meet(
  maps: LinearMaps,
  nodes: Nodes,
  found: Suffixes,
  probes: Probes,
): Promise<{ nodes: Nodes; wanted: Wanted; pairs: number }> {
  const d = maps.dModel;
  const width = found.boundary + 1;
  const n = nodes.trail.length / width;
  const byPosition = new Map<number, number[]>();
  for (let r = 0; r < n; r++) {
    const here = nodes.trail[r * width + found.boundary];
    byPosition.set(here, [...(byPosition.get(here) ?? []), r]);
  }
  const alive: { node: number; suffixes: number[] }[] = [];
  let pairs = 0;
  for (const [position, members] of byPosition) {
    const bundle = found.byStart.get(position);
    if (!bundle) continue;
    pairs += members.length * bundle.count;
    const columns = bundle.count * found.width;
    const perCall = Math.max(1, Math.floor(PRODUCT_LIMIT / columns));
    for (let m = 0; m < members.length; m += perCall) {
      const part = members.slice(m, m + perCall);
      const left = gatherRows(nodes.vectors, part, d);
      const norms = rowNorms(left, d);
      const logits = await bundle.matrix.times(left); // [part, count * width]
      part.forEach((node, p) => {
        const kept: number[] = [];
        for (let s = 0; s < bundle.count; s++) {
          const at = p * columns + s * found.width;
          if (!probes.rejects(logits, at, found.width, norms[p] * bundle.norms[s])) kept.push(bundle.first + s);
        }
        if (kept.length > 0) alive.push({ node, suffixes: kept });
      });
    }
  }
  const order = alive.map(({ node }) => node);
  const lo = new Int32Array(alive.length);
  const hi = new Int32Array(alive.length);
  const suffix: number[] = [];
  alive.forEach((entry, a) => {
    lo[a] = suffix.length;
    for (const s of entry.suffixes) suffix.push(s);
    hi[a] = suffix.length;
  });
  const trail = new Int32Array(order.length * width);
  order.forEach((r, a) => {
    trail.set(nodes.trail.subarray(r * width, (r + 1) * width), a * width);
  });
  return {
    nodes: { vectors: gatherRows(nodes.vectors, order, d), trail, lo, hi },
    wanted: {
      suffix: Int32Array.from(suffix),
      positions: found.positions,
      width: found.positions.length / Math.max(1, countOf(found)),
      boundary: found.boundary,
    },
    pairs,
  };
}

/** Lets the suffixes' matrices go. */
export async function dropSuffixes({ byStart }: Suffixes): Promise<void> {
  for (const { matrix } of byStart.values()) await matrix.drop();
}

const countOf = (found: Suffixes): number => [...found.byStart.values()].reduce((n, bundle) => n + bundle.count, 0);

/** Meeting in the middle. A path's logits are linear in the vector of its prefix, so the rows of the answer and of the
 *  probes, carried backward through the last layers, give each suffix a [probes + 1, d] matrix; a small product
 *  decides each pair of prefix and suffix, and only the survivors are walked. */
import { gatherRows, type Probes, rowNorms } from "./probes";
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
  /** Block applications made: rows of all backward calls. */
  rows: number;
}

/** Product cells held at once; 4 bytes each. */
const PRODUCT_LIMIT = 1 << 22;

/** Carries the probes' rows back from the last position to `boundary`, once per suffix of the trie. */
export async function suffixes(
  maps: LinearMaps,
  edges: readonly LayerEdges[],
  length: number,
  boundary: number,
  probes: Probes,
  batch: number,
): Promise<Suffixes> {
  const d = maps.dModel;
  const width = probes.rows.length / d;
  let level: { trail: number[]; matrix: Float32Array }[] = [{ trail: [length - 1], matrix: probes.rows }];
  let rows = 0;
  for (let layer = edges.length - 1; layer >= boundary; layer--) {
    const { from, to } = edges[layer];
    const next: typeof level = [];
    // Suffixes of one call share nothing but the call; `perCall` keeps it near the batch.
    const steps = level.flatMap((node) => {
      const into: { node: (typeof level)[number]; edge: number }[] = [];
      for (let e = 0; e < to.length; e++) if (to[e] === node.trail[0]) into.push({ node, edge: e });
      return into;
    });
    const perCall = Math.max(1, Math.floor(batch / width));
    for (let s = 0; s < steps.length; s += perCall) {
      const part = steps.slice(s, s + perCall);
      const stacked = new Float32Array(part.length * width * d);
      part.forEach(({ node }, p) => {
        stacked.set(node.matrix, p * width * d);
      });
      const n = part.length * width;
      const edge = Int32Array.from({ length: n }, (_, r) => part[Math.floor(r / width)].edge);
      const carried = await maps.backward(
        layer,
        stacked,
        Int32Array.from({ length: n }, (_, r) => r),
        edge,
      );
      rows += n;
      part.forEach((step, p) => {
        next.push({
          trail: [from[step.edge], ...step.node.trail],
          matrix: carried.slice(p * width * d, (p + 1) * width * d),
        });
      });
    }
    level = next;
  }
  level.sort((a, b) => compare(a.trail, b.trail));
  const byStart = new Map<number, Bundle>();
  for (let first = 0; first < level.length; ) {
    let end = first;
    while (end < level.length && level[end].trail[0] === level[first].trail[0]) end++;
    const part = level.slice(first, end);
    const matrix = new Float32Array(part.length * width * d);
    part.forEach((node, p) => {
      matrix.set(node.matrix, p * width * d);
    });
    const norms = Float64Array.from(part, (node) => Math.max(...rowNorms(node.matrix, d)));
    byStart.set(level[first].trail[0], { first, count: part.length, matrix: await maps.keep(matrix), norms });
    first = end;
  }
  return { boundary, positions: Int32Array.from(level.flatMap((node) => node.trail)), width, byStart, rows };
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

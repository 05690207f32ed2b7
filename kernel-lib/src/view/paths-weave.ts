/** Kept paths laid on columns and rows: which hops they take, how many take each, and which go through given places.
 *  Counts are exact, since whole paths are counted and not hops that might join up. Pure. */
import { unpack } from "../result/pack";
import type { Flow, PathFilter, Row } from "./paths-lattice";
import type { PathEdge, PathsView } from "./paths-types";
import { viewEdges } from "./paths-view";

/** Columns up to which a table of all pairs is kept for a row. */
const TABLE_COLUMNS = 1024;

/** A hop or a place on the lattice. */
export type PathTarget = { layer: number; from: number; to: number } | { boundary: number; position: number };

/** The view's kept paths; null where it holds only sums. */
export interface KeptPaths {
  /** [count, layers + 1] */
  positions: ArrayLike<number>;
  rank: ArrayLike<number>;
  logit: ArrayLike<number>;
}

const unpacked = new WeakMap<object, KeptPaths>();

export function keptPaths({ paths }: Pick<PathsView, "paths">): KeptPaths | null {
  if (!paths) return null;
  const known = unpacked.get(paths);
  if (known) return known;
  const made = { positions: unpack(paths.positions), rank: unpack(paths.rank), logit: unpack(paths.logit) };
  unpacked.set(paths, made);
  return made;
}

/** Numbers of the kept paths that a filter leaves. */
export function chosenPaths(view: PathsView, { source, rank, through = [] }: PathFilter): Int32Array {
  const kept = keptPaths(view);
  if (!kept) return new Int32Array(0);
  const [width, chosen] = [view.layers + 1, [] as number[]];
  const { positions } = kept;
  for (let p = 0; p < kept.rank.length; p++) {
    const start = p * width;
    const moves = (layer: number) => positions[start + layer] !== positions[start + layer + 1];
    if (
      (source === null || positions[start] === source) &&
      (rank === null || kept.rank[p] <= rank) &&
      through.every(moves)
    )
      chosen.push(p);
  }
  return Int32Array.from(chosen);
}

/** Lays the chosen paths of a view that holds them onto columns and rows. */
export function weave(
  view: PathsView,
  filter: PathFilter,
  { columnOf, columns, rows }: { columnOf: Int32Array; columns: number; rows: readonly Row[] },
): { edges: PathEdge[]; flow: Flow } {
  const kept = keptPaths(view) as KeptPaths;
  const paths = chosenPaths(view, filter);
  const [n, width, height] = [paths.length, view.layers + 1, rows.length];
  const at = new Int32Array(n * (height + 1));
  const rank = Int32Array.from(paths, (p) => kept.rank[p]);
  for (let i = 0; i < n; i++)
    for (let b = 0; b <= height; b++)
      at[i * (height + 1) + b] = columnOf[kept.positions[paths[i] * width + (rows[b]?.from ?? view.layers)]];
  const heads = headsOn(view, columnOf, columns, rows);
  const hop = new Int32Array(n * height);
  const edges: PathEdge[] = [];
  const table = columns <= TABLE_COLUMNS ? new Int32Array(columns * columns) : new Map<number, number>();
  for (let row = 0; row < height; row++) {
    if (table instanceof Map) table.clear();
    else table.fill(0);
    for (let i = 0; i < n; i++) {
      const [from, to] = [at[i * (height + 1) + row], at[i * (height + 1) + row + 1]];
      const key = from * columns + to;
      let number = (table instanceof Map ? table.get(key) : table[key]) ?? 0;
      if (number === 0) {
        const found = heads.get((row * columns + from) * columns + to) ?? [];
        number = edges.push({ index: edges.length, layer: row, from, to, paths: 0, bestRank: rank[i], heads: found });
        if (table instanceof Map) table.set(key, number);
        else table[key] = number;
      }
      const edge = edges[number - 1];
      edge.paths++;
      if (rank[i] < edge.bestRank) edge.bestRank = rank[i];
      hop[i * height + row] = number - 1;
    }
  }
  return { edges, flow: { paths, rows: height, hop, columns: at, rank } };
}

/** Heads of the hops in each coarse one; none for a row of several layers, where they are no one's. */
function headsOn(view: PathsView, columnOf: Int32Array, columns: number, rows: readonly Row[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  const rowOf = new Map(rows.flatMap(({ from, to }, row): [number, number][] => (from === to ? [[from, row]] : [])));
  for (const { layer, from, to, heads } of viewEdges(view)) {
    const row = rowOf.get(layer);
    if (row === undefined) continue;
    const key = (row * columns + columnOf[from]) * columns + columnOf[to];
    const known = found.get(key);
    found.set(key, known ? [...new Set([...known, ...heads])].sort((a, b) => a - b) : [...heads]);
  }
  return found;
}

/** Paths that go through at least one of the targets, as rows of the flow. */
export function pathsThrough(
  flow: Flow,
  graph: { edge(layer: number, from: number, to: number): PathEdge | null },
  targets: readonly PathTarget[],
): Int32Array {
  const { rows, hop, columns } = flow;
  const tests = targets.flatMap((target): ((p: number) => boolean)[] => {
    if ("boundary" in target) return [(p) => columns[p * (rows + 1) + target.boundary] === target.position];
    const edge = graph.edge(target.layer, target.from, target.to);
    return edge ? [(p) => hop[p * rows + edge.layer] === edge.index] : [];
  });
  const found: number[] = [];
  for (let p = 0; p < flow.paths.length; p++) if (tests.some((test) => test(p))) found.push(p);
  return Int32Array.from(found);
}

/** Hops of one of the view's kept paths, by their index, from below; none where the filters leave it out. */
export function pathHops({ paths, rows, hop }: Flow, path: number): number[] {
  const at = paths.indexOf(path);
  return at < 0 ? [] : Array.from(hop.subarray(at * rows, (at + 1) * rows));
}

/** How many of some paths take each hop, and the best rank among them (0 where none does); by the edges' index. */
export function streamOf(flow: Flow, edges: number, through: ArrayLike<number>): Stream {
  const [paths, bestRank] = [new Int32Array(edges), new Int32Array(edges)];
  for (let i = 0; i < through.length; i++) {
    const [p, rank] = [through[i], flow.rank[through[i]]];
    for (let row = 0; row < flow.rows; row++) {
      const edge = flow.hop[p * flow.rows + row];
      if (paths[edge]++ === 0 || rank < bestRank[edge]) bestRank[edge] = rank;
    }
  }
  return { paths, bestRank };
}

export interface Stream {
  paths: Int32Array;
  bestRank: Int32Array;
}

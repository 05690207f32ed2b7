/** The columns and rows of a path graph: tokens or groups of them, layers or bands of them, with the hops between them
 *  counted anew from the kept paths that a filter leaves. Every count is that of whole paths; where a view holds only
 *  sums over hops, groups are still exact, and filters go by hops. Pure. */
import { pack, unpack } from "../result/pack";
import type { PathEdge, PathsView } from "./paths-types";
import { viewEdges } from "./paths-view";
import { weave } from "./paths-weave";
import { tokenLabel } from "./tokens";

/** Tokens next to each other that share a column. `name` is the reader's own. */
export interface Column {
  from: number;
  to: number;
  name: string | null;
}
/** Layers that share a row. */
export interface Row {
  from: number;
  to: number;
}

/** The paths that are drawn, on the lattice. */
export interface Flow {
  /** Which of the view's kept paths; [n]. */
  paths: Int32Array;
  rows: number;
  /** Hop of each row, an index into the lattice's edges; [n, rows]. */
  hop: Int32Array;
  /** Column at each boundary; [n, rows + 1]. */
  columns: Int32Array;
  /** Of the answer; [n]. */
  rank: Int32Array;
}

export interface Lattice {
  columns: readonly Column[];
  rows: readonly Row[];
  /** Numbered in their order; `layer`, `from` and `to` count rows and columns. */
  edges: readonly PathEdge[];
  /** null: the view holds no single paths. */
  flow: Flow | null;
  /** Kept paths before the filter. */
  of: number;
}

export interface PathFilter {
  /** Only paths that start at this position of the prompt; null: all. */
  source: number | null;
  /** Only paths that rank the answer at most so; null: all. */
  rank: number | null;
  /** Only paths that go from one token to another in each of these layers. */
  through?: readonly number[];
}

/** What a reader has made of the lattice. */
export interface Grouping {
  /** First and last position; groups do not overlap. */
  groups: readonly { from: number; to: number }[];
  /** Names of tokens, or of groups by their first position. */
  names: readonly { position: number; name: string }[];
  /** Layers in a row. */
  band: number;
}
export const NO_GROUPS: Grouping = { groups: [], names: [], band: 1 };

/** The view on its lattice; `view` itself is the stored one.
 *  @example latticeView(view, { source: null, rank: 10 }).kept // paths that rank the answer 10 or better */
export function latticeView(view: PathsView, filter: PathFilter, grouping: Grouping = NO_GROUPS): PathsView {
  const columns = columnsOf(view, grouping);
  const rows = rowsOf(view, view.paths ? grouping.band : 1);
  const columnOf = new Int32Array(view.tokens.length);
  for (const [c, { from, to }] of columns.entries()) columnOf.fill(c, from, to + 1);
  const { edges, flow } = view.paths
    ? weave(view, filter, { columnOf, columns: columns.length, rows })
    : { edges: summedUp(filtered(viewEdges(view), filter), columnOf), flow: null };
  const inst = view.instructionEnd;
  return {
    ...view,
    tokens: columns.map(({ from, name }) => name ?? view.tokens[from]),
    layers: rows.length,
    instructionEnd: inst === null ? null : columnOf[inst],
    kept: flow ? flow.paths.length : view.kept,
    ...sourceSums(view, columnOf, flow),
    lattice: { columns, rows, edges, flow, of: view.kept },
  };
}

function columnsOf({ tokens }: PathsView, { groups, names }: Grouping): Column[] {
  const named = new Map(names.map(({ position, name }) => [position, name]));
  const ends = new Map(groups.map(({ from, to }) => [from, to]));
  const columns: Column[] = [];
  for (let at = 0; at < tokens.length; at = (columns.at(-1)?.to ?? at) + 1)
    columns.push({
      from: at,
      to: Math.min(tokens.length - 1, Math.max(at, ends.get(at) ?? at)),
      name: named.get(at) ?? null,
    });
  return columns;
}

const rowsOf = ({ layers }: PathsView, band: number): Row[] =>
  Array.from({ length: Math.ceil(layers / band) }, (_, r) => ({
    from: r * band,
    to: Math.min(layers, (r + 1) * band) - 1,
  }));

/** All and kept paths from each column with a source; kept ones are those that are drawn. */
function sourceSums(
  view: PathsView,
  columnOf: Int32Array,
  flow: Flow | null,
): Pick<PathsView, "sources" | "totalPaths" | "highRanking"> {
  const [total, kept] = [unpack(view.totalPaths), unpack(view.highRanking)];
  const sources = [...new Set(view.sources.map((position) => columnOf[position]))].sort((a, b) => a - b);
  const at = new Map(sources.map((column, s) => [column, s]));
  const [all, high] = [new Float64Array(sources.length), new Int32Array(sources.length)];
  for (const [s, position] of view.sources.entries()) {
    const to = at.get(columnOf[position]) as number;
    all[to] += total[s];
    if (!flow) high[to] += kept[s];
  }
  if (flow)
    for (let p = 0; p < flow.paths.length; p++) {
      const to = at.get(flow.columns[p * (flow.rows + 1)]);
      if (to !== undefined) high[to]++;
    }
  return { sources, totalPaths: pack(all), highRanking: pack(high) };
}

/** Hops with a rank that good, on ways from the source to the answer that move in each of the layers. Without single
 *  paths these are ways that paths can take. */
function filtered(all: readonly PathEdge[], { source, rank, through = [] }: PathFilter): PathEdge[] {
  const good = all.filter(
    (e) => (rank === null || e.bestRank <= rank) && (e.from !== e.to || !through.includes(e.layer)),
  );
  if (source === null && through.length === 0) return good;
  const layers = [...new Set(all.map((e) => e.layer))].sort((a, b) => a - b);
  const byLayer = new Map(layers.map((layer) => [layer, [] as PathEdge[]]));
  for (const edge of good) byLayer.get(edge.layer)?.push(edge);
  let here: Set<number> | null = source === null ? null : new Set([source]);
  for (const layer of layers)
    here = keep(
      byLayer,
      layer,
      (e) => here === null || here.has(e.from),
      (e) => e.to,
    );
  let ahead: Set<number> | null = null;
  for (const layer of layers.reverse())
    ahead = keep(
      byLayer,
      layer,
      (e) => ahead === null || ahead.has(e.to),
      (e) => e.from,
    );
  const kept = new Set([...byLayer.values()].flat());
  return good.filter((edge) => kept.has(edge));
}

/** Leaves those of a layer that pass, and answers with the positions where they end. */
function keep(
  byLayer: Map<number, PathEdge[]>,
  layer: number,
  passes: (edge: PathEdge) => boolean,
  end: (edge: PathEdge) => number,
): Set<number> {
  const left = (byLayer.get(layer) ?? []).filter(passes);
  byLayer.set(layer, left);
  return new Set(left.map(end));
}

function summedUp(edges: readonly PathEdge[], columnOf: Int32Array): PathEdge[] {
  const sums = new Map<string, PathEdge>();
  for (const edge of edges) {
    const [from, to] = [columnOf[edge.from], columnOf[edge.to]];
    const key = `${edge.layer},${from},${to}`;
    const sum = sums.get(key);
    sums.set(key, {
      index: sum?.index ?? sums.size,
      layer: edge.layer,
      from,
      to,
      paths: (sum?.paths ?? 0) + edge.paths,
      bestRank: Math.min(sum?.bestRank ?? edge.bestRank, edge.bestRank),
      heads: sum ? [...new Set([...sum.heads, ...edge.heads])].sort((a, b) => a - b) : edge.heads,
    });
  }
  return [...sums.values()];
}

const columnAt = (view: PathsView, column: number): Column =>
  view.lattice?.columns[column] ?? { from: column, to: column, name: null };

/** What stands below a column: a token's label, a name; of a group with its count of tokens.
 *  @param most graphemes */
export function columnLabel(view: PathsView, column: number, most?: number): string {
  const { from, to, name } = columnAt(view, column);
  const words = name === null ? tokenLabel(view.tokens[column], most) : nameLabel(name, most);
  return from === to ? words : `${words}${name === null ? "…" : ""} ${to - from + 1}`;
}

export const isOneColumn = (view: PathsView, column: number): boolean => {
  const { from, to } = columnAt(view, column);
  return from === to;
};

/** Where a column is: `15`, `3–9`. */
export function columnPlace(view: PathsView, column: number): string {
  const { from, to } = columnAt(view, column);
  return from === to ? String(from) : `${from}–${to}`;
}

/** A row's layers: `4`, `4–7`. */
export function rowPlace(view: PathsView, row: number): string {
  const { from, to } = view.lattice?.rows[row] ?? { from: row, to: row };
  return from === to ? String(from) : `${from}–${to}`;
}

/** Whether a row stands for one layer alone. */
export const isOneLayer = (view: PathsView, row: number): boolean => {
  const found = view.lattice?.rows[row];
  return found === undefined || found.from === found.to;
};

/** A reader's own words: no signs for spaces, nothing that turns the line around. */
function nameLabel(name: string, most = 16): string {
  const shown = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(name)].map((g) => g.segment);
  return shown.length <= most ? name : `${shown.slice(0, most - 1).join("")}…`;
}

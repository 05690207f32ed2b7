/** Where everything of a path graph stands: tokens from left to right, layers upward, the residual upright, a hop as one
 *  S-curve inside its layer's gap. A pure function of the view: no forces, no seed, nothing remembered.
 *  All lengths are CSS pixels, origin at the top left of the picture. */
import { compact, count } from "./format";
import type { CurveEnds } from "./paths-curve";
import { BAR, cells, LEFT, label, layerLabels, sourceRows, tokenLabels } from "./paths-labels";
import { columnLabel, latticeView } from "./paths-lattice";
import { legendOf, legendSizes, type PathsLegend } from "./paths-legend";
import type { PathEdge, PathsView } from "./paths-types";
import { pathEdges } from "./paths-view";
import type { Theme } from "./theme";
import { tokenLabel } from "./tokens";

export interface PathsOptions {
  /** Share of paths whose hops are drawn in full, strongest first; the rest is thin and grey. */
  share: number;
  /** Only paths that start at this position; null shows all. */
  source: number | null;
  /** Only paths that rank the answer at most so; null shows all. */
  rank: number | null;
  /** Only paths that go from one token to another in each of these layers; none shows all. */
  through: readonly number[];
}
export const PATHS_DEFAULTS: PathsOptions = { share: 0.8, source: null, rank: null, through: [] };

/** Columns and rows that are drawn, first and last. */
export interface PathWindow {
  c0: number;
  c1: number;
  r0: number;
  r1: number;
}

export interface PathCurve extends CurveEnds {
  edge: PathEdge;
  width: number;
  /** Class of the best rank, 0 to 4; -1 for a hop that is drawn thin. */
  rankClass: number;
}
/** A node on a hop that is drawn in full. */
export interface PathNode {
  /** 0 is the embedding, then after each layer. */
  boundary: number;
  position: number;
  x: number;
  y: number;
}
export interface PathLabel {
  x: number;
  y: number;
  text: string;
  anchor: "start" | "middle" | "end";
  angle: number;
  role: "layer" | "axis" | "count" | "share" | "token" | "answer" | "mark" | "legend" | "row";
  bold: boolean;
  /** The column or row that it names; -1 for the embedding. */
  of: number | null;
}
export interface PathBar {
  position: number;
  x: number;
  y: number;
  width: number;
  height: number;
  strong: boolean;
}
export interface PathsLayout {
  width: number;
  height: number;
  /** Distance between tokens, and between layers. */
  column: number;
  row: number;
  /** What is drawn of the lattice, and where its first column and the embedding stand, or would stand. */
  window: PathWindow;
  origin: { x: number; y: number };
  /** The lattice's own rectangle; curves that lead out of the window end at its rim. */
  plot: { x: number; y: number; width: number; height: number };
  /** Weak hops first, then from worst rank and fewest paths to best and most. */
  curves: readonly PathCurve[];
  nodes: readonly PathNode[];
  bars: readonly PathBar[];
  labels: readonly PathLabel[];
  /** The column of the instruction's last token. */
  band: { x: number; y: number; width: number; height: number } | null;
  /** Horizontal lines, one for each boundary. */
  lines: readonly { x1: number; x2: number; y: number }[];
  legend: PathsLegend;
  /** Left of the lattice: what names its rows, down to where tokens are written. */
  rim: { width: number; height: number };
  /** How many hops are drawn in full, of how many. */
  shown: number;
  total: number;
  /** Share of all hops' paths that those in full hold: what was asked for, or more where hops are equal. */
  held: number;
}

/** Where there is room, tokens stand further apart, and few of them or few layers further still, up to a lattice of
 *  `few` pixels; beyond `most`, hops would be hard to follow. */
const COLUMN = { least: 4, usual: 72, few: 640, most: 160 };
const ROW = { least: 5, usual: 40, few: 320, most: 80 };
/** Least width of the picture: the legend's, where there is that much. */
const LEAST_WIDTH = 320;
/** Widest and highest lattice: what a canvas holds. */
const [MOST_COLUMNS, MOST_ROWS] = [1200, 800];
const [MIN_WIDTH, MAX_WIDTH] = [0.75, 9];
const THIN = 0.6;
const TOP = 40;
const RIGHT = 24;

/** Upper bounds of the classes of best rank, five at most; they follow the rank limit. */
export function rankBreaks(maxRank: number): number[] {
  const bounds = maxRank <= 10 ? [1, 2, 3, 5] : maxRank <= 100 ? [1, 3, 10, 30] : [1, 10, 100, 1000];
  return [...bounds.filter((bound) => bound < maxRank), maxRank];
}

export function rankClass(rank: number, maxRank: number): number {
  const at = rankBreaks(maxRank).findIndex((bound) => rank <= bound);
  return at < 0 ? 4 : at;
}

/** The whole lattice, or as much of it from the answer back as one picture holds. */
export function wholeWindow(view: PathsView): PathWindow {
  const columns = view.tokens.length;
  return {
    c0: Math.max(0, columns - MOST_COLUMNS),
    c1: columns - 1,
    r0: Math.max(0, view.layers - MOST_ROWS),
    r1: view.layers - 1,
  };
}

/** @param size most width and height that the picture should take; tokens and layers shrink to fit down to their least.
 *  @param given of a view on its lattice only the share counts: its paths are chosen already */
export function pathsLayout(
  stored: PathsView,
  size: { width: number; height?: number },
  given: Partial<PathsOptions> & { window?: PathWindow | null } = {},
): PathsLayout {
  const options = { ...PATHS_DEFAULTS, ...given };
  const view = stored.lattice ? stored : latticeView(stored, options);
  const window = options.window ?? wholeWindow(view);
  const { c0, c1, r0, r1 } = window;
  const [columns, rows] = [c1 - c0 + 1, r1 - r0 + 1];
  const column = pitch(COLUMN, columns, size.width - LEFT - RIGHT);
  const longest = Array.from({ length: columns }, (_, c) => cells(columnLabel(view, c0 + c))).reduce(
    (a, b) => Math.max(a, b),
    0,
  );
  const labelRoom = 16 + 0.74 * 7 * longest;
  const below = BAR + 54 + labelRoom + 52;
  const row = pitch(ROW, rows, size.height === undefined ? null : size.height - TOP - below);
  const lattice = columns * column;
  const width = Math.max(LEFT + lattice + RIGHT, Math.min(size.width, LEAST_WIDTH));
  const left = Math.floor((width - lattice + LEFT - RIGHT) / 2);
  const x = (position: number) => left + (position - c0 + 0.5) * column;
  const y = (boundary: number) => TOP + (r1 + 1 - boundary) * row;

  const edges = pathEdges(view);
  const { chosen: strong, held } = strongest(edges, options.share);
  const most = edges.reduce((n, e) => Math.max(n, e.paths), 1);
  const widthOf = pathWidth(most, { column, row });
  const curves = edges
    .filter(({ layer, from, to }) => layer >= r0 && layer <= r1 && to >= c0 && from <= c1)
    .map((edge): PathCurve => {
      const drawn = strong.has(edge.index);
      return {
        edge,
        width: drawn ? widthOf(edge.paths) : THIN,
        rankClass: drawn ? rankClass(edge.bestRank, view.maxRank) : -1,
        x1: x(edge.from),
        y1: y(edge.layer),
        x2: x(edge.to),
        y2: y(edge.layer + 1),
      };
    })
    .sort(
      (a, b) =>
        Number(a.rankClass >= 0) - Number(b.rankClass >= 0) ||
        b.rankClass - a.rankClass ||
        a.edge.paths - b.edge.paths ||
        a.edge.index - b.edge.index,
    );
  const foot = sourceRows(view, { left, x, column, top: y(r0) + 14, window });
  const legend = legendOf(
    rankWords(view.maxRank),
    legendSizes(most).map((paths) => ({ paths, width: widthOf(paths) })),
    // Of a picture that is wider than its room, the part that is in sight.
    { y: foot.bottom + labelRoom, room: Math.min(width, Math.max(size.width, LEAST_WIDTH)) },
  );
  const inst =
    view.instructionEnd !== null && view.instructionEnd >= c0 && view.instructionEnd <= c1 ? view.instructionEnd : null;
  const last = view.tokens.length - 1;
  const ends = r1 === view.layers - 1 && c1 === last;
  const crowded = inst !== null && (last - inst) * column < 7 * (4 + cells(tokenLabel(view.answer)));
  return {
    width,
    height: legend.y + legend.height,
    column,
    row,
    window,
    origin: { x: x(0), y: y(0) },
    plot: { x: left, y: TOP, width: lattice, height: rows * row },
    curves,
    nodes: liveNodes(curves, window, x, y),
    bars: foot.bars,
    labels: [
      ...layerLabels(view, window, { left, row, y }),
      ...foot.labels,
      ...tokenLabels(view, x, { column, top: foot.bottom, window }),
      ...(inst === null ? [] : [label(x(inst), TOP - 14, "T_inst", "mark", { bold: true })]),
      ...(ends ? [answerLabel(view, width, x(last), crowded)] : []),
    ],
    band: inst === null ? null : { x: x(inst) - column / 2, y: TOP - 8, width: column, height: rows * row + 16 },
    lines: Array.from({ length: rows + 1 }, (_, b) => ({ x1: left, x2: left + lattice, y: y(r0 + b) })),
    legend,
    rim: { width: left - 8, height: foot.bottom },
    shown: strong.size,
    held,
    total: edges.length,
  };
}

/** Distance between columns or rows. `room`: for all of them; null: as much as they like. */
function pitch({ least, usual, few, most }: typeof COLUMN, n: number, room: number | null): number {
  const liked = Math.max(usual, Math.min(most, few / n));
  return room === null ? liked : Math.max(least, Math.min(liked, room / n));
}

/** Above the answer's column, or ending at the rim where it would run out of the picture. */
function answerLabel(view: PathsView, width: number, x: number, crowded: boolean): PathLabel {
  const text = tokenLabel(view.answer);
  const half = 3.8 * cells(text);
  const y = TOP - (crowded ? 28 : 14);
  return x + half > width - 2
    ? label(width - 2, y, text, "answer", { bold: true, anchor: "end" })
    : label(x, y, text, "answer", { bold: true });
}

/** Linear in paths, from hair to 9 px; where columns or rows are close, lines are narrower. */
export const pathWidth =
  (most: number, { column, row }: Pick<PathsLayout, "column" | "row">) =>
  (paths: number): number =>
    Math.max(MIN_WIDTH, (paths / most) * Math.min(MAX_WIDTH, 0.4 * column, 0.5 * row));

/** Ends of the hops that are drawn in full, as far as they lie in the window. */
function liveNodes(
  curves: readonly PathCurve[],
  { c0, c1 }: PathWindow,
  x: (position: number) => number,
  y: (boundary: number) => number,
): PathNode[] {
  const nodes = new Map<number, PathNode>();
  const columns = c1 - c0 + 1;
  const add = (boundary: number, position: number) => {
    const key = boundary * columns + position - c0;
    if (position < c0 || position > c1 || nodes.has(key)) return;
    nodes.set(key, { boundary, position, x: x(position), y: y(boundary) });
  };
  for (const { edge, rankClass } of curves) {
    if (rankClass < 0) continue;
    add(edge.layer, edge.from);
    add(edge.layer + 1, edge.to);
  }
  return [...nodes.values()];
}

/** The strongest hops that together hold the share of all hops' paths; as many paths on two hops look alike, so with the
 *  weakest of them come its equals. */
function strongest(edges: readonly PathEdge[], share: number): { chosen: Set<number>; held: number } {
  const sorted = [...edges].sort((a, b) => b.paths - a.paths);
  const total = sorted.reduce((n, e) => n + e.paths, 0);
  const chosen = new Set<number>();
  let [sum, least] = [0, 0];
  for (const { index, paths } of sorted) {
    if (sum >= share * total && chosen.size > 0 && paths < least) break;
    chosen.add(index);
    sum += paths;
    least = paths;
  }
  return { chosen, held: total === 0 ? 1 : sum / total };
}

/** "1", "2–3", "4–10" ..., long numbers shortened */
export function rankWords(maxRank: number): string[] {
  const breaks = rankBreaks(maxRank);
  const words = (rank: number) => (rank >= 10_000 ? compact(rank) : count(rank));
  return breaks.map((high, c) => {
    const low = c === 0 ? 1 : breaks[c - 1] + 1;
    return low === high ? words(high) : `${words(low)}–${words(high)}`;
  });
}

/** Ink of a rank class in a theme; thin hops are the text's second colour. */
export const rankColour = (cls: number, theme: Theme): string => (cls < 0 ? theme.colour.text2 : theme.ramps.rank[cls]);

/** Where everything of a path graph stands: tokens from left to right, layers upward, the residual upright, a hop as one
 *  S-curve inside its layer's gap. A pure function of the view: no forces, no seed, nothing remembered.
 *  All lengths are CSS pixels, origin at the top left of the picture. */
import { count } from "./format";
import type { CurveEnds } from "./paths-curve";
import { BAR, cells, LEFT, label, layerLabels, sourceRows, tokenLabels } from "./paths-labels";
import { columnLabel, latticeView } from "./paths-lattice";
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
  /** Classes of best rank with their words, and sizes of the width's legend. */
  legend: { ranks: readonly string[]; widths: readonly { paths: number; width: number }[]; y: number };
  /** How many hops are drawn in full, of how many. */
  shown: number;
  total: number;
}

const MAX_COLUMN = 38;
const MIN_COLUMN = 4;
const MAX_ROW = 40;
const MIN_ROW = 5;
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
  const column = Math.max(MIN_COLUMN, Math.min(MAX_COLUMN, (size.width - LEFT - RIGHT) / columns));
  const longest = Array.from({ length: columns }, (_, c) => cells(columnLabel(view, c0 + c))).reduce(
    (a, b) => Math.max(a, b),
    0,
  );
  const labelRoom = 16 + 0.74 * 7 * longest;
  const below = BAR + 54 + labelRoom + 52;
  const room = size.height === undefined ? MAX_ROW * rows : size.height - TOP - below;
  const row = Math.max(MIN_ROW, Math.min(MAX_ROW, room / rows));
  const x = (position: number) => LEFT + (position - c0 + 0.5) * column;
  const y = (boundary: number) => TOP + (r1 + 1 - boundary) * row;

  const edges = pathEdges(view);
  const strong = strongest(edges, options.share);
  const most = edges.reduce((n, e) => Math.max(n, e.paths), 1);
  const widthOf = pathWidth(most, column);
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
  const width = LEFT + columns * column + RIGHT;
  const foot = sourceRows(view, { x, column, top: y(r0) + 14, window });
  const legendY = foot.bottom + labelRoom;
  const inst =
    view.instructionEnd !== null && view.instructionEnd >= c0 && view.instructionEnd <= c1 ? view.instructionEnd : null;
  const last = view.tokens.length - 1;
  const ends = r1 === view.layers - 1 && c1 === last;
  const crowded = inst !== null && (last - inst) * column < 7 * (4 + cells(tokenLabel(view.answer)));
  return {
    width,
    height: legendY + 52,
    column,
    row,
    window,
    origin: { x: x(0), y: y(0) },
    plot: { x: LEFT, y: TOP, width: columns * column, height: rows * row },
    curves,
    nodes: liveNodes(curves, window, x, y),
    bars: foot.bars,
    labels: [
      ...layerLabels(view, window, row, y),
      ...foot.labels,
      ...tokenLabels(view, x, { column, top: foot.bottom, window }),
      ...(inst === null ? [] : [label(x(inst), TOP - 14, "T_inst", "mark", { bold: true })]),
      ...(ends ? [answerLabel(view, width, x(last), crowded)] : []),
    ],
    band: inst === null ? null : { x: x(inst) - column / 2, y: TOP - 8, width: column, height: rows * row + 16 },
    lines: Array.from({ length: rows + 1 }, (_, b) => ({ x1: LEFT, x2: LEFT + columns * column, y: y(r0 + b) })),
    legend: {
      ranks: rankWords(view.maxRank),
      widths: [...new Set([0.05, 0.35, 1].map((share) => Math.max(1, Math.round(share * most))))].map((paths) => ({
        paths,
        width: widthOf(paths),
      })),
      y: legendY,
    },
    shown: strong.size,
    total: edges.length,
  };
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

/** Linear in paths, from hair to 9 px; narrow columns take narrower lines. */
export const pathWidth =
  (most: number, column: number) =>
  (paths: number): number =>
    Math.max(MIN_WIDTH, (paths / most) * Math.min(MAX_WIDTH, column * 0.4));

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

/** The strongest hops that together hold the share of all hops' paths. */
function strongest(edges: readonly PathEdge[], share: number): Set<number> {
  const sorted = [...edges].sort((a, b) => b.paths - a.paths || a.index - b.index);
  const total = sorted.reduce((n, e) => n + e.paths, 0);
  const chosen = new Set<number>();
  let sum = 0;
  for (const edge of sorted) {
    if (sum >= share * total && chosen.size > 0) break;
    chosen.add(edge.index);
    sum += edge.paths;
  }
  return chosen;
}

/** "1", "2–3", "4–10" ... */
export function rankWords(maxRank: number): string[] {
  const breaks = rankBreaks(maxRank);
  return breaks.map((high, c) => {
    const low = c === 0 ? 1 : breaks[c - 1] + 1;
    return low === high ? count(high) : `${count(low)}–${count(high)}`;
  });
}

/** Ink of a rank class in a theme; thin hops are the text's second colour. */
export const rankColour = (cls: number, theme: Theme): string => (cls < 0 ? theme.colour.text2 : theme.ramps.rank[cls]);

/** Where everything of a path graph stands: tokens from left to right, layers upward, the residual upright, a hop as one
 *  S-curve inside its layer's gap. A pure function of the view: no forces, no seed, nothing remembered.
 *  All lengths are CSS pixels, origin at the top left of the picture. */
import { unpack } from "../result/pack";
import { count, plain } from "./format";
import { BEND } from "./paths-graph";
import type { PathEdge, PathsView } from "./paths-types";
import { pathEdges } from "./paths-view";
import type { Theme } from "./theme";
import { tokenLabel } from "./tokens";

export interface PathsOptions {
  /** Share of paths whose hops are drawn in full, strongest first; the rest is thin and grey. */
  share: number;
  /** Only paths of hops up- and downstream of these positions at the embedding; null shows all. */
  source: number | null;
  /** Only hops whose best rank is at most this: the hops of all paths that good; null shows all. */
  rank: number | null;
}
export const PATHS_DEFAULTS: PathsOptions = { share: 0.8, source: null, rank: null };

export interface PathCurve {
  edge: PathEdge;
  /** SVG path data. */
  d: string;
  width: number;
  /** Class of the best rank, 0 to 4; -1 for a hop that is drawn thin. */
  rankClass: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}
export interface PathNode {
  /** 0 is the embedding, then after each layer. */
  boundary: number;
  position: number;
  x: number;
  y: number;
  /** On a drawn hop. */
  live: boolean;
}
export interface PathLabel {
  x: number;
  y: number;
  text: string;
  anchor: "start" | "middle" | "end";
  angle: number;
  role: "layer" | "axis" | "count" | "share" | "token" | "answer" | "mark" | "legend" | "row";
  bold: boolean;
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
const MIN_COLUMN = 12;
const MAX_ROW = 40;
const MIN_ROW = 8;
const [MIN_WIDTH, MAX_WIDTH] = [0.75, 9];
const THIN = 0.6;
const LEFT = 62;
const TOP = 40;
const BAR = 40;

/** Upper bounds of the five classes of best rank; they follow the rank limit. */
export function rankBreaks(maxRank: number): number[] {
  if (maxRank <= 10) return [1, 2, 3, 5, 10];
  if (maxRank <= 100) return [1, 3, 10, 30, 100];
  return [1, 10, 100, 1000, maxRank];
}

export function rankClass(rank: number, maxRank: number): number {
  const at = rankBreaks(maxRank).findIndex((bound) => rank <= bound);
  return at < 0 ? 4 : at;
}

/** @param size most width and height that the picture should take; tokens and layers shrink to fit down to their least. */
export function pathsLayout(
  view: PathsView,
  size: { width: number; height?: number },
  given: Partial<PathsOptions> = {},
): PathsLayout {
  const options = { ...PATHS_DEFAULTS, ...given };
  const tokens = view.tokens.length;
  const column = Math.max(MIN_COLUMN, Math.min(MAX_COLUMN, (size.width - LEFT - 24) / tokens));
  const labelRoom = 16 + 0.74 * Math.max(...view.tokens.map((t) => 7 * [...tokenLabel(t)].length));
  const below = BAR + 44 + labelRoom + 52;
  const room = size.height === undefined ? MAX_ROW * view.layers : size.height - TOP - below;
  const row = Math.max(MIN_ROW, Math.min(MAX_ROW, room / view.layers));
  const x = (position: number) => LEFT + (position + 0.5) * column;
  const y = (boundary: number) => TOP + (view.layers - boundary) * row;

  const { source, rank } = options;
  const edges = reachable(
    pathEdges(view).filter((e) => rank === null || e.bestRank <= rank),
    source,
  );
  const strong = strongest(edges, options.share);
  const most = edges.reduce((n, e) => Math.max(n, e.paths), 1);
  const widthOf = (paths: number) => Math.max(MIN_WIDTH, (paths / most) * Math.min(MAX_WIDTH, column * 0.4));
  const curves = edges
    .map((edge): PathCurve => {
      const drawn = strong.has(edge.index);
      return {
        edge,
        d: curve(x(edge.from), y(edge.layer), x(edge.to), y(edge.layer + 1), row),
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
  const live = new Set(
    edges.filter((e) => strong.has(e.index)).flatMap((e) => [`${e.layer},${e.from}`, `${e.layer + 1},${e.to}`]),
  );
  const nodes: PathNode[] = [];
  for (let boundary = 0; boundary <= view.layers; boundary++)
    for (let position = 0; position < tokens; position++)
      nodes.push({ boundary, position, x: x(position), y: y(boundary), live: live.has(`${boundary},${position}`) });

  const width = LEFT + tokens * column + 24;
  const foot = sourceRows(view, { x, column, top: y(0) + 14 });
  const legendY = foot.bottom + labelRoom;
  const inst = view.instructionEnd;
  return {
    width,
    height: legendY + 52,
    column,
    row,
    curves,
    nodes,
    bars: foot.bars,
    labels: [
      ...layerLabels(view.layers, row, y),
      ...foot.labels,
      ...tokenLabels(view, x, column, foot.bottom),
      ...(inst === null ? [] : [label(x(inst), TOP - 14, "T_inst", "mark", { bold: true })]),
      label(x(tokens - 1), TOP - (inst === tokens - 1 ? 28 : 14), tokenLabel(view.answer), "answer", { bold: true }),
    ],
    band: inst === null ? null : { x: x(inst) - column / 2, y: TOP - 8, width: column, height: view.layers * row + 16 },
    lines: Array.from({ length: view.layers + 1 }, (_, b) => ({ x1: LEFT, x2: LEFT + tokens * column, y: y(b) })),
    legend: {
      ranks: rankWords(view.maxRank),
      widths: [0.05, 0.35, 1].map((share) => {
        const paths = Math.max(1, Math.round(share * most));
        return { paths, width: widthOf(paths) };
      }),
      y: legendY,
    },
    shown: strong.size,
    total: edges.length,
  };
}

/** Hops on a path from one source: forward over the hops that are there. The counts stay those of all sources. */
function reachable(edges: readonly PathEdge[], source: number | null): PathEdge[] {
  if (source === null) return [...edges];
  let here = new Set([source]);
  const found: PathEdge[] = [];
  for (const layer of [...new Set(edges.map((e) => e.layer))].sort((a, b) => a - b)) {
    const next = edges.filter((e) => e.layer === layer && here.has(e.from));
    found.push(...next);
    here = new Set(next.map((e) => e.to));
  }
  return found;
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

/** One S inside the layer's gap; upright where the token stays. Two decimals: what no screen resolves is not worth it. */
function curve(x1: number, y1: number, x2: number, y2: number, row: number): string {
  const r = (value: number) => Math.round(value * 100) / 100;
  if (x1 === x2) return `M${r(x1)},${r(y1)}V${r(y2)}`;
  const bend = row * BEND;
  return `M${r(x1)},${r(y1)}C${r(x1)},${r(y1 - bend)} ${r(x2)},${r(y2 + bend)} ${r(x2)},${r(y2)}`;
}

function label(
  x: number,
  y: number,
  text: string,
  role: PathLabel["role"],
  more: Partial<Pick<PathLabel, "anchor" | "angle" | "bold">> = {},
): PathLabel {
  return { x, y, text, role, anchor: "middle", angle: 0, bold: false, ...more };
}

/** "embed", then the layers; every 2nd, 4th, 8th where the pitch is under 14 px, and always the last. */
function layerLabels(layers: number, row: number, y: (boundary: number) => number): PathLabel[] {
  const every = [1, 2, 4, 8, 16].find((step) => step * row >= 14) ?? 16;
  const labels = [label(LEFT - 10, y(0) + 4, "embed", "layer", { anchor: "end" })];
  for (let layer = 0; layer < layers; layer++) {
    const last = layer === layers - 1;
    const shown = last || (layer % every === 0 && (layers - 1 - layer) * row >= 14);
    // The lowest layer's label must not touch "embed".
    if (shown && (layer > 0 || row >= 14))
      labels.push(label(LEFT - 10, y(layer + 1) + 4, String(layer), "layer", { anchor: "end" }));
  }
  labels.push(label(13, y(layers / 2), "after layer", "axis", { angle: -90 }));
  return labels;
}

/** Below the columns: kept paths as bars, the number, and the share of all paths from there. */
function sourceRows(
  view: PathsView,
  { x, column, top }: { x: (position: number) => number; column: number; top: number },
): { bars: PathBar[]; labels: PathLabel[]; bottom: number } {
  const kept = unpack(view.highRanking);
  const total = unpack(view.totalPaths);
  const most = Math.max(1, ...kept);
  const strong = (position: number) => position === view.instructionEnd;
  const width = Math.min(16, column * 0.6);
  const bars = view.sources.flatMap((position, s): PathBar[] =>
    kept[s] === 0
      ? []
      : [
          {
            position,
            x: x(position) - width / 2,
            y: top,
            width,
            height: Math.max(1, (BAR * kept[s]) / most),
            strong: strong(position),
          },
        ],
  );
  const [numbers, shares] = [top + BAR + 15, top + BAR + 30];
  // Numbers stand where there is room for them; where not, the bars alone.
  const every = Math.max(1, Math.ceil(26 / column));
  const labels = view.sources.flatMap((position, s): PathLabel[] => {
    if (every > 1 && !strong(position) && position % every !== 0) return [];
    const share = kept[s] === 0 || total[s] === 0 ? "–" : percent(kept[s] / total[s]);
    const bold = strong(position);
    return [
      label(x(position), numbers, count(kept[s]), "count", { bold }),
      label(x(position), shares, share, "share", { bold }),
    ];
  });
  return {
    bars,
    labels: [
      ...labels,
      label(LEFT - 10, top + 10, "kept", "row", { anchor: "end" }),
      label(LEFT - 10, top + 23, "paths", "row", { anchor: "end" }),
      label(LEFT - 10, shares, "of all", "row", { anchor: "end" }),
    ],
    bottom: shares + 10,
  };
}

/** A share of paths: whole per cents, below one per cent with a digit that is not 0. */
function percent(share: number): string {
  const per = 100 * share;
  if (per >= 0.95) return `${plain(per, 0)} %`;
  return per >= 0.05 ? `${plain(per, 1)} %` : "<0.1 %";
}

/** Turned -48 degrees, -62 where columns are narrow, ending at the column. */
function tokenLabels(view: PathsView, x: (position: number) => number, column: number, top: number): PathLabel[] {
  const angle = column < 24 ? -62 : -48;
  return view.tokens.map((token, position) =>
    label(x(position) + 4, top + 8, tokenLabel(token), "token", {
      anchor: "end",
      angle,
      bold: position === view.instructionEnd,
    }),
  );
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

/** Which hop or node of a laid-out path graph is under a point. Pure: lengths are the layout's pixels. */
import { curvePoint } from "./paths-curve";
import type { PathGraph, PathSpot } from "./paths-graph";
import type { PathCurve, PathsLayout } from "./paths-layout";

/** How far from a hop's line a pointer may be: 5 px beside one that is drawn in full, 3 px beside a thin one. */
const REACH = { full: 5, thin: 3 };
/** A thin hop counts as this much further away. */
const THIN_HANDICAP = 2;
/** Points by which a curve is measured. */
const SAMPLES = 24;
/** Curves by their row: a hop stays inside its layer's gap, so a pointer meets those of two rows at most. */
const byRow = new WeakMap<PathsLayout, PathCurve[][]>();

function rowsOf(layout: PathsLayout): PathCurve[][] {
  const known = byRow.get(layout);
  if (known) return known;
  const rows: PathCurve[][] = [];
  for (const curve of layout.curves) {
    rows[curve.edge.layer] ??= [];
    rows[curve.edge.layer].push(curve);
  }
  byRow.set(layout, rows);
  return rows;
}

/** The hop under a point of the picture; the nearest; at a crossing the one drawn in full. */
export function curveAt(layout: PathsLayout, x: number, y: number): PathCurve | null {
  let best: PathCurve | null = null;
  let least = Number.POSITIVE_INFINITY;
  if (!inside(layout, x, y, REACH.full)) return null;
  const row = Math.floor((layout.origin.y - y) / layout.row);
  const rows = rowsOf(layout);
  for (const curve of [row - 1, row, row + 1].flatMap((r) => rows[r] ?? [])) {
    const full = curve.rankClass >= 0;
    const reach = curve.width / 2 + (full ? REACH.full : REACH.thin);
    if (y > curve.y1 + reach || y < curve.y2 - reach) continue;
    if (x < Math.min(curve.x1, curve.x2) - reach || x > Math.max(curve.x1, curve.x2) + reach) continue;
    const away = Math.max(0, distanceTo(curve, x, y, layout.row) - curve.width / 2);
    const counted = full ? away : away + THIN_HANDICAP;
    if (away > (full ? REACH.full : REACH.thin) || counted >= least) continue;
    [best, least] = [curve, counted];
  }
  return best;
}

const inside = ({ plot }: PathsLayout, x: number, y: number, by: number): boolean =>
  x >= plot.x - by && x <= plot.x + plot.width + by && y >= plot.y - by && y <= plot.y + plot.height + by;

function distanceTo(curve: PathCurve, x: number, y: number, row: number): number {
  if (curve.x1 === curve.x2) return Math.hypot(x - curve.x1, y - Math.min(curve.y1, Math.max(curve.y2, y)));
  let least = Number.POSITIVE_INFINITY;
  let from = curvePoint(curve, row, 0);
  for (let i = 1; i <= SAMPLES; i++) {
    const to = curvePoint(curve, row, i / SAMPLES);
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const along = Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy)));
    least = Math.min(least, Math.hypot(x - from.x - along * dx, y - from.y - along * dy));
    from = to;
  }
  return least;
}

/** The node with hops under a point, at most `reach` pixels away. */
export function spotAt(layout: PathsLayout, graph: PathGraph, x: number, y: number, reach: number): PathSpot | null {
  const { origin, column, row } = layout;
  const spot = { boundary: Math.round((origin.y - y) / row), position: Math.round((x - origin.x) / column) };
  const at = nodeAt(layout, spot);
  return at && Math.hypot(x - at.x, y - at.y) <= reach && graph.has(spot) ? spot : null;
}

/** The column whose label, bar or number is under a point below the lattice; null for none. */
export function columnUnder(
  { plot, legend, labels, origin, column, window }: PathsLayout,
  x: number,
  y: number,
): number | null {
  if (y < plot.y + plot.height || y > legend.y - 8) return null;
  const label = labels.find(({ role }) => role === "token");
  // Labels end at their column and lean to the left below it.
  const lean = label && y > label.y ? (y - label.y) / Math.tan((-label.angle * Math.PI) / 180) : 0;
  const at = Math.round((x + lean - origin.x) / column);
  return at >= window.c0 && at <= window.c1 ? at : null;
}

/** Where a node stands; null when it lies outside the window. */
export function nodeAt(
  { origin, column, row, window: { c0, c1, r0, r1 } }: PathsLayout,
  { boundary, position }: PathSpot,
): { x: number; y: number } | null {
  if (position < c0 || position > c1 || boundary < r0 || boundary > r1 + 1) return null;
  return { x: origin.x + position * column, y: origin.y - boundary * row };
}

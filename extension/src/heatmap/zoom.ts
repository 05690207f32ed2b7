/** Which part of a heatmap is drawn: ranges of columns and rows that grow and shrink around a cell. Pure.
 *  Pairs keep the same range on both axes, so that the diagonal stays one layer alone. */
import { axisLabel, type CellWindow, type HeatmapView } from "patchbay/view";
import type { Spot } from "./state";

/** How much larger a step makes the cells. */
const STEP = 1.5;
/** Fewer columns than this tell nothing about their neighbourhood. */
const LEAST = 3;

/** The part after one step in or out; null: all of it. The same window comes back where there is no further step. */
export function zoomed(
  view: HeatmapView,
  from: CellWindow | null,
  direction: "in" | "out" | "reset",
  around: Spot,
): CellWindow | null {
  if (direction === "reset") return null;
  const [nx, ny] = [view.x.labels.length, view.y.labels.length];
  const now = from ?? { x0: 0, x1: nx - 1, y0: 0, y1: ny - 1 };
  if (view.layout === "pairs") {
    // The middle between the two layers stays in sight.
    const [a, b] = step(now.x0, now.x1, nx, direction, (around.x + around.y) / 2);
    return a === 0 && b === nx - 1 ? null : { x0: a, x1: b, y0: a, y1: b };
  }
  const [x0, x1] = step(now.x0, now.x1, nx, direction, around.x);
  const [y0, y1] = step(now.y0, now.y1, ny, direction, around.y);
  return x0 === 0 && y0 === 0 && x1 === nx - 1 && y1 === ny - 1 ? null : { x0, x1, y0, y1 };
}

/** One range after a step: what it is around keeps its share of the way. */
function step(from: number, to: number, count: number, direction: "in" | "out", around: number): [number, number] {
  const length = to - from + 1;
  const wanted = direction === "in" ? Math.floor(length / STEP) : Math.ceil(length * STEP);
  const next = Math.min(count, Math.max(Math.min(LEAST, count), wanted));
  const share = length > 1 ? (around - from) / (length - 1) : 0.5;
  const start = Math.round(around - share * (next - 1));
  const first = Math.min(count - next, Math.max(0, start));
  return [first, first + next - 1];
}

/** The window moved so far that a cell lies in it. */
export function holding(view: HeatmapView, window: CellWindow | null, { x, y }: Spot): CellWindow | null {
  if (!window) return null;
  const shift = (from: number, to: number, at: number) => (at < from ? at - from : at > to ? at - to : 0);
  if (view.layout !== "pairs") {
    const [dx, dy] = [shift(window.x0, window.x1, x), shift(window.y0, window.y1, y)];
    return dx === 0 && dy === 0
      ? window
      : { x0: window.x0 + dx, x1: window.x1 + dx, y0: window.y0 + dy, y1: window.y1 + dy };
  }
  // Both layers of a pair must fit: where they are further apart than the window is wide, it grows.
  const length = Math.max(window.x1 - window.x0, y - x);
  const start = Math.max(Math.min(window.x0, x), y - length);
  const first = Math.max(0, Math.min(start, view.x.labels.length - 1 - length));
  const next = { x0: first, x1: first + length, y0: first, y1: first + length };
  return next.x0 === window.x0 && next.x1 === window.x1 ? window : next;
}

/** "Layers 8 to 15", for the read-out and for screen readers. */
export function windowWords(view: HeatmapView, window: CellWindow): string {
  const name = (axis: "x" | "y", from: number, to: number) =>
    `${view[axis].field}s ${axisLabel(view[axis], from)} to ${axisLabel(view[axis], to)}`;
  const x = name("x", window.x0, window.x1);
  const words = view.layout === "grid" ? `${x}, ${name("y", window.y0, window.y1)}` : x;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

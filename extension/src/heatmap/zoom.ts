/** Which part of a heatmap is drawn: ranges of columns and rows that grow and shrink around a cell, and move. Pure. */
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
  const [x0, x1] = step(now.x0, now.x1, nx, direction, around.x);
  const [y0, y1] = step(now.y0, now.y1, ny, direction, around.y);
  if (x0 === 0 && y0 === 0 && x1 === nx - 1 && y1 === ny - 1) return null;
  return moved(view, { x0, x1, y0, y1 }, { columns: 0, rows: 0 });
}

/** The window so many columns to the right and rows up, as far as there are any; in pairs no further than the diagonal,
 *  below which there is nothing. */
export function moved(
  { x, y, layout }: HeatmapView,
  { x0, x1, y0, y1 }: CellWindow,
  by: { columns: number; rows: number },
): CellWindow {
  const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
  const [width, height] = [x1 - x0, y1 - y0];
  const left = within(x0 + by.columns, 0, x.labels.length - 1 - width);
  let low = within(y0 + by.rows, 0, y.labels.length - 1 - height);
  if (layout === "pairs") low = Math.max(low, Math.min(left + LEAST - 1, y.labels.length - 1) - height);
  return { x0: left, x1: left + width, y0: low, y1: low + height };
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

export type PanDirection = "left" | "right" | "up" | "down";

/** A third of what is drawn, one cell at least: what a key or a step of the wheel moves by. */
export function stepOf({ x0, x1, y0, y1 }: CellWindow, direction: PanDirection): { columns: number; rows: number } {
  const third = (from: number, to: number) => Math.max(1, Math.floor((to - from + 1) / 3));
  const [columns, rows] = [third(x0, x1), third(y0, y1)];
  return {
    left: { columns: -columns, rows: 0 },
    right: { columns, rows: 0 },
    up: { columns: 0, rows },
    down: { columns: 0, rows: -rows },
  }[direction];
}

/** The window moved so far that a cell lies in it. */
export function holding(view: HeatmapView, window: CellWindow | null, { x, y }: Spot): CellWindow | null {
  if (!window) return null;
  const shift = (from: number, to: number, at: number) => (at < from ? at - from : at > to ? at - to : 0);
  const [columns, rows] = [shift(window.x0, window.x1, x), shift(window.y0, window.y1, y)];
  return columns === 0 && rows === 0 ? window : moved(view, window, { columns, rows });
}

/** "Layers 8 to 15", or "Layers 0 to 4 with 8 to 12", for the read-out and for screen readers. */
export function windowWords(view: HeatmapView, window: CellWindow): string {
  const name = (axis: "x" | "y", from: number, to: number) =>
    `${view[axis].field}s ${axisLabel(view[axis], from)} to ${axisLabel(view[axis], to)}`;
  const x = name("x", window.x0, window.x1);
  const { x0, x1, y0, y1 } = window;
  const others = x0 === y0 && x1 === y1 ? "" : ` with ${axisLabel(view.y, y0)} to ${axisLabel(view.y, y1)}`;
  const words = { grid: `${x}, ${name("y", y0, y1)}`, pairs: x + others, singles: x }[view.layout];
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Windows on the plane: nearer and further about a spot, shifted, around points. Pure. */
import { type ScatterLayout, valueAt, type Window } from "patchbay/view";

const STEP = 1.5;
/** Times that a window may be smaller than the whole. */
const MOST = 200;
/** Room around points, as a share of their extent and in pixels at least. */
const MARGIN = { share: 0.12, pixels: 24 };

/** One step in or out that leaves the value at (x, y) where it is; `whole` when there is nothing more to see outside,
 *  null when one cannot go further in. */
export function zoomed(
  window: Window,
  whole: Window,
  [x, y]: readonly [number, number],
  direction: "in" | "out",
): Window | "whole" | null {
  const by = direction === "in" ? 1 / STEP : STEP;
  const next = {
    x0: x + (window.x0 - x) * by,
    x1: x + (window.x1 - x) * by,
    y0: y + (window.y0 - y) * by,
    y1: y + (window.y1 - y) * by,
  };
  const size = (next.x1 - next.x0) / (whole.x1 - whole.x0);
  if (size >= 1) return "whole";
  return size < 1 / MOST ? null : next;
}

/** The window after the picture was dragged by so many pixels. */
export function dragged(window: Window, { unit }: Pick<ScatterLayout, "unit">, dx: number, dy: number): Window {
  const [x, y] = [-dx / unit.x, dy / unit.y];
  return { x0: window.x0 + x, x1: window.x1 + x, y0: window.y0 + y, y1: window.y1 + y };
}

/** A window that holds the points; null when none of them is drawn. */
export function around(layout: ScatterLayout, points: readonly number[]): Window | null {
  const places = points.flatMap((point) => {
    const [px, py] = [layout.points[2 * point] as number, layout.points[2 * point + 1] as number];
    return Number.isFinite(px + py) ? [valueAt(layout, px, py)] : [];
  });
  if (places.length === 0) return null;
  const ends = (axis: 0 | 1) =>
    places.reduce(([least, most], p) => [Math.min(least, p[axis]), Math.max(most, p[axis])] as [number, number], [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as [number, number]);
  const [[x0, x1], [y0, y1]] = [ends(0), ends(1)];
  const margin = MARGIN.share * Math.max(x1 - x0, y1 - y0, MARGIN.pixels / MARGIN.share / layout.unit.x / 2);
  return { x0: x0 - margin, x1: x1 + margin, y0: y0 - margin, y1: y1 + margin };
}

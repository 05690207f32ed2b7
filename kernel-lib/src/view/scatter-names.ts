/** Where the names of classes stand: beside the mean, outside the ellipse, over as few points and other names as can be.
 *  Greedy, from the first class on; the same data always give the same places. */

import { textWidth } from "./format";
import { classesOf } from "./scatter-frame";
import type { ClassMark, ScatterLayout } from "./scatter-layout";
import { shortNames } from "./scatter-looks";
import type { ScatterView } from "./scatter-types";
import { promptText } from "./scatter-words";
import type { Theme } from "./theme";

const DIRECTIONS = 16;
/** Distances from the ellipse that are tried, in letter sizes. */
const STEPS = [0.4, 1.2, 2.2, 3.6, 5.4, 7.5];
/** Distance from which a line says whose name it is. */
const LED = 3;
/** Points that are looked at: a sample is as good where there are more. */
const SAMPLE = 1500;
/** Letters of a name before it is cut. */
const MOST = 24;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The marks with their names placed; a class whose mean is out of sight has none. */
export function placeNames(
  layout: ScatterLayout,
  marks: readonly ClassMark[],
  view: ScatterView,
  theme: Theme,
): ClassMark[] {
  const { plot } = layout;
  const size = theme.size.label;
  const every = Math.max(1, Math.ceil(layout.points.length / 2 / SAMPLE));
  const points: number[] = [];
  for (let i = 0; 2 * i < layout.points.length; i += every)
    if (Number.isFinite(layout.points[2 * i])) points.push(layout.points[2 * i], layout.points[2 * i + 1]);
  const corners: Box[] = layout.compact
    ? [
        { x: plot.x, y: plot.y, width: 0.45 * plot.width, height: 1.6 * size },
        {
          x: plot.x + 0.55 * plot.width,
          y: plot.y + plot.height - 1.8 * size,
          width: 0.45 * plot.width,
          height: 1.8 * size,
        },
      ]
    : [];
  const taken: Box[] = corners.concat(
    marks.flatMap(({ mean }) => (mean ? [{ x: mean.x - 6, y: mean.y - 6, width: 12, height: 12 }] : [])),
  );
  const names = shortNames(view);
  return marks.map((mark) => {
    const { mean, ellipse, index } = mark;
    if (!mean || !inside(plot, mean)) return mark;
    const text = promptText(names[index], MOST);
    // Screens' own fonts may be wider than the one that is measured.
    const width = textWidth(text, size) * 1.1;
    if (layout.spread)
      return { ...mark, name: { ...besideRow(layout, view, index, width, size, mean.y), text, led: false } };
    const reach = reachOf(layout, ellipse);
    let best: { cost: number; box: Box; led: boolean } | null = null;
    for (const [ring, step] of STEPS.entries()) {
      for (let k = 0; k < DIRECTIONS; k++) {
        // From the top, to both sides in turn.
        const turn = ((k % 2 === 0 ? 1 : -1) * Math.ceil(k / 2) * 2 * Math.PI) / DIRECTIONS - Math.PI / 2;
        const [dx, dy] = [Math.cos(turn), Math.sin(turn)];
        const away = reach(turn) + step * size;
        const box = {
          x: mean.x + dx * (away + width / 2) - width / 2,
          y: mean.y + dy * (away + size / 2) - size / 2,
          width,
          height: size,
        };
        const cost = costOf(box, plot, points, taken) + 0.6 * ring + 0.02 * k;
        if (best === null || cost < best.cost) best = { cost, box, led: step >= LED };
      }
    }
    const { box, led } = best as { box: Box; led: boolean };
    taken.push(box);
    return { ...mark, name: { x: box.x + box.width / 2, y: box.y + size * 0.82, text, led } };
  });
}

/** In a row of points: after its end, or before its beginning where there is more room. */
function besideRow(
  { plot, points, radius }: ScatterLayout,
  view: ScatterView,
  index: number,
  width: number,
  size: number,
  y: number,
): { x: number; y: number } {
  const classOf = classesOf(view);
  const own = Array.from(classOf).flatMap((k, i) =>
    k === index && Number.isFinite(points[2 * i]) ? [points[2 * i]] : [],
  );
  const [least, most] = [own.reduce((a, b) => Math.min(a, b)), own.reduce((a, b) => Math.max(a, b))];
  const gap = 2 * radius + size * 0.5 + width / 2;
  const after = plot.x + plot.width - most >= least - plot.x;
  return { x: after ? most + gap : least - gap, y: y + size * 0.36 };
}

/** From the middle to the rim of an ellipse, in a direction. */
function reachOf(layout: ScatterLayout, ellipse: ClassMark["ellipse"]): (turn: number) => number {
  if (!ellipse) return () => 3 * layout.radius;
  const { rx, ry, angle } = ellipse;
  return (turn) => {
    const along = turn - (angle * Math.PI) / 180;
    const rim = Math.hypot(Math.cos(along) / Math.max(1, rx), Math.sin(along) / Math.max(1, ry));
    return Math.min(90, 1 / rim);
  };
}

function costOf(box: Box, plot: Box, points: readonly number[], taken: readonly Box[]): number {
  let cost = 0;
  if (box.x < plot.x || box.y < plot.y) cost += 60;
  if (box.x + box.width > plot.x + plot.width || box.y + box.height > plot.y + plot.height) cost += 60;
  for (const other of taken) if (meet(box, other)) cost += 25;
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i], points[i + 1]];
    if (x > box.x - 3 && x < box.x + box.width + 3 && y > box.y - 3 && y < box.y + box.height + 3) cost += 2;
  }
  return cost;
}

const inside = (box: Box, { x, y }: { x: number; y: number }) =>
  x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height;
const meet = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

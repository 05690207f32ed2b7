/** Numbers of one frame: coordinates, the mean and covariance of each class, the nearest mean. Pure. */
import { unpack } from "../result/pack";
import type { FrameKey, ScatterFrame, ScatterOptions, ScatterProbe, ScatterView } from "./scatter-types";

const decoded = new WeakMap<object, Float32Array | Float64Array | Int32Array | Uint8Array>();

/** Unpacks once: a slider goes back and forth between frames. */
function once(packed: ScatterFrame["points"]) {
  const known = decoded.get(packed);
  if (known) return known;
  const numbers = unpack(packed);
  decoded.set(packed, numbers);
  return numbers;
}

/** [points, axes] */
export const coordinatesOf = (frame: ScatterFrame): ArrayLike<number> => once(frame.points);
/** [points] */
export const classesOf = (view: ScatterView): ArrayLike<number> => once(view.classOf);
export const axesOf = (frame: ScatterFrame): number => frame.points.shape[1];

/** The frame of a layer; null while it is still to come. */
export const frameOf = (view: ScatterView, { site, method, layer }: FrameKey): ScatterFrame | null =>
  view.frames.find((f) => f.layer === layer && f.site === site && f.method === method) ?? null;

export const probeOf = (view: ScatterView, { site, layer }: Omit<FrameKey, "method">): ScatterProbe | null =>
  view.probes.find((p) => p.layer === layer && p.site === site) ?? null;

/** Filled in with what is shown first: the first two axes, means and ellipses on. */
export function scatterOptions(view: ScatterView, partial: Partial<ScatterOptions> = {}): ScatterOptions {
  return {
    ...view.shown,
    axes: [0, 1],
    hidden: [],
    means: true,
    ellipses: true,
    density: "auto",
    zoom: null,
    ...partial,
  };
}

/** Where points lie in the plane of two axes, [points, 2]. A frame of one axis (LDA of two classes) has nothing to go
 *  up by: its classes then stand in rows, spread evenly within a row, which `spread` says. */
export interface Plane {
  xy: Float32Array;
  spread: boolean;
}

/** Share of a row that its points fill. */
const ROW = 0.55;
/** The golden ratio's fraction: multiples of it fill an interval evenly, in any number. */
const GOLDEN = 0.618_033_988_749_895;

/** @example planeOf(view, frame, [0, 1]).xy // x0, y0, x1, y1, ... */
export function planeOf(view: ScatterView, frame: ScatterFrame, axes: readonly [number, number]): Plane {
  const all = coordinatesOf(frame);
  const width = axesOf(frame);
  const n = view.prompts.length;
  const xy = new Float32Array(2 * n); // [points, 2]
  const spread = width === 1;
  const classOf = classesOf(view);
  const at = (axis: number) => Math.min(axis, width - 1);
  for (let i = 0; i < n; i++) {
    xy[2 * i] = all[i * width + at(axes[0])];
    xy[2 * i + 1] = spread ? ROW * (((i * GOLDEN) % 1) - 0.5) - classOf[i] : all[i * width + at(axes[1])];
  }
  return { xy, spread };
}

/** Mean and covariance (n - 1) of a class in the plane. */
export interface ClassStats {
  n: number;
  mean: readonly [number, number];
  /** xx, xy, yy; null with fewer than three points. */
  cov: readonly [number, number, number] | null;
}

/** One for each class; null where none of its points has a place. */
export function classStats(view: ScatterView, { xy }: Plane): (ClassStats | null)[] {
  const classOf = classesOf(view);
  const sums = view.classes.map(() => ({ n: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 }));
  const each = (act: (sum: (typeof sums)[number], x: number, y: number) => void) => {
    for (let i = 0; i < classOf.length; i++) {
      const [x, y] = [xy[2 * i], xy[2 * i + 1]];
      if (Number.isFinite(x + y)) act(sums[classOf[i]], x, y);
    }
  };
  each((sum, x, y) => {
    sum.n++;
    sum.x += x;
    sum.y += y;
  });
  each((sum, x, y) => {
    const [dx, dy] = [x - sum.x / sum.n, y - sum.y / sum.n];
    sum.xx += dx * dx;
    sum.xy += dx * dy;
    sum.yy += dy * dy;
  });
  return sums.map(({ n, x, y, xx, xy: product, yy }) =>
    n === 0 ? null : { n, mean: [x / n, y / n], cov: n < 3 ? null : [xx / (n - 1), product / (n - 1), yy / (n - 1)] },
  );
}

/** Half axes and angle (radians, from the x axis) of `sd` standard deviations. */
export function ellipseOf(
  [xx, xy, yy]: readonly [number, number, number],
  sd: number,
): { rx: number; ry: number; angle: number } {
  const half = (xx + yy) / 2;
  const root = Math.hypot((xx - yy) / 2, xy);
  return {
    rx: sd * Math.sqrt(Math.max(0, half + root)),
    ry: sd * Math.sqrt(Math.max(0, half - root)),
    angle: xy === 0 && xx >= yy ? 0 : Math.atan2(half + root - xx, xy === 0 ? 1e-30 : xy),
  };
}

/** Distances of a point to the means of all classes, over all axes of the frame; nearest first. In the space of LDA
 *  that is the rule by which LDA itself decides, for classes of one size. */
export function nearestMeans(
  view: ScatterView,
  frame: ScatterFrame,
  point: number,
): { class: number; distance: number }[] {
  const all = coordinatesOf(frame);
  const width = axesOf(frame);
  return meansOf(view, frame)
    .flatMap((mean, k) => {
      if (mean === null) return [];
      let sum = 0;
      for (let axis = 0; axis < width; axis++) sum += (all[point * width + axis] - mean[axis]) ** 2;
      return Number.isFinite(sum) ? [{ class: k, distance: Math.sqrt(sum) }] : [];
    })
    .sort((a, b) => a.distance - b.distance || a.class - b.class);
}

const means = new WeakMap<ScatterFrame, (Float64Array | null)[]>();

/** Mean of each class over all axes of the frame. */
function meansOf(view: ScatterView, frame: ScatterFrame): (Float64Array | null)[] {
  const known = means.get(frame);
  if (known) return known;
  const all = coordinatesOf(frame);
  const width = axesOf(frame);
  const classOf = classesOf(view);
  const counts = new Float64Array(view.classes.length);
  const sums = view.classes.map(() => new Float64Array(width));
  for (let i = 0; i < classOf.length; i++) {
    const row = Array.from({ length: width }, (_, axis) => all[i * width + axis]);
    if (!row.every(Number.isFinite)) continue;
    counts[classOf[i]]++;
    for (let axis = 0; axis < width; axis++) sums[classOf[i]][axis] += row[axis];
  }
  const found = sums.map((sum, k) => (counts[k] === 0 ? null : sum.map((total) => total / counts[k])));
  means.set(frame, found);
  return found;
}

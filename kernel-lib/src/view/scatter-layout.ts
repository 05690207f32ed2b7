/** The geometry of a scatter, as pure numbers: plot, window, ticks, points, means, ellipses, names, contours.
 *
 *  Units are CSS pixels from the picture's top left corner. A unit of the axes has the same pixels in both directions,
 *  so that what looks near is near. Canvas, overlay and Vega-Lite spec are all drawn from this one geometry. */
import { decimals, plain, superscript, textWidth } from "./format";
import { type Contour, densityContours } from "./scatter-density";
import { type ClassStats, classesOf, classStats, ellipseOf, frameOf, planeOf, scatterOptions } from "./scatter-frame";
import { type ClassLook, classLooks } from "./scatter-looks";
import { placeNames } from "./scatter-names";
import type { ScatterOptions, ScatterView, Window } from "./scatter-types";
import type { Theme } from "./theme";

export interface ScatterTick {
  value: number;
  /** Pixels from the left, or from the top. */
  at: number;
  text: string;
}

/** A class in the picture. */
export interface ClassMark {
  index: number;
  look: ClassLook;
  stats: ClassStats | null;
  mean: { x: number; y: number } | null;
  /** Angle in degrees, clockwise. */
  ellipse: { rx: number; ry: number; angle: number } | null;
  /** Middle of the name, on its baseline; `led`: it stands so far off that a line leads to it. null where nothing is
   *  drawn of the class. */
  name: { x: number; y: number; text: string; led: boolean } | null;
}

export interface ScatterLayout {
  width: number;
  height: number;
  plot: { x: number; y: number; width: number; height: number };
  window: Window;
  /** Pixels for one unit along x and y. */
  unit: { x: number; y: number };
  /** One axis alone: classes stand in rows, and up means nothing. */
  spread: boolean;
  /** Titles stand inside the plot, and there are no ticks. */
  compact: boolean;
  /** Least pixels between ticks. */
  pitch: number;
  xTicks: readonly ScatterTick[];
  yTicks: readonly ScatterTick[];
  /** What the axis is, and its share of the variance. */
  titles: { x: readonly [string, string]; y: readonly [string, string] };
  /** x0, y0, x1, y1, ... in pixels; NaN where a point is not drawn. */
  points: Float32Array;
  radius: number;
  opacity: number;
  classes: readonly ClassMark[];
  contours: readonly Contour[];
  /** Points of shown classes that have no place. */
  missing: number;
  /** The frame is there; otherwise only axes are drawn. */
  ready: boolean;
}

/** Standard deviations that an ellipse reaches. */
export const ELLIPSE_SD = 2;
/** From here on points are small, pale, and lie over contours. */
export const MANY_POINTS = 3000;
/** Below this width ticks give way. */
const COMPACT = 360;
/** Aspect of a plot whose height is free. */
const ASPECT = 0.74;
/** Figures at the y axis, in letter sizes: their usual room, and from where on they get more. */
const TICK_ROOM = 2.6;
const TICK_MOST = 3.1;
/** The reader's own font may be wider than the one that is measured. */
const WIDER = 1.15;
/** Letters between two ticks, at least. */
const TICK_LETTERS = 6.2;

/** Lays out one frame of `view` in `size`.
 *  @example scatterLayout(view, themes.light, { width: 580 }, { layer: 2 }).points */
export function scatterLayout(
  view: ScatterView,
  theme: Theme,
  size: { width: number; height?: number },
  partial: Partial<ScatterOptions> = {},
): ScatterLayout {
  const { tick } = theme.size;
  const usual = layOut(view, theme, size, partial, tick * TICK_ROOM);
  const widest = Math.max(0, ...usual.yTicks.map(({ text }) => textWidth(text, tick))) * WIDER;
  return usual.compact || widest <= tick * TICK_MOST ? usual : layOut(view, theme, size, partial, widest);
}

/** @param yLabels room for the figures at the y axis */
function layOut(
  view: ScatterView,
  theme: Theme,
  size: { width: number; height?: number },
  partial: Partial<ScatterOptions>,
  yLabels: number,
): ScatterLayout {
  const options = scatterOptions(view, partial);
  const frame = frameOf(view, options);
  const { tick, label } = theme.size;
  const compact = size.width < COMPACT && theme.medium === "screen";
  const spread = frame !== null && frame.points.shape[1] === 1;
  const pad = {
    left: compact ? 8 : label * (theme.medium === "print" ? 1.6 : 1.9) + (spread ? tick : yLabels),
    right: compact ? 8 : tick,
    top: tick * 0.9,
    bottom: compact ? 8 : tick * 1.6 + label * 1.9,
  };
  const width = Math.max(40, size.width - pad.left - pad.right);
  const height = size.height === undefined ? Math.round(width * ASPECT) : size.height - pad.top - pad.bottom;
  const plot = { x: pad.left, y: pad.top, width, height: Math.max(40, height) };
  const looks = classLooks(view);
  const radius = radiusOf(view.prompts.length, theme, compact);
  const plane = frame && planeOf(view, frame, options.axes);
  const hidden = new Set(options.hidden);
  const stats = plane ? classStats(view, plane) : [];
  const bounds = options.zoom ?? boundsOf(plane?.xy ?? new Float32Array(0), spread ? [] : stats);
  const window = fit(bounds, plot, { margin: options.zoom ? 0 : 3 * radius + 4, spread });
  const base: ScatterLayout = {
    width: size.width,
    height: plot.height + pad.top + pad.bottom,
    plot,
    window,
    ...scale(plot, window, { spread, pitch: TICK_LETTERS * tick }),
    spread,
    compact,
    pitch: TICK_LETTERS * tick,
    titles: titlesOf(options, frame?.ratios ?? [], spread),
    points: new Float32Array(2 * view.prompts.length).fill(Number.NaN),
    radius,
    opacity: view.prompts.length > MANY_POINTS ? 0.6 : 1,
    classes: looks.map((look, index) => ({ index, look, stats: null, mean: null, ellipse: null, name: null })),
    contours: [],
    missing: 0,
    ready: frame !== null,
  };
  if (plane === null) return base;
  const classOf = classesOf(view);
  const { points } = base;
  let missing = 0;
  for (let i = 0; i < classOf.length; i++) {
    if (hidden.has(classOf[i])) continue;
    points[2 * i] = px(base, plane.xy[2 * i]);
    points[2 * i + 1] = py(base, plane.xy[2 * i + 1]);
    if (!Number.isFinite(points[2 * i] + points[2 * i + 1])) missing++;
  }
  const marks = base.classes.map((mark) => {
    const of = hidden.has(mark.index) ? null : stats[mark.index];
    return of ? { ...mark, ...placed(base, of, options) } : mark;
  });
  const many = options.density === "on" || (options.density === "auto" && points.length / 2 > MANY_POINTS);
  const classes = placeNames(base, marks, view, theme);
  return { ...base, classes, missing, contours: many ? densityContours(points, plot) : [] };
}

/** Pixels of a value. */
export const px = ({ plot, window, unit }: Pick<ScatterLayout, "plot" | "window" | "unit">, x: number): number =>
  plot.x + (x - window.x0) * unit.x;
export const py = ({ plot, window, unit }: Pick<ScatterLayout, "plot" | "window" | "unit">, y: number): number =>
  plot.y + plot.height - (y - window.y0) * unit.y;

/** The value under a pixel. */
export function valueAt({ plot, window, unit }: ScatterLayout, x: number, y: number): [number, number] {
  return [window.x0 + (x - plot.x) / unit.x, window.y0 + (plot.y + plot.height - y) / unit.y];
}

/** Smaller where there are more. */
function radiusOf(points: number, theme: Theme, compact: boolean): number {
  const full = theme.medium === "print" ? 2.4 : compact ? 3.2 : 3.8;
  if (points > MANY_POINTS) return theme.medium === "print" ? 1.1 : 2;
  return points > 600 ? full * 0.75 : full;
}

/** Of all points and ellipses, those of hidden classes too: nothing moves when a class goes or comes back. */
function boundsOf(xy: Float32Array, stats: readonly (ClassStats | null)[]): Window {
  const window = { x0: Infinity, x1: -Infinity, y0: Infinity, y1: -Infinity };
  const hold = (x: number, y: number) => {
    if (!Number.isFinite(x + y)) return;
    window.x0 = Math.min(window.x0, x);
    window.x1 = Math.max(window.x1, x);
    window.y0 = Math.min(window.y0, y);
    window.y1 = Math.max(window.y1, y);
  };
  for (let i = 0; i < xy.length; i += 2) hold(xy[i], xy[i + 1]);
  for (const of of stats) {
    if (!of?.cov) continue;
    const [dx, dy] = [ELLIPSE_SD * Math.sqrt(of.cov[0]), ELLIPSE_SD * Math.sqrt(of.cov[2])];
    hold(of.mean[0] - dx, of.mean[1] - dy);
    hold(of.mean[0] + dx, of.mean[1] + dy);
  }
  return window.x0 > window.x1 ? { x0: -1, x1: 1, y0: -1, y1: 1 } : window;
}

/** Widens `bounds` to the plot's shape, so that a unit is as long in both directions. */
function fit(
  bounds: Window,
  plot: { width: number; height: number },
  { margin, spread }: { margin: number; spread: boolean },
): Window {
  // Where all points are one, the plane around it is as wide as it is far from 0.
  const far = Math.max(...Object.values(bounds).map(Math.abs));
  const isOne = Math.max(bounds.x1 - bounds.x0, bounds.y1 - bounds.y0) <= 1e-9 * far;
  const least = isOne ? far || 1 : Math.max(1e-12, 1e-9 * far);
  const wide = Math.max(bounds.x1 - bounds.x0, least);
  const tall = Math.max(bounds.y1 - bounds.y0, least);
  const [cx, cy] = [(bounds.x0 + bounds.x1) / 2, (bounds.y0 + bounds.y1) / 2];
  const perX = wide / Math.max(1, plot.width - 2 * margin);
  const perY = tall / Math.max(1, plot.height - 2 * margin);
  const [ux, uy] = spread ? [perX, perY] : [Math.max(perX, perY), Math.max(perX, perY)];
  return {
    x0: cx - (ux * plot.width) / 2,
    x1: cx + (ux * plot.width) / 2,
    y0: cy - (uy * plot.height) / 2,
    y1: cy + (uy * plot.height) / 2,
  };
}

/** Units and ticks of a window. */
function scale(plot: ScatterLayout["plot"], window: Window, { spread, pitch }: { spread: boolean; pitch: number }) {
  const unit = { x: plot.width / (window.x1 - window.x0), y: plot.height / (window.y1 - window.y0) };
  const at = { plot, window, unit };
  const step = niceStep(pitch / unit.x);
  const tick = (place: (value: number) => number) => (value: number, _: number, all: number[]) => ({
    value,
    at: place(value),
    text: tickText(value, all),
  });
  return {
    unit,
    xTicks: multiples(window.x0, window.x1, step).map(tick((v) => px(at, v))),
    yTicks: spread ? [] : multiples(window.y0, window.y1, step).map(tick((v) => py(at, v))),
  };
}

/** As many decimals as the ticks need; powers of ten where figures would not fit beside the axis. */
function tickText(value: number, all: readonly number[]): string {
  const most = Math.max(...all.map(Math.abs));
  if (value === 0 || all.length < 2 || (most >= 0.01 && most < 1e4)) return plain(value, decimals(all));
  const power = Math.floor(Math.log10(all[1] - all[0]) + 1e-9);
  return `${plain(Math.round(value / 10 ** power), 0)}·10${superscript(power)}`;
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find((step) => step * power >= least * 0.999) ?? 10);
}

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, Math.min(100, last - first + 1)) }, (_, i) => (first + i) * step);
}

const NAMES = { lda: "LDA", pca: "PCA" } as const;
const OF = { lda: "of between-class variance", pca: "of variance" } as const;

function titlesOf(
  { method, axes }: ScatterOptions,
  ratios: readonly number[],
  spread: boolean,
): ScatterLayout["titles"] {
  const share = (axis: number) => (ratios[axis] === undefined ? "" : `${plain(100 * ratios[axis], 0)} %`);
  const title = (axis: number) => `${NAMES[method]} axis ${axis + 1}`;
  const x = spread ? 0 : axes[0];
  return {
    x: [title(x), share(x) === "" ? "" : `(${share(x)} ${OF[method]})`],
    y: spread ? ["classes in rows", ""] : [title(axes[1]), share(axes[1]) === "" ? "" : `(${share(axes[1])})`],
  };
}

/** Mean and ellipse in pixels. */
function placed(layout: ScatterLayout, stats: ClassStats, options: ScatterOptions): Partial<ClassMark> {
  const mean = { x: px(layout, stats.mean[0]), y: py(layout, stats.mean[1]) };
  const { unit, spread } = layout;
  if (stats.cov === null || !options.ellipses || spread) return { stats, mean };
  const { rx, ry, angle } = ellipseOf(stats.cov, ELLIPSE_SD);
  return { stats, mean, ellipse: { rx: rx * unit.x, ry: ry * unit.x, angle: (-angle * 180) / Math.PI } };
}

/** Between two layouts of one size, `t` from 0 to 1: points, means and names move by identity, and the axes with them.
 *  What is in only one of the two appears at once. */
export function mixLayouts(a: ScatterLayout, b: ScatterLayout, t: number): ScatterLayout {
  if (t >= 1 || a.points.length !== b.points.length || a.spread !== b.spread || !a.ready || !b.ready) return b;
  const mix = (from: number, to: number) => from + (to - from) * t;
  const points = new Float32Array(b.points.length);
  for (let i = 0; i < points.length; i++)
    points[i] = Number.isNaN(a.points[i]) ? b.points[i] : mix(a.points[i], b.points[i]);
  const window = {
    x0: mix(a.window.x0, b.window.x0),
    x1: mix(a.window.x1, b.window.x1),
    y0: mix(a.window.y0, b.window.y0),
    y1: mix(a.window.y1, b.window.y1),
  };
  const classes = b.classes.map((to, k): ClassMark => {
    const from = a.classes[k];
    const between = <P extends { x: number; y: number }>(p: P | null, q: P | null) =>
      p && q ? { ...q, x: mix(p.x, q.x), y: mix(p.y, q.y) } : q;
    return {
      ...to,
      mean: between(from.mean, to.mean),
      name: between(from.name, to.name),
      ellipse: mixEllipses(from, to, t, a.unit.x, b.unit.x),
    };
  });
  return { ...b, ...scale(b.plot, window, b), window, points, classes, contours: [] };
}

/** By their covariances: angles alone would turn the long way round. */
function mixEllipses(a: ClassMark, b: ClassMark, t: number, unitA: number, unitB: number): ClassMark["ellipse"] {
  const [from, to] = [a.stats?.cov, b.stats?.cov];
  if (!from || !to || !a.ellipse || !b.ellipse) return b.ellipse;
  const mix = (k: 0 | 1 | 2) => from[k] * unitA ** 2 * (1 - t) + to[k] * unitB ** 2 * t;
  const { rx, ry, angle } = ellipseOf([mix(0), mix(1), mix(2)], ELLIPSE_SD);
  return { rx, ry, angle: (-angle * 180) / Math.PI };
}

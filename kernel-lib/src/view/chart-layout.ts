/** Where everything of a chart stands, in CSS pixels of the whole picture: enough for the specification, for an
 *  overlay, and for keyboard and pointer. Panels share one scale; along x every place is as wide as the next. */
import { chartNumber, chartScale } from "./chart-text";
import type { ChartPoint, ChartView } from "./chart-types";
import { chartLabels, chartPoints } from "./chart-view";
import { decimals, textWidth } from "./format";
import type { Rect, Size } from "./heatmap-types";
import type { Theme } from "./theme";
import { tokenLabel } from "./tokens";

/** What of a chart is drawn. */
export interface ChartLook {
  /** By index; default all. */
  panels: readonly number[];
  /** Panel letters a, b, c (print). */
  letters: boolean;
}

export interface ChartTick {
  index: number;
  text: string;
  x: number;
  y: number;
  bold: boolean;
}
export interface ChartBox extends Rect {
  /** Number in the view. */
  panel: number;
  showsY: boolean;
  showsX: boolean;
  places: number;
  ticks: readonly ChartTick[];
}
export interface ChartKey {
  kind: "series" | "behind" | "open" | "reference";
  /** Of a series. */
  index: number;
  text: string;
  x: number;
  y: number;
}
export interface ChartLayout {
  width: number;
  height: number;
  padding: { left: number; top: number; right: number; bottom: number };
  columns: number;
  boxes: readonly ChartBox[];
  domain: readonly [number, number];
  yTicks: readonly { value: number; text: string }[];
  /** Degrees by which names along x are turned, 0 or negative. */
  angle: number;
  /** From the first box' left edge to the middle of the y axis' title, and from a box' foot to the x title's baseline. */
  yTitle: number;
  xTitle: number;
  keys: readonly ChartKey[];
}

/** Width of a key's swatch with the gap behind it, and the gap between keys, in tick sizes. */
export const SWATCH = 1.6;
/** Share of a place that its bars fill, and of a bar's slot that the bar in front fills when one stands behind. */
const FILLED = 0.8;
const FRONT = 0.62;
/** Share of the whole plot that one bar takes at most: a bar alone is still a bar. */
const FEW = 0.25;
const TURN = -40;
/** Letters of a name along x before it is cut. */
const MOST_LETTERS = 22;

/** @example chartLayout(view, themes.print, { width: 312 }) */
export function chartLayout(view: ChartView, theme: Theme, size: Size, look: Partial<ChartLook> = {}): ChartLayout {
  const panels = look.panels ?? view.panels.map((_, at) => at);
  const { tick, label } = theme.size;
  const screen = theme.medium === "screen" ? 1.15 : 1; // The reader's own font may be wider than the one measured.
  const wide = (words: string) => textWidth(words, tick) * screen;
  const [domain, values] = scaleOf(view, panels);
  const digits = decimals(values.map((v) => v * chartScale(view)));
  const yTicks = values.map((value) => ({ value, text: chartNumber(view, value, digits) }));
  const yLabels = Math.max(...yTicks.map(({ text }) => wide(text))) + tick * 0.8;
  const left = Math.ceil(yLabels + label * 1.6);
  const titled = panels.length > 1 || panels.some((p) => view.panels[p].name !== "") || look.letters === true;
  const head = Math.ceil(titled ? tick * (panels.some((p) => view.panels[p].note !== "") ? 3.4 : 2) : tick * 0.8);
  const right = Math.ceil(tick * 0.8);
  const gap = Math.ceil(tick * 1.6);
  const least = theme.medium === "print" ? 120 : 170;
  const room = size.width - left - right;
  const columns = Math.max(1, Math.min(panels.length, Math.floor((room + gap) / (least + gap))));
  const rows = Math.ceil(panels.length / columns);
  const width = Math.max(20, Math.floor((room - (columns - 1) * gap) / columns));
  const names = panels.map((p) => chartLabels(view, p).map((name) => nameOf(view, name)));
  const { angle, every, drop } = turned(view, names, { width, tick, wide });
  const xTitle = Math.ceil(drop + tick * 0.5 + label);
  const below = Math.ceil(xTitle + label * 0.5);
  const keys = keysOf(view, panels, size.width - left - right, { tick, wide });
  const keyRows = keys.length === 0 ? 0 : keys[keys.length - 1].row + 1;
  const legend = Math.ceil(keyRows * tick * 1.7 + (keyRows === 0 ? 0 : tick * 0.6));
  const free = (size.height ?? Number.POSITIVE_INFINITY) - rows * (head + below) - legend;
  const height = Math.floor(Math.max(40, Math.min(free / rows, Math.max(90, Math.min(260, width * 0.62)))));
  const boxes = panels.map((panel, at): ChartBox => {
    const [column, row] = [at % columns, Math.floor(at / columns)];
    const x = left + column * (width + gap);
    const y = head + row * (height + head + below);
    const places = names[at].length;
    return {
      ...{ panel, x, y, width, height, places },
      showsY: column === 0,
      showsX: at + columns >= panels.length,
      ticks: names[at].flatMap((text, index) => {
        const bold = view.panels[panel].emphasis.includes(index);
        if (index % every !== 0 && !bold) return [];
        return [{ index, text, bold, x: x + ((index + 0.5) / places) * width, y: y + height + tick * 0.6 }];
      }),
    };
  });
  const foot = boxes[boxes.length - 1].y + height + below;
  const total = Math.ceil(foot + legend);
  return {
    width: size.width,
    height: total,
    padding: {
      left,
      top: head,
      right: size.width - left - columns * width - (columns - 1) * gap,
      bottom: total - boxes[boxes.length - 1].y - height,
    },
    columns,
    boxes,
    domain,
    yTicks,
    angle,
    yTitle: -Math.round(yLabels + label * 0.75),
    xTitle,
    keys: keys.map(({ row, ...key }) => ({ ...key, x: left + key.x, y: foot + tick * 0.9 + row * tick * 1.7 })),
  };
}

/** Middle of a place along x, or any point between (`at` counts places from 0). */
export const chartX = (box: ChartBox, at: number): number => box.x + ((at + 0.5) / box.places) * box.width;
export const chartY = ({ domain: [low, high] }: ChartLayout, box: ChartBox, value: number): number =>
  box.y + box.height * (1 - (value - low) / (high - low));

/** A series' bar around the middle of its place, in places: [-0.4, 0.4] for a single series. */
export function barSpan(view: ChartView, series: number, which: "front" | "behind" = "front"): [number, number] {
  const slots = view.mark === "shares" ? 1 : view.series.length;
  const filled = Math.min(FILLED, FEW * slots * view.x.labels.length);
  const slot = filled / slots;
  const middle = -filled / 2 + slot * ((view.mark === "shares" ? 0 : series) + 0.5);
  const half = (slot / 2) * (view.behind !== null && which === "front" ? FRONT : slots > 1 ? 0.9 : 1);
  return [middle - half, middle + half];
}

/** Ends of each value's bar: stacked for shares, else from 0 (or the axis' nearer end). */
export function barEnds(view: ChartView, points: readonly ChartPoint[], domain: readonly [number, number]) {
  const sums = new Map<string, number>();
  const zero = Math.min(domain[1], Math.max(domain[0], 0));
  return points.map((point): [number, number] => {
    if (view.mark !== "shares") return [zero, point.value ?? zero];
    const key = `${point.panel} ${point.x}`;
    const from = sums.get(key) ?? 0;
    sums.set(key, from + (point.value ?? 0));
    return [from, from + (point.value ?? 0)];
  });
}

/** Side of the square that a point of a line answers to. */
const POINT = 10;

/** Where a value is drawn: its bar, its share, or the square around its point; null when its panel is not drawn, or it
 *  has no value.
 *  @example chartRect(view, layout, chartPoints(view)[0])?.width */
export function chartRect(view: ChartView, layout: ChartLayout, point: ChartPoint): Rect | null {
  const box = layout.boxes.find(({ panel }) => panel === point.panel);
  if (box === undefined || point.value === null) return null;
  if (view.mark === "lines") {
    const [x, y] = [chartX(box, point.x), chartY(layout, box, point.value)];
    return { x: x - POINT / 2, y: y - POINT / 2, width: POINT, height: POINT };
  }
  const stack = chartPoints(view).filter((p) => p.panel === point.panel && p.x === point.x);
  const at = stack.findIndex(({ series }) => series === point.series);
  const [from, to] = barEnds(view, stack, layout.domain)[at].map((end) => chartY(layout, box, end));
  const [left, right] = barSpan(view, point.series).map((end) => chartX(box, point.x + end));
  return { x: left, y: Math.min(from, to), width: right - left, height: Math.abs(to - from) };
}

/** The value under a point of the picture: in a bar's slot, or the nearest of a place's points; null outside.
 *  @example chartAt(view, layout, 120, 80)?.value */
export function chartAt(view: ChartView, layout: ChartLayout, x: number, y: number): ChartPoint | null {
  const box = layout.boxes.find((b) => x >= b.x && x <= b.x + b.width && y >= b.y && y <= b.y + b.height);
  if (box === undefined) return null;
  const at = ((x - box.x) / box.width) * box.places - 0.5;
  const place = Math.min(box.places - 1, Math.max(0, Math.round(at)));
  const here = chartPoints(view).filter((p) => p.panel === box.panel && p.x === place && p.value !== null);
  if (here.length === 0) return null;
  if (view.mark === "bars") {
    const off = (p: ChartPoint) => Math.abs(at - place - (barSpan(view, p.series)[0] + barSpan(view, p.series)[1]) / 2);
    return here.reduce((a, b) => (off(b) < off(a) ? b : a));
  }
  const ends = barEnds(view, here, layout.domain);
  if (view.mark === "shares") {
    const inside = here.find((_, i) => {
      const [low, high] = ends[i].map((end) => chartY(layout, box, end));
      return y <= low && y >= high;
    });
    return inside ?? null;
  }
  const off = (p: ChartPoint) => Math.abs(y - chartY(layout, box, p.value as number));
  return here.reduce((a, b) => (off(b) < off(a) ? b : a));
}

function nameOf(view: ChartView, name: string): string {
  if (view.x.field === "token") return tokenLabel(name);
  const letters = [...name];
  return letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS - 1).join("")}…` : name;
}

/** Names along x lie flat where they fit, are thinned where they count, and lean otherwise. */
function turned(
  view: ChartView,
  names: readonly (readonly string[])[],
  { width, tick, wide }: { width: number; tick: number; wide: (words: string) => number },
): { angle: number; every: number; drop: number } {
  const band = Math.min(...names.map((each) => width / each.length));
  const widest = Math.max(...names.flat().map(wide));
  const flat = { angle: 0, every: 1, drop: tick * 1.4 };
  if (widest + tick * 0.5 <= band) return flat;
  const counts = ["layer", "head", "position"].includes(view.x.field);
  if (counts) return { ...flat, every: Math.ceil((widest + tick * 0.7) / band) };
  const drop = tick * 1.4 + widest * Math.sin((-TURN * Math.PI) / 180);
  return { angle: TURN, every: Math.max(1, Math.ceil((tick * 1.1) / band)), drop };
}

/** Round limits and ticks for all that is drawn; 0 is there for bars and shares. */
function scaleOf(view: ChartView, panels: readonly number[]): [readonly [number, number], number[]] {
  const points = chartPoints(view).filter((p) => panels.includes(p.panel));
  const ends = barEnds(view, points, [0, 0]);
  const there = (values: (number | null | undefined)[]) => values.filter((v): v is number => v != null);
  const drawn = points.flatMap((p, i) =>
    there([
      ...(view.mark === "shares" ? ends[i] : [p.value, p.low, p.high]),
      p.behind?.value,
      p.behind?.low,
      p.behind?.high,
    ]),
  );
  const all = [...drawn, ...view.references.map(({ value }) => value), ...(view.mark === "lines" ? [] : [0])];
  let [low, high] = view.y.domain ?? [least(all), most(all)];
  if (!(high > low)) [low, high] = low === 0 ? [0, 1] : [Math.min(low, 0), Math.max(low, 0)];
  // Ends that are all but equal have no round numbers between them that a double could tell apart.
  const magnitude = Math.max(Math.abs(low), Math.abs(high));
  if (high - low < Math.max(magnitude * 1e-9, 1e-290)) {
    const around = Math.max(magnitude * 1e-6, 1e-280);
    [low, high] = [low - around, high + around];
  }
  const step = niceStep((high - low) / 5);
  if (view.y.domain === null) {
    [low, high] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  }
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
    // Twelve digits: enough for any tick, and 3 * 0.1 comes out as 0.3.
    ticks.push(Number((k * step).toPrecision(12)) + 0);
  }
  return [[low, high], ticks];
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), values[0] ?? 1);

/** 1, 2 or 5 times a power of ten, at least `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * (1 - 1e-9)) ?? 10 * power;
}

/** Keys of the legend, flowing into rows of `room` pixels; none for a single thing. Where bars stand behind others, a
 *  single series needs its key too, by what its bars are called. */
function keysOf(
  view: ChartView,
  panels: readonly number[],
  room: number,
  { tick, wide }: { tick: number; wide: (words: string) => number },
) {
  const isOpen = chartPoints(view).some((p) => panels.includes(p.panel) && p.significant === false);
  const texts: { kind: ChartKey["kind"]; index: number; text: string }[] = [
    ...(view.series.length > 1
      ? view.series.map(({ name }, index) => ({ kind: "series" as const, index, text: name }))
      : view.behind !== null && view.label !== ""
        ? [{ kind: "series" as const, index: 0, text: view.label }]
        : []),
    ...(view.behind === null ? [] : [{ kind: "behind" as const, index: -1, text: view.behind.label }]),
    ...(isOpen ? [{ kind: "open" as const, index: -1, text: "not significant" }] : []),
    ...view.references.map(({ label }, index) => ({ kind: "reference" as const, index, text: label })),
  ];
  let [x, row] = [0, 0];
  return texts.map((key) => {
    const width = tick * (SWATCH + 0.5) + wide(key.text);
    if (x > 0 && x + width > room) [x, row] = [0, row + 1];
    const placed = { ...key, x, row, y: 0 };
    x += width + tick * 1.4;
    return placed;
  });
}

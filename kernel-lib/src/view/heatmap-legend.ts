/** The heatmap's legend: the ramp with its unit, a rug of where values lie, and the keys of hatch, minus bar and
 *  cross. It lives in the free corner of a triangle of pairs when there is room, otherwise below. */
import { inkOn, rampColour } from "./colour";
import { legendTicks, rampPosition } from "./colour-domain";
import { count, decimals, plain, signed, superscript, textWidth } from "./format";
import { drawnWider } from "./heatmap-axis";
import { metricOf } from "./heatmap-grid";
import type { ColourDomain, HeatmapLayout, HeatmapOptions } from "./heatmap-types";
import { BAR, CROSS, type Marks, noMarks, type ShapeMark, text } from "./marks";
import type { Theme } from "./theme";
import type { HeatmapView } from "./types";

/** A ramp narrower than this many tick heights gets three labels instead of five. */
const ROOMY = 13.5;

/** All lengths in tick heights: the gap above, label, rug, ramp, its labels, one line of keys. */
const PART = { label: 1.35, rug: 0.75, ramp: 0.9, ticks: 1.6, key: 1.55, swatch: 1.3 } as const;

interface Key {
  kind: "hatch" | "minus" | "cross" | "weak";
  words: string;
}

/** What of a layout the keys depend on. */
type Drawn = Pick<HeatmapLayout, "panels" | "showsMinus" | "window">;

/** Everything under the ramp that needs explaining in this view. */
function keysOf(view: HeatmapView, theme: Theme, options: HeatmapOptions, drawn: Drawn): Key[] {
  const cells = drawn.panels.flatMap((panel) => panel.cells);
  const metric = metricOf(view, options);
  const keys: Key[] = [];
  // On screen it is there while nothing is hatched yet, so that a filling grid does not move.
  const isHatched = theme.medium === "screen" ? metric.test !== null : cells.some((cell) => cell.significant === false);
  if (options.hatch && isHatched) {
    keys.push({
      kind: "hatch",
      words: theme.medium === "print" ? "not significant" : `not significant (${metric.test})`,
    });
  }
  if (drawn.showsMinus && cells.some((cell) => cell.value !== null && cell.value < 0))
    keys.push({ kind: "minus", words: "below zero" });
  if (cells.some((cell) => cell.kind === "missing")) keys.push({ kind: "cross", words: "no value" });
  if (options.threshold !== null)
    keys.push({ kind: "weak", words: `under ${plain(options.threshold, metric.digits.readout)}` });
  return keys;
}

interface Place {
  pitch: number;
  width: number;
  left: number;
  bottom: number;
  space: { bottom: number };
}

/** Where the legend stands; null when it was switched off. */
export function legendBox(
  view: HeatmapView,
  theme: Theme,
  options: HeatmapOptions,
  drawn: Drawn,
  place: Place,
): HeatmapLayout["legend"] {
  if (options.legend === "none") return null;
  if (options.legend === "inside" && view.layout === "pairs" && drawn.panels.length === 1) {
    const inside = freeCorner(view, theme, options, drawn, place.pitch);
    if (inside !== null) return inside;
  }
  const box = { x: place.left, y: place.bottom + place.space.bottom, width: place.width - place.left };
  const { height } = belowPlan(view, theme, options, box, keysOf(view, theme, options, drawn));
  return { place: "below", ...box, height };
}

/** The box under the diagonal, right-aligned; null when it would touch a cell, or leave the panel. */
function freeCorner(
  view: HeatmapView,
  theme: Theme,
  options: HeatmapOptions,
  drawn: Drawn,
  pitch: number,
): HeatmapLayout["legend"] {
  const { tick } = theme.size;
  const panel = drawn.panels[0];
  const keys = keysOf(view, theme, options, drawn);
  const height = tick * (PART.label + PART.rug + PART.ramp + PART.ticks + keys.length * PART.key);
  const words = metricOf(view, options).label;
  const least = Math.max(tick * 9, textWidth(words, tick), keyWidth("not significant", tick));
  const width = Math.max(least, Math.min(tick * 17.4, panel.width * 0.545));
  // Columns from `first` on are free below the row of the same layer.
  const first = Math.floor((panel.width - width - tick * 1.6) / pitch);
  const free = (drawn.window.x0 + first - drawn.window.y0) * pitch;
  if (free < height + tick * 0.6) return null;
  const y = panel.y + panel.height - height - (free - height) * 0.3;
  // The last tick's label is centred on the ramp's end.
  return { place: "inside", x: panel.x + panel.width - width - tick * 0.4, y, width, height };
}

const keyWidth = (words: string, tick: number) => tick * (PART.swatch + 0.45) + textWidth(words, tick);

/** The legend's marks within `layout.legend`, in absolute pixels, and the ramp's own box (drawn as a gradient). */
export function legendMarks(
  view: HeatmapView,
  theme: Theme,
  layout: HeatmapLayout,
  options: HeatmapOptions,
): { marks: Marks; ramp: { x: number; y: number; width: number; height: number; stops: readonly string[] } | null } {
  const marks = noMarks();
  const box = layout.legend;
  if (box === null) return { marks, ramp: null };
  const { tick } = theme.size;
  const stops = layout.domain.signed ? theme.ramps.diverging : theme.ramps.sequential;
  const keys = keysOf(view, theme, options, layout);
  const below = box.place === "below" ? belowPlan(view, theme, options, box, keys) : null;
  const ramp =
    below?.ramp ??
    ({
      x: box.x,
      y: box.y + tick * (PART.label + PART.rug),
      width: box.width,
      height: tick * PART.ramp,
    } as const);

  const label = below?.label ?? { x: box.x, y: box.y + tick, room: box.width };
  const name = labelWords(view, options, layout, label.room / drawnWider(theme), tick);
  marks.texts.push(text(label.x, label.y, name, { size: tick, colour: theme.colour.text }));
  rug(layout, theme, ramp, marks);
  const roomy = ramp.width >= tick * ROOMY;
  for (const { value, text: words } of legendTickTexts(layout.domain, roomy)) {
    const x = ramp.x + ramp.width * rampPosition(layout.domain, value);
    const y = ramp.y + ramp.height;
    marks.rules.push({
      x,
      y,
      x2: x,
      y2: y + tick * 0.36,
      colour: theme.colour.text2,
      width: theme.line.axis,
      dash: false,
    });
    marks.texts.push(text(x, y + tick * 1.36, words, { size: tick, colour: theme.colour.text2, align: "center" }));
  }
  const placed =
    below?.keys ??
    keys.map((key, line) => ({
      key,
      x: box.x,
      y: ramp.y + ramp.height + tick * (PART.ticks + 0.35 + line * PART.key),
      room: box.width,
    }));
  for (const { key, x, y, room } of placed) keyMarks(key, x, y, room, theme, marks);
  return { marks, ramp: { ...ramp, stops } };
}

/** The unit in words, as long as fits; cells beyond the limits are counted here. */
function labelWords(
  view: HeatmapView,
  options: HeatmapOptions,
  layout: HeatmapLayout,
  room: number,
  tick: number,
): string {
  const metric = metricOf(view, options);
  const name = options.mode === "interaction" ? `interaction, ${metric.label}` : metric.label;
  const clipped = layout.domain.clipped > 0 ? `; ${count(layout.domain.clipped)} beyond` : "";
  const zero = options.mode === "interaction" ? "sum of the parts = 0" : metric.zero;
  const choices = [zero === "" ? name + clipped : `${name}, ${zero}${clipped}`, name + clipped, metric.label];
  return choices.find((words) => textWidth(words, tick) <= room) ?? metric.label;
}

/** Width that a legend below a few cells takes at least: the ramp, and a key beside it. */
export const leastLegend = ({ size: { tick } }: Theme): number => tick * 22;

/** One row: label, ramp, keys; where the width is short the label stands above the ramp, and the keys beside or
 *  under it. */
function belowPlan(
  view: HeatmapView,
  theme: Theme,
  options: HeatmapOptions,
  box: { x: number; y: number; width: number },
  keys: readonly Key[],
) {
  const { tick } = theme.size;
  const rampWidth = Math.min(tick * 20, Math.max(tick * 9, box.width * 0.32));
  const labelRoom = Math.max(textWidth(metricOf(view, options).label, tick), box.width * 0.3 - tick * 2);
  const short = keys.map((key) => (key.kind === "hatch" ? { ...key, words: "not significant" } : key));
  const widths = short.map((key) => keyWidth(key.words, tick) + tick * 1.8);
  const keysWidth = widths.reduce((sum, width) => sum + width, 0);
  const end = box.x + box.width - tick * 0.3;
  if (labelRoom + rampWidth + keysWidth + tick * 4 <= box.width) {
    const ramp = { x: box.x + labelRoom + tick * 2, y: box.y + tick * 1.1, width: rampWidth, height: tick * PART.ramp };
    let x = ramp.x + rampWidth + tick * 2.4;
    const placed = short.map((key, index) => {
      x += index === 0 ? 0 : widths[index - 1];
      return { key, x, y: ramp.y, room: end - x };
    });
    const label = { x: box.x, y: ramp.y + tick * 0.85, room: labelRoom };
    return { ramp, label, keys: placed, height: tick * (1.1 + PART.ramp + PART.ticks + 0.3) };
  }
  const ramp = {
    x: box.x + tick,
    y: box.y + tick * (PART.label + PART.rug + 0.2),
    width: rampWidth,
    height: tick * PART.ramp,
  };
  const label = { x: box.x, y: box.y + tick * 1.1, room: box.width };
  const beside = ramp.x + rampWidth + tick * 2.4;
  const isBeside = beside + Math.max(0, ...widths) <= end;
  // Beside the ramp they stand under the label, which may be longer than the ramp.
  const top = isBeside ? ramp.y : ramp.y + tick * (PART.ramp + PART.ticks + 0.3);
  const placed = short.map((key, index) => {
    const x = isBeside ? beside : box.x;
    return { key, x, y: top + index * tick * PART.key, room: end - x };
  });
  const under = isBeside ? 0 : keys.length * PART.key;
  const height = tick * (PART.label + PART.rug + PART.ramp + PART.ticks + 0.5 + under);
  const foot = top - box.y + (keys.length * PART.key + 0.2) * tick;
  return { ramp, label, keys: placed, height: Math.max(height, isBeside ? foot : 0) };
}

/** One stroke per value above the ramp: where the cells lie. */
function rug(layout: HeatmapLayout, theme: Theme, ramp: { x: number; y: number; width: number }, marks: Marks): void {
  const { tick } = theme.size;
  const seen = new Set<number>();
  for (const cell of layout.panels.flatMap((panel) => panel.cells)) {
    if (cell.value === null) continue;
    // Half a pixel apart is enough; thousands of cells then cost hundreds of strokes.
    const x = ramp.x + Math.round(2 * ramp.width * rampPosition(layout.domain, cell.value)) / 2;
    if (seen.has(x)) continue;
    seen.add(x);
    marks.rules.push({
      x,
      y: ramp.y - tick * 0.72,
      x2: x,
      y2: ramp.y - tick * 0.18,
      colour: theme.colour.text2,
      width: theme.line.axis,
      dash: false,
    });
  }
}

/** A swatch of 1.3 x 1 tick heights and its words, shortened at the comma when there is no room. */
function keyMarks(key: Key, x: number, y: number, room: number, theme: Theme, marks: Marks): void {
  const { tick } = theme.size;
  const width = tick * PART.swatch;
  const words = keyWidth(key.words, tick) <= room ? key.words : key.words.replace(/ \(.*/, "");
  const middle = { x: x + width / 2, y: y + tick / 2 };
  const shape = (path: string, side: number, stroke: string, line: number): ShapeMark => ({
    ...middle,
    shape: path,
    side,
    fill: null,
    stroke,
    width: line,
    opacity: 1,
  });
  const weak = rampColour(theme.ramps.diverging, 0.25);
  marks.rects.push({
    x,
    y,
    x2: x + width,
    y2: y + tick,
    fill: key.kind === "minus" ? weak : key.kind === "weak" ? theme.colour.line : null,
    stroke: theme.colour.lineStrong,
    width: theme.line.axis,
  });
  if (key.kind === "hatch") {
    // A square path stretched by two squares side by side would show a seam: one path, clipped by hand.
    for (const [x1, y1, x2, y2] of swatchLines(x, y, width, tick, theme.hatch.pitch * Math.SQRT2 * 0.8)) {
      marks.rules.push({ x: x1, y: y1, x2, y2, colour: theme.colour.text2, width: theme.hatch.width, dash: false });
    }
  } else if (key.kind === "minus") {
    marks.shapes.push(shape(BAR, tick * 0.5, inkOn(weak), theme.line.minus));
  } else if (key.kind === "cross") {
    marks.shapes.push(shape(CROSS, tick * 0.5, theme.colour.text2, theme.line.minus));
  }
  marks.texts.push(text(x + width + tick * 0.45, y + tick * 0.86, words, { size: tick, colour: theme.colour.text2 }));
}

/** 45 degree lines within a rectangle, `step` apart along its sides. */
function swatchLines(x: number, y: number, width: number, height: number, step: number): number[][] {
  const lines: number[][] = [];
  for (let sum = step * 0.6; sum < width + height; sum += step) {
    const x1 = Math.max(0, sum - height);
    const x2 = Math.min(width, sum);
    lines.push([x + x1, y + sum - x1, x + x2, y + sum - x2]);
  }
  return lines;
}

/** Lines of the hatch along one cell: a whole number, so that neighbours join. */
export const hatchLines = (pitch: number, theme: Theme): number =>
  Math.max(1, Math.round(pitch / (theme.hatch.pitch * Math.SQRT2)));

/** Texts of the ramp's ticks, each with the decimals that it needs: `−0.9`, `−0.45`, `0`. */
export function legendTickTexts(domain: ColourDomain, roomy: boolean): { value: number; text: string }[] {
  const most = Math.max(Math.abs(domain.low), Math.abs(domain.high));
  // Four decimals or six digits are as many as fit side by side.
  const power = most < 0.001 || most >= 1e5 ? Math.floor(Math.log10(most)) : 0;
  const write = (value: number): string => {
    const shown = Number((value / 10 ** power).toPrecision(12));
    const digits = (domain.signed ? signed : plain)(shown, decimals([shown]));
    return power === 0 ? digits : `${digits}·10${superscript(power)}`;
  };
  return legendTicks(domain, roomy && power === 0).map((value) => ({ value, text: value === 0 ? "0" : write(value) }));
}

/** What stands around a chart's data: grid, axes, names, legend, and the patterns that tell series apart without
 *  colour. */

import { type ChartKey, type ChartLayout, type ChartLook, chartX, chartY, SWATCH } from "./chart-layout";
import type { ChartView } from "./chart-types";
import { inkOn } from "./colour";
import { fitted, textWidth } from "./format";
import { drawnWider } from "./heatmap-axis";
import { type Marks, noMarks, stageColour, text } from "./marks";
import type { Theme } from "./theme";

/** A series' colour, its pattern (0 is plain), its dash and its marker. */
export interface SeriesStyle {
  colour: string;
  pattern: number;
  dash: readonly number[];
  /** Path in the square -1..1, filled or open. */
  shape: string;
  filled: boolean;
}

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2.5], [9, 3, 2, 3], [4, 2, 4, 6], [1, 4]];
const SHAPES = [
  "M0,-1A1,1,0,1,1,0,1A1,1,0,1,1,0,-1Z",
  "M-.9,-.9H.9V.9H-.9Z",
  "M0,-1.1L1.05,.85H-1.05Z",
  "M0,-1.2L1.2,0L0,1.2L-1.2,0Z",
];
/** Directions of hatching by pattern: none, rising, level, crossed, falling, upright. */
const HATCHES: readonly (readonly Direction[])[] = [
  [],
  ["rising"],
  ["level"],
  ["rising", "falling"],
  ["falling"],
  ["upright"],
];
type Direction = "rising" | "falling" | "level" | "upright";

/** How each series looks; neighbours differ in more than colour. */
export function seriesStyles(view: ChartView, theme: Theme): SeriesStyle[] {
  const colours = theme.ramps.task;
  return view.series.map(({ stage }, at) => ({
    colour: stage === null ? colours[at % colours.length] : stageColour(stage, theme.ramps.stage),
    pattern: at % HATCHES.length,
    dash: DASHES[at % DASHES.length],
    shape: SHAPES[at % SHAPES.length],
    filled: Math.floor(at / SHAPES.length) % 2 === 0,
  }));
}

/** Lines of a pattern within a rectangle whose corner is (0, 0), in pixels; empty for a plain one. */
export function patternPath(pattern: number, width: number, height: number, pitch: number): string {
  const r = (value: number) => Math.round(value * 100) / 100;
  const line = (x1: number, y1: number, x2: number, y2: number) => `M${r(x1)},${r(y1)}L${r(x2)},${r(y2)}`;
  const parts: string[] = [];
  for (const direction of HATCHES[pattern]) {
    if (direction === "level") for (let y = pitch / 2; y < height; y += pitch) parts.push(line(0, y, width, y));
    if (direction === "upright") for (let x = pitch / 2; x < width; x += pitch) parts.push(line(x, 0, x, height));
    if (direction === "level" || direction === "upright") continue;
    // Lines along x + y = c; mirrored for those that fall.
    for (let c = pitch * 0.7; c < width + height; c += pitch * Math.SQRT2) {
      const [x1, x2] = [Math.max(0, c - height), Math.min(width, c)];
      if (x2 - x1 < 0.05) continue;
      parts.push(direction === "rising" ? line(x1, c - x1, x2, c - x2) : line(width - x1, c - x1, width - x2, c - x2));
    }
  }
  return parts.join("");
}

/** A pattern as a shape in pixels: a symbol of area 4 is drawn at the size of its path. */
export function patternMark(
  style: SeriesStyle,
  rect: { x: number; y: number; width: number; height: number },
  theme: Theme,
): Marks["shapes"] {
  const pitch = theme.medium === "print" ? 3.4 : 5;
  const shape = patternPath(style.pattern, rect.width, rect.height, pitch);
  if (shape === "") return [];
  const stroke = inkOn(style.colour);
  return [{ x: rect.x, y: rect.y, shape, side: 2, fill: null, stroke, width: theme.hatch.width, opacity: 0.75 }];
}

/** What lies below the data: bands of emphasis and the grid. */
export function groundMarks(view: ChartView, theme: Theme, layout: ChartLayout): Marks {
  const marks = noMarks();
  const { line } = theme.colour;
  for (const box of layout.boxes) {
    for (const at of view.panels[box.panel].emphasis) {
      const [x, x2] = [chartX(box, at - 0.5), chartX(box, at + 0.5)];
      marks.rects.push({ x, x2, y: box.y, y2: box.y + box.height, fill: line, stroke: null, width: 0 });
    }
    for (const { value } of layout.yTicks) {
      const y = chartY(layout, box, value);
      marks.rules.push({
        x: box.x,
        x2: box.x + box.width,
        y,
        y2: y,
        colour: line,
        width: theme.line.axis,
        dash: false,
      });
    }
  }
  return marks;
}

/** What lies above them: axes, names, references, legend. */
export function aroundMarks(view: ChartView, theme: Theme, layout: ChartLayout, look: Partial<ChartLook>): Marks {
  const marks = noMarks();
  const { text: ink, text2, lineStrong } = theme.colour;
  const { tick, label } = theme.size;
  const wider = drawnWider(theme);
  const zero = layout.domain[0] <= 0 && layout.domain[1] >= 0 ? 0 : layout.domain[0];
  for (const [at, box] of layout.boxes.entries()) {
    const y = chartY(layout, box, zero);
    marks.rules.push({
      x: box.x,
      x2: box.x + box.width,
      y,
      y2: y,
      colour: lineStrong,
      width: theme.line.axis,
      dash: false,
    });
    for (const { value } of view.references) {
      if (value < layout.domain[0] || value > layout.domain[1]) continue;
      const high = chartY(layout, box, value);
      marks.rules.push({ x: box.x, x2: box.x + box.width, y: high, y2: high, colour: ink, width: 1, dash: true });
    }
    panelTitle(view, theme, layout, look, at, marks);
    if (box.showsY) {
      for (const { value, text: words } of layout.yTicks) {
        const place = chartY(layout, box, value) + tick * 0.36;
        marks.texts.push(text(box.x - tick * 0.6, place, words, { size: tick, colour: text2, align: "right" }));
      }
      const middle = box.y + box.height / 2;
      // A little smaller before it is cut.
      const room = (box.height + tick * 2) / wider;
      const size = label * Math.max(LEAST_TITLE, Math.min(1, room / textWidth(view.y.title, label)));
      marks.texts.push(
        text(box.x + layout.yTitle + label * 0.36, middle, fitted(view.y.title, room, size), {
          size,
          colour: ink,
          align: "center",
          angle: -90,
        }),
      );
    }
    for (const { text: words, x, y: top, bold } of box.ticks) {
      const look: Parameters<typeof text>[3] = { size: tick, colour: bold ? ink : text2, weight: bold ? 700 : 400 };
      marks.texts.push(
        layout.angle === 0
          ? text(x, top + tick * 0.8, words, { ...look, align: "center" })
          : text(x + tick * 0.35, top + tick * 0.5, words, { ...look, align: "right", angle: layout.angle }),
      );
    }
    if (box.showsX) {
      const foot = box.y + box.height + layout.xTitle;
      const words = fitted(view.x.title, box.width / wider, label);
      marks.texts.push(text(box.x + box.width / 2, foot, words, { size: label, colour: ink, align: "center" }));
    }
  }
  for (const key of layout.keys) keyMarks(view, theme, key, marks);
  return marks;
}

function panelTitle(
  view: ChartView,
  theme: Theme,
  layout: ChartLayout,
  look: Partial<ChartLook>,
  at: number,
  marks: Marks,
): void {
  const { tick, title, body, letter } = theme.size;
  const box = layout.boxes[at];
  const { name, note } = view.panels[box.panel];
  const base = box.y - tick * (note === "" ? 0.6 : 2);
  let x = box.x;
  if (look.letters) {
    const mark = "abcdefghijklmnopqrstuvwxyz"[at % 26];
    marks.texts.push(text(x, base, mark, { size: letter, colour: theme.colour.text, weight: 700 }));
    x += letter * 1.05;
  }
  const size = theme.medium === "print" ? title : body;
  const words = fitted(name, box.width + tick - (x - box.x), size * 1.05);
  marks.texts.push(text(x, base, words, { size, colour: theme.colour.text, weight: 700 }));
  if (note !== "") {
    const second = fitted(note, box.width + tick, tick);
    marks.texts.push(text(box.x, box.y - tick * 0.6, second, { size: tick, colour: theme.colour.text2 }));
  }
}

function keyMarks(view: ChartView, theme: Theme, key: ChartKey, marks: Marks): void {
  const { tick } = theme.size;
  const { text: ink, lineStrong } = theme.colour;
  const styles = seriesStyles(view, theme);
  const [width, height] = [tick * SWATCH, tick * 0.85];
  const middle = key.y + height / 2;
  marks.texts.push(text(key.x + width + tick * 0.5, middle + tick * 0.36, key.text, { size: tick, colour: ink }));
  const rect = { x: key.x, y: key.y, x2: key.x + width, y2: key.y + height };
  if (key.kind === "reference") {
    marks.rules.push({ x: key.x, x2: key.x + width, y: middle, y2: middle, colour: ink, width: 1, dash: true });
  } else if (key.kind === "behind") {
    marks.rects.push({ ...rect, ...behindLook(theme) });
  } else if (key.kind === "open") {
    if (view.mark === "lines") {
      const round = { x: key.x + width / 2, y: middle, shape: SHAPES[0], side: tick * 0.62, opacity: 1 };
      marks.shapes.push({ ...round, fill: theme.colour.surface, stroke: ink, width: 1 });
    } else marks.rects.push({ ...rect, fill: theme.colour.surface, stroke: lineStrong, width: 1 });
  } else {
    const style = styles[key.index];
    if (view.mark !== "lines") {
      marks.rects.push({ ...rect, fill: style.colour, stroke: null, width: 0 });
      marks.shapes.push(...patternMark(style, { x: key.x, y: key.y, width, height }, theme));
      return;
    }
    // A dash of the series' own, which a rule of two kinds of dash cannot show.
    let x = 0;
    const dash = style.dash.length === 0 ? [width] : style.dash;
    for (let i = 0; x < width; x += dash[i % dash.length], i++) {
      if (i % 2 === 1) continue;
      const end = Math.min(width, x + dash[i % dash.length]);
      marks.rules.push({
        ...{ x: key.x + x, x2: key.x + end, y: middle, y2: middle },
        ...{ colour: style.colour, width: LINE_WIDTH[theme.medium], dash: false },
      });
    }
    const marker = { x: key.x + width / 2, y: middle, shape: style.shape, side: MARKER[theme.medium], opacity: 1 };
    marks.shapes.push({
      ...marker,
      fill: style.filled ? style.colour : theme.colour.surface,
      stroke: style.colour,
      width: 1,
    });
  }
}

/** How bars behind others look: a tint, and in high contrast, which has none, an outline. */
export const behindLook = ({ cell, colour }: Theme) => ({
  fill: cell.outline === null ? colour.line : colour.surface,
  stroke: colour.lineStrong,
  width: 0.75,
});

/** Width of lines and side of markers, in pixels. */
/** Of the usual size of an axis' title; longer ones are cut. */
const LEAST_TITLE = 0.8;
export const LINE_WIDTH = { screen: 2, print: 1.3 } as const;
export const MARKER = { screen: 7, print: 4.6 } as const;

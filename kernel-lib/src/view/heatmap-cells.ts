/** The cells of one panel as Vega-Lite layers: colour, hatch, value or minus bar, cross, dot; and its axes. */
import { inkOn, rampColour } from "./colour";
import { rampPosition } from "./colour-domain";
import { spokenCell } from "./describe";
import { plain, signed } from "./format";
import { axisLabels, titleLength } from "./heatmap-axis";
import { hatchLines } from "./heatmap-legend";
import type { Cell, HeatmapLayout, HeatmapOptions } from "./heatmap-types";
import { BAR, CROSS, hatchPath } from "./marks";
import { raw } from "./marks-spec";
import type { Theme } from "./theme";
import type { HeatmapView } from "./types";

/** Up to this many cells each carries a sentence for screen readers into the SVG. */
export const DESCRIBED_CELLS = 600;
/** Cells smaller than this show a missing value as a cross without a frame. */
const CROSS_ALONE = 18;
/** From the middle of a digit down to its baseline, per letter size. */
const MIDDLE = 0.36;
/** Strength of cells under the threshold. */
const WEAK = 0.22;
const SQUARE = "M-1,-1H1V1H-1Z";
const ON = { x: { field: "x", type: "ordinal" }, y: { field: "y", type: "ordinal" } };

/** A cell as a row of data. */
export function cellRow(
  view: HeatmapView,
  theme: Theme,
  layout: HeatmapLayout,
  options: HeatmapOptions,
  cell: Cell,
  described: boolean,
) {
  const panelName = layout.panels.length > 1 ? layout.panels[cell.panel].name : null;
  const { domain, digits } = layout;
  const colour = cell.value === null ? null : rampColour(rampOf(theme, layout), rampPosition(domain, cell.value));
  return {
    panel: cell.panel,
    x: cell.ix,
    y: cell.iy,
    kind: cell.kind,
    value: cell.value,
    low: cell.low,
    high: cell.high,
    n: cell.n,
    significant: cell.significant,
    text: (domain.signed ? signed : plain)(cell.value, digits),
    ...(isWeak(cell, options) ? { weak: true } : {}),
    colour,
    ink: colour === null ? null : inkOn(colour),
    ...(described ? { says: spokenCell(view, options, cell, panelName) } : {}),
  };
}

/** Under the reader's threshold. */
export const isWeak = ({ value }: Cell, { threshold }: HeatmapOptions): boolean =>
  threshold !== null && value !== null && Math.abs(value) < threshold;

const rampOf = (theme: Theme, layout: HeatmapLayout) =>
  layout.domain.signed ? theme.ramps.diverging : theme.ramps.sequential;

/** Layers of panel `index`, the lowest first. Data are the rows of `cellRow`. */
export function cellLayers(
  view: HeatmapView,
  theme: Theme,
  layout: HeatmapLayout,
  options: HeatmapOptions,
  index: number,
): unknown[] {
  const { cells } = layout.panels[index];
  const side = layout.pitch - layout.gap;
  const { text2, lineStrong } = theme.colour;
  const filter = (test: string) => [{ filter: `datum.panel === ${index} && ${test}` }];
  const stamp = (test: string, shape: string, width: number, look: object, stroke?: object) => ({
    transform: filter(test),
    mark: { type: "point", aria: false, filled: false, opacity: 1, shape, size: width ** 2, ...look },
    encoding: stroke === undefined ? ON : { ...ON, stroke },
  });
  const isHatched = options.hatch && cells.some((cell) => cell.significant === false);
  const layers: unknown[] = [colourLayer(view, theme, layout, options, index, filter("datum.kind === 'value'"))];
  if (cells.some((cell) => cell.kind === "missing")) {
    const test = "datum.kind === 'missing'";
    const framed = side >= CROSS_ALONE;
    if (framed) layers.push(stamp(test, SQUARE, side - 1, { stroke: lineStrong, strokeWidth: 0.75 }));
    layers.push(stamp(test, CROSS, side * 0.36, { stroke: text2, strokeWidth: framed ? 1.25 : 0.8 }));
  }
  if (cells.some((cell) => cell.kind === "pending")) {
    layers.push(stamp("datum.kind === 'pending'", SQUARE, 2, { fill: lineStrong, strokeWidth: 0 }));
  }
  if (isHatched) {
    const path = hatchPath(hatchLines(layout.pitch, theme), side / layout.pitch);
    const look = { strokeWidth: theme.hatch.width, strokeOpacity: theme.hatch.alpha };
    layers.push(stamp("datum.significant === false && datum.weak !== true", path, side, look, raw("ink")));
  }
  if (layout.showsValues) layers.push(...valueLayers(theme, filter, isHatched));
  else if (layout.showsMinus) {
    // What rounds to zero carries no bar, nor does what is hatched: zero is then not excluded.
    const least = -0.5 * 10 ** -layout.digits;
    if (cells.some((cell) => cell.value !== null && cell.value < least && cell.significant !== false)) {
      const test = `datum.kind === 'value' && datum.value < ${least} && datum.significant !== false && datum.weak !== true`;
      layers.push(stamp(test, BAR, side * 0.32, { strokeWidth: theme.line.minus, strokeOpacity: 0.85 }, raw("ink")));
    }
  }
  return layers;
}

/** The coloured squares; the panel's axes hang on this layer, as it is always there. */
function colourLayer(
  view: HeatmapView,
  theme: Theme,
  layout: HeatmapLayout,
  options: HeatmapOptions,
  index: number,
  transform: unknown[],
) {
  const { low, high } = layout.domain;
  const stops = rampOf(theme, layout);
  const share = layout.gap / layout.pitch;
  const band = { paddingInner: share, paddingOuter: share / 2 };
  const outline = theme.cell.outline === null ? {} : { stroke: theme.cell.outline, strokeWidth: 0.75 };
  const axes = axesOf(view, theme, layout, index);
  const { x0, x1, y0, y1 } = layout.window;
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return {
    transform,
    mark: { type: "rect", ...outline },
    encoding: {
      x: { ...ON.x, axis: axes.x, scale: { domain: range(x0, x1), ...band } },
      y: { ...ON.y, axis: axes.y, scale: { domain: range(y0, y1).reverse(), ...band } },
      color: {
        field: "value",
        type: "quantitative",
        legend: null,
        scale: {
          type: "linear",
          domain: stops.map((_, at) => Number((low + ((high - low) * at) / (stops.length - 1)).toPrecision(12))),
          range: stops,
          interpolate: "rgb",
          clamp: true,
        },
      },
      description: { field: "says" },
      ...(options.threshold === null
        ? {}
        : { opacity: { condition: { test: "datum.weak === true", value: WEAK }, value: 1 } }),
    },
  };
}

/** Values in the ink that reads best; on hatched cells over an outline in the cell's colour, so that no line crosses
 *  a digit. */
function valueLayers(theme: Theme, filter: (test: string) => unknown[], isHatched: boolean): unknown[] {
  const mark = {
    type: "text",
    aria: false,
    baseline: "alphabetic",
    dy: theme.size.tick * MIDDLE,
    fontSize: theme.size.tick,
    fontWeight: theme.medium === "print" ? 400 : 500,
  };
  const plate = {
    transform: filter("datum.significant === false && datum.weak !== true"),
    mark: { ...mark, strokeWidth: theme.size.tick * 0.45, strokeJoin: "round" },
    encoding: { ...ON, text: { field: "text" }, fill: raw("colour"), stroke: raw("colour") },
  };
  const value = {
    // A number that recedes is no longer readable: it is left out.
    transform: filter("datum.kind === 'value' && datum.weak !== true"),
    mark,
    encoding: { ...ON, text: { field: "text" }, fill: raw("ink") },
  };
  return isHatched ? [plate, value] : [value];
}

/** Labels thinned as the layout says; a title in the middle of each row's panels, and under a difference. */
function axesOf(view: HeatmapView, theme: Theme, layout: HeatmapLayout, index: number) {
  const box = layout.panels[index];
  const { tick, label } = theme.size;
  const indexes = (axis: "x" | "y") =>
    layout.ticks.filter((t) => t.panel === index && t.axis === axis).map((t) => t.index);
  const common = (labels: readonly string[], values: number[]) => ({
    values,
    ...(labels.every((text, at) => text === String(at))
      ? { labelExpr: "format(datum.value, 'd')" }
      : { labelExpr: `${JSON.stringify(labels)}[datum.value]` }),
    domain: false,
    ticks: false,
    labelAngle: 0,
    labelBaseline: "alphabetic",
    labelOverlap: false,
    labelFontSize: tick,
    labelColor: theme.colour.text2,
    titleFontSize: label,
    titleFontWeight: 400,
    titleColor: theme.colour.text,
    titleAlign: "center",
    titleBaseline: "middle",
    zindex: 1,
  });
  const row = layout.panels.filter((panel) => panel.y === box.y && panel.difference === null);
  const isLastRow = layout.panels.every((panel) => panel.y <= box.y || panel.x !== box.x);
  const group = box.difference !== null ? [box] : row;
  const isFirst = group[0] === box;
  const right = group[group.length - 1];
  const write = (words: string) => (theme.medium === "print" ? words.charAt(0).toUpperCase() + words.slice(1) : words);
  return {
    x: {
      ...common(axisLabels(view.x), indexes("x")),
      ...(layout.xAngle === 0
        ? { labelPadding: tick * (1 + MIDDLE) }
        : { labelPadding: tick * 0.6, labelAngle: layout.xAngle, labelAlign: "right", labelBaseline: "middle" }),
      title: isFirst && isLastRow ? write(view.x.title) : null,
      titleX: (right.x + right.width - box.x) / 2,
      titleY: layout.xTitle,
    },
    y: {
      ...common(axisLabels(view.y), indexes("y")),
      labelAlign: "right",
      labelPadding: tick * 0.64,
      labelOffset: tick * MIDDLE,
      // A difference beside others shares their title; alone it has its own.
      title: isFirst && (box.difference === null || layout.panels.length === 1) ? write(view.y.title) : null,
      titleAngle: -90,
      titleX: -layout.yTitle,
      titleY: Math.min(box.height / 2, box.height - titleLength(view.y.title, theme) / 2),
    },
  };
}

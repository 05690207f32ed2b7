/** What a heatmap says: the read-out of a place, the summary when nothing is pointed at, and what a place means to
 *  the other views of a document. Pure. */
import {
  bestCell,
  cellName,
  count,
  type HeatmapAxis,
  type HeatmapLayout,
  type HeatmapOptions,
  type HeatmapView,
  isSigned,
  metricOf,
  noValues,
  plain,
  readout,
  type Segment,
  signed,
  spokenCell,
  summary,
  type ViewState,
} from "patchbay/view";
import type { Pointing } from "../link";
import type { ReadoutText } from "../shell/types";
import type { Extent, Place, Spot } from "./state";
import { windowWords } from "./zoom";

export function describePlace(
  view: HeatmapView,
  options: HeatmapOptions,
  layout: HeatmapLayout,
  place: Place,
): ReadoutText {
  const box = layout.panels[place.panel];
  const cell = box.cells[place.y * layout.nx + place.x];
  if (cell.kind === "absent") {
    const name = cellName(view, place.x, place.y);
    return { first: [strong(name), weak("not asked")], second: [], spoken: `${name}, not asked.` };
  }
  const spoken = spokenCell(view, options, cell, layout.panels.length > 1 ? box.name : null);
  return { ...readout(view, options, cell, layout.panels), spoken };
}

/** "best: layers 0 + 2, +0.85", or that nothing is there yet. */
export function bestInWords(view: HeatmapView, options: HeatmapOptions, layout: HeatmapLayout): string {
  const best = bestCell(view, options, layout.panels);
  if (!best) return noValues(view);
  const value = (isSigned(view, options) ? signed : plain)(best.value, metricOf(view, options).digits.readout);
  const name = cellName(view, best.ix, best.iy);
  return `best: ${name.charAt(0).toLowerCase()}${name.slice(1)}, ${value}`;
}

/** With nothing pointed at: what there is to see, or how the run stands. */
export function describeView(
  view: HeatmapView,
  options: HeatmapOptions,
  layout: HeatmapLayout,
  state: ViewState,
): ReadoutText {
  const cells = layout.panels.flatMap((panel) => panel.cells.filter((cell) => cell.kind !== "absent"));
  const drawn = cells.filter((cell) => cell.kind === "value").length;
  const spoken = summary(view, options);
  const best = bestInWords(view, options, layout);
  const done = `${count(drawn)} of ${count(cells.length)} cells`;
  const panels = layout.panels.length > 1 ? ` in ${layout.panels.length} panels` : "";
  const hint = "point at a cell, or press an arrow key";
  const made = view.run ? `${count(view.run.done)} of ${count(view.run.total)} ${view.run.unit}` : done;
  const kept = drawn < cells.length ? "crossed cells have no value" : "means are over the samples that were done";
  const lines: Record<ViewState, [string, string]> = {
    loading: ["Loading", "grid and axes are already in place"],
    partial: [`Running: ${made}`, drawn > 0 ? best : "a dot is a cell to come"],
    stopped: [`Stopped after ${made}`, `what is done is kept; ${kept}`],
    error: ["The run failed", drawn > 0 ? `${done} were computed before` : "nothing was computed"],
    stale: ["Made by an earlier kernel", "the numbers are true of their run; run the cell again to go on with them"],
    done: [`${count(cells.length)} ${cells.length === 1 ? "cell" : "cells"}${panels}`, `${best} · ${hint}`],
  };
  const [first, more] = lines[state];
  const second = [
    options.window && `drawn: ${windowWords(view, options.window).toLowerCase()}, 0 shows all`,
    options.threshold !== null && underThreshold(layout, options.threshold, metricOf(view, options).digits.readout),
    more,
  ]
    .filter(Boolean)
    .join(" · ");
  return { first: [strong(first)], second: [weak(second)], spoken };
}

function underThreshold(layout: HeatmapLayout, threshold: number, digits: number): string {
  const values = layout.panels.flatMap(({ cells }) => cells.flatMap(({ value }) => (value === null ? [] : [value])));
  const left = values.filter((value) => Math.abs(value) >= threshold).length;
  return `${count(left)} of ${count(values.length)} at ${plain(threshold, digits)} or more`;
}

/** A place as labels by field, for linked views. A pair of layers is two labels of one field. Tokens are said with
 *  their position, as they may come twice. */
export function pointingAt(view: HeatmapView, { x, y }: Spot): Pointing {
  const [a, b] = [fieldsAt(view.x, x), fieldsAt(view.y, y)];
  const held = view.held ? [view.held] : [];
  if (view.layout !== "grid" && view.x.field === "layer") {
    const layers = view.layout === "singles" ? a.layer : [...(a.layer ?? []), ...(b.layer ?? [])];
    return { layer: [...new Set([...(layers ?? []), ...held])] };
  }
  if (view.layout === "singles") return a;
  if (view.x.field !== view.y.field) return { ...a, ...b };
  const [first, second] = [a[view.x.field]?.[0] ?? "", b[view.y.field]?.[0] ?? ""];
  return { [view.x.field]: first === second ? [first] : [first, second] };
}

function fieldsAt({ field, labels, keys }: HeatmapAxis, index: number): NonNullable<Pointing> {
  const key = keys?.[index] ?? labels[index];
  return field === "position" && keys ? { position: [key], token: [labels[index]] } : { [field]: [key] };
}

/** Cells of this view that stand for what another view points at; a box of cells where only a row or a column is said. */
export interface LinkedBox extends Spot {
  x1: number;
  y1: number;
}

export function linkedSpots(view: HeatmapView, extent: Extent, at: Pointing): LinkedBox[] {
  if (!at) return [];
  const one = ({ x, y }: Spot): LinkedBox => ({ x, y, x1: x, y1: y });
  const drawn = ({ x, y }: Spot) => x >= 0 && y >= 0 && extent.exists(x, y);
  const xs = indexes(view.x, at);
  if (view.layout === "singles") return xs.map((x) => one({ x, y: 0 })).filter(drawn);
  const ys = indexes(view.y, at);
  if (view.layout === "pairs" || view.x.field === view.y.field) {
    // A slice's own third layer is said by both and tells nothing.
    const others = view.held ? xs.filter((x) => view.x.labels[x] !== view.held) : xs;
    const [a, b = a] = others;
    if (a === undefined) return [];
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    const both = view.layout === "pairs" || low === high ? [] : [one({ x: high, y: low })];
    return [one({ x: low, y: high }), ...both].filter(drawn);
  }
  if (xs.length > 0 && ys.length > 0) return xs.flatMap((x) => ys.map((y) => one({ x, y }))).filter(drawn);
  return [
    ...xs.map((x) => ({ x, y: 0, x1: x, y1: extent.ny - 1 })),
    ...ys.map((y) => ({ x: 0, y, x1: extent.nx - 1, y1: y })),
  ];
}

/** Places on an axis that another view names. */
function indexes({ field, labels, keys }: HeatmapAxis, at: NonNullable<Pointing>): number[] {
  const places = (names: readonly string[], said: readonly string[] = []) => [
    ...new Set(said.map((name) => names.indexOf(name)).filter((index) => index >= 0)),
  ];
  const found = places(keys ?? labels, at[field]);
  if (field !== "position" || !at.token) return found;
  const said = at.token;
  // Who names a token without its place means all places that have it.
  if (keys && !at.position) return labels.flatMap((label, index) => (said.includes(label) ? [index] : []));
  // Another prompt has other tokens at the same positions.
  return found.length > 0 ? found.filter((index) => !keys || said.includes(labels[index])) : [];
}

const strong = (text: string): Segment => ({ text, tone: "strong" });
const weak = (text: string): Segment => ({ text, tone: "weak" });

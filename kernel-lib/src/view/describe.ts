/** A heatmap in words: the read-out's two lines, what a screen reader says, and the summary of the whole. */

import { counted } from "../words";
import { count, interval, MISSING, plain, pValue, signed, spokenNumber } from "./format";
import { axisName } from "./heatmap-axis";
import { heatmapPanels, isSigned, metricOf, type Panel } from "./heatmap-grid";
import type { Cell, HeatmapOptions } from "./heatmap-types";
import { opened } from "./opened";
import type { HeatmapAxis, HeatmapView } from "./types";

/** A piece of a read-out line; `strong` is bold, `weak` is secondary text. */
export interface Segment {
  text: string;
  tone: "strong" | "normal" | "weak";
}
export interface Readout {
  first: Segment[];
  second: Segment[];
}

const FIELDS = {
  layer: ["layer", "layers"],
  head: ["head", "heads"],
  position: ["position", "positions"],
  task: ["task", "tasks"],
  coefficient: ["coefficient", "coefficients"],
} as const;

/** What a cell is called: `Layers 0 + 2`, `Layer 2`, `Layer 3, head 1`; in a slice `Layers 0 + 2 with 5`. Of tasks over
 *  tasks the axes' titles say which is which: `Vector of capital, query of language`.
 *  @example cellName(view, 0, 2) // "Layers 0 + 2" */
export function cellName(view: HeatmapView, ix: number, iy: number, and = " + "): string {
  const [x, y] = [axisName(view.x, ix), axisName(view.y, iy)];
  const [one, many] = FIELDS[view.x.field];
  const held = view.held ? ` with ${view.held}` : "";
  const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
  if (view.layout === "singles" || (view.layout === "pairs" && ix === iy)) return `${capital(one)} ${x}${held}`;
  if (view.layout === "pairs") return `${capital(many)} ${x}${and}${y}${held}`;
  const named = ({ field, title }: HeatmapAxis, label: string) => {
    const word = FIELDS[field][0];
    const told = view.x.field === view.y.field && title.endsWith(` ${word}`);
    return told ? `${title.slice(0, -word.length)}${label}` : `${word} ${label}`;
  };
  return capital(`${named(view.y, y)}, ${named(view.x, x)}`);
}

/** One cell for a screen reader: "Layers 2 and 3, plus 0.27, interval 0.19 to 0.35." */
export function spokenCell(view: HeatmapView, options: HeatmapOptions, cell: Cell, panelName: string | null): string {
  const digits = metricOf(view, options).digits.readout;
  const say = (value: number | null) => spokenNumber(value, digits, isSigned(view, options));
  const where = panelName === null ? "" : `${panelName}, `;
  const name = cellName(view, cell.ix, cell.iy, " and ");
  const start = where + (where === "" ? name : name.charAt(0).toLowerCase() + name.slice(1));
  if (cell.kind === "absent") return `${start}, not asked.`;
  if (cell.kind === "pending") return `${start}, still to come.`;
  if (cell.value === null) return `${start}, no value.`;
  const plainly = (value: number | null) => spokenNumber(value, digits, false);
  const range =
    cell.low === null || cell.high === null ? "" : `, interval ${plainly(cell.low)} to ${plainly(cell.high)}`;
  return `${start}, ${say(cell.value)}${cell.significant === false ? ", not significant" : range}.`;
}

/** The read-out of a cell: name, value, interval and n; then what it means. With more than one panel the first line
 *  holds all panels' values of that cell.
 *  @param panels the drawn panels, where a layout has them already
 *  @example readout(view, options, cellAt(layout, x, y)).first.map((s) => s.text).join(" ") */
export function readout(
  view: HeatmapView,
  options: HeatmapOptions,
  cell: Cell,
  panels: readonly Pick<Panel, "name" | "cells">[] = heatmapPanels(view, options),
): Readout {
  const metric = metricOf(view, options);
  const digits = metric.digits.readout;
  const write = isSigned(view, options) ? signed : plain;
  const at = cell.iy * view.x.labels.length + cell.ix;
  const first: Segment[] = [strong(cellName(view, cell.ix, cell.iy))];
  if (cell.kind === "pending") return { first: [...first, weak("still to come")], second: [] };
  for (const panel of panels) {
    const other = panel.cells[at];
    if (panels.length > 1) first.push({ text: panel.name, tone: "normal" });
    first.push(strong(write(other.value, digits)));
    if (panels.length > 1 && panel.cells[at].panel !== cell.panel) continue;
    const range = interval(other.low, other.high, digits);
    if (range !== "") first.push(weak(panels.length > 1 ? range : `95 % CI ${range}`));
  }
  first.push(weak(howMany(view, cell)));
  return { first: first.filter((segment) => segment.text !== ""), second: meaning(view, options, cell) };
}

/** `n 41`, and `n 64 of 100` while a run goes on. */
function howMany(view: HeatmapView, cell: Cell): string {
  if (cell.n === null || cell.n === 0) return "";
  return cell.n < view.n ? `n ${count(cell.n)} of ${count(view.n)}` : `n ${count(cell.n)}`;
}

/** The second line: significance, interaction, and each layer alone. */
function meaning(view: HeatmapView, options: HeatmapOptions, cell: Cell): Segment[] {
  const parts: string[] = [];
  const metric = metricOf(view, options);
  const digits = metric.digits.readout;
  if (cell.value === null) parts.push(view.state === "stopped" ? "not computed: the run was stopped" : "no value");
  if (cell.significant === false) parts.push(`not significant${metric.test === null ? "" : ` (${metric.test})`}`);
  const source = options.panels[cell.panel];
  if (view.layout === "pairs" && cell.ix !== cell.iy && source !== undefined) {
    const index = (ix: number, iy: number) => (source * view.y.labels.length + iy) * view.x.labels.length + ix;
    const mean = opened(metric.mean);
    if (metric.interaction !== null) {
      const value = opened(metric.interaction.mean)[index(cell.ix, cell.iy)];
      const p = opened(metric.interaction.p)[index(cell.ix, cell.iy)];
      const positive = opened(metric.interaction.positive)[index(cell.ix, cell.iy)];
      if (options.mode === "effect" && Number.isFinite(value)) parts.push(`interaction ${signed(value, digits)}`);
      if (options.mode === "interaction") parts.push(`together ${signed(mean[index(cell.ix, cell.iy)], digits)}`);
      if (Number.isFinite(positive) && cell.n !== null) {
        parts.push(`superadditive in ${count(positive)} of ${count(cell.n)}`);
      }
      if (Number.isFinite(p)) parts.push(`p = ${pValue(p)}`.replace("= <", "<"));
    }
    const alone = [cell.ix, cell.iy]
      .map((layer) => [view.x.labels[layer], signed(mean[index(layer, layer)], digits)])
      .filter(([, value]) => value !== MISSING)
      .map(([layer, value]) => `layer ${layer} alone ${value}`);
    // In a slice the diagonal is a pair with the held layer.
    if (metric.signed && alone.length > 0 && !view.held) parts.push(alone.join(", "));
  }
  return parts.length === 0 ? [] : [weak(parts.join(" · "))];
}

/** The cell with the best value over all panels: the highest, or the lowest where the metric says so; null when there
 *  is none. */
export function bestCell(
  view: HeatmapView,
  options: HeatmapOptions,
  panels: readonly Pick<Panel, "cells">[] = heatmapPanels(view, options),
): Cell | null {
  const sign = metricOf(view, options).best === "lowest" && options.mode === "effect" ? -1 : 1;
  let best: Cell | null = null;
  for (const cell of panels.flatMap((panel) => [...panel.cells])) {
    if (cell.value !== null && (best?.value == null || sign * cell.value > sign * best.value)) best = cell;
  }
  return best;
}

/** Said where there is no best cell. */
export const noValues = ({ state }: HeatmapView): string =>
  state === "loading" || state === "partial" ? "no values yet" : "no values";

/** What a screen reader says on entering, and a narrow output says instead of a picture:
 *  "Patch sweep: capital, heatmap, 36 cells, largest layers 0 and 2, plus 0.85." */
export function summary(view: HeatmapView, options: HeatmapOptions): string {
  const cells = heatmapPanels(view, options).flatMap((panel) => panel.cells.filter((cell) => cell.kind !== "absent"));
  const best = bestCell(view, options);
  const start = `${view.title}, heatmap, ${counted(cells.length, "cell")}`;
  if (best === null) return `${start}, ${noValues(view)}.`;
  const name = cellName(view, best.ix, best.iy, " and ");
  const value = spokenNumber(best.value, metricOf(view, options).digits.readout, isSigned(view, options));
  const end = metricOf(view, options).best === "lowest" && options.mode === "effect" ? "smallest" : "largest";
  return `${start}, ${end} ${name.charAt(0).toLowerCase()}${name.slice(1)}, ${value}.`;
}

const strong = (text: string): Segment => ({ text, tone: "strong" });
const weak = (text: string): Segment => ({ text, tone: "weak" });

/** What a heatmap says: the read-out of a place, the summary when nothing is pointed at, and what a place means to
 *  the other views of a document. Pure. */
import {
  bestCell,
  cellName,
  count,
  type HeatmapLayout,
  type HeatmapOptions,
  type HeatmapView,
  isSigned,
  metricOf,
  plain,
  readout,
  type Segment,
  signed,
  spokenCell,
  summary,
  type ViewState,
} from "patchbay/view";
import type { LinkField, Pointing } from "../link";
import type { ReadoutText } from "../shell/types";
import type { Extent, Place, Spot } from "./state";

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
  return { ...readout(view, options, cell), spoken };
}

/** "best: layers 0 + 2, +0.85", or that nothing is there yet. */
export function bestInWords(view: HeatmapView, options: HeatmapOptions): string {
  const best = bestCell(view, options);
  if (!best) return "no values yet";
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
  const best = bestInWords(view, options);
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
    done: [`${count(cells.length)} cells${panels}`, `${best} · ${hint}`],
  };
  const [first, second] = lines[state];
  return { first: [strong(first)], second: [weak(second)], spoken };
}

/** A place as labels by field, for linked views. A pair of layers is two labels of one field. */
export function pointingAt(view: HeatmapView, { x, y }: Spot): Pointing {
  const [a, b] = [view.x.labels[x], view.y.labels[y]];
  if (view.layout === "singles") return { [view.x.field]: [a] };
  if (view.x.field === view.y.field) return { [view.x.field]: a === b ? [a] : [a, b] };
  return { [view.x.field]: [a], [view.y.field]: [b] };
}

/** The cells of this view that stand for what another view points at. */
export function linkedSpots(view: HeatmapView, extent: Extent, at: Pointing): Spot[] {
  if (!at) return [];
  const index = (axis: "x" | "y", label: string) => view[axis].labels.indexOf(label);
  const labels = (field: LinkField): readonly string[] => at[field] ?? [];
  let spots: Spot[] = [];
  if (view.layout === "singles") spots = labels(view.x.field).map((label) => ({ x: index("x", label), y: 0 }));
  else if (view.x.field === view.y.field) {
    const [a, b = a] = labels(view.x.field);
    if (a === undefined) return [];
    spots = [
      { x: index("x", a), y: index("y", b) },
      { x: index("x", b), y: index("y", a) },
    ].slice(0, a === b ? 1 : 2);
  } else {
    const [xs, ys] = [labels(view.x.field), labels(view.y.field)];
    spots = xs.flatMap((x) => ys.map((y) => ({ x: index("x", x), y: index("y", y) })));
  }
  return spots.filter(({ x, y }) => x >= 0 && y >= 0 && extent.exists(x, y));
}

const strong = (text: string): Segment => ({ text, tone: "strong" });
const weak = (text: string): Segment => ({ text, tone: "weak" });

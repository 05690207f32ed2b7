/** The words around a grid's heatmap: its title and a draft of its caption. */
import { type GridMetric, gridMeaning } from "../result/grid-metrics";
import type { GridData, GridKind, GridResult } from "../result/grid-result";
import { counted } from "../words";
import { plain, signed } from "./format";
import type { HeatmapView } from "./types";

/** Characters of a model's hash that a caption shows. */
const HASH_LENGTH = 12;

type Spec = GridData["spec"];

const HEADINGS: Readonly<Record<GridKind, (spec: Spec) => string>> = {
  "patch-grid": ({ by }) => (by === "head" ? "Head patching" : "Position patching"),
  steer: () => "Steering",
  "cross-task": () => "Cross-task patching",
  "logit-lens": () => "Logit lens",
};

/** "Position patching: capital" */
export function titleOfGrid({ data }: GridResult): string {
  const heading = HEADINGS[data.kind](data.spec);
  return data.spec.task === undefined ? heading : `${heading}: ${taskOf(data.spec)}`;
}

/** "capital", or "capital against language" where the target run is said. */
function taskOf({ task, against }: Spec): string {
  if (typeof against !== "string") return `${task}`;
  return `${task} against ${against === "query" ? "the query alone" : against}`;
}

/** One paragraph of plain text: the best cell, n, test, model, site and precision.
 *  @param statistics whether intervals are made yet: the best cell is said with its own */
export function captionOfGrid(view: HeatmapView, result: GridResult, statistics: boolean): string {
  const { data, making } = result;
  const metric = view.metrics.find(({ key }) => key === view.metric) ?? view.metrics[0];
  const task = data.spec.task === undefined ? "" : ` of the task ${taskOf(data.spec)}`;
  const zero = metric.zero === "" ? "" : `; ${metric.zero}`;
  const hash = making.model.fingerprint.replace(/^sha256:/, "").slice(0, HASH_LENGTH);
  const model = view.panels.length === 1 ? `${making.model.name}, sha256 ${hash}…` : view.model.name;
  const site = typeof data.spec.site === "string" ? `, ${data.spec.site}` : "";
  const { device, precision } = making.provider;
  return [
    `${HEADINGS[data.kind](data.spec)}: ${metric.label} ${metric.meaning}.`,
    view.panels.length > 1 || !statistics ? "" : bestCell(result, metric.key as GridMetric),
    `Cells: mean over n = ${counted(view.n, "sample")}${task}${zero}.`,
    view.panels.length > 1 ? "All panels share one scale." : "",
    metric.test === null ? "" : `Hatched: not significant (${metric.test}).`,
    `${model}${site}, ${precision} on ${device}.`,
    view.state === "done" ? "" : "The run is not complete: some cells or samples are missing.",
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

/** "Best: layer 3, position −5 (" capital"), +0.85 (95 % BCa interval 0.80 to 0.89)." */
function bestCell(result: GridResult, metric: GridMetric): string {
  if (result.finished === 0 || result.state === "partial") return "";
  const { digits, signed: withSign, kind, best } = gridMeaning(metric);
  const cell = result.best(metric);
  const write = withSign ? signed : plain;
  const where = [[result.data.rows, cell.row] as const, [result.data.columns, cell.column] as const].map(
    ([axis, key]) => {
      const label = axis.labels[axis.keys.indexOf(key)];
      return `${axis.name.replaceAll("_", " ")} ${key}${label === String(key) ? "" : ` (${label.trim()})`}`;
    },
  );
  const name = kind === "rate" ? "Wilson" : "BCa";
  const ends = cell.ci?.map((end) => plain(end, digits.readout)).join(" to ");
  const range = ends === undefined ? "" : ` (95 % ${name} interval ${ends})`;
  return `${best === "lowest" ? "Lowest" : "Highest"}: ${where.join(", ")}, ${write(cell.mean, digits.readout)}${range}.`;
}

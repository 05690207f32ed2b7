/** The draft of a figure's caption: effect, interval, n, test, correction, model with hash, site, protocol and
 *  precision, all from the view's own numbers. It stands beside the figure, never in it. */
import type { PatchSweepSpec } from "../experiment/types";
import { unpack } from "../result/pack";
import type { Making } from "../result/types";
import { counted } from "../words";
import { bestCell } from "./describe";
import { count, plain, signed } from "./format";
import { heatmapOptions, heatmapPanels, metricOf } from "./heatmap-grid";
import type { Cell } from "./heatmap-types";
import type { HeatmapView } from "./types";

/** Characters of a model's hash that a caption shows. */
const HASH_LENGTH = 12;

/** One paragraph of plain text.
 *  @example captionOf(view, spec, making) // "Patching layers 0 and 2 together changes ..." */
export function captionOf(view: HeatmapView, spec: PatchSweepSpec, making: Making): string {
  const metric = metricOf(view, { metric: view.metric });
  const task = spec.task === undefined ? "" : ` of the task ${spec.task}`;
  const zero = metric.zero === "" ? "" : `; ${metric.zero}`;
  const means = `Cells: mean over n = ${counted(view.n, "sample")}${task}${zero}.`;
  const scale = view.panels.length > 1 ? " All panels share one scale." : "";
  const hatch = metric.test === null ? "" : ` Hatched: not significant (${metric.test}).`;
  const hash = making.model.fingerprint.replace(/^sha256:/, "").slice(0, HASH_LENGTH);
  const { device, precision } = making.provider;
  const made =
    view.panels.length === 1
      ? `${making.model.name}, sha256 ${hash}…, ${spec.site}, protocol ${spec.protocol}, ${precision} on ${device}.`
      : `${view.model.name}, ${spec.site}, protocol ${spec.protocol}, ${precision} on ${device}.`;
  const state = view.state === "done" ? "" : ` ${UNFINISHED}`;
  return `${effect(view)} ${means}${scale}${hatch} ${made}${state}`.trim();
}

const UNFINISHED = "The run is not complete: some cells or samples are missing.";

/** The largest effect in a sentence, with its parts where it is a pair. */
function effect(view: HeatmapView): string {
  const options = heatmapOptions(view);
  const metric = metricOf(view, options);
  const best = bestCell(view, options);
  if (best?.value == null) return `Effect of patching one layer or two on ${metric.label} ${metric.meaning}.`;
  const digits = metric.digits.readout;
  const write = metric.signed ? signed : plain;
  const range =
    best.low === null || best.high === null
      ? ""
      : ` (95 % BCa interval ${plain(best.low, digits)} to ${plain(best.high, digits)})`;
  const where = view.panels.length > 1 ? ` in ${view.panels[options.panels[best.panel]].name}` : "";
  const value = `${metric.label} (${metric.meaning}) is ${write(best.value, digits)}${range}`;
  const [x, y] = [view.x.labels[best.ix], view.y.labels[best.iy]];
  if (view.layout !== "pairs" || best.ix === best.iy) return `With layer ${x} patched${where}, ${value}.`;
  const cells = heatmapPanels(view, options)[best.panel].cells;
  const alone = (cell: Cell | undefined) => (cell?.value == null ? null : write(cell.value, digits));
  const nx = view.x.labels.length;
  const [first, second] = [alone(cells[best.ix * nx + best.ix]), alone(cells[best.iy * nx + best.iy])];
  const parts =
    first === null || second === null ? "" : `, against ${first} for layer ${x} and ${second} for layer ${y} alone`;
  return `With layers ${x} and ${y} patched together${where}, ${value}${parts}${interactionOf(view, best)}.`;
}

/** ": an interaction of +0.54, positive in 41 of 41 samples". */
function interactionOf(view: HeatmapView, best: Cell): string {
  const options = heatmapOptions(view, { mode: "interaction" });
  const metric = metricOf(view, options);
  if (metric.interaction === null) return "";
  const at = best.iy * view.x.labels.length + best.ix;
  const { value, n } = heatmapPanels(view, options)[best.panel].cells[at];
  const positive = unpack(metric.interaction.positive)[best.panel * view.x.labels.length * view.y.labels.length + at];
  if (value === null || n === null || !Number.isFinite(positive)) return "";
  const share = `positive in ${count(positive)} of ${count(n)} samples`;
  return `: an interaction of ${signed(value, metric.digits.readout)}, ${share}`;
}

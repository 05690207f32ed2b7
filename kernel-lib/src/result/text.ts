/** A sweep's result as plain text: for terminals, for notebooks without the extension, for screen readers. */

import { counted } from "../words";
import { madeOn, signed, warningLines } from "./aligned";
import { METRICS } from "./metrics";
import type { SweepResult, TupleSummary } from "./sweep";
import type { SweepMetric } from "./types";

/** Tuples that are listed; the tables have all. */
const LISTED = 10;

/** Title, making, the best tuples with intervals, and how many pairs are superadditive. */
export function sweepText(result: SweepResult, metric: SweepMetric = "rr_diff_target"): string {
  const { spec, making, state, tuples } = result;
  const { label, meaning, best } = METRICS[metric];
  const measured = result.means(metric).filter(({ n }) => n > 0);
  const head = [
    `Patch sweep${spec.task ? `: ${spec.task}` : ""} (${state}), ${making.model.name}`,
    `${spec.site}, protocol ${spec.protocol}, ${counted(result.n, "sample")} x ${counted(tuples.length, "tuple")}, ` +
      madeOn(making),
  ];
  if (measured.length === 0) return [...head, "Nothing is measured yet."].join("\n");
  const sign = best === "highest" ? -1 : 1;
  // A run that goes on is printed often, and its intervals and tests would change with the next value.
  const settled = state !== "partial";
  const listed = [...measured]
    .sort((a, b) => sign * ((a.mean as number) - (b.mean as number)) || a.layers.length - b.layers.length)
    .slice(0, LISTED)
    .map((row) => (settled ? result.summary(metric, row.layers) : row));
  const rest = measured.length - listed.length;
  return [
    ...head,
    `${label} ${meaning}; mean${settled ? ", 95 % interval" : ""}, n:`,
    ...aligned(listed),
    ...(rest > 0 ? [`  ... and ${rest} more tuples`] : []),
    ...(settled ? additivity(result, metric) : []),
    ...warningLines(making),
  ].join("\n");
}

function additivity(result: SweepResult, metric: SweepMetric): string[] {
  const { tested, superadditive, subadditive } = result.superadditive(metric);
  if (tested === 0) return [];
  return [
    `Of ${tested} tuples of two or more layers, ${superadditive} do more than the sum of their layers ` +
      `and ${subadditive} less (sign test, Holm, 5 %).`,
  ];
}

function aligned(rows: readonly TupleSummary[]): string[] {
  const width = Math.max(...rows.map(({ layers }) => layers.join(" + ").length));
  return rows.map(({ layers, metric, mean, ci, n }) => {
    const digits = METRICS[metric].digits.readout;
    const show = (value: number) => signed(value, digits, METRICS[metric].signed);
    const interval = ci === null ? "" : `  [${show(ci[0])}, ${show(ci[1])}]`;
    return `  ${layers.join(" + ").padEnd(width)}  ${show(mean as number)}${interval}  n ${n}`;
  });
}

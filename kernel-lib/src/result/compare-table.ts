/** A comparison in long form. `difference` is `b` minus `a`. */
import { type Tail, tailCell } from "../stats/tail";
import type { Comparison } from "./compare";
import type { AccuracyDifference, SweepDifference } from "./compare-types";
import { keyOf } from "./interactions";
import type { Table } from "./types";

export const comparisonTable = ({ of, sweeps, accuracies }: Comparison): Table =>
  of === "accuracy"
    ? { name: "comparison", columns: ACCURACY, rows: accuracies.map(accuracyRow) }
    : { name: "comparison", columns: SWEEP, rows: sweeps.map(sweepRow) };

type Row = Table["rows"][number];

const SWEEP = [
  ...["a", "b", "task", "layers", "metric", "n", "mean_a", "mean_b", "difference", "ci_low", "ci_high"],
  ...["positive", "negative", "ties", "sign_p", "t", "t_p", "wilcoxon", "wilcoxon_p", "cohen_d", "p_holm", "p_bh"],
];
const ACCURACY = [
  ...["a", "b", "task", "measure", "n", "both", "only_a", "only_b", "neither", "rate_a", "rate_b"],
  ...["difference", "ci_low", "ci_high", "mcnemar_p", "p_holm"],
];

const orNull = (tail: Tail | null | undefined) => (tail == null ? null : tailCell(tail));

const sweepRow = (row: SweepDifference): Row => [
  ...[row.a, row.b, row.task, keyOf(row.layers), row.metric, row.n, ...row.means, row.difference],
  ...[row.ci?.[0] ?? null, row.ci?.[1] ?? null, row.sign.positive, row.sign.negative, row.sign.ties],
  ...[orNull(row.sign.tail), row.t?.t ?? null, orNull(row.t?.tail), row.wilcoxon?.statistic ?? null],
  ...[orNull(row.wilcoxon?.tail), row.cohenD, orNull(row.holm), orNull(row.bh)],
];

function accuracyRow({ a, b, task, measure, counts, holm }: AccuracyDifference): Row {
  if (counts === null) return [a, b, task, measure, 0, ...new Array<null>(11).fill(null)];
  const { n, both, first, second, neither, shares, difference, ci, mcnemar } = counts;
  return [
    ...[a, b, task, measure, n, both, first, second, neither, ...shares, difference, ...ci],
    ...[orNull(mcnemar), orNull(holm)],
  ];
}

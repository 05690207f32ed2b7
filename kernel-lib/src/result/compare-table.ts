/** A comparison in long form. `difference` is `b` minus `a`. */
import { type Tail, tailCell } from "../stats/tail";
import type { Comparison } from "./compare";
import type {
  AccuracyDifference,
  ComparedPair,
  GridDifference,
  PairedStatistics,
  ProbeDifference,
  SweepDifference,
} from "./compare-types";
import { keyOf } from "./interactions";
import type { Table } from "./types";

export function comparisonTable({ of, sweeps, accuracies, grids, probes }: Comparison): Table {
  const table = (columns: string[], rows: Row[]): Table => ({ name: "comparison", columns, rows });
  if (of === "accuracy") return table([...PAIR, "measure", ...SHARES], accuracies.map(accuracyRow));
  if (of === "geometry") return table([...PAIR, "site", "layer", ...SHARES], probes.map(probeRow));
  if (of === "patch-sweep") return table([...PAIR, "layers", "metric", ...STATISTICS], sweeps.map(sweepRow));
  return table([...PAIR, "row", "column", "metric", ...STATISTICS], grids.map(gridRow));
}

type Row = Table["rows"][number];

const PAIR = ["a", "b", "task"];
const STATISTICS = [
  ...["n", "mean_a", "mean_b", "difference", "ci_low", "ci_high"],
  ...["positive", "negative", "ties", "sign_p", "t", "t_p", "wilcoxon", "wilcoxon_p", "cohen_d", "p_holm", "p_bh"],
];
const SHARES = [
  ...["n", "both", "only_a", "only_b", "neither", "rate_a", "rate_b"],
  ...["difference", "ci_low", "ci_high", "mcnemar_p", "p_holm"],
];

const orNull = (tail: Tail | null | undefined) => (tail == null ? null : tailCell(tail));

const pairCells = ({ a, b, task }: ComparedPair): Row => [a, b, task];
const sweepRow = (row: SweepDifference): Row => [...pairCells(row), keyOf(row.layers), row.metric, ...statistics(row)];
const gridRow = (row: GridDifference): Row => [
  ...[...pairCells(row), row.row, row.column, row.metric],
  ...statistics(row),
];
const accuracyRow = (row: AccuracyDifference): Row => [...pairCells(row), row.measure, ...shares(row)];
const probeRow = (row: ProbeDifference): Row => [...pairCells(row), row.site, row.layer, ...shares(row)];

const statistics = (row: PairedStatistics): Row => [
  ...[row.n, ...row.means, row.difference],
  ...[row.ci?.[0] ?? null, row.ci?.[1] ?? null, row.sign.positive, row.sign.negative, row.sign.ties],
  ...[orNull(row.sign.tail), row.t?.t ?? null, orNull(row.t?.tail), row.wilcoxon?.statistic ?? null],
  ...[orNull(row.wilcoxon?.tail), row.cohenD, orNull(row.holm), orNull(row.bh)],
];

function shares({ counts, holm }: Pick<AccuracyDifference, "counts" | "holm">): Row {
  if (counts === null) return [0, ...new Array<null>(SHARES.length - 1).fill(null)];
  const { n, both, first, second, neither, shares, difference, ci, mcnemar } = counts;
  return [n, both, first, second, neither, ...shares, difference, ...ci, orNull(mcnemar), orNull(holm)];
}

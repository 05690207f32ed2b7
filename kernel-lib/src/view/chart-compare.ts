/** Differences between models as a chart: a bar for each, with its paired interval; open where Holm's correction leaves
 *  no significance. */
import { ResultError } from "../errors";
import type { Comparison } from "../result/compare";
import type { AccuracyDifference, SweepDifference } from "../result/compare-types";
import { keyOf } from "../result/interactions";
import { METRICS } from "../result/metrics";
import type { ChartView } from "./chart-types";
import { type ChartRow, chartViewOf } from "./chart-view";
import { count } from "./format";

export interface ComparisonChartOptions {
  /** Updates of one display carry the same id. Default "comparison"; `show` gives its own. */
  id?: string;
  /** Of sweeps: so many tuples, those with the largest difference of any pair first. Default 12. */
  top?: number;
  /** Level of significance after Holm's correction. Default 0.05. */
  alpha?: number;
}

const MINUS = " − ";
const TOP = 12;

/** The chart of a comparison.
 *  @throws ResultError when it holds no difference
 *  @example pb.show(pb.comparisonChart(pb.compare([base, sft, dpo]))) */
export function comparisonChart(comparison: Comparison, options: ComparisonChartOptions = {}): ChartView {
  const { sweeps, accuracies, makings } = comparison;
  const { id = "comparison", alpha = 0.05 } = options;
  if (sweeps.length + accuracies.length === 0)
    throw new ResultError({ thing: "comparison chart", rule: "needs at least one difference" });
  const ofSweeps = comparison.of === "patch-sweep";
  const rows = ofSweeps
    ? sweepRows(sweeps, alpha, options.top ?? TOP)
    : accuracies.map((row) => accuracyRow(row, alpha));
  const family = ofSweeps ? sweeps.length : accuracies.length;
  const test = `${ofSweeps ? "sign test" : "exact McNemar test"}, Holm over ${count(family)} differences, ${alpha * 100} %`;
  const metrics = [...new Set(sweeps.map(({ metric }) => metric))].map((metric) => METRICS[metric].label);
  const many = Math.max(...sweeps.map(({ n }) => n), ...accuracies.map(({ counts }) => counts?.n ?? 0));
  const interval = ofSweeps ? "95 % BCa interval" : "95 % Newcombe interval";
  return chartViewOf({
    ...{ id, title: "Differences between models", mark: "bars", rows, makings, test, interval, unit: "items" },
    x: ofSweeps ? { title: "layers patched", field: "group" } : { title: "task", field: "task" },
    y: ofSweeps
      ? { title: `difference of ${metrics.join(", ")}`, format: "signed", digits: 2 }
      : { title: "difference (percentage points)", format: "points", digits: 2 },
    code: 'import * as pb from "patchbay";\n\npb.show(pb.comparisonChart(pb.compare(results)));',
    caption:
      `Differences on the same ${count(many)} items, later model minus earlier, with ${interval.replace("95 %", "95 % paired")}s. ` +
      `Open: not significant (${test}).`,
  });
}

const pairName = ({ a, b }: { a: string; b: string }): string => b + MINUS + a;

function sweepRows(all: readonly SweepDifference[], alpha: number, top: number): ChartRow[] {
  const largest = new Map<string, number>();
  for (const row of all) {
    const key = keyOf(row.layers);
    largest.set(key, Math.max(largest.get(key) ?? 0, Math.abs(row.difference ?? 0)));
  }
  const order = [...largest].sort((a, b) => b[1] - a[1]).slice(0, top);
  const panel = (row: SweepDifference) =>
    [row.task ?? "", ...several(all, row)].filter((part) => part !== "").join(" · ");
  return order.flatMap(([key]) =>
    all
      .filter((row) => keyOf(row.layers) === key)
      .map((row) => ({
        ...{ panel: panel(row), series: pairName(row), x: key, value: row.difference, n: row.n },
        ...{ low: row.ci?.[0] ?? null, high: row.ci?.[1] ?? null },
        significant: row.holm === null ? null : row.holm.p < alpha,
      })),
  );
}

/** A metric's name where there are more than one. */
const several = (all: readonly SweepDifference[], row: SweepDifference): string[] =>
  new Set(all.map(({ metric }) => metric)).size > 1 ? [METRICS[row.metric].label] : [];

const MEASURES = { exact_match: "exact match", in_scope: "in scope", judged: "judged" } as const;

function accuracyRow(row: AccuracyDifference, alpha: number): ChartRow {
  const { counts, holm } = row;
  return {
    ...{ panel: MEASURES[row.measure], series: pairName(row), x: row.task ?? "samples", n: counts?.n ?? 0 },
    ...{ value: counts?.difference ?? null, low: counts?.ci[0] ?? null, high: counts?.ci[1] ?? null },
    significant: holm === null ? null : holm.p < alpha,
  };
}

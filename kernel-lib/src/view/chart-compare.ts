/** Differences between models as a chart: a bar for each, with its paired interval; open where Holm's correction leaves
 *  no significance. */

import { ResultError } from "../errors";
import { oneGiven, optionsGiven } from "../given";
import { Comparison } from "../result/compare";
import type { ComparedPair, PairedStatistics, ProbeDifference } from "../result/compare-types";
import { GRID_METRICS } from "../result/grid-metrics";
import type { GridKind } from "../result/grid-result";
import { keyOf } from "../result/interactions";
import { METRICS } from "../result/metrics";
import type { ChartAxis, ChartView } from "./chart-types";
import { type ChartRow, chartViewOf } from "./chart-view";
import { count } from "./format";

export interface ComparisonChartOptions {
  /** Updates of one display carry the same id. Default "comparison"; `show` gives its own. */
  id?: string;
  /** Of sweeps and grids: so many tuples or cells, those with the largest difference of any pair first. Default 12. */
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
  const { all, sweeps, accuracies, grids, probes, makings } = oneGiven("comparisonChart()", comparison, {
    type: Comparison,
    what: "a comparison",
    example: "pb.comparisonChart(pb.compare([base, sft, dpo]))",
  });
  const { id = "comparison", alpha = 0.05, top = TOP } = optionsGiven("comparisonChart()", options);
  if (all.length === 0) throw new ResultError({ thing: "comparison chart", rule: "needs at least one difference" });
  const ofShares = accuracies.length + probes.length > 0;
  const rows = [
    ...placeRows(sweeps, ({ layers }) => keyOf(layers), METRICS, { alpha, top }),
    ...placeRows(grids, ({ row, column }) => `${row}, ${column}`, GRID_METRICS, { alpha, top }),
    ...accuracies.map((row) => shareRow(row, { panel: MEASURES[row.measure], x: row.task ?? "samples", alpha })),
    ...probes.map((row) => shareRow(row, { panel: probePanel(row, probes), x: String(row.layer), alpha })),
  ];
  const test = `${ofShares ? "exact McNemar test" : "sign test"}, Holm over ${count(all.length)} differences, ${alpha * 100} %`;
  const labels = [
    ...sweeps.map(({ metric }) => METRICS[metric].label),
    ...grids.map(({ metric }) => GRID_METRICS[metric].label),
  ];
  const many = Math.max(
    ...sweeps.map(({ n }) => n),
    ...grids.map(({ n }) => n),
    ...sharesN(accuracies),
    ...sharesN(probes),
  );
  const interval = ofShares ? "95 % Newcombe interval" : "95 % BCa interval";
  return chartViewOf({
    ...{ id, title: "Differences between models", mark: "bars", rows, makings, test, interval, unit: "items" },
    x: axisOf(comparison),
    y: ofShares
      ? { title: "difference (percentage points)", format: "points", digits: 2 }
      : { title: `difference of ${[...new Set(labels)].join(", ")}`, format: "signed", digits: 2 },
    code: 'import * as pb from "patchbay";\n\npb.show(pb.comparisonChart(pb.compare(results)));',
    caption:
      `Differences on the same ${count(many)} items, later model minus earlier, with ${interval.replace("95 %", "95 % paired")}s. ` +
      `Open: not significant (${test}).`,
  });
}

const pairName = ({ a, b }: { a: string; b: string }): string => b + MINUS + a;

function axisOf({ of, probes }: Comparison): Pick<ChartAxis, "title" | "field"> {
  if (of === "accuracy") return { title: "task", field: "task" };
  if (probes.length > 0) return { title: "layer", field: "layer" };
  if (of === "patch-sweep") return { title: "layers patched", field: "group" };
  return { title: `cell (${GRID_CELLS[of as GridKind]})`, field: "group" };
}

const GRID_CELLS: Record<GridKind, string> = {
  "patch-grid": "layer, position or head",
  steer: "layer, coefficient",
  "cross-task": "source task, target task",
  "logit-lens": "layer, position",
};

interface Places {
  alpha: number;
  /** Places with the largest difference of any pair. */
  top: number;
}

function placeRows<Row extends ComparedPair & PairedStatistics & { metric: string }>(
  all: readonly Row[],
  placeOf: (row: Row) => string,
  meanings: Readonly<Record<string, { label: string }>>,
  { alpha, top }: Places,
): ChartRow[] {
  const largest = new Map<string, number>();
  for (const row of all) {
    const key = placeOf(row);
    largest.set(key, Math.max(largest.get(key) ?? 0, Math.abs(row.difference ?? 0)));
  }
  const order = [...largest].sort((a, b) => b[1] - a[1]).slice(0, top);
  // A metric's name where there are more than one.
  const named = new Set(all.map(({ metric }) => metric)).size > 1;
  const panel = (row: Row) =>
    [row.task ?? "", ...(named ? [meanings[row.metric].label] : [])].filter(Boolean).join(" · ");
  return order.flatMap(([key]) =>
    all
      .filter((row) => placeOf(row) === key)
      .map((row) => ({
        ...{ panel: panel(row), series: pairName(row), x: key, value: row.difference, n: row.n },
        ...{ low: row.ci?.[0] ?? null, high: row.ci?.[1] ?? null },
        significant: row.holm === null ? null : row.holm.p < alpha,
      })),
  );
}

const MEASURES = { exact_match: "exact match", in_scope: "in scope", judged: "judged" } as const;

const sharesN = (rows: readonly Pick<ProbeDifference, "counts">[]): number[] =>
  rows.map(({ counts }) => counts?.n ?? 0);

/** Task and site, where there are more than one. */
const probePanel = ({ task, site }: ProbeDifference, all: readonly ProbeDifference[]): string =>
  [task ?? "", ...(new Set(all.map((row) => row.site)).size > 1 ? [site] : [])].filter(Boolean).join(" · ");

function shareRow(
  row: ComparedPair & Pick<ProbeDifference, "counts" | "holm">,
  { panel, x, alpha }: { panel: string; x: string; alpha: number },
): ChartRow {
  const { counts, holm } = row;
  return {
    ...{ panel, series: pairName(row), x, n: counts?.n ?? 0 },
    ...{ value: counts?.difference ?? null, low: counts?.ci[0] ?? null, high: counts?.ci[1] ?? null },
    significant: holm === null ? null : holm.p < alpha,
  };
}

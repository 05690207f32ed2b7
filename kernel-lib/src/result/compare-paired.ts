/** Two results' values of the same samples, side by side: the statistics of their differences, and corrections over all
 *  differences of a metric. */
import { benjaminiHochberg, holm } from "../stats/adjust";
import { meanIntervals } from "../stats/bootstrap";
import { cohenD, mean } from "../stats/moments";
import { signTest } from "../stats/sign";
import { tTest } from "../stats/student";
import { wilcoxon } from "../stats/wilcoxon";
import type { PairedStatistics } from "./compare-types";

/** Before what needs all rows at once. */
export type Bare = Omit<PairedStatistics, "ci" | "holm" | "bh"> & { values: Float64Array };

/** `yours` minus `mine` over the samples that both have measured (NaN: not). */
export function bareDifference(mine: Float64Array, yours: Float64Array): Bare {
  const there = Array.from(mine.keys()).filter((i) => Number.isFinite(mine[i]) && Number.isFinite(yours[i]));
  const values = Float64Array.from(there, (i) => yours[i] - mine[i]);
  const meanOf = (all: Float64Array) => mean(there.map((i) => all[i]));
  return {
    values,
    n: values.length,
    means: [meanOf(mine), meanOf(yours)],
    difference: mean(values),
    sign: signTest(values),
    t: tTest(values),
    wilcoxon: wilcoxon(values),
    cohenD: cohenD(values),
  };
}

/** The rows with intervals, and corrected over all rows of each metric; metric by metric. */
export function correctedRows<Row extends Bare & { metric: string }>(
  rows: readonly Row[],
  metrics: readonly string[],
  seed: number,
): (Omit<Row, "values"> & Pick<PairedStatistics, "ci" | "holm" | "bh">)[] {
  const intervals = meanIntervals(
    rows.map(({ values }) => values),
    { seed },
  );
  return metrics.flatMap((metric) => {
    const members = rows.map((row, at) => ({ row, at })).filter(({ row }) => row.metric === metric);
    const tails = members.map(({ row }) => row.sign.tail);
    const [step, rate] = [holm(tails), benjaminiHochberg(tails)];
    return members.map(({ row: { values: _, ...row }, at }, i) => ({
      ...row,
      ci: intervals[at],
      holm: step[i],
      bh: rate[i],
    }));
  });
}

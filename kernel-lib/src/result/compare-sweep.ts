/** Differences between two patch sweeps of the same samples, tuple by tuple. */
import { ResultError } from "../errors";
import { benjaminiHochberg, holm } from "../stats/adjust";
import { meanIntervals } from "../stats/bootstrap";
import { cohenD, mean } from "../stats/moments";
import { signTest } from "../stats/sign";
import { tTest } from "../stats/student";
import { wilcoxon } from "../stats/wilcoxon";
import { type PairOf, sameSamples } from "./compare-pairs";
import type { SweepDifference } from "./compare-types";
import { keyOf, placesOf } from "./interactions";
import type { SweepResult } from "./sweep";
import type { SweepMetric } from "./types";

type Bare = Omit<SweepDifference, "ci" | "holm" | "bh"> & { values: Float64Array };

/** One row for each pair, metric and tuple that both have, corrected over all rows of a metric.
 *  @throws ResultError when two sweeps are not of the same samples, site, protocol or depth */
export function sweepDifferences(
  pairs: readonly PairOf<SweepResult>[],
  metrics: readonly SweepMetric[],
  seed: number,
): SweepDifference[] {
  const rows = pairs.flatMap((pair) => {
    comparable(pair);
    return metrics.flatMap((metric) => rowsOf(pair, metric));
  });
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

function comparable(pair: PairOf<SweepResult>): void {
  const { first, second } = pair;
  const isLabelled = [first, second].every(({ spec }) => spec.samples.every(({ label }) => label !== undefined));
  sameSamples(pair, ({ spec }) =>
    spec.samples.map(({ label, target, answer }) => (isLabelled ? String(label) : `${target.join(" ")} -> ${answer}`)),
  );
  const facts = ({ spec, making }: SweepResult) => [
    ["site", spec.site],
    ["protocol", spec.protocol],
    ["number of layers", making.model.nLayers],
  ];
  const [mine, yours] = [facts(first), facts(second)];
  for (const [i, [name, value]] of mine.entries()) {
    if (yours[i][1] === value) continue;
    throw new ResultError({
      thing: `compare(): ${name} of ${pair.b}`,
      value: yours[i][1],
      rule: `must be ${value}, as that of ${pair.a}`,
    });
  }
}

function rowsOf({ first, second, ...pair }: PairOf<SweepResult>, metric: SweepMetric): Bare[] {
  const places = placesOf(second.tuples);
  const shared = first.tuples.filter((layers) => places.has(keyOf(layers)));
  if (shared.length === 0)
    throw new ResultError({
      thing: `compare(): ${pair.b} and ${pair.a}`,
      rule: "must have a tuple of layers in common",
    });
  return shared.map((layers): Bare => {
    const [mine, yours] = [first.values(metric, layers), second.values(metric, layers)];
    const there = Array.from(mine.keys()).filter((i) => Number.isFinite(mine[i]) && Number.isFinite(yours[i]));
    const values = Float64Array.from(there, (i) => yours[i] - mine[i]);
    const meanOf = (all: Float64Array) => mean(there.map((i) => all[i]));
    return {
      ...{ ...pair, layers, metric, values },
      n: values.length,
      means: [meanOf(mine), meanOf(yours)],
      difference: mean(values),
      sign: signTest(values),
      t: tTest(values),
      wilcoxon: wilcoxon(values),
      cohenD: cohenD(values),
    };
  });
}

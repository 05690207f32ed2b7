/** Differences between two patch sweeps of the same samples, tuple by tuple. */
import { ResultError } from "../errors";
import { type Bare, bareDifference, correctedRows } from "./compare-paired";
import { type PairOf, sameFacts, sameSamples } from "./compare-pairs";
import type { SweepDifference } from "./compare-types";
import { keyOf, placesOf } from "./interactions";
import type { SweepResult } from "./sweep";
import type { SweepMetric } from "./types";

type Row = Bare & Pick<SweepDifference, "layers" | "metric" | "a" | "b" | "task">;

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
  return correctedRows(rows, metrics, seed);
}

function comparable(pair: PairOf<SweepResult>): void {
  const { first, second } = pair;
  const isLabelled = [first, second].every(({ spec }) => spec.samples.every(({ label }) => label !== undefined));
  sameSamples(pair, ({ spec }) =>
    spec.samples.map(({ label, target, answer }) => (isLabelled ? String(label) : `${target.join(" ")} -> ${answer}`)),
  );
  sameFacts(pair, ({ spec, making }) => [
    ["site", spec.site],
    ["protocol", spec.protocol],
    ["number of layers", making.model.nLayers],
  ]);
}

function rowsOf({ first, second, ...pair }: PairOf<SweepResult>, metric: SweepMetric): Row[] {
  const places = placesOf(second.tuples);
  const shared = first.tuples.filter((layers) => places.has(keyOf(layers)));
  if (shared.length === 0)
    throw new ResultError({
      thing: `compare(): ${pair.b} and ${pair.a}`,
      rule: "must have a tuple of layers in common",
    });
  return shared.map((layers) => {
    const values = bareDifference(first.values(metric, layers), second.values(metric, layers));
    return { ...pair, layers, metric, ...values };
  });
}

/** Bootstrap of a comparison of two traces' head activity: samples are drawn with replacement, means made anew, and
 *  the statistics taken from them. The same prompts in both are drawn together (paired), others each for themselves. */

import type { Interval } from "../stats/bootstrap";
import { percentile } from "../stats/bootstrap";
import { seeded } from "../stats/random";
import { type HeadActivity, meanActivity } from "./heads-activity";

export interface Side {
  activity: HeadActivity;
  released: boolean;
}

/** Share of resamples in which a statistic must exist for it to have an interval. */
const ENOUGH = 0.9;

/** 95 % percentile intervals of `statistics(mean of a, mean of b)`, each entry null where it does not exist.
 *  @example resampledIntervals(a, b, { paired: true, resamples: 1000, seed: 0 }, (x, y) => [spearmanRho(x, y)]) */
export function resampledIntervals(
  a: Side,
  b: Side,
  { paired, resamples, seed }: { paired: boolean; resamples: number; seed: number },
  statistics: (a: Float64Array, b: Float64Array) => (number | null)[],
): (Interval | null)[] {
  if (a.activity.samples < 2 || b.activity.samples < 2) {
    return statistics(a.activity.mean, b.activity.mean).map(() => null);
  }
  const random = seeded(seed);
  const draw = (n: number) => Int32Array.from({ length: n }, () => random.below(n));
  const found: number[][] = [];
  for (let r = 0; r < resamples; r++) {
    const first = draw(a.activity.samples);
    const second = paired ? first : draw(b.activity.samples);
    statistics(meanOf(a, first), meanOf(b, second)).forEach((value, at) => {
      found[at] ??= [];
      if (value !== null) found[at].push(value);
    });
  }
  return found.map((values) =>
    values.length < ENOUGH * resamples ? null : percentile(Float64Array.from(values), 0.95),
  );
}

const meanOf = ({ activity, released }: Side, drawn: Int32Array): Float64Array =>
  meanActivity({ values: activity.values, cells: activity.nLayers * activity.nHeads, released }, drawn);

/** Bootstrap intervals of means: percentile and BCa (Efron 1987; Efron and Tibshirani 1993, 14.3).
 *  Columns of the same length share their resamples, so many tuples cost one stream of random numbers,
 *  and the interval of a column does not depend on which others are asked for with it. */
import { allEqual, mean } from "./moments";
import { normalCdf, normalQuantile } from "./normal";
import { seeded } from "./random";

export type Interval = readonly [low: number, high: number];

export interface BootstrapOptions {
  /** Default 10,000. */
  resamples?: number;
  /** Default 0. */
  seed?: number;
  /** Default 0.95. */
  level?: number;
  /** Default `bca`. */
  kind?: "bca" | "percentile";
}

/** Columns that are resampled together: their sums of 10,000 resamples take 10 MB. */
const COLUMNS_AT_ONCE = 128;

/** An interval for the mean of each column; null where it does not exist (n < 2, all values equal).
 *  Columns may differ in length; NaN must be taken out before.
 *  @example meanIntervals([[1, 2, 3, 4]], { seed: 1 })[0] // [low, high] */
export function meanIntervals(
  columns: readonly ArrayLike<number>[],
  { resamples = 10_000, seed = 0, level = 0.95, kind = "bca" }: BootstrapOptions = {},
): (Interval | null)[] {
  const out: (Interval | null)[] = columns.map(() => null);
  const byLength = new Map<number, number[]>();
  columns.forEach((column, at) => {
    if (column.length < 2 || allEqual(column)) return;
    byLength.set(column.length, [...(byLength.get(column.length) ?? []), at]);
  });
  for (const places of byLength.values()) {
    for (let from = 0; from < places.length; from += COLUMNS_AT_ONCE) {
      const block = places.slice(from, from + COLUMNS_AT_ONCE);
      const means = resampledMeans(
        block.map((at) => columns[at]),
        resamples,
        seed,
      );
      block.forEach((at, i) => {
        out[at] = kind === "bca" ? bca(means[i], columns[at], level) : percentile(means[i], level);
      });
    }
  }
  return out;
}

/** Means of `resamples` draws with replacement, the same draws for every column.
 *  columns: each [n], one n; returns for each column [resamples]. */
export function resampledMeans(columns: readonly ArrayLike<number>[], resamples: number, seed: number): Float64Array[] {
  const width = columns.length;
  const n = columns[0].length;
  const rows = new Float64Array(n * width); // [n, width]: a draw adds one row to all sums
  columns.forEach((column, c) => {
    for (let i = 0; i < n; i++) rows[i * width + c] = column[i];
  });
  const random = seeded(seed);
  const out = columns.map(() => new Float64Array(resamples));
  const sums = new Float64Array(width);
  for (let r = 0; r < resamples; r++) {
    sums.fill(0);
    for (let draw = 0; draw < n; draw++) {
      const row = random.below(n) * width;
      for (let c = 0; c < width; c++) sums[c] += rows[row + c];
    }
    for (let c = 0; c < width; c++) out[c][r] = sums[c] / n;
  }
  return out;
}

/** Percentile interval of a bootstrap distribution. */
export function percentile(means: Float64Array, level: number): Interval {
  const sorted = means.slice().sort();
  return [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)];
}

/** Bias-corrected and accelerated interval for the mean of `values`; null where the correction is not finite. */
export function bca(means: Float64Array, values: ArrayLike<number>, level: number): Interval | null {
  const observed = mean(values) as number;
  // A resample with the observed mean may miss it by the order of its sum: that is a tie, half below.
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  const slack = 1e-13 * largest;
  let below = 0;
  for (const m of means) {
    if (m < observed - slack) below += 1;
    else if (m <= observed + slack) below += 0.5;
  }
  const bias = normalQuantile(below / means.length);
  const acceleration = jackknifeSkew(values, observed);
  const share = (tail: number) => {
    const z = bias + normalQuantile(tail);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  const [low, high] = [share((1 - level) / 2), share((1 + level) / 2)];
  if (Number.isNaN(low + high)) return null;
  const sorted = means.slice().sort();
  return [quantile(sorted, low), quantile(sorted, high)];
}

/** Sum of cubes over 6 (sum of squares)^(3/2): leaving out x_i moves the mean by (mean - x_i) / (n - 1). */
function jackknifeSkew(values: ArrayLike<number>, centre: number): number {
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < values.length; i++) {
    const d = values[i] - centre;
    squares += d * d;
    cubes += d * d * d;
  }
  return cubes / (6 * squares ** 1.5);
}

/** Linear interpolation between order statistics (type 7, numpy's default). */
function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const floor = Math.floor(at);
  const low = sorted[floor];
  const high = sorted[Math.min(floor + 1, sorted.length - 1)];
  return low + (high - low) * (at - floor);
}

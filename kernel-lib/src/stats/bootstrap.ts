/** Bootstrap intervals of means: percentile and BCa (Efron 1987; Efron and Tibshirani 1993, 14.3).
 *  Columns of the same length share their resamples, so many tuples cost one stream of random numbers,
 *  and the interval of a column does not depend on which others are asked for with it. */
import { allEqual, mean } from "./moments";
import { normalCdf, normalQuantile } from "./normal";
import { seeded } from "./random";
import { selectInto } from "./select";

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

/** Columns whose sums are kept in registers. */
const ABREAST = 8;
/** Draws that are held at a time: 0.5 MB. */
const DRAWS_AT_ONCE = 131_072;

/** Means of `resamples` draws with replacement, the same draws for every column. Each sum adds its draws in their order, so
 *  that it does not depend on how many columns go abreast.
 *  columns: each [n], one n; returns for each column [resamples]. */
export function resampledMeans(columns: readonly ArrayLike<number>[], resamples: number, seed: number): Float64Array[] {
  const n = columns[0].length;
  const out = columns.map(() => new Float64Array(resamples));
  const groups: { rows: Float64Array; means: Float64Array[] }[] = [];
  for (let from = 0; from < columns.length; from += ABREAST) {
    const rows = new Float64Array(n * ABREAST); // [n, ABREAST]: a draw adds one row
    columns.slice(from, from + ABREAST).forEach((column, c) => {
      for (let i = 0; i < n; i++) rows[i * ABREAST + c] = column[i];
    });
    groups.push({ rows, means: out.slice(from, from + ABREAST) });
  }
  const random = seeded(seed);
  const atOnce = Math.min(resamples, Math.max(1, Math.floor(DRAWS_AT_ONCE / n)));
  const draws = new Uint32Array(atOnce * n);
  for (let first = 0; first < resamples; first += atOnce) {
    const count = Math.min(atOnce, resamples - first);
    for (let draw = 0; draw < count * n; draw++) draws[draw] = random.below(n) * ABREAST;
    for (const { rows, means } of groups) groupMeansInto(means, { rows, draws, n, first, count });
  }
  return out;
}

/** Means of `count` resamples of up to eight columns, from resample `first` on. */
function groupMeansInto(
  means: readonly Float64Array[],
  { rows, draws, n, first, count }: { rows: Float64Array; draws: Uint32Array; n: number; first: number; count: number },
): void {
  const sums = new Float64Array(ABREAST);
  for (let r = 0, at = 0; r < count; r++) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (const end = at + n; at < end; at++) {
      const row = draws[at];
      s0 += rows[row];
      s1 += rows[row + 1];
      s2 += rows[row + 2];
      s3 += rows[row + 3];
      s4 += rows[row + 4];
      s5 += rows[row + 5];
      s6 += rows[row + 6];
      s7 += rows[row + 7];
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    sums[4] = s4;
    sums[5] = s5;
    sums[6] = s6;
    sums[7] = s7;
    for (let c = 0; c < means.length; c++) means[c][first + r] = sums[c] / n;
  }
}

/** Percentile interval of a bootstrap distribution. */
export function percentile(means: Float64Array, level: number): Interval {
  return quantiles(means, (1 - level) / 2, (1 + level) / 2);
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
  return quantiles(means, low, high);
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

/** Two quantiles, by linear interpolation between order statistics (type 7, numpy's default). */
function quantiles(values: Float64Array, low: number, high: number): Interval {
  const held = values.slice();
  const last = held.length - 1;
  const ranks = [low, high].flatMap((share) => {
    const floor = Math.floor(last * share);
    return [floor, Math.min(floor + 1, last)];
  });
  if (held.some(Number.isNaN)) held.sort();
  else {
    let from = 0;
    for (const rank of [...new Set(ranks)].sort((a, b) => a - b)) {
      selectInto(held, rank, from, last);
      from = Math.min(rank + 1, last);
    }
  }
  const quantile = (share: number) => {
    const at = last * share;
    const floor = Math.floor(at);
    const below = held[floor];
    return below + (held[Math.min(floor + 1, last)] - below) * (at - floor);
  };
  return [quantile(low), quantile(high)];
}

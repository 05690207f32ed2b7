/** Ranks with ties averaged, and Spearman's correlation on them. */
import { mean } from "./moments";
import { studentTwoSided } from "./student";
import type { Tail } from "./tail";

/** Ranks from 1, ties get their mean rank; `tieSizes` are the sizes of the groups of equal values, ones left out.
 *  @example averageRanks([3, 1, 3]).ranks // [2.5, 1, 2.5] */
export function averageRanks(values: ArrayLike<number>): { ranks: Float64Array; tieSizes: number[] } {
  const n = values.length;
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(n);
  const tieSizes: number[] = [];
  for (let from = 0, to = 0; from < n; from = to) {
    while (to < n && values[order[to]] === values[order[from]]) to++;
    // Ranks from + 1 .. to have this mean.
    for (let i = from; i < to; i++) ranks[order[i]] = (from + 1 + to) / 2;
    if (to - from > 1) tieSizes.push(to - from);
  }
  return { ranks, tieSizes };
}

export interface Correlation {
  rho: number;
  n: number;
  /** By Student's t with n - 2 degrees of freedom; null for n < 3. */
  tail: Tail | null;
}

/** Spearman's rank correlation; null for n < 2 or when one side is constant.
 *  @throws RangeError when lengths differ or a value is NaN
 *  @example spearman([1, 2, 3], [2, 4, 9])?.rho // 1 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): Correlation | null {
  if (x.length !== y.length) throw new RangeError(`spearman: ${x.length} values against ${y.length}`);
  const n = x.length;
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(x[i] + y[i])) throw new RangeError(`spearman: pair ${i} holds NaN`);
  }
  if (n < 2) return null;
  const rho = pearson(averageRanks(x).ranks, averageRanks(y).ranks);
  if (rho === null) return null;
  if (n === 2) return { rho, n, tail: null };
  const t = rho * Math.sqrt((n - 2) / ((rho + 1) * (1 - rho)));
  return { rho, n, tail: studentTwoSided(t, n - 2) };
}

/** Spearman's rho alone, for resamples; null when one side is constant. Lengths must be equal, without NaN.
 *  @example spearmanRho([1, 2, 3], [2, 4, 9]) // 1 */
export const spearmanRho = (x: ArrayLike<number>, y: ArrayLike<number>): number | null =>
  pearson(averageRanks(x).ranks, averageRanks(y).ranks);

/** Most pairs whose orders are all tried: 8! are 40,320. */
const MOST_EXACT = 8;
/** Sums of ranks in another order miss each other by this. */
const SLACK = 1e-12;

/** Exact two-sided p of Spearman's rho: the share of all orders of y whose rho is as far from 0. Where pairs are few,
 *  Student's t says far less than can be known (0 for a perfect order of 4). null beyond 8 pairs, or without a rho.
 *  @example spearmanExact([1, 2, 3, 4], [1, 2, 3, 4]) // 2 / 24 */
export function spearmanExact(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  const [a, b] = [averageRanks(x).ranks, averageRanks(y).ranks];
  const observed = a.length > MOST_EXACT ? null : pearson(a, b);
  if (observed === null) return null;
  const limit = Math.abs(observed) - SLACK;
  let all = 0;
  let asFar = 0;
  // Heap's orders of b, one exchange each.
  const swaps = new Int32Array(b.length);
  const count = () => {
    all++;
    if (Math.abs(pearson(a, b) as number) >= limit) asFar++;
  };
  count();
  for (let i = 1; i < b.length; ) {
    if (swaps[i] < i) {
      const j = i % 2 === 0 ? 0 : swaps[i];
      [b[i], b[j]] = [b[j], b[i]];
      swaps[i]++;
      i = 1;
      count();
    } else {
      swaps[i] = 0;
      i++;
    }
  }
  return asFar / all;
}

function pearson(x: Float64Array, y: Float64Array): number | null {
  const [mx, my] = [mean(x) as number, mean(y) as number];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - mx) ** 2;
    yy += (y[i] - my) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
  }
  if (xx === 0 || yy === 0) return null;
  // One root of each, so that equal ranks give exactly 1.
  return xx === yy ? clamp(xy / xx) : clamp(xy / (Math.sqrt(xx) * Math.sqrt(yy)));
}

const clamp = (r: number): number => Math.min(1, Math.max(-1, r));

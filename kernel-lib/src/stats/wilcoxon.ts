/** Wilcoxon's signed-rank test, two-sided, with SciPy's conventions: zeros are left out, the statistic is
 *  the smaller rank sum. Exact up to 50 values without ties or zeros; otherwise the normal approximation
 *  with the correction for ties and none for continuity. */
import { normalTwoSided } from "./normal";
import { averageRanks } from "./ranks";
import { type Tail, tailFromP } from "./tail";

export interface WilcoxonTest {
  /** The smaller of the two rank sums. */
  statistic: number;
  method: "exact" | "normal";
  tail: Tail;
}

/** Largest n of the exact distribution: its counts stay below 2^53. */
const EXACT_UP_TO = 50;

/** Tests `differences` for symmetry about 0; null when none differs from 0. NaN must be taken out before.
 *  @example wilcoxon([1, 2, 3, -4, 5])?.statistic // 4 */
export function wilcoxon(differences: ArrayLike<number>): WilcoxonTest | null {
  const kept = Array.from(differences).filter((d) => d !== 0);
  const n = kept.length;
  if (n === 0) return null;
  const { ranks, tieSizes } = averageRanks(kept.map(Math.abs));
  let plus = 0;
  let minus = 0;
  for (let i = 0; i < n; i++) {
    if (kept[i] > 0) plus += ranks[i];
    else minus += ranks[i];
  }
  const statistic = Math.min(plus, minus);
  if (n === differences.length && n <= EXACT_UP_TO && tieSizes.length === 0) {
    return { statistic, method: "exact", tail: exactTail(statistic, n) };
  }
  const ties = tieSizes.reduce((sum, size) => sum + size ** 3 - size, 0);
  const sd = Math.sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
  const z = (statistic - (n * (n + 1)) / 4) / sd;
  return { statistic, method: "normal", tail: normalTwoSided(z) };
}

/** 2 P(W <= statistic) over the 2^n sign patterns; counts[s] subsets of 1..n have the sum s. */
function exactTail(statistic: number, n: number): Tail {
  const counts = new Float64Array(statistic + 1);
  counts[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = statistic; sum >= rank; sum--) counts[sum] += counts[sum - rank];
  }
  const below = counts.reduce((total, count) => total + count, 0);
  return tailFromP((2 * below) / 2 ** n);
}

/** Exact two-sided sign test: is a difference as often above zero as below? Ties are left out. */
import { lnFairBinomial } from "./gamma";
import { type Tail, tailFromLog, tailFromP } from "./tail";

export interface SignTest {
  positive: number;
  negative: number;
  ties: number;
  /** null when every value is a tie. */
  tail: Tail | null;
}

/** Counts signs of `values` and tests them against a fair coin. NaN must be taken out before.
 *  @example signTest([1, 2, 3, -1, 0]) // positive 3, negative 1, ties 1, p 0.625 */
export function signTest(values: ArrayLike<number>): SignTest {
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] > 0) positive++;
    else if (values[i] < 0) negative++;
  }
  const ties = values.length - positive - negative;
  return { positive, negative, ties, tail: fairCoinTwoSided(positive, positive + negative) };
}

/** P(a fair coin strays from n/2 at least as far as `heads` of n); null for n = 0.
 *  @example fairCoinTwoSided(0, 10)?.p // 0.001953125 */
export function fairCoinTwoSided(heads: number, n: number): Tail | null {
  if (n === 0) return null;
  const k = Math.min(heads, n - heads);
  if (2 * k === n) return tailFromP(1);
  // Terms of the lower tail relative to the largest, C(n, i - 1) / C(n, i) = i / (n - i + 1).
  let term = 1;
  let sum = 1;
  for (let i = k; i >= 1 && term > 1e-18 * sum; i--) {
    term *= i / (n - i + 1);
    sum += term;
  }
  return tailFromLog(Math.LN2 + lnFairBinomial(n, k) + Math.log(sum));
}

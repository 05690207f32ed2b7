/** Student's t: tails at any depth, and the tests that use it.
 *  P(|T| >= t) = I_x(df/2, 1/2) with x = df / (df + t^2), by the continued fraction of the incomplete
 *  beta function (Lentz's form), its leading factor kept as a logarithm. */
import { lnGammaHalfStep } from "./gamma";
import { mean, variance } from "./moments";
import { type Tail, tailFromLog, tailFromP } from "./tail";

export interface TTest {
  t: number;
  df: number;
  tail: Tail;
}

/** Two-sided tail of Student's t; df > 0 need not be whole.
 *  @example studentTwoSided(2, 10).p // 0.0733880347707404 */
export function studentTwoSided(t: number, df: number): Tail {
  const u = Math.abs(t) / Math.sqrt(df);
  if (u === 0) return tailFromP(1);
  if (u === Infinity) return tailFromLog(-Infinity);
  const a = df / 2;
  // u > 1e8: log1p(u^2) = 2 ln u to the last bit, and u^2 may overflow.
  const lnX = u > 1e8 ? -2 * Math.log(u) : -Math.log1p(u * u);
  const lnRest = u > 1e8 ? 0 : -Math.log1p(1 / (u * u));
  const lnBeta = 0.5 * Math.log(Math.PI) - lnGammaHalfStep(a);
  const lnFront = a * lnX + 0.5 * lnRest - lnBeta;
  const x = Math.exp(lnX);
  if (x < (a + 1) / (a + 2.5)) return tailFromLog(lnFront + Math.log(betaFraction(a, 0.5, x) / a));
  return tailFromP(1 - Math.exp(lnFront) * 2 * betaFraction(0.5, a, Math.exp(lnRest)));
}

/** One-sample t-test of mean = `centre`; null for n < 2 or zero variance.
 *  @example tTest([1, 2, 3])?.t // 3.4641016151377544 */
export function tTest(values: ArrayLike<number>, centre = 0): TTest | null {
  const n = values.length;
  const spread = variance(values);
  if (spread === null || spread === 0) return null;
  const t = ((mean(values) as number) - centre) / Math.sqrt(spread / n);
  return { t, df: n - 1, tail: studentTwoSided(t, n - 1) };
}

/** Welch's t-test of two means, variances not taken as equal; null when a sample has n < 2 or both are constant.
 *  @example welchTTest([1, 2, 3], [2, 3, 5])?.df */
export function welchTTest(x: ArrayLike<number>, y: ArrayLike<number>): TTest | null {
  const [sx, sy] = [variance(x), variance(y)];
  if (sx === null || sy === null || sx + sy === 0) return null;
  const [ex, ey] = [sx / x.length, sy / y.length];
  const t = ((mean(x) as number) - (mean(y) as number)) / Math.sqrt(ex + ey);
  const df = (ex + ey) ** 2 / (ex ** 2 / (x.length - 1) + ey ** 2 / (y.length - 1));
  return { t, df, tail: studentTwoSided(t, df) };
}

/** The continued fraction of I_x(a, b), without its leading factor; converges fast for x < (a + 1) / (a + b + 2). */
function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let product = d;
  // Iterations grow with sqrt(a); 100,000 are enough for df = 1e9.
  for (let m = 1; m <= 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    product *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    product *= step;
    if (Math.abs(step - 1) < 1e-16) return product;
  }
  return product;
}

/** The standard normal distribution, tails in log space.
 *  Series for small arguments, Laplace's continued fraction for large ones. */
import { type Tail, tailFromLog, tailFromP } from "./tail";

/** Where the fraction takes over from the series. */
const FRACTION_FROM = 3;
const LN_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

/** P(|Z| >= |z|), any z.
 *  @example normalTwoSided(1.959963984540054).p // 0.05 */
export function normalTwoSided(z: number): Tail {
  const size = Math.abs(z);
  if (size < FRACTION_FROM) return tailFromP(1 - 2 * centralHalf(size));
  return tailFromLog(Math.LN2 + lnUpper(size));
}

/** P(Z <= z).
 *  @example normalCdf(0) // 0.5 */
export function normalCdf(z: number): number {
  if (z < -FRACTION_FROM) return Math.exp(lnUpper(-z));
  if (z > FRACTION_FROM) return 1 - Math.exp(lnUpper(z));
  return 0.5 + centralHalf(z);
}

/** The z with P(Z <= z) = p; -Infinity for 0, Infinity for 1.
 *  @example normalQuantile(0.975) // 1.959963984540054 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0.5) return 0;
  if (p > 0.5) return p === 1 ? Infinity : -lowerQuantile(1 - p);
  return p === 0 ? -Infinity : lowerQuantile(p);
}

/** Abramowitz and Stegun 26.2.23 to 4.5e-4, then Newton steps on ln of the cdf. */
function lowerQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p));
  let z = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  const target = Math.log(p);
  for (let step = 0; step < 8; step++) {
    const lnCdf = z < -FRACTION_FROM ? lnUpper(-z) : Math.log(normalCdf(z));
    const lnSlope = -0.5 * z * z - LN_SQRT_2PI - lnCdf;
    const move = (lnCdf - target) / Math.exp(lnSlope);
    z -= move;
    if (Math.abs(move) <= 1e-16 * Math.abs(z)) break;
  }
  return z;
}

/** P(0 <= Z <= z) for |z| up to about 3; odd in z. All terms of the series have one sign. */
function centralHalf(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 1; Math.abs(term) > 1e-18 * Math.abs(sum); k++) {
    term *= (z * z) / (2 * k + 1);
    sum += term;
  }
  return sum * Math.exp(-0.5 * z * z - LN_SQRT_2PI);
}

/** ln P(Z >= z) for z >= 3: ln of density / (z + 1/(z + 2/(z + 3/(z + ...)))). */
function lnUpper(z: number): number {
  if (z === Infinity) return -Infinity;
  // At z = 3, 140 levels are exact to 1e-16; larger z need fewer.
  let fraction = z;
  for (let level = 140; level >= 1; level--) fraction = z + level / fraction;
  return -0.5 * z * z - LN_SQRT_2PI - Math.log(fraction);
}

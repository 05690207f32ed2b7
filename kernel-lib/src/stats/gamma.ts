/** Logarithms of gamma functions as differences, so that nothing large cancels.
 *  Source: Stirling's series with its error term kept apart (Loader 2000). */

const HALF_LN_2PI = 0.5 * Math.log(2 * Math.PI);

/** Above this the five terms of the series are exact to 1e-16. */
const SERIES_FROM = 16;

/** ln z! - ((z + 1/2) ln z - z + 1/2 ln 2 pi), the error of Stirling's formula, for z >= 16. */
function stirlingSeries(z: number): number {
  const r = 1 / (z * z);
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / z;
}

/** Error of Stirling's formula for a whole number n >= 1. */
export function stirlingError(n: number): number {
  if (n >= SERIES_FROM) return stirlingSeries(n);
  let factorial = 1;
  for (let i = 2; i <= n; i++) factorial *= i;
  return Math.log(factorial) - ((n + 0.5) * Math.log(n) - n + HALF_LN_2PI);
}

/** ln of C(n, k) / 2^n, the binomial probability of k heads; n and k whole, 0 <= k <= n. */
export function lnFairBinomial(n: number, k: number): number {
  if (k === 0 || k === n) return -n * Math.LN2;
  const deviance = relativeEntropy(k, n / 2) + relativeEntropy(n - k, n / 2);
  const error = stirlingError(n) - stirlingError(k) - stirlingError(n - k);
  return error - deviance - 0.5 * Math.log((2 * Math.PI * k * (n - k)) / n);
}

/** x ln(x / m) + m - x, without cancellation near x = m. */
function relativeEntropy(x: number, m: number): number {
  const d = (x - m) / (x + m);
  if (Math.abs(d) > 0.1) return x * Math.log(x / m) + m - x;
  // ln(x / m) = 2 artanh(d), as a series.
  let term = 2 * x * d;
  let sum = (x - m) * d;
  for (let j = 3; ; j += 2) {
    term *= d * d;
    const next = sum + term / j;
    if (next === sum) return sum;
    sum = next;
  }
}

/** ln(Gamma(a + 1/2) / Gamma(a)) for a > 0. */
export function lnGammaHalfStep(a: number): number {
  let shift = 0;
  let z = a;
  for (; z < SERIES_FROM; z++) shift += Math.log1p(0.5 / z);
  // With ln Gamma(z) = (z - 1/2) ln z - z + 1/2 ln 2 pi + s(z).
  const stirling = z * Math.log1p(0.5 / z) - 0.5 + 0.5 * Math.log(z);
  return stirling + stirlingSeries(z + 0.5) - stirlingSeries(z) - shift;
}

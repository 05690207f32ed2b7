/** Mean, variance and standardised effect of plain numbers. A moment that does not exist is null. */

/** Arithmetic mean; null of nothing. What each sum loses by rounding is kept beside it (Neumaier 1974), so that the same
 *  values in another order have the same mean, and ties stay ties.
 *  @example mean([1, 2]) // 1.5 */
export function mean(values: ArrayLike<number>): number | null {
  const n = values.length;
  if (n === 0) return null;
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < n; i++) {
    const next = sum + values[i];
    lost += loss(sum, values[i], next);
    sum = next;
  }
  return (Number.isFinite(sum) ? sum + lost : sum) / n;
}

/** What `sum` = a + b has lost by rounding. */
const loss = (a: number, b: number, sum: number): number => (Math.abs(a) >= Math.abs(b) ? a - sum + b : b - sum + a);

/** Mean and count of what is not NaN in each column of [rows, width], as `mean` gives them column by column;
 *  NaN for a column without values. */
export function columnMeans(values: Float64Array, width: number): { means: Float64Array; n: Int32Array } {
  const n = new Int32Array(width);
  const sums = new Float64Array(width);
  const lost = new Float64Array(width);
  for (let at = 0; at < values.length; at++) {
    if (Number.isNaN(values[at])) continue;
    const column = at % width;
    const next = sums[column] + values[at];
    n[column]++;
    lost[column] += loss(sums[column], values[at], next);
    sums[column] = next;
  }
  const means = sums.map((sum, column) => (Number.isFinite(sum) ? sum + lost[column] : sum) / n[column]);
  return { means, n };
}

/** Sample variance, divided by n - 1; null for fewer than two values; exactly 0 when all are equal.
 *  @example variance([1, 2, 3]) // 1 */
export function variance(values: ArrayLike<number>): number | null {
  const n = values.length;
  if (n < 2) return null;
  if (allEqual(values)) return 0;
  const centre = mean(values) as number;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - centre) ** 2;
  return squares / (n - 1);
}

/** Cohen's d of one sample: mean / standard deviation; null for n < 2 or zero variance.
 *  @example cohenD([1, 2, 3]) // 2 */
export function cohenD(values: ArrayLike<number>): number | null {
  const spread = variance(values);
  return spread === null || spread === 0 ? null : (mean(values) as number) / Math.sqrt(spread);
}

/** Whether all values are the same; true of nothing. */
export function allEqual(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

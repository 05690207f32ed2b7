/** Mean, variance and standardised effect of plain numbers. A moment that does not exist is null. */

/** Arithmetic mean; null of nothing. A second pass takes out the rounding of the first.
 *  @example mean([1, 2]) // 1.5 */
export function mean(values: ArrayLike<number>): number | null {
  const n = values.length;
  if (n === 0) return null;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const first = sum / n;
  if (!Number.isFinite(first)) return first;
  let rest = 0;
  for (let i = 0; i < n; i++) rest += values[i] - first;
  return first + rest / n;
}

/** Mean and count of what is not NaN in each column of [rows, width], as `mean` gives them column by column;
 *  NaN for a column without values. */
export function columnMeans(values: Float64Array, width: number): { means: Float64Array; n: Int32Array } {
  const n = new Int32Array(width);
  const means = new Float64Array(width);
  const rest = new Float64Array(width);
  for (let at = 0; at < values.length; at++) {
    if (Number.isNaN(values[at])) continue;
    n[at % width]++;
    means[at % width] += values[at];
  }
  for (let column = 0; column < width; column++) means[column] /= n[column];
  for (let at = 0; at < values.length; at++) {
    if (!Number.isNaN(values[at])) rest[at % width] += values[at] - means[at % width];
  }
  for (let column = 0; column < width; column++) {
    if (Number.isFinite(means[column])) means[column] += rest[column] / n[column];
  }
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

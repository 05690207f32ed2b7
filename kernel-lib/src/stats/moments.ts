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

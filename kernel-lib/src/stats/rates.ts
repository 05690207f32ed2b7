/** Rates and overlaps: Wilson's interval of a share, Jaccard's index of two sets. */
import { normalQuantile } from "./normal";

/** Wilson's score interval of k hits in n; null for n = 0.
 *  @example wilson(8, 10) // [0.490, 0.943] */
export function wilson(k: number, n: number, level = 0.95): [low: number, high: number] | null {
  if (n === 0) return null;
  const z = normalQuantile(0.5 + level / 2);
  const share = k / n;
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  // At the ends the two terms are equal, and rounding must not leave a trace.
  return [k === 0 ? 0 : centre - half, k === n ? 1 : centre + half];
}

/** Shared members over all members; null of two empty sets.
 *  @example jaccard(new Set([1, 2]), new Set([2, 3])) // 1/3 */
export function jaccard<T>(x: ReadonlySet<T>, y: ReadonlySet<T>): number | null {
  let shared = 0;
  for (const member of x) if (y.has(member)) shared++;
  const all = x.size + y.size - shared;
  return all === 0 ? null : shared / all;
}

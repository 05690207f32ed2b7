/** The k-th smallest of many numbers without sorting them all (Hoare 1961, algorithm 65: find). */

/** Below this many numbers they are sorted. */
const SORTED_UP_TO = 24;

/** Puts the number of rank k (from 0) of values[from..to] at place k, smaller ones before it and larger ones behind.
 *  Numbers must not be NaN.
 *  @example const v = Float64Array.of(3, 1, 2); selectInto(v, 1, 0, 2); // v[1] is 2 */
export function selectInto(values: Float64Array, k: number, from: number, to: number): void {
  let [left, right] = [from, to];
  while (right - left > SORTED_UP_TO) {
    const pivot = middleOf(values[left], values[(left + right) >>> 1], values[right]);
    let [i, j] = [left, right];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const held = values[i];
      values[i++] = values[j];
      values[j--] = held;
    }
    // Between j and i all are equal to the pivot.
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else return;
  }
  values.subarray(left, right + 1).sort();
}

const middleOf = (a: number, b: number, c: number): number =>
  a < b ? (b < c ? b : Math.max(a, c)) : a < c ? a : Math.max(b, c);

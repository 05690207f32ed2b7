/** Rows of matrices [n, d] that lie one after another. */

/** Rows of [n, d] by index. */
export function gatherRows<A extends Float32Array | Int32Array>(
  rows: A,
  which: readonly number[] | Int32Array,
  d: number,
): A {
  const out = new (rows.constructor as new (length: number) => A)(which.length * d);
  for (let r = 0; r < which.length; r++) out.set(rows.subarray(which[r] * d, (which[r] + 1) * d), r * d);
  return out;
}

/** Euclidean norm of each row of [n, d]. */
export function rowNorms(rows: Float32Array, d: number): Float64Array {
  const norms = new Float64Array(rows.length / d);
  for (let r = 0; r < norms.length; r++) {
    let sum = 0;
    for (let c = r * d; c < (r + 1) * d; c++) sum += rows[c] * rows[c];
    norms[r] = Math.sqrt(sum);
  }
  return norms;
}

/** Vectors are walked this much larger than they are, a power of two, so that no bit changes: every hop makes a path
 *  smaller, and through many layers it would leave F32's range. */
export const SCALE = 2 ** 64;
/** Smaller vectors, as they are walked, are at the end of that range: their logits are rounding, or all 0. */
export const NOTHING = 1e-30;

/** Whether the row of d numbers from `at` on holds one above `least`. A path through an attention weight of 0 does not:
 *  its logits are all equal, which would count as rank 1. */
export function carries(rows: ArrayLike<number>, at: number, d: number, least: number): boolean {
  for (let c = at; c < at + d; c++) if (Math.abs(rows[c]) > least) return true;
  return false;
}

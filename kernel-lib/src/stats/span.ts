/** The rows of a matrix in no more coordinates than there are rows: with L L^T = X X^T the rows of L have the inner
 *  products of the rows of X, and what depends on those alone (a penalised linear probe, say) comes out the same. */
import { gram, type Matrix, matrix, rowOf } from "./matrix";

/** Pivots below this share of the largest square are rounding, and the direction is none. */
const NOTHING = 1e-14;

/** X as it is where it is narrow, else L. [n, min(n, d)]
 *  @example inSpan(x).columns <= x.rows */
export const inSpan = (x: Matrix): Matrix => (x.columns <= x.rows ? x : cholesky(gram(x)));

/** The lower triangle L with A = L L^T, for A symmetric and without negative eigenvalues; a column of zeros where a row
 *  depends on those above.
 *  @example cholesky(matrix(1, 1, Float64Array.of(4))).data // [2] */
export function cholesky(a: Matrix): Matrix {
  const n = a.rows;
  const out = matrix(n, n);
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, a.data[i * n + i]);
  for (let i = 0; i < n; i++) {
    const row = rowOf(out, i);
    for (let j = 0; j < i; j++) {
      const pivot = out.data[j * n + j];
      row[j] = pivot === 0 ? 0 : (a.data[i * n + j] - dotOf(row, rowOf(out, j), j)) / pivot;
    }
    const square = a.data[i * n + i] - dotOf(row, row, i);
    row[i] = square > NOTHING * largest ? Math.sqrt(square) : 0;
  }
  return out;
}

/** Replaces v by the solution of L L^T y = v, for L without a zero on its diagonal. */
export function solveInto(v: Float64Array, lower: Matrix): void {
  const n = lower.rows;
  for (let i = 0; i < n; i++) v[i] = (v[i] - dotOf(rowOf(lower, i), v, i)) / lower.data[i * n + i];
  for (let i = n - 1; i >= 0; i--) {
    const row = rowOf(lower, i);
    const found = v[i] / row[i];
    v[i] = found;
    for (let j = 0; j < i; j++) v[j] -= found * row[j];
  }
}

/** Sum of the first `count` products, in four sums that do not wait for each other. */
function dotOf(x: Float64Array, y: Float64Array, count: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 3 < count; k += 4) {
    a += x[k] * y[k];
    b += x[k + 1] * y[k + 1];
    c += x[k + 2] * y[k + 2];
    d += x[k + 3] * y[k + 3];
  }
  for (; k < count; k++) a += x[k] * y[k];
  return a + b + c + d;
}

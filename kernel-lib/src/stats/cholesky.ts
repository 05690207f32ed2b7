/** The Cholesky factor of a symmetric positive matrix, and solving by it for several right sides at once. */
import { type Matrix, matrix, rowOf } from "./matrix";

/** The lower triangle L with A = L L^T.
 *  @throws RangeError when A is not positive
 *  @example cholesky(matrix(1, 1, Float64Array.of(4))).data // [2] */
export function cholesky(a: Matrix): Matrix {
  const n = a.rows;
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) {
    const row = rowOf(out, i);
    for (let j = 0; j < i; j++) row[j] = (a.data[i * n + j] - dotOf(row, rowOf(out, j), j)) / out.data[j * n + j];
    const square = a.data[i * n + i] - dotOf(row, row, i);
    if (!(square > 0)) throw new RangeError(`cholesky: pivot ${i} is ${square}, and must be above 0`);
    row[i] = Math.sqrt(square);
  }
  return out;
}

/** Replaces each row v of length n in `vectors` by the solution of L L^T y = v. Four of them share the loads of L. */
export function solveInto(vectors: Float64Array, lower: Matrix): void {
  const n = lower.rows;
  const count = vectors.length / n;
  let first = 0;
  for (; first + 3 < count; first += 4) solveFourInto(vectors.subarray(first * n, (first + 4) * n), lower);
  for (; first < count; first++) solveOneInto(vectors.subarray(first * n, (first + 1) * n), lower);
}

function solveOneInto(v: Float64Array, lower: Matrix): void {
  const n = lower.rows;
  for (let i = 0; i < n; i++) {
    const row = rowOf(lower, i);
    v[i] = (v[i] - dotOf(row, v, i)) / row[i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const row = rowOf(lower, i);
    const found = v[i] / row[i];
    v[i] = found;
    for (let j = 0; j < i; j++) v[j] -= found * row[j];
  }
}

function solveFourInto(vectors: Float64Array, lower: Matrix): void {
  const n = lower.rows;
  const [v, w, x, y] = [0, 1, 2, 3].map((k) => vectors.subarray(k * n, (k + 1) * n));
  for (let i = 0; i < n; i++) {
    const row = rowOf(lower, i);
    let [a, b, c, d] = [v[i], w[i], x[i], y[i]];
    for (let j = 0; j < i; j++) {
      const l = row[j];
      a -= l * v[j];
      b -= l * w[j];
      c -= l * x[j];
      d -= l * y[j];
    }
    const pivot = row[i];
    v[i] = a / pivot;
    w[i] = b / pivot;
    x[i] = c / pivot;
    y[i] = d / pivot;
  }
  for (let i = n - 1; i >= 0; i--) {
    const row = rowOf(lower, i);
    const pivot = row[i];
    const [a, b, c, d] = [v[i] / pivot, w[i] / pivot, x[i] / pivot, y[i] / pivot];
    v[i] = a;
    w[i] = b;
    x[i] = c;
    y[i] = d;
    for (let j = 0; j < i; j++) {
      const l = row[j];
      v[j] -= a * l;
      w[j] -= b * l;
      x[j] -= c * l;
      y[j] -= d * l;
    }
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

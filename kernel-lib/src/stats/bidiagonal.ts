/** A = P B W^T with B of two diagonals, by Householder's reflections from both sides (Golub and Van Loan, Matrix
 *  Computations, 4th ed., algorithm 5.4.2). Only W is kept, as its reflections. */
import { type Matrix, matrix, rowOf } from "./matrix";
import { reflectInto, reflectorInto } from "./reflector";

export interface Bidiagonal {
  /** [k] */
  diagonal: Float64Array;
  /** Right of diagonal elements 0 to k - 2, [k - 1]. */
  beside: Float64Array;
  /** v = W^T v */
  ontoInto(v: Float64Array): void;
  /** v = W v */
  fromInto(v: Float64Array): void;
}

/** @param a [k, k]; it is not changed
 *  @throws RangeError when it holds a number that is not finite
 *  @example bidiagonal(matrix(1, 1, Float64Array.of(2))).diagonal // [2] */
export function bidiagonal({ rows: k, data }: Matrix): Bidiagonal {
  // Row i becomes the u of reflection i, which leaves columns 0 to i alone.
  const work = matrix(k, k, data.slice());
  const halves = new Float64Array(k);
  const diagonal = new Float64Array(k);
  const beside = new Float64Array(Math.max(0, k - 1));
  // What the step before takes off rows and columns from i on: left y^T + x right^T.
  const pending: Pending = {
    left: new Float64Array(k),
    y: new Float64Array(k),
    x: new Float64Array(k),
    right: new Float64Array(k),
  };
  for (let i = 0; i < k; i++) {
    const column = Float64Array.from({ length: k - i }, (_, r) => {
      const row = i + r;
      return work.data[row * k + i] - pending.left[row] * pending.y[i] - pending.x[row] * pending.right[i];
    });
    const { head, half } = reflectorInto(column);
    diagonal[i] = head;
    if (i === k - 1) break;
    const y = new Float64Array(k);
    takeOffInto(work, pending, y, column, i);
    if (half !== 0) for (let j = i + 1; j < k; j++) y[j] /= half;
    const row = rowOf(work, i);
    for (let j = i + 1; j < k; j++) row[j] -= column[0] * y[j];
    const right = reflectorInto(row.subarray(i + 1));
    beside[i] = right.head;
    halves[i] = right.half;
    pending.left.fill(0);
    pending.left.set(column, i);
    pending.y = y;
    pending.right = row.slice().fill(0, 0, i + 1);
    productInto(pending, work, i, right.half);
  }
  const u = (i: number) => rowOf(work, i).subarray(i + 1);
  return {
    diagonal,
    beside,
    ontoInto(v) {
      for (let i = 0; i < k - 1; i++) reflectInto(v, u(i), halves[i], i + 1);
    },
    fromInto(v) {
      for (let i = k - 2; i >= 0; i--) reflectInto(v, u(i), halves[i], i + 1);
    },
  };
}

interface Pending {
  left: Float64Array;
  y: Float64Array;
  x: Float64Array;
  right: Float64Array;
}

/** Takes off what is pending from rows i on, columns i + 1 on, and adds up y = A^T u of what is left, u of the reflection
 *  of column i. Two rows share their loads. */
function takeOffInto(
  work: Matrix,
  { left, y: before, x, right }: Pending,
  y: Float64Array,
  u: Float64Array,
  i: number,
): void {
  const k = work.rows;
  for (let r = i; r < k; r += 2) {
    const two = r + 1 < k;
    const [a, b] = [rowOf(work, r), two ? rowOf(work, r + 1) : new Float64Array(k)];
    const [la, xa, ua] = [left[r], x[r], u[r - i]];
    const [lb, xb, ub] = two ? [left[r + 1], x[r + 1], u[r + 1 - i]] : [0, 0, 0];
    for (let j = i + 1; j < k; j++) {
      const [p, q] = [before[j], right[j]];
      const va = a[j] - la * p - xa * q;
      const vb = b[j] - lb * p - xb * q;
      a[j] = va;
      b[j] = vb;
      y[j] += ua * va + ub * vb;
    }
  }
}

/** x = (A - left y^T) right / half for the rows below i, A as it stands in `work`. */
function productInto({ left, y, x, right }: Pending, work: Matrix, i: number, half: number): void {
  const k = work.rows;
  x.fill(0);
  if (half === 0) return;
  let inner = 0;
  for (let j = i + 1; j < k; j++) inner += y[j] * right[j];
  for (let r = i + 1; r < k; r += 2) {
    const two = r + 1 < k;
    const [a, b] = [rowOf(work, r), rowOf(work, two ? r + 1 : r)];
    let [p, q, s, t] = [0, 0, 0, 0];
    let j = i + 1;
    for (; j + 1 < k; j += 2) {
      const [v, w] = [right[j], right[j + 1]];
      p += a[j] * v;
      s += a[j + 1] * w;
      q += b[j] * v;
      t += b[j + 1] * w;
    }
    if (j < k) {
      p += a[j] * right[j];
      q += b[j] * right[j];
    }
    x[r] = (p + s - left[r] * inner) / half;
    if (two) x[r + 1] = (q + t - left[r + 1] * inner) / half;
  }
}

/** Principal axes of a matrix by the Gram matrix of its smaller side: with 400 prompts of a model 2,048 wide the
 *  eigenvalues of 400 x 400 numbers say what those of 2,048 x 2,048 would. Singular values below about 1e-7 of the
 *  largest drown in rounding, as squares must. */
import { eigen } from "./eigen";
import { gram, type Matrix, matrix, timesTransposed, transpose } from "./matrix";

/** X^T X = V diag(values) V^T, for the axes whose value is above `least`. */
export interface Axes {
  /** Squared singular values of X, descending; [r]. */
  values: Float64Array;
  /** Y V, for Y of as many columns as X: [rows of Y, r]. */
  onto(y: Matrix): Matrix;
  /** (V c)^T for each row c: from [m, r] to [m, columns of X]. */
  from(coordinates: Matrix): Matrix;
}

/** @param least squared singular values up to this count as 0 */
export function axesOf(x: Matrix, least: number): Axes {
  return x.columns <= x.rows ? byColumns(x, least) : byRows(x, least);
}

function byColumns(x: Matrix, least: number): Axes {
  const { values, onto, from } = eigen(gram(transpose(x)));
  const r = values.filter((value) => value > least).length;
  return {
    values: values.slice(0, r),
    onto: (y) => eachRow(y, r, (row) => onto(row).subarray(0, r)),
    from: (c) => eachRow(c, x.columns, from),
  };
}

/** With X X^T = U diag(values) U^T the axes are X^T U / sqrt(values). */
function byRows(x: Matrix, least: number): Axes {
  const { values: all, onto, from } = eigen(gram(x));
  const r = all.filter((value) => value > least).length;
  const values = all.slice(0, r);
  const across = transpose(x);
  const scaled = (c: ArrayLike<number>) => values.map((value, i) => c[i] / Math.sqrt(value));
  return {
    values,
    onto: (y) => eachRow(timesTransposed(y, x), r, (row) => scaled(onto(row))),
    from: (c) =>
      timesTransposed(
        eachRow(c, x.rows, (row) => from(scaled(row))),
        across,
      ),
  };
}

function eachRow(y: Matrix, columns: number, map: (row: Float64Array) => Float64Array): Matrix {
  const out = matrix(y.rows, columns);
  for (let i = 0; i < y.rows; i++) {
    out.data.set(map(y.data.subarray(i * y.columns, (i + 1) * y.columns)), i * columns);
  }
  return out;
}

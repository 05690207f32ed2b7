/** Principal axes of a matrix: its singular values and the directions that belong to them. Its shorter side is brought to
 *  a square first (`triangle`), then to two diagonals (`bidiagonal`), then to one (`singular`). The Gram matrix, half
 *  the work, would square the ratio of the largest direction to the smallest, and lose twice the digits. */
import { bidiagonal } from "./bidiagonal";
import { type Matrix, matrix, rowOf, transpose } from "./matrix";
import { singular } from "./singular";
import { triangle } from "./triangle";

/** X = U diag(values) V^T, for the axes whose value is above `least`. */
export interface Axes {
  /** Singular values of X, descending; [r]. */
  values: Float64Array;
  /** Y V, for Y of as many columns as X: [rows of Y, r]. */
  onto(y: Matrix): Matrix;
  /** (V c)^T for each row c: from [m, up to r] to [m, columns of X]; coordinates that are not given are 0. */
  from(coordinates: Matrix): Matrix;
}

/** @param least singular values up to this count as 0
 *  @throws RangeError when X holds a number that is not finite
 *  @example axesOf(matrix(1, 2, Float64Array.of(3, 4)), 0).values // [5] */
export function axesOf(x: Matrix, least: number): Axes {
  const wide = x.columns >= x.rows;
  // Of a wide X = L Q the axes are those of L, seen through Q; a tall one's are those of R = L^T in X^T = L Q.
  const { lower, ontoRows, fromRows } = triangle(wide ? x : transpose(x));
  const reduced = bidiagonal(wide ? lower : transpose(lower));
  const rotations = singular(reduced.diagonal, reduced.beside);
  const sizes = rotations.values.map(Math.abs);
  const order = Int32Array.from(sizes.keys()).sort((a, b) => sizes[b] - sizes[a]);
  const kept = order.filter((at) => sizes[at] > least);
  return {
    values: Float64Array.from(kept, (at) => sizes[at]),
    onto: (y) =>
      eachRow(y, kept.length, (row) => {
        const v = wide ? ontoRows(row.slice()) : row.slice();
        reduced.ontoInto(v);
        rotations.ontoInto(v);
        return Float64Array.from(kept, (at) => v[at]);
      }),
    from: (c) =>
      eachRow(c, x.columns, (row) => {
        const v = new Float64Array(sizes.length);
        row.forEach((value, i) => {
          v[kept[i]] = value;
        });
        rotations.fromInto(v);
        reduced.fromInto(v);
        return wide ? fromRows(v) : v;
      }),
  };
}

function eachRow(y: Matrix, columns: number, map: (row: Float64Array) => Float64Array): Matrix {
  const out = matrix(y.rows, columns);
  for (let i = 0; i < y.rows; i++) out.data.set(map(rowOf(y, i)), i * columns);
  return out;
}

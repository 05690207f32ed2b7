/** Dense matrices of doubles, row-major, and the few products that the geometry of representations needs. */

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] */
  readonly data: Float64Array;
}

/** A matrix over `data`, or of zeros.
 *  @example matrix(2, 3).data.length // 6 */
export const matrix = (
  rows: number,
  columns: number,
  data: Float64Array = new Float64Array(rows * columns),
): Matrix => ({
  rows,
  columns,
  data,
});

export const rowOf = ({ columns, data }: Matrix, row: number): Float64Array =>
  data.subarray(row * columns, (row + 1) * columns);

export function transpose({ rows, columns, data }: Matrix): Matrix {
  const out = matrix(columns, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out.data[j * rows + i] = data[i * columns + j];
  return out;
}

/** X Y^T: [rows of X, rows of Y]. Rows lie in memory one after another, and two by two of them share their loads. */
export function timesTransposed(x: Matrix, y: Matrix): Matrix {
  const out = matrix(x.rows, y.rows);
  for (let i = 0; i < x.rows; i += 2) fillRows(x, y, i, y.rows, out);
  return out;
}

/** X X^T, of which one half is computed: [rows, rows]. */
export function gram(x: Matrix): Matrix {
  const n = x.rows;
  const out = matrix(n, n);
  for (let i = 0; i < n; i += 2) fillRows(x, x, i, Math.min(n, i + 2), out);
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out.data[i * n + j] = out.data[j * n + i];
  return out;
}

/** Rows i and i + 1 of X Y^T, columns up to `end`. */
function fillRows(x: Matrix, y: Matrix, i: number, end: number, out: Matrix): void {
  const d = x.columns;
  const two = i + 1 < x.rows;
  const [a, b] = [rowOf(x, i), rowOf(x, two ? i + 1 : i)];
  for (let j = 0; j < end; j += 2) {
    const pair = j + 1 < end;
    const [u, v] = [rowOf(y, j), rowOf(y, pair ? j + 1 : j)];
    let [au, av, bu, bv] = [0, 0, 0, 0];
    for (let k = 0; k < d; k++) {
      au += a[k] * u[k];
      av += a[k] * v[k];
      bu += b[k] * u[k];
      bv += b[k] * v[k];
    }
    out.data[i * out.columns + j] = au;
    if (pair) out.data[i * out.columns + j + 1] = av;
    if (two) out.data[(i + 1) * out.columns + j] = bu;
    if (two && pair) out.data[(i + 1) * out.columns + j + 1] = bv;
  }
}

/** 0, 1, ... rows - 1 */
export const everyRow = ({ rows }: Matrix): Int32Array => Int32Array.from({ length: rows }, (_, i) => i);

/** Mean of each column, [columns]. A second pass takes out the first one's rounding, so that a constant column's mean
 *  is its value to the last bit. */
export function columnMeans(x: Matrix, rows: ArrayLike<number>): Float64Array {
  const first = sums(x, rows, new Float64Array(x.columns)).map((sum) => sum / rows.length);
  const rest = sums(x, rows, first);
  return first.map((mean, j) => mean + rest[j] / rows.length);
}

function sums(x: Matrix, rows: ArrayLike<number>, from: Float64Array): Float64Array {
  const total = new Float64Array(x.columns);
  for (let r = 0; r < rows.length; r++) {
    const row = rowOf(x, rows[r]);
    for (let j = 0; j < total.length; j++) total[j] += row[j] - from[j];
  }
  return total;
}

/** X less a row, [rows, columns]. */
export function less(x: Matrix, row: Float64Array): Matrix {
  const out = matrix(x.rows, x.columns);
  for (let i = 0; i < x.rows; i++) {
    const [from, to] = [rowOf(x, i), rowOf(out, i)];
    for (let j = 0; j < row.length; j++) to[j] = from[j] - row[j];
  }
  return out;
}

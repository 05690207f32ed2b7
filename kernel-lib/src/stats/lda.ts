/** Linear discriminant analysis as scikit-learn's LinearDiscriminantAnalysis(solver="svd") computes it (1.9): features
 *  scaled by their spread within classes, directions of next to no spread left out, priors by class size.
 *  Releases before 1.9 divide the spread within by n - classes instead of n, which scales all coordinates by one
 *  number. The sign of an axis is free; here the class mean farthest from 0 is positive. */
import { axesOf } from "./axes";
import { columnMeans, less, type Matrix, matrix, rowOf, timesTransposed, transpose } from "./matrix";

/** scikit-learn's `tol`: singular values up to this (within), or up to this share of the largest (between), are 0. */
const TOLERANCE = 1e-4;

export interface Discriminant {
  /** [rows, axes]; axes = min(classes - 1, directions that the data has), at most those asked for. */
  coordinates: Matrix;
  /** Share of the variance between classes along every axis, not only those asked for. */
  ratios: Float64Array;
}

/** @param x [n, d], one row for each sample
 *  @param labels [n] in 0..classes-1, each class at least once
 *  @param most axes whose coordinates are wanted
 *  @throws RangeError when there are fewer than two classes, or not more samples than classes
 *  @example lda(x, labels, 8).coordinates.data */
export function lda(x: Matrix, labels: ArrayLike<number>, classes: number, most = classes - 1): Discriminant {
  const n = x.rows;
  if (classes < 2 || n <= classes) throw new RangeError(`lda: ${n} samples of ${classes} classes`);
  const members = Array.from({ length: classes }, (_, k) =>
    Int32Array.from({ length: n }, (_, i) => i).filter((i) => labels[i] === k),
  );
  if (members.some((rows) => rows.length === 0)) throw new RangeError("lda: a class has no samples");
  const means = members.map((rows) => columnMeans(x, rows));
  const overall = means[0].map((_, j) => means.reduce((sum, mean, k) => sum + (members[k].length / n) * mean[j], 0));
  const within = matrix(n, x.columns);
  for (let i = 0; i < n; i++) {
    const [from, to, mean] = [rowOf(x, i), rowOf(within, i), means[labels[i]]];
    for (let j = 0; j < mean.length; j++) to[j] = from[j] - mean[j];
  }
  const spread = columnSpread(within);
  const axes = axesOf(scaled(within, spread, 1 / Math.sqrt(n)), TOLERANCE);
  const r = axes.values.length;

  // Class means in coordinates where the spread within is a unit ball: [classes, r].
  const centres = matrix(classes, x.columns);
  means.forEach((mean, k) => {
    const weight = Math.sqrt(members[k].length / (classes - 1));
    const row = rowOf(centres, k);
    for (let j = 0; j < row.length; j++) row[j] = (weight * (mean[j] - overall[j])) / spread[j];
  });
  const between = axes.onto(centres);
  whitenInto(between, axes.values);
  const found = r === 0 ? null : axesOf(between, 0);
  const largest = found?.values[0] ?? 0;
  const total = (found?.values ?? new Float64Array(0)).reduce((sum, value) => sum + value * value, 0);
  const ratios = (found?.values ?? new Float64Array(0))
    .filter((value) => value > TOLERANCE * largest)
    .slice(0, classes - 1)
    .map((value) => (value * value) / total);

  const kept = Math.min(most, ratios.length);
  const directions = found === null ? matrix(0, r) : found.from(unitRows(kept, kept));
  whitenInto(directions, axes.values);
  const back = axes.from(directions); // [kept, d]
  const coordinates = timesTransposed(scaled(less(x, overall), spread, 1), back);
  turnInto(coordinates, members);
  return { coordinates, ratios };
}

/** Standard deviation of each column, divided by n; 1 for a column that is constant. */
function columnSpread(x: Matrix): Float64Array {
  const all = Int32Array.from({ length: x.rows }, (_, i) => i);
  const centred = less(x, columnMeans(x, all));
  const across = transpose(centred);
  return Float64Array.from({ length: x.columns }, (_, j) => {
    const variance = rowOf(across, j).reduce((sum, v) => sum + v * v, 0) / x.rows;
    return variance === 0 ? 1 : Math.sqrt(variance);
  });
}

function scaled({ rows, columns, data }: Matrix, spread: Float64Array, factor: number): Matrix {
  return matrix(
    rows,
    columns,
    data.map((value, at) => (factor * value) / spread[at % columns]),
  );
}

function whitenInto({ columns, data }: Matrix, values: Float64Array): void {
  for (let at = 0; at < data.length; at++) data[at] /= values[at % columns];
}

function unitRows(rows: number, columns: number): Matrix {
  const out = matrix(rows, columns);
  for (let i = 0; i < rows; i++) out.data[i * columns + i] = 1;
  return out;
}

/** Turns each axis so that the class mean farthest from 0 is positive. */
function turnInto({ columns, data }: Matrix, members: readonly Int32Array[]): void {
  for (let axis = 0; axis < columns; axis++) {
    const means = members.map((rows) => rows.reduce((sum, i) => sum + data[i * columns + axis], 0) / rows.length);
    const farthest = means.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    if (farthest < 0) for (let at = axis; at < data.length; at += columns) data[at] = -data[at];
  }
}

/** Principal components, as scikit-learn's PCA computes them with all components: columns centred, not scaled.
 *  The sign of an axis is free; here its largest loading is positive, as in scikit-learn. */
import { axesOf } from "./axes";
import { columnMeans, less, type Matrix, matrix, rowOf, timesTransposed } from "./matrix";

export interface Components {
  /** [rows, axes] */
  coordinates: Matrix;
  /** Share of the whole variance along each axis. */
  ratios: Float64Array;
}

/** Directions below this share of the size of the data, its mean included, are rounding. */
const NOTHING = 1e-14;

/** @param x [n, d]
 *  @param most axes that are wanted; fewer come back where the data has fewer
 *  @example pca(x, 2).ratios */
export function pca(x: Matrix, most: number): Components {
  const centred = less(
    x,
    columnMeans(
      x,
      Int32Array.from({ length: x.rows }, (_, i) => i),
    ),
  );
  const total = centred.data.reduce((sum, v) => sum + v * v, 0);
  const size = Math.sqrt(x.data.reduce((sum, v) => sum + v * v, 0));
  const { values, from } = axesOf(centred, NOTHING * size);
  const kept = Math.min(most, values.length);
  const unit = matrix(kept, values.length);
  for (let i = 0; i < kept; i++) unit.data[i * values.length + i] = 1;
  const loadings = from(unit); // [kept, d]
  for (let axis = 0; axis < kept; axis++) {
    const row = rowOf(loadings, axis);
    const largest = row.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    if (largest < 0) for (let j = 0; j < row.length; j++) row[j] = -row[j];
  }
  return {
    coordinates: timesTransposed(centred, loadings),
    ratios: values.slice(0, kept).map((value) => (value * value) / total),
  };
}

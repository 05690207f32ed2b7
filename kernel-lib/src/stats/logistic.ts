/** Multinomial logistic regression with an L2 penalty.
 *  The penalised problem is scikit-learn's LogisticRegression(C=1): mean cross-entropy + |W|^2 / (2 C n), the
 *  intercepts free; with two classes one weight vector, whose penalty is |w|^2 for w split evenly over both. It has
 *  one minimum, so the way to it (here L-BFGS to a small gradient) does not change a prediction. */
import { cholesky, solveInto } from "./cholesky";
import { minimise, usual } from "./lbfgs";
import { columnMeans, everyRow, gram, less, type Matrix, matrix, rowOf, timesTransposed, transpose } from "./matrix";

/** Largest component of the mean objective's gradient when a fit ends. */
const TOLERANCE = 1e-6;
const MAX_ITERATIONS = 2000;

export interface LogisticModel {
  classes: number;
  /** [classes, d] */
  weights: Matrix;
  /** [classes] */
  intercepts: Float64Array;
}

/** @param x [n, d]
 *  @param labels [n] in 0..classes-1
 *  @param c inverse strength of the penalty
 *  @example predict(fitLogistic(x, labels, 8), x) */
export function fitLogistic(x: Matrix, labels: ArrayLike<number>, classes: number, c = 1): LogisticModel {
  return fitBy(x, labels, classes, c, conditionerOf(x, classes, c));
}

/** The same, on the way that a given guess of the Hessian shows: `conditionInto` replaces a point by what it solves to. */
export function fitBy(
  x: Matrix,
  labels: ArrayLike<number>,
  classes: number,
  c: number,
  conditionInto: (v: Float64Array) => void,
): LogisticModel {
  const { rows: n, columns: d } = x;
  const centre = columnMeans(x, everyRow(x));
  // Free intercepts make up for the shift; without it they and the weights pull at each other.
  const shifted = less(x, centre);
  const objective = objectiveOf(shifted, labels, classes, penaltyOf(classes, c, n));
  const { own: point } = minimise((at, into) => objective(at.own, into), usual(new Float64Array(classes * (d + 1))), {
    maxIterations: MAX_ITERATIONS,
    ease: (gradient) => {
      const out = gradient.slice();
      conditionInto(out);
      return usual(out);
    },
    isFlat: (gradient) => gradient.every((g) => Math.abs(g) <= TOLERANCE),
  }).point;
  const weights = matrix(classes, d, point.slice(0, classes * d));
  const intercepts = Float64Array.from({ length: classes }, (_, k) => {
    const row = rowOf(weights, k);
    return point[classes * d + k] - row.reduce((sum, w, j) => sum + w * centre[j], 0);
  });
  return { classes, weights, intercepts };
}

export const penaltyOf = (classes: number, c: number, n: number): number => (classes === 2 ? 2 : 1) / (c * n);

/** The class of each row, [n]; the first of equals. */
export function predict({ classes, weights, intercepts }: LogisticModel, x: Matrix): Int32Array {
  return Int32Array.from({ length: x.rows }, (_, i) => {
    const row = rowOf(x, i);
    let best = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      const w = rowOf(weights, k);
      let score = intercepts[k];
      for (let j = 0; j < row.length; j++) score += row[j] * w[j];
      if (score > most) [best, most] = [k, score];
    }
    return best;
  });
}

/** Point: weights [classes, d], then intercepts [classes]. */
function objectiveOf(x: Matrix, labels: ArrayLike<number>, classes: number, penalty: number) {
  const { rows: n, columns: d } = x;
  return (point: Float64Array, gradientInto: Float64Array): number => {
    const weights = matrix(classes, d, point.subarray(0, classes * d));
    const scores = timesTransposed(x, weights); // [n, classes]
    let loss = 0;
    for (let i = 0; i < n; i++) {
      const row = rowOf(scores, i);
      for (let k = 0; k < classes; k++) row[k] += point[classes * d + k];
      loss += lessCertainInto(row, labels[i]);
    }
    const residuals = transpose(scores); // probability less truth, [classes, n]
    let squares = 0;
    for (let k = 0; k < classes; k++) {
      const [w, residual, gradient] = [
        rowOf(weights, k),
        rowOf(residuals, k),
        gradientInto.subarray(k * d, (k + 1) * d),
      ];
      for (let j = 0; j < d; j++) {
        squares += w[j] * w[j];
        gradient[j] = penalty * w[j];
      }
      addRowsInto(gradient, x, residual, 1 / n);
      gradientInto[classes * d + k] = residual.reduce((sum, r) => sum + r, 0) / n;
    }
    return loss / n + (penalty / 2) * squares;
  };
}

/** From scores of a sample to probabilities less 1 for its own class. Returns the surprise at that class, in nats. */
export function lessCertainInto(row: Float64Array, label: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < row.length; k++) top = Math.max(top, row[k]);
  let total = 0;
  for (let k = 0; k < row.length; k++) total += Math.exp(row[k] - top);
  const logTotal = top + Math.log(total);
  const surprise = logTotal - row[label];
  for (let k = 0; k < row.length; k++) row[k] = Math.exp(row[k] - logTotal);
  row[label] -= 1;
  return surprise;
}

/** Adds to `sum` the rows of x, each times its weight and the factor; four rows share the load and store of the sum. */
function addRowsInto(sum: Float64Array, x: Matrix, weights: Float64Array, factor: number): void {
  let i = 0;
  for (; i + 3 < x.rows; i += 4) {
    const [a, b, c, e] = [rowOf(x, i), rowOf(x, i + 1), rowOf(x, i + 2), rowOf(x, i + 3)];
    const [p, q, r, s] = [
      factor * weights[i],
      factor * weights[i + 1],
      factor * weights[i + 2],
      factor * weights[i + 3],
    ];
    for (let j = 0; j < sum.length; j++) sum[j] += p * a[j] + q * b[j] + r * c[j] + s * e[j];
  }
  for (; i < x.rows; i++) {
    const [row, weight] = [rowOf(x, i), factor * weights[i]];
    for (let j = 0; j < sum.length; j++) sum[j] += weight * row[j];
  }
}

/** Solves by the Hessian at equal probabilities: X^T X / (classes n) + penalty for each class, 1 / classes for its
 *  intercept. Features of a language model differ in size by orders of magnitude and go together, and a step that
 *  minds neither is a short one. */
export function conditionerOf(x: Matrix, classes: number, c: number): (v: Float64Array) => void {
  const { rows: n, columns: d } = x;
  const hessian = gram(transpose(less(x, columnMeans(x, everyRow(x)))));
  for (let at = 0; at < hessian.data.length; at++) hessian.data[at] /= classes * n;
  for (let j = 0; j < d; j++) hessian.data[j * d + j] += penaltyOf(classes, c, n);
  const lower = cholesky(hessian);
  return (v) => {
    solveInto(v.subarray(0, classes * d), lower);
    for (let k = 0; k < classes; k++) v[classes * d + k] *= classes;
  };
}

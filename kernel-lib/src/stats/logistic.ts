/** Multinomial logistic regression with an L2 penalty, and its cross-validated accuracy: the linear probe.
 *  The penalised problem is scikit-learn's LogisticRegression(C=1): mean cross-entropy + |W|^2 / (2 C n), the
 *  intercepts free; with two classes one weight vector, whose penalty is |w|^2 for w split evenly over both. It has
 *  one minimum, so the way to it (here L-BFGS to a small gradient) does not change a prediction. */
import { stratifiedFolds } from "./folds";
import { minimise } from "./lbfgs";
import { columnMeans, less, type Matrix, matrix, rowOf } from "./matrix";

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
  const { rows: n, columns: d } = x;
  const centre = columnMeans(
    x,
    Int32Array.from({ length: n }, (_, i) => i),
  );
  // Free intercepts make up for the shift; without it they and the weights pull at each other.
  const shifted = less(x, centre);
  const penalty = (classes === 2 ? 2 : 1) / (c * n);
  const objective = objectiveOf(shifted, labels, classes, penalty);
  const { point } = minimise(objective, new Float64Array(classes * (d + 1)), {
    tolerance: TOLERANCE,
    maxIterations: MAX_ITERATIONS,
    scale: inverseCurvature(shifted, classes, penalty),
  });
  const weights = matrix(classes, d, point.slice(0, classes * d));
  const intercepts = Float64Array.from({ length: classes }, (_, k) => {
    const row = rowOf(weights, k);
    return point[classes * d + k] - row.reduce((sum, w, j) => sum + w * centre[j], 0);
  });
  return { classes, weights, intercepts };
}

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

export interface CrossValidation {
  /** Share of each fold's samples that the others' probe gets right, [folds]. */
  accuracy: Float64Array;
  /** The class that each sample was given when it was held out, [n]. */
  predicted: Int32Array;
}

/** Trains a probe for each fold on the others and tries it on the fold.
 *  @throws RangeError when every class has fewer samples than there are folds
 *  @example crossValidate(x, labels, 8, 5).accuracy */
export function crossValidate(x: Matrix, labels: ArrayLike<number>, classes: number, folds: number): CrossValidation {
  const heldOut = stratifiedFolds(labels, folds);
  const predicted = new Int32Array(x.rows);
  const accuracy = Float64Array.from({ length: folds }, (_, fold) => {
    const rows = (test: boolean) => Array.from(heldOut.keys()).filter((i) => (heldOut[i] === fold) === test);
    const [train, test] = [rows(false), rows(true)];
    const model = fitLogistic(
      pick(x, train),
      train.map((i) => labels[i]),
      classes,
    );
    const given = predict(model, pick(x, test));
    test.forEach((i, at) => {
      predicted[i] = given[at];
    });
    return test.filter((i) => predicted[i] === labels[i]).length / test.length;
  });
  return { accuracy, predicted };
}

function pick(x: Matrix, rows: readonly number[]): Matrix {
  const out = matrix(rows.length, x.columns);
  rows.forEach((row, i) => {
    out.data.set(rowOf(x, row), i * x.columns);
  });
  return out;
}

/** Point: weights [classes, d], then intercepts [classes]. */
function objectiveOf(x: Matrix, labels: ArrayLike<number>, classes: number, penalty: number) {
  const { rows: n, columns: d } = x;
  const score = new Float64Array(classes);
  return (point: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < n; i++) {
      const row = rowOf(x, i);
      for (let k = 0; k < classes; k++) {
        let sum = point[classes * d + k];
        for (let j = 0, at = k * d; j < d; j++, at++) sum += row[j] * point[at];
        score[k] = sum;
      }
      const top = score.reduce((a, b) => Math.max(a, b));
      let total = 0;
      for (let k = 0; k < classes; k++) total += Math.exp(score[k] - top);
      const logTotal = top + Math.log(total);
      loss += logTotal - score[labels[i]];
      for (let k = 0; k < classes; k++) {
        const residual = (Math.exp(score[k] - logTotal) - (labels[i] === k ? 1 : 0)) / n;
        gradient[classes * d + k] += residual;
        for (let j = 0, at = k * d; j < d; j++, at++) gradient[at] += residual * row[j];
      }
    }
    let squares = 0;
    for (let at = 0; at < classes * d; at++) {
      squares += point[at] * point[at];
      gradient[at] += penalty * point[at];
    }
    return loss / n + (penalty / 2) * squares;
  };
}

/** 1 / (p (1 - p) x variance + penalty) for each weight, at equal probabilities: features of a language model differ
 *  in size by orders of magnitude. */
function inverseCurvature(x: Matrix, classes: number, penalty: number): Float64Array {
  const { rows: n, columns: d, data } = x;
  const spread = (1 / classes) * (1 - 1 / classes);
  const variance = new Float64Array(d);
  for (let at = 0; at < data.length; at++) variance[at % d] += (data[at] * data[at]) / n;
  const scale = new Float64Array(classes * (d + 1)).fill(1 / spread);
  for (let at = 0; at < classes * d; at++) scale[at] = 1 / (spread * variance[at % d] + penalty);
  return scale;
}

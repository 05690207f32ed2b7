/** The linear probe, tried on samples that it was not trained on. Folds are scikit-learn's; each probe is the minimum of
 *  the same problem as its LogisticRegression(C=1), found the cheaper way: by weights where samples outnumber features,
 *  else by coefficients of the samples, of which the weights are sums. */
import { cholesky, solveInto } from "./cholesky";
import { stratifiedFolds } from "./folds";
import { dot, type Element, minimise } from "./lbfgs";
import { conditionerOf, fitBy, lessCertainInto, penaltyOf, predict } from "./logistic";
import { columnMeans, everyRow, gram, less, type Matrix, matrix, rowOf } from "./matrix";

export interface CrossValidation {
  /** Share of each fold's samples that the others' probe gets right, [folds]. */
  accuracy: Float64Array;
  /** The class that each sample was given when it was held out, [n]. */
  predicted: Int32Array;
}

/** Writes the class that each sample of a fold is given by a probe that was trained on the other folds. */
export type TryFold = (predictedInto: Int32Array, labels: ArrayLike<number>, heldOut: Int32Array, fold: number) => void;

/** Share of the mean square that each sample has to itself: where samples depend on others, coefficients without any
 *  effect would otherwise grow until they are all that doubles can hold. */
const JITTER = 1e-10;
/** Largest norm of the eased gradient when a probe's coefficients are good enough. */
const FLAT = 1e-6;
const MAX_ITERATIONS = 2000;

/** Trains a probe for each fold on the others and tries it on the fold.
 *  @throws RangeError when every class has fewer samples than there are folds
 *  @example crossValidate(x, labels, 8, 5).accuracy */
export function crossValidate(x: Matrix, labels: ArrayLike<number>, classes: number, folds: number): CrossValidation {
  const heldOut = stratifiedFolds(labels, folds);
  const tryFoldInto = foldProbe(x, classes);
  const predicted = new Int32Array(x.rows);
  const right = new Float64Array(folds);
  const size = new Float64Array(folds);
  for (let fold = 0; fold < folds; fold++) tryFoldInto(predicted, labels, heldOut, fold);
  heldOut.forEach((fold, i) => {
    size[fold]++;
    if (predicted[i] === labels[i]) right[fold]++;
  });
  return { accuracy: right.map((count, fold) => count / size[fold]), predicted };
}

/** One fold at a time, for labels of any kind: what depends on the samples alone is done once.
 *  @example const tryFoldInto = foldProbe(x, 8); tryFoldInto(predicted, labels, stratifiedFolds(labels, 5), 0); */
export const foldProbe = (x: Matrix, classes: number): TryFold =>
  x.columns <= x.rows ? byWeights(x, classes) : byCoefficients(x, classes);

export function byWeights(x: Matrix, classes: number): TryFold {
  // A fold's own would differ by the share that it leaves out; a guess need not be exact.
  const conditionInto = conditionerOf(x, classes, 1);
  return (predictedInto, labels, heldOut, fold) => {
    const rows = (test: boolean) => Array.from(heldOut.keys()).filter((i) => (heldOut[i] === fold) === test);
    const [train, test] = [rows(false), rows(true)];
    const own = train.map((i) => labels[i]);
    const given = predict(fitBy(pick(x, train), own, classes, 1, conditionInto), pick(x, test));
    test.forEach((i, at) => {
      predictedInto[i] = given[at];
    });
  };
}

/** With weights X^T A the scores are K A, K = X X^T, and the gradient is X^T G for G = residuals / m + penalty A: all
 *  inner products of weights follow from coefficients and their products with K. The guess of the Hessian,
 *  H = X^T X / (classes n) + p, sends X^T G to X^T D with D = (K / (classes n) + p)^-1 G, so that
 *  K D = classes n (G - p D): a step takes one solve, and no product with K or X. A is [classes, n] over all samples,
 *  those of the fold too, so that one factor serves all folds; then [classes] intercepts. */
export function byCoefficients(x: Matrix, classes: number): TryFold {
  const n = x.rows;
  const kernel = gram(less(x, columnMeans(x, everyRow(x))));
  const guess = penaltyOf(classes, 1, n);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += kernel.data[i * n + i];
  for (let i = 0; i < n; i++) kernel.data[i * n + i] += (JITTER * trace) / n;
  for (let at = 0; at < kernel.data.length; at++) kernel.data[at] /= classes * n;
  for (let i = 0; i < n; i++) kernel.data[i * n + i] += guess;
  const lower = cholesky(kernel);
  const ease = (gradient: Float64Array): Element => {
    const own = gradient.slice();
    solveInto(own.subarray(0, classes * n), lower);
    const image = gradient.map((g, at) => classes * n * (g - guess * own[at]));
    for (let k = classes * n; k < own.length; k++) image[k] = own[k] = classes * gradient[k];
    return { own, image };
  };
  const isFlat = (gradient: Float64Array, eased: Element) => dot(gradient, eased.image) <= FLAT ** 2;
  return (predictedInto, labels, heldOut, fold) => {
    const train = Array.from(heldOut.keys()).filter((i) => heldOut[i] !== fold);
    const nothing = () => new Float64Array(classes * (n + 1));
    const { point } = minimise(
      objectiveOf(train, labels, classes, n),
      { own: nothing(), image: nothing() },
      {
        maxIterations: MAX_ITERATIONS,
        ease,
        isFlat,
      },
    );
    for (let i = 0; i < n; i++)
      if (heldOut[i] === fold) predictedInto[i] = firstOfLargest(scoresOf(point, i, classes, n));
  };
}

function scoresOf({ image }: Element, sample: number, classes: number, n: number): Float64Array {
  return Float64Array.from({ length: classes }, (_, k) => image[k * n + sample] + image[classes * n + k]);
}

function objectiveOf(train: readonly number[], labels: ArrayLike<number>, classes: number, n: number) {
  const m = train.length;
  const penalty = penaltyOf(classes, 1, m);
  return (point: Element, gradientInto: Float64Array): number => {
    const { own, image } = point;
    let squares = 0;
    for (let at = 0; at < classes * n; at++) {
      squares += own[at] * image[at];
      gradientInto[at] = penalty * own[at];
    }
    gradientInto.fill(0, classes * n);
    let loss = 0;
    for (const i of train) {
      const row = scoresOf(point, i, classes, n);
      loss += lessCertainInto(row, labels[i]);
      for (let k = 0; k < classes; k++) {
        gradientInto[k * n + i] += row[k] / m;
        gradientInto[classes * n + k] += row[k] / m;
      }
    }
    return loss / m + (penalty / 2) * squares;
  };
}

function firstOfLargest(scores: Float64Array): number {
  let best = 0;
  for (let k = 1; k < scores.length; k++) if (scores[k] > scores[best]) best = k;
  return best;
}

function pick(x: Matrix, rows: readonly number[]): Matrix {
  const out = matrix(rows.length, x.columns);
  rows.forEach((row, i) => {
    out.data.set(rowOf(x, row), i * x.columns);
  });
  return out;
}

/** How far each pair of classes is apart, without a direction that was fitted to the samples that are measured: a fold's
 *  samples are placed along the line between the two classes' means in the other folds. (Discriminants put
 *  400 samples of 384 random features 8 to 11 deviations apart by labels without any meaning; this puts them 0.3.) */
import { type Matrix, rowOf } from "./matrix";
import { averageRanks } from "./ranks";

/** [pairs] in the order (0, 1), (0, 2), ..., (1, 2), ... */
export interface Separation {
  /** Difference of the two classes' means over their pooled standard deviation (n - 1 each); NaN where neither
   *  spreads. */
  cohenD: Float64Array;
  /** Share of the pairs of samples, one of each class, that lie in the right order; ties count half. */
  auc: Float64Array;
}

/** Distances below this part of the longest mean are rounding of what would be equal. */
const ROUNDING = 1e-13;

/** @param x [n, d]
 *  @param labels [n] in 0..classes-1
 *  @param heldOut the fold of each sample, as `stratifiedFolds` deals them, [n]; each class in at least two folds
 *  @throws RangeError when all samples of a class are in one fold
 *  @example separation(x, labels, 8, stratifiedFolds(labels, 5)).cohenD */
export function separation(x: Matrix, labels: ArrayLike<number>, classes: number, heldOut: Int32Array): Separation {
  const folds = Math.max(...heldOut) + 1;
  const means = Array.from({ length: folds }, (_, fold) => meansWithout(x, labels, classes, heldOut, fold));
  const members = Array.from({ length: classes }, (_, k) =>
    Array.from({ length: x.rows }, (_, i) => i).filter((i) => labels[i] === k),
  );
  const pairs = members.flatMap((own, a) => members.slice(a + 1).map((other, i) => ({ a, b: a + 1 + i, own, other })));
  const noise = ROUNDING * Math.max(...means.flatMap((of) => of.map(normOf)));
  const cohenD = new Float64Array(pairs.length);
  const auc = new Float64Array(pairs.length);
  pairs.forEach(({ a, b, own, other }, at) => {
    const lines = means.map((of) => lineBetween(of[a], of[b], noise));
    const along = (i: number) => lines[heldOut[i]](rowOf(x, i));
    const [left, right] = [own.map(along), other.map(along)];
    cohenD[at] = pooledDifference(left, right, noise);
    auc[at] = shareInOrder(left, right);
  });
  return { cohenD, auc };
}

/** Mean of each class over the samples outside a fold, [classes][d]. */
function meansWithout(
  x: Matrix,
  labels: ArrayLike<number>,
  classes: number,
  heldOut: Int32Array,
  fold: number,
): Float64Array[] {
  const sums = Array.from({ length: classes }, () => new Float64Array(x.columns));
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < x.rows; i++) {
    if (heldOut[i] === fold) continue;
    const [sum, row] = [sums[labels[i]], rowOf(x, i)];
    for (let j = 0; j < sum.length; j++) sum[j] += row[j];
    counts[labels[i]]++;
  }
  const empty = counts.indexOf(0);
  if (empty >= 0) throw new RangeError(`separation: all samples of class ${empty} are in fold ${fold}`);
  return sums.map((sum, k) => sum.map((total) => total / counts[k]));
}

/** Place of a row on the line from one point to another, in the data's unit, 0 half-way; 0 for all where they meet but
 *  for rounding. */
function lineBetween(from: Float64Array, to: Float64Array, noise: number): (row: Float64Array) => number {
  const step = to.map((v, j) => v - from[j]);
  const length = Math.sqrt(step.reduce((sum, v) => sum + v * v, 0));
  if (length <= noise) return () => 0;
  const middle = step.reduce((sum, v, j) => sum + (v * (from[j] + to[j])) / 2, 0) / length;
  return (row) => {
    let sum = 0;
    for (let j = 0; j < step.length; j++) sum += row[j] * step[j];
    return sum / length - middle;
  };
}

const normOf = (row: Float64Array): number => Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function pooledDifference(left: readonly number[], right: readonly number[], noise: number): number {
  const [l, r] = [meanOf(left), meanOf(right)];
  const squares = left.reduce((s, v) => s + (v - l) ** 2, 0) + right.reduce((s, v) => s + (v - r) ** 2, 0);
  const variance = squares / (left.length + right.length - 2);
  return Math.sqrt(variance) > noise ? (r - l) / Math.sqrt(variance) : Number.NaN;
}

/** Mann and Whitney's U over all pairs. */
function shareInOrder(left: readonly number[], right: readonly number[]): number {
  const { ranks } = averageRanks([...left, ...right]);
  let sum = 0;
  for (let i = left.length; i < ranks.length; i++) sum += ranks[i];
  return (sum - (right.length * (right.length + 1)) / 2) / (left.length * right.length);
}

/** LDA, PCA, folds and the linear probe against scikit-learn: numbers to 1e-10 relative, predictions equal. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { cholesky, solveInto } from "../../kernel-lib/src/stats/cholesky";
import { eigen } from "../../kernel-lib/src/stats/eigen";
import { stratifiedFolds } from "../../kernel-lib/src/stats/folds";
import { lda } from "../../kernel-lib/src/stats/lda";
import { fitLogistic, predict } from "../../kernel-lib/src/stats/logistic";
import { gram, type Matrix, matrix, timesTransposed } from "../../kernel-lib/src/stats/matrix";
import { mean, variance } from "../../kernel-lib/src/stats/moments";
import { pca } from "../../kernel-lib/src/stats/pca";
import { byCoefficients, byWeights, crossValidate } from "../../kernel-lib/src/stats/probe";
import { seeded } from "../../kernel-lib/src/stats/random";
import { separation } from "../../kernel-lib/src/stats/separation";
import { expectClose } from "./golden";

interface Case {
  name: string;
  rows: number;
  columns: number;
  x: number[];
  labels: number[];
  lda: { coordinates: number[]; ratios: number[] };
  pca: { axes: number; coordinates: number[]; ratios: number[] };
  probe: { folds: number[]; predicted: number[]; accuracy: number[]; coefficients: number[] };
}
const want: { folds: number; cases: Case[] } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../goldens/geometry/geometry.json"), "utf8"),
);
const dataOf = ({ rows, columns, x }: Case): Matrix => matrix(rows, columns, Float64Array.from(x));
const classesOf = ({ labels }: Case): number => Math.max(...labels) + 1;

/** Axis by axis equal up to the axis' sign; atol: 1e-10 of the axis' largest coordinate, as a small one is a
 *  difference of large ones. */
function expectAxes({ rows, columns, data }: Matrix, expected: readonly number[], what: string): void {
  expect(rows * columns, what).toBe(expected.length);
  for (let axis = 0; axis < columns; axis++) {
    const column = (from: ArrayLike<number>) => Array.from({ length: rows }, (_, i) => from[i * columns + axis]);
    const [got, wanted] = [column(data), column(expected)];
    const sign = Math.sign(got.reduce((sum, v, i) => sum + v * wanted[i], 0));
    const most = Math.max(...wanted.map(Math.abs));
    got.forEach((v, i) => {
      expectClose(sign * v, wanted[i], `${what} axis ${axis + 1} row ${i}`, 1e-10 * most);
    });
  }
}

describe.each(want.cases)("$name", (golden) => {
  const x = dataOf(golden);
  const classes = classesOf(golden);

  test("LDA: coordinates up to sign and explained variance are scikit-learn's", () => {
    const found = lda(x, golden.labels, classes);
    expectAxes(found.coordinates, golden.lda.coordinates, "lda");
    expect(found.ratios.length).toBe(golden.lda.ratios.length);
    found.ratios.forEach((ratio, i) => {
      expectClose(ratio, golden.lda.ratios[i], `ratio ${i}`, 1e-12);
    });
  });

  test("PCA: coordinates up to sign and explained variance are scikit-learn's", () => {
    const found = pca(x, golden.pca.axes);
    expectAxes(found.coordinates, golden.pca.coordinates, "pca");
    found.ratios.forEach((ratio, i) => {
      expectClose(ratio, golden.pca.ratios[i], `ratio ${i}`);
    });
  });

  test("the probe holds out the same samples and predicts the same classes", () => {
    const folds = stratifiedFolds(golden.labels, want.folds);
    expect(Array.from(folds)).toEqual(golden.probe.folds);
    const { accuracy, predicted } = crossValidate(x, golden.labels, classes, want.folds);
    expect(Array.from(predicted)).toEqual(golden.probe.predicted);
    expect(Array.from(accuracy)).toEqual(golden.probe.accuracy);
  });

  test("a fit on all samples has scikit-learn's weights", () => {
    const { weights } = fitLogistic(x, golden.labels, classes);
    const d = golden.columns;
    // With two classes scikit-learn keeps the difference of the two; rtol 1e-3: both stop at a small gradient.
    const own = classes === 2 ? weights.data.slice(d).map((w, j) => w - weights.data[j]) : weights.data;
    const most = Math.max(...golden.probe.coefficients.map(Math.abs));
    own.forEach((w, at) => {
      expect(Math.abs(w - golden.probe.coefficients[at])).toBeLessThan(1e-3 * most);
    });
  });
});

describe("eigen", () => {
  test("gives back the matrix: V diag(values) V^T, full rank or not", () => {
    const random = seeded(5);
    for (const [n, rank] of [
      [1, 1],
      [2, 2],
      [9, 9],
      [30, 4],
      [30, 0],
    ]) {
      const factor = matrix(
        n,
        Math.max(1, rank),
        Float64Array.from({ length: n * Math.max(1, rank) }, () => (rank === 0 ? 0 : random.uniform() - 0.5)),
      );
      const a = gram(factor);
      const { values, onto, from } = eigen(a);
      expect([...values]).toEqual([...values].sort((p, q) => q - p));
      for (let j = 0; j < n; j++) {
        const unit = new Float64Array(n);
        unit[j] = 1;
        const column = from(onto(unit).map((c, i) => c * values[i]));
        column.forEach((v, i) => {
          expect(Math.abs(v - a.data[i * n + j])).toBeLessThan(1e-13 * Math.max(1, values[0]));
        });
      }
    }
  });

  test("refuses what is not finite", () => {
    expect(() => eigen(matrix(2, 2, Float64Array.of(1, Number.NaN, Number.NaN, 1)))).toThrow(/finite/);
  });
});

test("products of rows agree with the plain sums, odd sizes too", () => {
  const random = seeded(2);
  const [x, y] = [
    [3, 5],
    [4, 5],
  ].map(([rows, columns]) =>
    matrix(
      rows,
      columns,
      Float64Array.from({ length: rows * columns }, () => random.uniform()),
    ),
  );
  const product = timesTransposed(x, y);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 4; j++) {
      const sum = [0, 1, 2, 3, 4].reduce((s, k) => s + x.data[i * 5 + k] * y.data[j * 5 + k], 0);
      expectClose(product.data[i * 4 + j], sum, `${i},${j}`);
    }
  expect(Array.from(gram(x).data)).toEqual(Array.from(timesTransposed(x, x).data));
});

test("LDA of classes that do not spread has no axes rather than rounding for axes", () => {
  const x = matrix(4, 2, Float64Array.of(0.1, 0.2, 0.1, 0.2, 0.7, 0.9, 0.7, 0.9));
  const { coordinates, ratios } = lda(x, [0, 0, 1, 1], 2);
  expect([coordinates.columns, ratios.length]).toEqual([0, 0]);
});

test("the probe refuses fewer samples than folds, and ties go to the first class", () => {
  const x = matrix(4, 1, Float64Array.of(0, 1, 2, 3));
  expect(() => crossValidate(x, [0, 0, 1, 1], 2, 3)).toThrow(/3 folds/);
  const same = matrix(4, 1, Float64Array.of(1, 1, 1, 1));
  expect(Array.from(predict(fitLogistic(same, [0, 1, 0, 1], 2), same))).toEqual([0, 0, 0, 0]);
});

test("a probe found by its weights and one found by coefficients of its samples answer alike", () => {
  const random = seeded(8);
  for (const [n, d, classes] of [
    [40, 30, 3],
    [30, 55, 2],
    [36, 80, 6],
  ]) {
    const labels = Array.from({ length: n }, (_, i) => i % classes);
    const x = matrix(
      n,
      d,
      Float64Array.from({ length: n * d }, (_, at) => {
        const [i, j] = [Math.floor(at / d), at % d];
        const signal = j % classes === labels[i] ? 0.16 : 0;
        return (1 + (j % 7)) * (random.uniform() - 0.5 + signal) + 10 * (j % 2);
      }),
    );
    // Samples that depend on others, and two of different classes that nothing tells apart.
    x.data.copyWithin(d, 0, d);
    x.data.copyWithin(7 * d, 4 * d, 5 * d);
    const heldOut = stratifiedFolds(labels, 5);
    const [one, other] = [byWeights(x, classes), byCoefficients(x, classes)].map((tryFoldInto) => {
      const predicted = new Int32Array(n).fill(-1);
      for (let fold = 0; fold < 5; fold++) tryFoldInto(predicted, labels, heldOut, fold);
      return predicted;
    });
    expect(other).toEqual(one);
    const wrong = Array.from(one).filter((k, i) => k !== labels[i]).length;
    expect(wrong).toBeGreaterThan(0);
    expect(wrong).toBeLessThan(n);
  }
});

test("solveInto() solves several right sides by a Cholesky factor", () => {
  const a = matrix(3, 3, Float64Array.of(4, 2, 0.5, 2, 10, 1, 0.5, 1, 3));
  const lower = cholesky(a);
  const random = seeded(3);
  const wanted = Float64Array.from({ length: 15 }, () => random.uniform());
  const vectors = Float64Array.from(timesTransposed(matrix(5, 3, wanted), a).data);
  solveInto(vectors, lower);
  vectors.forEach((v, at) => {
    expectClose(v, wanted[at], `${at}`, 1e-14);
  });
  expect(() => cholesky(matrix(1, 1, Float64Array.of(-1)))).toThrow(/pivot 0 is -1/);
});

test("separation measures each fold along the other folds' means, and is missing where nothing spreads", () => {
  // Held-out places of class 0: 0 and 2, of class 1: 10 and 12, whichever fold draws the line.
  const x = matrix(4, 1, Float64Array.of(0, 2, 10, 12));
  const { cohenD, auc } = separation(x, [0, 0, 1, 1], 2, Int32Array.of(0, 1, 0, 1));
  // Fold 0 is measured from the middle 7 of 2 and 12, fold 1 from the middle 5 of 0 and 10.
  expectClose(cohenD[0], 10 / Math.sqrt((2 * 2 ** 2 + 2 * 2 ** 2) / 2), "d");
  expect(auc[0]).toBe(1);
  const same = separation(matrix(4, 1, Float64Array.of(1, 1, 1, 1)), [0, 0, 1, 1], 2, Int32Array.of(0, 1, 0, 1));
  expect([same.cohenD[0], same.auc[0]]).toEqual([Number.NaN, 0.5]);
  expect(() => separation(x, [0, 0, 1, 1], 2, Int32Array.of(0, 0, 0, 1))).toThrow(/class 0 are in fold 0/);
});

test("separation of labels without meaning is about nothing, where discriminants fitted to them lie far apart", () => {
  const random = seeded(1);
  const x = matrix(
    60,
    50,
    Float64Array.from({ length: 3000 }, () => random.uniform() - 0.5),
  );
  const labels = Array.from({ length: 60 }, (_, i) => i % 2);
  const { cohenD } = separation(x, labels, 2, stratifiedFolds(labels, 5));
  expect(Math.abs(cohenD[0])).toBeLessThan(1);
  const along = lda(x, labels, 2).coordinates.data;
  const of = (label: number) => Array.from(along).filter((_, i) => labels[i] === label);
  const deviation = Math.sqrt(((variance(of(0)) as number) + (variance(of(1)) as number)) / 2);
  expect(Math.abs((mean(of(0)) as number) - (mean(of(1)) as number)) / deviation).toBeGreaterThan(3);
});

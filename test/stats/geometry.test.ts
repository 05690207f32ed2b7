/** LDA, PCA, folds and the linear probe against scikit-learn: numbers to 1e-10 relative, predictions equal. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { axesOf } from "../../kernel-lib/src/stats/axes";
import { cholesky, solveInto } from "../../kernel-lib/src/stats/cholesky";
import { stratifiedFolds } from "../../kernel-lib/src/stats/folds";
import { lda } from "../../kernel-lib/src/stats/lda";
import { fitLogistic, predict } from "../../kernel-lib/src/stats/logistic";
import {
  columnMeans,
  everyRow,
  gram,
  less,
  type Matrix,
  matrix,
  rowOf,
  timesTransposed,
  transpose,
} from "../../kernel-lib/src/stats/matrix";
import { mean, variance } from "../../kernel-lib/src/stats/moments";
import { pca } from "../../kernel-lib/src/stats/pca";
import { byCoefficients, byWeights, crossValidate } from "../../kernel-lib/src/stats/probe";
import { seeded } from "../../kernel-lib/src/stats/random";
import { separation } from "../../kernel-lib/src/stats/separation";
import { singular } from "../../kernel-lib/src/stats/singular";
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

describe("principal axes", () => {
  const random = seeded(5);
  const some = (rows: number, columns: number) =>
    matrix(
      rows,
      columns,
      Float64Array.from({ length: rows * columns }, () => random.uniform() - 0.5),
    );

  test.each([
    { rows: 1, columns: 1, rank: 1 },
    { rows: 1, columns: 7, rank: 1 },
    { rows: 7, columns: 1, rank: 1 },
    { rows: 9, columns: 9, rank: 9 },
    { rows: 13, columns: 22, rank: 13 },
    { rows: 22, columns: 14, rank: 14 },
    { rows: 30, columns: 31, rank: 4 },
    { rows: 31, columns: 30, rank: 4 },
    { rows: 12, columns: 12, rank: 11 },
  ])("of $rows x $columns of rank $rank hold the whole matrix, and no more", ({ rows, columns, rank }) => {
    const x = timesTransposed(some(rows, rank), some(columns, rank));
    const axes = axesOf(x, 1e-12);
    expect(axes.values).toHaveLength(rank);
    expect([...axes.values]).toEqual([...axes.values].sort((p, q) => q - p));
    const seen = axes.onto(x);
    axes.from(seen).data.forEach((v, at) => {
      expect(Math.abs(v - x.data[at])).toBeLessThan(1e-13 * axes.values[0]);
    });
    // X V = U S: columns at right angles, as long as the singular values.
    const squares = gram(transpose(seen));
    squares.data.forEach((v, at) => {
      const [i, j] = [Math.floor(at / rank), at % rank];
      const wanted = i === j ? axes.values[i] ** 2 : 0;
      expect(Math.abs(v - wanted)).toBeLessThan(1e-13 * axes.values[0] ** 2);
    });
  });

  test("keep the digits of a small singular value that squares would lose", () => {
    // Ones over 1e-8 I (Lauchli's matrix): sqrt(5 + 1e-16), and four times 1e-8.
    const x = matrix(6, 5);
    x.data.fill(1, 0, 5);
    for (let i = 0; i < 5; i++) x.data[(i + 1) * 5 + i] = 1e-8;
    for (const side of [x, transpose(x)]) {
      const { values } = axesOf(side, 0);
      expectClose(values[0], Math.sqrt(5), "largest");
      // Rounding of the largest, 2e-16, is 2e-8 of these.
      for (const value of values.slice(1)) expect(Math.abs(value / 1e-8 - 1)).toBeLessThan(1e-7);
      expect(values).toHaveLength(5);
    }
  });

  test("do not depend on the unit, however small or large", () => {
    const x = some(8, 11);
    const usual = axesOf(x, 0).values;
    for (const unit of [1e-200, 1e200]) {
      const { values } = axesOf(
        matrix(
          8,
          11,
          x.data.map((v) => v * unit),
        ),
        0,
      );
      values.forEach((value, i) => {
        expectClose(value / unit, usual[i], `${unit}, value ${i}`);
      });
    }
  });

  test.each([
    { what: "in the middle and at the end", diagonal: [2, 0, 3, 0, 1, 0] },
    { what: "first", diagonal: [0, 2, 1] },
    { what: "everywhere", diagonal: [0, 0, 0] },
  ])("of two diagonals with zeros $what", ({ diagonal }) => {
    const k = diagonal.length;
    const b = matrix(k, k);
    for (let i = 0; i < k; i++) {
      b.data[i * k + i] = diagonal[i];
      if (i < k - 1) b.data[i * k + i + 1] = i + 1;
    }
    const { values, ontoInto } = singular(
      Float64Array.from(diagonal),
      Float64Array.from({ length: k - 1 }, (_, i) => i + 1),
    );
    for (let i = 0; i < k; i++) ontoInto(rowOf(b, i));
    gram(transpose(b)).data.forEach((v, at) => {
      const wanted = at % (k + 1) === 0 ? values[at / (k + 1)] ** 2 : 0;
      expect(Math.abs(v - wanted)).toBeLessThan(1e-13);
    });
  });

  test("of equal singular values are found, whatever rounding leaves beside them", () => {
    // Rows of the identity less their mean: all singular values but the smallest are 1.
    for (let n = 2; n < 40; n++)
      for (const columns of [n - 1, n, n + 1]) {
        const x = matrix(n, columns);
        for (let i = 0; i < Math.min(n, columns); i++) x.data[i * columns + i] = 1;
        const { values } = axesOf(less(x, columnMeans(x, everyRow(x))), 1e-12);
        expect(values).toHaveLength(Math.min(n - 1, columns));
        for (const value of values.slice(0, -1)) expect(Math.abs(value - 1)).toBeLessThan(1e-14);
      }
  });

  test("of nothing are none", () => {
    expect(axesOf(matrix(3, 4), 0).values).toHaveLength(0);
    expect(axesOf(matrix(4, 0), 0).values).toHaveLength(0);
  });

  test("refuse what is not finite", () => {
    expect(() => axesOf(matrix(2, 2, Float64Array.of(1, Number.NaN, 2, 1)), 0)).toThrow(/finite/);
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

test("rounding alone is no spread", () => {
  // Two classes of equal rows each: their places along the line differ by rounding, and d would be 10^15.
  const random = seeded(6);
  const [a, b] = [0, 1].map(() => Array.from({ length: 40 }, () => random.uniform() - 0.5));
  const labels = Array.from({ length: 23 }, (_, i) => (i < 13 ? 0 : 1));
  const x = matrix(23, 40, Float64Array.from(labels.flatMap((label) => (label === 0 ? a : b))));
  const { cohenD, auc } = separation(x, labels, 2, stratifiedFolds(labels, 5));
  expect([cohenD[0], auc[0]]).toEqual([Number.NaN, 1]);
  // The same rows in both classes: the line between their means is rounding too.
  const same = matrix(23, 40, Float64Array.from(labels.flatMap(() => a)));
  expect(separation(same, labels, 2, stratifiedFolds(labels, 5))).toEqual({
    cohenD: Float64Array.of(Number.NaN),
    auc: Float64Array.of(0.5),
  });
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

/** Where a statistic does not exist it is null, and what is random is repeatable. */
import { expect, test } from "vitest";
import { benjaminiHochberg, holm } from "../../kernel-lib/src/stats/adjust";
import { meanIntervals, percentile, resampledMeans } from "../../kernel-lib/src/stats/bootstrap";
import { cohenD, columnMeans, mean, variance } from "../../kernel-lib/src/stats/moments";
import { permutation, seeded } from "../../kernel-lib/src/stats/random";
import { averageRanks, spearman } from "../../kernel-lib/src/stats/ranks";
import { jaccard, wilson } from "../../kernel-lib/src/stats/rates";
import { selectInto } from "../../kernel-lib/src/stats/select";
import { fairCoinTwoSided, signTest } from "../../kernel-lib/src/stats/sign";
import { tTest, welchTTest } from "../../kernel-lib/src/stats/student";
import { tailCell, tailFromP } from "../../kernel-lib/src/stats/tail";
import { wilcoxon } from "../../kernel-lib/src/stats/wilcoxon";

test("one value has a mean and a sign, and nothing else", () => {
  expect(mean([0.5])).toBe(0.5);
  expect(signTest([0.5]).tail?.p).toBe(1);
  expect([variance([0.5]), cohenD([0.5]), tTest([0.5]), meanIntervals([[0.5]])[0]]).toEqual([null, null, null, null]);
});

test("equal values have no t, effect size or interval, though their sum rounds", () => {
  const tenths = Array.from({ length: 10 }, () => 0.1);
  expect(variance(tenths)).toBe(0);
  expect([cohenD(tenths), tTest(tenths), meanIntervals([tenths])[0]]).toEqual([null, null, null]);
  expect(welchTTest(tenths, tenths)).toBeNull();
});

test("the same values in another order have the same mean, so that ties stay ties", () => {
  const shares = [0, 0, 1, 0, 0, 0, 0, 0, 0];
  const means = shares.map((_, turn) => mean([...shares.slice(turn), ...shares.slice(0, turn)]));
  expect(new Set(means)).toEqual(new Set([1 / 9]));
  const sevenths = [1 / 7, 3 / 7, 1 / 3, 2 / 3, 1e-9, 5 / 7];
  const turned = sevenths.map((_, turn) => [...sevenths.slice(turn), ...sevenths.slice(0, turn)]);
  expect(new Set(turned.map(mean)).size).toBe(1);
  const columns = Float64Array.from(sevenths.flatMap((_, row) => turned.map((column) => column[row])));
  expect(new Set(columnMeans(columns, turned.length).means)).toEqual(new Set([mean(sevenths)]));
  expect(mean([1, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
});

test("nothing but ties has no sign test and no Wilcoxon test", () => {
  expect(signTest([0, 0, -0])).toEqual({ positive: 0, negative: 0, ties: 3, tail: null });
  expect(wilcoxon([0, 0])).toBeNull();
  expect([mean([]), fairCoinTwoSided(0, 0), wilson(0, 0), jaccard(new Set(), new Set())]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test("the interval of a column is the same alone and among others of any length", () => {
  const random = seeded(3);
  const column = (n: number) => Array.from({ length: n }, () => random.uniform());
  const columns = [column(20), column(35), column(20), [1], column(20)];
  const together = meanIntervals(columns, { seed: 5, resamples: 500 });
  expect(together).toEqual(columns.map((c) => meanIntervals([c], { seed: 5, resamples: 500 })[0]));
  expect(together[3]).toBeNull();
  expect(meanIntervals([columns[0]], { seed: 6, resamples: 500 })[0]).not.toEqual(together[0]);
});

test("more columns than fit one block give the same intervals as one by one", () => {
  const random = seeded(8);
  const columns = Array.from({ length: 300 }, () => Array.from({ length: 5 }, () => random.uniform()));
  const together = meanIntervals(columns, { resamples: 50 });
  expect(together[299]).toEqual(meanIntervals([columns[299]], { resamples: 50 })[0]);
  expect(together[130]).toEqual(meanIntervals([columns[130]], { resamples: 50 })[0]);
});

/** One column after the other, one draw after the other, and all means sorted. */
function plainMeans(column: readonly number[], resamples: number, seed: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < column.length; draw++) sum += column[random.below(column.length)];
    return sum / column.length;
  });
}
function plainPercentile(means: readonly number[], level: number): [number, number] {
  const sorted = [...means].sort((a, b) => a - b);
  const quantile = (share: number) => {
    const at = (sorted.length - 1) * share;
    const [low, high] = [sorted[Math.floor(at)], sorted[Math.min(Math.floor(at) + 1, sorted.length - 1)]];
    return low + (high - low) * (at - Math.floor(at));
  };
  return [quantile((1 - level) / 2), quantile((1 + level) / 2)];
}

test.each([
  [2, 1, 3000],
  [3, 9, 2000],
  [131, 17, 3000],
  [140_000, 2, 3],
])("n = %i, %i columns: bit for bit what one column at a time and sorting give", (n, width, resamples) => {
  const random = seeded(n);
  // Thirds have many ties, and sums that depend on their order.
  const columns = Array.from({ length: width }, () => Array.from({ length: n }, () => random.below(4) / 3 - 0.1));
  const means = resampledMeans(columns, resamples, 11);
  for (const at of [0, 1, columns.length - 1].filter((at) => at < columns.length)) {
    const plain = plainMeans(columns[at], resamples, 11);
    expect([...means[at]]).toEqual(plain);
    expect(percentile(means[at], 0.9)).toEqual(plainPercentile(plain, 0.9));
  }
});

test("select puts each rank where sorting would, with ties and infinities", () => {
  const random = seeded(5);
  for (const [size, kinds] of [
    [1, 1],
    [25, 3],
    [300, 2],
    [1000, 1_000_000],
  ]) {
    const values = Float64Array.from({ length: size }, () => random.below(kinds) - 1);
    if (size > 25) values[7] = Infinity;
    const sorted = values.slice().sort();
    for (const rank of [0, size >> 1, size - 1]) {
      const held = values.slice();
      selectInto(held, rank, 0, size - 1);
      expect(held[rank]).toBe(sorted[rank]);
      expect(Math.max(-Infinity, ...held.subarray(0, rank))).toBeLessThanOrEqual(held[rank]);
      expect(Math.min(Infinity, ...held.subarray(rank))).toBe(held[rank]);
    }
  }
});

test("resampled means are means of values drawn with replacement, each drawn about as often", () => {
  const [means] = resampledMeans([[0, 0, 0, 4]], 4000, 1);
  expect(new Set(means)).toEqual(new Set([0, 1, 2, 3, 4]));
  expect(Math.abs((mean(means) as number) - 1)).toBeLessThan(0.06); // four standard errors
});

test("a permutation holds each number once and follows its seed", () => {
  const order = permutation(50, seeded(4));
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect([...order]).not.toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(permutation(50, seeded(4))).toEqual(order);
});

test("corrections pass over tests that were not made", () => {
  const tails = [tailFromP(0.01), null, tailFromP(0.04)];
  expect(holm(tails).map((t) => t?.p)).toEqual([0.02, undefined, 0.04]);
  expect(benjaminiHochberg(tails).map((t) => t?.p)).toEqual([0.02, undefined, 0.04]);
});

test("p below the double range keeps its order under correction and is shown as decimal text", () => {
  const deep = [fairCoinTwoSided(0, 3000), fairCoinTwoSided(0, 2000)];
  expect(deep.map((t) => t?.p)).toEqual([0, 0]);
  const [first, second] = holm(deep).map((t) => tailCell(t ?? tailFromP(1)));
  expect(first).toBe("3.25141945e-903"); // 2 * 2^(1 - 3000)
  expect(String(second)).toMatch(/^1\.74196\d+e-602$/); // 2^(1 - 2000)
  // 9.99999999999 is 10 to nine digits.
  expect(tailCell({ p: 0, log10P: -400 - 1e-13 })).toBe("1.00000000e-400");
});

test("ties share their mean rank", () => {
  expect([...averageRanks([3, 1, 3, 0]).ranks]).toEqual([3.5, 2, 3.5, 1]);
  expect(averageRanks([3, 1, 3, 0]).tieSizes).toEqual([2]);
});

test("Spearman is 1 and -1 for monotone pairs, null for a constant side, and refuses NaN", () => {
  expect(spearman([1, 2, 3], [2, 4, 9])?.rho).toBe(1);
  expect(spearman([1, 2, 3], [9, 4, 2])?.rho).toBe(-1);
  expect(spearman([1, 2, 3], [2, 2, 2])).toBeNull();
  expect(spearman([1, 2], [2, 1])?.tail).toBeNull();
  expect(() => spearman([1, Number.NaN], [1, 2])).toThrow(/pair 1/);
});

test("Jaccard's index counts shared over all", () => {
  expect(jaccard(new Set([1, 2]), new Set([2, 3]))).toBeCloseTo(1 / 3, 15);
});

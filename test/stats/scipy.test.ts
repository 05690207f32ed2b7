/** Every statistic against SciPy (tests) and mpmath (tails), to 1e-10 relative. */
import { describe, expect, test } from "vitest";
import { benjaminiHochberg, holm } from "../../kernel-lib/src/stats/adjust";
import { meanIntervals } from "../../kernel-lib/src/stats/bootstrap";
import { cohenD, mean, variance } from "../../kernel-lib/src/stats/moments";
import { normalCdf, normalQuantile, normalTwoSided } from "../../kernel-lib/src/stats/normal";
import { seeded } from "../../kernel-lib/src/stats/random";
import { spearman } from "../../kernel-lib/src/stats/ranks";
import { wilson } from "../../kernel-lib/src/stats/rates";
import { fairCoinTwoSided, signTest } from "../../kernel-lib/src/stats/sign";
import { studentTwoSided, tTest, welchTTest } from "../../kernel-lib/src/stats/student";
import { tailFromP } from "../../kernel-lib/src/stats/tail";
import { wilcoxon } from "../../kernel-lib/src/stats/wilcoxon";
import { expectClose, golden } from "./golden";

const want = golden("stats.json");

interface OneSample {
  name: string;
  values: number[];
  mean: number;
  variance: number;
  cohenD: number;
  t: number;
  tP: number;
  positive: number;
  negative: number;
  signP: number;
  wilcoxon: number;
  wilcoxonMethod: string;
  wilcoxonP: number;
  bca: number[];
  percentile: number[];
}

/** Below this a double is subnormal and holds fewer digits. */
const NORMAL_P = 1e-300;
function expectTail(
  actual: { p: number; log10P: number } | null,
  expected: { p: number; log10P: number },
  what: string,
) {
  if (expected.p > NORMAL_P) expectClose(actual?.p, expected.p, `${what}: p`);
  // log10 of a p near 1 is near 0 and carries p's own rounding: 1e-15 absolute.
  expectClose(actual?.log10P, expected.log10P, `${what}: log10 p`, 1e-15);
}

test("the goldens were made by SciPy and mpmath of known versions", () => {
  expect(want.versions).toMatchObject({ scipy: expect.any(String), mpmath: expect.any(String) });
});

test("xoshiro128** draws the stream of an independent implementation", () => {
  const a = seeded(42);
  expect(want.random.seed42.map(() => a.next())).toEqual(want.random.seed42);
  const b = seeded(2 ** 32 - 1);
  expect(want.random.below6.map(() => b.below(6))).toEqual(want.random.below6);
  const [c, { n, draws, sum }] = [seeded(1), want.random.wide];
  expect(Array.from({ length: draws }, () => c.below(n)).reduce((total, x) => total + x, 0)).toBe(sum);
});

describe("tails", () => {
  test("Student's t from p = 1 to p = 1e-1000000", () => {
    expect(want.studentTwoSided.length).toBe(88);
    for (const { t, df, ...tail } of want.studentTwoSided) {
      expectTail(studentTwoSided(t, df), tail, `t ${t}, df ${df}`);
      expectTail(studentTwoSided(-t, df), tail, `t ${-t}, df ${df}`);
    }
  });

  test("the normal distribution, past the smallest double", () => {
    for (const { z, ...tail } of want.normalTwoSided) {
      expectTail(normalTwoSided(z), tail, `z ${z}`);
      if (tail.p > NORMAL_P) expectClose(normalCdf(-z), tail.p / 2, `cdf(${-z})`);
      expectClose(normalCdf(z), 1 - tail.p / 2, `cdf(${z})`);
    }
    for (const { p, z } of want.normalQuantile) expectClose(normalQuantile(p), z, `quantile(${p})`);
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
  });

  test("the fair coin, by exact integer sums", () => {
    for (const { k, n, ...tail } of want.signTwoSided) {
      expectTail(fairCoinTwoSided(k, n), tail, `${k} of ${n}`);
      expectTail(fairCoinTwoSided(n - k, n), tail, `${n - k} of ${n}`);
    }
  });
});

describe.each(want.oneSample as OneSample[])("sample $name", (sample) => {
  const x: number[] = sample.values;

  test("moments, t, effect size", () => {
    expectClose(mean(x), sample.mean, "mean");
    expectClose(variance(x), sample.variance, "variance");
    expectClose(cohenD(x), sample.cohenD, "cohen d");
    expectClose(tTest(x)?.t, sample.t, "t");
    expectClose(tTest(x)?.tail.p, sample.tP, "t p");
  });

  test("sign test", () => {
    const { positive, negative, tail } = signTest(x);
    expect([positive, negative]).toEqual([sample.positive, sample.negative]);
    expectClose(tail?.p, sample.signP, "sign p");
  });

  test("Wilcoxon's signed ranks", () => {
    const { statistic, method, tail } = wilcoxon(x) ?? {};
    expectClose(statistic, sample.wilcoxon, "statistic");
    expect(method).toBe(sample.wilcoxonMethod);
    expectClose(tail?.p, sample.wilcoxonP, "p");
  });

  test("bootstrap intervals on the same resamples", () => {
    const [bca] = meanIntervals([x], { resamples: 2000, seed: 7 });
    const [percentile] = meanIntervals([x], { resamples: 2000, seed: 7, level: 0.9, kind: "percentile" });
    for (const end of [0, 1]) {
      expectClose(bca?.[end], sample.bca[end], `BCa end ${end}`);
      expectClose(percentile?.[end], sample.percentile[end], `percentile end ${end}`);
    }
  });
});

test("Spearman, Welch and the paired t-test", () => {
  for (const pair of want.pairs) {
    expectClose(spearman(pair.x, pair.y)?.rho, pair.rho, "rho");
    expectClose(spearman(pair.x, pair.y)?.tail?.p, pair.rhoP, "rho p");
    const welch = welchTTest(
      pair.x,
      pair.y.map((v: number) => v + 0.5),
    );
    expectClose(welch?.t, pair.welchT, "Welch t");
    expectClose(welch?.df, pair.welchDf, "Welch df");
    expectClose(welch?.tail.p, pair.welchP, "Welch p");
    const paired = tTest(pair.x.map((v: number, i: number) => v - pair.y[i]));
    expectClose(paired?.t, pair.pairedT, "paired t");
    expectClose(paired?.tail.p, pair.pairedP, "paired p");
  }
  const { x, y, rho, rhoP } = want.spearmanTied;
  expectClose(spearman(x, y)?.rho, rho, "tied rho");
  expectClose(spearman(x, y)?.tail?.p, rhoP, "tied rho p");
});

test("Holm, Benjamini-Hochberg and Wilson", () => {
  const tails = want.adjust.p.map(tailFromP);
  const [stepDown, stepUp] = [holm(tails), benjaminiHochberg(tails)];
  want.adjust.holm.forEach((p: number, i: number) => {
    expectClose(stepDown[i]?.p, p, `Holm ${i}`);
    expectClose(stepUp[i]?.p, want.adjust.bh[i], `BH ${i}`);
  });
  for (const { k, n, interval } of want.wilson) {
    // SciPy leaves a rounding of 1e-17 where the exact end is 0.
    for (const end of [0, 1]) expectClose(wilson(k, n)?.[end], interval[end], `Wilson ${k}/${n}`, 1e-16);
  }
});

/** Active heads across k and tasks, against SciPy and scikit-learn. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { headsAcross, layerGroups } from "../../kernel-lib/src/result/heads-across";
import { headActivityAt } from "../../kernel-lib/src/result/heads-activity";
import { spearmanExact } from "../../kernel-lib/src/stats/ranks";
import { expectClose } from "../stats/golden";
import { madeUpTrace } from "./traces";

const golden = JSON.parse(readFileSync(resolve(__dirname, "../goldens/heads/heads.json"), "utf8"));
const { layers, heads, threshold, resamples, seed, groups } = golden;

const traceOf = (rows: readonly (readonly (number | null)[])[], wish: { task: string; topK: number }) =>
  madeUpTrace({
    ...wish,
    nLayers: layers,
    nHeads: heads,
    samples: rows.map((activity, i) => ({
      tokens: [5, 6, 7],
      instructionEnd: 1,
      label: `query ${i}`,
      sources: [{ at: 1, total: 4, kept: activity[0] === null ? 0 : 2, activity }],
    })),
  });

const one = traceOf(golden.k1, { task: "antonym", topK: 1 });
const two = traceOf(golden.k2, { task: "antonym", topK: 2 });
const other = traceOf(golden.other, { task: "comparative", topK: 1 });
const options = { threshold, resamples, seed, groups };

const expectInterval = (actual: readonly number[] | null, expected: readonly number[] | null, what: string) => {
  if (expected === null) return expect(actual, what).toBeNull();
  expectClose(actual?.[0], expected[0], `${what}, low`);
  expectClose(actual?.[1], expected[1], `${what}, high`);
};

describe("headsAcross()", () => {
  const across = headsAcross([other, two, one], options);

  test("Spearman's rho, p and interval per layer between k are SciPy's; a layer without differences has none", () => {
    expect(across.correlations.map(({ layer, k }) => [layer, ...k])).toEqual(
      golden.spearman_k.map((_: unknown, layer: number) => [layer, 1, 2]),
    );
    across.correlations.forEach(({ rho, tail, exactP, ci }, layer) => {
      const expected = golden.spearman_k[layer];
      if (expected.rho === null) expect([rho, tail, exactP, ci]).toEqual([null, null, null, null]);
      else {
        expectClose(rho, expected.rho, `rho of layer ${layer}`);
        expectClose(tail?.p, expected.p, `p of layer ${layer}`);
        expectClose(exactP, expected.p_exact, `exact p of layer ${layer}`);
        expectInterval(ci, expected.ci, `interval of layer ${layer}`);
      }
    });
    expect(golden.spearman_k.filter(({ rho }: { rho: number | null }) => rho === null)).toHaveLength(1);
  });

  test("the overlap of active heads between k and between tasks is scikit-learn's, with its interval", () => {
    for (const [compared, key] of [
      ["k", "jaccard_k"],
      ["tasks", "jaccard_tasks"],
    ]) {
      const rows = across.overlaps.filter((row) => row.compared === compared);
      expect(rows.map((row) => row.layers)).toEqual(groups);
      rows.forEach((row, at) => {
        expectClose(row.jaccard, golden[key][at].jaccard, `${compared}, group ${at}`);
        expectInterval(row.ci, golden[key][at].ci, `${compared}, group ${at}`);
        expect(row.shared / row.either).toBeCloseTo(row.jaccard as number, 12);
      });
    }
  });

  test("samples that kept no path do not count", () => {
    const { n, samples, mean } = headActivityAt(one);
    expect([n, samples]).toEqual([8, 9]);
    expect(mean.some(Number.isNaN)).toBe(false);
    expect(across.overlaps[0].n).toEqual([8, 8]);
  });

  test("the tables hold each row, missing as null", () => {
    const spearman = across.table("spearman");
    expect(spearman.rows).toHaveLength(layers);
    expect(spearman.rows.map((row) => row[spearman.columns.indexOf("rho")])).toContain(null);
    expect(across.table("jaccard").rows).toHaveLength(2 * groups.length);
  });

  test("without resamples there are no intervals and the same numbers", () => {
    const quick = headsAcross([one, two], { ...options, resamples: 0 });
    expect(quick.correlations.map(({ rho }) => rho)).toEqual(across.correlations.map(({ rho }) => rho));
    expect(quick.overlaps.every(({ ci }) => ci === null)).toBe(true);
  });

  test("what cannot be compared is refused", () => {
    expect(() => headsAcross([one])).toThrow(/no two traces of one model/);
    expect(() => headsAcross([one, two], { groups: [[0, layers]] })).toThrow(/layers from 0 to 3/);
    expect(() => headsAcross([one, two], { at: 0 })).toThrow(/no place that paths were traced from/);
    const released = madeUpTrace({
      task: "antonym",
      topK: 3,
      nLayers: layers,
      nHeads: heads,
      equation: "released-code",
      samples: [{ tokens: [5, 6], instructionEnd: 0, sources: [{ at: 0, total: 1, kept: 0 }] }],
    });
    expect(() => headsAcross([one, released])).toThrow(/equation is .*must be the same/);
  });
});

describe("headActivityAt()", () => {
  const wish = { nLayers: 1, nHeads: 2, words: { 1: " Say", 2: ".", 3: " yes", 4: ".", 5: " dog" } };
  const sample = (activity: readonly (number | null)[], shift: readonly (number | null)[]) => ({
    tokens: [1, 2, 3, 4, 5],
    instructionEnd: 3,
    sources: [
      { at: 1, total: 2, kept: 1, activity: shift },
      { at: 3, total: 2, kept: 1, activity },
    ],
  });

  test("finds T_inst, an offset from it and the end of the first sentence", () => {
    const trace = madeUpTrace({ ...wish, samples: [sample([1, 0], [0, 0.5])] });
    expect([...headActivityAt(trace).mean]).toEqual([1, 0]);
    expect([...headActivityAt(trace, { offset: -2 }).mean]).toEqual([0, 0.5]);
    expect([...headActivityAt(trace, "first-sentence").mean]).toEqual([0, 0.5]);
    expect(headActivityAt(trace, "first-sentence").position).toBe(1);
  });

  test("released-code divides by all samples and rounds to two decimals", () => {
    const samples = [sample([1, 0.5], [0, 0]), sample([null, null], [0, 0]), sample([null, null], [0, 0])];
    expect([...headActivityAt(madeUpTrace({ ...wish, samples })).mean]).toEqual([1, 0.5]);
    expect([...headActivityAt(madeUpTrace({ ...wish, samples, equation: "released-code" })).mean]).toEqual([
      0.33, 0.17,
    ]);
  });

  test("released-code rounds a half to the even digit, as Python does", () => {
    const none = Array.from({ length: 7 }, () => sample([0, 0], [0, 0]));
    const released = madeUpTrace({ ...wish, samples: [sample([1, 0], [0, 0]), ...none], equation: "released-code" });
    expect(headActivityAt(released).mean[0]).toBe(0.12);
    expect(released.table("head_activity").rows.find(([, head, source]) => head === 0 && source === 3)?.[3]).toBe(0.12);
  });

  test("a trace that does not say where its instruction ends is refused", () => {
    const samples = [{ ...sample([1, 0], [0, 0]), instructionEnd: undefined }];
    expect(() => headActivityAt(madeUpTrace({ ...wish, samples }))).toThrow(/needs to know where the instruction ends/);
  });
});

test("a perfect order of four heads is no certainty, though Student's t says p = 0; beyond eight heads t is all there is", () => {
  expect(spearmanExact([1, 2, 3, 4], [2, 4, 6, 9])).toBe(2 / 24);
  expect(spearmanExact([1, 2, 3, 4], [4, 1, 3, 2])).toBeLessThanOrEqual(1);
  expect(spearmanExact([1, 1, 1], [1, 2, 3])).toBeNull();
  const nine = Array.from({ length: 9 }, (_, i) => i);
  expect(spearmanExact(nine, nine)).toBeNull();
});

test("the paper's groups of layers stand for a model of 16 layers and scale to others", () => {
  expect(layerGroups("k", 16)).toEqual([
    [0, 1],
    [4, 5],
    [14, 15],
  ]);
  expect(layerGroups("tasks", 16)).toEqual([
    [0, 2],
    [6, 9],
    [10, 15],
  ]);
  expect(layerGroups("tasks", 8)).toEqual([
    [0, 1],
    [3, 4],
    [5, 7],
  ]);
  for (const depth of [1, 2, 3, 5, 40]) {
    for (const [first, last] of layerGroups("k", depth)) expect(first <= last && last < depth).toBe(true);
  }
});

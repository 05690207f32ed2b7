/** The table of interactions against SciPy, every column of every row. */
import { expect, test } from "vitest";
import { SweepResult } from "../../kernel-lib/src/result/sweep";
import { expectClose, golden } from "../stats/golden";
import { madeUp, making } from "./sweeps";

const want = golden("interactions.json");

function sweepOfGolden(): SweepResult {
  const blank = madeUp({ samples: want.samples, nLayers: want.layers, sizes: [1, 2, 3], reference: false });
  const target = want.target_logit.map((logit: number, i: number) => ({
    logit,
    rank: want.target_rank[i],
    logprob: -1,
  }));
  return new SweepResult({
    ...blank.data,
    values: {
      ...blank.data.values,
      logit: Float64Array.from(want.logit),
      rank: Float64Array.from(want.rank),
      target,
    },
    making: making(want.layers, want.seed),
  });
}

test("each statistic of each tuple and metric is SciPy's", () => {
  const table = sweepOfGolden().table("interactions");
  expect(table.rows.length).toBe(want.rows.length);
  table.rows.forEach((cells, i) => {
    const expected = want.rows[i];
    expect(Object.keys(expected).sort()).toEqual([...table.columns].filter((column) => column in expected).sort());
    table.columns.forEach((column, at) => {
      const value = expected[column] ?? null;
      const what = `${expected.layers} ${expected.metric} ${column}`;
      if (value === "-inf") expect(cells[at], what).toBe(-Infinity);
      else if (typeof value !== "number") expect(cells[at], what).toBe(value);
      // Means of differences near 0 carry the rounding of their terms, some 1e-16.
      else expectClose(cells[at] as number, value, what, column === "ci_low" || column === "ci_high" ? 1e-15 : 1e-16);
    });
  });
});

test("two layers that do nothing have ties, no test and no interval", () => {
  const still = sweepOfGolden()
    .interactions("rr_diff_target")
    .find(({ layers }) => layers.join() === "0,1");
  expect(still).toMatchObject({ mean: 0, ci: null, t: null, wilcoxon: null, cohenD: null, holm: null, bh: null });
  expect(still?.sign).toMatchObject({ positive: 0, negative: 0, ties: want.samples, tail: null });
  expect(still?.paper?.t).toBe(-Infinity);
});

test("I(S) and the comparison f(S) >= sum agree in every sample", () => {
  const result = madeUp({ sizes: [1, 2, 3], ranks: 6, samples: 40 });
  const [values, width] = [result.values("rr_diff_target"), result.tuples.length];
  for (const row of result.interactions("rr_diff_target")) {
    const at = result.tuples.indexOf(row.layers);
    let atLeast = 0;
    for (let sample = 0; sample < result.n; sample++) {
      const sum = row.layers.reduce((total, layer) => total + values[sample * width + layer], 0);
      if (values[sample * width + at] >= sum) atLeast++;
    }
    expect(row.paperK).toBe(atLeast);
  }
});

test("a tuple whose layers were not swept alone has no interaction", () => {
  const result = madeUp({ sizes: [2] });
  expect(result.interactionOf("rr_diff_target", [0, 1])).toBeNull();
  const [row] = result.interactions("rr_diff_target");
  expect(row).toMatchObject({ n: 0, mean: null, ci: null, t: null, holm: null, paper: null });
});

test("a sample with a missing part is left out of that tuple alone", () => {
  const whole = madeUp({ samples: 6 });
  const logit = whole.data.values.logit.slice();
  logit[whole.tuples.length * 2 + 3] = Number.NaN; // sample 2, layer 3 alone
  const holed = new SweepResult({ ...whole.data, values: { ...whole.data.values, logit } });
  for (const row of holed.interactions("logit_diff_target")) expect(row.n).toBe(row.layers.includes(3) ? 5 : 6);
});

test("superadditive() counts tuples after Holm and names the largest", () => {
  const result = madeUp({ samples: 60 });
  const { tested, superadditive, subadditive, largest } = result.superadditive("logit_diff_target");
  const rows = result.interactions("logit_diff_target");
  const rejected = rows.filter(({ holm }) => holm !== null && holm.p < 0.05);
  expect(tested).toBe(6);
  expect([superadditive, subadditive]).toEqual([
    rejected.filter(({ mean }) => (mean ?? 0) > 0).length,
    rejected.filter(({ mean }) => (mean ?? 0) < 0).length,
  ]);
  expect(superadditive + subadditive).toBeGreaterThan(0);
  expect(largest?.mean).toBe(Math.max(...rows.map(({ mean }) => mean ?? -Infinity)));
  expect(largest?.ci).toEqual(rows.find(({ layers }) => layers === largest?.layers)?.ci);
});

test("effects against the reference cannot be added, and the message says which can", () => {
  expect(() => madeUp().interactions("rr_diff_reference")).toThrow(/rr_diff_reference.*Choose one of rr_diff_target/);
  expect(() => madeUp().interactions("patched_rank")).toThrow(/must be an effect/);
});

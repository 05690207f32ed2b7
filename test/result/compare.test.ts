/** Models compared on the same samples: against SciPy, and what is refused. */
import { describe, expect, test } from "vitest";
import { compare } from "../../kernel-lib/src/result/compare";
import type { SweepResult } from "../../kernel-lib/src/result/sweep";
import type { SweepData } from "../../kernel-lib/src/result/types";
import { pairedShares } from "../../kernel-lib/src/stats/paired";
import { chartPoints, comparisonChart, validateView } from "../../kernel-lib/src/view";
import { expectClose, golden } from "../stats/golden";
import { answers } from "./accuracies";
import { madeUpGrid } from "./grids";
import { changed, madeUp } from "./sweeps";
import { madeUpTrace } from "./traces";

const named = (result: SweepResult, name: string, spec: Partial<SweepData["spec"]> = {}): SweepResult =>
  changed(result, {
    making: { ...result.making, model: { ...result.making.model, name } },
    spec: { ...result.spec, ...spec },
  });

const column = (table: { columns: readonly string[]; rows: readonly (readonly unknown[])[] }, name: string) =>
  table.rows.map((row) => row[table.columns.indexOf(name)]);

describe("sweeps", () => {
  const base = () => madeUp({ samples: 23, nLayers: 4, sizes: [1] });

  test("differences, BCa intervals, sign, t and Wilcoxon tests and Holm are SciPy's, pair by pair", () => {
    const { ranks, rows, seed } = golden("compare.json");
    const results = ranks.map((all: number[][], m: number) => {
      const made = base();
      const logit = Float64Array.from(all.flat(), (rank) => 1 / rank);
      return named(changed(made, { values: { ...made.data.values, logit } }), `model ${m}`);
    });
    const table = compare(results, { metrics: ["patched_logit"], seed }).table();
    expect(table.rows).toHaveLength(rows.length);
    const golds: { [key: string]: unknown }[] = rows;
    for (const [i, gold] of golds.entries()) {
      const what = `${gold.b} - ${gold.a} at ${gold.tuple}`;
      expect(["a", "b", "layers"].map((name) => column(table, name)[i])).toEqual([
        `model ${gold.a}`,
        `model ${gold.b}`,
        String(gold.tuple),
      ]);
      const cell = (name: string) => column(table, name)[i] as number;
      expectClose(cell("difference"), gold.difference as number, `${what}: difference`, 1e-16);
      const [low, high] = gold.ci as number[];
      expectClose(cell("ci_low"), low, `${what}: low`, 1e-15);
      expectClose(cell("ci_high"), high, `${what}: high`, 1e-15);
      expectClose(cell("sign_p"), gold.sign_p as number, `${what}: sign_p`);
      const [t, tP] = gold.t as number[];
      expectClose(cell("t"), t, `${what}: t`);
      expectClose(cell("t_p"), tP, `${what}: t_p`);
      const [statistic, p] = gold.wilcoxon as number[];
      expectClose(cell("wilcoxon"), statistic, `${what}: wilcoxon`);
      expectClose(cell("wilcoxon_p"), p, `${what}: wilcoxon_p`);
      expectClose(cell("p_holm"), gold.p_holm as number, `${what}: p_holm`);
    }
  });

  test("a sample that one of the two has not measured is left out of both", () => {
    const one = base();
    const logit = one.values("patched_logit").slice();
    const other = named(changed(one, { values: { ...one.data.values, logit } }), "other");
    logit[0] = Number.NaN;
    const [row] = compare([one, other], { metrics: ["patched_logit"] }).sweeps;
    expect(row.n).toBe(22);
    expect(row.difference).toBe(0);
    expect(row.means[0]).toBe(row.means[1]);
    expect([row.ci, row.t, row.sign.tail]).toEqual([null, null, null]);
  });

  test("other samples, another site, and two of one name are refused by name", () => {
    const [one, two] = [base(), named(base(), "two")];
    const fewer = named(madeUp({ samples: 22, nLayers: 4, sizes: [1] }), "two");
    expect(() => compare([one, fewer])).toThrow(
      /two and made-up at capital is "22 samples and 23 samples"|22 and 23 samples/,
    );
    const samples = two.spec.samples.map((s, i) => (i === 5 ? { ...s, answer: 9 } : s));
    expect(() => compare([one, named(two, "two", { samples })])).toThrow(/sample 5: 0 15 -> 9 and 0 15 -> 7/);
    expect(() => compare([one, named(two, "two", { site: "attn_out" })])).toThrow(
      /site of two is "attn_out", must be resid_post/,
    );
    expect(() => compare([one, base()])).toThrow(/is "made-up", is there twice for the same task/);
    expect(compare([one, base()], { names: ["plain", "again"] }).sweeps[0]).toMatchObject({ a: "plain", b: "again" });
    expect(() => compare([one, named(two, "two", { task: "color" })])).toThrow(/two results of one task/);
    expect(() => compare([one])).toThrow(/at least two results/);
  });
});

describe("accuracies", () => {
  const right = (n: number, of = 20) => Array.from({ length: of }, (_, i) => i < n);

  test("each pair has its fourfold counts, Newcombe's interval and McNemar's test; Holm over all pairs", () => {
    const results = [answers("base", right(5)), answers("sft", right(12)), answers("dpo", right(18).reverse())];
    const comparison = compare(results, { measures: ["exact_match"] });
    const table = comparison.table();
    expect(table.rows.map((row) => row.slice(0, 9))).toEqual([
      ["base", "sft", "capital", "exact_match", 20, 5, 0, 7, 8],
      ["base", "dpo", "capital", "exact_match", 20, 3, 2, 15, 0],
      ["sft", "dpo", "capital", "exact_match", 20, 10, 2, 8, 0],
    ]);
    const first = pairedShares({ both: 5, first: 0, second: 7, neither: 8 });
    expect([column(table, "ci_low")[0], column(table, "ci_high")[0]]).toEqual(first?.ci);
    const p = column(table, "mcnemar_p") as number[];
    // 2 (1/2)^7; 2 (1 + 17 + 136) (1/2)^17; 2 (1 + 10 + 45) (1/2)^10.
    expect(p[0]).toBeCloseTo(0.015625, 12);
    expect(p[1]).toBeCloseTo((2 * 154) / 2 ** 17, 12);
    expect(p[2]).toBeCloseTo(112 / 1024, 12);
    expect(column(table, "p_holm")).toEqual([2 * p[0], 3 * p[1], p[2]].map((v) => expect.closeTo(v, 12)));
    expect(comparison.significant()).toHaveLength(2);
    expect(String(comparison)).toBe(
      "a comparison of accuracy results: sft - base, dpo - base, dpo - sft; 3 differences, 2 of them significant (Holm, 5 %)",
    );
  });

  test("tasks are compared each for itself, instructional accuracy too where it is known", () => {
    const results = ["capital", "color"].flatMap((task) => [
      answers("a", right(3), task),
      answers("b", right(9), task),
    ]);
    const table = compare(results).table();
    expect(table.rows.map((row) => row.slice(0, 4))).toEqual([
      ["a", "b", "capital", "exact_match"],
      ["a", "b", "capital", "in_scope"],
      ["a", "b", "color", "exact_match"],
      ["a", "b", "color", "in_scope"],
    ]);
    expect(column(table, "difference")).toEqual([0.3, 0, 0.3, 0]);
    expect(column(table, "mcnemar_p")[1]).toBe(1);
  });

  test("the chart shows each difference with its interval; those that are not significant are open", () => {
    const results = [answers("base", right(5)), answers("dpo", right(18).reverse())];
    const view = comparisonChart(compare(results));
    expect(validateView(JSON.parse(JSON.stringify(view)))).toMatchObject({ ok: true });
    expect(view.references).toEqual([]);
    const [point] = chartPoints(view);
    expect(point.value).toBeCloseTo(0.65, 12);
    expect(point.significant).toBe(true);
    expect(view.caption).toContain("exact McNemar");
    const sweeps = comparisonChart(compare([named(madeUp({ seed: 1 }), "a"), named(madeUp({ seed: 2 }), "b")]));
    expect(chartPoints(sweeps).length).toBeGreaterThan(5);
    expect(validateView(JSON.parse(JSON.stringify(sweeps)))).toMatchObject({ ok: true });
  });

  test("kinds do not mix, and samples must be the same", () => {
    expect(() => compare([answers("a", right(3)), madeUp()])).toThrow(
      /takes patch sweeps, accuracies, grids or geometries, and all of one kind/,
    );
    expect(() => compare([answers("a", right(3)), answers("b", right(3, 19))])).toThrow(/19 and 20 samples/);
  });
});

describe("grids", () => {
  const N = 12;
  /** Two layers x one coefficient; the second layer has only been measured in some samples. */
  const grid = (name: string, at: (sample: number, layer: number) => number, change: object = {}) => {
    const made = madeUpGrid();
    const { data } = made;
    return madeUpGrid({
      sampleLabels: Array.from({ length: N }, (_, i) => `word ${i}`),
      values: { rr_diff: Float64Array.from({ length: 2 * N }, (_, i) => at(i >> 1, i % 2)) },
      ...{ baselines: {}, outputs: null },
      making: { ...data.making, model: { ...data.making.model, name } },
      ...change,
    });
  };
  const base = grid("base", (sample) => sample / 100);
  const dpo = grid("dpo", (sample, layer) => sample / 100 + (layer ? (sample < 3 ? Number.NaN : 0.25) : sample % 2));

  test("cells are compared over the samples that both have, and corrected together", () => {
    const comparison = compare([base, dpo]);
    expect(comparison.of).toBe("steer");
    const { columns, rows } = comparison.table();
    expect(columns.slice(0, 9)).toEqual([...["a", "b", "task", "row", "column", "metric", "n", "mean_a", "mean_b"]]);
    expect(rows.map((row) => row.slice(0, 7))).toEqual([
      ["base", "dpo", null, 0, 0.5, "rr_diff", 12],
      ["base", "dpo", null, 1, 0.5, "rr_diff", 9],
    ]);
    const [first, second] = comparison.grids;
    expectClose(first.difference as number, 0.5, "half of the samples gain one", 1e-12);
    expectClose(second.means[0] as number, 0.07, "the mean of 0.03 to 0.11", 1e-12);
    expectClose(second.difference as number, 0.25, "all the same", 1e-12);
    // Nine of nine gain: 2 / 2^9, and Holm's factor 2 for the smaller of two.
    expectClose(second.sign.tail?.p as number, 2 / 512, "sign test", 1e-12);
    expectClose(second.holm?.p as number, 4 / 512, "Holm", 1e-12);
    expect(comparison.significant()).toHaveLength(2);
    const view = comparisonChart(comparison);
    expect(validateView(view).ok).toBe(true);
    expect(view.x.title).toBe("cell (layer, coefficient)");
    expect(view.x.labels).toEqual(["0, 0.5", "1, 0.5"]);
    expect(chartPoints(view).map(({ value }) => value)).toEqual([0.5, 0.25].map((value) => expect.closeTo(value)));
  });

  test("what is not the same question is refused", () => {
    const site = grid("dpo", () => 0, { spec: { ...base.spec, site: "attn_out" } });
    expect(() => compare([base, site])).toThrow(/site of dpo is "attn_out", must be undefined, as that of base/);
    const others = grid("dpo", () => 0, { sampleLabels: Array.from({ length: N }, (_, i) => `other ${i}`) });
    expect(() => compare([base, others])).toThrow(/sample 0: other 0 and word 0.*same samples in the same order/);
    const rows = { ...base.data.rows, keys: [5, 6] };
    expect(() => compare([base, grid("dpo", () => 0, { rows })])).toThrow(/must have a cell in common/);
    expect(() => compare([base, dpo], { metrics: ["kl"] })).toThrow(/metric is "kl", must be one of rr_diff/);
    expect(() => compare([base, madeUp()])).toThrow(/all of one kind/);
    const trace = madeUpTrace({ nLayers: 1, nHeads: 1, samples: [{ tokens: [1], sources: [] }] });
    expect(() => compare([trace, trace])).toThrow(/takes.*headsAcross compares traces by their active heads/);
  });
});

/** What a sweep's result says of its samples, best tuple and chance. */
import { expect, test } from "vitest";
import { metricValues, protocolMean } from "../../kernel-lib/src/result/metrics";
import type { SweepMetric } from "../../kernel-lib/src/result/types";
import { mean } from "../../kernel-lib/src/stats/moments";
import { changed, madeUp } from "./sweeps";

test("every metric is its definition, sample by sample", () => {
  const result = madeUp({ ranks: 3000 });
  const { values } = result.data;
  const width = result.tuples.length;
  for (const [at, sample] of [
    [0, 0],
    [7, 0],
    [3 * width + 5, 3],
  ]) {
    const [target, reference] = [values.target[sample], values.reference[sample]];
    if (!target || !reference) throw new Error("made up without measures");
    const of = (metric: SweepMetric) => result.values(metric)[at];
    expect(of("logit_diff_target")).toBe(values.logit[at] - target.logit);
    expect(of("logit_diff_reference")).toBe(values.logit[at] - reference.logit);
    expect(of("rr_diff_target")).toBe(1 / values.rank[at] - 1 / target.rank);
    expect(of("rr_diff_reference")).toBe(1 / values.rank[at] - 1 / reference.rank);
    expect(of("prob_diff_target")).toBe(Math.exp(values.logprob[at]) - Math.exp(target.logprob));
    expect(of("logprob_diff_target")).toBe(values.logprob[at] - target.logprob);
    expect([of("patched_logit"), of("patched_rank"), of("patched_logprob"), of("kl_target")]).toEqual([
      values.logit[at],
      values.rank[at],
      values.logprob[at],
      values.kl[at],
    ]);
  }
});

test("the released code's reciprocal rank is -1 beyond rank 1000, and its means have two decimals", () => {
  const result = madeUp({ samples: 1, nLayers: 2, sizes: [1], protocol: "released-code", reference: false });
  const { values } = result.data;
  const target = [{ logit: 0, rank: 1001, logprob: -1 }];
  const cut = changed(result, { values: { ...values, target, rank: Float64Array.of(1000, 1001) } });
  expect([...cut.values("rr_diff_target")]).toEqual([1 / 1000 + 1, 0]);
  expect(cut.summary("rr_diff_target", [0]).mean).toBe(1);
  expect([...metricValues("rr_diff_target", cut.data.values, "paper")]).toEqual([1 / 1000 - 1 / 1001, 0]);
  expect([0.125, 0.375, -0.125, 0.126, 2.675, 0.875].map((x) => protocolMean(x, "released-code"))).toEqual([
    0.12, 0.38, -0.12, 0.13, 2.67, 0.88,
  ]);
  expect(protocolMean(0.126, "paper")).toBe(0.126);
});

test("summary() has mean, interval and n of one tuple, whatever the order of its layers", () => {
  const result = madeUp({ missing: 0.2, seed: 4 });
  const column = result.values("logit_diff_target", [2, 0]).filter((v) => !Number.isNaN(v));
  const row = result.summary("logit_diff_target", [0, 2]);
  expect(row).toMatchObject({ layers: [0, 2], n: column.length, mean: mean(column) });
  expect(column.length).toBeLessThan(12);
  expect(row.ci?.[0]).toBeLessThan(row.mean as number);
  expect(row.ci?.[1]).toBeGreaterThan(row.mean as number);
});

test("intervals asked for one by one equal those of all tuples together, and follow the seed", () => {
  const [one, all] = [madeUp(), madeUp()];
  const together = all.summaries("rr_diff_target");
  expect(one.tuples.map((layers) => one.summary("rr_diff_target", layers))).toEqual(together);
  const reseeded = changed(one, { making: { ...one.making, seed: 99 } });
  expect(reseeded.summary("rr_diff_target", [0]).ci).not.toEqual(together[0].ci);
});

test("best() is the largest mean, the smallest for ranks, and of one size when asked", () => {
  const result = madeUp({ samples: 40, sizes: [1, 2, 3] });
  const means = (metric: SweepMetric) => result.means(metric).map((row) => row.mean as number);
  expect(result.best("logit_diff_target").mean).toBe(Math.max(...means("logit_diff_target")));
  expect(result.best("patched_rank").mean).toBe(Math.min(...means("patched_rank")));
  expect(result.best("logit_diff_target").layers.length).toBe(3);
  expect(result.best("logit_diff_target", { size: 1 }).layers.length).toBe(1);
  expect(result.best().metric).toBe("rr_diff_target");
});

test("best() of a running sweep looks only at tuples measured in most samples", () => {
  const whole = madeUp({ samples: 10, state: "partial" });
  const logit = whole.data.values.logit.map((value, at) => {
    const [sample, tuple] = [Math.floor(at / whole.tuples.length), at % whole.tuples.length];
    // The pair 2+3 is enormous in its one sample.
    return tuple === whole.tuples.length - 1 ? (sample === 0 ? 1e6 : Number.NaN) : value;
  });
  const result = changed(whole, { values: { ...whole.data.values, logit } });
  expect(result.summary("logit_diff_target", [2, 3])).toMatchObject({ n: 1, ci: null });
  expect(result.best("logit_diff_target").n).toBe(10);
  expect(result.best("logit_diff_target").layers).not.toEqual([2, 3]);
});

test("nothing measured yet is said so, not counted as zero", () => {
  const empty = madeUp({ missing: 1, state: "partial" });
  expect(empty.summary("rr_diff_target", [0])).toMatchObject({ n: 0, mean: null, ci: null });
  expect(() => empty.best()).toThrow(/no tuple has a value of it yet/);
  expect(empty.toString()).toContain("Nothing is measured yet");
});

test("the error names what is wrong: an unknown metric, tuple, table, an array of another length", () => {
  const result = madeUp();
  expect(() => result.values("rr" as SweepMetric)).toThrow(/metric is "rr", must be one of rr_diff_target/);
  expect(() => result.values("toString" as SweepMetric)).toThrow(/metric is "toString"/);
  expect(() => result.values("rr_diff_target", [9])).toThrow(/layers is \[9\], is not one of the 10 tuples/);
  expect(() => result.table("all" as "sweep")).toThrow(/table is "all", must be one of sweep, summary/);
  const short = { ...result.data.values, rank: new Float64Array(3) };
  expect(() => changed(result, { values: short })).toThrow(/values.rank is 3, must hold 120 numbers/);
});

test("metrics against the reference are there only when a sample has one", () => {
  expect(madeUp().metrics).toContain("rr_diff_reference");
  expect(madeUp({ reference: false }).metrics).not.toContain("rr_diff_reference");
});

test("splitHalf() chooses on one half and measures on the other, by its seed", () => {
  const result = madeUp({ samples: 21 });
  const split = result.splitHalf("logit_diff_target");
  expect([split.chosenOn.length, split.testedOn.length]).toEqual([10, 11]);
  expect([...split.chosenOn, ...split.testedOn].sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, i) => i));
  const column = result.values("logit_diff_target", split.layers);
  expect(split.chosenMean).toBe(mean(split.chosenOn.map((i) => column[i])));
  expect(split.tested.mean).toBe(mean(split.testedOn.map((i) => column[i])));
  const means = result.tuples.map((layers) => {
    const values = result.values("logit_diff_target", layers);
    return mean(split.chosenOn.map((i) => values[i])) as number;
  });
  expect(split.chosenMean).toBe(Math.max(...means));
  expect(split.interaction?.n).toBe(11);
  expect(madeUp({ samples: 21 }).splitHalf("logit_diff_target")).toEqual(split);
  expect(result.splitHalf("logit_diff_target", { seed: 77 }).chosenOn).not.toEqual(split.chosenOn);
  expect(result.splitHalf("logit_diff_target", { size: 1 }).interaction).toBeNull();
  expect(() => madeUp({ samples: 3 }).splitHalf()).toThrow(/needs at least 4 samples/);
});

test("over many sweeps of pure noise the held-out mean is 0, the mean where it was chosen is not", () => {
  const splits = Array.from({ length: 60 }, (_, seed) => {
    const noise = madeUp({ samples: 20, seed: seed + 1 });
    const logit = noise.data.values.logit.map((_, at) => noise.data.values.kl[at] - 0.5);
    const target = noise.data.values.target.map(() => ({ logit: 0, rank: 1, logprob: 0 }));
    return changed(noise, { values: { ...noise.data.values, logit, target } }).splitHalf("logit_diff_target");
  });
  // A mean of ten uniform numbers has standard error 0.09; of 60 such means 0.012.
  expect(Math.abs(mean(splits.map(({ tested }) => tested.mean)) as number)).toBeLessThan(0.05);
  expect(mean(splits.map(({ chosenMean }) => chosenMean)) as number).toBeGreaterThan(0.09);
});

test("toString() gives best tuples with intervals and n, and no intervals while it runs", () => {
  const done = madeUp({ samples: 30 }).toString().split("\n");
  expect(done[0]).toBe("Patch sweep: capital (done), made-up");
  expect(done[1]).toContain("30 samples x 10 tuples");
  expect(done[3]).toMatch(/^ {2}\d( \+ \d)? +[+\u2212 ]\d\.\d\d {2}\[.+, .+\] {2}n 30$/);
  expect(done.at(-1)).toMatch(/^Of 6 tuples of two or more layers, \d do more/);
  expect(madeUp({ state: "partial" }).toString()).not.toMatch(/\[/);
});

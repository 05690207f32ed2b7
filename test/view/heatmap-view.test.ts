/** From results to the view of a heatmap. */
import { expect, test } from "vitest";
import type { Measure } from "../../kernel-lib/src/experiment/types";
import { type SweepData, SweepResult, sweepGrids } from "../../kernel-lib/src/result";
import {
  heatmapOptions,
  heatmapPanels,
  heatmapViewOf,
  sliceOf,
  sweepTuples,
  unpack,
  validateView,
} from "../../kernel-lib/src/view";
import { codeOf } from "../../kernel-lib/src/view/code";

const SAMPLES = 6;
const measure = (rank: number): Measure => ({ logit: 10 - rank, rank, logprob: -rank / 4 });

interface Changes {
  model?: string;
  measured?: number;
  tuples?: number[][];
  nLayers?: number;
  /** Rank by layers 0 and 2 together. */
  best?: number;
  label?: string;
}

/** A sweep over four layers: every sample's rank goes from 20 to 2 by layers 0 and 2 together, to 10 otherwise. */
function sweep(changes: Changes = {}): SweepResult {
  const { model = "demo/dpo", measured = SAMPLES, nLayers = 4, best = 2, label = "query" } = changes;
  const tuples = changes.tuples ?? [[0], [1], [2], [3], [0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
  const cells = SAMPLES * tuples.length;
  const fill = (of: (tuple: number[], sample: number) => number) =>
    Float64Array.from({ length: cells }, (_, at) => {
      const sample = Math.floor(at / tuples.length);
      return sample < measured ? of(tuples[at % tuples.length], sample) : Number.NaN;
    });
  // Triples differ from each other: 5 + the sum of their layers.
  const middle = (tuple: number[]) => (tuple.length < 3 ? 10 : tuple.reduce((sum, layer) => sum + layer, 5));
  const rank = (tuple: number[], sample: number) => (tuple.join("+") === "0+2" ? best : middle(tuple)) + (sample % 2);
  const data: SweepData = {
    schema: "patchbay.result/1",
    kind: "patch-sweep",
    state: measured === SAMPLES ? "done" : "stopped",
    spec: {
      schema: "patchbay.spec/1",
      kind: "patch-sweep",
      model,
      protocol: "paper",
      site: "resid_post",
      samples: Array.from({ length: SAMPLES }, (_, i) => ({
        source: [1, 2],
        sourcePosition: -1,
        target: [1, 3 + i],
        targetPosition: 0,
        answer: 5,
        label: `${label} ${i}`,
      })),
      tuples: { sizes: [1, 2] },
      task: "capital",
    },
    values: {
      tuples,
      logit: fill((tuple, sample) => 10 - rank(tuple, sample)),
      rank: fill(rank),
      logprob: fill((tuple, sample) => -rank(tuple, sample) / 4),
      kl: fill(() => 0.3),
      target: Array.from({ length: SAMPLES }, () => measure(20)),
      reference: Array.from({ length: SAMPLES }, () => null),
    },
    tokenText: {},
    making: {
      patchbay: "0.1.0",
      model: {
        name: model,
        fingerprint: "sha256:0123456789abcdef",
        modelType: "olmo2",
        nLayers,
        nHeads: 2,
        dModel: 8,
        vocab: 32,
        parameters: 1000,
      },
      provider: { device: "cpu", precision: "fp32", reason: "asked", onnxruntime: "1.30.0" },
      plan: "planned",
      seed: 0,
      started: "2026-01-01T00:00:00Z",
      seconds: 1,
      node: "20",
      platform: "linux",
      specHash: "sha256:5bec",
      warnings: [],
    },
  };
  return new SweepResult(data);
}
/** Intervals of one metric are enough here, and quick. */
const viewOf = (results: SweepResult[], intervals = true) =>
  heatmapViewOf(
    results.map((result) => {
      const metrics = ["rr_diff_target", "logit_diff_target"] as const;
      return { data: result.data, grids: sweepGrids(result, { metrics, intervals }) };
    }),
    { id: "v" },
  );

test("a result's view passes its own validation and holds the result's numbers", () => {
  const result = sweep();
  const view = viewOf([result]);
  const checked = validateView(JSON.parse(JSON.stringify(view)));
  expect(checked.ok ? "" : checked.message).toBe("");
  const cell = heatmapPanels(view, heatmapOptions(view, { metric: "rr_diff_target" }))[0].cells[2 * 4 + 0];
  const summary = result.summary("rr_diff_target", [0, 2]);
  expect(cell.value).toBe(summary.mean);
  expect(cell.low).toBeCloseTo(summary.ci?.[0] as number, 6);
  expect(cell.n).toBe(SAMPLES);
  expect(view).toMatchObject({ title: "Patch sweep: capital", state: "done", metric: "rr_diff_target", n: SAMPLES });
  expect(view.panels).toEqual([{ name: "DPO", stage: "dpo", note: "alone 0.05" }]);
  expect(view.sampleLabels).toContain("query 3");
});

test("tuples that were not asked are absent, those not measured yet are missing", () => {
  const view = viewOf([sweep({ tuples: [[0], [2], [0, 2]], measured: 0 })]);
  const kinds = heatmapPanels(view, heatmapOptions(view))[0].cells.map((cell) => cell.kind);
  const asked = kinds.flatMap((kind, at) => (kind === "absent" ? [] : [`${at % 4},${Math.floor(at / 4)} ${kind}`]));
  expect(asked).toEqual(["0,0 missing", "0,2 missing", "2,2 missing"]);
});

test("single layers make one row", () => {
  const view = viewOf([sweep({ tuples: [[0], [1], [2], [3]] })]);
  expect(view.layout).toBe("singles");
  expect(heatmapPanels(view, heatmapOptions(view))[0].cells.map((cell) => cell.kind)).toEqual(Array(4).fill("value"));
  expect(validateView(view).ok).toBe(true);
});

test("triples alone are shown with their third layer held, which the view says", () => {
  const view = viewOf([
    sweep({
      tuples: [
        [0, 1, 2],
        [0, 1, 3],
        [0, 2, 3],
      ],
    }),
  ]);
  expect(view.title).toBe("Patch sweep: capital, with layer 0");
  const cells = heatmapPanels(view, heatmapOptions(view))[0].cells;
  expect(cells.filter((cell) => cell.kind === "value")).toHaveLength(3);
});

test("several models become panels named by their stage", () => {
  const models = ["demo/base", "demo/sft", "allenai/OLMo-2-1B-DPO", "org/other"];
  const view = viewOf(
    models.map((model) => sweep({ model })),
    false,
  );
  expect(view.panels.map(({ name, stage }) => `${name}:${stage}`)).toEqual([
    "base:base",
    "SFT:sft",
    "DPO:dpo",
    "other:null",
  ]);
  expect(unpack(view.metrics[0].mean)).toHaveLength(4 * 16);
  expect(validateView(view).ok).toBe(true);
});

test("a difference of two models is hatched by a paired sign test, where both hold the same samples", () => {
  // Six samples that all go one way have p = 2 / 2^6; no other cell differs, so one test is made.
  const view = viewOf([sweep({ model: "demo/base", best: 10 }), sweep({ model: "demo/dpo" })]);
  const options = heatmapOptions(view, { difference: { a: 1, b: 0 } });
  const cells = heatmapPanels(view, options)[2].cells;
  expect(cells[2 * 4 + 0].value).toBeGreaterThan(0.3);
  expect(cells[2 * 4 + 0].significant).toBe(true);
  expect(cells[0]).toMatchObject({ value: 0, significant: null });
  const others = viewOf([sweep({ model: "demo/base", label: "other" }), sweep({ model: "demo/dpo" })]);
  expect(others.metrics[0].samples).toBeNull();
  expect(heatmapPanels(others, options)[2].cells[2 * 4 + 0].significant).toBeNull();
});

test("models of different depth are refused by name", () => {
  const deep = sweep({ model: "demo/deep", nLayers: 6 });
  expect(() => viewOf([sweep(), deep], false)).toThrow(/^heatmap: demo\/deep is "pairs, 6 x 6", must be pairs, 4 x 4/);
});

test("the caption names effect, interval, n, test, correction, model with hash, site, protocol and precision", () => {
  const { caption } = viewOf([sweep()]);
  for (const part of [
    /^With layers 0 and 2 patched together, Δ reciprocal rank \(of the answer, patched against query alone\) is \+0\.\d\d/,
    /\(95 % BCa interval 0\.\d\d to 0\.\d\d\), against \+0\.0\d for layer 0 and \+0\.0\d for layer 2 alone: an interaction of \+0\.\d\d, positive in 6 of 6 samples\./,
    /mean over n = 6 samples of the task capital; query alone = 0/,
    /Hatched: not significant \(sign test, Holm over 10 tuples, 5 %\)/,
    /demo\/dpo, sha256 0123456789ab…, resid_post, protocol paper, fp32 on cpu\.$/,
  ]) {
    expect(caption).toMatch(part);
  }
  expect(viewOf([sweep({ measured: 3 })]).caption).toMatch(/not complete/);
});

test("the code says what was asked", () => {
  expect(viewOf([sweep()]).code).toBe(
    [
      'import * as pb from "patchbay";',
      "",
      'const model = await pb.load("demo/dpo");',
      'const result = await pb.patchSweep(model, { task: pb.task("capital"), sizes: [1, 2], n: 6 });',
      "pb.show(result);",
    ].join("\n"),
  );
  const [first, ...rest] = sweep().spec.samples;
  const samples = [{ ...first, target: [9, ...first.target.slice(1)] }, ...rest];
  expect(codeOf([{ ...sweep().spec, samples }])).toContain("n: 6, filler: 9 }");
});

test("a sweep over three layers has a slice for each third layer, and pairs alone first", () => {
  const triples = [
    [0, 1, 2],
    [0, 1, 3],
    [0, 2, 3],
    [1, 2, 3],
  ];
  const tuples = [[0], [1], [2], [3], [0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3], ...triples];
  const result = sweep({ tuples });
  const numbers = sweepTuples(result, { intervals: false });
  const view = heatmapViewOf(
    [{ data: result.data, grids: sweepGrids(result, { intervals: false }), tuples: numbers }],
    {
      id: "v",
    },
  );
  expect(validateView(view)).toMatchObject({ ok: true });
  expect(view.slices?.held).toEqual([null, "0", "1", "2", "3"]);
  expect(view.slices?.shown).toBe(0);
  const cell = (at: number, x: number, y: number) => {
    const slice = sliceOf(view, at);
    return heatmapPanels(slice, heatmapOptions(slice))[0].cells[y * 4 + x];
  };
  // 0 + 1 + 3, which the slices of 0, 1 and 3 all show; what would name a layer twice is not asked.
  const value = cell(4, 0, 1).value;
  expect(value).toBeGreaterThan(cell(0, 0, 1).value as number);
  for (const [at, x, y] of [
    [1, 1, 3],
    [2, 0, 3],
  ])
    expect(cell(at, x, y).value).toBeCloseTo(value as number, 6);
  expect(cell(4, 0, 2).value).toBeLessThan(value as number);
  expect(cell(4, 0, 3).kind).toBe("absent");
  expect(sweepTuples(sweep(), { intervals: false })).toBeNull();
});

test("48 layers three by three are sliced from less than two megabytes", () => {
  const layers = Array.from({ length: 48 }, (_, layer) => layer);
  const pairs = layers.flatMap((b) => layers.slice(0, b).map((a) => [a, b]));
  const tuples = [
    ...layers.map((layer) => [layer]),
    ...pairs,
    ...pairs.flatMap(([a, b]) => layers.slice(b + 1).map((c) => [a, b, c])),
  ];
  expect(tuples).toHaveLength(18_472);
  const result = sweep({ tuples, nLayers: 48 });
  const parts = { data: result.data, grids: sweepGrids(result, { intervals: false }) };
  const view = heatmapViewOf([{ ...parts, tuples: sweepTuples(result, { intervals: false }) }], { id: "v" });
  expect(validateView(view)).toMatchObject({ ok: true });
  expect(view.slices?.held).toHaveLength(49);
  expect(JSON.stringify(view.slices).length).toBeLessThan(2e6);
  const slice = sliceOf(view, 48);
  expect(slice.held).toBe("47");
  const means = result.means("rr_diff_target");
  const { cells } = heatmapPanels(slice, heatmapOptions(slice))[0];
  const at = (x: number, y: number) => cells[y * 48 + x].value;
  const meanOf = (tuple: number[]) => means[tuples.findIndex((other) => other.join() === tuple.join())].mean;
  for (const [x, y] of [
    [0, 1],
    [13, 40],
    [45, 46],
  ])
    expect(at(x, y)).toBeCloseTo(meanOf([x, y, 47]) as number, 6);
  expect(at(20, 20)).toBeCloseTo(meanOf([20, 47]) as number, 6);
});

test("results of several tasks are named by task", () => {
  const named = (task: string) => {
    const { data } = sweep();
    const other = new SweepResult({ ...data, spec: { ...data.spec, task } });
    return { data: other.data, grids: sweepGrids(other, { intervals: false }) };
  };
  const view = heatmapViewOf([named("capital"), named("antonym")], { id: "v" });
  expect(view.panels.map(({ name }) => name)).toEqual(["capital", "antonym"]);
  expect(view.title).toBe("Patch sweep: 2 tasks");
});

test("a metric that the results have not is refused, and no other one shown in its place", () => {
  const result = sweep();
  const part = { data: result.data, grids: sweepGrids(result, { metrics: ["rr_diff_target"], intervals: false }) };
  expect(heatmapViewOf([part], { id: "v", metric: "rr_diff_target" }).metric).toBe("rr_diff_target");
  expect(() => heatmapViewOf([part], { id: "v", metric: "logit" })).toThrow(/metric is "logit", must be one/);
});

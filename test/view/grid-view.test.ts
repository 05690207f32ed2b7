/** Views of grids: axes, cells, panels, words and code, from results made by hand. */
import { describe, expect, test } from "vitest";
import { type GridData, GridResult } from "../../kernel-lib/src/result/grid-result";
import { heatmapLayout, themes, unpack, validateView } from "../../kernel-lib/src/view";
import { gridViewOf } from "../../kernel-lib/src/view/grid-view";
import { marginalMarks } from "../../kernel-lib/src/view/heatmap-around";
import { domainOf, heatmapOptions, heatmapPanels } from "../../kernel-lib/src/view/heatmap-grid";
import type { HeatmapView } from "../../kernel-lib/src/view/types";

const { NaN: none } = Number;

/** Two layers, three positions, four samples; the last position is in no sample. */
function made(change: Partial<GridData> = {}, scale = 1): GridResult {
  const cells = [0.5, 0, none, 0.9, -0.1, none];
  const values = Float64Array.from({ length: 24 }, (_, at) => scale * (cells[at % 6] + 0.01 * Math.floor(at / 6)));
  return new GridResult({
    schema: "patchbay.result/1",
    kind: "patch-grid",
    state: "done",
    spec: { schema: "patchbay.spec/1", kind: "patch-grid", model: "demo/dpo", by: "position", site: "resid_post" },
    rows: { name: "layer", title: "layer patched", field: "layer", keys: [2, 5], labels: ["2", "5"] },
    columns: {
      name: "position",
      title: "position patched",
      field: "position",
      keys: [-3, -2, -1],
      labels: ["<s>", "\n", "\u202e!"],
    },
    sampleLabels: ["Peru", "Chad", "Oman", "Cuba"],
    values: { rr_diff: values, kl: values.map(Math.abs) },
    baselines: { target_rank: Float64Array.of(1, 2, 4, none) },
    outputs: null,
    tokenText: {},
    making: {
      patchbay: "0.1.0",
      model: {
        ...{ name: "demo/dpo", fingerprint: "sha256:0123456789abcdef", modelType: "olmo2", nLayers: 8 },
        ...{ nHeads: 4, dModel: 96, vocab: 512, parameters: 1 },
      },
      provider: { device: "cpu", precision: "fp32", reason: "asked", onnxruntime: "1.30.0" },
      plan: "planned",
      seed: 0,
      started: "2026-01-01T00:00:00.000Z",
      seconds: 1,
      node: "v20",
      platform: "linux-x64",
      specHash: "sha256:0",
      warnings: [],
    },
    ...change,
  });
}

test("rows go up and columns to the right; what no sample has is absent, what is unfinished is awaited", () => {
  const view = gridViewOf([made()], { id: "v" });
  expect(validateView(JSON.parse(JSON.stringify(view)))).toMatchObject({ ok: true });
  expect([view.x.field, view.y.field, view.layout]).toEqual(["position", "layer", "grid"]);
  const [{ cells }] = heatmapPanels(view, heatmapOptions(view));
  const cell = cells.find(({ ix, iy }) => ix === 0 && iy === 1);
  expect(cell?.value).toBeCloseTo(0.915, 12);
  expect(cells.map(({ kind }) => kind)).toEqual(["value", "value", "absent", "value", "value", "absent"]);

  const part = made({ state: "partial", values: { rr_diff: new Float64Array(24).fill(none) } });
  const waiting = gridViewOf([part], { id: "v", statistics: false });
  expect(waiting.state).toBe("loading");
  const pending = heatmapPanels(waiting, heatmapOptions(waiting))[0].cells;
  expect(pending.every(({ kind }) => kind === "pending")).toBe(true);
});

test("labels of odd tokens are made printable", () => {
  expect(gridViewOf([made()], { id: "v" }).x.labels).toEqual(["<s>", "↵", "�!"]);
});

test("per-sample values stand by cell, then by sample", () => {
  const view = gridViewOf([made()], { id: "v" });
  const { samples, n } = view.metrics[0];
  if (samples === null) throw new Error("no samples");
  expect(samples.shape).toEqual([1, 2, 3, 4]);
  expect(Array.from(unpack(samples).subarray(12, 16), (value) => Number(value.toFixed(2)))).toEqual([
    0.9, 0.91, 0.92, 0.93,
  ]);
  expect([...unpack(n)]).toEqual([4, 4, -1, 4, 4, -1]);
});

test("bars above the columns say of what they are the best", () => {
  const title = (field: "layer" | "position") => {
    const view = gridViewOf([made({ rows: { ...made().data.rows, field } })], { id: "v" });
    const options = heatmapOptions(view);
    return marginalMarks(view, themes.light, heatmapLayout(view, themes.light, { width: 400 }, options), options)
      .texts[0].text;
  };
  expect(title("layer")).toBe("best layer in this position");
  expect(title("position")).toBe("best row in this column");
});

test("results of one question become panels of one scale, others are refused", () => {
  const view = gridViewOf([made(), made({}, 0.5)], { id: "v", panels: [{ name: "a" }, { name: "b", note: "half" }] });
  expect(view.panels.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(view.panels[1].note).toBe("half");
  expect(unpack(view.metrics[0].mean)).toHaveLength(12);
  const other = made({ rows: { ...made().data.rows, keys: [2, 6] } });
  expect(() => gridViewOf([made(), other], { id: "v" })).toThrow(/rows and columns/);
  expect(() => gridViewOf([], { id: "v" })).toThrow(/at least one result/);
});

test("a metric that the results have not is refused", () => {
  expect(() => gridViewOf([made()], { id: "v", metric: "logit" })).toThrow(/metric is "logit", must be one/);
});

test("colours of a rate run from 0 to 1, of other numbers over what is there", () => {
  const levels = Float64Array.from({ length: 24 }, (_, at) => (at % 6 < 3 ? 0.8 : 1));
  const view = gridViewOf([made({ values: { follows_source: levels, rr: levels } })], { id: "v" });
  expect(validateView(JSON.parse(JSON.stringify(view)))).toMatchObject({ ok: true });
  const limits = (metric: string) => {
    const options = heatmapOptions(view, { metric });
    const { low, high } = domainOf(view, heatmapPanels(view, options), options);
    return [low, high];
  };
  expect(limits("follows_source")).toEqual([0, 1]);
  expect(limits("rr")).toEqual([0.8, 1]);
});

test("the caption says what is best, with interval, n, test and model", () => {
  const { caption } = gridViewOf([made()], { id: "v" });
  expect(caption).toContain("Highest: layer 5, position -3 (<s>), +0.92 (95 % BCa interval 0.91 to 0.93)");
  expect(caption).toContain("n = 4 samples");
  expect(caption).toContain("sign test, Holm over 4 cells");
  expect(caption).toContain("demo/dpo, sha256 0123456789ab");
});

describe("code", () => {
  const spec = (more: Record<string, unknown>): HeatmapView["code"] =>
    gridViewOf([made({ spec: { ...made().data.spec, ...more } })], { id: "v" }).code;
  const samples = [{ source: [1, 2, 3], target: [1, 2, 4], answer: 5 }];
  const positions = [-3, -2, -1].map((at) => ({ target: at, source: at }));

  test("a task's grid is made by its call", () => {
    const code = spec({ task: "capital", against: "language", layers: [2, 5], samples, positions });
    expect(code).toContain(
      'pb.patchGrid(model, { task: "capital", against: "language", site: "resid_post", layers: [2,5], n: 1 })',
    );
    expect(spec({ task: "capital", against: "language", samples, positions: [positions[2]] })).toContain(
      'positions: [{"target":-1,"source":-1}]',
    );
  });

  test("heads patched at every position say so, and endless lists are left to the spec", () => {
    const task = { task: "capital", against: "language", by: "head" };
    expect(spec({ ...task, samples, positions })).toContain('by: "head", positions: "all"');
    const long = Array.from({ length: 500 }, (_, at) => ({ target: at, source: at + 1 }));
    expect(spec({ ...task, samples: Array(100).fill(samples[0]), positions: long })).toContain('pb.run("spec.json")');
  });

  test("what a call cannot say is run from its spec", () => {
    expect(spec({ samples, positions })).toContain("pb.run({");
    expect(spec({ task: "own task", against: "query", samples, positions })).toContain("pb.run({");
    expect(spec({ samples: Array(500).fill(samples[0]), positions })).toContain('pb.run("spec.json")');
  });
});

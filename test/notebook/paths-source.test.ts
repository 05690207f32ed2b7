/** Several path traces of the same prompts as one thing to show, and what a widget gets of it from the kernel. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { figureOf } from "../../kernel-lib/src/figure";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { bodyAt, cut, edgeOf } from "../../kernel-lib/src/notebook/drill";
import { exportOf } from "../../kernel-lib/src/notebook/exports";
import { sourceOf } from "../../kernel-lib/src/notebook/sources";
import { TraceResult } from "../../kernel-lib/src/result/trace";
import { pathTrace } from "../../kernel-lib/src/run/path-trace";
import type { TraceRun } from "../../kernel-lib/src/run/trace-run";
import {
  cutsOfPath,
  latticeView,
  type PathsView,
  pathsBody,
  readLook,
  spellPath,
  validateView,
  viewEdges,
} from "../../kernel-lib/src/view";

let model: Model;
let runs: TraceRun[];
beforeAll(async () => {
  await bundle();
  model = await loadModel("demo/dpo", { host: "inline" });
  runs = [1, 2].map((topK) =>
    pathTrace(model, { task: "capital", n: 2, topK, maxRank: 30, sources: topK === 1 ? "all" : "instruction-end" }),
  );
  await Promise.all(runs);
});
afterAll(() => model.close());

test("runs, results, and both together are one view with a choice of k and of samples", async () => {
  for (const traces of [runs, [await runs[0], await runs[1]], [await runs[0], runs[1]]]) {
    const view = sourceOf(traces).view() as PathsView;
    expect(view.choices).toMatchObject({ by: "k", traces: ["1", "2"], trace: 0 });
    expect(view.others).toHaveLength(3);
    expect(validateView(view).ok).toBe(true);
  }
  const second = sourceOf(runs[0], { sample: 1 }).view() as PathsView;
  expect([second.sample.index, second.choices?.traces]).toEqual([1, ["1"]]);
});

test("traces of other prompts are refused before anything is shown", () => {
  const other = pathTrace(model, { task: "language", n: 2, maxRank: 5, sources: "instruction-end" });
  expect(() => sourceOf([runs[0], other])).toThrow(/must be of the same prompts.*pb\.show of its own/s);
  other.cancel();
});

test("the kernel gives any trace and sample, and says which it does not have", () => {
  const source = sourceOf(runs);
  const body = pathsBody(JSON.parse(JSON.stringify(bodyAt(source, { trace: 1, sample: 1 }))));
  expect([body.topK, body.sample.index]).toEqual([2, 1]);
  expect(() => bodyAt(source, { trace: 2, sample: 0 })).toThrow(/trace.*2.*must be 0 to 1/);
  expect(() => bodyAt(source, { trace: 0, sample: 2 })).toThrow(/sample.*2.*must be 0 to 1/);
});

test("a look behind a hop is that of the chosen sample", async () => {
  const source = sourceOf(runs);
  const place = { trace: 0, sample: 1 };
  const body = bodyAt(source, place);
  // Into the answer: the prompts begin with the same instruction.
  const hop = viewEdges(body).find((e) => e.from !== e.to && e.to === body.tokens.length - 1);
  if (!hop) throw new Error("no hop between tokens");
  const { heads } = await edgeOf(source, hop, place);
  const on = heads.filter(({ onEdge }) => onEdge).map(({ head }) => head);
  expect(on.sort()).toEqual([...hop.heads].sort());
  const first = await edgeOf(source, hop, { trace: 0, sample: 0 });
  expect(first.heads.map(({ weight }) => weight)).not.toEqual(heads.map(({ weight }) => weight));
});

test("all edges of a path are cut together, in the chosen sample", async () => {
  const source = sourceOf(runs);
  const place = { trace: 0, sample: 1 };
  const body = { ...(source.view() as PathsView), ...bodyAt(source, place) };
  const path = spellPath(body, 0);
  if (!path) throw new Error("no path");
  const cuts = cutsOfPath(path);
  expect(cuts.length).toBeGreaterThan(0);
  const { logit } = await cut(source, cuts, place);
  expect(Math.abs(logit.before - (body.completeness.modelLogit ?? 0))).toBeLessThan(1e-4);
  expect(Math.abs(logit.after - logit.before)).toBeGreaterThan(1e-3);
});

test("a graph begins with the filter that it was asked with, in the widget and in the picture", async () => {
  const view = sourceOf(runs, { layers: [2, 0, 2] }).view() as PathsView;
  expect(view.marks).toEqual({ through: [0, 2] });
  expect(validateView(view).ok).toBe(true);
  expect(sourceOf(runs).view().marks).toBeUndefined();
  const [all, some] = [view, { ...view, marks: undefined }].map((v) => latticeView(v, readLook(v.marks, v)).kept);
  expect(all).toBeLessThan(some);
  expect(await figureOf(view).svg()).toBe(
    await figureOf({ ...view, marks: undefined }, { look: { through: [0, 2] } }).svg(),
  );
  expect(() => sourceOf(runs, { layers: [0, 8] })).toThrow(/layers is 8, must be layers from 0 to 7/);
});

test("a reader may ask for all paths of one graph, of which a notebook would hold sums", async () => {
  const { data } = await runs[0];
  // As many paths as are too many for a notebook: those that there are, over and over.
  const [first, ...rest] = data.samples;
  const times = Math.ceil(2_100_000 / (first.positions.length + 8 * first.rank.length));
  const repeat = <A extends Int32Array | Float32Array>(array: A): A => {
    const long = new (array.constructor as new (n: number) => A)(array.length * times);
    for (let i = 0; i < times; i++) long.set(array, i * array.length);
    return long;
  };
  const many = { ...first, positions: repeat(first.positions), rank: repeat(first.rank), logit: repeat(first.logit) };
  const source = sourceOf(new TraceResult({ ...data, samples: [many, ...rest] }));
  const place = { trace: 0, sample: 0 };
  expect(bodyAt(source, place).paths).toBeNull();
  const whole = bodyAt(source, { ...place, whole: true });
  expect(whole.paths?.rank.shape).toEqual([first.rank.length * times]);
});

test("a figure is printed as the widget shows it", async () => {
  const source = sourceOf(runs);
  const paths = { trace: 0, sample: 1, share: 1, source: null, rank: 2 };
  const svg = async (choice: typeof paths) => {
    const file = await exportOf(source, "svg", { paths: choice });
    return "text" in file ? file.text : "";
  };
  const [good, all] = [await svg(paths), await svg({ ...paths, rank: null as never })];
  const curves = (text: string) => (text.match(/<path d="M[^"]*[CV]/g) ?? []).length;
  expect(curves(good)).toBeGreaterThan(0);
  expect(curves(good)).toBeLessThan(curves(all));
  await expect(svg({ ...paths, rank: 99 })).rejects.toThrow(/rank is 99, must be a whole number from 1 to 30/);
});

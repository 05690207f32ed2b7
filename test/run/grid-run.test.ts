/** Grids as runs: options, partial results, journal, the file, the tables, the view. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { parseAnyResult, serializeAny } from "../../kernel-lib/src/result/kinds";
import { crossTask } from "../../kernel-lib/src/run/cross-task";
import { run } from "../../kernel-lib/src/run/from-spec";
import type { GridRun } from "../../kernel-lib/src/run/grid-run";
import { instructionVector } from "../../kernel-lib/src/run/instruction-vector";
import { experimentOf } from "../../kernel-lib/src/run/kinds";
import { patchGrid } from "../../kernel-lib/src/run/patch-grid";
import { patchSweep } from "../../kernel-lib/src/run/patch-sweep";
import { steer } from "../../kernel-lib/src/run/steer";
import { viewsOf } from "../../kernel-lib/src/view/of-result";
import { validateView } from "../../kernel-lib/src/view/validate";
import { temporaryFolder } from "../support/temporary";

const folder = temporaryFolder();
let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo");
});
afterAll(() => model.close());

const STARTS: Record<string, (options?: { journal?: string; resume?: boolean; signal?: AbortSignal }) => GridRun> = {
  positions: (options) => patchGrid(model, { task: "capital", against: "language", n: 3, layers: [0, 2], ...options }),
  heads: (options) => patchGrid(model, { task: "capital", by: "head", n: 3, layers: [1, 2], ...options }),
  steering: (options) =>
    steer(model, { task: "capital", n: 3, layers: [1, 2], coefficients: [0, 1], maxNewTokens: 3, ...options }),
  "cross-task": (options) => crossTask(model, { tasks: ["capital", "language", "antonym"], n: 3, ...options }),
};

describe.each(Object.keys(STARTS))("%s", (name) => {
  const start = STARTS[name];

  test("partial results fill sample by sample, and the file gives the same back", async () => {
    const going = start();
    const seen: number[] = [];
    for await (const partial of going) seen.push(partial.finished);
    const result = await going;
    expect(seen.at(-1)).toBe(3);
    expect(result.state).toBe("done");
    const again = parseAnyResult(serializeAny(result));
    expect(again.tableNames).toEqual(result.tableNames);
    for (const table of result.tableNames) expect(again.table(table)).toEqual(result.table(table));
    expect(again.data).toEqual(result.data);
  });

  test("the spec is checked, planned and runs to the same numbers", async () => {
    const result = await start();
    const json = JSON.parse(JSON.stringify(result.spec));
    const experiment = experimentOf(json);
    expect(experiment.check(json, model).text).toMatch(/^3 (samples|queries) x /);
    const { text } = await experiment.plan(json, model);
    expect(text).toMatch(/naive plan +\d+ forwards/);
    const again = (await run(json, { model })) as typeof result;
    expect(again.spec).toEqual(result.spec);
    expect(again.data.values).toEqual(result.data.values);
  });

  test("a stopped run keeps its samples, and its journal goes on to the same numbers", async () => {
    const whole = await start();
    const journal = `${folder}/${name}.journal`;
    const going = start({ journal });
    for await (const partial of going) if (partial.finished >= 1) going.cancel();
    const stopped = await going;
    expect(stopped.finished).toBeGreaterThanOrEqual(1);
    const resumed = await start({ journal, resume: true });
    expect(resumed.data.values).toEqual(whole.data.values);
    expect(resumed.data.outputs).toEqual(whole.data.outputs);
  });

  test("its view is a grid that a reader accepts, with the axes' labels and the samples behind each cell", async () => {
    const result = await start();
    const view = viewsOf(result).view({ id: "v", metric: result.metrics[1] });
    expect(validateView(JSON.parse(JSON.stringify(view)))).toMatchObject({ ok: true });
    if (view.kind !== "heatmap") throw new Error(view.kind);
    expect(view.layout).toBe("grid");
    expect(view.x.labels).toHaveLength(result.data.columns.keys.length);
    expect(view.y.labels).toHaveLength(result.data.rows.keys.length);
    expect(view.metric).toBe(result.metrics[1]);
    expect(view.metrics[0].samples?.shape).toEqual([1, view.y.labels.length, view.x.labels.length, 3]);
    expect(view.caption).toContain("n = 3 samples");
    expect(view.caption).toContain(result.making.model.name);
    expect(view.code).toContain("pb.");
  });
});

test("steering by one vector at the filler is the sweep's patch of that layer", async () => {
  const sweep = await patchSweep(model, { task: "capital", n: 5, sizes: [1] });
  const steered = await steer(model, { task: "capital", n: 5, coefficients: [1] });
  const expected = sweep.values("logit_diff_target");
  steered.values("logit_diff").forEach((value, at) => {
    expect(Math.abs(value - expected[at])).toBeLessThan(1e-5 * (1 + Math.abs(expected[at])));
  });
  const vector = await instructionVector(model, { task: "capital", layer: 2 });
  const given = await steer(model, { task: "capital", n: 5, vector, layers: [2], coefficients: [1] });
  given.values("logit_diff", { row: 2, column: 1 }).forEach((value, sample) => {
    expect(value).toBeCloseTo(steered.values("logit_diff", { row: 2, column: 1 })[sample], 4);
  });
});

test.each(["resid_post", "attn_out", "mlp_out"] as const)("a sweep of %s patches as a grid does", async (site) => {
  const sweep = await patchSweep(model, { task: "capital", n: 4, sizes: [1], site });
  const samples = sweep.spec.samples.map(({ source, target, answer }) => ({ source, target, answer }));
  const grid = await patchGrid(model, { samples, site, positions: [{ target: 0, source: -1 }] });
  for (const [ours, theirs] of [
    ["logit_diff", "logit_diff_target"],
    ["kl", "kl_target"],
  ] as const) {
    const expected = sweep.values(theirs);
    grid.values(ours).forEach((value, at) => {
      expect(Math.abs(value - expected[at])).toBeLessThan(1e-5 * (1 + Math.abs(expected[at])));
    });
  }
  expect(Math.max(...grid.values("logit_diff").map(Math.abs))).toBeGreaterThan(0.01);
});

test("coefficient 0 and a task's own vector change nothing", async () => {
  const steered = await steer(model, { task: "capital", n: 2, coefficients: [0], positions: "all" });
  expect([...steered.values("logit_diff")].every((value) => value === 0)).toBe(true);
  const crossed = await crossTask(model, { tasks: ["capital", "language"], n: 6, into: "instruction" });
  for (const name of ["capital", "language"]) {
    const own = crossed.values("follows_target", { row: name, column: name });
    expect([...own]).toEqual([...crossed.data.baselines[`unpatched ${name}`]]);
  }
});

test("rates have Wilson's interval and effects a test", async () => {
  const crossed = await crossTask(model, { tasks: ["capital", "language"], n: 6 });
  const cell = crossed.cell("follows_source", { row: "capital", column: "language" });
  expect(cell.n).toBe(6);
  expect(cell.ci?.[0]).toBeGreaterThan(0);
  expect(cell.ci?.[0]).toBeLessThan(cell.mean as number);
  expect(crossed.tests("follows_source")).toBeNull();
  const heads = await patchGrid(model, { task: "capital", by: "head", n: 6, layers: [2] });
  expect(heads.tests("rr_diff")?.made).toBe(4);
  expect(heads.table("summary").columns).toEqual([
    ...["layer", "head", "metric", "n", "mean", "ci_low", "ci_high", "sign_p", "p_holm"],
  ]);
});

test("what cannot be asked is refused before anything runs", () => {
  const refused: [() => unknown, RegExp][] = [
    [() => patchGrid(model, {}), /needs either a task or samples/],
    [() => patchGrid(model, { task: "capital", against: "capital" }), /against.*another task/],
    [() => patchGrid(model, { task: "capital", layers: [8] }), /layers\[0\].*from 0 to 7/],
    [() => patchGrid(model, { task: "capital", site: "z" }), /site.*by head/],
    [() => patchGrid(model, { task: "capital", by: "head", site: "attn_out" }), /site.*must be "z"/],
    [() => patchGrid(model, { task: "capital", positions: [99] }), /positions\[0\].*at least one sample/],
    [() => patchGrid(model, { task: "capital", positions: [0, 0] }), /positions\[1\].*twice/],
    [() => patchGrid(model, { samples: [{ source: [1], target: [2], answer: -1 }] }), /samples\[0\]\.answer/],
    [() => steer(model, {}), /needs/],
    [() => steer(model, { task: "capital", coefficients: [1, 1] }), /coefficients\[1\].*twice/],
    [() => steer(model, { task: "capital", vector: [1, 2] }), /vector\.values.*96 numbers/],
    [() => steer(model, { prompts: [{ prompt: [1], answer: 2 }], vector: [], positions: "filler" }), /filler/],
    [() => crossTask(model, { tasks: ["capital"] }), /at least two/],
    [() => crossTask(model, { tasks: ["capital", "capital"] }), /stands twice/],
  ];
  for (const [call, message] of refused) expect(call).toThrow(message);
});

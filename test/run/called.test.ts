/** What a newcomer gives by mistake: words, not a place in our code. */
import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import { taskNames } from "../../kernel-lib/src/experiment/task";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { accuracy } from "../../kernel-lib/src/run/accuracy";
import { crossTask } from "../../kernel-lib/src/run/cross-task";
import { run } from "../../kernel-lib/src/run/from-spec";
import { geometry } from "../../kernel-lib/src/run/geometry";
import { instructionVector } from "../../kernel-lib/src/run/instruction-vector";
import { logitLens } from "../../kernel-lib/src/run/logit-lens";
import { patchGrid } from "../../kernel-lib/src/run/patch-grid";
import { patchSweep, plan, spec } from "../../kernel-lib/src/run/patch-sweep";
import { pathTrace } from "../../kernel-lib/src/run/path-trace";
import { reproduce } from "../../kernel-lib/src/run/reproduce";
import { steer } from "../../kernel-lib/src/run/steer";

let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo", { host: "inline" });
});
afterAll(() => model.close());

type Call = (...given: unknown[]) => unknown;
const CALLS = { patchSweep, plan, pathTrace, accuracy, geometry, patchGrid, steer, crossTask, logitLens };

test.each(Object.entries(CALLS))("%s() says what it needs", (name, typed) => {
  const call = typed as Call;
  expect(() => call()).toThrow(
    `${name}(): the model: must be a loaded model. For example const model = await pb.load(`,
  );
  expect(() => call("demo/dpo", {})).toThrow(`${name}(): the model is "demo/dpo", must be a loaded model`);
  expect(() => call(Promise.resolve(model), {})).toThrow(`${name}(): the model: is still a promise. Wait for it:`);
  expect(() => call(model)).toThrow(
    new RegExp(`^${name}\\(\\): the options: must say what is asked\\. For example ${name}\\(model, \\{ task`),
  );
});

test("other calls, too", async () => {
  await expect((instructionVector as Call)(model)).rejects.toThrow(/the options: must say what is asked/);
  await expect((openCheckpoint as Call)(42)).rejects.toThrow(/^model is 42, must be a name: a demo, a folder/);
  await expect((reproduce as Call)({ models: ["demo/dpo"] })).rejects.toThrow(
    /^reproduce: out: is missing\. For example/,
  );
  expect(() => (spec as Call)()).toThrow(/^spec\(\): takes a run or a result/);
  expect(() => (taskNames as Call)("papers")).toThrow(/^taskNames\(\) is "papers", must be "demo" or "paper"/);
  expect(() => (steer as Call)(model, { task: "capital", vector: "x" })).toThrow(/vector\.values is "x", must be/);
  for (const seed of [-1, 1.5, "1"])
    expect(() => (patchSweep as Call)(model, { task: "capital", seed })).toThrow(/^seed is .*, must be a whole number/);
  expect(() => (accuracy as Call)(model, { task: "capital", n: 1, seed: -1 })).toThrow(/^seed is -1, must be/);
  expect(() => (geometry as Call)(model, { task: "demo", seed: -1 })).toThrow(/seed/);
});

test("a console shows a run and a model in words, and a measure that is none is refused", async () => {
  const going = accuracy(model, { task: "capital", n: 2 });
  expect(inspect(going)).toMatch(/^accuracy-\w+, running: 0 of 2 samples\n {2}await it for its result, /);
  const result = await going;
  expect(String(going)).toMatch(/^accuracy-\w+, done: 2 of 2 samples$/);
  expect(() => result.rate("x" as "judged")).toThrow(/^measure is "x", must be one of exact_match, in_scope, judged/);
  expect(() => run(result, { model })).toThrow(/^kind is null.*A spec is what pb\.spec\(run\) gives/);
  expect(inspect(model)).toBe(
    "model demo/dpo: olmo2, 8 layers, 4 heads, width 96, 1,737 tokens, 1,221,408 parameters; fp32 on cpu",
  );
});

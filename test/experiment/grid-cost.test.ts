/** What grids cost, against the tokens that their runs really send through blocks. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crossTasks } from "../../kernel-lib/src/experiment/cross-task";
import { resolveCrossTask } from "../../kernel-lib/src/experiment/cross-task-spec";
import { crossTaskCost, steerCost } from "../../kernel-lib/src/experiment/edited-cost";
import { patchGrid } from "../../kernel-lib/src/experiment/patch-grid";
import { patchGridCost } from "../../kernel-lib/src/experiment/patch-grid-cost";
import { resolvePatchGrid } from "../../kernel-lib/src/experiment/patch-grid-spec";
import { steerSamples } from "../../kernel-lib/src/experiment/steer";
import { resolveSteer } from "../../kernel-lib/src/experiment/steer-spec";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model, Stages } from "../../kernel-lib/src/forward/types";

let model: Model;
beforeAll(async () => {
  model = await loadModel(fileURLToPath(new URL("../goldens/engine/olmo2-gqa", import.meta.url)), { host: "inline" });
});
afterAll(() => model.close());

async function tokenBlocks(run: (stages: Stages) => AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  const stages: Stages = {
    ...model.stages,
    block(input) {
      count += input.rows * input.tokens;
      return model.stages.block(input);
    },
  };
  for await (const part of run(stages)) expect(part).toBeDefined();
  return count;
}

const spec = { schema: "patchbay.spec/1", model: "tiny" };
const samples = [
  { source: [3, 7, 11, 4, 9], target: [4, 8, 12, 5, 10], answer: 9 },
  { source: [6, 2, 1, 9], target: [5, 3, 2, 8], answer: 2 },
];

test.each([
  { site: "resid_pre" },
  { site: "resid_post" },
  { site: "attn_out", layers: [1] },
  { by: "head" },
  { by: "head", positions: [-2] },
])("a patch grid of %o", async (options) => {
  const asked = resolvePatchGrid({ ...spec, kind: "patch-grid", samples, ...options }, model);
  const counted = patchGridCost(asked, model.config);
  expect(await tokenBlocks((stages) => patchGrid(stages, model.config, asked))).toBe(counted.tokenBlocks);
});

test.each([
  { site: "resid_post", maxNewTokens: 0 },
  { site: "attn_out", maxNewTokens: 3, layers: [1] },
])("steering of %o, less the making of its vectors", async (options) => {
  const prompts = samples.map(({ source, answer }) => ({ prompt: source, answer }));
  const vector = { values: Array.from({ length: model.config.dModel }, (_, i) => Math.sin(i)) };
  const asked = resolveSteer({ ...spec, kind: "steer", samples: prompts, vector, ...options }, model);
  const done = await tokenBlocks((stages) => steerSamples(stages, model.config, asked, { decode: String }));
  const { tokenBlocks: counted } = steerCost(asked, model.config);
  // Layers above the highest one steered are not shared by anything, and a run may meet its end early.
  expect(done).toBeLessThanOrEqual(counted);
  expect(done).toBeGreaterThan(0.6 * counted);
});

test("cross-task patching, less the making of its vectors", async () => {
  const queries = samples.map(({ target, answer }, i) => ({ prompt: target, position: 0, answer, label: String(i) }));
  const tasks = ["a", "b", "c"].map((name, i) => ({ name, instruction: [i + 1, 7], queries }));
  const asked = resolveCrossTask({ ...spec, kind: "cross-task", tasks, layers: [1] }, model);
  const done = await tokenBlocks((stages) => crossTasks(stages, model.config, asked));
  const vectors = tasks.length * 2 * model.config.nLayers;
  // Three tasks ask the same here, so that their own runs are one.
  expect(done - vectors).toBeLessThanOrEqual(crossTaskCost(asked, model.config).tokenBlocks);
  expect(done - vectors).toBeGreaterThan(0);
});

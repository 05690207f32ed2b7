/** Position x layer and head x layer patching: the shared way against one full forward for every cell. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GridPart } from "../../kernel-lib/src/experiment/grid-part";
import { patchGrid } from "../../kernel-lib/src/experiment/patch-grid";
import { patchGridNaive } from "../../kernel-lib/src/experiment/patch-grid-naive";
import { resolvePatchGrid } from "../../kernel-lib/src/experiment/patch-grid-spec";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";

/** Two layers of grouped queries, two of one key head and biases, eight of a trained model. */
const MODELS = [golden("olmo2-gqa"), golden("llama-mqa-bias"), "demo/dpo"];
const base = { schema: "patchbay.spec/1", kind: "patch-grid" };
/** Float32 through a few layers, in another order of sums. */
const ATOL = 1e-5;

function golden(name: string): string {
  return fileURLToPath(new URL(`../goldens/engine/${name}`, import.meta.url));
}

function same(fast: GridPart, plain: GridPart): void {
  expect(Object.keys(fast.values)).toEqual(Object.keys(plain.values));
  for (const [metric, values] of Object.entries(plain.values)) {
    expect(fast.values[metric]).toHaveLength(values.length);
    values.forEach((value, cell) => {
      const got = fast.values[metric][cell];
      if (Number.isNaN(value)) expect(got, `${metric}[${cell}]`).toBeNaN();
      else expect(Math.abs(got - value), `${metric}[${cell}]`).toBeLessThanOrEqual(ATOL * (1 + Math.abs(value)));
    });
  }
  for (const [name, value] of Object.entries(plain.baselines))
    expect(Math.abs(fast.baselines[name] - value), name).toBeLessThanOrEqual(ATOL * (1 + Math.abs(value)));
}

describe.each(MODELS)("%s", (name) => {
  const samples = [
    { source: [3, 7, 11, 4, 9, 2], target: [3, 7, 5, 4, 8, 6], answer: 9, foil: 4 },
    { source: [3, 1, 11, 4, 9, 2, 10], target: [3, 7, 5, 4], answer: 2, foil: 3 },
    { source: [5, 6], target: [8, 12, 3, 4, 8, 6], answer: 5 },
  ];
  const asked = [
    ...["resid_pre", "resid_post", "attn_out", "mlp_out"].map((site) => ({ by: "position", site })),
    { by: "position", site: "resid_post", positions: [0, { target: -1, source: -2 }] },
    { by: "head" },
    { by: "head", positions: "all" },
    { by: "head", positions: [{ target: -1, source: 0 }, -2] },
  ];

  let model: Model;
  beforeAll(async () => {
    model = await loadModel(name, { host: "inline" });
  });
  afterAll(() => model.close());

  test.each(asked)("cells agree with one full forward each: %o", async (options) => {
    // Two layers are enough to patch; between them and above them are others.
    const layers = model.config.nLayers > 2 ? [1, 5] : "all";
    const spec = resolvePatchGrid({ ...base, ...options, layers, model: model.name, samples }, model);
    const fast = patchGrid(model.stages, model.config, spec);
    let sample = 0;
    for await (const plain of patchGridNaive(model, spec)) {
      const got = await fast.next();
      expect(got.done).toBe(false);
      same(got.value as GridPart, plain);
      sample++;
    }
    expect(sample).toBe(samples.length);
    expect((await fast.next()).done).toBe(true);
  });
});

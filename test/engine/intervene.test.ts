import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Forward, Model } from "../../kernel-lib/src/forward/types";
import { blockHooks } from "../../kernel-lib/src/graph/hooks";
import type { Intervention } from "../../kernel-lib/src/intervene/types";
import type { F32 } from "../../kernel-lib/src/tensor";
import { temporaryFolder } from "../support/temporary";
import { type TinyOptions, writeTinyCheckpoint } from "../support/tiny-checkpoint";
import { expectSameBits, largestDifference } from "./golden";

const folder = temporaryFolder();
const read = ({ cache }: Forward, hook: string): F32 => {
  const found = cache.get(hook);
  if (found === undefined) throw new Error(`${hook} was not captured`);
  return found;
};
const TOKENS = [4, 9, 2, 50, 7];
const KINDS: Record<string, TinyOptions> = {
  "OLMo-2, grouped heads": { nKvHeads: 2 },
  "Llama, one key/value head, biases": { architecture: "llama", nKvHeads: 1, bias: true },
};

describe.each(Object.entries(KINDS))("%s", (name, options) => {
  let model: Model;
  let clean: Forward;
  beforeAll(async () => {
    model = await loadModel(writeTinyCheckpoint(join(folder, name), options), { host: "inline" });
    clean = await model.forward(TOKENS, { capture: "*" });
  });
  afterAll(() => model.close());

  const editable = () => {
    const inBlock = [...blockHooks(model.config)].filter(([, shape]) => shape.edit === "yes").map(([hook]) => hook);
    return ["hook_embed", ...inBlock.map((hook) => `blocks.1.${hook}`)];
  };
  const positions = [1, -1];

  test("patching any hook with the run's own rows changes no bit of the logits", async () => {
    for (const hook of editable()) {
      const source = { tokens: TOKENS, positions };
      const { lastLogits } = await model.forward(TOKENS, { interventions: [{ hook, positions, op: "patch", source }] });
      expect(largestDifference(lastLogits, clean.lastLogits), hook).toBe(0);
    }
  });

  test("a large random patch of any hook moves the output, and is what a capture then shows", async () => {
    for (const hook of editable()) {
      const { dims, data } = read(clean, hook);
      const width = dims[dims.length - 1];
      const values = Array.from({ length: width }, (_, i) => 25 * Math.sin(i * i + 1));
      const interventions: Intervention[] = [{ hook, positions: [-1], op: "patch", source: { values } }];
      const patched = await model.forward(TOKENS, { interventions, capture: hook });
      expect(largestDifference(patched.lastLogits, clean.lastLogits), hook).toBeGreaterThan(1e-2);
      const written = read(patched, hook).data;
      expect(written.length, hook).toBe(data.length);
      expectSameBits(written.slice(-width), Float32Array.from(values));
    }
  });

  test("rows before the patched position keep their values", async () => {
    // Adding 1 also works on norm scales, where 0 would divide by nothing.
    for (const hook of editable().filter((h) => !h.includes("pattern") && !h.includes("scores"))) {
      const width = read(clean, hook).dims.at(-1) ?? 0;
      const source = { values: Array(width).fill(1) };
      const interventions: Intervention[] = [{ hook, positions: [2], op: "steer", source }];
      const steered = await model.forward(TOKENS, { interventions, capture: "logits" });
      const before = read(steered, "logits").data.slice(0, 2 * model.config.vocab);
      const expected = read(clean, "logits").data.slice(0, before.length);
      expect(largestDifference(before, expected), hook).toBe(0);
    }
  });

  test("heads limit a change to their own columns", async () => {
    const hook = "blocks.1.attn.hook_z";
    const { dHead, nHeads } = model.config;
    const interventions: Intervention[] = [{ hook, positions: [3], heads: [2, -4], op: "zero" }];
    const cut = await model.forward(TOKENS, { interventions, capture: hook });
    const expected = read(clean, hook).data.slice();
    for (const head of [2, nHeads - 4]) expected.fill(0, (3 * nHeads + head) * dHead, (3 * nHeads + head + 1) * dHead);
    expectSameBits(read(cut, hook).data, expected);
  });

  test("steer adds, mean averages and project removes, between blocks and inside them alike", async () => {
    const { dModel } = model.config;
    const vector = Array.from({ length: dModel }, (_, i) => Math.cos(i));
    const norm = Math.hypot(...vector);
    for (const hook of ["blocks.1.hook_resid_pre", "blocks.1.hook_resid_mid", "blocks.1.hook_attn_out"]) {
      const rows = read(clean, hook).data;
      const row = (p: number) => rows.slice(p * dModel, (p + 1) * dModel);
      const rowWith = async (interventions: Intervention[]) => {
        const changed = await model.forward(TOKENS, { interventions, capture: hook });
        return read(changed, hook).data.slice(2 * dModel, 3 * dModel);
      };
      const source = { values: vector };
      const steered = await rowWith([{ hook, positions: [2], op: "steer", source, scale: -3 }]);
      expect(
        largestDifference(
          steered,
          row(2).map((x, i) => x - 3 * vector[i]),
        ),
        hook,
      ).toBeLessThan(1e-5);
      const along = row(2).reduce((sum, x, i) => sum + (x * vector[i]) / norm, 0);
      const projected = await rowWith([{ hook, positions: [2], op: "project", source }]);
      expect(
        largestDifference(
          projected,
          row(2).map((x, i) => x - (along * vector[i]) / norm),
        ),
        hook,
      ).toBeLessThan(1e-5);
      const mean = await rowWith([{ hook, positions: [2], op: "mean", source: { tokens: TOKENS, positions: [0, 4] } }]);
      expect(
        largestDifference(
          mean,
          row(0).map((x, i) => (x + row(4)[i]) / 2),
        ),
        hook,
      ).toBeLessThan(1e-5);
      // Two changes of one hook are made in the order given.
      const both = await rowWith([
        { hook, positions: [2], op: "zero" },
        { hook, positions: [2], op: "steer", source },
      ]);
      expect(largestDifference(both, Float32Array.from(vector)), hook).toBeLessThan(1e-5);
    }
  });

  test("interventions count positions from each prompt's own end, in a batch of several lengths", async () => {
    const prompts = [TOKENS, [3, 1], [8, 8, 8, 8, 8]];
    const interventions: Intervention[] = [
      { hook: "blocks.0.hook_mlp_out", positions: [-1], op: "patch", source: { tokens: [1, 2, 3], positions: [1] } },
    ];
    const batch = await model.forwardBatch(prompts, { interventions, capture: "blocks.*.hook_resid_post" });
    for (const [i, prompt] of prompts.entries()) {
      const single = await model.forward(prompt, { interventions, capture: "blocks.*.hook_resid_post" });
      expect(batch[i].tokens).toEqual(prompt);
      for (const [hook, { dims, data }] of single.cache) {
        expect(read(batch[i], hook).dims).toEqual(dims);
        expect(largestDifference(read(batch[i], hook).data, data)).toBeLessThanOrEqual(1e-5);
      }
    }
  });

  test("what does not fit is refused before anything runs, by name and rule", async () => {
    const hook = "blocks.1.hook_resid_post";
    const zero = { hook, positions: [0], op: "zero" as const };
    const refused: [Partial<Intervention> & Record<string, unknown>, RegExp][] = [
      [{ hook: "blocks.9.hook_resid_post" }, /blocks\.9\.hook_resid_post: this model has layers 0 to 2/],
      [{ hook: "blocks.1.hook_nothing" }, /names no hook/],
      [{ hook: "logits" }, /logits: cannot be written/],
      [{ hook: "blocks.0.attn.hook_result" }, /cannot be written/],
      [{ positions: [5] }, /positions is 5, must be a token of 0 to 4/],
      [{ positions: [-6] }, /positions is -6/],
      [{ positions: [0.5] }, /positions is 0\.5/],
      [{ positions: [] }, /at least one token/],
      [{ positions: [1, -4] }, /once only/],
      [{ heads: [0] }, /no head axis/],
      [{ op: "explode" as never }, /op is "explode"/],
      [{ op: "patch" }, /source/],
      [{ source: { values: [1] } }, /must be left out for zero/],
      [{ op: "patch", source: { values: [1, 2] } }, /32 numbers/],
      [{ op: "patch", source: { values: Array(32).fill(Number.NaN) } }, /finite/],
      [{ op: "patch", source: { tokens: [999], positions: [0] } }, /source\.tokens\[0\] is 999/],
      [{ op: "patch", source: { tokens: [1], positions: [1] } }, /source\.positions is 1/],
      [{ op: "project", source: { values: Array(32).fill(0) } }, /must not be zero/],
      [{ scale: 2 }, /only steer/],
      [{ position: 3 }, /field is "position"/],
    ];
    for (const [change, message] of refused) {
      const intervention = { ...zero, ...change } as Intervention;
      await expect(model.forward(TOKENS, { interventions: [intervention] }), String(message)).rejects.toThrow(message);
    }
  });
});

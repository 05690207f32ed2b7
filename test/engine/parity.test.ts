import { afterAll, describe, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Forward, Model } from "../../kernel-lib/src/forward/types";
import { CASES, goldenLogits, largestDifference, readGolden, relativeDifference } from "./golden";

/** Hooks that transformers does not show; the identities below tie them to those that it does. */
const OURS_ONLY = /hook_attn_scores$|attn\.hook_result$/;

describe.each(CASES)("%s against Hugging Face transformers", (name) => {
  const golden = readGolden(name);
  const opened: Promise<Model> = loadModel(golden.folder, { host: "inline" });
  const run: Promise<Forward> = opened.then((model) => model.forward(golden.tokens, { capture: "*" }));
  afterAll(async () => (await opened).close());

  test("every hook at every layer is within 1e-5 relative, and none is missing on either side", async () => {
    const { cache } = await run;
    const compared = [...cache.keys()].filter((hook) => !OURS_ONLY.test(hook));
    expect(new Set(compared)).toEqual(new Set(golden.hooks.keys()));
    for (const hook of compared) {
      const actual = cache.get(hook);
      const expected = golden.hooks.get(hook);
      if (!actual || !expected) throw new Error(hook);
      expect(actual.dims, hook).toEqual(expected.dims);
      expect(relativeDifference(actual.data, expected.data), hook).toBeLessThanOrEqual(1e-5);
    }
  });

  test("logits are within 1e-4 absolute", async () => {
    const { cache, lastLogits } = await run;
    const expected = goldenLogits(golden);
    expect(largestDifference(cache.get("logits")?.data as Float32Array, expected)).toBeLessThanOrEqual(1e-4);
    expect(largestDifference(lastLogits, expected.slice(-lastLogits.length))).toBeLessThanOrEqual(1e-4);
  });

  test("greedy generation gives the same tokens", async () => {
    const { tokens, stopped } = await (await opened).generate(golden.tokens, { maxNewTokens: golden.greedy.length });
    expect(tokens).toEqual(golden.greedy);
    expect(stopped).toBe("length");
  });

  test("residual identities hold at every layer", async () => {
    const { cache } = await run;
    const { nLayers } = (await opened).config;
    const at = (l: number, hook: string) => cache.get(`blocks.${l}.${hook}`)?.data as Float32Array;
    const sum = (a: Float32Array, b: Float32Array) => a.map((value, i) => value + b[i]);
    for (let l = 0; l < nLayers; l++) {
      const mid = sum(at(l, "hook_resid_pre"), at(l, "hook_attn_out"));
      expect(relativeDifference(at(l, "hook_resid_mid"), mid)).toBeLessThanOrEqual(1e-6);
      const post = sum(at(l, "hook_resid_mid"), at(l, "hook_mlp_out"));
      expect(relativeDifference(at(l, "hook_resid_post"), post)).toBeLessThanOrEqual(1e-6);
    }
  });

  test("heads add up to the attention branch, and pattern rows are softmaxes that sum to 1", async () => {
    const { cache } = await run;
    const { nLayers, nHeads, dModel, attnBias } = (await opened).config;
    const T = golden.tokens.length;
    for (let l = 0; l < nLayers; l++) {
      const at = (hook: string) => cache.get(`blocks.${l}.attn.${hook}`)?.data as Float32Array;
      const out = at("hook_out");
      const heads = at("hook_result"); // [pos, head, dModel]
      const summed = out.map((_, i) => {
        const start = Math.floor(i / dModel) * nHeads * dModel + (i % dModel);
        return [...Array(nHeads).keys()].reduce((total, h) => total + heads[start + h * dModel], 0);
      });
      // What the heads leave out is the same at every position: the branch's bias.
      const rest = out.map((value, i) => value - summed[i]);
      const first = rest.map((_, i) => rest[i % dModel]);
      expect(largestDifference(rest, first)).toBeLessThanOrEqual(1e-4);
      if (!attnBias.out) expect(relativeDifference(summed, out)).toBeLessThanOrEqual(1e-5);
      const scores = at("hook_attn_scores");
      const pattern = at("hook_pattern");
      for (let row = 0; row < nHeads * T; row++) {
        const cells = pattern.subarray(row * T, (row + 1) * T);
        expect(cells.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        const weights = scores.subarray(row * T, (row + 1) * T).map(Math.exp);
        const total = weights.reduce((a, b) => a + b);
        expect(
          largestDifference(
            cells,
            weights.map((w) => w / total),
          ),
        ).toBeLessThanOrEqual(1e-5);
        expect(cells.subarray((row % T) + 1).every((cell) => cell === 0)).toBe(true);
      }
    }
  });
});

test("text goes through the checkpoint's own tokenizer to the golden's tokens and logits", async () => {
  const golden = readGolden("olmo2-gqa");
  const model = await loadModel(golden.folder, { host: "inline" });
  const tokens = model.tokenizer?.encode(golden.text ?? "") ?? [];
  expect(tokens).toEqual(golden.tokens);
  expect(model.tokenizer?.decode(tokens)).toBe(golden.text);
  const { lastLogits } = await model.forward(tokens);
  const expected = goldenLogits(golden).slice(-lastLogits.length);
  expect(largestDifference(lastLogits, expected)).toBeLessThanOrEqual(1e-4);
  await model.close();
});

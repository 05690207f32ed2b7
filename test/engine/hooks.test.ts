import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelConfig } from "../../kernel-lib/src/checkpoint/types";
import {
  attnOut,
  findHook,
  headZ,
  matchHooks,
  mlpOut,
  pattern,
  resid,
  residMid,
  residPre,
} from "../../kernel-lib/src/forward/hooks";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { causalMask, inverseFrequencies } from "../../kernel-lib/src/graph/rotary";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";

const folder = temporaryFolder();
let olmo: Model;
let llama: Model;
beforeAll(async () => {
  olmo = await loadModel(writeTinyCheckpoint(join(folder, "olmo")), { host: "inline" });
  llama = await loadModel(writeTinyCheckpoint(join(folder, "llama"), { architecture: "llama" }), { host: "inline" });
});
afterAll(() => Promise.all([olmo.close(), llama.close()]));
const named = (name: string, config: ModelConfig) => findHook(name, config).name;

describe("hook names", () => {
  test("short forms give TransformerLens' spelling", () => {
    expect([resid(3), residPre(3), residMid(3), attnOut(3), mlpOut(3), headZ(3), pattern(3)]).toEqual([
      "blocks.3.hook_resid_post",
      "blocks.3.hook_resid_pre",
      "blocks.3.hook_resid_mid",
      "blocks.3.hook_attn_out",
      "blocks.3.hook_mlp_out",
      "blocks.3.attn.hook_z",
      "blocks.3.attn.hook_pattern",
    ]);
  });

  test("other libraries' names are found", () => {
    expect(named("layers_output[2]", olmo.config)).toBe(resid(2));
    expect(named("attentions_output[0]", olmo.config)).toBe("blocks.0.attn.hook_out");
    expect(named("blocks.1.hook_out", olmo.config)).toBe(resid(1));
    expect(named("blocks.1.attn.o.hook_in", olmo.config)).toBe(headZ(1));
    expect(named("embed.hook_out", olmo.config)).toBe("hook_embed");
    // TransformerLens calls OLMo-2's norms ln1 and ln2, though they stand behind the branches.
    expect(named("blocks.0.ln1.hook_scale", olmo.config)).toBe("blocks.0.ln1_post.hook_scale");
    expect(named("blocks.0.ln1.hook_scale", llama.config)).toBe("blocks.0.ln1.hook_scale");
  });

  test("globs match in order of computation, each hook once", () => {
    expect(matchHooks("blocks.*.hook_resid_post", olmo.config)).toEqual([resid(0), resid(1), resid(2)]);
    expect(matchHooks(["logits", "blocks.?.hook_resid_p*", resid(0)], olmo.config)).toEqual([
      residPre(0),
      resid(0),
      residPre(1),
      resid(1),
      residPre(2),
      resid(2),
      "logits",
    ]);
    expect(matchHooks("*", olmo.config)).toEqual(olmo.hookNames);
    expect(matchHooks("l*g?ts*", olmo.config)).toEqual(["logits"]);
  });

  test("a name or glob that finds nothing is an error that says what there is", () => {
    expect(() => matchHooks("blocks.3.hook_resid_post", olmo.config)).toThrow(
      "blocks.3.hook_resid_post: this model has layers 0 to 2.",
    );
    expect(() => matchHooks("blocks.*.hook_nope", olmo.config)).toThrow(/names no hook.*attn\.hook_pattern/);
    expect(() => matchHooks("blocks.0.ln1_post.hook_scale", llama.config)).toThrow(/names no hook/);
  });

  test.each([
    ["blocks.1.hook_resid_pots", "blocks.1.hook_resid_post"],
    ["blocks.*.resid_post", "blocks.*.hook_resid_post"],
    ["block.1.hook_resid_post", "blocks.1.hook_resid_post"],
    ["blocks.0.attn.hook_patern", "blocks.0.attn.hook_pattern"],
    ["hook_embeds", "hook_embed"],
  ])("%s suggests %s", (name, meant) => {
    expect(() => matchHooks(name, olmo.config)).toThrow(`(did you mean ${meant}?)`);
  });

  test("what is near to no hook suggests none", () => {
    expect(() => matchHooks("transformer.h.1.output", olmo.config)).not.toThrow(/did you mean/);
    expect(() => matchHooks("transformer.h.1.output", olmo.config)).toThrow(/names no hook/);
    expect(() => matchHooks("*".repeat(201), olmo.config)).toThrow(/at most 200 characters/);
    expect(() => matchHooks([7 as never], olmo.config)).toThrow(/hook is 7/);
  });
});

test("a capture holds exactly what was asked, in the documented shapes", async () => {
  const { dModel, nHeads, nKvHeads, dHead, vocab } = olmo.config;
  const { cache } = await olmo.forward([1, 2, 3], { capture: ["logits", "blocks.1.attn.*", residMid(0)] });
  expect(Object.fromEntries([...cache].map(([hook, { dims }]) => [hook, dims]))).toEqual({
    "blocks.0.hook_resid_mid": [3, dModel],
    "blocks.1.attn.hook_q": [3, nHeads, dHead],
    "blocks.1.attn.hook_k": [3, nKvHeads, dHead],
    "blocks.1.attn.hook_v": [3, nKvHeads, dHead],
    "blocks.1.attn.hook_rot_q": [3, nHeads, dHead],
    "blocks.1.attn.hook_rot_k": [3, nKvHeads, dHead],
    "blocks.1.attn.hook_attn_scores": [nHeads, 3, 3],
    "blocks.1.attn.hook_pattern": [nHeads, 3, 3],
    "blocks.1.attn.hook_z": [3, nHeads, dHead],
    "blocks.1.attn.hook_result": [3, nHeads, dModel],
    "blocks.1.attn.hook_out": [3, dModel],
    logits: [3, vocab],
  });
  expect((await olmo.forward([1, 2, 3])).cache.size).toBe(0);
});

test("prompts are checked before anything runs", async () => {
  const refused: [readonly number[], RegExp][] = [
    [[], /at least one token id/],
    [[1, 101], /tokens\[1\] is 101, must be a token id of 0 to 100/],
    [[-1], /tokens\[0\] is -1/],
    [[1.5], /tokens\[0\] is 1\.5/],
    [Array(129).fill(1), /length is 129, must be at most 128/],
    ["text" as never, /must be a list of token ids/],
  ];
  for (const [tokens, message] of refused) {
    await expect(olmo.forward(tokens)).rejects.toThrow(message);
    await expect(olmo.generate(tokens)).rejects.toThrow(message);
  }
  await expect(olmo.forwardBatch([[1], [200]])).rejects.toThrow(/prompts\[1\]\[0\] is 200/);
  await expect(olmo.generate([1], { maxNewTokens: 0 })).rejects.toThrow(/maxNewTokens is 0/);
  await expect(olmo.generate([1], { stopIds: [500] })).rejects.toThrow(/stopIds\[0\] is 500/);
});

test("rotary frequencies fall from 1, linear scaling divides them, llama3 only the slow ones", () => {
  const scaling = { kind: "none" as const, factor: 1, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 64 };
  const rope = (change: Partial<typeof scaling> | { kind: "linear" | "llama3" }) =>
    inverseFrequencies({ dHead: 8, rope: { theta: 10000, scaling: { ...scaling, factor: 4, ...change } } });
  const plain = rope({});
  expect([...plain].map((f) => Number(f.toFixed(6)))).toEqual([1, 0.1, 0.01, 0.001]);
  expect([...rope({ kind: "linear" })]).toEqual([...plain].map((f) => Math.fround(f / 4)));
  const llama3 = rope({ kind: "llama3" });
  // Wavelengths 6, 63, 628 and 6,283 against 64 / 4 = 16 and 64 / 1 = 64.
  expect(llama3[0]).toBe(plain[0]);
  expect(llama3[1]).toBeGreaterThan(plain[1] / 4);
  expect(llama3[1]).toBeLessThan(plain[1]);
  expect([llama3[2], llama3[3]]).toEqual([Math.fround(plain[2] / 4), Math.fround(plain[3] / 4)]);
});

test("the mask lets a query see its prefix and itself", () => {
  const no = Number.NEGATIVE_INFINITY;
  expect([...causalMask(1, 2)]).toEqual([0, 0, no, 0, 0, 0]);
});

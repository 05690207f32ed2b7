import { renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import { readValues } from "../../kernel-lib/src/checkpoint/values";
import { temporaryFolder } from "../support/temporary";
import { type TinyOptions, writeTinyCheckpoint } from "../support/tiny-checkpoint";

const folder = temporaryFolder();
let count = 0;
const tiny = (options: TinyOptions = {}) => writeTinyCheckpoint(join(folder, `m${count++}`), options);

describe("openCheckpoint()", () => {
  test("reads OLMo-2 with all its tensors by role", async () => {
    const checkpoint = await openCheckpoint(tiny({ nKvHeads: 2, tokenizer: true }));
    expect(checkpoint.config).toMatchObject({
      modelType: "olmo2",
      nLayers: 3,
      nHeads: 4,
      nKvHeads: 2,
      dHead: 8,
      normPlacement: "post",
      qkNorm: "full",
      eosIds: [2],
      rope: { theta: 10_000, scaling: { kind: "none" } },
    });
    expect(checkpoint.weights.get("blocks.1.attn.k.weight")).toMatchObject({
      name: "model.layers.1.self_attn.k_proj.weight",
      shape: [16, 32],
      dtype: "F32",
    });
    expect(checkpoint.weights.get("blocks.2.attn.kNorm.weight")?.shape).toEqual([16]);
    expect(checkpoint.weights.has("blocks.0.attnPreNorm.weight")).toBe(false);
    expect(checkpoint.tokenizer?.encode(" the capital of France")).toEqual([261, 270, 263, 276]);
  });

  test("counts each parameter once, tied ones too", async () => {
    const parts = { nLayers: 1, dModel: 8, nHeads: 2, dMlp: 12, vocab: 10 } as const;
    const block = 4 * 8 * 8 + 3 * 8 * 12 + 2 * 8;
    const untied = await openCheckpoint(tiny({ architecture: "llama", ...parts }));
    const tied = await openCheckpoint(tiny({ architecture: "llama", ...parts, tied: true }));
    expect(untied.parameters).toBe(2 * 80 + block + 8);
    expect(tied.parameters).toBe(80 + block + 8);
    expect(tied.weights.get("unembed.weight")).toBe(tied.weights.get("embed.weight"));
  });

  test("reads Llama's norms, biases and llama3 rope scaling", async () => {
    const { config, weights } = await openCheckpoint(
      tiny({ architecture: "llama", nKvHeads: 1, bias: true, llama3Rope: true, dHead: 16 }),
    );
    expect(config.rope.scaling).toEqual({
      kind: "llama3",
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPositions: 16,
    });
    expect(config.dHead).toBe(16);
    expect(weights.get("blocks.0.attn.q.weight")?.shape).toEqual([64, 32]);
    expect(weights.get("blocks.0.attn.o.bias")?.shape).toEqual([32]);
    expect(weights.get("blocks.0.mlpPreNorm.weight")?.name).toBe("model.layers.0.post_attention_layernorm.weight");
  });

  test("the same weights in one file or in shards have one fingerprint; another seed has another", async () => {
    const single = await openCheckpoint(tiny({ seed: 5 }));
    const sharded = await openCheckpoint(tiny({ seed: 5, shards: 3 }));
    const other = await openCheckpoint(tiny({ seed: 6 }));
    expect(sharded.fingerprint).toBe(single.fingerprint);
    expect(single.fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(other.fingerprint).not.toBe(single.fingerprint);
    expect(new Set([...sharded.tensors.values()].map((t) => t.file)).size).toBe(3);
  });

  test("follows the symbolic links of a cache snapshot", async () => {
    const model = tiny();
    renameSync(join(model, "model.safetensors"), join(folder, "blob"));
    symlinkSync(join(folder, "blob"), join(model, "model.safetensors"));
    expect((await openCheckpoint(model)).config.nLayers).toBe(3);
  });

  test.each(["F16", "BF16"] as const)("values of %s are the float32 ones, rounded", async (dtype) => {
    const exact = await openCheckpoint(tiny({ seed: 3 }));
    const rounded = await openCheckpoint(tiny({ seed: 3, dtype }));
    const name = "model.layers.0.mlp.up_proj.weight";
    const [a, b] = [exact, rounded].map((c) => c.tensors.get(name));
    if (!a || !b) throw new Error(`no ${name}`);
    const [x, y] = [(await readValues(a)).data, (await readValues(b)).data];
    const unit = dtype === "F16" ? 2 ** -11 : 2 ** -8;
    let largest = 0;
    for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i] - y[i]) / Math.abs(x[i]));
    expect(largest).toBeLessThanOrEqual(unit);
    expect(largest).toBeGreaterThan(0);
  });

  test("a folder without tokenizer.json has no tokenizer", async () => {
    expect((await openCheckpoint(tiny())).tokenizer).toBeNull();
  });

  test("a tied checkpoint that stores a different unembedding is refused, an equal one is not", async () => {
    const untied = tiny({ config: { tie_word_embeddings: true } });
    await expect(openCheckpoint(untied)).rejects.toThrow(
      /tensor "lm_head.weight": differs from model.embed_tokens.weight/,
    );
    rmSync(untied, { recursive: true });
  });
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../kernel-lib/src/checkpoint/config";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import { weightNames } from "../../kernel-lib/src/checkpoint/weights";
import { writeRaw } from "../support/safetensors-file";
import { temporaryFolder } from "../support/temporary";
import { type TinyOptions, writeTinyCheckpoint } from "../support/tiny-checkpoint";

/** meta-llama/Llama-3.2-1B as transformers 4 wrote it. */
const LLAMA_32_1B = {
  architectures: ["LlamaForCausalLM"],
  attention_bias: false,
  attention_dropout: 0.0,
  bos_token_id: 128_000,
  eos_token_id: 128_001,
  head_dim: 64,
  hidden_act: "silu",
  hidden_size: 2048,
  initializer_range: 0.02,
  intermediate_size: 8192,
  max_position_embeddings: 131_072,
  mlp_bias: false,
  model_type: "llama",
  num_attention_heads: 32,
  num_hidden_layers: 16,
  num_key_value_heads: 8,
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_scaling: {
    factor: 32.0,
    high_freq_factor: 4.0,
    low_freq_factor: 1.0,
    original_max_position_embeddings: 8192,
    rope_type: "llama3",
  },
  rope_theta: 500_000.0,
  tie_word_embeddings: true,
  torch_dtype: "bfloat16",
  use_cache: true,
  vocab_size: 128_256,
};
const without = (key: string) => Object.fromEntries(Object.entries(LLAMA_32_1B).filter(([k]) => k !== key));

describe("parseConfig()", () => {
  test("reads a published Llama config", () => {
    expect(parseConfig(LLAMA_32_1B)).toEqual({
      modelType: "llama",
      nLayers: 16,
      nHeads: 32,
      nKvHeads: 8,
      dModel: 2048,
      dHead: 64,
      dMlp: 8192,
      vocab: 128_256,
      maxPositions: 131_072,
      normEps: 1e-5,
      normPlacement: "pre",
      qkNorm: "none",
      gatedMlp: true,
      activation: "silu",
      attnBias: { qkv: false, out: false },
      mlpBias: false,
      rope: {
        theta: 500_000,
        scaling: { kind: "llama3", factor: 32, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 8192 },
      },
      tiedEmbeddings: true,
      bosId: 128_000,
      eosIds: [128_001],
      padId: null,
    });
  });

  test("the rope settings of transformers 5 mean the same as those before", () => {
    const { rope_scaling: scaling, rope_theta: theta, ...rest } = LLAMA_32_1B;
    expect(parseConfig({ ...rest, rope_parameters: { ...scaling, rope_theta: theta } })).toEqual(
      parseConfig(LLAMA_32_1B),
    );
  });

  test("absent optional fields have their documented meaning", () => {
    const config = parseConfig(without("head_dim"));
    expect(config.dHead).toBe(64);
    expect(parseConfig(without("num_key_value_heads")).nKvHeads).toBe(32);
    const oldest = parseConfig({ ...without("rope_theta"), rope_scaling: null });
    expect(oldest.rope).toMatchObject({ theta: 10_000, scaling: { kind: "none" } });
    expect(parseConfig({ ...LLAMA_32_1B, rope_scaling: { type: "linear", factor: 2 } }).rope.scaling).toMatchObject({
      kind: "linear",
      factor: 2,
    });
  });

  test("the end tokens of generation_config.json come first", () => {
    expect(parseConfig(LLAMA_32_1B, { eos_token_id: [128_001, 128_009] }).eosIds).toEqual([128_001, 128_009]);
    expect(parseConfig(LLAMA_32_1B, {}).eosIds).toEqual([128_001]);
  });

  test.each([
    ["num_hidden_layers", 1e9, /num_hidden_layers is 1000000000, must be a whole number from 1 to 1024/],
    ["num_hidden_layers", 0, /from 1 to 1024/],
    ["num_hidden_layers", -3, /from 1 to 1024/],
    ["num_hidden_layers", 1.5, /whole number/],
    ["num_hidden_layers", "16", /num_hidden_layers is "16", must be a whole number/],
    ["num_hidden_layers", null, /num_hidden_layers is null/],
    ["hidden_size", 1e300, /hidden_size is 1e\+300/],
    ["hidden_size", 2049, /hidden_size is 2049, must be a multiple of num_attention_heads = 32/, "head_dim"],
    ["num_attention_heads", 1e6, /num_attention_heads is 1000000/],
    ["num_key_value_heads", 5, /num_key_value_heads is 5, must divide num_attention_heads = 32/],
    ["num_key_value_heads", 64, /from 1 to 32/],
    ["head_dim", 63, /size of a head is 63, must be even/],
    ["vocab_size", 2 ** 40, /vocab_size is 1099511627776/],
    ["intermediate_size", [8192], /intermediate_size is \[8192\]/],
    ["rms_norm_eps", 0, /rms_norm_eps is 0/],
    ["rms_norm_eps", -1e-5, /rms_norm_eps/],
    ["hidden_act", "mish", /hidden_act is "mish", must be one of silu/],
    ["hidden_act", "toString", /hidden_act is "toString"/],
    ["tie_word_embeddings", "yes", /tie_word_embeddings is "yes", must be true or false/],
    ["model_type", "gpt5", /model_type is "gpt5", must be one of olmo2, llama/],
    ["model_type", "constructor", /model_type is "constructor"/],
    ["model_type", undefined, /model_type is null/],
    ["rope_theta", -1, /rope_theta is -1/],
    ["rope_scaling", "llama3", /rope_scaling is "llama3", must be an object/],
    ["rope_scaling", { rope_type: "yarn", factor: 4 }, /rope_type is "yarn", must be one of default, linear, llama3/],
    ["rope_scaling", { rope_type: "llama3", factor: 8 }, /low_freq_factor is null/],
    ["rope_scaling", { rope_type: "linear", factor: 0 }, /factor is 0/],
    ["rope_scaling", { rope_theta: 7 }, /rope_scaling.rope_theta is 7, must equal rope_theta/],
    ["eos_token_id", 128_256, /eos_token_id is 128256, must be a whole number from 0 to 128255/],
    ["quantization_config", { bits: 4 }, /quantization_config is .*, must be absent/],
    ["partial_rotary_factor", 0.5, /partial_rotary_factor is 0.5, must be absent or 1/],
  ])("refuses %s = %j", (key, value, message, drop = "") => {
    expect(() => parseConfig({ ...without(drop), [key]: value })).toThrow(message);
  });
});

describe("a checkpoint whose tensors are not those of its config is refused:", () => {
  const folder = temporaryFolder();
  let n = 0;
  const open = (options: TinyOptions) => openCheckpoint(writeTinyCheckpoint(join(folder, `c${n++}`), options));

  test.each<[string, TinyOptions, RegExp]>([
    [
      "another width",
      { config: { hidden_size: 64 } },
      /"model.embed_tokens.weight": shape is \[101,32\], must be \[101,64\]/,
    ],
    [
      "a layer too few in the file",
      { config: { num_hidden_layers: 4 } },
      /"model.layers.3.self_attn.q_proj.weight" .* is missing/,
    ],
    [
      "a layer too many in the file",
      { config: { num_hidden_layers: 2 } },
      /is of layer 2, but config.json says that there are 2/,
    ],
    [
      "a bias that the config denies",
      { bias: true, config: { attention_bias: false } },
      /"model.layers.0.self_attn.q_proj.bias": has no place/,
    ],
    ["a bias that the file lacks", { config: { attention_bias: true } }, /q_proj.bias" .* is missing/],
    [
      "another architecture",
      { config: { model_type: "llama" } },
      /"model.layers.0.input_layernorm.weight" .* is missing/,
    ],
    [
      "tied, but no unembedding",
      { tied: true, config: { tie_word_embeddings: false } },
      /"lm_head.weight" \(unembed.weight\): is missing/,
    ],
  ])("%s", async (_, options, message) => {
    await expect(open(options)).rejects.toThrow(message);
  });

  test("a tensor of another dtype, only when it is used", async () => {
    const model = writeTinyCheckpoint(join(folder, "dtype"), { nLayers: 1 });
    const file = join(model, "model.safetensors");
    const bytes = readFileSync(file);
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    const data = bytes.subarray(8 + length);
    const extra = { dtype: "I64", shape: [1], data_offsets: [data.length, data.length + 8] };
    writeRaw(file, JSON.stringify({ ...header, counter: extra }), Buffer.concat([data, Buffer.alloc(8)]));
    expect((await openCheckpoint(model)).tensors.has("counter")).toBe(false);
    header["model.norm.weight"].dtype = "I32";
    writeRaw(file, JSON.stringify(header), data);
    await expect(openCheckpoint(model)).rejects.toThrow(
      /"model.norm.weight": dtype is "I32", must be one of F32, F16, BF16/,
    );
  });

  test("a config that is huge, deep or no object", async () => {
    const model = writeTinyCheckpoint(join(folder, "json"), {});
    const config = join(model, "config.json");
    writeFileSync(config, `{"a":${"[".repeat(1_000_000)}`);
    await expect(openCheckpoint(model)).rejects.toThrow(/config.json: nesting at character \d+ is 33/);
    writeFileSync(config, " ".repeat(5_000_000));
    await expect(openCheckpoint(model)).rejects.toThrow(/config.json: size is 5000000, must be at most 4194304 bytes/);
    writeFileSync(config, "null");
    await expect(openCheckpoint(model)).rejects.toThrow(/config.json: must be a JSON object/);
  });
});

test("weightNames() lists the tensors of OLMo-2 1B", () => {
  const config = parseConfig({
    ...LLAMA_32_1B,
    model_type: "olmo2",
    num_key_value_heads: 16,
    num_attention_heads: 16,
    head_dim: undefined,
    rope_scaling: null,
    tie_word_embeddings: false,
    vocab_size: 100_352,
    bos_token_id: null,
    eos_token_id: 100_257,
  });
  const weights = weightNames(config);
  expect(weights.size).toBe(3 + 16 * 11);
  expect(weights.get("blocks.15.attn.qNorm.weight")).toEqual({
    role: "blocks.15.attn.qNorm.weight",
    name: "model.layers.15.self_attn.q_norm.weight",
    shape: [2048],
  });
  const parameters = [...weights.values()].reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0);
  expect(parameters).toBe(1_484_916_736);
});

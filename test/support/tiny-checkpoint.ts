/** Tiny random checkpoints in the Hugging Face layout: config.json, safetensors, on request a tokenizer.
 *  Seeded: the same options give the same bytes. Norms are far from 1 and biases from 0, so that a forgotten
 *  one is seen. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeValues, type TensorBytes, writeSafetensors } from "./safetensors-file";
import { TINY_TOKENIZER_VOCAB, writeTinyTokenizer } from "./tiny-tokenizer";

export interface TinyOptions {
  architecture?: "olmo2" | "llama";
  nLayers?: number;
  nHeads?: number;
  /** 4 of 4 is MHA, 2 of 4 GQA, 1 of 4 MQA. */
  nKvHeads?: number;
  dModel?: number;
  /** Size of a head where it is not dModel / nHeads. */
  dHead?: number;
  dMlp?: number;
  vocab?: number;
  maxPositions?: number;
  tied?: boolean;
  bias?: boolean;
  /** Llama 3's scaling of rotary frequencies, with an original length of 16 so that short prompts see it. */
  llama3Rope?: boolean;
  dtype?: "F32" | "F16" | "BF16";
  /** Number of files; more than one adds model.safetensors.index.json. */
  shards?: number;
  /** Adds tokenizer.json and tokenizer_config.json; vocab is then at least TINY_TOKENIZER_VOCAB. */
  tokenizer?: boolean;
  seed?: number;
  /** Fields of config.json to add or replace; undefined removes one. */
  config?: Record<string, unknown>;
}

type Tiny = Required<Omit<TinyOptions, "config">>;

function withDefaults(options: TinyOptions): Tiny {
  const { nHeads = 4, dModel = 32, tokenizer = false } = options;
  return {
    architecture: "olmo2",
    nLayers: 3,
    nHeads,
    nKvHeads: nHeads,
    dModel,
    dHead: dModel / nHeads,
    dMlp: 48,
    maxPositions: 128,
    tied: false,
    bias: false,
    llama3Rope: false,
    dtype: "F32",
    shards: 1,
    seed: 1,
    ...options,
    tokenizer,
    vocab: Math.max(options.vocab ?? 101, tokenizer ? TINY_TOKENIZER_VOCAB : 0),
  };
}

/** Writes the checkpoint and returns its folder.
 *  @example const model = await openCheckpoint(writeTinyCheckpoint(join(folder, "gqa"), { nKvHeads: 2 })); */
export function writeTinyCheckpoint(folder: string, options: TinyOptions = {}): string {
  const tiny = withDefaults(options);
  mkdirSync(folder, { recursive: true });
  const config = { ...tinyConfig(tiny), ...options.config };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config, null, 2));
  writeFiles(folder, tinyTensors(tiny), tiny.shards);
  if (tiny.tokenizer) writeTinyTokenizer(folder);
  return folder;
}

function tinyConfig(tiny: Tiny): Record<string, unknown> {
  const rope = tiny.llama3Rope
    ? {
        rope_type: "llama3",
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 16,
      }
    : { rope_type: "default" };
  return {
    model_type: tiny.architecture,
    architectures: [tiny.architecture === "olmo2" ? "Olmo2ForCausalLM" : "LlamaForCausalLM"],
    hidden_size: tiny.dModel,
    num_hidden_layers: tiny.nLayers,
    num_attention_heads: tiny.nHeads,
    num_key_value_heads: tiny.nKvHeads,
    ...(tiny.dHead * tiny.nHeads === tiny.dModel ? {} : { head_dim: tiny.dHead }),
    intermediate_size: tiny.dMlp,
    vocab_size: tiny.vocab,
    max_position_embeddings: tiny.maxPositions,
    rms_norm_eps: 1e-6,
    hidden_act: "silu",
    attention_bias: tiny.bias,
    ...(tiny.architecture === "llama" ? { mlp_bias: tiny.bias } : {}),
    rope_parameters: { rope_theta: 10_000, ...rope },
    tie_word_embeddings: tiny.tied,
    bos_token_id: 1,
    eos_token_id: 2,
    pad_token_id: 0,
    dtype: { F32: "float32", F16: "float16", BF16: "bfloat16" }[tiny.dtype],
  };
}

/** Names as transformers saves them. */
function tinyTensors(tiny: Tiny): Map<string, TensorBytes> {
  const normal = gaussian(tiny.seed);
  const tensors = new Map<string, TensorBytes>();
  const add = (name: string, shape: number[], value: () => number) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value);
    tensors.set(name, { dtype: tiny.dtype, shape, bytes: encodeValues(values, tiny.dtype) });
  };
  const norm = (name: string, size: number) => add(name, [size], () => 1 + 0.3 * normal());
  const linear = (name: string, out: number, into: number, bias: boolean) => {
    add(`${name}.weight`, [out, into], () => (1.2 * normal()) / Math.sqrt(into));
    if (bias) add(`${name}.bias`, [out], () => 0.3 * normal());
  };
  const dQ = tiny.nHeads * tiny.dHead;
  const dKv = tiny.nKvHeads * tiny.dHead;
  const post = tiny.architecture === "olmo2";
  add("model.embed_tokens.weight", [tiny.vocab, tiny.dModel], normal);
  for (let layer = 0; layer < tiny.nLayers; layer++) {
    const at = `model.layers.${layer}`;
    linear(`${at}.self_attn.q_proj`, dQ, tiny.dModel, tiny.bias);
    linear(`${at}.self_attn.k_proj`, dKv, tiny.dModel, tiny.bias);
    linear(`${at}.self_attn.v_proj`, dKv, tiny.dModel, tiny.bias);
    linear(`${at}.self_attn.o_proj`, tiny.dModel, dQ, tiny.bias);
    if (post) norm(`${at}.self_attn.q_norm.weight`, dQ);
    if (post) norm(`${at}.self_attn.k_norm.weight`, dKv);
    linear(`${at}.mlp.gate_proj`, tiny.dMlp, tiny.dModel, tiny.bias && !post);
    linear(`${at}.mlp.up_proj`, tiny.dMlp, tiny.dModel, tiny.bias && !post);
    linear(`${at}.mlp.down_proj`, tiny.dModel, tiny.dMlp, tiny.bias && !post);
    norm(`${at}.${post ? "post_attention_layernorm" : "input_layernorm"}.weight`, tiny.dModel);
    norm(`${at}.${post ? "post_feedforward_layernorm" : "post_attention_layernorm"}.weight`, tiny.dModel);
  }
  norm("model.norm.weight", tiny.dModel);
  if (!tiny.tied) linear("lm_head", tiny.vocab, tiny.dModel, false);
  return tensors;
}

function writeFiles(folder: string, tensors: Map<string, TensorBytes>, shards: number): void {
  if (shards === 1) {
    writeSafetensors(join(folder, "model.safetensors"), tensors);
    return;
  }
  const weightMap: Record<string, string> = {};
  const entries = [...tensors];
  const perShard = Math.ceil(entries.length / shards);
  for (let shard = 0; shard < shards; shard++) {
    const file = `model-${String(shard + 1).padStart(5, "0")}-of-${String(shards).padStart(5, "0")}.safetensors`;
    const part = entries.slice(shard * perShard, (shard + 1) * perShard);
    for (const [name] of part) weightMap[name] = file;
    writeSafetensors(join(folder, file), new Map(part));
  }
  const bytes = entries.reduce((sum, [, tensor]) => sum + tensor.bytes.byteLength, 0);
  const index = { metadata: { total_size: bytes }, weight_map: weightMap };
  writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify(index));
}

/** Standard normal numbers: xorshift32 for uniform ones, Box-Muller. */
export function gaussian(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  // The first numbers after a small seed are small too.
  for (let i = 0; i < 16; i++) uniform();
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** What sets one architecture apart from another, as data: a new one is a new entry here, and a new field of
 *  ModelConfig (with its op in graph/) where it computes something that none before it did.
 *  Source: the config classes and modules of Hugging Face transformers 5. */
import type { ModelConfig } from "./types";

/** What a tensor does, whatever its name: `embed.weight`, or a part of a block. */
export type GlobalRole = "embed.weight" | "unembed.weight" | "finalNorm.weight";
export type BlockRole =
  | `attn.${"q" | "k" | "v" | "o"}.${"weight" | "bias"}`
  | `attn.${"qNorm" | "kNorm"}.weight`
  | `${"attnPreNorm" | "attnPostNorm" | "mlpPreNorm" | "mlpPostNorm"}.weight`
  | `mlp.${"gate" | "up" | "down"}.${"weight" | "bias"}`;
export type Role = GlobalRole | `blocks.${number}.${BlockRole}`;

/** Settings of config.json that switch on arithmetic which Patchbay does not have: each must be absent or one of these. */
export type Unsupported = Readonly<Record<string, readonly unknown[]>>;

export interface Architecture {
  /** Keys of config.json for each number. */
  keys: Readonly<
    Record<
      | "nLayers"
      | "nHeads"
      | "nKvHeads"
      | "dModel"
      | "dHead"
      | "dMlp"
      | "vocab"
      | "maxPositions"
      | "normEps"
      | "activation",
      string
    >
  >;
  /** Where the architecture, not its config.json, decides. */
  fixed: Pick<ModelConfig, "normPlacement" | "qkNorm" | "gatedMlp">;
  /** Keys of the bias switches; null: never a bias. */
  biasKeys: { attn: string | null; mlp: string | null };
  unsupported: Unsupported;
  /** Tensor names; `{layer}` is the block's number. Roles that are not listed do not exist. */
  globals: Readonly<Record<GlobalRole, string>>;
  blocks: Readonly<Partial<Record<BlockRole, string>>>;
  /** Buffers that older checkpoints saved; computed from the config, so not read. */
  ignored: RegExp;
}

const LLAMA_KEYS: Architecture["keys"] = {
  nLayers: "num_hidden_layers",
  nHeads: "num_attention_heads",
  nKvHeads: "num_key_value_heads",
  dModel: "hidden_size",
  dHead: "head_dim",
  dMlp: "intermediate_size",
  vocab: "vocab_size",
  maxPositions: "max_position_embeddings",
  normEps: "rms_norm_eps",
  activation: "hidden_act",
};

const LLAMA_GLOBALS: Architecture["globals"] = {
  "embed.weight": "model.embed_tokens.weight",
  "unembed.weight": "lm_head.weight",
  "finalNorm.weight": "model.norm.weight",
};

const LAYER = "model.layers.{layer}";
const LLAMA_LINEARS: Architecture["blocks"] = {
  "attn.q.weight": `${LAYER}.self_attn.q_proj.weight`,
  "attn.k.weight": `${LAYER}.self_attn.k_proj.weight`,
  "attn.v.weight": `${LAYER}.self_attn.v_proj.weight`,
  "attn.o.weight": `${LAYER}.self_attn.o_proj.weight`,
  "attn.q.bias": `${LAYER}.self_attn.q_proj.bias`,
  "attn.k.bias": `${LAYER}.self_attn.k_proj.bias`,
  "attn.v.bias": `${LAYER}.self_attn.v_proj.bias`,
  "attn.o.bias": `${LAYER}.self_attn.o_proj.bias`,
  "mlp.gate.weight": `${LAYER}.mlp.gate_proj.weight`,
  "mlp.up.weight": `${LAYER}.mlp.up_proj.weight`,
  "mlp.down.weight": `${LAYER}.mlp.down_proj.weight`,
  "mlp.gate.bias": `${LAYER}.mlp.gate_proj.bias`,
  "mlp.up.bias": `${LAYER}.mlp.up_proj.bias`,
  "mlp.down.bias": `${LAYER}.mlp.down_proj.bias`,
};

const LLAMA_UNSUPPORTED: Unsupported = {
  quantization_config: [null],
  partial_rotary_factor: [null, 1],
  sliding_window: [null],
};

/** By `model_type` of config.json. */
export const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map<string, Architecture>([
  [
    "olmo2",
    {
      keys: LLAMA_KEYS,
      fixed: { normPlacement: "post", qkNorm: "full", gatedMlp: true },
      biasKeys: { attn: "attention_bias", mlp: null },
      unsupported: { ...LLAMA_UNSUPPORTED, clip_qkv: [null] },
      globals: LLAMA_GLOBALS,
      blocks: {
        ...LLAMA_LINEARS,
        "attn.qNorm.weight": `${LAYER}.self_attn.q_norm.weight`,
        "attn.kNorm.weight": `${LAYER}.self_attn.k_norm.weight`,
        "attnPostNorm.weight": `${LAYER}.post_attention_layernorm.weight`,
        "mlpPostNorm.weight": `${LAYER}.post_feedforward_layernorm.weight`,
      },
      ignored: /\.rotary_emb\.inv_freq$/,
    },
  ],
  [
    "llama",
    {
      keys: LLAMA_KEYS,
      fixed: { normPlacement: "pre", qkNorm: "none", gatedMlp: true },
      biasKeys: { attn: "attention_bias", mlp: "mlp_bias" },
      unsupported: LLAMA_UNSUPPORTED,
      globals: LLAMA_GLOBALS,
      blocks: {
        ...LLAMA_LINEARS,
        "attnPreNorm.weight": `${LAYER}.input_layernorm.weight`,
        // What Llama calls "post attention" normalises the MLP's input, so it stands before the MLP.
        "mlpPreNorm.weight": `${LAYER}.post_attention_layernorm.weight`,
      },
      ignored: /\.rotary_emb\.inv_freq$/,
    },
  ],
]);

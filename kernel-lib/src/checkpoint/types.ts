/** What the rest of Patchbay knows of a checkpoint: documented fields, never a model's name.
 *  Source: the config.json and *.safetensors of a Hugging Face folder. */

import type { Role } from "./architectures";

/** Where a block's RMS norms stand.
 *  `post`: OLMo-2, x + norm(f(x)). `pre`: Llama, x + f(norm(x)). `both`: Gemma-2 style. */
export type NormPlacement = "pre" | "post" | "both";

export interface RopeScaling {
  /** `none`, `linear` (positions / factor) or `llama3` (by wavelength). */
  kind: "none" | "linear" | "llama3";
  factor: number;
  lowFreqFactor: number;
  highFreqFactor: number;
  originalMaxPositions: number;
}

/** The whole of a transformer's shape; every difference between architectures is a field here. */
export interface ModelConfig {
  /** `model_type` of config.json, shown to people, never branched on. */
  modelType: string;
  nLayers: number;
  nHeads: number;
  nKvHeads: number;
  dModel: number;
  dHead: number;
  dMlp: number;
  vocab: number;
  maxPositions: number;
  normEps: number;
  normPlacement: NormPlacement;
  /** RMS norm on queries and keys: over the whole projection (OLMo-2), per head (Qwen-3), or none. */
  qkNorm: "none" | "full" | "per-head";
  /** `silu`, `gelu_new` ...: the MLP's activation. */
  activation: "silu" | "gelu" | "gelu_tanh" | "relu";
  gatedMlp: boolean;
  /** Bias of q/k/v, of o, and of the MLP. */
  attnBias: { qkv: boolean; out: boolean };
  mlpBias: boolean;
  rope: { theta: number; scaling: RopeScaling };
  tiedEmbeddings: boolean;
  bosId: number | null;
  eosIds: readonly number[];
  padId: number | null;
}

export type StoredDtype = "F32" | "F16" | "BF16";

/** One tensor of a checkpoint: where its bytes lie. Nothing is read to make this. */
export interface StoredTensor {
  name: string;
  dtype: StoredDtype;
  shape: readonly number[];
  /** Absolute path of the .safetensors file. */
  file: string;
  /** Byte offset in the file, and length in bytes. */
  offset: number;
  length: number;
}

/** A checkpoint folder, read and checked; no weights in memory. */
export interface Checkpoint {
  /** As the caller named it: `demo/dpo`, a folder, a hub name. */
  name: string;
  folder: string;
  config: ModelConfig;
  /** The tensors in use, by the name in the file. */
  tensors: ReadonlyMap<string, StoredTensor>;
  /** The same by role: `embed.weight`, `blocks.3.attn.q.weight`, `finalNorm.weight`, `unembed.weight` (weights.ts).
   *  With tied embeddings, `unembed.weight` is the tensor of `embed.weight`. */
  weights: ReadonlyMap<Role, StoredTensor>;
  /** `sha256:` over config and tensors' headers and bytes' sampled blocks; see fingerprint.ts. */
  fingerprint: string;
  /** Sum of the elements of all tensors in use. */
  parameters: number;
  /** null when the folder has no tokenizer.json. */
  tokenizer: Tokenizer | null;
}

/** Text to token ids and back, as the checkpoint's own tokenizer.json says. */
export interface Tokenizer {
  /** Ids of `text`; special tokens are added only when asked for. */
  encode(text: string, options?: { addSpecialTokens?: boolean }): number[];
  /** Text of `ids`, which is what `encode` was given but for characters that the vocabulary lacks. */
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
  /** The text of one token as shown to people (` big`, not `Ġbig`). */
  tokenText(id: number): string;
  /** The id of an exact token string of the vocabulary (`<s>`), or null. */
  tokenId(token: string): number | null;
  /** Prompt text by the checkpoint's chat template; null when it has none. */
  chat:
    | ((messages: readonly ChatMessage[], options?: { addGenerationPrompt?: boolean; dateString?: string }) => string)
    | null;
  readonly vocabSize: number;
}
/** One turn of a chat, as chat templates take it. */
export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** The running model: stages for those who plan, `forward` for those who ask. */
import type { Checkpoint, ModelConfig, Tokenizer } from "../checkpoint/types";
import type { Intervention } from "../intervene/types";
import type { Host } from "../session/types";
import type { F32 } from "../tensor";

export type DeviceName = "cpu" | "webgpu" | "cuda";
/** What runs the model; written into every result. */
export interface Provider {
  device: DeviceName;
  /** Precision of the arithmetic, not of the stored weights. */
  precision: "fp32" | "fp16" | "bf16";
  /** Why this one: `asked`, or `auto: no GPU adapter found`. */
  reason: string;
  onnxruntime: string;
}

/** What a memory budget has come to. */
export interface Memory {
  /** `streaming`: one stage's weights at a time, read anew by each pass. */
  weights: "resident" | "streaming";
  /** Bytes that a plan may fill with activations. */
  activationBytes: number;
  /** Bytes that a path trace may fill with matrices of its own. */
  matrixBytes: number;
}

/** Keys and values that lie before the tokens being run, per layer.
 *  `group[row]` says which of the G prefixes a row continues. */
export interface Prefix {
  /** [G, nKvHeads, P, dHead], after key norm and rotary. */
  k: F32;
  v: F32;
  /** [rows], values in 0..G-1. */
  group: Int32Array;
}

export interface BlockInput {
  layer: number;
  /** [rows * tokens, dModel], row after row. */
  x: F32;
  rows: number;
  tokens: number;
  /** Position of the first token of every row: the length P of the prefix. */
  start: number;
  prefix: Prefix | null;
  /** Names of hooks of this block to return, without the `blocks.N.` part. */
  want?: readonly string[];
  /** Whether k and v are returned; empty if not. Default true. */
  keys?: boolean;
  /** Rows written over what a branch adds to the residual stream (after its norm, where it has one). */
  overwrite?: Overwrite;
}
/** Changes rows of attn_out or mlp_out before they are added to the residual stream, or heads' rows of z before they
 *  are mixed. resid_post needs none of this: whoever holds `y` writes into it. A wanted hook is returned as it is after
 *  the overwrite. */
export interface Overwrite {
  site: "attn_out" | "mlp_out" | "z";
  /** `add`: the values are added. Default `set`: they replace the row. */
  kind?: "set" | "add";
  /** Indices into rows * tokens, of z into rows * tokens * nHeads; each at most once. */
  rows: Int32Array;
  /** [rows.length, dModel], of z [rows.length, dHead] */
  values: F32;
}
export interface BlockOutput {
  /** resid_post, [rows * tokens, dModel]. */
  y: F32;
  /** This call's own keys (after norm and rotary) and values, [rows, nKvHeads, tokens, dHead]. */
  k: F32;
  v: F32;
  /** By name as in `want`, with a leading [rows, tokens, ...] (pattern: [rows, nHeads, tokens, start + tokens]). */
  hooks: Record<string, F32>;
}

export interface HeadInput {
  /** resid_post of the last layer, [rows, dModel]. */
  x: F32;
  /** Answer's token id for each row. */
  answers: Int32Array;
  topK?: number;
  /** Rows whose KL(target || row) is asked: the target's own resid_post, [targets, dModel], and for each row which. */
  klTarget?: { x: F32; of: Int32Array };
}
export interface HeadOutput {
  /** All [rows]. rank counts from 1: strictly larger logits + 1. */
  answerLogit: Float32Array;
  rank: Int32Array;
  logSumExp: Float32Array;
  /** KL(target || row) in nats, or null when not asked. */
  kl: Float32Array | null;
  /** [rows, topK]; null when not asked. */
  topIds: Int32Array | null;
  topLogits: Float32Array | null;
}

/** A model as a chain of stages. Chunking to memory is inside: callers pass any number of rows.
 *  On the CPU with resident weights a row gives the same bits whatever batch is around it, in every case tried;
 *  streamed weights and other devices agree to about 1e-6, so callers that compare use a tolerance of 1e-5. */
export interface Stages {
  /** [n] ids -> [n, dModel], after any embedding scale. */
  embed(ids: Int32Array): Promise<F32>;
  block(input: BlockInput): Promise<BlockOutput>;
  head(input: HeadInput): Promise<HeadOutput>;
  /** [rows, dModel] -> [rows, vocab]; only when someone asks for logits. */
  logits(x: F32): Promise<F32>;
}

/** What a forward keeps and what it changes. */
export interface ForwardOptions {
  /** Globs over hook names; one that matches nothing is an error. `logits` is a name too. */
  capture?: string | readonly string[];
  interventions?: readonly Intervention[];
  signal?: AbortSignal;
}
/** Activations by full hook name, one prompt, without a batch axis. */
export type ActivationCache = ReadonlyMap<string, F32>;
/** What one prompt gave. */
export interface Forward {
  tokens: readonly number[];
  cache: ActivationCache;
  /** Logits of the last position, [vocab]; only if `logits` was captured is the whole [pos, vocab] in `cache`. */
  lastLogits: Float32Array;
}
export interface GenerateOptions {
  /** Default 32. */
  maxNewTokens?: number;
  /** Default: the checkpoint's end-of-sequence ids. */
  stopIds?: readonly number[];
  signal?: AbortSignal;
}
/** What a model wrote. */
export interface Generation {
  /** New tokens only: neither the prompt nor the stop token. */
  tokens: number[];
  text: string | null;
  stopped: "eos" | "length" | "abort";
}

/** A loaded model: runs prompts, hands out activations, generates. */
export interface Model {
  readonly name: string;
  readonly checkpoint: Checkpoint;
  readonly config: ModelConfig;
  readonly fingerprint: string;
  readonly tokenizer: Tokenizer | null;
  readonly provider: Provider;
  readonly memory: Memory;
  readonly stages: Stages;
  /** Where the engine runs; path/ asks it for the frozen model's linear maps. */
  readonly host: Host;
  /** All hook names of this model, in order of computation. */
  readonly hookNames: readonly string[];
  /** Runs one prompt, keeps the activations that `capture` names, and applies interventions.
   *  @throws HookError for a name that is no hook of this model; PatchbayError for tokens that it has not, or an
   *    intervention that does not fit the prompt.
   *  @example
   *  const ids = model.tokenizer!.encode("Country: Peru. Answer:");
   *  const { cache, lastLogits } = await model.forward(ids, { capture: ["blocks.*.hook_resid_post", pb.pattern(3)] });
   *  cache.get("blocks.3.hook_resid_post")!.dims // [6, 96]: tokens, width */
  forward(tokens: readonly number[], options?: ForwardOptions): Promise<Forward>;
  /** Same as forward() for many prompts; grouped by length, no padding. */
  forwardBatch(prompts: readonly (readonly number[])[], options?: ForwardOptions): Promise<Forward[]>;
  /** Greedy, with a K/V cache. */
  generate(tokens: readonly number[], options?: GenerateOptions): Promise<Generation>;
  /** Gives its memory back; what is asked of it afterwards is refused. */
  close(): Promise<void>;
}
/** Where and how a model runs. */
export interface LoadOptions {
  device?: DeviceName | "auto";
  /** What products with weights are computed in; norms, softmax and the residual stream stay fp32. `fp16` on WebGPU and
   *  CUDA, `bf16` on CUDA; default `fp32`. `patchbay doctor --deviation MODEL` measures what it changes. */
  precision?: Provider["precision"];
  /** Bytes that the process may take: weights, activations and all. Default: 0.6 of the machine's memory. Weights that
   *  do not fit are streamed; a budget below the largest stage cannot be kept. */
  memoryBudget?: number;
  /** Default: what the budget allows. */
  weights?: "resident" | "streaming";
  /** Where onnxruntime runs; `worker` keeps the event loop free. Default `worker`. */
  host?: "worker" | "inline";
}

/** What crosses the thread boundary between a model and its engine: typed arrays and plain data only. */
import type { Role } from "../checkpoint/architectures";
import type { ModelConfig, StoredTensor } from "../checkpoint/types";
import type { EditKind } from "../graph/taps";

export type Device = "cpu" | "webgpu" | "cuda";
/** What products with weights are computed in; all else is F32. */
export type Precision = "fp32" | "fp16" | "bf16";

/** Everything an engine needs to open its stages; no weights, only where they lie. */
export interface EngineSpec {
  config: ModelConfig;
  weights: readonly (readonly [Role, StoredTensor])[];
  device: Device;
  precision: Precision;
  /** `streaming` opens one block at a time and lets it go. */
  residence: "resident" | "streaming";
  /** Most bytes that open sessions may hold, as F32. */
  sessionBytes: number;
}

/** Rows of a hook that change. A unit is a token, a (token, head) pair, or for patterns a (prompt, head, query);
 *  units count through all rows of the call, and each occurs at most once. */
export interface Edit {
  hook: string;
  kind: EditKind;
  units: Int32Array;
  /** [units.length, width] */
  values: Float32Array;
}

export interface BlockCall {
  layer: number;
  /** [rows * tokens, dModel] */
  x: Float32Array;
  rows: number;
  tokens: number;
  /** Position of each row's first token. */
  start: number;
  /** k, v: [groups, nKvHeads, start, dHead]. */
  prefix: { k: Float32Array; v: Float32Array; group: Int32Array } | null;
  want: readonly string[];
  edits: readonly Edit[];
  /** Whether keys and values are asked for. */
  keys: boolean;
}
export interface BlockReply {
  y: Float32Array;
  /** [rows, nKvHeads, tokens, dHead]; empty when not asked for. */
  k: Float32Array;
  v: Float32Array;
  hooks: Record<string, Float32Array>;
}

export interface HeadCall {
  /** [rows, dModel] */
  x: Float32Array;
  answers: Int32Array;
  topK: number;
  target: { x: Float32Array; of: Int32Array } | null;
}
export interface HeadReply {
  answerLogit: Float32Array;
  rank: Int32Array;
  logSumExp: Float32Array;
  kl: Float32Array | null;
  topIds: Int32Array | null;
  topLogits: Float32Array | null;
}

/** Rows of one length through the whole model. */
export interface PassCall {
  ids: Int32Array;
  rows: number;
  tokens: number;
  /** Full hook names. */
  want: readonly string[];
  /** `hook` is a full name. */
  edits: readonly Edit[];
}
export interface PassReply {
  hooks: Record<string, Float32Array>;
  /** [rows, vocab], of each row's last token. */
  lastLogits: Float32Array;
}

export interface GreedyCall {
  ids: Int32Array;
  maxNewTokens: number;
  stopIds: readonly number[];
}
export interface GreedyReply {
  ids: number[];
  stopped: "eos" | "length" | "abort";
}

/** One frozen block: its diagonals [positions, width] (null where there is no such norm) and its edges' tables. */
export interface LinearLayer {
  attnIn: Float32Array | null;
  attnOut: Float32Array | null;
  mlpIn: Float32Array | null;
  gate: Float32Array;
  mlpOut: Float32Array | null;
  /** [edges] */
  from: Int32Array;
  to: Int32Array;
  /** [edges, nHeads] and [edges]. */
  weight: Float32Array;
  identity: Float32Array;
}
/** A model frozen on one prompt, with the edges that its rows go along. */
export interface LinearModel {
  layers: readonly LinearLayer[];
  /** [dModel] */
  final: Float32Array;
  answer: number;
}
export interface LinearStepCall {
  model: number;
  layer: number;
  direction: "forward" | "backward";
  x: Float32Array;
  of: Int32Array;
  edge: Int32Array;
}
export interface LinearHeadCall {
  model: number;
  x: Float32Array;
  topK: number;
  logits: boolean;
}
export interface LinearHeadReply {
  answerLogit: Float32Array;
  rank: Int32Array;
  /** [rows, topK]; empty when not asked for. */
  topIds: Int32Array;
  /** [rows, vocab]; empty when not asked for. */
  logits: Float32Array;
}

export interface ProductCall {
  /** [n, dModel] */
  left: Float32Array;
  /** [m, dModel], or the number of one that is held. */
  right: Float32Array | number;
}

/** What a host can be asked, by name. */
export interface Calls {
  embed: (ids: Int32Array) => Promise<Float32Array>;
  block: (call: BlockCall) => Promise<BlockReply>;
  head: (call: HeadCall) => Promise<HeadReply>;
  logits: (x: Float32Array) => Promise<Float32Array>;
  pass: (call: PassCall) => Promise<PassReply>;
  greedy: (call: GreedyCall) => Promise<GreedyReply>;
  linearHold: (model: LinearModel) => Promise<number>;
  linearDrop: (model: number) => Promise<void>;
  linearStep: (call: LinearStepCall) => Promise<Float32Array>;
  linearHead: (call: LinearHeadCall) => Promise<LinearHeadReply>;
  unembedRows: (call: { model: number; ids: Int32Array }) => Promise<Float32Array>;
  product: (call: ProductCall) => Promise<Float32Array>;
  productHold: (right: Float32Array) => Promise<number>;
  productDrop: (right: number) => Promise<void>;
}
export type CallName = keyof Calls;

/** Looked at between stages: a long call ends at the next one. */
export interface Cancel {
  aborted: boolean;
}

/** Where an engine runs. Calls are served one at a time, in order. */
export interface Host {
  call<N extends CallName>(name: N, argument: Parameters<Calls[N]>[0], signal?: AbortSignal): ReturnType<Calls[N]>;
  /** Frees every session; later calls fail. */
  close(): Promise<void>;
}

/** Path tracing (arXiv:2602.07930, section 6): the forward pass on one prompt, frozen into linear maps from token
 *  to token, and the paths through them. Shapes: L layers, H heads, T positions, d model width, f MLP width. */

/** `eq3`: the paper's Eq. 3 with the model's real norm placement. `released-code`: as the released script computes,
 *  with every head of every edge, attention weights left out and the identity always added. */
export type Equation = "eq3" | "released-code";

/** One block with its nonlinearities replaced by their values on the prompt. A missing scale is null, not ones. */
export interface FrozenLayer {
  /** Attention weights, [H, T, T] as query, key. */
  pattern: Float32Array;
  /** Norm before the value projection, taken at the source j, [T, d] (pre-norm models). */
  attnIn: Float32Array | null;
  /** Norm after the attention's output, taken at i, [T, d] (OLMo-2). */
  attnOut: Float32Array | null;
  /** Norm before the MLP, at i, [T, d]. */
  mlpIn: Float32Array | null;
  /** Diagonal D between up and down projection, at i, [T, f]: act(gate) for gated MLPs, the secant act(z) / z else. */
  gate: Float32Array;
  /** Norm after the MLP, at i, [T, d]. */
  mlpOut: Float32Array | null;
}

export interface Frozen {
  tokens: readonly number[];
  /** Embeddings, [T, d]. */
  embed: Float32Array;
  layers: readonly FrozenLayer[];
  /** Final norm at the last position, [d]. */
  final: Float32Array;
  /** The model's own logits at the last position, [vocab]. */
  logits: Float32Array;
}

/** The edges j -> i of one layer, sorted by i, then j. */
export interface LayerEdges {
  from: Int32Array;
  to: Int32Array;
  /** What each head contributes along the edge, [edges, H]: its attention weight, or 0 when it takes no part. */
  weight: Float32Array;
  /** 1 where a head is among those that chose the edge, [edges, H]; the paper's head mask. */
  mask: Uint8Array;
  /** Factor of the residual stream along the edge, [edges]: 1 on i -> i, else 0. */
  identity: Float32Array;
  /** Edges out of position j are `outgoing[start[j] .. start[j + 1]]`. */
  start: Int32Array;
  outgoing: Int32Array;
}

/** A kept path: positions from the embedding to the last layer, and where it puts the answer. */
export interface KeptPath {
  /** L + 1 positions; the last is T - 1. */
  positions: Int32Array;
  /** 1-based: strictly larger logits + 1. */
  rank: number;
  logit: number;
}

export interface TraceRequest {
  answer: number;
  /** Positions paths may start from. */
  sources: readonly number[];
  /** Attended positions per head and query that count as edges. */
  topK: number;
  /** Paths with answer rank <= maxRank are kept; those whose vector has shrunk to nothing have no rank. */
  maxRank: number;
  equation: Equation;
}

/** How far all enumerated paths together stand for the model (kept or not). */
export interface Completeness {
  modelLogit: number;
  pathsLogit: number;
  /** Over the whole vocabulary's logits. */
  cosine: number;
  normRatio: number;
}

export interface Trace {
  /** [sources] */
  totalPaths: number[];
  /** Sorted by source, then by positions. */
  kept: KeptPath[];
  completeness: Completeness;
  edges: readonly LayerEdges[];
}

/** The right-hand side [m, d] of products to come. */
export interface KeptRight {
  /** left [n, d] times it transposed, [n, m]. */
  times(left: Float32Array): Promise<Float32Array>;
  drop(): Promise<void>;
}

/** Parts of a block application, as shares of its products. */
export interface Shares {
  /** One d x d product. */
  map: number;
  /** The values' product, which each edge has for itself on the way back. */
  values: number;
}

/** The frozen model as batched linear maps; `edge` indexes the layer's `LayerEdges`. Implemented on onnxruntime by
 *  linear.ts. */
export interface LinearMaps {
  readonly dModel: number;
  readonly vocab: number;
  readonly shares: Shares;
  /** The token whose rank `head` gives. */
  readonly answer: number;
  /** Row r of the result is row `of[r]` of `v` [n, d] carried along `edge[r]`: [rows, d]. */
  forward(layer: number, v: Float32Array, of: Int32Array, edge: Int32Array): Promise<Float32Array>;
  /** The transposed maps: row r of `g` [n, d] at the edge's target, carried back to its source: [rows, d]. */
  backward(layer: number, g: Float32Array, of: Int32Array, edge: Int32Array): Promise<Float32Array>;
  /** Exact answer logit and 1-based rank over the whole vocabulary, and the `topIds` [rows, top] when top > 0. */
  head(v: Float32Array, top: number): Promise<{ logit: Float32Array; rank: Int32Array; topIds: Int32Array }>;
  /** Rows of W_U times the final norm's diagonal, [ids, d]. */
  unembedRows(ids: Int32Array): Promise<Float32Array>;
  /** left [n, d] times right [m, d] transposed, [n, m]. */
  product(left: Float32Array, right: Float32Array): Promise<Float32Array>;
  /** Keeps a right-hand side where products are made, for many of them. */
  keep(right: Float32Array): Promise<KeptRight>;
  /** All logits of one vector, [vocab]. */
  logits(v: Float32Array): Promise<Float32Array>;
}

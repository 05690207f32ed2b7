/** Causal self-attention with a key/value prefix, rotary positions and grouped heads (arXiv:2305.13245), for `rows`
 *  prompts of `tokens` tokens at once. Formulation: weights as stored, [out, in], by Gemm; prefix by Gather + Concat. */
import type { ModelConfig } from "../checkpoint/types";
import type { GraphBuilder, Value } from "./builder";
import { rmsNorm } from "./norm";
import type { Taps } from "./taps";
import type { PartWeights } from "./weights";

/** Inputs that say where the rows stand; the same for every layer. */
export interface Place {
  /** [tokens, dHead] */
  cos: Value;
  sin: Value;
  /** [tokens, prefix + tokens] */
  mask: Value;
  /** [G, nKvHeads, prefix, dHead] and, for each row, which of the G. */
  prefixK: Value;
  prefixV: Value;
  group: Value;
  /** [rows, tokens, heads, dHead] as int64, for queries and for keys. */
  queryShape: Value;
  keyShape: Value;
}

export function placeInputs(b: GraphBuilder, { nKvHeads, dHead }: ModelConfig): Place {
  return {
    cos: b.input("cos", "float", ["tokens", dHead]),
    sin: b.input("sin", "float", ["tokens", dHead]),
    mask: b.input("mask", "float", ["tokens", "keys"]),
    prefixK: b.input("prefix_k", "float", ["groups", nKvHeads, "prefix", dHead]),
    prefixV: b.input("prefix_v", "float", ["groups", nKvHeads, "prefix", dHead]),
    group: b.input("group", "int32", ["rows"]),
    queryShape: b.input("query_shape", "int64", [4]),
    keyShape: b.input("key_shape", "int64", [4]),
  };
}

/** x [rows * tokens, dModel] -> the branch's raw output in the same shape, and this call's own keys and values,
 *  [rows, nKvHeads, tokens, dHead]. */
export function attention(
  b: GraphBuilder,
  x: Value,
  { config, weights, place, taps }: { config: ModelConfig; weights: PartWeights; place: Place; taps: Taps },
): { out: Value; k: Value; v: Value } {
  const { nHeads, dHead } = config;
  const q4 = project(b, x, { part: "q", config, weights, place, taps }); // [rows, tokens, nHeads, dHead]
  const k4 = project(b, x, { part: "k", config, weights, place, taps });
  const v4 = b.op("Reshape", [taps.at("attn.hook_v", linear(b, x, weights, "attn.v")), place.keyShape]);
  const swap = (value: Value) => b.op("Transpose", [value], { perm: [0, 2, 1, 3] });
  const q = swap(q4); // [rows, nHeads, tokens, dHead]
  const k = swap(k4); // [rows, nKvHeads, tokens, dHead]
  const v = swap(v4);
  const withPrefix = (prefix: Value, own: Value) =>
    b.op("Concat", [b.op("Gather", [prefix, place.group], { axis: 0 }), own], { axis: 2 });
  const keys = b.op("Transpose", [withPrefix(place.prefixK, k)], { perm: [0, 1, 3, 2] }); // [rows, nKvHeads, dHead, keys]
  const values = withPrefix(place.prefixV, v); // [rows, nKvHeads, keys, dHead]

  const scores = perKvHead(b, q, config, (grouped) => b.op("MatMul", [grouped, keys])); // [rows, nHeads, tokens, keys]
  const scaled = b.op("Mul", [scores, b.float(1 / Math.sqrt(dHead))]);
  const masked = taps.at("attn.hook_attn_scores", b.op("Add", [scaled, place.mask]));
  const pattern = taps.at("attn.hook_pattern", b.op("Softmax", [masked], { axis: -1 }));
  const mixed = perKvHead(b, pattern, config, (grouped) => b.op("MatMul", [grouped, values])); // [rows, nHeads, tokens, dHead]
  const z = taps.at("attn.hook_z", b.op("Reshape", [swap(mixed), b.ints([-1, nHeads * dHead])]));
  if (taps.wants("attn.hook_result")) taps.at("attn.hook_result", eachHeadsOutput(b, z, { config, weights }));
  return { out: linear(b, z, weights, "attn.o"), k, v };
}

/** Queries or keys: projection, norm, rotary. */
function project(
  b: GraphBuilder,
  x: Value,
  at: { part: "q" | "k"; config: ModelConfig; weights: PartWeights; place: Place; taps: Taps },
): Value {
  const { part, config, weights, place, taps } = at;
  const shape = part === "q" ? place.queryShape : place.keyShape;
  const raw = taps.at(`attn.hook_${part}`, linear(b, x, weights, `attn.${part}`)); // [rows * tokens, heads * dHead]
  const norm = (value: Value) =>
    rmsNorm(b, value, { weight: weights.need(`attn.${part}Norm.weight`), eps: config.normEps });
  const full = config.qkNorm === "full" ? norm(raw) : raw;
  const split = b.op("Reshape", [full, shape]); // [rows, tokens, heads, dHead]
  const each = config.qkNorm === "per-head" ? norm(split) : split;
  return taps.at(`attn.hook_rot_${part}`, rotate(b, each, { dHead: config.dHead, place }));
}

/** x * cos + (-x2, x1) * sin, x1 and x2 the halves of a head's channels. */
function rotate(b: GraphBuilder, x: Value, { dHead, place }: { dHead: number; place: Place }): Value {
  const half = dHead / 2;
  const slice = (from: number, to: number) => b.op("Slice", [x, b.ints([from]), b.ints([to]), b.ints([-1])]);
  const turned = b.op("Concat", [b.op("Neg", [slice(half, dHead)]), slice(0, half)], { axis: -1 });
  const overHeads = (table: Value) => b.op("Unsqueeze", [table, b.ints([1])]); // [tokens, 1, dHead]
  return b.op("Add", [b.op("Mul", [x, overHeads(place.cos)]), b.op("Mul", [turned, overHeads(place.sin)])]);
}

/** Runs a product of [rows, nHeads, tokens, a] with one matrix per key/value head: heads that share one are stacked,
 *  so keys and values are never copied. */
function perKvHead(b: GraphBuilder, x: Value, config: ModelConfig, product: (grouped: Value) => Value): Value {
  const { nHeads, nKvHeads } = config;
  if (nHeads === nKvHeads) return product(x);
  const tokens = b.op("Shape", [x], { start: 2, end: 3 });
  const width = b.op("Shape", [x], { start: 3, end: 4 });
  const stacked = b.op("Reshape", [x, b.op("Concat", [b.ints([0, nKvHeads, -1]), width], { axis: 0 })]);
  const y = product(stacked); // [rows, nKvHeads, nHeads / nKvHeads * tokens, ...]
  return b.op("Reshape", [y, b.op("Concat", [b.ints([0, nHeads]), tokens, b.ints([-1])], { axis: 0 })]);
}

/** What each head alone adds to the branch's raw output (bias left out), [rows * tokens, nHeads, dModel]. */
function eachHeadsOutput(
  b: GraphBuilder,
  z: Value,
  { config, weights }: { config: ModelConfig; weights: PartWeights },
): Value {
  const { nHeads, dHead, dModel } = config;
  const stored = b.op("Reshape", [b.weight(weights.need("attn.o.weight")), b.ints([dModel, nHeads, dHead])]);
  const perHead = b.op("Transpose", [stored], { perm: [1, 2, 0] }); // [nHeads, dHead, dModel]
  const heads = b.op("Transpose", [b.op("Reshape", [z, b.ints([-1, nHeads, dHead])])], { perm: [1, 0, 2] });
  return b.op("Transpose", [b.op("MatMul", [heads, perHead])], { perm: [1, 0, 2] });
}

/** x W^T + bias, W as stored. */
export function linear(b: GraphBuilder, x: Value, weights: PartWeights, part: LinearPart): Value {
  return b.product(x, weights.need(`${part}.weight`), weights.find(`${part}.bias`));
}
type LinearPart = "attn.q" | "attn.k" | "attn.v" | "attn.o" | "mlp.gate" | "mlp.up" | "mlp.down";

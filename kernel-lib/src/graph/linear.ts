/** A block and the head with every nonlinearity frozen, as linear maps over many rows at once, for path tracing
 *  (arXiv:2602.07930, section 6). Diagonals come in as tables [positions, width] that rows gather from, so rows of
 *  different edges share a call. The backward block is the transposed map. Biases are left out: they are no part of a
 *  path, and the trace's completeness shows what they would have added. */
import type { ModelConfig, StoredTensor } from "../checkpoint/types";
import { GraphBuilder, type StageGraph, type Value } from "./builder";
import { blockWeights, globalWeight, type WeightMap } from "./weights";

/** Inputs of both directions: x [n, dModel], of [rows] (which row of x), edge [rows] (row of the edge tables), weight
 *  [edges, nHeads], identity [edges, 1], at [n] (the position of each row of x), and the diagonals' tables; forward takes
 *  to [rows] and backward from [rows], the position at an edge's other end. Output: y [rows, dModel].
 *  What depends on a row's own position is computed once for all edges: forward the values, backward all but them. */
export function linearBlockGraph(
  config: ModelConfig,
  weights: WeightMap,
  { layer, direction }: { layer: number; direction: "forward" | "backward" },
): StageGraph {
  const b = new GraphBuilder(`linear.${direction}.${layer}`);
  const stage = linearStage(b, config, weights, layer);
  b.output("y", direction === "forward" ? forward(stage) : backward(stage), ["rows", config.dModel]);
  return b.finish();
}

interface LinearStage {
  b: GraphBuilder;
  config: ModelConfig;
  x: Value;
  of: Value;
  /** [rows, nHeads] and [rows, 1], gathered by edge. */
  headWeight: Value;
  identity: Value;
  /** x times a matrix [out, in] as stored (`along`), or times its transpose (`against`). */
  along(x: Value, role: Matrix): Value;
  against(x: Value, role: Matrix): Value;
  /** Rows of x times the diagonal's table at the given positions; x itself where the model has no such norm. */
  scale(x: Value, diagonal: Diagonal, at: "at" | "from" | "to"): Value;
  /** [rows] -> rows of a [n, width] value. */
  pick(value: Value): Value;
}
type Matrix = "attn.v" | "attn.o" | "mlp.up" | "mlp.down";
/** Names of the diagonals' inputs. */
type Diagonal = "attn_in" | "attn_out" | "mlp_in" | "gate" | "mlp_out";

function linearStage(b: GraphBuilder, config: ModelConfig, weights: WeightMap, layer: number): LinearStage {
  const parts = blockWeights(weights, layer);
  const x = b.input("x", "float", ["n", config.dModel]);
  const of = b.input("of", "int32", ["rows"]);
  const edge = b.input("edge", "int32", ["rows"]);
  const places: Record<string, Value> = {};
  const tables: Record<string, Value> = {};
  const width: Record<Diagonal, number> = {
    attn_in: config.dModel,
    attn_out: config.dModel,
    mlp_in: config.dModel,
    gate: config.dMlp,
    mlp_out: config.dModel,
  };
  const gather = (table: Value, at: Value) => b.op("Gather", [table, at], { axis: 0 });
  const gemm = (value: Value, tensor: StoredTensor, transB: number) =>
    b.op("Gemm", [value, b.weight(tensor)], { transB });
  return {
    b,
    config,
    x,
    of,
    headWeight: gather(b.input("weight", "float", ["edges", config.nHeads]), edge),
    identity: gather(b.input("identity", "float", ["edges", 1]), edge),
    along: (value, role) => gemm(value, parts.need(`${role}.weight`), 1),
    against: (value, role) => gemm(value, parts.need(`${role}.weight`), 0),
    scale: (value, diagonal, at) => {
      if (!hasDiagonal(config, diagonal)) return value;
      places[at] ??= b.input(at, "int32", [at === "at" ? "n" : "rows"]);
      tables[diagonal] ??= b.input(diagonal, "float", ["positions", width[diagonal]]);
      return b.op("Mul", [value, gather(tables[diagonal], places[at])]);
    },
    pick: (value) => gather(value, of),
  };
}

/** Which diagonals a model's norms give; the gate always exists. */
export function hasDiagonal({ normPlacement }: ModelConfig, diagonal: Diagonal): boolean {
  if (diagonal === "gate") return true;
  return diagonal.endsWith("_in") ? normPlacement !== "post" : normPlacement !== "pre";
}

/** v <- [i = j] v + s_out(i) * sum_h a_ij^h W_O^h W_V^h s_in(j) v;  v <- v + s_out'(i) * W_down(D_i * (W_up s_in'(i) v)). */
function forward({ b, config, x, headWeight, identity, along, scale, pick }: LinearStage): Value {
  const { nHeads, nKvHeads, dHead } = config;
  const values = along(scale(x, "attn_in", "at"), "attn.v"); // [n, nKvHeads * dHead]
  const perKv = b.op("Reshape", [pick(values), b.ints([-1, nKvHeads, 1, dHead])]);
  const byHead = b.op("Reshape", [headWeight, b.ints([-1, nKvHeads, nHeads / nKvHeads, 1])]);
  const z = b.op("Reshape", [b.op("Mul", [perKv, byHead]), b.ints([-1, nHeads * dHead])]);
  const attention = scale(along(z, "attn.o"), "attn_out", "to"); // [rows, dModel]
  const mid = b.op("Add", [b.op("Mul", [pick(x), identity]), attention]);
  const hidden = scale(along(scale(mid, "mlp_in", "to"), "mlp.up"), "gate", "to"); // [rows, dMlp]
  return b.op("Add", [mid, scale(along(hidden, "mlp.down"), "mlp_out", "to")]);
}

/** The transpose of `forward`: a row at the edges' target, carried to their sources. */
function backward({ b, config, x, headWeight, identity, against, scale, pick }: LinearStage): Value {
  const { nHeads, nKvHeads, dHead } = config;
  const hidden = scale(against(scale(x, "mlp_out", "at"), "mlp.down"), "gate", "at"); // [n, dMlp]
  const mid = b.op("Add", [x, scale(against(hidden, "mlp.up"), "mlp_in", "at")]);
  const z = against(scale(mid, "attn_out", "at"), "attn.o"); // [n, nHeads * dHead]
  const perHead = b.op("Reshape", [pick(z), b.ints([-1, nKvHeads, nHeads / nKvHeads, dHead])]);
  const byHead = b.op("Reshape", [headWeight, b.ints([-1, nKvHeads, nHeads / nKvHeads, 1])]);
  // Heads that share a value head add up.
  const summed = b.op("ReduceSum", [b.op("Mul", [perHead, byHead]), b.ints([2])], { keepdims: 0 });
  const values = b.op("Reshape", [summed, b.ints([-1, nKvHeads * dHead])]); // [rows, nKvHeads * dHead]
  const attention = scale(against(values, "attn.v"), "attn_in", "from");
  return b.op("Add", [b.op("Mul", [pick(mid), identity]), attention]);
}

/** Logits W_U (final * x) of frozen vectors. Inputs: x [rows, dModel], final [1, dModel], answer [1], k [1], with_top,
 *  with_logits. Outputs: answer_logit, above [rows, 1]; top_ids [rows, k]; logits [rows, vocab]; empty if not asked. */
export function linearHeadGraph(config: ModelConfig, weights: WeightMap): StageGraph {
  const b = new GraphBuilder("linear.head");
  const x = b.input("x", "float", ["rows", config.dModel]);
  const final = b.input("final", "float", [1, config.dModel]);
  const answer = b.input("answer", "int64", [1]);
  const k = b.input("k", "int64", [1]);
  const withTop = b.input("with_top", "bool", []);
  const withLogits = b.input("with_logits", "bool", []);
  const logits = b.op("Gemm", [b.op("Mul", [x, final]), b.weight(globalWeight(weights, "unembed.weight"))], {
    transB: 1,
  });
  const answerLogit = b.op("Gather", [logits, answer], { axis: 1 }); // [rows, 1]
  const larger = b.op("Cast", [b.op("Greater", [logits, answerLogit])], { to: 1 });
  const none = (inner: GraphBuilder) =>
    inner.op("Slice", [answerLogit, inner.ints([0]), inner.ints([0]), inner.ints([0])]);
  const [top] = b.choose(withTop, {
    yes: (i) => [i.op("Cast", [i.ops("TopK", [logits, k], 2, { axis: 1, largest: 1, sorted: 1 })[1]], { to: 1 })],
    no: (i) => [none(i)],
  });
  const [shown] = b.choose(withLogits, { yes: (i) => [i.op("Identity", [logits])], no: (i) => [none(i)] });
  b.output("answer_logit", answerLogit, ["rows", 1]);
  b.output("above", b.op("ReduceSum", [larger, b.ints([1])], { keepdims: 1 }), ["rows", 1]);
  b.output("top_ids", top, null);
  b.output("logits", shown, null);
  return b.finish();
}

/** Rows of W_U times the final diagonal: ids [n], final [1, dModel] -> rows [n, dModel]. */
export function unembedRowsGraph(config: ModelConfig, weights: WeightMap): StageGraph {
  const b = new GraphBuilder("unembed.rows");
  const ids = b.input("ids", "int32", ["n"]);
  const final = b.input("final", "float", [1, config.dModel]);
  const table = globalWeight(weights, "unembed.weight");
  const stored = b.op("Gather", [b.storedWeight(table), ids], { axis: 0 });
  const rows = table.dtype === "F32" ? stored : b.op("Cast", [stored], { to: 1 });
  b.output("rows", b.op("Mul", [rows, final]), ["n", config.dModel]);
  return b.finish();
}

/** left [n, d] times right [m, d] transposed. */
export function productGraph(): StageGraph {
  const b = new GraphBuilder("product");
  const left = b.input("left", "float", ["n", "d"]);
  const right = b.input("right", "float", ["m", "d"]);
  b.output("y", b.op("Gemm", [left, right], { transB: 1 }), ["n", "m"]);
  return b.finish();
}

/** From the last residual stream to what is asked of the logits; [rows, vocab] leaves the graph only when asked for.
 *  Answer logit, rank, log-sum-exp, top tokens and KL all read one product, so they agree to the last bit: a row that
 *  equals its KL target has the target's cross term, and so a divergence of exactly 0. */
import type { ModelConfig } from "../checkpoint/types";
import { GraphBuilder, type StageGraph, type Value } from "./builder";
import { rootMeanSquare } from "./norm";
import { globalWeight, type WeightMap } from "./weights";

/** Inputs: x [rows, dModel]; answers [rows, 1]; targets [t], the rows that are KL targets; of [rows, 1], which of the
 *  targets is a row's; k [1]; with_top, with_kl, with_logits.
 *  Outputs: scale, of the final norm; answer_logit; above, how many logits are strictly larger than the answer's;
 *  log_sum_exp; with logits counted from the row's largest, log_sum, their log-sum-exp, and cross, the sum over the
 *  vocabulary of p_target times them; each [rows, 1]; top_logits, top_ids [rows, k]; logits [rows, vocab]. What is not asked for is empty. */
export function headGraph(config: ModelConfig, weights: WeightMap): StageGraph {
  const b = new GraphBuilder("head");
  const x = b.input("x", "float", ["rows", config.dModel]);
  const answers = b.input("answers", "int64", ["rows", 1]);
  const targets = b.input("targets", "int64", ["targets"]);
  const of = b.input("of", "int64", ["rows", 1]);
  const k = b.input("k", "int64", [1]);
  const withTop = b.input("with_top", "bool", []);
  const withKl = b.input("with_kl", "bool", []);
  const withLogits = b.input("with_logits", "bool", []);

  const scale = rootMeanSquare(b, x, config.normEps);
  const normed = b.op("Mul", [b.op("Div", [x, scale]), b.weight(globalWeight(weights, "finalNorm.weight"))]);
  const logits = b.product(normed, globalWeight(weights, "unembed.weight"));
  // By hand: ReduceLogSumExp is a quarter slower than the product it follows. Shifted by the largest, the numbers that
  // a divergence is made of are small, and lose less to rounding.
  const largest = b.op("ReduceMax", [logits, b.ints([1])], { keepdims: 1 }); // [rows, 1]
  const shifted = b.op("Sub", [logits, largest]);
  const logSum = b.op("Log", [b.op("ReduceSum", [b.op("Exp", [shifted]), b.ints([1])], { keepdims: 1 })]);
  const answerLogit = b.op("GatherElements", [logits, answers], { axis: 1 });
  // Counting in F32 is exact up to 2^24 tokens.
  const larger = b.op("Cast", [b.op("Greater", [logits, answerLogit])], { to: 1 });

  const none = (inner: GraphBuilder) => inner.op("Slice", [logSum, inner.ints([0]), inner.ints([0]), inner.ints([0])]);
  const [cross] = b.choose(withKl, {
    yes: (i) => [crossTerm(i, { shifted, logSum, targets, of })],
    no: (i) => [none(i)],
  });
  const [topLogits, topIds] = b.choose(withTop, {
    yes: (i) => {
      const [values, ids] = i.ops("TopK", [logits, k], 2, { axis: 1, largest: 1, sorted: 1 });
      return [values, i.op("Cast", [ids], { to: 1 })];
    },
    no: (i) => [none(i), none(i)],
  });
  const [shown] = b.choose(withLogits, { yes: (i) => [i.op("Identity", [logits])], no: (i) => [none(i)] });

  b.output("scale", scale, ["rows", 1]);
  b.output("answer_logit", answerLogit, ["rows", 1]);
  b.output("above", b.op("ReduceSum", [larger, b.ints([1])], { keepdims: 1 }), ["rows", 1]);
  b.output("log_sum_exp", b.op("Add", [largest, logSum]), ["rows", 1]);
  b.output("log_sum", logSum, ["rows", 1]);
  b.output("cross", cross, null);
  b.output("top_logits", topLogits, null);
  b.output("top_ids", topIds, null);
  b.output("logits", shown, null);
  return b.finish();
}

/** Sum over the vocabulary of p_target times a row's shifted logits, [rows, 1]. As a product with the few targets'
 *  columns it costs next to nothing; row by row it would cost half as much again as the logits themselves. */
function crossTerm(
  b: GraphBuilder,
  { shifted, logSum, targets, of }: { shifted: Value; logSum: Value; targets: Value; of: Value },
): Value {
  const rows = (value: Value) => b.op("Gather", [value, targets], { axis: 0 });
  const p = b.op("Exp", [b.op("Sub", [rows(shifted), rows(logSum)])]); // [targets, vocab]
  return b.op("GatherElements", [b.op("Gemm", [shifted, p], { transB: 1 }), of], { axis: 1 });
}

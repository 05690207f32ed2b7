/** The feed-forward branch: down(act(gate x) * up x), or down(act(up x)) where there is no gate. */
import type { ModelConfig } from "../checkpoint/types";
import { linear } from "./attention";
import type { GraphBuilder, Value } from "./builder";
import type { Taps } from "./taps";
import type { PartWeights } from "./weights";

/** x [rows * tokens, dModel] -> the branch's raw output, same shape. */
export function mlp(
  b: GraphBuilder,
  x: Value,
  { config, weights, taps }: { config: ModelConfig; weights: PartWeights; taps: Taps },
): Value {
  const into = taps.at("mlp.hook_pre", linear(b, x, weights, config.gatedMlp ? "mlp.gate" : "mlp.up"));
  const active = activation(b, into, config.activation);
  const post = config.gatedMlp
    ? b.op("Mul", [active, taps.at("mlp.hook_pre_linear", linear(b, x, weights, "mlp.up"))])
    : active;
  return linear(b, taps.at("mlp.hook_post", post), weights, "mlp.down");
}

function activation(b: GraphBuilder, x: Value, kind: ModelConfig["activation"]): Value {
  if (kind === "silu") return b.op("Mul", [x, b.op("Sigmoid", [x])]);
  if (kind === "relu") return b.op("Relu", [x]);
  return b.op("Gelu", [x], { approximate: kind === "gelu_tanh" ? "tanh" : "none" });
}

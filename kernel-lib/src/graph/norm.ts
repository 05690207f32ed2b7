/** RMS norm: x / sqrt(mean(x^2) + eps) * w over the last axis, in plain operators that onnxruntime fuses. */
import type { StoredTensor } from "../checkpoint/types";
import type { GraphBuilder, Value } from "./builder";
import type { Taps } from "./taps";

/** `hooks` names the norm's two hooks, the scale (eps included) and the row before its weight. */
export function rmsNorm(
  b: GraphBuilder,
  x: Value,
  { weight, eps, hooks }: { weight: StoredTensor; eps: number; hooks?: { name: string; taps: Taps } },
): Value {
  const at = (part: string, value: Value) => hooks?.taps.at(`${hooks.name}.${part}`, value) ?? value;
  const square = b.op("Pow", [x, b.float(2)]);
  const mean = b.op("ReduceMean", [square, b.ints([-1])], { keepdims: 1 });
  const scale = at("hook_scale", b.op("Sqrt", [b.op("Add", [mean, b.float(eps)])]));
  const normalized = at("hook_normalized", b.op("Div", [x, scale]));
  return b.op("Mul", [normalized, b.weight(weight)]);
}

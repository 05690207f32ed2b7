/** RMS norm: x / sqrt(mean(x^2) + eps) * w over the last axis, in plain operators that onnxruntime fuses into one. */
import type { StoredTensor } from "../checkpoint/types";
import type { GraphBuilder, Value } from "./builder";
import type { Taps } from "./taps";

/** `hooks` names the norm's two hooks, the scale (eps included) and the row before its weight. Both are computed
 *  beside the norm, which stays fused, and an intervention on them reaches its output only where it changes a number:
 *  a run that is looked at, or patched with its own values, gives the same bits as one that is not. */
export function rmsNorm(
  b: GraphBuilder,
  x: Value,
  { weight, eps, hooks }: { weight: StoredTensor; eps: number; hooks?: { name: string; taps: Taps } },
): Value {
  const gain = b.weight(weight);
  const y = b.op("Mul", [b.op("Div", [x, rootMeanSquare(b, x, eps)]), gain]);
  if (hooks === undefined) return y;
  const { name, taps } = hooks;
  const [scaleHook, rowHook] = [`${name}.hook_scale`, `${name}.hook_normalized`];
  if (![scaleHook, rowHook].some((hook) => taps.wants(hook) || taps.edits(hook))) return y;

  // x * x here and Pow there: equal expressions would be merged, and a norm with two readers is not fused.
  const scale = rootMean(b, b.op("Mul", [x, x]), eps);
  const newScale = taps.at(scaleHook, scale);
  const scaled = taps.edits(scaleHook) ? b.op("Mul", [y, b.op("Div", [scale, newScale])]) : y;
  const row = b.op("Div", [x, newScale]);
  const newRow = taps.at(rowHook, row);
  if (!taps.edits(rowHook)) return scaled;
  return b.op("Where", [b.op("Equal", [row, newRow]), scaled, b.op("Mul", [newRow, gain])]);
}

/** sqrt(mean(x^2) + eps), the last axis kept with length 1. */
export const rootMeanSquare = (b: GraphBuilder, x: Value, eps: number): Value =>
  rootMean(b, b.op("Pow", [x, b.float(2)]), eps);

function rootMean(b: GraphBuilder, square: Value, eps: number): Value {
  const mean = b.op("ReduceMean", [square, b.ints([-1])], { keepdims: 1 });
  return b.op("Sqrt", [b.op("Add", [mean, b.float(eps)])]);
}

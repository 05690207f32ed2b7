/** Freezes a model on one prompt: one forward pass, from which every nonlinearity's value is kept
 *  (arXiv:2602.07930, section 6). Norms become w / rms, gated MLPs act(gate), ungated ones the secant act(z) / z. */
import type { Role } from "../checkpoint/architectures";
import type { ModelConfig, StoredTensor } from "../checkpoint/types";
import { readValues } from "../checkpoint/values";
import { DeviceError } from "../errors";
import type { Model } from "../forward/types";
import type { Frozen, FrozenLayer } from "./types";

/** @param tokens the whole prompt; paths end at its last position.
 *  @throws DeviceError when the model computes in half precision. */
export async function freeze(model: Model, tokens: readonly number[], signal?: AbortSignal): Promise<Frozen> {
  const { config, provider } = model;
  if (provider.precision !== "fp32")
    throw new DeviceError({
      thing: "the precision of a path trace",
      value: provider.precision,
      rule: "must be fp32: paths are rejected early by bounds that hold for its rounding",
      wayOut: 'Load the model with precision "fp32"',
    });
  const before = config.normPlacement !== "post";
  const after = config.normPlacement !== "pre";
  const perBlock = [
    "attn.hook_pattern",
    "mlp.hook_pre",
    ...(before ? ["ln1.hook_scale", "ln2.hook_scale"] : []),
    ...(after ? ["ln1_post.hook_scale", "ln2_post.hook_scale"] : []),
  ];
  const capture = [
    "hook_embed",
    "ln_final.hook_scale",
    ...Array.from({ length: config.nLayers }, (_, l) => perBlock.map((name) => `blocks.${l}.${name}`)).flat(),
  ];
  const run = await model.forward(tokens, { capture, signal });
  const hook = (name: string): Float32Array => {
    const found = run.cache.get(name);
    if (found === undefined) throw new Error(`${name} was captured but is not in the cache`);
    return found.data;
  };
  const weight = async (role: Role): Promise<Float32Array> => (await readValues(stored(model, role))).data;
  const norm = async (layer: number, which: string, role: string, exists: boolean): Promise<Float32Array | null> =>
    exists
      ? diagonals(hook(`blocks.${layer}.${which}.hook_scale`), await weight(`blocks.${layer}.${role}.weight` as Role))
      : null;

  const layers: FrozenLayer[] = [];
  for (let l = 0; l < config.nLayers; l++)
    layers.push({
      pattern: hook(`blocks.${l}.attn.hook_pattern`),
      attnIn: await norm(l, "ln1", "attnPreNorm", before),
      attnOut: await norm(l, "ln1_post", "attnPostNorm", after),
      mlpIn: await norm(l, "ln2", "mlpPreNorm", before),
      gate: gates(hook(`blocks.${l}.mlp.hook_pre`), config),
      mlpOut: await norm(l, "ln2_post", "mlpPostNorm", after),
    });
  const finalScale = hook("ln_final.hook_scale");
  return {
    tokens,
    embed: hook("hook_embed"),
    layers,
    final: diagonals(finalScale.subarray(tokens.length - 1), await weight("finalNorm.weight")),
    logits: run.lastLogits,
  };
}

function stored(model: Model, role: Role): StoredTensor {
  const tensor = model.checkpoint.weights.get(role);
  if (tensor === undefined) throw new Error(`${role} was not resolved`);
  return tensor;
}

/** w / scale for each position: scale [T, 1], w [d] -> [T, d]. */
function diagonals(scale: Float32Array, w: Float32Array): Float32Array {
  const out = new Float32Array(scale.length * w.length);
  for (let i = 0; i < scale.length; i++) for (let c = 0; c < w.length; c++) out[i * w.length + c] = w[c] / scale[i];
  return out;
}

/** D of DESIGN: act(gate) for gated MLPs; for ungated ones act(z) / z, and at z = 0 the slope there. */
function gates(pre: Float32Array, { activation, gatedMlp }: ModelConfig): Float32Array {
  if (gatedMlp) return pre.map((z) => ACTIVATIONS[activation](z));
  return pre.map((z) => (z === 0 ? SLOPE_AT_0[activation] : ACTIVATIONS[activation](z) / z));
}

const ACTIVATIONS: Record<ModelConfig["activation"], (z: number) => number> = {
  silu: (z) => z / (1 + Math.exp(-z)),
  relu: (z) => Math.max(0, z),
  gelu: (z) => (z * (1 + erf(z / Math.SQRT2))) / 2,
  gelu_tanh: (z) => 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
};
const SLOPE_AT_0: Record<ModelConfig["activation"], number> = { silu: 0.5, relu: 0, gelu: 0.5, gelu_tanh: 0.5 };

/** The error function: its series below 3, where terms are at most e^9 larger than the sum; above, by the continued
 *  fraction of 1 - erf (Abramowitz and Stegun 7.1.5, 7.1.14). Absolute error below 1e-12. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
      if (term === 0) break;
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = a;
  for (let k = 60; k > 0; k--) fraction = a + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * fraction));
}

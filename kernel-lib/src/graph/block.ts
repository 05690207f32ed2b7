/** One transformer block as a graph: x [rows * tokens, dModel] -> y, with this call's keys and values.
 *  Pre-norm: x + f(norm(x)). Post-norm (OLMo-2): x + norm(f(x)). Both: x + norm(f(norm(x))).
 *  hook_resid_pre and hook_resid_post are x and y themselves, so the caller reads and writes them outside. */
import type { ModelConfig } from "../checkpoint/types";
import { attention, placeInputs } from "./attention";
import { GraphBuilder, type StageGraph, type Value } from "./builder";
import { blockHooks } from "./hooks";
import { mlp } from "./mlp";
import { rmsNorm } from "./norm";
import { type BlockVariant, taps as makeTaps, type Taps } from "./taps";
import { blockWeights, type PartWeights, type WeightMap } from "./weights";

export function blockGraph(
  config: ModelConfig,
  weights: WeightMap,
  { layer, variant }: { layer: number; variant: BlockVariant },
): StageGraph {
  const b = new GraphBuilder(`block.${layer}`);
  const parts = blockWeights(weights, layer);
  const taps = makeTaps(b, variant, blockHooks(config));
  const stage: Stage = { b, config, weights: parts, taps };
  const x = b.input("x", "float", ["rows_tokens", config.dModel]);
  const place = placeInputs(b, config);

  const attn = attention(b, before(stage, x, "attn"), { config, weights: parts, place, taps });
  const attnOut = taps.at("hook_attn_out", after(stage, taps.at("attn.hook_out", attn.out), "attn"));
  const mid = taps.at("hook_resid_mid", b.op("Add", [x, attnOut]));
  const raw = taps.at("mlp.hook_out", mlp(b, before(stage, mid, "mlp"), { config, weights: parts, taps }));
  const mlpOut = taps.at("hook_mlp_out", after(stage, raw, "mlp"));

  b.output("y", b.op("Add", [mid, mlpOut]), ["rows_tokens", config.dModel]);
  b.output("k", attn.k, ["rows", config.nKvHeads, "tokens", config.dHead]);
  b.output("v", attn.v, ["rows", config.nKvHeads, "tokens", config.dHead]);
  return b.finish();
}

interface Stage {
  b: GraphBuilder;
  config: ModelConfig;
  weights: PartWeights;
  taps: Taps;
}
const HOOK = { attn: "ln1", mlp: "ln2" } as const;

function before({ b, config, weights, taps }: Stage, x: Value, branch: "attn" | "mlp"): Value {
  if (config.normPlacement === "post") return x;
  const weight = weights.need(`${branch}PreNorm.weight`);
  return rmsNorm(b, x, { weight, eps: config.normEps, hooks: { name: HOOK[branch], taps } });
}
function after({ b, config, weights, taps }: Stage, x: Value, branch: "attn" | "mlp"): Value {
  if (config.normPlacement === "pre") return x;
  const weight = weights.need(`${branch}PostNorm.weight`);
  return rmsNorm(b, x, { weight, eps: config.normEps, hooks: { name: `${HOOK[branch]}_post`, taps } });
}

/** The hooks of one block and of the model, in order of computation, as TransformerLens spells them.
 *  `hook_attn_out` and `hook_mlp_out` are what is added to the residual stream, after the branch's own norm where
 *  the architecture has one; `attn.hook_out` and `mlp.hook_out` are the branch before that norm. */
import type { ModelConfig } from "../checkpoint/types";

/** `pos`: one row for each token. `pattern`: [nHeads, queries, keys] for each prompt. */
export type HookLayout = "pos" | "pattern";

export interface HookShape {
  layout: HookLayout;
  /** Heads on the second axis; null where the hook has none. */
  heads: number | null;
  /** Last axis; for a pattern the number of keys, known only at run time. */
  width: number | null;
  /** Whether an intervention may write here, and why not. */
  edit: "yes" | string;
}

/** Short names (`attn.hook_q`) and shapes of one block's hooks. All blocks of a model have the same. */
export function blockHooks(config: ModelConfig): Map<string, HookShape> {
  const { dModel, dHead, nHeads, nKvHeads, dMlp, normPlacement, gatedMlp } = config;
  const perToken = (width: number): HookShape => ({ layout: "pos", heads: null, width, edit: "yes" });
  const perHead = (heads: number, width = dHead): HookShape => ({ layout: "pos", heads, width, edit: "yes" });
  const pattern: HookShape = { layout: "pattern", heads: nHeads, width: null, edit: "yes" };
  const hooks = new Map<string, HookShape>();
  const norm = (name: string) => {
    hooks.set(`${name}.hook_scale`, perToken(1));
    hooks.set(`${name}.hook_normalized`, perToken(dModel));
  };
  const before = normPlacement !== "post";
  const after = normPlacement !== "pre";

  hooks.set("hook_resid_pre", perToken(dModel));
  if (before) norm("ln1");
  hooks.set("attn.hook_q", perHead(nHeads));
  hooks.set("attn.hook_k", perHead(nKvHeads));
  hooks.set("attn.hook_v", perHead(nKvHeads));
  hooks.set("attn.hook_rot_q", perHead(nHeads));
  hooks.set("attn.hook_rot_k", perHead(nKvHeads));
  hooks.set("attn.hook_attn_scores", pattern);
  hooks.set("attn.hook_pattern", pattern);
  hooks.set("attn.hook_z", perHead(nHeads));
  hooks.set("attn.hook_result", {
    ...perHead(nHeads, dModel),
    edit: "is computed beside the block, not inside it; intervene on attn.hook_z or attn.hook_out",
  });
  hooks.set("attn.hook_out", perToken(dModel));
  if (after) norm("ln1_post");
  hooks.set("hook_attn_out", perToken(dModel));
  hooks.set("hook_resid_mid", perToken(dModel));
  if (before) norm("ln2");
  hooks.set("mlp.hook_pre", perToken(dMlp));
  if (gatedMlp) hooks.set("mlp.hook_pre_linear", perToken(dMlp));
  hooks.set("mlp.hook_post", perToken(dMlp));
  hooks.set("mlp.hook_out", perToken(dModel));
  if (after) norm("ln2_post");
  hooks.set("hook_mlp_out", perToken(dModel));
  hooks.set("hook_resid_post", perToken(dModel));
  return hooks;
}

const LAST_NORM = "belongs to the head stage, where nothing can be written yet; intervene on the last hook_resid_post";

/** Hooks outside the blocks: before them, and after them. */
export function outerHooks(config: ModelConfig): { before: Map<string, HookShape>; after: Map<string, HookShape> } {
  const row = (width: number, edit: string): HookShape => ({ layout: "pos", heads: null, width, edit });
  return {
    before: new Map([["hook_embed", row(config.dModel, "yes")]]),
    after: new Map([
      ["ln_final.hook_scale", row(1, LAST_NORM)],
      ["ln_final.hook_normalized", row(config.dModel, LAST_NORM)],
      ["logits", row(config.vocab, LAST_NORM)],
    ]),
  };
}

/** Every hook name of a model in order of computation, `logits` last. */
export function hookNames(config: ModelConfig): string[] {
  const { before, after } = outerHooks(config);
  const block = [...blockHooks(config).keys()];
  const layers = Array.from({ length: config.nLayers }, (_, l) => block.map((name) => `blocks.${l}.${name}`));
  return [...before.keys(), ...layers.flat(), ...after.keys()];
}

/** Hook names: TransformerLens' spelling is canonical; short forms build it, aliases of other libraries and globs find it. */
import type { ModelConfig } from "../checkpoint/types";
import { HookError } from "../errors";
import { blockHooks, type HookShape, hookNames, outerHooks } from "../graph/hooks";
import { nearest } from "../words";

/** The residual stream after block `l`.
 *  @example pb.resid(3) // "blocks.3.hook_resid_post" */
export const resid = (l: number): string => `blocks.${l}.hook_resid_post`;
/** The residual stream before block `l`.
 *  @example pb.residPre(3) // "blocks.3.hook_resid_pre" */
export const residPre = (l: number): string => `blocks.${l}.hook_resid_pre`;
/** The residual stream between attention and MLP of block `l`.
 *  @example pb.residMid(3) // "blocks.3.hook_resid_mid" */
export const residMid = (l: number): string => `blocks.${l}.hook_resid_mid`;
/** What attention adds to the residual stream in block `l`.
 *  @example pb.attnOut(3) // "blocks.3.hook_attn_out" */
export const attnOut = (l: number): string => `blocks.${l}.hook_attn_out`;
/** What the MLP adds to the residual stream in block `l`.
 *  @example pb.mlpOut(3) // "blocks.3.hook_mlp_out" */
export const mlpOut = (l: number): string => `blocks.${l}.hook_mlp_out`;
/** Attention weights of block `l`: [heads, queries, keys].
 *  @example pb.pattern(3) // "blocks.3.attn.hook_pattern" */
export const pattern = (l: number): string => `blocks.${l}.attn.hook_pattern`;
/** What the heads of block `l` read, before they are mixed: [tokens, heads, width of a head].
 *  @example pb.headZ(3) // "blocks.3.attn.hook_z" */
export const headZ = (l: number): string => `blocks.${l}.attn.hook_z`;

/** Longest glob that is looked at. */
const MAX_GLOB = 200;

/** Spellings of TransformerLens 3 (inside a block), each to its canonical one. */
const BLOCK_ALIASES: Record<string, string> = {
  hook_in: "hook_resid_pre",
  hook_out: "hook_resid_post",
  "attn.q.hook_out": "attn.hook_q",
  "attn.k.hook_out": "attn.hook_k",
  "attn.v.hook_out": "attn.hook_v",
  "attn.o.hook_in": "attn.hook_z",
};
/** TransformerLens' names of the norms on a post-norm block, where its ln1 and ln2 stand behind the branches. */
const POST_NORM_ALIASES: Record<string, string> = {
  "ln1.hook_scale": "ln1_post.hook_scale",
  "ln1.hook_normalized": "ln1_post.hook_normalized",
  "ln2.hook_scale": "ln2_post.hook_scale",
  "ln2.hook_normalized": "ln2_post.hook_normalized",
  "mlp.hook_in": "hook_resid_mid",
};
const OUTER_ALIASES: Record<string, string> = { "embed.hook_out": "hook_embed", "unembed.hook_out": "logits" };
/** nnterp's accessors, `layers_output[3]`. */
const NNTERP: Record<string, string> = {
  layers_input: "hook_resid_pre",
  layers_output: "hook_resid_post",
  attentions_output: "attn.hook_out",
  mlps_output: "mlp.hook_out",
  attention_probabilities: "attn.hook_pattern",
};

/** The canonical spelling of a hook's name; the name itself where it is none of the aliases. */
function canonical(name: string, config: ModelConfig): string {
  const nnterp = /^([a-z_]+)\[(\d+)\]$/.exec(name);
  if (nnterp !== null && nnterp[1] in NNTERP) return `blocks.${nnterp[2]}.${NNTERP[nnterp[1]]}`;
  const block = /^(blocks\.\d+\.)(.+)$/.exec(name);
  if (block === null) return OUTER_ALIASES[name] ?? name;
  const aliases = config.normPlacement === "post" ? { ...BLOCK_ALIASES, ...POST_NORM_ALIASES } : BLOCK_ALIASES;
  return block[1] + (aliases[block[2]] ?? block[2]);
}

/** One hook by any of its spellings, with its shape.
 *  @throws HookError naming the layers or hooks that there are.
 *  @example findHook("layers_output[3]", config).name // "blocks.3.hook_resid_post" */
export function findHook(name: string, config: ModelConfig): { name: string; shape: HookShape } {
  const full = typeof name === "string" ? canonical(name, config) : String(name);
  const { before, after } = outerHooks(config);
  const outer = before.get(full) ?? after.get(full);
  if (outer !== undefined) return { name: full, shape: outer };
  const block = /^blocks\.(\d+)\.(.+)$/.exec(full);
  const shape = block === null ? undefined : blockHooks(config).get(block[2]);
  if (block !== null && shape !== undefined && Number(block[1]) < config.nLayers)
    // `blocks.03` would otherwise be a second name of the same hook.
    return { name: `blocks.${Number(block[1])}.${block[2]}`, shape };
  throw unknown(full, config);
}

/** All hooks that the globs name, in order of computation, each once. `*` stands for any characters, `?` for one.
 *  @throws HookError for a glob that matches nothing.
 *  @example matchHooks("blocks.*.hook_resid_post", config).length // nLayers */
export function matchHooks(globs: string | readonly string[], config: ModelConfig): string[] {
  const names = hookNames(config);
  const found = new Set<string>();
  for (const glob of typeof globs === "string" ? [globs] : globs) {
    if (typeof glob !== "string" || glob.length > MAX_GLOB)
      throw new HookError({ thing: "hook", value: glob, rule: `must be a name of at most ${MAX_GLOB} characters` });
    if (!/[*?]/.test(glob)) {
      found.add(findHook(glob, config).name);
      continue;
    }
    const matching = names.filter((name) => matches(glob, name));
    if (matching.length === 0) throw unknown(glob, config);
    for (const name of matching) found.add(name);
  }
  return names.filter((name) => found.has(name));
}

/** Linear time: after a mismatch only the last star is tried again. */
function matches(glob: string, name: string): boolean {
  let g = 0;
  let star = -1;
  let resume = 0;
  for (let n = 0; n < name.length; ) {
    if (g < glob.length && glob[g] !== "*" && (glob[g] === "?" || glob[g] === name[n])) {
      g++;
      n++;
    } else if (glob[g] === "*") {
      star = g++;
      resume = n;
    } else if (star >= 0) {
      g = star + 1;
      n = ++resume;
    } else return false;
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}

function unknown(name: string, config: ModelConfig): HookError {
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  const block = /^blocks\.(\d+)\.(.+)$/.exec(name);
  if (block !== null && Number(block[1]) >= config.nLayers)
    return new HookError({ thing: shown, rule: `this model has layers 0 to ${config.nLayers - 1}` });
  const { before, after } = outerHooks(config);
  const outer = [...before.keys(), ...after.keys()].join(", ");
  const inner = [...blockHooks(config).keys()];
  const place = /^[a-z]*\.?[\d*?]+(?=\.)/.exec(name)?.[0].replace(/^[a-z]*\.?/, "blocks.") ?? "";
  const meant = nearest(name, [...before.keys(), ...after.keys(), ...inner.map((hook) => `${place}.${hook}`)]);
  return new HookError({
    thing: shown,
    rule: `names no hook of this model${meant === null ? "" : ` (did you mean ${meant}?)`}. Outside the blocks there are ${outer}; in blocks.0 to blocks.${config.nLayers - 1}: ${inner.join(", ")}`,
  });
}

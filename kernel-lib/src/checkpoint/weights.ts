/** Which tensors a model needs, under which name and in which shape, as data; and the check that a
 *  checkpoint holds exactly those. graph/ asks by role (`blocks.3.attn.q.weight`), never by a file's name.
 *  All matrices are [out, in], as torch.nn.Linear stores them. */
import { CheckpointError } from "../errors";
import { ARCHITECTURES, type BlockRole, type GlobalRole, type Role } from "./architectures";
import { type HeaderTensor, quoted } from "./safetensors";
import type { ModelConfig, StoredDtype, StoredTensor } from "./types";

export interface Weight {
  role: Role;
  /** The tensor's name in the file: `model.layers.3.self_attn.q_proj.weight`. */
  name: string;
  shape: readonly number[];
}

const DTYPES: readonly string[] = ["F32", "F16", "BF16"] satisfies StoredDtype[];

/** Shape of each part of a block, null where this model has no such part. */
function blockShapes(c: ModelConfig): Record<BlockRole, readonly number[] | null> {
  const dQ = c.nHeads * c.dHead;
  const dKv = c.nKvHeads * c.dHead;
  const pre = c.normPlacement !== "post" ? [c.dModel] : null;
  const post = c.normPlacement !== "pre" ? [c.dModel] : null;
  const norm = (full: number) => (c.qkNorm === "none" ? null : [c.qkNorm === "full" ? full : c.dHead]);
  const gated = (shape: number[]) => (c.gatedMlp ? shape : null);
  const when = (there: boolean, shape: number[]) => (there ? shape : null);
  return {
    "attn.q.weight": [dQ, c.dModel],
    "attn.k.weight": [dKv, c.dModel],
    "attn.v.weight": [dKv, c.dModel],
    "attn.o.weight": [c.dModel, dQ],
    "attn.q.bias": when(c.attnBias.qkv, [dQ]),
    "attn.k.bias": when(c.attnBias.qkv, [dKv]),
    "attn.v.bias": when(c.attnBias.qkv, [dKv]),
    "attn.o.bias": when(c.attnBias.out, [c.dModel]),
    "attn.qNorm.weight": norm(dQ),
    "attn.kNorm.weight": norm(dKv),
    "attnPreNorm.weight": pre,
    "attnPostNorm.weight": post,
    "mlpPreNorm.weight": pre,
    "mlpPostNorm.weight": post,
    "mlp.gate.weight": gated([c.dMlp, c.dModel]),
    "mlp.up.weight": [c.dMlp, c.dModel],
    "mlp.down.weight": [c.dModel, c.dMlp],
    "mlp.gate.bias": c.mlpBias ? gated([c.dMlp]) : null,
    "mlp.up.bias": when(c.mlpBias, [c.dMlp]),
    "mlp.down.bias": when(c.mlpBias, [c.dModel]),
  };
}

/** Every tensor that a model of this config reads, by role. With tied embeddings `unembed.weight` names the
 *  same tensor as `embed.weight`.
 *  @example weightNames(config).get("blocks.3.attn.q.weight")?.name // "model.layers.3.self_attn.q_proj.weight" */
export function weightNames(config: ModelConfig): ReadonlyMap<Role, Weight> {
  const { globals, blocks } = architecture(config);
  const weights = new Map<Role, Weight>();
  const add = (role: Role, name: string, shape: readonly number[]) => weights.set(role, { role, name, shape });
  const unembed: GlobalRole = config.tiedEmbeddings ? "embed.weight" : "unembed.weight";
  add("embed.weight", globals["embed.weight"], [config.vocab, config.dModel]);
  const shapes = Object.entries(blockShapes(config)) as [BlockRole, readonly number[] | null][];
  for (let layer = 0; layer < config.nLayers; layer++)
    for (const [role, shape] of shapes) {
      const name = blocks[role];
      if (shape === null) continue;
      if (name === undefined) throw new Error(`${config.modelType} has no tensor name for ${role}`);
      add(`blocks.${layer}.${role}`, name.replace("{layer}", String(layer)), shape);
    }
  add("finalNorm.weight", globals["finalNorm.weight"], [config.dModel]);
  add("unembed.weight", globals[unembed], [config.vocab, config.dModel]);
  return weights;
}

/** The name of a tensor outside the blocks, whether this model uses it or not. */
export const globalName = (config: ModelConfig, role: GlobalRole): string => architecture(config).globals[role];

/** The tensors in use, by role, each checked for presence, shape and dtype; and nothing in the file may
 *  contradict the config (a bias that the config denies, a layer beyond its last).
 *  @throws CheckpointError naming tensor, value and rule. */
export function resolveWeights(
  config: ModelConfig,
  stored: ReadonlyMap<string, HeaderTensor>,
): ReadonlyMap<Role, StoredTensor> {
  const resolved = new Map<Role, StoredTensor>();
  for (const { role, name, shape } of weightNames(config).values()) {
    const tensor = stored.get(name);
    if (!tensor)
      throw new CheckpointError({
        thing: `tensor ${quoted(name)} (${role})`,
        rule: `is missing; config.json asks for it with shape ${JSON.stringify(shape)}`,
        wayOut: "config.json and the weights are of different models, or a file is incomplete",
      });
    if (JSON.stringify(tensor.shape) !== JSON.stringify(shape))
      throw new CheckpointError({
        thing: `tensor ${quoted(name)}: shape`,
        value: tensor.shape,
        rule: `must be ${JSON.stringify(shape)} by config.json`,
        wayOut: "config.json and the weights are of different models",
      });
    if (!DTYPES.includes(tensor.dtype))
      throw new CheckpointError({
        thing: `tensor ${quoted(name)}: dtype`,
        value: tensor.dtype,
        rule: `must be one of ${DTYPES.join(", ")}`,
        wayOut: "Save the model in one of these (transformers: save_pretrained after .to(torch.bfloat16))",
      });
    resolved.set(role, tensor as StoredTensor);
  }
  refuseContradictions(config, stored, new Set([...resolved.values()].map((tensor) => tensor.name)));
  return resolved;
}

function refuseContradictions(
  config: ModelConfig,
  stored: ReadonlyMap<string, HeaderTensor>,
  used: ReadonlySet<string>,
): void {
  const { blocks, ignored } = architecture(config);
  const block = layerPattern(blocks);
  for (const name of stored.keys()) {
    const match = block.exec(name);
    if (!match || used.has(name) || ignored.test(name)) continue;
    const layer = Number(match[1]);
    throw new CheckpointError({
      thing: `tensor ${quoted(name)}`,
      rule:
        layer >= config.nLayers
          ? `is of layer ${layer}, but config.json says that there are ${config.nLayers}`
          : `has no place in a ${config.modelType} model with this config.json`,
      wayOut: "Without it the numbers would be of another model: check config.json",
    });
  }
}

/** Matches every name that stands in a block: `model.layers.(3).`. */
function layerPattern(blocks: Readonly<Partial<Record<BlockRole, string>>>): RegExp {
  const prefix = String(blocks["attn.q.weight"]).split("{layer}")[0].replaceAll(".", "\\.");
  return new RegExp(`^${prefix}(\\d+)\\.`);
}

function architecture(config: ModelConfig) {
  const found = ARCHITECTURES.get(config.modelType);
  if (!found) throw new Error(`no architecture ${config.modelType}`);
  return found;
}

/** A model's stages as planners call them: shapes are checked here, arrays cross to wherever the engine runs. */
import type { ModelConfig } from "../checkpoint/types";
import { PatchbayError } from "../errors";
import { blockHooks } from "../graph/hooks";
import type { Edit, Host } from "../session/types";
import { type F32, size } from "../tensor";
import { checkCount, checkIds } from "./check";
import type { BlockInput, BlockOutput, HeadInput, HeadOutput, Stages } from "./types";

export function hostedStages(host: Host, config: ModelConfig): Stages {
  const { dModel, vocab } = config;
  return {
    async embed(ids) {
      checkIds(ids, config, "ids");
      return { dims: [ids.length, dModel], data: await host.call("embed", ids) };
    },
    block: (input) => runBlock(input, { host, config }),
    head: (input) => runHead(input, { host, config }),
    async logits(x) {
      const rows = x.data.length / dModel;
      expectDims(x, [rows, dModel], "logits: x");
      return { dims: [rows, vocab], data: await host.call("logits", x.data) };
    },
  };
}

interface Around {
  host: Host;
  config: ModelConfig;
}

async function runBlock(input: BlockInput, { host, config }: Around): Promise<BlockOutput> {
  const { layer, x, rows, tokens, start, prefix, want = [], keys = true } = input;
  const { dModel, nKvHeads, dHead, nLayers, maxPositions } = config;
  const thing = `block ${layer}`;
  checkCount(layer, { thing: "block: layer", low: 0, high: nLayers - 1 });
  checkCount(tokens, { thing: `${thing}: tokens`, low: 1, high: maxPositions });
  checkCount(start, { thing: `${thing}: start`, low: 0, high: maxPositions - tokens });
  expectDims(x, [rows * tokens, dModel], `${thing}: x`);
  if (start > 0 && prefix === null)
    throw new PatchbayError({ thing: `${thing}: prefix`, value: null, rule: `must hold ${start} positions` });
  if (prefix !== null) {
    const groups = prefix.k.dims[0];
    expectDims(prefix.k, [groups, nKvHeads, start, dHead], `${thing}: prefix.k`);
    expectDims(prefix.v, [groups, nKvHeads, start, dHead], `${thing}: prefix.v`);
    if (prefix.group.length !== rows || prefix.group.some((g) => g < 0 || g >= groups))
      throw new PatchbayError({
        thing: `${thing}: prefix.group`,
        rule: `must give each of ${rows} rows one of ${groups}`,
      });
  }
  const hooks = blockHooks(config);
  const missing = want.find((name) => !hooks.has(name));
  if (missing !== undefined)
    throw new PatchbayError({
      thing: `${thing}: want`,
      value: missing,
      rule: `must be one of ${[...hooks.keys()].join(", ")}`,
    });
  const plainPrefix =
    prefix === null || start === 0 ? null : { k: prefix.k.data, v: prefix.v.data, group: prefix.group };
  const edits = overwriteEdits(input, config);
  const call = { layer, x: x.data, rows, tokens, start, prefix: plainPrefix, want, edits, keys };
  const { y, k, v, hooks: found } = await host.call("block", call);
  const kv = [keys ? rows : 0, nKvHeads, tokens, dHead];
  return {
    y: { dims: [rows * tokens, dModel], data: y },
    k: { dims: kv, data: k },
    v: { dims: kv, data: v },
    hooks: Object.fromEntries(
      want.map((name) => [name, { dims: hookDims(name, { config, rows, tokens, start }), data: found[name] }]),
    ),
  };
}

/** Shape of a block's hook over rows of equal length. */
export function hookDims(
  name: string,
  { config, rows, tokens, start }: { config: ModelConfig; rows: number; tokens: number; start: number },
): number[] {
  const shape = blockHooks(config).get(name);
  if (shape === undefined) throw new Error(`no hook ${name}`);
  if (shape.layout === "pattern") return [rows, shape.heads ?? 1, tokens, start + tokens];
  const width = shape.width ?? 1;
  return shape.heads === null ? [rows, tokens, width] : [rows, tokens, shape.heads, width];
}

function overwriteEdits({ overwrite, rows, tokens, layer }: BlockInput, config: ModelConfig): Edit[] {
  if (overwrite === undefined || overwrite.rows.length === 0) return [];
  const { site, kind = "set", rows: units, values } = overwrite;
  const [hook, width, perToken] =
    site === "z" ? ["attn.hook_z", config.dHead, config.nHeads] : [`hook_${site}`, config.dModel, 1];
  const there = rows * tokens * perToken;
  expectDims(values, [units.length, width], `block ${layer}: overwrite.values`);
  if (new Set(units).size !== units.length || units.some((unit) => unit < 0 || unit >= there))
    throw new PatchbayError({
      thing: `block ${layer}: overwrite.rows`,
      rule: `must be distinct and of 0 to ${there - 1}`,
    });
  return [{ hook, kind, units, values: values.data }];
}

async function runHead({ x, answers, topK = 0, klTarget }: HeadInput, { host, config }: Around): Promise<HeadOutput> {
  const { dModel, vocab } = config;
  expectDims(x, [answers.length, dModel], "head: x");
  checkIds(answers, config, "head: answers");
  checkCount(topK, { thing: "head: topK", low: 0, high: vocab });
  if (klTarget !== undefined) {
    const targets = klTarget.x.data.length / dModel;
    expectDims(klTarget.x, [targets, dModel], "head: klTarget.x");
    if (klTarget.of.length !== answers.length || klTarget.of.some((t) => t < 0 || t >= targets))
      throw new PatchbayError({ thing: "head: klTarget.of", rule: `must give each row one of ${targets} targets` });
  }
  const target = klTarget === undefined ? null : { x: klTarget.x.data, of: klTarget.of };
  return host.call("head", { x: x.data, answers, topK, target });
}

function expectDims(tensor: F32, dims: readonly number[], thing: string): void {
  if (tensor.data.length !== size(dims) || String(tensor.dims) !== String(dims))
    throw new PatchbayError({
      thing,
      value: tensor.dims,
      rule: `must have the shape [${dims.join(", ")}] and that many numbers, not ${tensor.data.length}`,
    });
}

/** Full passes with captures and interventions: prompts of one length share a pass, so there is no padding. */
import type { ModelConfig } from "../checkpoint/types";
import { checkIndices, checkIntervention, type ResolvedEdit, resolveEdit, type Target } from "../intervene/resolve";
import type { Intervention } from "../intervene/types";
import { blockOf } from "../session/pass";
import type { Edit, Host, PassReply } from "../session/types";
import type { F32 } from "../tensor";
import { checkTokens } from "./check";
import { findHook, matchHooks } from "./hooks";
import { hookDims } from "./stages";
import type { Forward, ForwardOptions } from "./types";

interface Around {
  host: Host;
  config: ModelConfig;
}

/** One result for each prompt, in the order given.
 *  @throws HookError, PatchbayError before anything runs; DOMException AbortError. */
export async function forwardBatch(
  prompts: readonly (readonly number[])[],
  options: ForwardOptions,
  around: Around,
): Promise<Forward[]> {
  const { host, config } = around;
  const { capture, interventions = [], signal } = options;
  const ids = prompts.map((tokens, i) =>
    checkTokens(tokens, config, prompts.length === 1 ? "tokens" : `prompts[${i}]`),
  );
  const want = capture === undefined ? [] : matchHooks(capture, config);
  const targets = interventions.map((intervention) => {
    const { name, shape } = findHook(intervention.hook, config);
    return { intervention, hook: name, shape };
  });
  for (const { intervention, hook, shape } of targets) {
    for (const row of ids) checkIntervention(intervention, { hook, shape, tokens: row.length });
    checkSource(intervention, hook, config);
  }
  const sources = await Promise.all(targets.map((target) => sourceRows(target, around, signal)));
  const lengths = [...new Set(ids.map((row) => row.length))];
  // Resolved for every length before the first pass, so that a source that does not fit stops everything.
  const edits = lengths.map((tokens) =>
    targets.map(({ intervention, hook, shape }, i) => resolveEdit(intervention, { hook, shape, tokens }, sources[i])),
  );
  const results: Forward[] = [];
  for (const [at, tokens] of lengths.entries()) {
    const members = [...ids.keys()].filter((i) => ids[i].length === tokens);
    const all = new Int32Array(members.length * tokens);
    members.forEach((i, row) => {
      all.set(ids[i], row * tokens);
    });
    const call = {
      ids: all,
      rows: members.length,
      tokens,
      want,
      edits: edits[at].map((edit) => forEveryRow(edit, { rows: members.length, tokens, config })),
    };
    const reply = await host.call("pass", call, signal);
    members.forEach((i, row) => {
      results[i] = oneForward(reply, { row, tokens: Array.from(ids[i]), rows: members.length, want, config });
    });
  }
  return results;
}

function checkSource({ source }: Intervention, hook: string, config: ModelConfig): void {
  if (source === undefined || "values" in source) return;
  const { length } = checkTokens(source.tokens, config, `intervention on ${hook}: source.tokens`);
  const thing = `intervention on ${hook}: source.positions`;
  checkIndices(source.positions, { thing, length, what: "token" });
}

/** The hook's rows at the source's positions in a run on the source's tokens; null when there is nothing to run. */
async function sourceRows(
  { intervention, hook, shape }: Omit<Target, "tokens"> & { intervention: Intervention },
  { host }: Around,
  signal?: AbortSignal,
): Promise<Float32Array | null> {
  const { source } = intervention;
  if (source === undefined || "values" in source) return null;
  const ids = Int32Array.from(source.tokens);
  const tokens = ids.length;
  const { hooks } = await host.call("pass", { ids, rows: 1, tokens, want: [hook], edits: [] }, signal);
  const all = hooks[hook];
  const heads = shape.heads ?? 1;
  const width = shape.width ?? tokens;
  const rows = new Float32Array(source.positions.length * heads * width);
  source.positions.forEach((position, i) => {
    const p = position < 0 ? position + tokens : position;
    for (let h = 0; h < heads; h++) {
      const unit = shape.layout === "pattern" ? h * tokens + p : p * heads + h;
      rows.set(all.subarray(unit * width, (unit + 1) * width), (i * heads + h) * width);
    }
  });
  return rows;
}

/** One prompt's edit repeated for every row of a pass. */
function forEveryRow(
  edit: ResolvedEdit,
  { rows, tokens, config }: { rows: number; tokens: number; config: ModelConfig },
): Edit {
  const heads = findHook(edit.hook, config).shape.heads ?? 1;
  const n = edit.units.length;
  const units = new Int32Array(rows * n);
  const values = new Float32Array(rows * edit.values.length);
  for (let row = 0; row < rows; row++) {
    edit.units.forEach((unit, i) => {
      units[row * n + i] = row * tokens * heads + unit;
    });
    values.set(edit.values, row * edit.values.length);
  }
  return { hook: edit.hook, kind: edit.kind, units, values };
}

function oneForward(
  reply: PassReply,
  at: { row: number; tokens: number[]; rows: number; want: readonly string[]; config: ModelConfig },
): Forward {
  const { row, rows, tokens, want, config } = at;
  const part = (data: Float32Array) => {
    const length = data.length / rows;
    return rows === 1 ? data : data.slice(row * length, (row + 1) * length);
  };
  const cache = new Map<string, F32>();
  for (const name of want) {
    const block = blockOf(name);
    const data = part(reply.hooks[name]);
    const dims =
      block === null
        ? [tokens.length, data.length / tokens.length]
        : hookDims(block.name, { config, rows: 1, tokens: tokens.length, start: 0 }).slice(1);
    cache.set(name, { dims, data });
  }
  return { tokens, cache, lastLogits: part(reply.lastLogits) };
}

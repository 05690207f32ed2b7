/** Rows on their way through the layers: gathered into one block call for each shape, and handed back.
 *  A line is one segment of tokens under one set of patches. The keys and values before it belong to the lines
 *  of its ancestors at the same layer, so lines run in the order of their depth. */
import type { ModelConfig } from "../checkpoint/types";
import type { BlockInput, Overwrite, Prefix, Stages } from "../forward/types";
import type { Segment } from "./segments";

/** Most tokens of prefix (rows x positions before them) whose keys and values are copied for one call. */
const PREFIX_TOKENS_PER_CALL = 8192;

export interface Line {
  readonly segment: Segment;
  /** What lies before it: at this layer, with these patches. */
  readonly parent: Line | null;
  /** The stream that goes into the next block, [tokens, dModel]. Never written to: branches share it. */
  x: Float32Array;
  /** Keys and values of the last block, [nKvHeads, tokens, dHead]; empty when no other line builds on them. */
  k: Float32Array;
  v: Float32Array;
  /** The site's output at the last token, [dModel], when it was asked for. */
  seen: Float32Array | null;
}

const NOTHING = new Float32Array(0);

export const newLine = (segment: Segment, parent: Line | null, x: Float32Array): Line => ({
  segment,
  parent,
  x,
  k: NOTHING,
  v: NOTHING,
  seen: null,
});

/** The last token's row of a line, [dModel]. */
export const lastRow = (line: Line, dModel: number): Float32Array => line.x.subarray(line.x.length - dModel);

/** What a layer does with its lines besides running them. */
export interface Step {
  layer: number;
  /** Most tokens in one call, so that a run can be stopped between calls. */
  tokensPerCall: number;
  /** Keep this hook's row at the last token of these lines. */
  want?: { hook: "hook_attn_out" | "hook_mlp_out"; lines: ReadonlySet<Line> };
  /** One-token lines: their site's output is replaced by these rows. */
  overwrite?: { site: Overwrite["site"]; rows: ReadonlyMap<Line, Float32Array> };
  signal?: AbortSignal;
}

/** Takes `lines` through block `step.layer`; yields the tokens done after each call.
 *  Every parent is either among `lines` or has gone through this layer already. */
export async function* advance(
  stages: Stages,
  config: ModelConfig,
  lines: readonly Line[],
  step: Step,
): AsyncGenerator<number> {
  const parents = new Set(lines.map(({ parent }) => parent));
  for (const group of grouped(lines, parents, step)) {
    const { start, tokens } = group[0].segment;
    const length = tokens.length;
    const fitting = Math.min(step.tokensPerCall / length, PREFIX_TOKENS_PER_CALL / Math.max(start, 1));
    const rowsPerCall = Math.max(1, Math.floor(fitting));
    for (let from = 0; from < group.length; from += rowsPerCall) {
      step.signal?.throwIfAborted();
      const rows = group.slice(from, from + rowsPerCall);
      await runRows(stages, config, rows, parents.has(rows[0]), step);
      yield rows.length * length;
    }
  }
}

/** Lines of one shape together, shallow ones first. */
function grouped(lines: readonly Line[], parents: ReadonlySet<Line | null>, { want }: Step): Line[][] {
  const groups = new Map<string, Line[]>();
  const byDepth = [...lines].sort((a, b) => a.segment.depth - b.segment.depth);
  for (const line of byDepth) {
    const { depth, start, tokens } = line.segment;
    // The hook, keys and values are outputs as large as the stream, so only the lines that need them ask for them.
    const key = `${depth}/${start}/${tokens.length}/${parents.has(line)}/${want?.lines.has(line) ?? false}`;
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  return [...groups.values()];
}

async function runRows(
  stages: Stages,
  config: ModelConfig,
  rows: readonly Line[],
  keys: boolean,
  step: Step,
): Promise<void> {
  const { dModel, nKvHeads, dHead } = config;
  const { start, tokens } = rows[0].segment;
  const hook = step.want?.lines.has(rows[0]) ? step.want.hook : null;
  const input: BlockInput = {
    layer: step.layer,
    x: { dims: [rows.length * tokens.length, dModel], data: joined(rows.map((line) => line.x)) },
    rows: rows.length,
    tokens: tokens.length,
    start,
    prefix: start === 0 ? null : prefixOf(rows, start, config),
    keys,
  };
  if (hook) input.want = [hook];
  if (step.overwrite) input.overwrite = overwriteOf(rows, step.overwrite, dModel);
  const { y, k, v, hooks } = await stages.block(input);

  const wide = tokens.length * dModel;
  const own = keys ? nKvHeads * tokens.length * dHead : 0;
  rows.forEach((line, row) => {
    line.x = y.data.subarray(row * wide, (row + 1) * wide);
    line.k = k.data.subarray(row * own, (row + 1) * own);
    line.v = v.data.subarray(row * own, (row + 1) * own);
    line.seen = hook ? hooks[hook].data.slice((row + 1) * wide - dModel, (row + 1) * wide) : null;
  });
}

function overwriteOf(
  rows: readonly Line[],
  { site, rows: values }: NonNullable<Step["overwrite"]>,
  dModel: number,
): Overwrite {
  return {
    site,
    rows: Int32Array.from(rows, (_, row) => row),
    values: { dims: [rows.length, dModel], data: joined(rows.map((line) => values.get(line) as Float32Array)) },
  };
}

/** Keys and values before `rows`, one group for each different parent: [G, nKvHeads, start, dHead]. */
function prefixOf(rows: readonly Line[], start: number, { nKvHeads, dHead }: ModelConfig): Prefix {
  const groups = new Map<Line, number>();
  const group = Int32Array.from(rows, ({ parent }) => {
    const above = parent as Line;
    const known = groups.get(above);
    if (known !== undefined) return known;
    groups.set(above, groups.size);
    return groups.size - 1;
  });
  const dims = [groups.size, nKvHeads, start, dHead];
  const k = new Float32Array(groups.size * nKvHeads * start * dHead);
  const v = new Float32Array(k.length);
  for (const [parent, g] of groups) {
    for (let line: Line | null = parent; line; line = line.parent) {
      const piece = line.segment.tokens.length * dHead;
      for (let head = 0; head < nKvHeads; head++) {
        const to = ((g * nKvHeads + head) * start + line.segment.start) * dHead;
        k.set(line.k.subarray(head * piece, (head + 1) * piece), to);
        v.set(line.v.subarray(head * piece, (head + 1) * piece), to);
      }
    }
  }
  return { k: { dims, data: k }, v: { dims, data: v }, group };
}

/** Rows one after another in one array. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

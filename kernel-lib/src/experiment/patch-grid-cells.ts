/** The patched runs of a grid on their way through one block. Cells of one shape go together, whatever their layer and
 *  sample, behind the keys and values of their own targets. */
import type { ModelConfig } from "../checkpoint/types";
import type { BlockInput, Overwrite, Prefix, Stages } from "../forward/types";
import { stageLimits } from "./cost";
import { joined } from "./lines";
import type { PatchGridSample, PatchGridSpec } from "./patch-grid-types";
import type { PromptRows } from "./site-rows";

/** A target's own run at the layer that is being computed. */
export interface Base {
  readonly sample: PatchGridSample;
  readonly source: PromptRows;
  readonly tokens: number;
  /** The stream before this block, and behind it: [tokens, dModel]. */
  before: Float32Array;
  x: Float32Array;
  /** [nKvHeads, tokens, dHead] */
  k: Float32Array;
  v: Float32Array;
}

/** One patched run: the target's tokens from `start` on. */
export interface Cell {
  readonly base: Base;
  readonly index: number;
  readonly layer: number;
  readonly start: number;
  /** Tokens that the patch's own block computes again; 0 for a patch of the stream itself. */
  readonly window: number;
  /** Patched tokens, counted from `start`, and the source's positions. */
  readonly rows: readonly { at: number; source: number }[];
  readonly head: number | null;
  /** The stream from `start` on, [tokens - start, dModel]; null until the patch. The same object as the target's own
   *  where the patch changes nothing. */
  x: Float32Array | null;
}

/** The stream with the source's row in place of the target's. */
export function spawn(cell: Cell, { dModel }: ModelConfig): void {
  const { base, start, layer } = cell;
  const rows = base.source.site.get(layer) as Float32Array;
  const own = base.x.subarray(start * dModel);
  const [{ source }] = cell.rows;
  const row = rows.subarray(source * dModel, (source + 1) * dModel);
  if (row.every((value, j) => value === own[j])) {
    cell.x = base.x;
    return;
  }
  cell.x = own.slice();
  cell.x.set(row, 0);
}

export interface Around {
  stages: Stages;
  config: ModelConfig;
  layer: number;
  signal?: AbortSignal;
}

/** Targets through one block, those of one length together. */
export async function runBases(bases: readonly Base[], { stages, config, layer, signal }: Around): Promise<void> {
  const { dModel, nKvHeads, dHead } = config;
  for (const [, group] of grouped(bases, ({ tokens }) => String(tokens))) {
    signal?.throwIfAborted();
    const { tokens } = group[0];
    const rows = group.length;
    const x = { dims: [rows * tokens, dModel], data: joined(group.map((base) => base.x)) };
    const { y, k, v } = await stages.block({ layer, x, rows, tokens, start: 0, prefix: null });
    const [wide, own] = [tokens * dModel, nKvHeads * tokens * dHead];
    group.forEach((base, row) => {
      base.before = base.x;
      base.x = y.data.slice(row * wide, (row + 1) * wide);
      base.k = k.data.slice(row * own, (row + 1) * own);
      base.v = v.data.slice(row * own, (row + 1) * own);
    });
  }
}

/** Patched streams through one block. */
export async function runCells(cells: readonly Cell[], around: Around): Promise<void> {
  for (const [, group] of grouped(cells, ({ start, base }) => `${start}/${base.tokens}`)) {
    const tokens = group[0].base.tokens - group[0].start;
    const streams = group.map(({ x }) => x as Float32Array);
    const out = await throughBlock(group, streams, tokens, around);
    group.forEach((cell, i) => {
      cell.x = out[i];
    });
  }
}

/** Patches inside a block: its window of tokens once more with the site overwritten, then the target's own rows. */
export async function runWindows(cells: readonly Cell[], around: Around & { spec: PatchGridSpec }): Promise<void> {
  const { dModel } = around.config;
  for (const [, group] of grouped(cells, ({ start, window, base }) => `${start}/${window}/${base.tokens}`)) {
    const { start, window } = group[0];
    const streams = group.map(({ base }) => base.before.subarray(start * dModel, (start + window) * dModel));
    const out = await throughBlock(group, streams, window, around, (rows) => overwriteOf(rows, window, around));
    group.forEach((cell, i) => {
      cell.x = joined([out[i], cell.base.x.subarray((start + window) * dModel)]);
    });
  }
}

function overwriteOf(
  cells: readonly Cell[],
  window: number,
  { spec, config, layer }: Around & { spec: PatchGridSpec },
): Overwrite {
  const { nHeads, dHead, dModel } = config;
  const units: number[] = [];
  const values: Float32Array[] = [];
  cells.forEach(({ base, rows, head }, row) => {
    const from = base.source.site.get(layer) as Float32Array;
    for (const { at, source } of rows) {
      const token = row * window + at;
      units.push(head === null ? token : token * nHeads + head);
      const [start, width] = head === null ? [source * dModel, dModel] : [(source * nHeads + head) * dHead, dHead];
      values.push(from.subarray(start, start + width));
    }
  });
  const site = spec.site as Overwrite["site"];
  const width = site === "z" ? dHead : dModel;
  return { site, rows: Int32Array.from(units), values: { dims: [units.length, width], data: joined(values) } };
}

/** Rows of one shape through a block, behind their targets' own keys and values: a stream for each cell. */
async function throughBlock(
  cells: readonly Cell[],
  streams: readonly Float32Array[],
  tokens: number,
  { stages, config, layer, signal }: Around,
  overwrite?: (cells: readonly Cell[]) => Overwrite,
): Promise<Float32Array[]> {
  const { dModel } = config;
  const { start } = cells[0];
  const rowsPerCall = Math.max(1, Math.floor(stageLimits(config).tokensPerCall / tokens));
  const out: Float32Array[] = [];
  for (let from = 0; from < cells.length; from += rowsPerCall) {
    signal?.throwIfAborted();
    const group = cells.slice(from, from + rowsPerCall);
    const input: BlockInput = {
      layer,
      x: { dims: [group.length * tokens, dModel], data: joined(streams.slice(from, from + rowsPerCall)) },
      rows: group.length,
      tokens,
      start,
      prefix: start === 0 ? null : prefixOf(group, config),
      keys: false,
    };
    if (overwrite) input.overwrite = overwrite(group);
    const { y } = await stages.block(input);
    const wide = tokens * dModel;
    for (let row = 0; row < group.length; row++) out.push(y.data.slice(row * wide, (row + 1) * wide));
  }
  return out;
}

/** Keys and values before `start`, one group for each target: [G, nKvHeads, start, dHead]. */
function prefixOf(cells: readonly Cell[], { nKvHeads, dHead }: ModelConfig): Prefix {
  const { start } = cells[0];
  const bases = [...new Set(cells.map(({ base }) => base))];
  const dims = [bases.length, nKvHeads, start, dHead];
  const cut = (of: (base: Base) => Float32Array) =>
    joined(
      bases.flatMap((base) =>
        Array.from({ length: nKvHeads }, (_, head) => {
          const from = head * base.tokens * dHead;
          return of(base).subarray(from, from + start * dHead);
        }),
      ),
    );
  return {
    k: { dims, data: cut(({ k }) => k) },
    v: { dims, data: cut(({ v }) => v) },
    group: Int32Array.from(cells, ({ base }) => bases.indexOf(base)),
  };
}

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** Position x layer and head x layer patching: for each cell the target's run with one row (or one head's rows) taken
 *  from the source's run. What a patch cannot change is not computed again: below its layer the cell is the target's
 *  own run, and before its position the keys and values are the target's own, at every layer. Cells of one shape go
 *  through a block together, whatever their layer and sample. `patch-grid-naive.ts` is what this must agree with. */
import type { ModelConfig } from "../checkpoint/types";
import type { BlockInput, Overwrite, Prefix, Stages } from "../forward/types";
import { stageLimits } from "./cost";
import type { GridPart } from "./grid-part";
import { joined } from "./lines";
import { type AnswerRow, measureRows } from "./measure-rows";
import { partOf } from "./patch-grid-part";
import { placesIn } from "./patch-grid-spec";
import type { PatchGridSample, PatchGridSpec } from "./patch-grid-types";
import { type PromptRows, siteRows } from "./site-rows";

/** Bytes that the cells of the samples at work may take. */
const BYTES_AT_WORK = 256 * 2 ** 20;
const MAX_SAMPLES_AT_WORK = 16;
/** Samples at work for each one of the last time. */
const GROWTH = 4;

export interface GridWork {
  /** Samples that need not run. */
  known?: number;
  signal?: AbortSignal;
  /** How much of the sample at work is done, 0 to 1. */
  onShare?: (share: number) => void;
}

/** A target's own run at the layer that is being computed. */
interface Base {
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
interface Cell {
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

/** The grid of each sample from number `known` on, in order; ends early when the signal is aborted. */
export async function* patchGrid(
  stages: Stages,
  config: ModelConfig,
  spec: PatchGridSpec,
  { known = 0, signal, onShare = () => {} }: GridWork = {},
): AsyncGenerator<GridPart> {
  const { samples } = spec;
  // The first picture after one sample; then as many as memory allows.
  for (let from = known, size = 1; from < samples.length; size *= GROWTH) {
    const to = Math.min(samples.length, from + Math.min(size, samplesAtWork(samples[from], spec, config)));
    try {
      yield* await runSamples(stages, config, { ...spec, samples: samples.slice(from, to) }, signal, onShare);
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    }
    from = to;
  }
}

function samplesAtWork({ target }: PatchGridSample, { by, layers, positions }: PatchGridSpec, config: ModelConfig) {
  const columns = by === "head" ? config.nHeads : positions.length;
  const bytes = layers.length * columns * target.length * config.dModel * 4;
  return Math.min(MAX_SAMPLES_AT_WORK, Math.max(1, Math.floor(BYTES_AT_WORK / bytes)));
}

async function runSamples(
  stages: Stages,
  config: ModelConfig,
  spec: PatchGridSpec,
  signal: AbortSignal | undefined,
  onShare: (share: number) => void,
): Promise<GridPart[]> {
  const { samples, site, layers } = spec;
  const prompts = samples.map(({ source }) => source);
  const sources = await siteRows(stages, config, prompts, { site, layers, signal });
  const bases: Base[] = [];
  for (const [i, sample] of samples.entries()) {
    const { data } = await stages.embed(Int32Array.from(sample.target));
    const none = new Float32Array(0);
    bases.push({ sample, source: sources[i], tokens: sample.target.length, before: data, x: data, k: none, v: none });
  }
  const cells = bases.flatMap((base) => cellsOf(base, spec, config));
  for (let layer = 0; layer < config.nLayers; layer++) {
    const here = cells.filter((cell) => cell.layer === layer);
    if (site === "resid_pre") for (const cell of here) spawn(cell, config);
    const live = cells.filter(({ x }) => x !== null);
    const around = { stages, config, layer, signal };
    await runBases(bases, around);
    // A cell that the patch left unchanged goes along with its target.
    for (const cell of live) if (cell.x === cell.base.before) cell.x = cell.base.x;
    await runCells(
      live.filter(({ x, base }) => x !== base.x),
      around,
    );
    if (site === "resid_post") for (const cell of here) spawn(cell, config);
    else if (site !== "resid_pre") await runWindows(here, { ...around, spec });
    onShare((layer + 1) / (config.nLayers + 1));
  }
  return measured(stages, config, spec, { bases, cells, signal });
}

function cellsOf(base: Base, spec: PatchGridSpec, config: ModelConfig): Cell[] {
  const places = placesIn(spec.positions, base.sample);
  const inside = spec.site !== "resid_pre" && spec.site !== "resid_post";
  const cell = (row: number, column: number, head: number | null, at: typeof places): Cell => {
    const start = Math.min(...at.map(({ target }) => target));
    const end = Math.max(...at.map(({ target }) => target));
    const width = spec.by === "head" ? config.nHeads : spec.positions.length;
    return {
      base,
      index: row * width + column,
      layer: spec.layers[row],
      start,
      window: inside ? end - start + 1 : 0,
      rows: at.map(({ target, source }) => ({ at: target - start, source })),
      head,
      x: null,
    };
  };
  if (places.length === 0) return [];
  return spec.layers.flatMap((_, row) =>
    spec.by === "head"
      ? Array.from({ length: config.nHeads }, (__, head) => cell(row, head, head, places))
      : places.map((place) => cell(row, place.column, null, [place])),
  );
}

/** The stream with the source's row in place of the target's. */
function spawn(cell: Cell, { dModel }: ModelConfig): void {
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

interface Around {
  stages: Stages;
  config: ModelConfig;
  layer: number;
  signal?: AbortSignal;
}

/** Targets through one block, those of one length together. */
async function runBases(bases: readonly Base[], { stages, config, layer, signal }: Around): Promise<void> {
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
async function runCells(cells: readonly Cell[], around: Around): Promise<void> {
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
async function runWindows(cells: readonly Cell[], around: Around & { spec: PatchGridSpec }): Promise<void> {
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

async function measured(
  stages: Stages,
  config: ModelConfig,
  spec: PatchGridSpec,
  { bases, cells, signal }: { bases: readonly Base[]; cells: readonly Cell[]; signal?: AbortSignal },
): Promise<GridPart[]> {
  const { dModel } = config;
  const last = (x: Float32Array) => x.subarray(x.length - dModel);
  const ends = new Map(bases.map((base) => [base, last(base.x)]));
  const rowsOf = (base: Base, answer: number): AnswerRow[] => [
    { x: ends.get(base) as Float32Array, answer, unchanged: null },
    { x: base.source.last, answer, unchanged: null },
    ...cells
      .filter((cell) => cell.base === base && cell.x !== base.x)
      .map(({ x }) => ({ x: last(x as Float32Array), answer, unchanged: ends.get(base) as Float32Array })),
  ];
  const parts: GridPart[] = [];
  for (const base of bases) {
    const { answer, foil } = base.sample;
    const measures = await measureRows(stages, config, rowsOf(base, answer), signal);
    const foils = foil === undefined ? null : await measureRows(stages, config, rowsOf(base, foil), signal);
    const changed = cells.filter((cell) => cell.base === base && cell.x !== base.x);
    const rowOf = new Map(changed.map((cell, i) => [cell, i + 2]));
    const all = cells
      .filter((cell) => cell.base === base)
      .map((cell) => ({ index: cell.index, row: rowOf.get(cell) ?? 0 }));
    const width = spec.by === "head" ? config.nHeads : spec.positions.length;
    parts.push(partOf(all, spec.layers.length * width, measures, foils));
  }
  return parts;
}

/** Position x layer and head x layer patching: for each cell the target's run with one row (or one head's rows) taken
 *  from the source's run. What a patch cannot change is not computed again: below its layer the cell is the target's
 *  own run, and before its position the keys and values are the target's own, at every layer. Cells of one shape go
 *  through a block together, whatever their layer and sample. `patch-grid-naive.ts` is what this must agree with. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";
import type { GridPart } from "./grid-part";
import { type AnswerRow, measureRows } from "./measure-rows";
import { type Base, type Cell, runBases, runCells, runWindows, spawn } from "./patch-grid-cells";
import { partOf } from "./patch-grid-part";
import { placesIn } from "./patch-grid-spec";
import type { PatchGridSample, PatchGridSpec } from "./patch-grid-types";
import { siteRows } from "./site-rows";

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

/** A run whose result is a grid, sample by sample: position x layer patching, steering, cross-task patching. */
import type { GridPart } from "../experiment/grid-part";
import type { Model } from "../forward/types";
import { packPart, unpackPart } from "../result/grid-file";
import type { GridMetric } from "../result/grid-metrics";
import { type GridAxis, type GridData, type GridKind, GridResult } from "../result/grid-result";
import type { ExperimentOptions } from "./experiment-run";
import { ItemRun } from "./item-run";
import { tokenTextOf } from "./making";

/** What a kind tells of one grid. */
export interface GridJob {
  spec: { schema: "patchbay.spec/1"; kind: GridKind; model: string; task?: string };
  rows: GridAxis;
  columns: GridAxis;
  sampleLabels: readonly string[];
  /** In the order in which they are shown. */
  metrics: readonly GridMetric[];
  baselines: readonly string[];
  /** Whether texts are generated. */
  outputs: boolean;
  /** Ids whose texts labels need. */
  tokens: Iterable<number>;
  warnings?: readonly string[];
  work(options: { known: number; signal: AbortSignal; onShare(share: number): void }): AsyncIterable<GridPart>;
}

/** A run over the samples of a grid; await it for its GridResult. */
export class GridRun extends ItemRun<GridPart, GridResult> {
  /** @throws PatchbayError when the journal is of another run or in use. */
  constructor(model: Model, job: GridJob, options: ExperimentOptions = {}) {
    const { spec, rows, columns, sampleLabels, warnings, work } = job;
    const cells = rows.keys.length * columns.keys.length;
    const tokenText = tokenTextOf(model, job.tokens);
    super(
      model,
      {
        prefix: spec.kind,
        spec: spec as GridData["spec"],
        unit: "samples",
        records: {
          count: sampleLabels.length,
          toJson: packPart,
          fromJson: (json, _, where) => unpackPart(where, json, cells, model.config),
        },
        warnings,
        work,
        result: (state, parts, making) =>
          new GridResult({
            schema: "patchbay.result/1",
            kind: spec.kind,
            state,
            spec: spec as GridData["spec"],
            ...{ making, rows, columns, sampleLabels, tokenText },
            ...gathered(parts, job, cells),
          }),
      },
      options,
    );
  }
}

/** The parts so far in arrays for all samples; the rest is missing. */
function gathered(parts: readonly GridPart[], { sampleLabels, metrics, baselines, outputs }: GridJob, cells: number) {
  const n = sampleLabels.length;
  const missing = (length: number) => new Float64Array(length).fill(Number.NaN);
  const all = (name: GridMetric) => {
    const array = missing(n * cells);
    parts.forEach(({ values }, sample) => {
      const part = values[name];
      if (part !== undefined) array.set(part, sample * cells);
    });
    return array;
  };
  const column = (name: string) => Float64Array.from({ length: n }, (_, i) => parts[i]?.baselines[name] ?? Number.NaN);
  const none = new Array<string | null>(cells).fill(null);
  return {
    values: Object.fromEntries(metrics.map((name) => [name, all(name)])),
    baselines: Object.fromEntries(baselines.map((name) => [name, column(name)])),
    outputs: outputs ? Array.from({ length: n }, (_, i) => parts[i]?.outputs ?? none).flat() : null,
  };
}

/** An axis of layers. */
export const layerAxis = (title: string, layers: readonly number[]): GridAxis => ({
  name: "layer",
  title,
  field: "layer",
  keys: layers,
  labels: layers.map(String),
});

/** An axis of positions; a column is called by its token where all prompts that have it agree. */
export const positionAxis = (
  title: string,
  positions: readonly number[],
  prompts: readonly (readonly number[])[],
  { tokenizer }: Pick<Model, "tokenizer">,
): GridAxis => ({
  name: "position",
  title,
  field: "position",
  keys: positions,
  labels: positions.map((position) => {
    const ids = new Set(prompts.map((tokens) => tokens.at(position)));
    ids.delete(undefined);
    const [id] = ids;
    if (ids.size !== 1) return "…";
    return tokenizer === null || (id as number) >= tokenizer.vocabSize ? String(id) : tokenizer.tokenText(id as number);
  }),
});

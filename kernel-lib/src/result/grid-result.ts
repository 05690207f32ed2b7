/** Results whose numbers form a grid: rows x columns x samples of one or more metrics. Position x layer and head x
 *  layer patching, steering, cross-task patching and the logit lens are all of this form; only their axes differ.
 *  Per-sample values first, statistics made from them when they are asked for. */
import { ResultError } from "../errors";
import { holm } from "../stats/adjust";
import { meanIntervals } from "../stats/bootstrap";
import { columnMeans } from "../stats/moments";
import { wilson } from "../stats/rates";
import { type SignTest, signTest } from "../stats/sign";
import { type Tail, tailCell } from "../stats/tail";
import { counted } from "../words";
import { Result, type ResultData } from "./base";
import { type GridMetric, gridMeaning } from "./grid-metrics";
import { gridText } from "./grid-text";
import type { Table } from "./types";

export type GridKind = "patch-grid" | "steer" | "cross-task" | "logit-lens";
export const GRID_KINDS: readonly GridKind[] = ["patch-grid", "steer", "cross-task", "logit-lens"];
export type GridField = "layer" | "head" | "position" | "task" | "coefficient";
export const GRID_FIELDS: readonly GridField[] = ["layer", "head", "position", "task", "coefficient"];

export interface GridAxis {
  /** Column of the tables: `layer`, `position`, `source_task`. */
  name: string;
  /** In plain words: "layer patched". */
  title: string;
  field: GridField;
  /** What tables hold, each once: a layer, a position, a coefficient, a task's name. */
  keys: readonly (number | string)[];
  /** What pictures show: a token's text, `L3H2`. */
  labels: readonly string[];
}

export interface GridData extends ResultData {
  kind: GridKind;
  spec: ResultData["spec"] & Record<string, unknown>;
  rows: GridAxis;
  columns: GridAxis;
  sampleLabels: readonly string[];
  /** By metric: [samples, rows, columns] row-major; NaN is missing. The first is shown first. */
  values: Readonly<Partial<Record<GridMetric, Float64Array>>>;
  /** What does not depend on the cell, by name (`target_logit`): [samples]. */
  baselines: Readonly<Record<string, Float64Array>>;
  /** Generated texts, [samples, rows, columns] row-major; null where nothing is generated. */
  outputs: readonly (string | null)[] | null;
  tokenText: Record<number, string>;
}

/** What one cell shows by one metric. */
export interface CellSummary {
  row: number | string;
  column: number | string;
  metric: GridMetric;
  /** Samples in which it was measured. */
  n: number;
  mean: number | null;
  /** 95 %: BCa bootstrap (10,000 seeded resamples), or Wilson's for a rate; null where it does not exist. */
  ci: readonly [number, number] | null;
}

/** Exact sign tests of an effect against 0, one for each cell, and Holm's correction over all of them. */
export interface CellTests {
  sign: readonly SignTest[];
  holm: readonly (Tail | null)[];
  made: number;
}

export type GridTable = "cells" | "summary" | "baselines" | "outputs";

/** Metrics over rows x columns x samples: positions, heads, strengths or tasks by layer or task. */
export class GridResult extends Result<GridData, GridTable> {
  readonly mainTable = "summary";
  private readonly known = new Map<string, unknown>();

  /** @throws ResultError when the arrays do not fit the axes and samples. */
  constructor(data: GridData) {
    super(data);
    const expect = (thing: string, length: number, wanted: number, what: string) => {
      if (length !== wanted) throw new ResultError({ thing, value: length, rule: `must hold ${wanted}, ${what}` });
    };
    for (const metric of this.metrics)
      expect(`values.${metric}`, this.values(metric).length, this.n * this.cells, "samples x rows x columns");
    for (const [name, values] of Object.entries(data.baselines))
      expect(`baselines.${name}`, values.length, this.n, "samples");
    if (data.outputs) expect("outputs", data.outputs.length, this.n * this.cells, "samples x rows x columns");
    for (const axis of [data.rows, data.columns])
      expect(`${axis.name}.labels`, axis.labels.length, axis.keys.length, "one for each key");
  }

  get tableNames(): readonly GridTable[] {
    const { outputs, baselines } = this.data;
    return [
      "summary",
      "cells",
      ...(Object.keys(baselines).length > 0 ? (["baselines"] as const) : []),
      ...(outputs === null ? [] : (["outputs"] as const)),
    ];
  }
  /** What was measured, the first is shown first. */
  get metrics(): GridMetric[] {
    return Object.keys(this.data.values) as GridMetric[];
  }
  /** Samples asked for; how many were measured stands beside each number. */
  get n(): number {
    return this.data.sampleLabels.length;
  }
  /** Rows x columns. */
  get cells(): number {
    return this.data.rows.keys.length * this.data.columns.keys.length;
  }
  /** Samples of which something is measured. */
  get finished(): number {
    const { cells, n } = this;
    const first = this.data.values[this.metrics[0]] as Float64Array;
    let count = 0;
    for (let sample = 0; sample < n; sample++)
      if (first.subarray(sample * cells, (sample + 1) * cells).some((value) => !Number.isNaN(value))) count++;
    return count;
  }
  describe(): string {
    const { rows, columns } = this.data;
    return `${rows.keys.length} x ${columns.keys.length} cells (${rows.name} x ${columns.name}), ${this.finished} of ${counted(this.n, "sample")}`;
  }

  /** Its best cells by the first metric, with intervals and tests once it is settled. */
  override toString(): string {
    return gridText(this);
  }

  /** Per-sample values, NaN where missing: all as [samples, rows, columns], or one cell's as [samples].
   *  @throws ResultError for a metric or a cell that the grid does not have
   *  @example result.values("rr_diff", { row: 3, column: -1 }) */
  values(metric: GridMetric, cell?: { row: number | string; column: number | string }): Float64Array {
    const all = this.data.values[metric];
    if (all === undefined)
      throw new ResultError({ thing: "metric", value: metric, rule: `must be one of ${this.metrics.join(", ")}` });
    return cell === undefined ? all : this.cellValues(all, this.cellOf(cell));
  }

  /** Mean, interval and n of every cell, rows outermost.
   *  @example result.summaries("rr_diff").length // rows x columns */
  summaries(metric: GridMetric): readonly CellSummary[] {
    return this.once(`summaries ${metric}`, () => {
      const columns = this.measured(metric);
      const intervals =
        gridMeaning(metric).kind === "rate"
          ? columns.map((hits) =>
              wilson(
                hits.reduce((k, hit) => k + hit, 0),
                hits.length,
              ),
            )
          : meanIntervals(columns, { seed: this.making.seed });
      return this.means(metric).map((row, cell) => ({ ...row, ci: intervals[cell] }));
    });
  }

  /** As `summaries`, without intervals (`ci` is null): the quick way, for a run that is still filling. */
  means(metric: GridMetric): readonly CellSummary[] {
    return this.once(`means ${metric}`, () => {
      const { rows, columns } = this.data;
      const { means, n } = columnMeans(this.values(metric), this.cells);
      return rows.keys.flatMap((row, r) =>
        columns.keys.map((column, c): CellSummary => {
          const at = r * columns.keys.length + c;
          return { row, column, metric, n: n[at], mean: n[at] === 0 ? null : means[at], ci: null };
        }),
      );
    });
  }

  /** One cell.
   *  @throws ResultError for a metric or a cell that the grid does not have
   *  @example result.cell("rr_diff", { row: 3, column: -1 }).mean */
  cell(metric: GridMetric, cell: { row: number | string; column: number | string }): CellSummary {
    return this.summaries(metric)[this.cellOf(cell)];
  }

  /** The cell with the best mean, the first of equals. It was chosen on the samples that its interval is made of,
   *  which flatters it.
   *  @throws ResultError when nothing was measured yet
   *  @example result.best().row */
  best(metric: GridMetric = this.metrics[0]): CellSummary {
    const sign = gridMeaning(metric).best === "lowest" ? -1 : 1;
    let best = -1;
    const means = this.means(metric);
    means.forEach(({ mean }, at) => {
      if (mean !== null && (best < 0 || sign * mean > sign * (means[best].mean as number))) best = at;
    });
    if (best < 0) throw new ResultError({ thing: `best(${metric})`, rule: "has no cell that is measured yet" });
    return this.summaries(metric)[best];
  }

  /** Tests of an effect against 0; null for a metric that is none. */
  tests(metric: GridMetric): CellTests | null {
    if (gridMeaning(metric).kind !== "effect") return null;
    return this.once(`tests ${metric}`, () => {
      const sign = this.measured(metric).map(signTest);
      return { sign, holm: holm(sign.map(({ tail }) => tail)), made: sign.filter(({ tail }) => tail !== null).length };
    });
  }

  protected build(name: GridTable): Table {
    if (name === "summary") return this.summaryTable();
    if (name === "baselines") return this.baselineTable();
    return name === "cells" ? this.cellTable() : this.outputTable();
  }

  private summaryTable(): Table {
    const { rows, columns } = this.data;
    return {
      name: "summary",
      columns: [rows.name, columns.name, "metric", "n", "mean", "ci_low", "ci_high", "sign_p", "p_holm"],
      rows: this.metrics.flatMap((metric) => {
        const tests = this.tests(metric);
        return this.summaries(metric).map(({ row, column, n, mean, ci }, at) => {
          const p = [tests?.sign[at].tail ?? null, tests?.holm[at] ?? null];
          const tails = p.map((tail) => (tail === null ? null : tailCell(tail)));
          return [row, column, metric, n, mean, ci?.[0] ?? null, ci?.[1] ?? null, ...tails];
        });
      }),
    };
  }

  /** A row for each sample and cell that was measured. */
  private cellTable(): Table {
    const { metrics } = this;
    const all = metrics.map((metric) => this.values(metric));
    return {
      name: "cells",
      columns: ["sample", this.data.rows.name, this.data.columns.name, ...metrics],
      rows: this.places().flatMap(({ sample, row, column, at }) => {
        const values = all.map((array) => (Number.isNaN(array[at]) ? null : array[at]));
        return values.every((value) => value === null) ? [] : [[sample, row, column, ...values]];
      }),
    };
  }

  private outputTable(): Table {
    const outputs = this.data.outputs ?? [];
    return {
      name: "outputs",
      columns: ["sample", this.data.rows.name, this.data.columns.name, "output"],
      rows: this.places().flatMap(({ sample, row, column, at }) =>
        outputs[at] === null ? [] : [[sample, row, column, outputs[at]]],
      ),
    };
  }

  private baselineTable(): Table {
    const { baselines, sampleLabels } = this.data;
    const names = Object.keys(baselines);
    const there = (value: number) => (Number.isNaN(value) ? null : value);
    return {
      name: "baselines",
      columns: ["sample", "label", ...names],
      rows: sampleLabels.map((label, sample) => [
        sample,
        label,
        ...names.map((name) => there(baselines[name][sample])),
      ]),
    };
  }

  private places() {
    const { rows, columns } = this.data;
    return Array.from({ length: this.n * this.cells }, (_, at) => ({
      at,
      sample: Math.floor(at / this.cells),
      row: rows.keys[Math.floor((at % this.cells) / columns.keys.length)],
      column: columns.keys[at % columns.keys.length],
    }));
  }

  private cellOf({ row, column }: { row: number | string; column: number | string }): number {
    const { rows, columns } = this.data;
    const place = (axis: GridAxis, key: number | string) => {
      const at = axis.keys.indexOf(key);
      if (at >= 0) return at;
      throw new ResultError({ thing: axis.name, value: key, rule: `must be one of ${axis.keys.join(", ")}` });
    };
    return place(rows, row) * columns.keys.length + place(columns, column);
  }

  private cellValues(all: Float64Array, cell: number): Float64Array {
    return Float64Array.from({ length: this.n }, (_, sample) => all[sample * this.cells + cell]);
  }

  /** Measured values of each cell. */
  private measured(metric: GridMetric): Float64Array[] {
    const all = this.values(metric);
    return Array.from({ length: this.cells }, (_, cell) =>
      this.cellValues(all, cell).filter((value) => !Number.isNaN(value)),
    );
  }

  private once<T>(key: string, make: () => T): T {
    if (!this.known.has(key)) this.known.set(key, make());
    return this.known.get(key) as T;
  }
}

/** What `show` and `figure` take, turned into views: a run while it goes on, results, figures, saved views. */

import { createHash, randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { SpecError } from "../errors";
import type { Figure } from "../figure";
import { optionsGiven } from "../given";
import { AccuracyResult } from "../result/accuracy";
import { Result } from "../result/base";
import { Comparison } from "../result/compare";
import { serialize } from "../result/file";
import { GeometryResult } from "../result/geometry";
import { sweepGrids } from "../result/grid";
import { GRID_METRICS, type GridMetric, isGridMetric } from "../result/grid-metrics";
import { GridResult } from "../result/grid-result";
import { METRICS } from "../result/metrics";
import { SweepResult } from "../result/sweep";
import type { TraceResult } from "../result/trace";
import type { SweepMetric, Table } from "../result/types";
import { ExperimentRun } from "../run/experiment-run";
import { GeometryRun } from "../run/geometry-run";
import { PatchRun } from "../run/patch-run";
import type { TraceRun } from "../run/trace-run";
import { accuracyChart } from "../view/chart-accuracy";
import { comparisonChart } from "../view/chart-compare";
import { gridViewOf } from "../view/grid-view";
import { sweepTuples } from "../view/heatmap-slices";
import { heatmapViewOf } from "../view/heatmap-view";
import type { HeatmapView, View } from "../view/types";
import { validateView } from "../view/validate";
import { bundle, quickBundle } from "./bundle";
import { KindSource } from "./kind-source";
import type { Live } from "./live";
import { isTrace, PathsSource } from "./paths-source";

/** What can be shown, drawn and saved as a picture. */
export type Showable =
  | ExperimentRun
  | Result
  | readonly SweepResult[]
  | readonly GridResult[]
  | readonly AccuracyResult[]
  | readonly (TraceResult | TraceRun)[]
  | readonly (GeometryResult | GeometryRun)[]
  | readonly Result[]
  | Comparison
  | Figure
  | View;

/** What is shown first; the reader can choose otherwise in the widget. */
export interface ViewChoice {
  /** Which metric is shown first: `rr_diff_target`, `logit_diff_target`, ...; of grids `rr_diff`, `kl`, ... */
  metric?: SweepMetric | GridMetric;
  /** Of a path trace: which sample, from 0. */
  sample?: number;
  /** Of a path trace: first only the paths that go from one token to another in each of these layers. */
  layers?: readonly number[];
}

/** A thing to show, with the result behind it where there is one. */
export interface Source extends Live {
  readonly result: Result | null;
  /** Of a view that shows several: all of them, for what is saved as a table or a spec. */
  readonly everyResult?: readonly Result[];
  /** Of something that is no result, as a comparison is none. */
  readonly table?: Table;
  readonly run: { id: string; cancel(): void; resume(): void } | null;
}

/** What `value` is shown as, one below the other: geometries have axes of their own and stand apart, with their classes
 *  and layers linked; anything else is one view.
 *  @throws SpecError for a value that is none of those, ResultError for results that do not go together. */
export function sourcesOf(value: Showable, choice: ViewChoice = {}): Source[] {
  optionsGiven("show()", choice);
  return isGeometries(value) ? value.map((one) => sourceOf(one, choice)) : [sourceOf(value, choice)];
}

const isGeometries = (value: unknown): value is readonly (GeometryResult | GeometryRun)[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => one instanceof GeometryResult || one instanceof GeometryRun);

/** @throws SpecError for a value that is none of those, ResultError for results that do not go together. */
export function sourceOf(value: Showable, choice: ViewChoice = {}): Source {
  checkMetric(choice.metric);
  if (value instanceof PatchRun) return new RunSource(value, choice);
  if (value instanceof SweepResult) return new ResultSource([value], choice);
  if (Array.isArray(value) && value.length > 0 && value.every((item) => item instanceof SweepResult)) {
    return new ResultSource(value, choice);
  }
  if (Array.isArray(value) && value.length > 0 && value.every((item) => item instanceof GridResult)) {
    const view = gridViewOf(value, { id: newId(), metric: choice.metric });
    return new FixedSource(view, {}, { everyResult: value });
  }
  if (Array.isArray(value) && value.length > 0 && value.every((item) => item instanceof AccuracyResult)) {
    return new FixedSource(accuracyChart(value), {}, { everyResult: value });
  }
  if (isTrace(value)) return new PathsSource([value], newId(), choice);
  if (Array.isArray(value) && value.length > 0 && value.every(isTrace)) return new PathsSource(value, newId(), choice);
  if (value instanceof Comparison) return new FixedSource(comparisonChart(value), {}, { table: value.table() });
  if (value instanceof ExperimentRun || value instanceof Result) return new KindSource(value, newId(), choice);
  if (isFigure(value)) return new FixedSource(value.view, choice, { figure: value });
  if (Array.isArray(value)) refuseList(value);
  const checked = validateView(value);
  if (checked.ok) return new FixedSource(checked.view, choice);
  throw new SpecError({
    thing: "show()",
    rule: `takes a run, a result, a list of results, a figure or a view (${checked.message})`,
    wayOut: "For example the run of patchSweep(...) or pathTrace(...), or what it gives when it is awaited",
  });
}

/** Says what lists are for. */
function refuseList(list: readonly unknown[]): never {
  const kinds = [...new Set(list.map((item) => (item instanceof Result ? item.data.kind : typeof item)))];
  throw new SpecError({
    thing: isGeometries(list) ? "figure()" : "show()",
    rule: `takes lists of results of one kind (patch sweeps, grids, path traces or accuracies), not ${kinds.join(" and ") || "an empty list"}`,
    wayOut: isGeometries(list)
      ? 'Draw each by itself, put them on one page: await pb.save([one, two], "both.html"), or draw their difference: pb.compare([one, two])'
      : 'Show each by itself, or put any of them on one page: await pb.save([one, two], "both.html")',
  });
}

/** The view of `value` with all its intervals and tests, made at once. */
export function wholeView(value: Showable): View {
  const source = sourceOf(value instanceof ExperimentRun ? value.snapshot() : value);
  return source instanceof ResultSource ? source.wholeView() : source.view();
}

const newId = (): string => `view-${randomUUID().slice(0, 8)}`;

export const isFigure = (value: unknown): value is Figure =>
  typeof value === "object" && value !== null && "view" in value && "svg" in value && "spec" in value;

function checkMetric(metric: string | undefined): void {
  if (metric === undefined || Object.hasOwn(METRICS, metric) || isGridMetric(metric)) return;
  const names = [...Object.keys(METRICS), ...Object.keys(GRID_METRICS)];
  throw new SpecError({ thing: "metric", value: metric, names, rule: `must be one of ${names.join(", ")}` });
}

/** Makes all intervals and tests of a result, which it keeps; other things in this process get their turn between. */
async function makeStatistics(result: SweepResult): Promise<void> {
  for (const piece of result.metrics.flatMap((metric) => result.intervalPieces(metric))) {
    await setImmediate();
    piece();
  }
}

function viewOf(results: readonly SweepResult[], id: string, choice: ViewChoice, intervals: boolean): HeatmapView {
  const parts = results.map((result) => ({
    data: result.data,
    grids: sweepGrids(result, { intervals }),
    tuples: intervals ? sweepTuples(result, { intervals }) : null,
  }));
  if (intervals) return heatmapViewOf(parts, { id, ...choice, resultHash: hashOf(results) });
  // Ten a second go to the page: without the values of single samples, which are most of the bytes.
  const view = heatmapViewOf(parts, { id, ...choice });
  return { ...view, metrics: view.metrics.map((metric) => ({ ...metric, samples: null })) };
}

function hashOf(results: readonly SweepResult[]): string {
  const hash = createHash("sha256");
  for (const result of results) hash.update(serialize(result));
  return `sha256:${hash.digest("hex")}`;
}

/** A run: its view changes until it has ended. */
class RunSource implements Source {
  readonly id = newId();
  readonly run: NonNullable<Source["run"]>;
  /** The last snapshot that has all its statistics. */
  private whole: SweepResult | null = null;
  private drawn: { of: SweepResult; intervals: boolean; view: HeatmapView } | null = null;

  constructor(
    private readonly sweep: PatchRun,
    private readonly choice: ViewChoice,
  ) {
    this.run = { id: sweep.id, cancel: () => sweep.cancel(), resume: () => sweep.resume() };
  }

  get result(): SweepResult {
    return this.sweep.snapshot();
  }
  ended(): boolean {
    return this.sweep.ended;
  }
  onChange(listener: () => void): void {
    this.sweep.onChange(listener);
  }
  async complete(): Promise<void> {
    const result = this.sweep.snapshot();
    await makeStatistics(result);
    this.whole = result;
  }
  view(): HeatmapView {
    const { sweep } = this;
    const of = sweep.snapshot();
    const intervals = this.whole === of;
    if (this.drawn?.of !== of || this.drawn.intervals !== intervals) {
      this.drawn = { of, intervals, view: viewOf([of], this.id, this.choice, intervals) };
    }
    const { view } = this.drawn;
    const run = sweep.state === "done" ? null : sweep.progress;
    if (sweep.state !== "failed") return { ...view, run };
    const message = sweep.error instanceof Error ? sweep.error.message : String(sweep.error);
    return { ...view, run, state: "error", error: { message } };
  }
  quickBundle() {
    return quickBundle(this.view());
  }
  bundle() {
    return bundle(this.view());
  }
}

/** One or more results side by side. */
class ResultSource implements Source {
  readonly id = newId();
  readonly run = null;
  private intervals = false;

  constructor(
    readonly everyResult: readonly SweepResult[],
    private readonly choice: ViewChoice,
  ) {}

  get result(): SweepResult {
    return this.everyResult[0];
  }
  ended(): boolean {
    return true;
  }
  onChange(): void {}
  async complete(): Promise<void> {
    for (const result of this.everyResult) await makeStatistics(result);
    this.intervals = true;
  }
  wholeView(): HeatmapView {
    this.intervals = true;
    return this.view();
  }
  view(): HeatmapView {
    return viewOf(this.everyResult, this.id, this.choice, this.intervals);
  }
  quickBundle() {
    return quickBundle(this.view());
  }
  bundle() {
    return bundle(this.view());
  }
}

/** A view or a figure, as it is. */
class FixedSource implements Source {
  readonly id = newId();
  readonly run = null;
  readonly result = null;
  readonly everyResult?: readonly Result[];
  readonly table?: Table;
  private readonly fixed: View;
  private readonly figure?: Figure;

  constructor(
    view: View,
    { metric }: ViewChoice,
    { figure, everyResult, table }: Pick<Source, "everyResult" | "table"> & { figure?: Figure } = {},
  ) {
    this.figure = figure;
    this.everyResult = everyResult;
    this.table = table;
    this.fixed = { ...view, id: this.id, ...(metric === undefined || view.kind !== "heatmap" ? {} : { metric }) };
  }

  ended(): boolean {
    return true;
  }
  onChange(): void {}
  async complete(): Promise<void> {}
  view(): View {
    return this.fixed;
  }
  quickBundle() {
    return quickBundle(this.fixed);
  }
  bundle() {
    return bundle(this.fixed, this.figure);
  }
}

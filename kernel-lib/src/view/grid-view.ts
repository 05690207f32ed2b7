/** From results that are grids (position x layer, head x layer, coefficient x layer, task x task) to the view of their
 *  heatmap. Several results over the same axes become panels with a shared scale. */
import { ResultError } from "../errors";
import { type GridMetric, gridMeaning } from "../result/grid-metrics";
import type { GridAxis, GridResult } from "../result/grid-result";
import { pack } from "../result/pack";
import { codeOfGrids } from "./grid-code";
import { captionOfGrid, titleOfGrid } from "./grid-words";
import { shownMetric } from "./heatmap-view";
import type { HeatmapAxis, HeatmapMetric, HeatmapView, ViewState } from "./types";

/** Most per-sample numbers that a view carries for the side panel; more are left out. */
const MAX_SAMPLE_NUMBERS = 200_000;
const ALPHA = 0.05;
const NOT_MADE = 255;
/** What a view takes as one axis label. */
const MAX_LABEL = 100;

export interface GridViewOptions {
  /** Updates of one display carry the same id. */
  id: string;
  /** Metric shown first; default: the result's first. */
  metric?: string;
  /** With intervals and tests, which may take seconds. Default true. */
  statistics?: boolean;
  resultHash?: string;
  /** A panel's name and note; default: from the model's name. */
  panels?: readonly { name?: string; note?: string }[];
}

/** The view of one or more grids with the same axes.
 *  @throws ResultError when they differ in axes, share no metric or lack the one that is asked for
 *  @example gridViewOf([await patchGrid(model, { task: "capital" })], { id: "v1" }).layout // "grid" */
export function gridViewOf(results: readonly GridResult[], options: GridViewOptions): HeatmapView {
  if (results.length === 0) throw new ResultError({ thing: "heatmap", rule: "needs at least one result" });
  const [first] = results;
  for (const other of results) sameAxes(first, other);
  const metrics = first.metrics
    .filter((metric) => results.every((result) => result.metrics.includes(metric)))
    .map((metric) => metricOf(results, metric, options.statistics ?? true));
  if (metrics.length === 0)
    throw new ResultError({ thing: "heatmap: metrics", rule: "the results have no metric in common" });
  const names = [...new Set(results.map(({ making }) => making.model.name))];
  const { making } = first;
  const panels = results.map((result, at) => panelOf(result, options.panels?.[at]));
  const view: HeatmapView = {
    schema: "patchbay.view/1",
    kind: "heatmap",
    id: options.id,
    state: stateOf(results),
    run: null,
    error: null,
    title: titleOfGrid(first),
    model: {
      name: names.join(", "),
      stage: names.length === 1 ? panels[0].stage : null,
      fingerprint: results.map((result) => result.making.model.fingerprint).join(", "),
    },
    device: `${making.provider.device} · ${making.provider.precision}`,
    warnings: [...new Set(results.flatMap((result) => result.making.warnings))],
    code: codeOfGrids(results.map(({ spec }) => spec)),
    caption: "",
    hashes: { spec: making.specHash, result: options.resultHash ?? "" },
    layout: "grid",
    x: axisOf(first.data.columns),
    y: axisOf(first.data.rows),
    panels,
    n: Math.max(...results.map(({ n }) => n)),
    metrics,
    metric: shownMetric(metrics, options.metric),
    sampleLabels: first.data.sampleLabels,
  };
  return { ...view, caption: captionOfGrid(view, first, options.statistics ?? true) };
}

function sameAxes(first: GridResult, other: GridResult): void {
  const words = ({ data }: GridResult) =>
    [data.kind, ...[data.rows, data.columns].map(({ name, keys }) => `${name} ${keys.join(" ")}`)].join(", ");
  if (words(first) === words(other)) return;
  throw new ResultError({
    thing: `heatmap: ${other.making.model.name}`,
    value: other.describe(),
    rule: `must have the rows and columns of ${first.making.model.name}, ${first.describe()}`,
    wayOut: "Show results of the same question together",
  });
}

const axisOf = ({ title, labels, field, keys }: GridAxis): HeatmapAxis => ({
  title,
  field,
  keys: keys.map((key) => shown(String(key)).slice(0, MAX_LABEL)),
  labels: labels.map((label) => shown(label).slice(0, MAX_LABEL)),
});

/** Tokens may be line feeds and other characters that no label can show. */
const shown = (label: string): string =>
  label.replaceAll("\n", "↵").replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, "�");

function stateOf(results: readonly GridResult[]): ViewState {
  const states = results.map(({ state }) => state);
  if (states.includes("partial")) return results.some(({ finished }) => finished > 0) ? "partial" : "loading";
  return states.includes("stopped") ? "stopped" : "done";
}

function panelOf({ making, data }: GridResult, said?: { name?: string; note?: string }) {
  const { name } = making.model;
  const stage = (/(?:^|[/_-])(base|sft|dpo)$/i.exec(name)?.[1].toLowerCase() ?? null) as "base" | "sft" | "dpo" | null;
  const words = stage === null ? (name.split("/").at(-1) ?? name) : { base: "base", sft: "SFT", dpo: "DPO" }[stage];
  const ranks = (data.baselines.target_rank ?? new Float64Array(0)).filter((rank) => !Number.isNaN(rank));
  const alone = ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length;
  const note = ranks.length === 0 ? "" : `unchanged RR ${alone.toFixed(2)}`;
  return { name: said?.name ?? words, stage, note: said?.note ?? note };
}

function metricOf(results: readonly GridResult[], metric: GridMetric, statistics: boolean): HeatmapMetric {
  const { label, meaning, zero, digits, signed, best, kind } = gridMeaning(metric);
  const { rows, columns } = results[0].data;
  const dims = [results.length, rows.keys.length, columns.keys.length];
  const cells = results.flatMap((result) => (statistics ? result.summaries(metric) : result.means(metric)));
  const tests = results.map((result) => (statistics ? result.tests(metric) : null));
  const rejected = results.flatMap((result, at) =>
    Array.from({ length: result.cells }, (_, cell) => {
      const tail = tests[at]?.holm[cell] ?? null;
      return tail === null ? NOT_MADE : tail.p < ALPHA ? 0 : 1;
    }),
  );
  const end = (which: 0 | 1) =>
    pack(
      Float32Array.from(cells, ({ ci }) => ci?.[which] ?? Number.NaN),
      dims,
    );
  const made = tests[0]?.made ?? 0;
  // A cell that a whole run has left empty cannot be asked: a task that does not know the other's queries.
  const asked = (n: number) => (n === 0 && results.every(({ state }) => state === "done") ? -1 : n);
  return {
    key: metric,
    label,
    meaning,
    zero,
    digits,
    signed,
    best,
    // One cell's 0.8 beside another's 1 must not look like nothing beside all.
    range: kind === "rate" ? "share" : "values",
    mean: pack(
      Float64Array.from(cells, ({ mean }) => mean ?? Number.NaN),
      dims,
    ),
    low: end(0),
    high: end(1),
    n: pack(
      Int32Array.from(cells, ({ n }) => asked(n)),
      dims,
    ),
    notSignificant: pack(Uint8Array.from(rejected), dims),
    interaction: null,
    samples: statistics ? samplesOf(results, metric, dims) : null,
    test: made === 0 ? null : `sign test, Holm over ${made} cells, 5 %`,
  };
}

/** [panels, rows, columns, samples]; null where they are too many, or not the same samples in each panel. */
function samplesOf(results: readonly GridResult[], metric: GridMetric, dims: readonly number[]) {
  const [{ n, cells, data }] = results;
  const same = results.every((other) => other.data.sampleLabels.join("\n") === data.sampleLabels.join("\n"));
  if (!same || n * cells * results.length > MAX_SAMPLE_NUMBERS) return null;
  const out = new Float32Array(n * cells * results.length);
  results.forEach((result, panel) => {
    const values = result.values(metric);
    for (let sample = 0; sample < n; sample++)
      for (let cell = 0; cell < cells; cell++) out[(panel * cells + cell) * n + sample] = values[sample * cells + cell];
  });
  return pack(out, [...dims, n]);
}

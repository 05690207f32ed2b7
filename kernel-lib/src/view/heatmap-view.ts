/** From a sweep's result, finished or not, to the view of its heatmap; several results become panels of one view
 *  with a shared scale. */
import { ResultError } from "../errors";
import { METRICS } from "../result/metrics";
import { pack } from "../result/pack";
import type { SweepData, SweepGridMetric, SweepGrids } from "../result/types";
import { size } from "../tensor";
import { captionOf } from "./caption";
import { codeOf } from "./code";
import { plain } from "./format";
import { heldLayers, packTuples, type TupleNumbers } from "./heatmap-slices";
import type { HeatmapMetric, HeatmapView, Packed, RunStatus, ViewState } from "./types";

/** Most per-sample numbers that a view carries for the side panel; more are left out. */
const MAX_SAMPLE_NUMBERS = 200_000;
/** Most tuples, panels counted, that a view carries slices of: 55 bytes each and metric. Up to the smaller number, metrics
 *  counted, the slices hold every metric: some 3 MB. */
const MAX_SLICE_TUPLES = 100_000;
const LIGHT_SLICE_TUPLES = 60_000;

export type Stage = "base" | "sft" | "dpo";

export interface HeatmapViewOptions {
  /** Updates of one display carry the same id. */
  id: string;
  /** Default: the result's own state; `loading` while nothing was measured. */
  state?: ViewState;
  run?: RunStatus | null;
  error?: HeatmapView["error"];
  /** Key of the metric shown first; default: the first that the results have. */
  metric?: string;
  /** A panel's name and stage; default: from the model's name. */
  panels?: readonly { name?: string; stage?: Stage | null; note?: string }[];
  /** Default: a call of `patchSweep`, or of `run` where the spec has no task's name. */
  code?: string;
  /** For the metadata of exports. */
  resultHash?: string;
}

/** One panel's result and its numbers. */
export interface HeatmapPart {
  data: SweepData;
  grids: SweepGrids;
  /** Of a sweep over three layers: its numbers tuple by tuple, as `sweepTuples` gives them. */
  tuples?: TupleNumbers | null;
}

/** The view of one or more sweeps over the same layers.
 *  @throws ResultError when the parts differ in shape, share no metric, or lack the one that is asked for
 *  @example heatmapViewOf([{ data, grids }], { id: "v1" }) */
export function heatmapViewOf(parts: readonly HeatmapPart[], options: HeatmapViewOptions): HeatmapView {
  if (parts.length === 0) throw new ResultError({ thing: "heatmap", rule: "needs at least one result" });
  const [first] = parts;
  for (const part of parts) sameGrid(first, part);
  const metrics = sharedMetrics(parts);
  const names = [...new Set(parts.map(({ data }) => data.making.model.name))];
  const tasks = new Set(parts.map(({ data }) => data.spec.task));
  const panels = parts.map(({ data }, at) => {
    const panel = panelOf(data, options.panels?.[at]);
    if (tasks.size === 1 || options.panels?.[at]?.name !== undefined || !data.spec.task) return panel;
    // Small multiples by task, or by model and task.
    return { ...panel, name: names.length === 1 ? data.spec.task : `${panel.name}, ${data.spec.task}` };
  });
  const state = options.state ?? stateOf(parts);
  const { making, spec } = first.data;
  const shown = shownMetric(metrics, options.metric);
  const slices = slicesOf(parts, shown);
  const view: HeatmapView = {
    schema: "patchbay.view/1",
    kind: "heatmap",
    id: options.id,
    state,
    run: options.run ?? null,
    error: options.error ?? null,
    title: tasks.size === 1 ? titleOf(first) : `Patch sweep: ${tasks.size} tasks`,
    model: {
      name: names.join(", "),
      stage: names.length === 1 ? panels[0].stage : null,
      fingerprint: parts.map(({ data }) => data.making.model.fingerprint).join(", "),
    },
    device: `${making.provider.device} · ${making.provider.precision}`,
    warnings: [...new Set(parts.flatMap(({ data }) => data.making.warnings))],
    code: options.code ?? codeOf(parts.map(({ data }) => data.spec)),
    caption: "",
    hashes: { spec: making.specHash, result: options.resultHash ?? "" },
    layout: first.grids.layout,
    x: axis(first.grids.layout === "pairs" ? "earlier layer patched" : "layer patched", first.grids.labels.x),
    y: axis(first.grids.layout === "pairs" ? "later layer patched" : "", first.grids.labels.y),
    panels,
    n: Math.max(...parts.map(({ data }) => data.spec.samples.length)),
    metrics,
    metric: shown,
    sampleLabels: first.grids.sampleLabels,
    ...(slices === null ? {} : { slices }),
    ...(first.grids.third === null ? {} : { held: String(first.grids.third) }),
  };
  return { ...view, caption: captionOf(view, spec, making) };
}

function titleOf({ data, grids }: HeatmapPart): string {
  const task = data.spec.task === undefined ? "" : `: ${data.spec.task}`;
  return `Patch sweep${task}${grids.third === null ? "" : `, with layer ${grids.third}`}`;
}

const axis = (title: string, labels: readonly string[]) => ({ title, labels, field: "layer" as const });

function sameGrid(first: HeatmapPart, part: HeatmapPart): void {
  const shape = part.grids.shape.join(" x ");
  if (part.grids.layout === first.grids.layout && shape === first.grids.shape.join(" x ")) return;
  throw new ResultError({
    thing: `heatmap: ${part.data.making.model.name}`,
    value: `${part.grids.layout}, ${shape}`,
    rule: `must be ${first.grids.layout}, ${first.grids.shape.join(" x ")}, as ${first.data.making.model.name} is`,
    wayOut: "Show models with as many layers and the same tuple sizes together",
  });
}

function stateOf(parts: readonly HeatmapPart[]): ViewState {
  const measured = parts.some(({ grids }) => grids.metrics.some((metric) => metric.n.some((n) => n > 0)));
  const states = parts.map(({ data }) => data.state);
  if (states.includes("partial")) return measured ? "partial" : "loading";
  return states.includes("stopped") ? "stopped" : "done";
}

/** `base`, `SFT`, `DPO` where a model's name ends so; else the name's last part. */
function panelOf(data: SweepData, said: { name?: string; stage?: Stage | null; note?: string } | undefined) {
  const { name } = data.making.model;
  const found = /(?:^|[/_-])(base|sft|dpo)$/i.exec(name)?.[1].toLowerCase() as Stage | undefined;
  const stage = said?.stage === undefined ? (found ?? null) : said.stage;
  const words = stage === null ? (name.split("/").at(-1) ?? name) : { base: "base", sft: "SFT", dpo: "DPO" }[stage];
  return { name: said?.name ?? words, stage, note: said?.note ?? baselines(data) };
}

/** "alone 0.23 · instructed 0.70": mean reciprocal ranks that the effects are measured against. */
function baselines(data: SweepData): string {
  const mean = (measures: SweepData["values"]["target"]) => {
    const ranks = measures.flatMap((measure) => (measure === null ? [] : [measure.rank]));
    return ranks.length === 0 ? null : ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length;
  };
  const alone = mean(data.values.target);
  const instructed = mean(data.values.reference);
  return [
    alone === null ? "" : `alone ${plain(alone, 2)}`,
    instructed === null ? "" : `instructed ${plain(instructed, 2)}`,
  ]
    .filter((words) => words !== "")
    .join(" · ");
}

/** The slices that all parts have, of the shown metric alone where all would make a notebook large; null where a part
 *  has none, or they would still be too many numbers. */
function slicesOf(parts: readonly HeatmapPart[], shown: string): HeatmapView["slices"] | null {
  const [{ grids, tuples: first }] = parts;
  const asked = packTuples(first?.tuples ?? []);
  const same = parts.every(({ tuples }) => tuples && packTuples(tuples.tuples).base64 === asked.base64);
  const count = (first?.tuples.length ?? 0) * parts.length;
  if (!first || !same || count > MAX_SLICE_TUPLES) return null;
  const all = count * first.metrics.length <= LIGHT_SLICE_TUPLES;
  const metrics = first.metrics.flatMap((metric) => {
    const each = parts.map(({ tuples }) => tuples?.metrics.find(({ key }) => key === metric.key));
    if (each.includes(undefined) || !(all || metric.key === shown)) return [];
    return [metricOfParts(parts, each as SweepGridMetric[], [first.tuples.length], ({ n }) => Array.from(n))];
  });
  const held = heldLayers(first.tuples);
  return {
    shown: Math.max(0, held.indexOf(grids.third)),
    held: held.map((layer) => (layer === null ? null : String(layer))),
    tuples: asked,
    metrics,
  };
}

/** The metrics that every part has, in the first part's order. */
function sharedMetrics(parts: readonly HeatmapPart[]): HeatmapMetric[] {
  const [first] = parts;
  const shared = first.grids.metrics.flatMap((metric) => {
    const same = parts.map(({ grids }) => grids.metrics.find(({ key }) => key === metric.key));
    const n = ({ n }: SweepGridMetric, part: number) => asked(parts[part], n);
    return same.includes(undefined) ? [] : [metricOfParts(parts, same as SweepGridMetric[], first.grids.shape, n)];
  });
  if (shared.length > 0) return shared;
  throw new ResultError({ thing: "heatmap: metrics", rule: "the results have no metric in common" });
}

/** @param shape of each part's arrays: [ny, nx], or [tuples]
 *  @param counts samples behind each place, -1 where nothing was asked */
function metricOfParts(
  parts: readonly HeatmapPart[],
  same: readonly SweepGridMetric[],
  shape: readonly number[],
  counts: (metric: SweepGridMetric, part: number) => number[],
): HeatmapMetric {
  const [metric] = same;
  const dims = [parts.length, ...shape];
  const floats = (arrays: readonly Float64Array[], axes = dims): Packed =>
    pack(Float32Array.from(joined(arrays)), axes);
  const part = (key: "mean" | "low" | "high" | "p" | "positive") =>
    floats(same.map((each) => each.interaction?.[key] ?? new Float64Array(size(shape)).fill(Number.NaN)));
  const samples = same.map((each) => each.samples);
  const perCell = samples[0].length / size(shape);
  const running = parts.some(({ data }) => data.state === "partial");
  const labels = parts.map(({ grids }) => grids.sampleLabels.join("\n"));
  // Sample i of one panel is sample i of the others, or the samples are not comparable and stay out.
  const fits =
    !running &&
    labels.every((each) => each === labels[0]) &&
    samples.every((array) => array.length === samples[0].length) &&
    perCell === parts[0].grids.sampleLabels.length &&
    samples[0].length * parts.length <= MAX_SAMPLE_NUMBERS;
  return {
    key: metric.key,
    label: metric.label,
    meaning: metric.meaning,
    zero: metric.zero,
    digits: metric.digits,
    signed: metric.signed,
    best: METRICS[metric.key].best,
    mean: pack(Float64Array.from(joined(same.map((each) => each.mean))), dims),
    low: floats(same.map((each) => each.low)),
    high: floats(same.map((each) => each.high)),
    n: pack(Int32Array.from(same.flatMap(counts)), dims),
    notSignificant: pack(Uint8Array.from(joined(same.map((each) => each.notSignificant))), dims),
    interaction: same.some((each) => each.interaction !== null)
      ? { mean: part("mean"), low: part("low"), high: part("high"), p: part("p"), positive: part("positive") }
      : null,
    samples: fits ? floats(samples, [...dims, perCell]) : null,
    test: metric.test,
  };
}

function joined(arrays: readonly ArrayLike<number>[]): number[] {
  return arrays.flatMap((array) => Array.from(array));
}

/** Samples behind each cell, -1 where no tuple of the spec stands for it. */
function asked({ data, grids }: HeatmapPart, n: Int32Array): number[] {
  const nx = grids.shape[1];
  const cells = new Set<number>();
  for (const tuple of data.values.tuples) {
    const rest = grids.third === null ? tuple : tuple.filter((layer) => layer !== grids.third);
    if (grids.third !== null && rest.length === tuple.length) continue;
    const [x, y] = [Math.min(...rest), Math.max(...rest)].map((layer) => grids.labels.x.indexOf(String(layer)));
    if (rest.length === 1) cells.add(grids.layout === "singles" ? x : x * nx + x);
    else if (rest.length === 2) cells.add(y * nx + x);
  }
  return Array.from(n, (value, at) => (cells.has(at) ? value : -1));
}

/** The metric that is asked for, or the first.
 *  @throws ResultError when it is none of these */
export function shownMetric(metrics: readonly HeatmapMetric[], asked: string | undefined): string {
  const names = metrics.map(({ key }) => key);
  if (asked === undefined) return names[0];
  if (names.includes(asked)) return asked;
  throw new ResultError({
    thing: "heatmap: metric",
    value: asked,
    names,
    rule: `must be one that these results have: ${names.join(", ")}`,
  });
}

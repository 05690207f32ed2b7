/** Active heads across settings (arXiv:2602.07930, section 6.1 and appendix F.2): Spearman's correlation of the heads'
 *  activity, layer by layer, between two numbers of attended tokens k; and the overlap (Jaccard) of the active heads,
 *  by groups of layers, between two k and between two tasks. The paper prints the numbers alone; here each has a
 *  bootstrap interval over samples and the count that it rests on. */

import { ResultError } from "../errors";
import { listGiven, MOST_RESAMPLES, optionsGiven, wholeGiven } from "../given";
import type { Interval } from "../stats/bootstrap";
import { spearman, spearmanExact, spearmanRho } from "../stats/ranks";
import { jaccard } from "../stats/rates";
import { type Tail, tailCell } from "../stats/tail";
import { type HeadActivity, type HeadPlace, headActivityAt, placeName } from "./heads-activity";
import { resampledIntervals, type Side } from "./heads-resample";
import { taskName, tasksInOrder } from "./paper-names";
import { TraceResult } from "./trace";
import type { Table } from "./types";

/** First and last layer, both within. */
export type LayerGroup = readonly [first: number, last: number];

/** Which heads count as active, and in which groups of layers. */
export interface HeadsAcrossOptions {
  /** Where paths start. Default `instruction-end`: T_inst. */
  at?: HeadPlace;
  /** A head is active when its mean activity is more than this. Default 0.1. */
  threshold?: number;
  /** Default: the paper's, scaled to the model's depth: layers 0-1, 4-5, 14-15 of 16 between k; 0-2, 6-9, 10-15
   *  between tasks. */
  groups?: readonly LayerGroup[];
  /** Default 10,000; 0 leaves intervals out. */
  resamples?: number;
  /** Default 0. */
  seed?: number;
}

/** One layer's correlation between two k. */
export interface LayerCorrelation {
  model: string;
  task: string;
  k: readonly [number, number];
  layer: number;
  heads: number;
  /** null where all heads of a layer are equally active. */
  rho: number | null;
  ci: Interval | null;
  /** By Student's t, as SciPy has it. */
  tail: Tail | null;
  /** From all orders of the heads; null beyond 8 heads. */
  exactP: number | null;
  /** Samples behind each of the two means. */
  n: readonly [number, number];
}

/** The overlap of two sets of active heads. */
export interface HeadOverlap {
  compared: "k" | "tasks";
  model: string;
  /** Twice the same between k. */
  tasks: readonly [string, string];
  k: readonly [number, number];
  at: string;
  layers: LayerGroup;
  /** null where no head is active in either. */
  jaccard: number | null;
  ci: Interval | null;
  shared: number;
  either: number;
  n: readonly [number, number];
}

/** How alike active heads are between k and between tasks. */
export interface HeadsAcross {
  correlations: readonly LayerCorrelation[];
  overlaps: readonly HeadOverlap[];
  /** Long form: `spearman` or `jaccard`. */
  table(name: "spearman" | "jaccard"): Table;
}

const K_GROUPS: readonly LayerGroup[] = [
  [0, 1],
  [4, 5],
  [14, 15],
];
const TASK_GROUPS: readonly LayerGroup[] = [
  [0, 2],
  [6, 9],
  [10, 15],
];
const PAPER_DEPTH = 16;

/** The paper's groups of layers for a model of another depth; groups that shrink to nothing keep one layer.
 *  @example layerGroups("k", 32) // [[0, 3], [8, 11], [28, 31]] */
export function layerGroups(between: "k" | "tasks", nLayers: number): LayerGroup[] {
  const scaled = (edge: number) => Math.round((edge * nLayers) / PAPER_DEPTH);
  return (between === "k" ? K_GROUPS : TASK_GROUPS).map(([first, last]) => {
    const from = Math.min(scaled(first), nLayers - 1);
    return [from, Math.max(from, scaled(last + 1) - 1)];
  });
}

/** Compares traces of one or more models: those of one task at different k, and those of different tasks at one k.
 *  @throws ResultError when a value is no trace, two traces differ in what a kept path is, or nothing can be compared
 *  @example
 *  const one = await pb.pathTrace(model, { task: "antonym", topK: 1 });
 *  const two = await pb.pathTrace(model, { task: "antonym", topK: 2 });
 *  console.log(pb.headsAcross([one, two]).table("spearman")); */
export function headsAcross(results: readonly TraceResult[], options: HeadsAcrossOptions = {}): HeadsAcross {
  const { at = "instruction-end", resamples = 1 } = optionsGiven("headsAcross()", options);
  wholeGiven("headsAcross(): resamples", resamples, 0, MOST_RESAMPLES);
  const traces = listGiven("headsAcross()", results, {
    type: TraceResult,
    what: "path traces",
    example:
      "headsAcross([await pb.pathTrace(model, { task, topK: 1 }), await pb.pathTrace(model, { task, topK: 2 })])",
  });
  const settings = settingsOf(traces, at);
  const correlations: LayerCorrelation[] = [];
  const overlaps: HeadOverlap[] = [];
  settings.forEach((first, i) => {
    for (const second of settings.slice(i + 1)) {
      const between = comparable(first, second);
      if (between === null) continue;
      const made = compare(first, second, between, options);
      correlations.push(...made.correlations);
      overlaps.push(...made.overlaps.map((overlap) => ({ ...overlap, at: placeName(at) })));
    }
  });
  if (overlaps.length === 0)
    throw new ResultError({
      thing: "headsAcross()",
      rule: "found no two traces of one model that differ in k alone or in the task alone",
      wayOut: "Trace one task with topK 1 and 2, or two tasks with the same topK",
    });
  return {
    correlations,
    overlaps,
    table: (name) => (name === "spearman" ? spearmanTable(correlations) : jaccardTable(overlaps)),
  };
}

/** A trace with its activity. */
interface Setting extends Side {
  result: TraceResult;
  task: string;
}

/** In the paper's order of tasks, then by k. */
function settingsOf(results: readonly TraceResult[], at: HeadPlace): Setting[] {
  const order = tasksInOrder(results.map(taskName));
  const known = new Map<TraceResult, HeadActivity>();
  for (const result of results) known.set(result, headActivityAt(result, at));
  return [...results]
    .sort((a, b) => order.indexOf(taskName(a)) - order.indexOf(taskName(b)) || a.spec.topK - b.spec.topK)
    .map((result) => ({
      result,
      task: taskName(result),
      activity: known.get(result) as HeadActivity,
      released: result.spec.equation === "released-code",
    }));
}

function comparable({ result: a, task: first }: Setting, { result: b, task: second }: Setting): "k" | "tasks" | null {
  if (a.making.model.fingerprint !== b.making.model.fingerprint) return null;
  const between = first === second ? (a.spec.topK === b.spec.topK ? null : "k") : "tasks";
  if (between === null || (between === "tasks" && a.spec.topK !== b.spec.topK)) return null;
  for (const field of ["maxRank", "equation"] as const) {
    if (a.spec[field] === b.spec[field]) continue;
    throw new ResultError({
      thing: `headsAcross(): ${field}`,
      value: [a.spec[field], b.spec[field]],
      rule: "must be the same in all traces, or their kept paths are not the same thing",
    });
  }
  return between;
}

function compare(
  a: Setting,
  b: Setting,
  between: "k" | "tasks",
  { threshold = 0.1, groups, resamples = 10_000, seed = 0 }: HeadsAcrossOptions,
) {
  const { nLayers, nHeads } = a.activity;
  const layers = groups ?? layerGroups(between, nLayers);
  for (const [first, last] of layers) {
    if (Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last < nLayers) continue;
    throw new ResultError({ thing: "groups", value: [first, last], rule: `must be layers from 0 to ${nLayers - 1}` });
  }
  const row = (mean: Float64Array, layer: number) => mean.subarray(layer * nHeads, (layer + 1) * nHeads);
  const spearmanLayers = between === "k" ? Array.from({ length: nLayers }, (_, layer) => layer) : [];
  const sets = (mean: Float64Array) => layers.map((group) => activeHeads(mean, nHeads, group, threshold));
  const statistics = (x: Float64Array, y: Float64Array): (number | null)[] => {
    const other = sets(y);
    return [
      ...spearmanLayers.map((layer) => (Number.isNaN(x[0] + y[0]) ? null : spearmanRho(row(x, layer), row(y, layer)))),
      ...sets(x).map((set, at) => jaccard(set, other[at])),
    ];
  };
  const paired = samePrompts(a, b);
  const intervals = resamples === 0 ? [] : resampledIntervals(a, b, { paired, resamples, seed }, statistics);
  const [x, y] = [a.activity.mean, b.activity.mean];
  const common = {
    model: a.result.making.model.name,
    k: [a.result.spec.topK, b.result.spec.topK] as const,
    n: [a.activity.n, b.activity.n] as const,
  };
  const correlations = spearmanLayers.map((layer, at): LayerCorrelation => {
    const found = Number.isNaN(x[0] + y[0]) ? null : spearman(row(x, layer), row(y, layer));
    const exactP = found === null ? null : spearmanExact(row(x, layer), row(y, layer));
    const rest = { rho: found?.rho ?? null, ci: intervals[at] ?? null, tail: found?.tail ?? null, exactP };
    return { ...common, task: a.task, layer, heads: nHeads, ...rest };
  });
  const [active, others] = [sets(x), sets(y)];
  const overlaps = layers.map((group, at): Omit<HeadOverlap, "at"> => {
    const shared = [...active[at]].filter((head) => others[at].has(head)).length;
    return {
      ...common,
      compared: between,
      tasks: [a.task, b.task],
      layers: group,
      jaccard: jaccard(active[at], others[at]),
      ci: intervals[spearmanLayers.length + at] ?? null,
      shared,
      either: active[at].size + others[at].size - shared,
    };
  });
  return { correlations, overlaps };
}

/** Heads of a group of layers, as layer x nHeads + head, that are more active than the threshold. */
function activeHeads(mean: Float64Array, nHeads: number, [first, last]: LayerGroup, threshold: number): Set<number> {
  const active = new Set<number>();
  for (let head = first * nHeads; head < (last + 1) * nHeads; head++) if (mean[head] > threshold) active.add(head);
  return active;
}

/** Sample i asks the same in both: the same prompt, or the same query of two tasks. */
function samePrompts({ result: a }: Setting, { result: b }: Setting): boolean {
  const [first, second] = [a.spec.samples, b.spec.samples];
  if (a.data.samples.length !== b.data.samples.length) return false;
  return a.data.samples.every((_, i) => {
    const [x, y] = [first[i], second[i]];
    return x.label !== undefined ? x.label === y.label : x.tokens.join() === y.tokens.join();
  });
}

function spearmanTable(rows: readonly LayerCorrelation[]): Table {
  return {
    name: "spearman",
    columns: [
      "model",
      "task",
      "k_a",
      "k_b",
      "layer",
      "heads",
      "rho",
      "ci_low",
      "ci_high",
      "p",
      "p_exact",
      "n_a",
      "n_b",
    ],
    rows: rows.map(({ model, task, k, layer, heads, rho, ci, tail, exactP, n }) => [
      ...[model, task, ...k, layer, heads, rho, ci?.[0] ?? null, ci?.[1] ?? null],
      tail === null ? null : tailCell(tail),
      exactP,
      ...n,
    ]),
  };
}

function jaccardTable(rows: readonly HeadOverlap[]): Table {
  return {
    name: "jaccard",
    columns: [
      ...["compared", "model", "task_a", "task_b", "k_a", "k_b", "at", "first_layer", "last_layer"],
      ...["jaccard", "ci_low", "ci_high", "shared", "either", "n_a", "n_b"],
    ],
    rows: rows.map(({ compared, model, tasks, k, at, layers, jaccard: index, ci, shared, either, n }) => [
      ...[
        compared,
        model,
        ...tasks,
        ...k,
        at,
        ...layers,
        index,
        ci?.[0] ?? null,
        ci?.[1] ?? null,
        shared,
        either,
        ...n,
      ],
    ]),
  };
}

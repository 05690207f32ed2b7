/** The figures of arXiv:2602.07930 by their numbers, and what stands beside them. Figures 1 and 3 are drawings in the
 *  paper; here they hold measured numbers of the same thing. */
import { ResultError } from "../errors";
import type { Result } from "../result/base";
import type { Contribution } from "../result/paper-contributions";
import type { Stage, TaskGroup } from "../result/paper-names";
import { pathsByClassTable, pathsByTokenTable } from "../result/tokens-paths";
import { TraceResult } from "../result/trace";
import type { Table } from "../result/types";
import { pathsViewOf } from "../view/paths-view";
import type { View } from "../view/types";
import { activityFigure } from "./paper-activity-figures";
import { accuracyFigure, clustersFigure } from "./paper-answers";
import { type Compared, comparisonData, comparisonFigure } from "./paper-beyond";
import { pathsChart, togetherChart } from "./paper-charts";
import {
  type FigureEntry,
  GROUPS,
  LOGIT,
  large,
  named,
  type PaperOptions,
  RANK,
  SIZES,
  type Size,
  STAGES,
  titled,
} from "./paper-entries";
import { type MapScale, mapsView } from "./paper-maps";

function mapEntry(nth: number, size: Size, metric: Contribution, scale: MapScale, tasks: TaskGroup): FigureEntry {
  const what = metric === RANK ? "reciprocal rank" : "logit";
  const not = scale === "raw" ? ", not normalised" : "";
  const entry = {
    name: `fig${nth}`,
    number: `Figure ${nth}`,
    title: `${GROUPS[tasks]}: effect of one- and two-layer patching on the ${what}${not}, ${SIZES[size]}`,
  };
  return {
    ...entry,
    ...large(size),
    make: (results) => mapsView(results, { ...titled(entry, results), size, metric, scale, tasks }),
  };
}

function sharesEntry(nth: number, k: number): FigureEntry {
  const entry = named(`fig${nth}`, `Figure ${nth}`, `Share of kept paths by token, k = ${k}`);
  return {
    ...entry,
    make: (results, { resamples }) => pathsChart(results, { ...entry, k, show: "shares", resamples }),
    data: (results, options) => pathsData(results, k, entry.name, options),
  };
}

/** Figures 25 to 32 and 41 to 46: activity, interval width and p, from T_inst and its neighbours. */
function headEntry(nth: number, stage: Stage, k: number, task: string, compare?: string): FigureEntry {
  const other = compare === undefined ? "" : ` beside ${compare}`;
  const entry = named(`fig${nth}`, `Figure ${nth}`, `Head activity, ${STAGES[stage]}, k = ${k}: ${task}${other}`);
  return {
    ...entry,
    stage,
    also: ["interval", "p"],
    make: (results, { resamples }) =>
      activityFigure(results, { ...titled(entry, results), stage, k, task, compare, metric: "activity", resamples }),
  };
}

/** Figures 33 to 40: raw p of both Adjectives tasks. */
function pEntry(nth: number, stage: Stage, k: number): FigureEntry {
  const entry = named(`fig${nth}`, `Figure ${nth}`, `Raw p of head activity, ${STAGES[stage]}, k = ${k}`);
  return {
    ...entry,
    stage,
    make: (results, { resamples }) =>
      activityFigure(results, { ...titled(entry, results), stage, k, task: null, metric: "p", resamples }),
  };
}

const TOGETHER = named("fig1", "Figure 1", "Layers patched together against alone");
const GRAPH = named("fig3", "Figure 3", "Paths from token to token");
const ACCURACY = named("fig20", "Figure 20", "Task accuracy: exact match and instructional accuracy");
const CLUSTERS = named("fig21", "Figure 21", "Rephrased instructions of each task, by linear discriminants");
const COUNTS = named("fig4", "Figure 4", "Paths by token, k = 1");
const HEADS = named("fig5", "Figure 5", "Head activity across the contrastive tasks, k = 1");

/** Figures in the paper's order. */
export const FIGURES: readonly FigureEntry[] = [
  { ...TOGETHER, make: (results) => togetherChart(results, TOGETHER) },
  mapEntry(2, "small", RANK, "normalised", "contrastive"),
  { ...GRAPH, perModel: true, make: (results) => pathGraph(results, GRAPH) },
  {
    ...COUNTS,
    make: (results, { resamples }) => pathsChart(results, { ...COUNTS, k: 1, show: "counts", resamples }),
    data: (results, options) => pathsData(results, 1, COUNTS.name, options),
  },
  {
    ...HEADS,
    make: (results, { resamples }) =>
      activityFigure(results, {
        ...HEADS,
        stage: "base",
        k: 1,
        task: null,
        around: "instruction-end",
        metric: "activity",
        resamples,
      }),
  },
  mapEntry(6, "large", LOGIT, "normalised", "contrastive"),
  mapEntry(7, "large", RANK, "normalised", "contrastive"),
  mapEntry(8, "small", LOGIT, "normalised", "bigbench"),
  mapEntry(9, "small", RANK, "normalised", "bigbench"),
  mapEntry(10, "small", LOGIT, "normalised", "contrastive"),
  mapEntry(11, "small", RANK, "normalised", "contrastive"),
  mapEntry(12, "small", RANK, "raw", "contrastive"),
  mapEntry(13, "small", RANK, "raw", "bigbench"),
  mapEntry(14, "small", LOGIT, "raw", "contrastive"),
  mapEntry(15, "small", LOGIT, "raw", "bigbench"),
  mapEntry(16, "large", RANK, "raw", "contrastive"),
  mapEntry(17, "large", RANK, "raw", "bigbench"),
  mapEntry(18, "large", LOGIT, "raw", "contrastive"),
  mapEntry(19, "large", LOGIT, "raw", "bigbench"),
  { ...ACCURACY, make: (results) => accuracyFigure(results, ACCURACY) },
  { ...CLUSTERS, perModel: true, make: (results) => clustersFigure(results, CLUSTERS) },
  sharesEntry(22, 1),
  sharesEntry(23, 2),
  sharesEntry(24, 3),
  headEntry(25, "base", 1, "comparative"),
  headEntry(26, "base", 1, "antonym"),
  headEntry(27, "sft", 1, "comparative"),
  headEntry(28, "sft", 1, "antonym"),
  headEntry(29, "dpo", 1, "comparative"),
  headEntry(30, "dpo", 1, "antonym"),
  headEntry(31, "base", 3, "comparative"),
  headEntry(32, "dpo", 3, "comparative"),
  pEntry(33, "base", 1),
  pEntry(34, "base", 2),
  pEntry(35, "base", 3),
  pEntry(36, "dpo", 1),
  pEntry(37, "dpo", 2),
  pEntry(38, "dpo", 3),
  pEntry(39, "sft", 1),
  pEntry(40, "sft", 2),
  headEntry(41, "base", 1, "color"),
  headEntry(42, "base", 1, "color", "can_fly"),
  headEntry(43, "sft", 1, "color"),
  headEntry(44, "sft", 1, "color", "can_fly"),
  headEntry(45, "dpo", 1, "color"),
  headEntry(46, "dpo", 1, "color", "can_fly"),
];

function beyond(nth: number, of: Compared, title: string): FigureEntry {
  const entry = named(`compare-${of}`, `Beyond the paper, ${nth}`, title);
  return {
    ...entry,
    make: (results) => comparisonFigure(results, of, entry),
    data: (results) => comparisonData(results, of, entry.name),
  };
}

/** What the paper has not, of several models. */
export const BEYOND: readonly FigureEntry[] = [
  beyond(1, "sweeps", "Differences between models: effect of patching on the reciprocal rank"),
  beyond(2, "accuracies", "Differences between models: accuracy"),
];

/** Paths by token and by class of token, whatever the figure's window. */
function pathsData(results: readonly Result[], k: number, name: string, { resamples }: PaperOptions): Table[] {
  const traces = results.filter(
    (result): result is TraceResult => result instanceof TraceResult && result.spec.topK === k,
  );
  return [
    { ...pathsByTokenTable(traces, { resamples }), name: `${name}_by_token` },
    { ...pathsByClassTable(traces), name: `${name}_by_class` },
  ];
}

/** The path graph of the first traced sample that kept paths. */
function pathGraph(
  results: readonly Result[],
  { name, number, title }: { name: string; number: string; title: string },
): View {
  const trace = results.find(
    (result): result is TraceResult =>
      result instanceof TraceResult && result.data.samples.some(({ rank }) => rank.length > 0),
  );
  if (trace === undefined)
    throw new ResultError({ thing: `paperFigure("${name}")`, rule: "needs a path trace that kept paths" });
  const sample = trace.data.samples.findIndex(({ rank }) => rank.length > 0);
  const view = pathsViewOf(trace.data, { id: name, sample });
  return { ...view, title, caption: `${number}. ${title}. ${view.caption}` };
}

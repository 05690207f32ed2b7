/** Every table and figure of arXiv:2602.07930 by its name, with the function that makes it from results.
 *
 *  The paper's two sizes of model (1B and 7B) are the shallower and the deeper models among the results; its stages
 *  (base, SFT, DPO) are told by the models' names. Figures 1 and 3 are drawings in the paper; here they hold measured
 *  numbers of the same thing. */
import { ResultError } from "../errors";
import type { Result } from "../result/base";
import { type Contribution, contributionTable, superadditivityTable } from "../result/paper-contributions";
import { overlapByK, overlapByTask, spearmanTable } from "../result/paper-heads";
import type { Stage, TaskGroup } from "../result/paper-names";
import type { PaperTable } from "../result/paper-table";
import { pathsByClassTable, pathsByTokenTable } from "../result/tokens-paths";
import { TraceResult } from "../result/trace";
import type { Table } from "../result/types";
import { pathsViewOf } from "../view/paths-view";
import type { View } from "../view/types";
import { activityFigure } from "./paper-activity-figures";
import { accuracyFigure, clustersFigure } from "./paper-answers";
import { type Compared, comparisonData, comparisonFigure } from "./paper-beyond";
import { pathsChart, togetherChart } from "./paper-charts";
import { type MapScale, mapsView } from "./paper-maps";
import { judgeTable, runtimesTable, tasksTable } from "./paper-texts";

export interface PaperOptions {
  /** Of bootstrap intervals. Default 10,000. */
  resamples?: number;
}

/** What an entry is about, for those who choose among entries. */
interface Entry {
  name: string;
  number: string;
  title: string;
  /** Only where results are of two depths: the deeper one. */
  size?: "large";
  /** Only for this stage of training. */
  stage?: Stage;
}
export interface TableEntry extends Entry {
  make(results: readonly Result[], options: PaperOptions): PaperTable;
}
export interface FigureEntry extends Entry {
  make(results: readonly Result[], options: PaperOptions): View;
  /** Further metrics of the view that the paper prints below the first. */
  also?: readonly string[];
  /** Its numbers as tables in long form, where no other table of the paper has them. */
  data?(results: readonly Result[], options: PaperOptions): readonly Table[];
  /** It shows one model: of several, each has a figure of its own. */
  perModel?: boolean;
}

type Size = "small" | "large";
const RANK: Contribution = "rr_diff_target";
const LOGIT: Contribution = "logit_diff_target";

const GROUPS: Readonly<Record<TaskGroup, string>> = { contrastive: "Contrastive tasks", bigbench: "BigBench tasks" };
const SIZES: Readonly<Record<Size, string>> = { small: "smaller models", large: "larger models" };
/** A title without its size where all models are of one. */
const titled = <E extends { title: string }>(entry: E, results: readonly Result[]): E => ({
  ...entry,
  title: titleOf(entry.title, results),
});

/** @example titleOf("Contrastive tasks: rank contributions, smaller models", results) */
export function titleOf(title: string, results: readonly Result[]): string {
  const depths = new Set(results.map(({ making }) => making.model.nLayers));
  return depths.size > 1 ? title : title.replace(/, (smaller|larger) models$/, "");
}

const large = (size: Size) => (size === "large" ? { size } : {});

function testsEntry(nth: number, tasks: TaskGroup, size: Size): TableEntry {
  const entry = {
    name: `table${nth}`,
    number: `Table ${nth}`,
    title: `${GROUPS[tasks]}: t-test of superadditivity, ${SIZES[size]}`,
  };
  const metric = tasks === "bigbench" ? LOGIT : RANK;
  return {
    ...entry,
    ...large(size),
    make: (results) => superadditivityTable(results, { ...titled(entry, results), tasks, size, metric, sizes: [1, 2] }),
  };
}

function topEntry(
  nth: number,
  tasks: TaskGroup,
  size: Size,
  metric: Contribution,
  sizes: readonly number[] = [1, 2],
): TableEntry {
  const word = metric === RANK ? "rank" : "logit";
  const layers = sizes.length === 1 ? ", three layers" : "";
  const entry = {
    name: `table${nth}`,
    number: `Table ${nth}`,
    title: `${GROUPS[tasks]}: ${word} contributions${layers}, ${SIZES[size]}`,
  };
  const heading = metric === RANK ? "Rank contrib." : "Logit contrib.";
  return {
    ...entry,
    ...large(size),
    make: (results) => contributionTable(results, { ...titled(entry, results), tasks, size, metric, sizes, heading }),
  };
}

function kEntry(nth: number, k: readonly [number, number]): TableEntry {
  const entry = {
    name: `table${nth}`,
    number: `Table ${nth}`,
    title: `Active heads between k = ${k[0]} and k = ${k[1]}`,
  };
  return { ...entry, make: (results, options) => overlapByK(results, { ...entry, k }, options) };
}

function taskEntry(nth: number, k: number): TableEntry {
  const entry = {
    name: `table${nth}`,
    number: `Table ${nth}`,
    title: `Active heads between contrastive tasks, k = ${k}`,
  };
  return { ...entry, make: (results, options) => overlapByTask(results, { ...entry, k }, options) };
}

const named = (name: string, number: string, title: string) => ({ name, number, title });

const TASKS = named("table1", "Table 1", "Tasks with their instructions");
const SPEARMAN = named("table2", "Table 2", "Head activity between k = 1 and k = 2, by layer");
const TIMES = named("table4", "Table 4", "What each experiment took");
const JUDGE = named("table19", "Table 19", "Instructional accuracy: what counts as an answer");

/** Tables in the paper's order. */
export const TABLES: readonly TableEntry[] = [
  { ...TASKS, make: (results) => tasksTable(results, TASKS) },
  { ...SPEARMAN, make: (results, options) => spearmanTable(results, { ...SPEARMAN, k: [1, 2] }, options) },
  kEntry(3, [1, 2]),
  { ...TIMES, make: (results) => runtimesTable(results, TIMES) },
  testsEntry(5, "contrastive", "small"),
  testsEntry(6, "bigbench", "small"),
  testsEntry(7, "contrastive", "large"),
  testsEntry(8, "bigbench", "large"),
  topEntry(9, "contrastive", "small", RANK),
  topEntry(10, "bigbench", "small", LOGIT),
  topEntry(11, "bigbench", "large", LOGIT),
  topEntry(12, "bigbench", "large", RANK),
  topEntry(13, "bigbench", "small", RANK),
  topEntry(14, "contrastive", "large", RANK),
  topEntry(15, "contrastive", "small", LOGIT),
  topEntry(16, "contrastive", "large", LOGIT),
  topEntry(17, "contrastive", "small", LOGIT, [3]),
  topEntry(18, "contrastive", "small", RANK, [3]),
  { ...JUDGE, make: (results) => judgeTable(results, JUDGE) },
  kEntry(20, [1, 3]),
  kEntry(21, [2, 3]),
  taskEntry(22, 1),
  taskEntry(23, 2),
  taskEntry(24, 3),
];

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

const STAGES: Readonly<Record<Stage, string>> = { base: "base", sft: "SFT", dpo: "DPO" };

/** Figures 25 to 32 and 41 to 46: activity, interval width and p, from T_inst and its neighbours. */
function headEntry(nth: number, stage: Stage, k: number, task: string, compare?: string): FigureEntry {
  const other = compare === undefined ? "" : ` beside ${compare}`;
  const entry = named(`fig${nth}`, `Figure ${nth}`, `Head activity, ${STAGES[stage]}, k = ${k}: ${task}${other}`);
  return {
    ...entry,
    stage,
    also: ["interval", "p"],
    make: (results, { resamples }) =>
      activityFigure(results, { ...entry, stage, k, task, compare, metric: "activity", resamples }),
  };
}

/** Figures 33 to 40: raw p of both Adjectives tasks. */
function pEntry(nth: number, stage: Stage, k: number): FigureEntry {
  const entry = named(`fig${nth}`, `Figure ${nth}`, `Raw p of head activity, ${STAGES[stage]}, k = ${k}`);
  return {
    ...entry,
    stage,
    make: (results, { resamples }) =>
      activityFigure(results, { ...entry, stage, k, task: null, metric: "p", resamples }),
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

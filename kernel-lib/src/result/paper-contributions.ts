/** Tables 9 to 18 of arXiv:2602.07930: the ten combinations of layers that raise the answer most when they are patched,
 *  by mean reciprocal rank or by mean logit; and tables 5 to 8, which test superadditivity on the same ten.
 *
 *  As printed there: one layer alone is (l, l); means are rounded to two decimals before they are ranked, and ties stand
 *  in the order of the layers. The tests of the BigBench tasks (tables 6 and 8) list the ten best by logit, though the
 *  paper's text says rank. */
import { ResultError } from "../errors";
import { paperTest } from "../stats/paper";
import { powerText, type Tail, tailCell } from "../stats/tail";
import type { Result } from "./base";
import { keyOf, present } from "./interactions";
import { protocolMean } from "./metrics";
import { codeOfPaper } from "./paper-code";
import { taskLabel, taskName } from "./paper-names";
import {
  type ModelOf,
  madeOf,
  onePerTask,
  type Panel,
  type PaperTable,
  panelOf,
  SFT_FIRST,
  type Which,
} from "./paper-table";
import { SweepResult } from "./sweep";
import type { Table } from "./types";

export type Contribution = "rr_diff_target" | "logit_diff_target";

export interface ContributionOptions extends Which {
  name: string;
  number: string;
  title: string;
  metric: Contribution;
  /** Layers in a tuple: one or two, or three. */
  sizes: readonly number[];
  /** "Rank contrib." */
  heading: string;
}

/** Rows that the paper prints. */
const TOP = 10;

/** One of the ten. */
export interface TopTuple {
  layers: readonly number[];
  /** Rounded to two decimals, as it is ranked. */
  rounded: number;
}

/** The tuples of these sizes with the largest means, in the paper's order.
 *  @example topTuples(result, "rr_diff_target", [1, 2])[0].layers */
export function topTuples(result: SweepResult, metric: Contribution, sizes: readonly number[]): TopTuple[] {
  return result
    .means(metric)
    .flatMap(({ layers, mean }) =>
      mean === null || !sizes.includes(layers.length) ? [] : [{ layers, rounded: protocolMean(mean, "released-code") }],
    )
    .sort((a, b) => b.rounded - a.rounded || inOrder(a.layers, b.layers))
    .slice(0, TOP);
}

/** (0, 0) < (0, 1) < (1, 1): a single layer counts as twice itself. */
function inOrder(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [pairOf(a), pairOf(b)];
  const at = x.findIndex((layer, i) => layer !== y[i]);
  return at === -1 ? 0 : x[at] - y[at];
}

const pairOf = (layers: readonly number[]): readonly number[] =>
  layers.length === 1 ? [layers[0], layers[0]] : layers;
const layersText = (layers: readonly number[]): string => `(${pairOf(layers).join(", ")})`;

/** Two decimals, as the caption says; a 0 that was rounded from below has no sign. */
const twoDecimals = (value: number): string => (value === 0 ? 0 : value).toFixed(2);

/** A number as Python prints it by `{:.3e}`: two digits of exponent at least, `-inf`. */
function scientific(value: number): string {
  if (value === -Infinity) return "-inf";
  return value.toExponential(3).replace(/e([+-])(\d)$/, "e$10$2");
}
/** p below the smallest double, from its logarithm. */
function scientificTail({ p, log10P }: Tail): string {
  if (p > 1e-300 || log10P === -Infinity) return scientific(p);
  return powerText(log10P, 4);
}

/** Tables 9 to 18.
 *  @throws ResultError without a sweep over such tuples and tasks */
export function contributionTable(results: readonly Result[], options: ContributionOptions): PaperTable {
  const { name, number, title, metric, sizes, heading } = options;
  const panel = sweepsOf(results, options);
  const tops = (model: ModelOf, task: string) =>
    topTuples(panel.of(model, task)[0], metric, sizes).map(({ layers, rounded }) => [
      layersText(layers),
      twoDecimals(rounded),
    ]);
  const words = metric === "rr_diff_target" ? "reciprocal rank" : "logit";
  const caption = `${number}. ${title}. The ten combinations of layers whose patching raises the answer's ${words} most on average (patched against query alone), rounded to two decimals; (l, l) is layer l alone. They were chosen on the samples that their means are made of, which flatters them. ${madeOf(panel.all)}`;
  return {
    ...laidOut(name, panel, ["Layer(s)", heading], tops),
    number,
    title,
    caption,
    code: codeOfPaper(`const table = pb.paperTable("${name}", results)`, panel.all),
    beside: effectsTable(name, panel, metric, sizes),
  };
}

/** Tables 5 to 8.
 *  @throws ResultError as contributionTable */
export function superadditivityTable(
  results: readonly Result[],
  options: Omit<ContributionOptions, "heading">,
): PaperTable {
  const { name, number, title, metric, sizes } = options;
  const panel = sweepsOf(results, options);
  const tests = (model: ModelOf, task: string) => {
    const [result] = panel.of(model, task);
    return topTuples(result, metric, sizes).map(({ layers }) => {
      const { k, n } = publishedCount(result, metric, layers);
      const test = paperTest(k, n);
      return [layersText(layers), test && scientific(test.t), test && scientificTail(test.tail)];
    });
  };
  const caption = `${number}. ${title}. The ten combinations of layers with the largest mean ${metric === "rr_diff_target" ? "reciprocal-rank" : "logit"} contribution. t and p as the paper computed them: a one-sample t-test of the truth values of f(ij) ≥ f(i) + f(j) against a mean of 50, which rejects whatever the data say; for one layer alone the inequality is f(l) ≥ 2 f(l). The honest table beside it tests the interaction I = f(ij) − f(i) − f(j) itself: exact sign test with Holm over all pairs, Wilcoxon, BCa interval. ${madeOf(panel.all)}`;
  return {
    ...laidOut(name, panel, ["Layer(s)", "t-stat.", "p-value"], tests),
    number,
    title,
    caption,
    code: codeOfPaper(`const table = pb.paperTable("${name}", results)`, panel.all),
    beside: interactionTable(name, panel, metric, sizes),
  };
}

/** Samples in which f(S) >= sum of f(l); for one layer alone f(l) >= f(l) + f(l), as the released code has it. */
export function publishedCount(
  result: SweepResult,
  metric: Contribution,
  layers: readonly number[],
): { k: number; n: number } {
  const single = layers.length === 1;
  const effect = single
    ? result.values(metric, layers).map((value) => -value)
    : (result.interactionOf(metric, layers) ?? new Float64Array(0));
  const there = present(effect);
  return { k: there.reduce((count, value) => count + (value >= 0 ? 1 : 0), 0), n: there.length };
}

/** One sweep with the asked tuples for each model and task. */
function sweepsOf(results: readonly Result[], options: Omit<ContributionOptions, "heading">): Panel<SweepResult> {
  const { sizes, name, tasks } = options;
  const sweeps = results.filter(
    (result): result is SweepResult =>
      result instanceof SweepResult && sizes.every((size) => result.tuples.some(({ length }) => length === size)),
  );
  const which = tasks === undefined ? "" : tasks === "bigbench" ? " of BIG-bench tasks" : " of contrastive tasks";
  const panel = panelOf(
    onePerTask(sweeps),
    `paperTable("${name}")`,
    { order: SFT_FIRST, ...options },
    `patch sweeps over tuples of ${sizes.join(" and ")} layers${which}`,
  );
  const protocols = new Set(panel.all.map(({ spec }) => spec.protocol));
  if (protocols.size > 1)
    throw new ResultError({
      thing: `paperTable("${name}"): protocol`,
      value: [...protocols],
      rule: "must be the same in all results",
    });
  return panel;
}

/** Models one below the other, tasks side by side, row i the i-th best of each. */
function laidOut(
  name: string,
  panel: Panel<SweepResult>,
  headings: readonly string[],
  cells: (model: ModelOf, task: string) => (string | null)[][],
): Pick<PaperTable, "name" | "columns" | "rows" | "groups" | "sections"> {
  const rows = panel.models.flatMap((model) => {
    const blocks = panel.tasks.map((task) => (panel.of(model, task).length === 0 ? [] : cells(model, task)));
    return Array.from({ length: Math.max(...blocks.map(({ length }) => length)) }, (_, at) => [
      model.label,
      ...blocks.flatMap((block) => block[at] ?? headings.map(() => null)),
    ]);
  });
  return {
    name,
    columns: ["model", ...panel.tasks.flatMap((task) => headings.map((heading) => `${taskLabel(task)}: ${heading}`))],
    rows,
    groups: [
      { title: "", columns: ["model"] },
      ...panel.tasks.map((task) => ({ title: taskLabel(task), columns: headings })),
    ],
    sections: true,
  };
}

const cellOf = (tail: Tail | null | undefined): number | string | null => (tail == null ? null : tailCell(tail));

/** Mean, interval and sign test of each of the ten. */
function effectsTable(name: string, panel: Panel<SweepResult>, metric: Contribution, sizes: readonly number[]): Table {
  const rows = eachSweep(panel, (result, model, task) => {
    const tests = result.effectTests(metric);
    return topTuples(result, metric, sizes).map(({ layers }) => {
      const { n, mean, ci } = result.summary(metric, layers);
      const at = result.tuples.findIndex((tuple) => keyOf(tuple) === keyOf(layers));
      const { positive, negative, ties, tail } = tests?.sign[at] ?? {
        positive: null,
        negative: null,
        ties: null,
        tail: null,
      };
      return [
        ...[model.name, task, keyOf(layers), metric, n, mean, ci?.[0] ?? null, ci?.[1] ?? null],
        ...[positive, negative, ties, cellOf(tail), cellOf(tests?.holm[at])],
      ];
    });
  });
  return {
    name: `${name}_honest`,
    columns: [
      ...["model", "task", "layers", "metric", "n", "mean", "ci_low", "ci_high"],
      ...["positive", "negative", "ties", "sign_p", "p_holm"],
    ],
    rows,
  };
}

/** The interaction of each of the ten, tested as itself; one layer alone has none. */
function interactionTable(
  name: string,
  panel: Panel<SweepResult>,
  metric: Contribution,
  sizes: readonly number[],
): Table {
  const rows = eachSweep(panel, (result, model, task) => {
    const known = new Map(result.interactions(metric).map((row) => [keyOf(row.layers), row]));
    return topTuples(result, metric, sizes).map(({ layers }) => {
      const { k, n: counted } = publishedCount(result, metric, layers);
      const row = known.get(keyOf(layers));
      const tests =
        row === undefined
          ? [null, null, null, null, null, null, null, null, null, null, null, null]
          : [
              ...[row.n, row.mean, row.ci?.[0] ?? null, row.ci?.[1] ?? null],
              ...[row.sign.positive, row.sign.negative, row.sign.ties, cellOf(row.sign.tail)],
              ...[cellOf(row.wilcoxon?.tail), row.cohenD, cellOf(row.holm), cellOf(row.bh)],
            ];
      return [model.name, task, keyOf(layers), metric, ...tests, k, counted];
    });
  });
  return {
    name: `${name}_honest`,
    columns: [
      ...["model", "task", "layers", "metric", "n", "interaction", "ci_low", "ci_high"],
      ...["positive", "negative", "ties", "sign_p", "wilcoxon_p", "cohen_d", "p_holm", "p_bh", "paper_k", "paper_n"],
    ],
    rows,
  };
}

const eachSweep = <Row>(
  panel: Panel<SweepResult>,
  rows: (result: SweepResult, model: ModelOf, task: string) => Row[],
): Row[] =>
  panel.models.flatMap((model) =>
    panel.tasks.flatMap((task) => {
      const [result] = panel.of(model, task);
      return result === undefined ? [] : rows(result, model, taskName(result));
    }),
  );

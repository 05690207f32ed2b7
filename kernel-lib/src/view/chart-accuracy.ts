/** Accuracies as a chart (arXiv:2602.07930, figure 20): exact match as bars with Wilson intervals, instructional
 *  accuracy open behind them, by task and model. */

import { listGiven, optionsGiven } from "../given";
import { AccuracyResult } from "../result/accuracy";
import type { ChartView } from "./chart-types";
import { type ChartRow, chartViewOf } from "./chart-view";
import { count, plain } from "./format";

export interface AccuracyChartOptions {
  /** Updates of one display carry the same id. Default "accuracy"; `show` gives its own. */
  id?: string;
  title?: string;
  resultHash?: string;
}

type Stage = "base" | "sft" | "dpo";

/** The stage that a model's name ends with. */
export const stageOfName = (name: string): Stage | null =>
  (/(?:^|[/_-])(base|sft|dpo)$/i.exec(name)?.[1].toLowerCase() as Stage | undefined) ?? null;

/** The chart of one or more accuracy results: a bar for each model at each task.
 *  @throws ResultError when there is none, or two of the same model and task
 *  @example pb.accuracyChart([base, sft, dpo]).series.length // 3 */
export function accuracyChart(results: readonly AccuracyResult[], options: AccuracyChartOptions = {}): ChartView {
  optionsGiven("accuracyChart()", options);
  listGiven("accuracyChart()", results, {
    type: AccuracyResult,
    what: "accuracy results",
    example: "pb.accuracyChart([base, sft, dpo])",
  });
  const rows = results.map((result): ChartRow => {
    const exact = result.rate("exact_match");
    const apt = result.rate(result.instructional);
    return {
      ...{ series: result.making.model.name, x: taskOf(result), n: exact.n, value: exact.rate },
      ...{ low: exact.ci?.[0] ?? null, high: exact.ci?.[1] ?? null },
      behind: { value: apt.rate, low: apt.ci?.[0] ?? null, high: apt.ci?.[1] ?? null },
    };
  });
  const names = [...new Set(rows.map(({ series }) => series))];
  const hasBehind = rows.some(({ behind }) => behind?.value != null);
  const judged = results.every(({ instructional }) => instructional === "judged");
  const tasks = [...new Set(results.map(taskOf))];
  return chartViewOf({
    id: options.id ?? "accuracy",
    title: options.title ?? (tasks.length === 1 ? `Accuracy: ${tasks[0]}` : "Accuracy"),
    ...{ mark: "bars", x: { title: "task", field: "task" }, rows },
    y: { title: "accuracy (%)", format: "percent", digits: 2, domain: [0, 1] },
    series: names.map((name) => ({ name, stage: stageOfName(name) })),
    label: "exact match",
    ...(hasBehind ? { behind: `instructional accuracy${judged ? " (judge)" : ""}` } : {}),
    ...{ interval: "95 % Wilson interval", unit: "items" },
    makings: results.map(({ making }) => making),
    code: codeOf(results),
    caption: captionOf(results, hasBehind),
    state: results.some(({ state }) => state === "partial")
      ? "partial"
      : results.some(({ state }) => state === "stopped")
        ? "stopped"
        : "done",
    resultHash: options.resultHash,
  });
}

const taskOf = ({ spec }: AccuracyResult): string => spec.task ?? "samples";

function captionOf(results: readonly AccuracyResult[], hasBehind: boolean): string {
  const [first] = results;
  const { k, n, rate, ci } = first.rate("exact_match");
  const alone =
    results.length > 1 || rate === null || ci === null
      ? ""
      : ` ${count(k)} of ${count(n)} answers are right, ${plain(100 * rate, 1)} % ` +
        `(${plain(100 * ci[0], 1)} to ${plain(100 * ci[1], 1)} %).`;
  const sizes = [...new Set(results.map((result) => result.finished))];
  const many = sizes.length === 1 ? `n = ${count(sizes[0])} items each` : `n = ${sizes.map(count).join(", ")} items`;
  const by = first.instructional === "judged" ? "a judge finds appropriate" : "lie in the task's answer scope";
  return [
    `Exact-match accuracy of greedy answers, ${many}, with 95 % Wilson intervals.${alone}`,
    ...(hasBehind ? [`Behind: instructional accuracy, the share of answers that ${by}.`] : []),
  ].join(" ");
}

function codeOf(results: readonly AccuracyResult[]): string {
  const lines = ['import * as pb from "patchbay";', ""];
  const names = results.map((_, i) => (results.length === 1 ? "result" : `result${i + 1}`));
  for (const [i, { spec }] of results.entries()) {
    if (spec.task === undefined)
      lines.push(`const ${names[i]} = await pb.run(spec${i + 1}); // the spec: pb.spec(result)`);
    else {
      const chat = spec.chat === true ? ", chat: true" : "";
      const options = `{ task: ${JSON.stringify(spec.task)}, n: ${spec.samples.length}${chat} }`;
      lines.push(`const ${names[i]} = await pb.accuracy(await pb.load(${JSON.stringify(spec.model)}), ${options});`);
    }
  }
  lines.push(`pb.show(${names.length === 1 ? names[0] : `pb.accuracyChart([${names.join(", ")}])`});`);
  return lines.join("\n");
}

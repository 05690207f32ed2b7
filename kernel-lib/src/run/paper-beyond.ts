/** What a reproduction on several models shows beyond the paper: their differences on the same samples, with paired
 *  intervals and tests. The paper sets its checkpoints side by side and leaves the comparison to the eye. */
import { ResultError } from "../errors";
import { AccuracyResult } from "../result/accuracy";
import type { Result } from "../result/base";
import { type Comparison, compare } from "../result/compare";
import { codeOfPaper } from "../result/paper-code";
import { BASE_FIRST, onePerTask, panelOf } from "../result/paper-table";
import { SweepResult } from "../result/sweep";
import type { Table } from "../result/types";
import { comparisonChart } from "../view/chart-compare";
import type { ChartView } from "../view/types";

export type Compared = "sweeps" | "accuracies";

interface Named {
  name: string;
  number: string;
  title: string;
}

/** The largest differences between each two models.
 *  @throws ResultError with fewer than two models, or when their samples differ */
export function comparisonFigure(results: readonly Result[], of: Compared, named: Named): ChartView {
  const { name, number, title } = named;
  const { comparison, all } = comparisonOf(results, of, name);
  const view = comparisonChart(comparison, { id: name });
  return {
    ...view,
    title,
    code: codeOfPaper(`pb.show(pb.comparisonChart(pb.compare(results)))`, all),
    caption: `${number}. ${title}. ${view.caption}`,
  };
}

/** All differences in long form.
 *  @throws ResultError as comparisonFigure */
export const comparisonData = (results: readonly Result[], of: Compared, name: string): Table[] => [
  { ...comparisonOf(results, of, name).comparison.table(), name: name.replaceAll("-", "_") },
];

/** Results of tasks that all models have, base first. */
function comparisonOf(
  results: readonly Result[],
  of: Compared,
  name: string,
): { comparison: Comparison; all: Result[] } {
  const own = results.filter((result) =>
    of === "accuracies"
      ? result instanceof AccuracyResult
      : result instanceof SweepResult && result.tuples.some(({ length }) => length === 2),
  );
  const thing = `paperFigure("${name}")`;
  const panel = panelOf(
    onePerTask(own),
    thing,
    { order: BASE_FIRST },
    of === "sweeps" ? "patch sweeps" : "accuracy results",
  );
  if (panel.models.length < 2)
    throw new ResultError({
      thing,
      rule: `needs results of at least two models, and these are of ${panel.models[0].name} alone`,
    });
  const shared = panel.tasks.filter((task) => panel.models.every((model) => panel.of(model, task).length > 0));
  const all = panel.models.flatMap((model) => shared.flatMap((task) => panel.of(model, task)));
  if (all.length === 0) throw new ResultError({ thing, rule: "needs a task that all models were asked" });
  return { comparison: compare(all, { seed: all[0].making.seed }), all };
}

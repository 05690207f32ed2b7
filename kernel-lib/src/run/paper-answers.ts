/** Figures 20 and 21 of arXiv:2602.07930: how often models answer right and within the task, and where rephrased
 *  instructions lie. */
import { ResultError } from "../errors";
import { AccuracyResult } from "../result/accuracy";
import type { Result } from "../result/base";
import { GeometryResult } from "../result/geometry";
import { codeOfPaper } from "../result/paper-code";
import { BASE_FIRST, onePerTask, panelOf } from "../result/paper-table";
import { accuracyChart } from "../view/chart-accuracy";
import type { ChartView } from "../view/chart-types";
import { scatterViewOf } from "../view/scatter-view";
import type { ScatterView } from "../view/types";

interface Named {
  name: string;
  number: string;
  title: string;
}

/** @throws ResultError without accuracy results */
export function accuracyFigure(results: readonly Result[], { name, number, title }: Named): ChartView {
  const own = results.filter((result): result is AccuracyResult => result instanceof AccuracyResult);
  const panel = panelOf(onePerTask(own), `paperFigure("${name}")`, { order: BASE_FIRST }, "accuracy results");
  const shown = panel.models.flatMap((model) => panel.tasks.flatMap((task) => panel.of(model, task).slice(0, 1)));
  const view = accuracyChart(shown, { id: name, title });
  return {
    ...view,
    code: codeOfPaper(`pb.show(pb.paperFigure("${name}", results))`, panel.all),
    caption: `${number}. ${title}. ${view.caption}`,
  };
}

/** The clusters of the first geometry result, at the layer that a linear probe tells apart best; the widget shows every
 *  layer.
 *  @throws ResultError without a geometry result that holds LDA or PCA */
export function clustersFigure(results: readonly Result[], { name, number, title }: Named): ScatterView {
  const result = results.find(
    (one): one is GeometryResult =>
      one instanceof GeometryResult && one.spec.methods.some((method) => method !== "probe"),
  );
  if (result === undefined)
    throw new ResultError({
      thing: `paperFigure("${name}")`,
      rule: "needs a geometry result with LDA or PCA",
      wayOut: 'For example await pb.geometry(model, { task: ["antonym", "comparative"] })',
    });
  const view = scatterViewOf(result.data, { id: name });
  return { ...view, title, caption: `${number}. ${title}. ${view.caption}` };
}

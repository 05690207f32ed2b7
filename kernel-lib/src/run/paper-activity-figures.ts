/** Which traces and places the head maps of arXiv:2602.07930 show (figures 5 and 25 to 46). */
import type { Result } from "../result/base";
import type { HeadPlace } from "../result/heads-activity";
import { headActivityAt, instructionEndOf } from "../result/heads-activity";
import type { Stage } from "../result/paper-names";
import { BASE_FIRST, onePerTask, panelOf } from "../result/paper-table";
import { TraceResult } from "../result/trace";
import type { HeatmapView } from "../view/types";
import { type ActivityOptions, type ActivityPanel, activityView } from "./paper-activity";

export interface ActivityFigure extends ActivityOptions {
  /** Where models of stages are among the results, the one of this stage; else the first. */
  stage: Stage;
  k: number;
  /** The paper's name of the task; null: all of the contrastive tasks. */
  task: string | null;
  /** A second task, shown at the end of its first sentence and at T_inst. */
  compare?: string;
  /** Default: T_inst and the tokens beside it. */
  around?: "instruction-end";
}

const BESIDE: readonly HeadPlace[] = [{ offset: -1 }, "instruction-end", { offset: 1 }];

/** @throws ResultError without such traces */
export function activityFigure(results: readonly Result[], figure: ActivityFigure): HeatmapView {
  const { name, stage, k, task, compare, around, ...options } = figure;
  const traces = results.filter(
    (result): result is TraceResult => result instanceof TraceResult && result.spec.topK === k,
  );
  const panel = panelOf(
    onePerTask(traces),
    `paperFigure("${name}")`,
    { tasks: "contrastive", order: BASE_FIRST },
    `path traces at k = ${k}`,
  );
  const model = panel.models.find((one) => one.stage === stage) ?? panel.models[0];
  const own = (wanted: string, nth: number): TraceResult[] => {
    const tasks = panel.tasks.filter((one) => panel.of(model, one).length > 0);
    const found = tasks.find((one) => one.split(".").at(-1) === wanted) ?? tasks[Math.min(nth, tasks.length - 1)];
    return found === undefined ? [] : panel.of(model, found).slice(0, 1);
  };
  const panels = (): ActivityPanel[] => {
    if (task === null) {
      const all = panel.tasks.flatMap((one) => panel.of(model, one).slice(0, 1));
      const pair = all.length > 2 && around === undefined ? all.slice(0, 2) : all;
      const places: readonly HeadPlace[] = around === undefined ? BESIDE : [around];
      return pair.flatMap((result) => places.map((place) => ({ result, place })));
    }
    const first = own(task, 0);
    if (compare === undefined) return first.flatMap((result) => BESIDE.map((place) => ({ result, place })));
    const second = own(compare, 1).filter((result) => !first.includes(result));
    return [
      ...first.map((result) => ({ result, place: "instruction-end" as const })),
      // An instruction of one sentence ends where its first sentence does.
      ...second.flatMap((result) =>
        (["first-sentence", "instruction-end"] as const)
          .filter((place) => place === "instruction-end" || !endsAtOnce(result))
          .map((place) => ({ result, place })),
      ),
    ];
  };
  return activityView(panels().filter(traced), { name, ...options });
}

const endsAtOnce = (result: TraceResult): boolean =>
  headActivityAt(result, "first-sentence").position === headActivityAt(result, "instruction-end").position;

/** Whether paths were traced from the place at all: neighbours of T_inst are left out of a trace from T_inst alone. */
function traced({ result, place }: ActivityPanel): boolean {
  if (typeof place === "number" || place === "instruction-end" || place === "first-sentence") return true;
  return result.data.samples.some(({ sources }, sample) => {
    const end = instructionEndOf(result, sample);
    return end !== null && sources.includes(end + place.offset);
  });
}

/** From a result of any kind to the views that show it: one table, used by the notebook, the command line, documents
 *  and exported pages. A new kind of result is a row of KINDS. */
import { ResultError } from "../errors";
import { AccuracyResult } from "../result/accuracy";
import type { Result } from "../result/base";
import { GeometryResult } from "../result/geometry";
import { sweepGrids } from "../result/grid";
import { GridResult } from "../result/grid-result";
import { SweepResult } from "../result/sweep";
import { TraceResult } from "../result/trace";
import { accuracyChart } from "./chart-accuracy";
import { gridViewOf } from "./grid-view";
import { sweepTuples } from "./heatmap-slices";
import { heatmapViewOf } from "./heatmap-view";
import { pathsSetOf } from "./paths-set";
import { pathsViewOf, pendingPathsView } from "./paths-view";
import { scatterViewOf } from "./scatter-view";
import type { View } from "./types";

export interface ResultViewOptions {
  /** Updates of one display carry the same id. */
  id: string;
  /** Which of `choices`, from 0. Default: the first. */
  choice?: number;
  /** With intervals and tests, which may take seconds. Default true. */
  statistics?: boolean;
  /** Metric shown first, where the kind has several. */
  metric?: string;
  resultHash?: string;
  /** Without the other choices inside, for places that have a switch of their own. Default false. */
  alone?: boolean;
}

/** What can be seen of a result. */
export interface ResultViews {
  /** What one chooses between ("Sample"), and the names to choose from; at least one. */
  readonly choosing: string;
  readonly choices: readonly string[];
  /** Makes the statistics piece by piece, so that whoever must not stall takes a breath between two. The result
   *  keeps them. */
  readonly slow: readonly (() => void)[];
  /** @throws ResultError when there is no such choice */
  view(options: ResultViewOptions): View;
}

interface Kind {
  is(result: Result): boolean;
  views(result: Result): ResultViews;
}

const kind = <R extends Result>(
  type: abstract new (...args: never[]) => R,
  views: (result: R) => ResultViews,
): Kind => ({
  is: (result) => result instanceof type,
  views: (result) => views(result as R),
});

const KINDS: readonly Kind[] = [
  kind(SweepResult, sweepViews),
  kind(TraceResult, traceViews),
  kind(AccuracyResult, accuracyViews),
  kind(GeometryResult, geometryViews),
  kind(GridResult, gridViews),
];

/** The views of a result of any kind.
 *  @throws ResultError for a kind that has no view
 *  @example viewsOf(parseAnyResult(text)).view({ id: "v1" }).kind // "heatmap" */
export function viewsOf(result: Result): ResultViews {
  const found = KINDS.find(({ is }) => is(result));
  if (found) return found.views(result);
  throw new ResultError({
    thing: "result: kind",
    value: result.data.kind,
    rule: "has no view; its tables can be read",
  });
}

function sweepViews(result: SweepResult): ResultViews {
  return {
    choosing: "View",
    choices: ["heatmap"],
    slow: result.metrics.flatMap((metric) => [
      ...result.intervalPieces(metric),
      () => void sweepGrids(result, { metrics: [metric], intervals: true }),
    ]),
    view: ({ id, choice = 0, statistics = true, metric, resultHash }) => {
      mustExist(choice, 1);
      const grids = sweepGrids(result, { intervals: statistics });
      const tuples = sweepTuples(result, { intervals: statistics });
      return heatmapViewOf([{ data: result.data, grids, tuples }], { id, metric, resultHash });
    },
  };
}

function accuracyViews(result: AccuracyResult): ResultViews {
  return {
    choosing: "View",
    choices: ["chart"],
    slow: [],
    view: ({ id, choice = 0, resultHash }) => {
      mustExist(choice, 1);
      return accuracyChart([result], { id, resultHash });
    },
  };
}

function traceViews({ data }: TraceResult): ResultViews {
  const { samples } = data.spec;
  return {
    choosing: "Sample",
    choices: samples.map(({ label }, at) => label ?? String(at)),
    slow: [],
    view: ({ id, choice = 0, statistics = true, resultHash, alone = false }) => {
      mustExist(choice, samples.length);
      if (!alone) return pathsSetOf([data], { trace: 0, sample: choice }, { id, resultHash }, statistics);
      const make = data.samples[choice] === undefined ? pendingPathsView : pathsViewOf;
      return make(data, { id, sample: choice, resultHash });
    },
  };
}

function geometryViews({ data }: GeometryResult): ResultViews {
  return {
    choosing: "View",
    choices: ["scatter"],
    slow: [],
    view: ({ id, choice = 0, resultHash }) => {
      mustExist(choice, 1);
      return scatterViewOf(data, { id, resultHash });
    },
  };
}

function gridViews(result: GridResult): ResultViews {
  return {
    choosing: "View",
    choices: ["heatmap"],
    slow: result.metrics.flatMap((metric) => [() => void result.summaries(metric), () => void result.tests(metric)]),
    view: ({ choice = 0, ...options }) => {
      mustExist(choice, 1);
      return gridViewOf([result], options);
    },
  };
}

function mustExist(choice: number, of: number): void {
  if (Number.isInteger(choice) && choice >= 0 && choice < of) return;
  throw new ResultError({ thing: "view: choice", value: choice, rule: `must be a whole number from 0 to ${of - 1}` });
}

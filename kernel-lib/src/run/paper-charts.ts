/** Charts of the paper (arXiv:2602.07930): paths by token (figures 4 and 22 to 24), and what two layers do together
 *  against each alone (figure 1, which is a drawing there; here it holds measured numbers). */
import type { Result } from "../result/base";
import { codeOfPaper } from "../result/paper-code";
import { taskLabel, taskName } from "../result/paper-names";
import { BASE_FIRST, countOf, onePerTask, panelOf } from "../result/paper-table";
import { SweepResult } from "../result/sweep";
import { pathsByToken, type TokenPaths } from "../result/tokens-paths";
import { TraceResult } from "../result/trace";
import { meanIntervals } from "../stats/bootstrap";
import { mean } from "../stats/moments";
import type { ChartView } from "../view/chart-types";
import { type ChartRow, chartViewOf } from "../view/chart-view";

export interface PathsChartOptions {
  name: string;
  number: string;
  title: string;
  k: number;
  /** `counts`: kept paths before all paths. `shares`: part of all kept paths. */
  show: "counts" | "shares";
  /** Default 10,000. */
  resamples?: number;
}

/** Paths from each token, a panel for each task, a series for each model.
 *  @throws ResultError without traces at this k from more than one place */
export function pathsChart(results: readonly Result[], options: PathsChartOptions): ChartView {
  const { name, number, title, k, show, resamples = 10_000 } = options;
  const traces = results.filter(
    (result): result is TraceResult =>
      result instanceof TraceResult &&
      result.spec.topK === k &&
      result.data.samples.some(({ sources }) => sources.length > 1),
  );
  const panel = panelOf(
    onePerTask(traces),
    `paperFigure("${name}")`,
    { order: BASE_FIRST },
    `path traces at k = ${k} from several tokens (sources "all")`,
  );
  const shown = panel.tasks.map((task) => {
    const series = panel.models.flatMap((model) =>
      panel
        .of(model, task)
        .slice(0, 1)
        .map((result) => ({ model, places: pathsByToken(result, { resamples }).filter(inWindow) })),
    );
    const places = series[0].places;
    return { task, series, labels: places.map(labelOf), end: places.findIndex((place) => place.offset === 0) };
  });
  const rows = shown.flatMap(({ task, series, labels }) =>
    series.flatMap(({ model, places }) =>
      places.flatMap((place, at): ChartRow[] => {
        // Another model may cut the prompt into other tokens: places are the first model's.
        if (labels[at] === undefined) return [];
        const common = { panel: taskLabel(task), series: model.label, x: labels[at], n: place.n };
        if (show === "shares")
          return [{ ...common, value: place.share, low: place.shareCi?.[0] ?? null, high: place.shareCi?.[1] ?? null }];
        const behind = { value: place.total, low: place.totalCi?.[0] ?? null, high: place.totalCi?.[1] ?? null };
        return [
          { ...common, value: place.kept, low: place.keptCi?.[0] ?? null, high: place.keptCi?.[1] ?? null, behind },
        ];
      }),
    ),
  );
  const longest = shown.reduce((most, { labels }) => (labels.length > most.length ? labels : most), shown[0].labels);
  const { maxRank } = panel.all[0].spec;
  const counted =
    show === "counts"
      ? `Mean number of paths per sample that rank the answer ${maxRank} or better (filled) of all traced paths (open), by the token that they start from.`
      : `Part of all kept paths (answer rank at most ${maxRank}) that starts from each token; parts of a panel and model add up to 1.`;
  return chartViewOf({
    id: name,
    title,
    mark: "bars",
    x: { title: "token that paths start from", field: "token", labels: longest },
    y:
      show === "counts"
        ? { title: "paths per sample", format: "count", digits: 1 }
        : { title: "share of kept paths (%)", format: "percent", digits: 1 },
    rows,
    panels: shown.map(({ task, labels, end }) => ({
      name: taskLabel(task),
      labels,
      emphasis: end < 0 ? [] : [end],
    })),
    series: panel.models.map(({ label, stage }) => ({ name: label, stage })),
    ...(show === "counts"
      ? { label: "kept", behind: "all paths", interval: "95 % BCa interval" }
      : { interval: "95 % percentile bootstrap interval" }),
    unit: "samples",
    makings: panel.models.map(
      (model) => (panel.all.find(({ making }) => making.model.fingerprint === model.fingerprint) as TraceResult).making,
    ),
    code: codeOfPaper(`pb.show(pb.paperFigure("${name}", results))`, panel.all),
    caption: `${number}. ${title}. ${counted} Top-${k} attention; T_inst, the instruction's last token, stands out, and the tokens around it are shown (the numbers of all are those of pathsByTokenTable). Whiskers: 95 % bootstrap over samples, ${countOf(panel.all)}; equation ${panel.all[0].spec.equation}.`,
  });
}

/** Tokens before and behind T_inst that are drawn; the paper draws a window too. */
export const PATHS_WINDOW = [-2, 8] as const;

const inWindow = ({ offset }: TokenPaths): boolean =>
  offset === null || (offset >= PATHS_WINDOW[0] && offset <= PATHS_WINDOW[1]);

/** "12:." : position and token; a place that moves between samples is told by its distance from T_inst. */
function labelOf({ position, offset, token }: TokenPaths): string {
  const where =
    position !== null ? String(position) : `${(offset as number) < 0 ? "\u2212" : "+"}${Math.abs(offset as number)}`;
  const word = token?.replace(/\p{Cc}/gu, "\u21b5").trim() ?? "";
  return word === "" ? where : `${where}:${word}`.slice(0, 60);
}

/** The best pair of each task beside its layers alone and their sum.
 *  @throws ResultError without sweeps over pairs */
export function togetherChart(
  results: readonly Result[],
  { name, number, title }: { name: string; number: string; title: string },
): ChartView {
  const sweeps = results.filter(
    (result): result is SweepResult =>
      result instanceof SweepResult && [1, 2].every((size) => result.tuples.some(({ length }) => length === size)),
  );
  const panel = panelOf(
    onePerTask(sweeps),
    `paperFigure("${name}")`,
    { size: "small", order: BASE_FIRST },
    "patch sweeps over one and two layers",
  );
  const metric = "rr_diff_target";
  const shown = panel.models.flatMap((model) => panel.tasks.flatMap((task) => panel.of(model, task).slice(0, 1)));
  const rows = shown.flatMap((result): ChartRow[] => {
    const { layers } = result.best(metric, { size: 2 });
    const [first, second] = layers.map((layer) => result.values(metric, [layer]));
    const columns = [first, second, first.map((value, i) => value + second[i]), result.values(metric, layers)];
    const present = columns.map((column) => column.filter((value) => !Number.isNaN(value)));
    const intervals = meanIntervals(present, { seed: result.making.seed });
    return present.map((column, at) => ({
      panel: panel.models.find(({ fingerprint }) => fingerprint === result.making.model.fingerprint)?.label,
      series: SERIES[at],
      x: `${shortTask(taskName(result))} (${layers.join(",")})`,
      value: mean(column),
      low: intervals[at]?.[0] ?? null,
      high: intervals[at]?.[1] ?? null,
      n: column.length,
    }));
  });
  const panels = panel.models.map(({ label }) => ({
    name: label,
    labels: [...new Set(rows.filter((row) => row.panel === label).map(({ x }) => x))],
  }));
  return chartViewOf({
    id: name,
    title,
    mark: "bars",
    x: {
      title: "task (best pair of layers)",
      field: "task",
      labels: panels.reduce((most, { labels }) => (labels.length > most.length ? labels : most), panels[0].labels),
    },
    y: { title: "Δ reciprocal rank", format: "signed", digits: 2 },
    rows,
    panels,
    series: SERIES.map((series) => ({ name: series })),
    interval: "95 % BCa interval",
    makings: panel.models.map(
      (model) => (panel.all.find(({ making }) => making.model.fingerprint === model.fingerprint) as SweepResult).making,
    ),
    code: codeOfPaper(`pb.show(pb.paperFigure("${name}", results))`, panel.all),
    caption: `${number}. ${title}. Mean change of the answer's reciprocal rank, against the query alone, when the best pair of layers is patched at T_inst: each layer alone, the sum of both, and both together. Each pair is the best of all pairs on the same samples, which flatters it. Whiskers: 95 % BCa bootstrap over samples, ${countOf(panel.all)}; protocol ${panel.all[0].spec.protocol}.`,
  });
}

const shortTask = (task: string): string => task.split(".").at(-1) as string;

const SERIES = ["earlier layer alone", "later layer alone", "sum of both alone", "both together"] as const;

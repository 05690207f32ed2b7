/** Maps of attention heads (arXiv:2602.07930, figures 5 and 25 to 46): how often each head takes part in the kept paths
 *  from a place of the prompt, head by layer; the width of its interval; and its p. */
import { ResultError } from "../errors";
import type { Result } from "../result/base";
import { type HeadPlace, headActivityAt, placeName } from "../result/heads-activity";
import { pack } from "../result/pack";
import { codeOfPaper } from "../result/paper-code";
import { taskLabel, taskName } from "../result/paper-names";
import { madeOf, modelOf } from "../result/paper-table";
import type { TraceResult } from "../result/trace";
import { holm } from "../stats/adjust";
import { meanIntervals } from "../stats/bootstrap";
import { tTest } from "../stats/student";
import type { HeatmapMetric, HeatmapView } from "../view/types";
import { counted } from "../words";

export type ActivityMetric = "activity" | "interval" | "p";

export interface ActivityPanel {
  result: TraceResult;
  place: HeadPlace;
}

export interface ActivityOptions {
  name: string;
  number: string;
  title: string;
  /** Which is drawn first. */
  metric: ActivityMetric;
  /** Default 10,000. */
  resamples?: number;
}

const ALPHA = 0.05;
const NOT_MADE = 255;

/** Head maps side by side.
 *  @throws ResultError when models differ in layers or heads, or a place was not traced from */
export function activityView(panels: readonly ActivityPanel[], options: ActivityOptions): HeatmapView {
  const { name, number, title, metric, resamples = 10_000 } = options;
  if (panels.length === 0)
    throw new ResultError({ thing: `paperFigure("${name}")`, rule: "needs path traces of such tasks at this k" });
  const results = panels.map(({ result }) => result);
  const { nLayers, nHeads } = results[0].making.model;
  for (const { making } of results) {
    if (making.model.nLayers === nLayers && making.model.nHeads === nHeads) continue;
    throw new ResultError({
      thing: `paperFigure("${name}"): ${making.model.name}`,
      value: `${counted(making.model.nLayers, "layer")} of ${counted(making.model.nHeads, "head")}`,
      rule: `must be ${nLayers} layers of ${nHeads}, as ${results[0].making.model.name} has`,
    });
  }
  const parts = panels.map(({ result, place }) => cellsOf(result, place, resamples));
  const shape = [panels.length, nLayers, nHeads];
  const many = new Set(results.map(({ making }) => making.model.fingerprint)).size > 1;
  const { making, spec } = results[0];
  const all: readonly Result[] = [...new Set(results)];
  const metrics = (["activity", "interval", "p"] as const).map((key) => metricOf(key, parts, shape));
  return {
    schema: "patchbay.view/1",
    kind: "heatmap",
    id: name,
    state: results.every(({ state }) => state === "done") ? "done" : "stopped",
    run: null,
    error: null,
    title,
    model: {
      name: [...new Set(results.map((result) => result.making.model.name))].join(", "),
      stage: many ? null : modelOf(making).stage,
      fingerprint: [...new Set(results.map((result) => result.making.model.fingerprint))].join(", "),
    },
    device: `${making.provider.device} · ${making.provider.precision}`,
    warnings: [...new Set(results.flatMap((result) => result.making.warnings))],
    code: codeOfPaper(`pb.show(pb.paperFigure("${name}", results))`, all),
    caption: `${number}. ${title}: share of the kept paths (answer rank at most ${spec.maxRank}, top-${spec.topK} attention) from a place in which each head takes part, mean over the samples that kept paths. ${METRICS[metric].caption} Hatched: not different from 0 (t-test, Holm over the ${nLayers * nHeads} heads of a panel, 5 %); a head that does the same in every sample has no test. ${madeOf(all)}`,
    hashes: {
      spec: [...new Set(results.map((result) => result.making.specHash))].join(", "),
      result: "",
    },
    layout: "grid",
    x: { title: "head", labels: Array.from({ length: nHeads }, (_, head) => String(head)), field: "head" },
    y: { title: "layer", labels: Array.from({ length: nLayers }, (_, layer) => String(layer)), field: "layer" },
    panels: panels.map(({ result, place }) => {
      const model = modelOf(result.making);
      const where = `${taskLabel(taskName(result))} · ${placeName(place)}`;
      const note = [many ? model.label : "", wordAt(result, place)].filter((words) => words !== "").join(" · ");
      return { name: where, stage: model.stage, note };
    }),
    n: Math.max(...parts.map(({ n }) => n)),
    metrics,
    metric,
    sampleLabels: [],
  };
}

interface Cells {
  n: number;
  mean: Float64Array;
  low: Float64Array;
  high: Float64Array;
  p: Float64Array;
  notSignificant: Uint8Array;
}

/** Mean, percentile interval (as the paper has it) and t-test of each head. */
function cellsOf(result: TraceResult, place: HeadPlace, resamples: number): Cells {
  const { values, samples, mean, n } = headActivityAt(result, place);
  const cells = mean.length;
  const columns = Array.from({ length: cells }, (_, cell) =>
    Float64Array.from({ length: samples }, (_, sample) => values[sample * cells + cell]).filter(
      (share) => !Number.isNaN(share),
    ),
  );
  const intervals = meanIntervals(columns, { kind: "percentile", resamples, seed: result.making.seed });
  const tails = columns.map((column) => tTest(column)?.tail ?? null);
  const adjusted = holm(tails);
  return {
    n,
    mean,
    low: Float64Array.from(intervals, (interval) => interval?.[0] ?? Number.NaN),
    high: Float64Array.from(intervals, (interval) => interval?.[1] ?? Number.NaN),
    p: Float64Array.from(tails, (tail) => tail?.p ?? Number.NaN),
    notSignificant: Uint8Array.from(adjusted, (tail) => (tail === null ? NOT_MADE : tail.p < ALPHA ? 0 : 1)),
  };
}

const METRICS: Readonly<
  Record<ActivityMetric, Pick<HeatmapMetric, "label" | "meaning" | "zero" | "best"> & { caption: string }>
> = {
  activity: {
    label: "activity",
    meaning: "share of kept paths with the head",
    zero: "never = 0",
    best: "highest",
    caption: "Interval widths and p are the view's other metrics.",
  },
  interval: {
    label: "interval width",
    meaning: "of the activity, 95 % percentile bootstrap",
    zero: "certain = 0",
    best: "lowest",
    caption: "Shown: width of its 95 % percentile bootstrap interval.",
  },
  p: {
    label: "p",
    meaning: "of the activity, one-sample t-test against 0, not corrected",
    zero: "",
    best: "lowest",
    caption: "Shown: p of a one-sample t-test against 0, not corrected.",
  },
};

function metricOf(key: ActivityMetric, parts: readonly Cells[], shape: readonly number[]): HeatmapMetric {
  const { caption: _caption, ...words } = METRICS[key];
  const joined = (pick: (part: Cells) => ArrayLike<number>) =>
    pack(Float64Array.from(parts.flatMap((part) => Array.from(pick(part)))), shape);
  const none = joined(({ mean }) => mean.map(() => Number.NaN));
  const width = ({ low, high }: Cells) => high.map((end, at) => end - low[at]);
  return {
    key,
    ...words,
    digits: { cell: 2, readout: 3 },
    signed: false,
    mean: joined(key === "activity" ? ({ mean }) => mean : key === "interval" ? width : ({ p }) => p),
    low: key === "activity" ? joined(({ low }) => low) : none,
    high: key === "activity" ? joined(({ high }) => high) : none,
    n: pack(Int32Array.from(parts.flatMap(({ mean, n }) => Array.from(mean, () => n))), shape),
    notSignificant: pack(
      Uint8Array.from(
        parts.flatMap(({ notSignificant }) => Array.from(notSignificant, (f) => (key === "activity" ? f : NOT_MADE))),
      ),
      shape,
    ),
    interaction: null,
    samples: null,
    test: key === "activity" ? `t-test against 0, Holm over ${shape[1] * shape[2]} heads, 5 %` : null,
  };
}

/** The token at a place, where all samples have the same. */
function wordAt(result: TraceResult, place: HeadPlace): string {
  const { position } = headActivityAt(result, place);
  if (position === null) return "";
  const words = new Set(result.spec.samples.map(({ tokens }) => result.data.tokenText[tokens[position]]));
  const [word] = words;
  return words.size === 1 && word !== undefined ? JSON.stringify(word.replace(/\p{Cc}/gu, "\u21b5")) : "";
}

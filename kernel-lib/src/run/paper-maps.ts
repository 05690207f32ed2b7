/** Maps of one- and two-layer patching over tasks and models side by side (arXiv:2602.07930, figures 2 and 6 to 19).
 *  Three ways to colour the same means: `normalised` by one minimum and maximum over all panels, as the paper's main
 *  figures are; `raw`, in the metric's own unit on one shared scale; `own`, each panel by its own minimum and maximum,
 *  which shows where an effect sits in a panel whose effects are small. */
import type { Result } from "../result/base";
import { sweepGrids } from "../result/grid";
import { pack, unpack } from "../result/pack";
import { codeOfPaper } from "../result/paper-code";
import type { Contribution } from "../result/paper-contributions";
import { type TaskGroup, taskLabel } from "../result/paper-names";
import { madeOf, onePerTask, panelOf } from "../result/paper-table";
import { SweepResult } from "../result/sweep";
import { heatmapViewOf } from "../view/heatmap-view";
import type { HeatmapMetric, HeatmapView } from "../view/types";

export type MapScale = "normalised" | "raw" | "own";

export interface MapOptions {
  name: string;
  number: string;
  title: string;
  metric: Contribution;
  scale: MapScale;
  tasks?: TaskGroup;
  size?: "small" | "large";
}

/** The maps of all models (one after the other) and tasks, as panels of one view.
 *  @throws ResultError without sweeps over pairs of such tasks */
export function mapsView(results: readonly Result[], options: MapOptions): HeatmapView {
  const { name, number, title, metric, scale } = options;
  const sweeps = results.filter(
    (result): result is SweepResult =>
      result instanceof SweepResult && [1, 2].every((size) => result.tuples.some(({ length }) => length === size)),
  );
  const tasks =
    options.tasks === undefined ? "" : options.tasks === "bigbench" ? " of BIG-bench tasks" : " of contrastive tasks";
  // Panels share their axes: of several deeper models the deepest are shown.
  const depths = sweeps.map(({ making }) => making.model.nLayers);
  const fit = sweeps.filter(({ making }) => [Math.min(...depths), Math.max(...depths)].includes(making.model.nLayers));
  const panel = panelOf(
    onePerTask(fit),
    `paperFigure("${name}")`,
    options,
    `patch sweeps over one and two layers${tasks}`,
  );
  const shown = panel.models.flatMap((model) =>
    panel.tasks.flatMap((task) =>
      panel
        .of(model, task)
        .slice(0, 1)
        .map((result) => ({ model, task, result })),
    ),
  );
  const many = panel.models.length > 1;
  const { slices: _slices, ...view } = heatmapViewOf(
    shown.map(({ result }) => ({
      data: result.data,
      grids: sweepGrids(result, { metrics: [metric], intervals: true }),
    })),
    {
      id: name,
      metric,
      panels: shown.map(({ model, task }) => ({
        name: taskLabel(task),
        stage: model.stage,
        note: many ? model.label : "",
      })),
      code: codeOfPaper(`pb.show(pb.paperFigure("${name}", results))`, panel.all),
    },
  );
  const [raw] = view.metrics;
  const metrics = [scaled(raw, "normalised"), { ...raw, samples: null }, scaled(raw, "own")];
  return {
    ...view,
    title,
    columns: panel.tasks.length,
    metrics,
    metric: metrics[["normalised", "raw", "own"].indexOf(scale)].key,
    caption: `${number}. ${title}: mean effect of patching one layer (diagonal) or two at T_inst on the answer's ${metric === "rr_diff_target" ? "reciprocal rank" : "logit"}, against the query alone. ${SCALES[scale]} Hatched: not significant (${raw.test}). Order of layers does not matter, so the mirrored half is left out. ${madeOf(panel.all)}`,
  };
}

const SCALES: Readonly<Record<MapScale, string>> = {
  normalised:
    "Colours: one minimum (0) and maximum (1) over all panels; unnormalised numbers are the view's second metric.",
  raw: "Not normalised; all panels share one scale.",
  own: "Each panel by its own minimum (0) and maximum (1); colours cannot be compared between panels.",
};

/** The metric's means and intervals moved to 0 (least) to 1 (most), over all panels or within each. */
function scaled(raw: HeatmapMetric, scale: "normalised" | "own"): HeatmapMetric {
  const [panels, ny, nx] = raw.mean.shape;
  const perPanel = scale === "own" ? ny * nx : panels * ny * nx;
  const means = unpack(raw.mean);
  const ends = Array.from({ length: (panels * ny * nx) / perPanel }, (_, at) => {
    const there = Array.from(means.slice(at * perPanel, (at + 1) * perPanel)).filter((mean) => !Number.isNaN(mean));
    return { least: Math.min(...there), most: Math.max(...there) };
  });
  const moved = (values: ArrayLike<number>) =>
    pack(
      Float64Array.from(values, (value, at) => {
        const { least, most } = ends[Math.floor(at / perPanel)];
        // Nothing differs: there is no scale.
        return most > least ? (value - least) / (most - least) : Number.NaN;
      }),
      raw.mean.shape,
    );
  const words = raw.label.replace(/^Δ /, "");
  return {
    ...raw,
    key: `${raw.key}_${scale}`,
    label: `${scale === "own" ? "within panel" : "normalised"} Δ ${words}`,
    zero: scale === "own" ? "0 least, 1 most of each panel" : "0 least, 1 most of all panels",
    digits: { cell: 2, readout: 2 },
    signed: false,
    mean: moved(means),
    low: moved(unpack(raw.low)),
    high: moved(unpack(raw.high)),
    interaction: null,
    samples: null,
  };
}

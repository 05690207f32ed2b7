/** What a widget draws: `application/vnd.patchbay.view.v1+json`. Versioned, validated on both sides,
 *  the same in the kernel (PNG, SVG, PDF) and in the browser. Pure: imports nothing of Node. */

import type { Packed } from "../result/pack";
import type { ChartView } from "./chart-types";
import type { PathsView } from "./paths-types";
import type { ScatterView } from "./scatter-types";

export const VIEW_MIME = "application/vnd.patchbay.view.v1+json";

export type { Packed };

/** The life of what a view shows; also the widget's `data-state`. */
export type ViewState = "loading" | "partial" | "done" | "stopped" | "error" | "stale";

export interface RunStatus {
  /** Id to cancel or resume by, over the comm. */
  id: string;
  done: number;
  total: number;
  /** null while unknown. */
  secondsLeft: number | null;
  /** What is being counted: "samples x tuples". */
  unit: string;
}

export interface ViewBase {
  schema: "patchbay.view/1";
  kind: "heatmap" | "scatter" | "paths" | "chart";
  /** Updates carry the same id. */
  id: string;
  state: ViewState;
  run: RunStatus | null;
  error: { message: string; call?: string } | null;
  /** "Patch sweep: capital" */
  title: string;
  /** "demo/dpo", and its stage for the glyph. */
  model: { name: string; stage: "base" | "sft" | "dpo" | null; fingerprint: string };
  /** Badge: "cpu · fp32". */
  device: string;
  warnings: readonly string[];
  /** TypeScript that makes this again ("copy as code"). */
  code: string;
  /** Caption draft: effect, interval, n, test, correction, model with hash, site, protocol, precision. */
  caption: string;
  /** Spec and result hash for the metadata of exports. */
  hashes: { spec: string; result: string };
  /** How a reader left the view that was saved as a file: what was selected, zoomed, filtered. From outside, so widgets
   *  take of it what fits. */
  marks?: unknown;
}

/** One quantity that the heatmap can colour by. Arrays are [panels, ny, nx]. */
export interface HeatmapMetric {
  /** `rr_diff_target` */
  key: string;
  /** "Δ reciprocal rank" */
  label: string;
  /** "of the answer, patched against query alone" */
  meaning: string;
  /** "query alone = 0" */
  zero: string;
  /** Decimals in cells and in the read-out. */
  digits: { cell: number; readout: number };
  signed: boolean;
  /** Which end is the best one; `highest` when it is not said. */
  best?: "highest" | "lowest";
  /** What colours run over: the values that are there, or all that a share can be, 0 to 1; `values` when it is not said. */
  range?: "values" | "share";
  mean: Packed;
  /** 95 % interval; NaN where there is none. */
  low: Packed;
  high: Packed;
  /** Samples behind each cell (int32); 0 where none came yet, -1 where the tuple was never asked. */
  n: Packed;
  /** 1 where the test does not reject, 0 where it does, 255 where it was not made. */
  notSignificant: Packed;
  /** I(ij) = f(ij) - f(i) - f(j), with interval, p (sign test, Holm over the tuples) and the count of samples above 0;
   *  all NaN where it does not exist. */
  interaction: { mean: Packed; low: Packed; high: Packed; p: Packed; positive: Packed } | null;
  /** Per-sample values, [panels, ny, nx, samples]; null when left out for size. */
  samples: Packed | null;
  /** "sign test, Holm over 36 tuples, 5 %"; null when no test was made. */
  test: string | null;
}

export interface HeatmapAxis {
  /** In plain words: "earlier layer patched". */
  title: string;
  labels: readonly string[];
  /** Names for linking where labels do not tell places apart (tokens): positions as numbers. Default: the labels. */
  keys?: readonly string[];
  /** What a label is, for linking. */
  field: "layer" | "head" | "position" | "task" | "coefficient";
}

export interface HeatmapView extends ViewBase {
  kind: "heatmap";
  /** `pairs`: only y >= x exists, the diagonal is one layer alone. `singles`: one row. `grid`: all cells. */
  layout: "pairs" | "singles" | "grid";
  x: HeatmapAxis;
  y: HeatmapAxis;
  panels: readonly { name: string; stage: "base" | "sft" | "dpo" | null; note: string }[];
  /** Most panels in a row, where rows mean something (a model each); default: as many as fit. */
  columns?: number;
  n: number;
  metrics: readonly HeatmapMetric[];
  /** Which metric is shown first. */
  metric: string;
  /** One label for each sample, for the side panel. */
  sampleLabels: readonly string[];
  /** A sweep over three layers: what `sliceOf` makes the grid with each third layer of. */
  slices?: HeatmapSlices;
  /** In a slice, the layer that is patched along with every cell; as `sliceOf` gives it. */
  held?: string | null;
}

/** The numbers of a sweep over three layers, once for each tuple: every tuple stands in three slices. */
export interface HeatmapSlices {
  /** Which of `held` the view's own `metrics` are. */
  shown: number;
  /** The slices, by the layer that each patches along (a label of the axes); null: none. */
  held: readonly (string | null)[];
  /** Uint8 [tuples, 3]: layers of each tuple, ascending, 255 where it has fewer. */
  tuples: Packed;
  /** The view's metrics or some of them; arrays are [panels, tuples]. */
  metrics: readonly HeatmapMetric[];
}

/** The other kinds are added beside this one. */
export type View = HeatmapView | PathsView | ChartView | ScatterView;
export type { ChartView, PathsView, ScatterView };

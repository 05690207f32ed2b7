/** What the heatmap's functions take and give. All lengths are CSS pixels, origin at the top left of the
 *  whole picture (padding included), so that an overlay can be laid over the Vega view as it is. */

/** What of a heatmap view is drawn. Defaults come from `heatmapOptions(view)`. */
export interface HeatmapOptions {
  /** Key of one of the view's metrics. */
  metric: string;
  /** `interaction` shows f(ij) - f(i) - f(j) where the metric has it. */
  mode: "effect" | "interaction";
  hatch: boolean;
  /** Which of the view's panels are drawn, by index; one of them in a narrow widget. */
  panels: readonly number[];
  /** Adds a panel `a - b` behind a dashed rule, same limits; indexes into the view's panels. */
  difference: { a: number; b: number } | null;
  /** Bars "best pair with this layer" above a single panel of pairs. */
  marginal: boolean;
  /** `inside`: the free corner when there is room, else below. */
  legend: "inside" | "below" | "none";
  /** Panel letters a, b, c (print). */
  letters: boolean;
  /** Where colours end: `robust` leaves a few outliers of a large grid beyond them, `full` holds every value. */
  limits: "robust" | "full";
  /** The limit drawn so far of a run that goes on; limits then only grow. */
  previousLimit: ColourDomain | null;
  /** Cells whose magnitude is less than this recede; null: none do. */
  threshold: number | null;
  /** The part that is drawn larger; null: all. */
  window: CellWindow | null;
}

/** Columns and rows of a heatmap, both ends included. */
export interface CellWindow {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

/** Where colours begin and end. Diverging: low = -high. */
export interface ColourDomain {
  low: number;
  high: number;
  signed: boolean;
  /** Cells beyond the limits; the legend says how many. */
  clipped: number;
}

export interface Size {
  /** Width that may be filled; the picture is never wider. */
  width: number;
  /** Most height; cells shrink to fit. Default: no limit. */
  height?: number;
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** `absent`: not asked (the mirrored half, a tuple nobody listed): nothing is drawn. */
export type CellKind = "value" | "missing" | "pending" | "absent";

/** One cell as it is drawn, with what a read-out needs. Numbers are null where there is none. */
export interface Cell {
  /** Index into the drawn panels; column and row as indexes of the axes' labels (row 0 is the lowest). */
  panel: number;
  ix: number;
  iy: number;
  kind: CellKind;
  /** The number that is coloured: effect, interaction or difference. */
  value: number | null;
  low: number | null;
  high: number | null;
  n: number | null;
  /** null where no test was made. */
  significant: boolean | null;
}

/** One picture within the figure: a panel of the view, or the difference of two. */
export interface PanelBox extends Rect {
  name: string;
  note: string;
  stage: "base" | "sft" | "dpo" | null;
  /** Index into view.panels; null for the difference. */
  source: number | null;
  difference: { a: number; b: number } | null;
  showsY: boolean;
  cells: readonly Cell[];
}

/** A tick label, so that an overlay can write it again in bold. Anchored as said, baseline middle. */
export interface Tick {
  panel: number;
  axis: "x" | "y";
  index: number;
  text: string;
  x: number;
  y: number;
  anchor: "middle" | "end";
  /** Degrees that it is turned by, around its anchor; 0 for most. */
  angle: number;
}

/** The geometry of a heatmap: enough for the spec, for an overlay, and for keyboard and pointer. */
export interface HeatmapLayout {
  width: number;
  height: number;
  /** Outside the panels; the first panel's corner is at (padding.left, padding.top). */
  padding: { left: number; top: number; right: number; bottom: number };
  /** Distance between cells' centres; gap between cells. */
  pitch: number;
  gap: number;
  nx: number;
  ny: number;
  /** The columns and rows that are drawn. */
  window: CellWindow;
  panels: readonly PanelBox[];
  ticks: readonly Tick[];
  /** From a panel's left edge to the middle of the y axis' title. */
  yTitle: number;
  /** Degrees that the x labels are turned by, and from the cells to the middle of the x title. */
  xAngle: number;
  xTitle: number;
  domain: ColourDomain;
  /** Decimals written in cells. */
  digits: number;
  /** Written into cells; otherwise minus bars mark what is below zero. */
  showsValues: boolean;
  showsMinus: boolean;
  /** Box of ramp, rug and keys; null when there is none. */
  legend: (Rect & { place: "inside" | "below" }) | null;
  marginal: (Rect & { bars: readonly (number | null)[] }) | null;
  /** A cell would be under the theme's least size: say the best cell in words instead. */
  tooNarrow: boolean;
}

/** A Vega-Lite 6 specification: plain JSON. */
export type VegaLiteSpec = Record<string, unknown>;

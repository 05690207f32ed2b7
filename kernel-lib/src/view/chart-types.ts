/** What a chart draws: bars, stacked shares or lines over one axis of names, in one or more panels.
 *  A part of `application/vnd.patchbay.view.v1+json`. */
import type { Packed, ViewBase } from "./types";

/** `bars`: series side by side, with intervals. `shares`: series on top of each other, up to the whole.
 *  `lines`: a line for each series, with a band. */
export type ChartMark = "bars" | "shares" | "lines";

export interface ChartAxis {
  /** In plain words: "layer", "task". */
  title: string;
  /** What a label is, for linking with other views. */
  field: "layer" | "head" | "position" | "token" | "task" | "model" | "group";
  labels: readonly string[];
}

export interface ChartScale {
  /** With its unit, if it has one: "accuracy (%)", "Spearman's ρ". */
  title: string;
  /** How numbers are written: `percent` of values from 0 to 1, `points` of differences between such. */
  format: "number" | "signed" | "percent" | "points" | "count";
  /** Decimals in the read-out. */
  digits: number;
  /** Fixed ends; null: from the data, with 0 for bars and shares. */
  domain: readonly [number, number] | null;
}

export interface ChartSeries {
  name: string;
  /** Colour and glyph of a training stage instead of the series' own. */
  stage: "base" | "sft" | "dpo" | null;
}

export interface ChartPanel {
  name: string;
  note: string;
  /** Names along x of this panel alone (the tokens of its prompt), at most as many as the axis has; else the axis'. */
  labels: readonly string[] | null;
  /** Places along x that stand out, with a bold name and a band: the instruction's last token. */
  emphasis: readonly number[];
}

/** Arrays are [panels, series, x], float64 unless said otherwise; NaN is a missing number. */
export interface ChartView extends ViewBase {
  kind: "chart";
  mark: ChartMark;
  x: ChartAxis;
  y: ChartScale;
  panels: readonly ChartPanel[];
  series: readonly ChartSeries[];
  value: Packed;
  low: Packed;
  high: Packed;
  /** int32; observations behind each value, 0 where it is not known. */
  n: Packed;
  /** uint8: 1 where the test does not reject, 0 where it does, 255 where it was not made. */
  notSignificant: Packed;
  /** A second quantity, drawn as an open bar behind the first; null when there is none. Bars only. */
  behind: { label: string; value: Packed; low: Packed; high: Packed } | null;
  /** What bars are called when there is one behind: "exact match". */
  label: string;
  /** "95 % Wilson interval"; empty when there are none. */
  interval: string;
  /** What n counts: "items". */
  unit: string;
  /** "exact McNemar test, Holm over 6 differences, 5 %"; null when no test was made. */
  test: string | null;
  /** Dashed rules across all panels: chance, zero. */
  references: readonly { value: number; label: string }[];
}

/** One value of a chart, as a reader of it needs it. Numbers are null where there is none. */
export interface ChartPoint {
  panel: number;
  series: number;
  /** Number along x. */
  x: number;
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
  /** null where no test was made. */
  significant: boolean | null;
  behind: { value: number | null; low: number | null; high: number | null } | null;
}

/** A result: what was measured and how it was made. Pure data, no Node; the extension reads it too. */
import type { PatchSweepSpec, SweepValues } from "../experiment/types";

/** How a number came about; carried by every result and printed in every export. */
export interface Making {
  patchbay: string;
  model: {
    name: string;
    fingerprint: string;
    modelType: string;
    nLayers: number;
    nHeads: number;
    dModel: number;
    vocab: number;
    parameters: number;
  };
  provider: { device: string; precision: string; reason: string; onnxruntime: string };
  plan: "planned" | "naive";
  seed: number;
  /** ISO time of start, seconds of wall clock. */
  started: string;
  seconds: number;
  node: string;
  platform: string;
  /** sha256 of the canonical JSON of the spec. */
  specHash: string;
  warnings: string[];
}

/** What is measured for a tuple: against the query alone (`_target`) or the full prompt (`_reference`). */
export type SweepMetric =
  | "logit_diff_target"
  | "logit_diff_reference"
  | "rr_diff_target"
  | "rr_diff_reference"
  | "patched_logit"
  | "patched_rank"
  | "patched_logprob"
  | "prob_diff_target"
  | "logprob_diff_target"
  | "kl_target";

/** What experiment/ hands over and result/ saves, tabulates and turns into views. */
export interface SweepData {
  schema: "patchbay.result/1";
  kind: "patch-sweep";
  /** `done`, or `stopped` when it was cancelled and holds what was finished. */
  state: "done" | "stopped" | "partial";
  spec: PatchSweepSpec;
  values: SweepValues;
  /** Token texts for labels, by id; empty without a tokenizer. */
  tokenText: Record<number, string>;
  making: Making;
}

/** A table in long form: one column name and one array each, null for missing. */
export interface Table {
  name: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number | boolean | null)[])[];
  /** Headings over neighbouring columns, for print: every column in order, under its group's title ("" for none) and by
   *  the shorter name that it has there. */
  groups?: readonly { readonly title: string; readonly columns: readonly string[] }[];
  /** The first column names sections: print sets each of its values once, as a heading over its rows. */
  sections?: boolean;
}

/** What a heatmap needs of one metric. All arrays are [ny, nx] row-major; NaN is a missing number. */
export interface SweepGridMetric {
  key: SweepMetric;
  /** "Δ reciprocal rank" */
  label: string;
  /** "of the answer, patched against query alone" */
  meaning: string;
  /** "query alone = 0" */
  zero: string;
  /** Decimals in cells and in the read-out. */
  digits: { cell: number; readout: number };
  signed: boolean;
  mean: Float64Array;
  /** 95 % BCa interval; all NaN without `intervals`. */
  low: Float64Array;
  high: Float64Array;
  /** Samples behind each cell; 0 where there is no tuple. */
  n: Int32Array;
  /** 1 where the test does not reject, 0 where it does, 255 where it was not made. */
  notSignificant: Uint8Array;
  /** I(ij) = f(ij) - f(i) - f(j); null for a metric that is no effect. `p`: sign test, Holm over all pairs;
   *  `positive`: samples with I > 0. */
  interaction: {
    mean: Float64Array;
    low: Float64Array;
    high: Float64Array;
    p: Float64Array;
    positive: Float64Array;
  } | null;
  /** [ny, nx, samples]. */
  samples: Float64Array;
  /** "sign test, Holm over 36 tuples, 5 %"; null when no test was made. */
  test: string | null;
}

/** `sweepGrids(result, options)`: the numbers of every heatmap of a sweep, one panel. */
export interface SweepGrids {
  /** `pairs`: cell (y, x) is the tuple {x, y} for y >= x, the diagonal one layer alone; the rest is NaN.
   *  `singles`: one row, ny = 1. */
  layout: "pairs" | "singles";
  /** A third layer that is patched in every cell, for sweeps over three layers; else null. */
  third: number | null;
  /** [ny, nx]. */
  shape: readonly [number, number];
  labels: { x: readonly string[]; y: readonly string[] };
  /** One for each sample: its label, else its last target token's text, else its number. */
  sampleLabels: readonly string[];
  metrics: readonly SweepGridMetric[];
}

export interface SweepGridOptions {
  /** Default: every metric that has a value in this result. */
  metrics?: readonly SweepMetric[];
  /** With intervals, tests and interactions' p; false is the cheap path for a run that is still filling. */
  intervals: boolean;
  /** Fix a third layer: cells are then {x, y, third}. */
  third?: number;
}

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
}

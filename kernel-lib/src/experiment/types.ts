/** What an experiment is asked (a spec) and what it measures (rows), before any statistics. */

import type { ModelConfig, Tokenizer } from "../checkpoint/types";

/** What is patched: the residual stream after a block, or what attention or MLP add to it. */
export type Site = "resid_post" | "attn_out" | "mlp_out";
/** `paper`: a filler token is overwritten, ranks are true ones. `released-code`: as the published script has it. */
export type Protocol = "paper" | "released-code";

/** One sample of a patch sweep, in token ids; positions may be negative. */
export interface SweepSample {
  source: readonly number[];
  sourcePosition: number;
  target: readonly number[];
  targetPosition: number;
  /** instruction + target, for the `reference` columns; may be absent. */
  reference?: readonly number[];
  answer: number;
  /** What people call it: the query word. */
  label?: string;
}

/** `patchbay.spec/1`, kind `patch-sweep`, resolved: text turned to ids, tuples listed. */
export interface PatchSweepSpec {
  schema: "patchbay.spec/1";
  kind: "patch-sweep";
  model: string;
  protocol: Protocol;
  site: Site;
  samples: readonly SweepSample[];
  tuples: { sizes: readonly number[] } | { list: readonly (readonly number[])[] };
  /** Shown in titles. */
  task?: string;
  /** The task's prompts are laid into the checkpoint's chat template. */
  chat?: boolean;
}

/** Per-sample measurements of one forward, all at the last position of the target. */
export interface Measure {
  logit: number;
  /** 1-based; strictly larger logits + 1. */
  rank: number;
  logprob: number;
}

/** What a sweep has measured so far. Arrays are [samples, tuples] row-major; NaN: not measured (yet). */
export interface SweepValues {
  tuples: readonly (readonly number[])[];
  logit: Float64Array;
  rank: Float64Array;
  logprob: Float64Array;
  /** KL(target || patched), nats. */
  kl: Float64Array;
  /** [samples]; null before they are measured, reference null where a sample has none. */
  target: (Measure | null)[];
  reference: (Measure | null)[];
}

/** What a plan costs before it is run. */
export interface PlanCost {
  samples: number;
  tuples: number;
  /** Full forwards that the naive plan would run, and block-runs (one block, one row, any tokens) of both:
   *  patched configurations only, each plan also runs every source, target and reference once. */
  naiveForwards: number;
  naiveBlockRuns: number;
  blockRuns: number;
  /** Token x block products of this plan. */
  tokenBlocks: number;
  flops: number;
  /** Parts that are measured, shown and journalled one after another. */
  passes: number;
  /** Calls of a block stage. */
  calls: number;
  /** From a probe of this machine; null before it ran. */
  seconds: number | null;
  megabytes: number;
}

/** What a spec is checked against: a model, or what is known of it before it is loaded. */
export interface SpecModel {
  readonly name: string;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer | null;
}

/** What a path trace is asked and what it measures, per sample, before any statistics. */
import type { Completeness, Equation } from "../path/types";

export interface TraceSample {
  tokens: readonly number[];
  answer: number;
  /** Positions that paths may start from; negative counts from the end. */
  sources: "all" | readonly number[];
  /** Position of the instruction's last token (T_inst), which tables and figures name; absent where nobody said. */
  instructionEnd?: number;
  label?: string;
}

/** `patchbay.spec/1`, kind `path-trace`, resolved. */
export interface PathTraceSpec {
  schema: "patchbay.spec/1";
  kind: "path-trace";
  model: string;
  samples: readonly TraceSample[];
  /** Attended positions per head and query that count as edges. */
  topK: number;
  /** Paths are kept when the answer's rank is at most this. */
  maxRank: number;
  equation: Equation;
  /** Most paths that one sample may have. */
  budget: number;
  task?: string;
  /** The task's prompts are laid into the checkpoint's chat template. */
  chat?: boolean;
}

/** A hop that kept paths take. */
export interface TracedEdge {
  layer: number;
  from: number;
  to: number;
  /** Kept paths along it. */
  paths: number;
  /** Best answer rank among them. */
  bestRank: number;
  heads: readonly number[];
}

/** One sample's trace. Arrays over sources follow `sources`. */
export interface SampleTrace {
  sources: readonly number[];
  totalPaths: readonly number[];
  highRanking: readonly number[];
  /** Kept paths: positions [kept, L + 1], rank and logit [kept]; sorted by source, then by positions. */
  positions: Int32Array;
  rank: Int32Array;
  logit: Float32Array;
  /** Share of a source's kept paths in which a head takes part, [sources, L, H]; NaN without kept paths. */
  headActivity: Float32Array;
  edges: readonly TracedEdge[];
  completeness: Completeness;
}

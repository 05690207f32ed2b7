/** What a comparison of models on the same samples holds. */
import type { Place } from "../experiment/geometry-types";
import type { Interval } from "../stats/bootstrap";
import type { PairedShares } from "../stats/paired";
import type { SignTest } from "../stats/sign";
import type { TTest } from "../stats/student";
import type { Tail } from "../stats/tail";
import type { WilcoxonTest } from "../stats/wilcoxon";
import type { AccuracyMeasure } from "./accuracy";
import type { GridMetric } from "./grid-metrics";
import type { SweepMetric } from "./types";

/** Who is compared at what: `b` minus `a`. */
export interface ComparedPair {
  a: string;
  b: string;
  task: string | null;
}

/** Differences of the same samples, `b` minus `a`, over those that both have measured. null: does not exist. */
export interface PairedStatistics {
  n: number;
  means: readonly [a: number | null, b: number | null];
  difference: number | null;
  /** 95 % BCa of the mean of the differences. */
  ci: Interval | null;
  sign: SignTest;
  t: TTest | null;
  wilcoxon: WilcoxonTest | null;
  cohenD: number | null;
  /** Of the sign test, over all differences of this metric. */
  holm: Tail | null;
  bh: Tail | null;
}

/** The difference of two sweeps at one tuple. */
export interface SweepDifference extends ComparedPair, PairedStatistics {
  layers: readonly number[];
  metric: SweepMetric;
}

/** The difference of two grids at one cell. */
export interface GridDifference extends ComparedPair, PairedStatistics {
  row: number | string;
  column: number | string;
  metric: GridMetric;
}

/** The difference of two probes at one place, over the prompts. */
export interface ProbeDifference extends ComparedPair, Place {
  counts: PairedShares | null;
  /** Of McNemar's test, over all differences. */
  holm: Tail | null;
}

/** The difference of two accuracies over the samples of which both are known. */
export interface AccuracyDifference extends ComparedPair {
  measure: AccuracyMeasure;
  /** null when there is no such sample. */
  counts: PairedShares | null;
  /** Of McNemar's test, over all differences of this measure. */
  holm: Tail | null;
}

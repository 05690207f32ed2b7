/** What a comparison of models on the same samples holds. */
import type { Interval } from "../stats/bootstrap";
import type { PairedShares } from "../stats/paired";
import type { SignTest } from "../stats/sign";
import type { TTest } from "../stats/student";
import type { Tail } from "../stats/tail";
import type { WilcoxonTest } from "../stats/wilcoxon";
import type { AccuracyMeasure } from "./accuracy";
import type { SweepMetric } from "./types";

/** Who is compared at what: `b` minus `a`. */
export interface ComparedPair {
  a: string;
  b: string;
  task: string | null;
}

/** The difference of two sweeps at one tuple, over the samples that both have measured. null: does not exist. */
export interface SweepDifference extends ComparedPair {
  layers: readonly number[];
  metric: SweepMetric;
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

/** The difference of two accuracies over the samples of which both are known. */
export interface AccuracyDifference extends ComparedPair {
  measure: AccuracyMeasure;
  /** null when there is no such sample. */
  counts: PairedShares | null;
  /** Of McNemar's test, over all differences of this measure. */
  holm: Tail | null;
}

/** What one pass of a sweep hands back, and where it goes in the whole. */
import type { Pass } from "./layout";
import type { Measure, SweepValues } from "./types";

/** Measurements of a pass; arrays are [samples of the pass, tuples of the pass]. */
export interface PassValues {
  logit: Float64Array;
  rank: Float64Array;
  logprob: Float64Array;
  kl: Float64Array;
  target: Measure[];
  /** null where a sample has none, or where another pass of the sample measures it. */
  reference: (Measure | null)[];
}

/** How much goes into one stage call, and what it costs. */
export interface StageLimits {
  tokensPerCall: number;
  rowsPerHeadCall: number;
  flopsPerToken: number;
  flopsPerHeadRow: number;
  signal?: AbortSignal;
}

const FIELDS = ["logit", "rank", "logprob", "kl"] as const;

/** Writes a finished pass into the sweep's values. */
export function storeInto(values: SweepValues, pass: Pass, done: PassValues): void {
  const [firstSample, lastSample] = pass.samples;
  const [firstTuple, lastTuple] = pass.tuples;
  const width = lastTuple - firstTuple;
  for (let sample = firstSample; sample < lastSample; sample++) {
    const row = sample - firstSample;
    for (const field of FIELDS) {
      const cells = done[field].subarray(row * width, (row + 1) * width);
      values[field].set(cells, sample * values.tuples.length + firstTuple);
    }
    values.target[sample] = done.target[row];
    if (pass.references) values.reference[sample] = done.reference[row];
  }
}

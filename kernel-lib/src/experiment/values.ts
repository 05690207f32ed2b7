/** The arrays that a sweep fills: [samples, tuples] row-major, NaN where nothing was measured. */
import type { SweepValues } from "./types";

/** Values of a sweep before it starts.
 *  @example emptyValues(2, [[0], [1]]).rank // Float64Array [NaN, NaN, NaN, NaN] */
export function emptyValues(samples: number, tuples: readonly (readonly number[])[]): SweepValues {
  const cells = () => new Float64Array(samples * tuples.length).fill(Number.NaN);
  return {
    tuples,
    logit: cells(),
    rank: cells(),
    logprob: cells(),
    kl: cells(),
    target: new Array(samples).fill(null),
    reference: new Array(samples).fill(null),
  };
}

/** A copy that later measurements do not change. */
export function copyValues(values: SweepValues): SweepValues {
  return {
    tuples: values.tuples,
    logit: values.logit.slice(),
    rank: values.rank.slice(),
    logprob: values.logprob.slice(),
    kl: values.kl.slice(),
    target: [...values.target],
    reference: [...values.reference],
  };
}

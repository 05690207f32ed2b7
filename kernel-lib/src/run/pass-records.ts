/** Passes of a sweep as records of its journal: packed numbers, so that every bit comes back. */
import { SpecError } from "../errors";
import type { Pass } from "../experiment/layout";
import type { PassValues } from "../experiment/pass";
import type { Measure } from "../experiment/types";
import { type Packed, pack, unpack } from "../result/pack";
import type { Records } from "./journal";

const FIELDS = ["logit", "rank", "logprob", "kl"] as const;
type PassJson = Record<(typeof FIELDS)[number] | "target" | "reference", Packed>;

/** Records of these passes.
 *  @example Journal.open("out.journal", { key, records: passRecords(plan.passes), resume: true }) */
export function passRecords(passes: readonly Pass[]): Records<PassValues> {
  return {
    count: passes.length,
    toJson: (values): PassJson => ({
      logit: pack(values.logit),
      rank: pack(values.rank),
      logprob: pack(values.logprob),
      kl: pack(values.kl),
      target: pack(flat(values.target)),
      reference: pack(flat(values.reference)),
    }),
    fromJson: (json, index, where) => readPass(json as PassJson, passes[index], where),
  };
}

function readPass(values: PassJson, { samples, tuples }: Pass, where: string): PassValues {
  const count = samples[1] - samples[0];
  const cells = (field: (typeof FIELDS)[number]): Float64Array => {
    const array = unpack(values[field], `${where}.${field}`);
    if (array instanceof Float64Array && array.length === count * (tuples[1] - tuples[0])) return array;
    throw new SpecError({ thing: `${where}.${field}`, rule: "must have a number for each cell of its pass" });
  };
  return {
    logit: cells("logit"),
    rank: cells("rank"),
    logprob: cells("logprob"),
    kl: cells("kl"),
    target: unflat(unpack(values.target, `${where}.target`)) as Measure[],
    reference: unflat(unpack(values.reference, `${where}.reference`)),
  };
}

function flat(measures: readonly (Measure | null)[]): Float64Array {
  return Float64Array.from(
    measures.flatMap((m) => (m ? [1, m.logit, m.rank, m.logprob] : [0, Number.NaN, Number.NaN, Number.NaN])),
  );
}

function unflat(numbers: ArrayLike<number>): (Measure | null)[] {
  return Array.from({ length: numbers.length / 4 }, (_, i) => {
    const [known, logit, rank, logprob] = Array.from({ length: 4 }, (_, j) => numbers[4 * i + j]);
    return known === 1 ? { logit, rank, logprob } : null;
  });
}

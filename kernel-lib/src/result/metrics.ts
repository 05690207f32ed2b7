/** The metrics of a patch sweep: what each is called, where its zero lies, and its value for one sample and tuple
 *  (arXiv:2602.07930, section 5.1). All at the last position of the target; NaN is a missing value. */
import type { Measure, Protocol, SweepValues } from "../experiment/types";
import type { SweepMetric } from "./types";

export interface MetricMeaning {
  label: string;
  meaning: string;
  zero: string;
  digits: { cell: number; readout: number };
  signed: boolean;
  /** An effect is 0 where patching changes nothing: it can be tested against 0, and effects of layers can be added. */
  effect: boolean;
  /** Which end `best` looks for. */
  best: "highest" | "lowest";
}

const AGAINST_QUERY = "of the answer, patched against query alone";
const AGAINST_INSTRUCTED = "of the answer, patched against instruction and query";
const PATCHED = "of the answer, patched";

function effect(label: string, meaning: string, zero: string, cell: number, readout: number): MetricMeaning {
  return { label, meaning, zero, digits: { cell, readout }, signed: true, effect: true, best: "highest" };
}

/** In the order in which menus and tables show them. */
export const METRICS: Readonly<Record<SweepMetric, MetricMeaning>> = {
  rr_diff_target: effect("Δ reciprocal rank", AGAINST_QUERY, "query alone = 0", 2, 2),
  logit_diff_target: effect("Δ logit", AGAINST_QUERY, "query alone = 0", 1, 2),
  prob_diff_target: effect("Δ probability", AGAINST_QUERY, "query alone = 0", 2, 2),
  logprob_diff_target: effect("Δ log-probability", `${AGAINST_QUERY}, nats`, "query alone = 0", 1, 2),
  rr_diff_reference: effect("Δ reciprocal rank", AGAINST_INSTRUCTED, "instruction and query = 0", 2, 2),
  logit_diff_reference: effect("Δ logit", AGAINST_INSTRUCTED, "instruction and query = 0", 1, 2),
  kl_target: {
    label: "KL divergence",
    meaning: "of the prediction, query alone from patched, nats",
    zero: "query alone = 0",
    digits: { cell: 1, readout: 2 },
    signed: false,
    effect: false,
    best: "highest",
  },
  patched_rank: {
    label: "rank",
    meaning: PATCHED,
    zero: "first = 1",
    digits: { cell: 0, readout: 1 },
    signed: false,
    effect: false,
    best: "lowest",
  },
  patched_logit: {
    label: "logit",
    meaning: PATCHED,
    zero: "logit = 0",
    digits: { cell: 1, readout: 2 },
    signed: true,
    effect: false,
    best: "highest",
  },
  patched_logprob: {
    label: "log-probability",
    meaning: `${PATCHED}, nats`,
    zero: "certain = 0",
    digits: { cell: 1, readout: 2 },
    signed: true,
    effect: false,
    best: "highest",
  },
};

/** Whether a metric compares with instruction + target, which a sample may lack. */
export const needsReference = (metric: SweepMetric): boolean => metric.endsWith("_reference");

/** Effects whose zero is the target alone: f(i) + f(j) has a meaning, and so has an interaction. */
export const addsUp = (metric: SweepMetric): boolean => METRICS[metric].effect && !needsReference(metric);

/** Ranks beyond this have the reciprocal rank -1 in the released code. */
const RELEASED_RANK_LIMIT = 1000;

/** 1 / rank; the released code gives -1 beyond rank 1000, which makes entering the list worth more than 1. */
export function reciprocalRank(rank: number, protocol: Protocol): number {
  return protocol === "released-code" && rank > RELEASED_RANK_LIMIT ? -1 : 1 / rank;
}

/** The released code rounds means to two decimals; halves, which only x.125 and the like are, go to the even digit. */
export function protocolMean(mean: number, protocol: Protocol): number {
  if (protocol !== "released-code") return mean;
  const isHalf = Number.isInteger(8 * mean) && Math.abs(8 * mean) % 2 === 1;
  return isHalf ? (2 * Math.round(50 * mean)) / 100 : Number(mean.toFixed(2));
}

/** Values of one metric, [samples, tuples] row-major.
 *  @example metricValues("rr_diff_target", values, "paper")[0] */
export function metricValues(metric: SweepMetric, values: SweepValues, protocol: Protocol): Float64Array {
  const tuples = values.tuples.length;
  const out = new Float64Array(values.logit.length).fill(Number.NaN);
  const rr = (rank: number) => reciprocalRank(rank, protocol);
  for (let at = 0; at < out.length; at++) {
    const sample = Math.floor(at / tuples);
    const against = needsReference(metric) ? values.reference[sample] : values.target[sample];
    out[at] = cell(metric, values, at, against, rr);
  }
  return out;
}

function cell(
  metric: SweepMetric,
  { logit, rank, logprob, kl }: SweepValues,
  at: number,
  against: Measure | null,
  rr: (rank: number) => number,
): number {
  switch (metric) {
    case "patched_logit":
      return logit[at];
    case "patched_rank":
      return rank[at];
    case "patched_logprob":
      return logprob[at];
    case "kl_target":
      return kl[at];
  }
  if (against === null) return Number.NaN;
  switch (metric) {
    case "logit_diff_target":
    case "logit_diff_reference":
      return logit[at] - against.logit;
    case "rr_diff_target":
    case "rr_diff_reference":
      return rr(rank[at]) - rr(against.rank);
    case "prob_diff_target":
      return Math.exp(logprob[at]) - Math.exp(against.logprob);
    case "logprob_diff_target":
      return logprob[at] - against.logprob;
  }
}

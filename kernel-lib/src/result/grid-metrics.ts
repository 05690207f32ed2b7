/** What the metrics of grids mean: those of patching and steering, of rates, of a logit lens. A file holds keys only;
 *  names, signs and digits come from here. */
import { ResultError } from "../errors";

export interface GridMetricMeaning {
  label: string;
  meaning: string;
  zero: string;
  digits: { cell: number; readout: number };
  signed: boolean;
  /** Which end `best` looks for. */
  best: "highest" | "lowest";
  /** Effects are tested against 0 (sign test, Holm over the cells); rates of 0 and 1 have Wilson's interval. */
  kind: "effect" | "level" | "rate";
}

const OF_ANSWER = "of the answer, changed against unchanged";
const UNCHANGED = "unchanged = 0";
const HERE = "of the answer, in this cell";

function effect(label: string, meaning: string, zero: string, cell = 2): GridMetricMeaning {
  return { label, meaning, zero, digits: { cell, readout: 2 }, signed: true, best: "highest", kind: "effect" };
}
function level(label: string, meaning: string, zero: string, cell: number): GridMetricMeaning {
  return { label, meaning, zero, digits: { cell, readout: 2 }, signed: false, best: "highest", kind: "level" };
}
function rate(label: string, meaning: string): GridMetricMeaning {
  return { ...level(label, meaning, "never = 0", 2), kind: "rate" };
}

/** In the order in which menus and tables show them. */
export const GRID_METRICS = {
  rr_diff: effect("Δ reciprocal rank", OF_ANSWER, UNCHANGED),
  logit_diff: effect("Δ logit", OF_ANSWER, UNCHANGED, 1),
  foil_logit_diff: effect("Δ logit difference", "of the answer to the foil, changed against unchanged", UNCHANGED, 1),
  prob_diff: effect("Δ probability", OF_ANSWER, UNCHANGED),
  logprob_diff: effect("Δ log-probability", `${OF_ANSWER}, nats`, UNCHANGED, 1),
  rr_diff_source: effect("Δ reciprocal rank", "of the answer, changed against the source run", "source run = 0"),
  logit_diff_source: effect("Δ logit", "of the answer, changed against the source run", "source run = 0", 1),
  kl: level("KL divergence", "of the prediction, unchanged from changed, nats", "unchanged = 0", 1),
  rr: level("reciprocal rank", HERE, "1 = first", 2),
  rank: { ...level("rank", HERE, "first = 1", 0), best: "lowest" },
  logit: { ...level("logit", HERE, "logit = 0", 1), signed: true },
  prob: level("probability", HERE, "impossible = 0", 2),
  logprob: { ...level("log-probability", `${HERE}, nats`, "certain = 0", 1), signed: true },
  exact_match: rate("exact match", "in this share of outputs: the first token is the answer's"),
  follows_source: rate("follows source", "in this share of outputs: what the source's task answers to the query"),
  follows_target: rate("follows target", "in this share of outputs: what the target's task answers to the query"),
  in_source_scope: rate("in source's scope", "in this share of outputs: any answer of the source's task"),
  in_target_scope: rate("in target's scope", "in this share of outputs: any answer of the target's task"),
} as const satisfies Record<string, GridMetricMeaning>;

/** What is measured in a cell of a grid. */
export type GridMetric = keyof typeof GRID_METRICS;

export const isGridMetric = (key: unknown): key is GridMetric =>
  typeof key === "string" && Object.hasOwn(GRID_METRICS, key);

/** @throws ResultError for a key that no grid has. */
export function gridMeaning(key: string): GridMetricMeaning {
  if (isGridMetric(key)) return GRID_METRICS[key];
  throw new ResultError({
    thing: "metric",
    value: key,
    rule: `must be one of ${Object.keys(GRID_METRICS).join(", ")}`,
  });
}

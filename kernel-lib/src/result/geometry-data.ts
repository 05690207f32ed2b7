/** What a geometry experiment has measured, and what follows from it without the activations: folds, the labels of the
 *  probe's control, accuracies. */
import { FOLDS, type GeometrySpec, type Place, promptsOf } from "../experiment/geometry-types";
import { permutation, type Separation, seeded, stratifiedFolds, wilson } from "../stats";
import type { ResultData } from "./base";

/** Axes whose coordinates are kept: of LDA all (one less than groups, up to this), of PCA the first. */
export const KEPT_AXES = { lda: 31, pca: 4 } as const;
/** Principal axes whose share of the variance is told. */
export const TOLD_AXES = 10;

/** Characters of a prompt's text that are kept. */
export const MAX_TEXT = 600;

/** Prompts along the axes of a method. The sign of an axis is free. */
export interface Projection {
  /** Axes whose coordinates are kept; fewer than wanted where there are not more, and then possibly none. */
  axes: number;
  /** [prompts, axes], prompts group by group in the order of the spec */
  coordinates: Float64Array;
  /** Share of the variance (lda: between groups; pca: of all) along each axis, at least those kept. */
  ratios: readonly number[];
}

/** The group that the probe gives each prompt while the prompt's fold is held out, [prompts]. */
export interface ProbeOutcome {
  /** Trained on the groups as they are. */
  predicted: Int32Array;
  /** Trained on, and to be compared with, the labels of `controlLabels`. */
  control: Int32Array;
}

/** One site of one layer; null for a method that was not asked for. */
export interface PlaceGeometry extends Place {
  lda: Projection | null;
  pca: Projection | null;
  probe: ProbeOutcome | null;
  /** How far each pair of groups is apart, in the order of `pairsOf`. Null with one group, or where a group has one
   *  prompt. */
  separation: Separation | null;
}

export interface GeometryData extends ResultData {
  kind: "geometry";
  spec: GeometrySpec;
  /** Finished places, in the order of `placesOf(spec)`. */
  places: readonly PlaceGeometry[];
  /** What each prompt says, [prompts], long ones cut; empty texts without a tokenizer. */
  texts: readonly string[];
  /** Token texts for labels, by id; empty without a tokenizer. */
  tokenText: Record<number, string>;
}

/** Folds of the probe: five, or as many as the smallest group has prompts. */
export const foldsOf = ({ groups }: Pick<GeometrySpec, "groups">): number =>
  Math.min(FOLDS, ...groups.map(({ prompts }) => prompts.length));

/** Labels dealt anew over all prompts, [prompts]: what a probe finds in them it would find where there is nothing.
 *  The deal depends on the seed alone, so that places can be compared. */
export function controlLabels(spec: Pick<GeometrySpec, "groups" | "seed">): Int32Array {
  const { labels } = promptsOf(spec);
  const order = permutation(labels.length, seeded(spec.seed));
  return labels.map((_, i) => labels[order[i]]);
}

/** Pairs of groups (0, 1), (0, 2), ... (1, 2), ... */
export const pairsOf = ({ groups }: Pick<GeometrySpec, "groups">): [a: number, b: number][] =>
  groups.flatMap((_, a) => groups.slice(a + 1).map((__, i): [number, number] => [a, a + 1 + i]));

/** Right answers of a probe, fold by fold and together. */
export interface ProbeScore {
  /** [folds] */
  byFold: readonly number[];
  correct: number;
  n: number;
  accuracy: number;
  /** Wilson, 95 %. Takes the answers as independent, which those of one fold, given by one probe, are not quite. */
  ci: readonly [low: number, high: number];
}

/** The probe beside its control, and what always naming the largest group would score. */
export interface ProbeScores {
  probe: ProbeScore;
  control: ProbeScore;
  chance: number;
}

/** Scores of a place's probe; null where none was asked for. */
export function scoresOf(spec: GeometrySpec, { probe }: Pick<PlaceGeometry, "probe">): ProbeScores | null {
  if (probe === null) return null;
  const { labels } = promptsOf(spec);
  const folds = foldsOf(spec);
  return {
    probe: scoreOf(labels, probe.predicted, folds),
    control: scoreOf(controlLabels(spec), probe.control, folds),
    chance: Math.max(...spec.groups.map(({ prompts }) => prompts.length)) / labels.length,
  };
}

function scoreOf(labels: Int32Array, predicted: Int32Array, folds: number): ProbeScore {
  const heldOut = stratifiedFolds(labels, folds);
  const [right, size] = [new Array<number>(folds).fill(0), new Array<number>(folds).fill(0)];
  heldOut.forEach((fold, i) => {
    size[fold]++;
    if (predicted[i] === labels[i]) right[fold]++;
  });
  const correct = right.reduce((a, b) => a + b, 0);
  return {
    byFold: right.map((count, fold) => count / size[fold]),
    correct,
    n: labels.length,
    accuracy: correct / labels.length,
    ci: wilson(correct, labels.length) as [number, number],
  };
}

/** From a place's representations to its geometry, step by step, so that somebody may be told how far it is. */
import type { PlaceRows } from "../experiment/geometry";
import { type GeometrySpec, promptsOf } from "../experiment/geometry-types";
import {
  controlLabels,
  foldsOf,
  KEPT_AXES,
  type PlaceGeometry,
  type ProbeOutcome,
  type Projection,
  TOLD_AXES,
} from "../result/geometry-data";
import { foldProbe, lda, type Matrix, matrix, pca, separation, stratifiedFolds } from "../stats";

/** What of a spec the fits depend on. */
export type FitSpec = Pick<GeometrySpec, "groups" | "methods" | "seed">;

/** @example for (const step of fitPlace(read, spec)) if (step !== null) console.log(step.lda?.ratios) */
export function* fitPlace({ place, rows }: PlaceRows, spec: FitSpec): Generator<PlaceGeometry | null> {
  const { methods, groups } = spec;
  const [prompts, dModel] = rows.dims;
  // In double precision: of float32 some directions would drown in rounding.
  const x = matrix(prompts, dModel, Float64Array.from(rows.data));
  const { labels } = promptsOf(spec);
  yield null;
  const discriminants = methods.includes("lda") ? ldaOf(x, labels, groups.length) : null;
  yield null;
  const components = methods.includes("pca") ? pcaOf(x) : null;
  yield null;
  const probe = methods.includes("probe") ? yield* probeOf(x, spec) : null;
  const folds = foldsOf(spec);
  const apart =
    groups.length > 1 && folds > 1 ? separation(x, labels, groups.length, stratifiedFolds(labels, folds)) : null;
  yield { ...place, lda: discriminants, pca: components, probe, separation: apart };
}

function ldaOf(x: Matrix, labels: Int32Array, groups: number): Projection {
  const { coordinates, ratios } = lda(x, labels, groups, KEPT_AXES.lda);
  return { axes: coordinates.columns, coordinates: coordinates.data, ratios: [...ratios] };
}

function pcaOf(x: Matrix): Projection {
  const { coordinates, ratios } = pca(x, TOLD_AXES);
  const axes = Math.min(KEPT_AXES.pca, coordinates.columns);
  const kept = new Float64Array(x.rows * axes);
  for (let i = 0; i < x.rows; i++)
    for (let axis = 0; axis < axes; axis++) kept[i * axes + axis] = coordinates.data[i * coordinates.columns + axis];
  return { axes, coordinates: kept, ratios: [...ratios] };
}

/** What the probe says of each prompt while its fold is held out, and what one trained on dealt labels says. */
function* probeOf(x: Matrix, spec: FitSpec): Generator<null, ProbeOutcome> {
  const folds = foldsOf(spec);
  const tryFoldInto = foldProbe(x, spec.groups.length);
  const answers: Int32Array[] = [];
  for (const labels of [promptsOf(spec).labels, controlLabels(spec)]) {
    const heldOut = stratifiedFolds(labels, folds);
    const predicted = new Int32Array(x.rows);
    for (let fold = 0; fold < folds; fold++) {
      yield null;
      tryFoldInto(predicted, labels, heldOut, fold);
    }
    answers.push(predicted);
  }
  return { predicted: answers[0], control: answers[1] };
}

/** Steps of `fitPlace` for one place, to tell how far it is. */
export const stepsOf = (spec: FitSpec): number => 4 + (spec.methods.includes("probe") ? 2 * foldsOf(spec) : 0);

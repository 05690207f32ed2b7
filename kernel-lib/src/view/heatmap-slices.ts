/** Sweeps over three layers, one slice for each third layer: pairs of layers with that layer patched along. */
import { sweepGrids } from "../result/grid";
import type { SweepResult } from "../result/sweep";
import type { SweepGrids } from "../result/types";
import type { HeatmapView } from "./types";

/** With more layers the slices would be larger than a notebook should hold. */
const MOST_LAYERS = 24;

/** The grids of each third layer in a finished or stopped sweep, pairs alone first where they were asked; null where
 *  the sweep has no tuples of three.
 *  @example sweepSlices(result, { intervals: true })?.map(({ third }) => third) // [null, 0, 1, 2] */
export function sweepSlices(result: SweepResult, options: { intervals: boolean }): readonly SweepGrids[] | null {
  const triples = result.tuples.filter(({ length }) => length === 3);
  if (triples.length === 0 || result.making.model.nLayers > MOST_LAYERS) return null;
  const thirds = [...new Set(triples.flat())].sort((a, b) => a - b);
  const pairs = result.tuples.some(({ length }) => length === 2) ? [null] : [];
  return [...pairs, ...thirds].map((third) =>
    sweepGrids(result, { intervals: options.intervals, ...(third === null ? {} : { third }) }),
  );
}

/** A view with the numbers of one of its slices; the view itself when it has none.
 *  @example sliceOf(view, 2).held // "1" */
export function sliceOf(view: HeatmapView, at: number): HeatmapView {
  const set = view.slices?.sets[at];
  return set === undefined ? view : { ...view, metrics: set.metrics, held: set.held };
}

/** Sweeps over three layers, one slice for each third layer: pairs of layers with that layer patched along. A view holds
 *  the numbers once for each tuple (48 layers: 18 472 tuples, less than 2 MB), and a slice is looked up from them when it is
 *  looked at, in the kernel and in the page alike. */
import { tupleGrids } from "../result/grid";
import { type PackedArray, pack, unpack } from "../result/pack";
import type { SweepResult } from "../result/sweep";
import type { SweepGridMetric } from "../result/types";
import { size } from "../tensor";
import type { HeatmapMetric, HeatmapView, Packed } from "./types";

/** Fills the places of tuples of fewer than three layers. */
export const NO_LAYER = 255;

/** A sweep's numbers tuple by tuple. */
export interface TupleNumbers {
  tuples: readonly (readonly number[])[];
  metrics: readonly SweepGridMetric[];
}

/** What the slices of a finished or stopped sweep are made of; null where it has no tuples of three layers.
 *  @example sweepTuples(result, { intervals: true })?.tuples.length */
export function sweepTuples(result: SweepResult, options: { intervals: boolean }): TupleNumbers | null {
  const { tuples } = result;
  const most = Math.max(...tuples.map(({ length }) => length));
  // A tuple of four has no third layer alone.
  if (most !== 3 || result.making.model.nLayers > NO_LAYER) return null;
  return { tuples, metrics: tupleGrids(result, options) };
}

/** The layers that slices can hold: pairs alone first where they were asked. */
export function heldLayers(tuples: TupleNumbers["tuples"]): (number | null)[] {
  const thirds = [...new Set(tuples.filter(({ length }) => length === 3).flat())].sort((a, b) => a - b);
  return [...(tuples.some(({ length }) => length === 2) ? [null] : []), ...thirds];
}

/** Uint8 [tuples, 3]. */
export function packTuples(tuples: TupleNumbers["tuples"]): Packed {
  const layers = new Uint8Array(3 * tuples.length).fill(NO_LAYER);
  for (const [at, tuple] of tuples.entries()) layers.set(tuple, 3 * at);
  return pack(layers, [tuples.length, 3]);
}

/** A view with the numbers of one of its slices; the view itself when it has none, or came with that one.
 *  @example sliceOf(view, 2).held // "1" */
export function sliceOf(view: HeatmapView, at: number): HeatmapView {
  const { slices } = view;
  const held = slices?.held[at];
  if (slices === undefined || held === undefined || at === slices.shown) return view;
  const labels = view.x.labels;
  const nx = labels.length;
  const tupleAt = tuplesOfCells(unpack(slices.tuples), nx, held === null ? null : labels.indexOf(held)); // [ny, nx]
  const shape = [view.panels.length, nx, nx];
  const gather = (packed: Packed, missing: number, width = 1): Packed =>
    gathered(packed, tupleAt, shape, missing, width);
  const metrics = slices.metrics.map(
    (metric): HeatmapMetric => ({
      ...metric,
      mean: gather(metric.mean, Number.NaN),
      low: gather(metric.low, Number.NaN),
      high: gather(metric.high, Number.NaN),
      n: gather(metric.n, -1),
      notSignificant: gather(metric.notSignificant, 255),
      interaction: metric.interaction && {
        mean: gather(metric.interaction.mean, Number.NaN),
        low: gather(metric.interaction.low, Number.NaN),
        high: gather(metric.interaction.high, Number.NaN),
        p: gather(metric.interaction.p, Number.NaN),
        positive: gather(metric.interaction.positive, Number.NaN),
      },
      samples: metric.samples && gather(metric.samples, Number.NaN, view.sampleLabels.length),
    }),
  );
  return { ...view, metrics, held };
}

/** The tuple behind each cell of a slice, -1 for none: the cell's layers and the one that is held, which no cell names
 *  again. [ny, nx] */
function tuplesOfCells(layers: PackedArray, nx: number, held: number | null): Int32Array {
  const places = new Map<number, number>();
  const keyOf = (a: number, b: number, c: number) => (a * 256 + b) * 256 + c;
  for (let tuple = 0; 3 * tuple < layers.length; tuple++)
    places.set(keyOf(layers[3 * tuple], layers[3 * tuple + 1], layers[3 * tuple + 2]), tuple);
  const tupleAt = new Int32Array(nx * nx).fill(-1);
  for (let y = 0; y < nx; y++)
    for (let x = 0; x <= y; x++) {
      if (x === held || y === held) continue;
      const cell = [...new Set([x, y, ...(held === null ? [] : [held])])].sort((a, b) => a - b);
      const [a, b = NO_LAYER, c = NO_LAYER] = cell;
      tupleAt[y * nx + x] = places.get(keyOf(a, b, c)) ?? -1;
    }
  return tupleAt;
}

/** Numbers by tuple, [panels, tuples] or [panels, tuples, width], laid out by cell. */
function gathered(
  packed: Packed,
  tupleAt: Int32Array,
  shape: readonly number[],
  missing: number,
  width: number,
): Packed {
  const from = unpack(packed);
  const like = from.constructor as new (length: number) => typeof from;
  const cells = tupleAt.length;
  const to = new like(size(shape) * width).fill(missing);
  const tuples = packed.shape[1];
  for (let panel = 0; panel < shape[0]; panel++)
    tupleAt.forEach((tuple, cell) => {
      if (tuple < 0) return;
      const start = (panel * tuples + tuple) * width;
      to.set(from.subarray(start, start + width), (panel * cells + cell) * width);
    });
  return pack(to, width === 1 ? shape : [...shape, width]);
}

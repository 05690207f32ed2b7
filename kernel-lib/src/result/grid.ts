/** The numbers of a sweep's heatmaps: for each metric a [later layer, earlier layer] grid of means, intervals,
 *  counts, tests and interactions. `view` packs them; nothing here knows how they are drawn. */
import { ResultError } from "../errors";
import { mean } from "../stats/moments";
import { counted } from "../words";
import { keyOf, present } from "./interactions";
import { addsUp, METRICS } from "./metrics";
import type { SweepResult } from "./sweep";
import type { SweepGridMetric, SweepGridOptions, SweepGrids, SweepMetric } from "./types";

/** Tests are at this level. */
const ALPHA = 0.05;
const NOT_MADE = 255;

/** Grids of `result`, by default of every metric that it measures.
 *  @throws ResultError when a metric or the third layer is not in the sweep
 *  @example sweepGrids(result, { intervals: true }).metrics[0].mean */
export function sweepGrids(result: SweepResult, options: SweepGridOptions): SweepGrids {
  const layers = result.making.model.nLayers;
  const third = options.third ?? onlyThird(result);
  if (third !== null && !(Number.isInteger(third) && third >= 0 && third < layers)) {
    throw new ResultError({ thing: "third", value: third, rule: `must be a layer from 0 to ${layers - 1}` });
  }
  const places = new Map(result.tuples.map((tuple, at) => [keyOf(tuple), at]));
  const pairs = third !== null || result.tuples.some(({ length }) => length > 1);
  const shape: [number, number] = pairs ? [layers, layers] : [1, layers];
  // Tuple behind each cell, -1 for none; the diagonal is one layer alone.
  const tupleAt = new Int32Array(shape[0] * layers).fill(-1);
  for (let y = 0; y < shape[0]; y++) {
    for (let x = 0; x <= (pairs ? y : layers - 1); x++) {
      const set = new Set(pairs ? [x, y] : [x]);
      if (third !== null) set.add(third);
      // With a third layer, cells that name it again would repeat a smaller tuple.
      if (third !== null && (x === third || y === third)) continue;
      tupleAt[y * layers + x] = places.get(keyOf([...set].sort((a, b) => a - b))) ?? -1;
    }
  }
  const axis = Array.from({ length: layers }, (_, layer) => String(layer));
  return {
    layout: pairs ? "pairs" : "singles",
    third,
    shape,
    labels: { x: axis, y: pairs ? axis : [""] },
    sampleLabels: result.spec.samples.map(({ label, target }, i) => label ?? tokenLabel(result, target) ?? String(i)),
    metrics: (options.metrics ?? result.metrics).map((metric) =>
      gridOf(result, metric, tupleAt, options.intervals ? [...new Set(tupleAt)].filter((tuple) => tuple >= 0) : null),
    ),
  };
}

/** The same numbers tuple by tuple, as grids of one row in the order of `tuples`: every slice at a third layer is made
 *  of them.
 *  @example tupleGrids(result, { intervals: false })[0].mean.length // result.tuples.length */
export function tupleGrids(
  result: SweepResult,
  { metrics = result.metrics, intervals }: Pick<SweepGridOptions, "metrics" | "intervals">,
): SweepGridMetric[] {
  const places = Int32Array.from(result.tuples.keys());
  return metrics.map((metric) => gridOf(result, metric, places, intervals ? [...places] : null));
}

/** A sweep of three-layer tuples alone has no cell of two layers: the first tuple's first layer is held. */
function onlyThird(result: SweepResult): number | null {
  const [first] = result.tuples;
  return first !== undefined && result.tuples.every(({ length }) => length >= 3) ? first[0] : null;
}

function tokenLabel(result: SweepResult, target: readonly number[]): string | null {
  return result.data.tokenText[target[target.length - 1]] ?? null;
}

/** @param only tuples that get an interval; null: none, and no tests */
function gridOf(
  result: SweepResult,
  metric: SweepMetric,
  tupleAt: Int32Array,
  only: readonly number[] | null,
): SweepGridMetric {
  const { label, meaning, zero, digits, signed } = METRICS[metric];
  const cells = tupleAt.length;
  const missing = () => new Float64Array(cells).fill(Number.NaN);
  const values = result.values(metric);
  const grid = {
    mean: missing(),
    low: missing(),
    high: missing(),
    n: new Int32Array(cells),
    notSignificant: new Uint8Array(cells).fill(NOT_MADE),
    samples: new Float64Array(cells * result.n).fill(Number.NaN),
  };
  const rows = only === null ? result.means(metric) : result.summaries(metric, only);
  const tests = only === null ? null : result.effectTests(metric);
  tupleAt.forEach((tuple, cell) => {
    if (tuple < 0) return;
    const row = rows[tuple];
    grid.mean[cell] = row.mean ?? Number.NaN;
    [grid.low[cell], grid.high[cell]] = row.ci ?? [Number.NaN, Number.NaN];
    grid.n[cell] = row.n;
    const p = tests?.holm[tuple]?.p;
    if (p !== undefined) grid.notSignificant[cell] = p < ALPHA ? 0 : 1;
    for (let sample = 0; sample < result.n; sample++) {
      grid.samples[cell * result.n + sample] = values[sample * result.tuples.length + tuple];
    }
  });
  return {
    key: metric,
    label,
    meaning,
    zero,
    digits,
    signed,
    ...grid,
    interaction: interactionGrid(result, metric, tupleAt, only),
    test: tests === null ? null : `sign test, Holm over ${counted(tests.made, "tuple")}, 5 %`,
  };
}

function interactionGrid(
  result: SweepResult,
  metric: SweepMetric,
  tupleAt: Int32Array,
  only: readonly number[] | null,
): SweepGridMetric["interaction"] {
  if (!addsUp(metric)) return null;
  const missing = () => new Float64Array(tupleAt.length).fill(Number.NaN);
  const grid = { mean: missing(), low: missing(), high: missing(), p: missing(), positive: missing() };
  const rows = new Map((only === null ? [] : result.interactions(metric, only)).map((row) => [keyOf(row.layers), row]));
  tupleAt.forEach((tuple, cell) => {
    const layers = result.tuples[tuple];
    if (tuple < 0 || layers.length < 2) return;
    const row = rows.get(keyOf(layers));
    if (row === undefined) {
      const values = present(result.interactionOf(metric, layers));
      grid.mean[cell] = mean(values) ?? Number.NaN;
      if (values.length > 0) grid.positive[cell] = values.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
      return;
    }
    grid.mean[cell] = row.mean ?? Number.NaN;
    [grid.low[cell], grid.high[cell]] = row.ci ?? [Number.NaN, Number.NaN];
    grid.p[cell] = row.holm?.p ?? Number.NaN;
    if (row.n > 0) grid.positive[cell] = row.sign.positive;
  });
  return grid;
}

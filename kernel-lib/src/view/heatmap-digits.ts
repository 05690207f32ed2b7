/** Decimals of a heatmap's numbers: the metric's own, and as many more as its largest value needs not to be written as 0. */
import { opened } from "./opened";
import type { HeatmapMetric } from "./types";

/** More decimals than this nobody reads. */
const MOST = 10;

const known = new WeakMap<HeatmapMetric, HeatmapMetric>();

/** The metric with decimals that tell its values from 0: where all of them are under 0.005, two decimals would not.
 *  @example readable(metric).digits // { cell: 3, readout: 4 } when the largest value is 0.001 */
export function readable(metric: HeatmapMetric): HeatmapMetric {
  const found = known.get(metric);
  if (found) return found;
  let most = 0;
  for (const value of opened(metric.mean)) if (Math.abs(value) > most) most = Math.abs(value);
  const { cell, readout } = metric.digits;
  const needed = Math.min(MOST, Math.ceil(-Math.log10(most)));
  const vanishes = most > 0 && most < 0.5 * 10 ** -cell;
  const made = vanishes
    ? { ...metric, digits: { cell: needed, readout: Math.max(readout, Math.min(MOST, needed + 1)) } }
    : metric;
  known.set(metric, made);
  return made;
}

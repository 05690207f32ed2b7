/** Superadditivity: what patching layers together does beyond the sum of each alone.
 *  I(S) = f(S) - sum of f(l), per sample, over the samples in which all of them were measured. The test is on I
 *  itself; the test that the paper printed is beside it under its own name (see stats/paper.ts). */

import { benjaminiHochberg, holm } from "../stats/adjust";
import type { BootstrapOptions, Interval } from "../stats/bootstrap";
import { meanIntervals } from "../stats/bootstrap";
import { cohenD, mean } from "../stats/moments";
import { type PaperTest, paperTest } from "../stats/paper";
import { type SignTest, signTest } from "../stats/sign";
import { type TTest, tTest } from "../stats/student";
import type { Tail } from "../stats/tail";
import { type WilcoxonTest, wilcoxon } from "../stats/wilcoxon";
import type { SweepMetric } from "./types";

/** One tuple of two or more layers. null: the statistic does not exist. */
export interface Interaction {
  layers: readonly number[];
  metric: SweepMetric;
  n: number;
  mean: number | null;
  /** 95 % BCa; null also when intervals were not asked for. */
  ci: Interval | null;
  sign: SignTest;
  t: TTest | null;
  wilcoxon: WilcoxonTest | null;
  cohenD: number | null;
  /** Of the sign test, over all tuples of this metric. */
  holm: Tail | null;
  bh: Tail | null;
  /** Three layers: the mean with the pair terms taken out too, f(ijk) - f(ij) - f(ik) - f(jk) + f(i) + f(j) + f(k). */
  moebiusMean: number | null;
  /** Samples with f(S) >= sum of f(l), and the published test of that count. */
  paperK: number;
  paper: PaperTest | null;
}

export const keyOf = (layers: readonly number[]): string => layers.join("+");

/** Where each tuple stands, by its key. */
export type Places = ReadonlyMap<string, number>;
export const placesOf = (tuples: readonly (readonly number[])[]): Places =>
  new Map(tuples.map((layers, at) => [keyOf(layers), at]));

/** I(S) for every sample, NaN where a part is missing; null where a single layer of S was not swept.
 *  values: [samples, tuples] of one effect. */
export function interactionValues(
  values: Float64Array,
  places: Places,
  layers: readonly number[],
): Float64Array | null {
  return without(values, places, layers, parts(layers, 1));
}

/** One row for each tuple of two or more layers, in the order of the sweep.
 *  values: [samples, tuples] of one effect; without `bootstrap` there are no intervals, which take the time.
 *  @example interactionsOf("rr_diff_target", values, [[0], [1], [0, 1]], { seed: 0 })[0].mean */
export function interactionsOf(
  metric: SweepMetric,
  values: Float64Array,
  tuples: readonly (readonly number[])[],
  bootstrap: BootstrapOptions | null,
): Interaction[] {
  const places = placesOf(tuples);
  const together = tuples.filter(({ length }) => length >= 2);
  const effects = together.map((layers) => present(interactionValues(values, places, layers)));
  const intervals = bootstrap === null ? [] : meanIntervals(effects, bootstrap);
  const signs = effects.map(signTest);
  const tails = signs.map(({ tail }) => tail);
  const [familyWise, discovery] = [holm(tails), benjaminiHochberg(tails)];
  return together.map((layers, row) => {
    const effect = effects[row];
    const paperK = effect.length - signs[row].negative;
    return {
      layers,
      metric,
      n: effect.length,
      mean: mean(effect),
      ci: intervals[row] ?? null,
      sign: signs[row],
      t: tTest(effect),
      wilcoxon: wilcoxon(effect),
      cohenD: cohenD(effect),
      holm: familyWise[row],
      bh: discovery[row],
      moebiusMean: layers.length === 3 ? moebius(values, places, layers) : null,
      paperK,
      paper: paperTest(paperK, effect.length),
    };
  });
}

function moebius(values: Float64Array, places: Places, layers: readonly number[]): number | null {
  const withoutPairs = without(values, places, layers, parts(layers, 2));
  const singles = parts(layers, 1).map((part) => places.get(keyOf(part)));
  if (withoutPairs === null || singles.includes(undefined)) return null;
  for (let sample = 0; sample < withoutPairs.length; sample++) {
    for (const single of singles as number[]) withoutPairs[sample] += values[sample * places.size + single];
  }
  return mean(present(withoutPairs));
}

/** f(layers) minus the sum of f over `others`, for each sample; null where one of `others` was not swept. */
function without(
  values: Float64Array,
  places: Places,
  layers: readonly number[],
  others: readonly (readonly number[])[],
): Float64Array | null {
  const columns = others.map((part) => places.get(keyOf(part)));
  if (columns.includes(undefined)) return null;
  const whole = places.get(keyOf(layers)) as number;
  const out = new Float64Array(values.length / places.size);
  for (let sample = 0; sample < out.length; sample++) {
    let sum = 0;
    for (const column of columns as number[]) sum += values[sample * places.size + column];
    // The sum first: f(S) - sum has exactly the sign of the comparison f(S) >= sum.
    out[sample] = values[sample * places.size + whole] - sum;
  }
  return out;
}

/** Subsets of `layers` of one size: 1, or 2 of three. */
function parts(layers: readonly number[], size: 1 | 2): number[][] {
  if (size === 1) return layers.map((layer) => [layer]);
  return layers.flatMap((a, i) => layers.slice(i + 1).map((b) => [a, b]));
}

/** The values that are there. */
export function present(values: Float64Array | null): Float64Array {
  return values === null ? new Float64Array(0) : values.filter((value) => !Number.isNaN(value));
}

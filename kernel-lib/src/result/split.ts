/** Selection on one half of the samples, test on the other: the mean of the best of many tuples, measured where
 *  it was chosen, is too high; measured on samples that had no say it is not. */
import { ResultError } from "../errors";
import { type Interval, meanIntervals } from "../stats/bootstrap";
import { mean } from "../stats/moments";
import { permutation, seeded } from "../stats/random";
import { type SignTest, signTest } from "../stats/sign";
import { type TTest, tTest } from "../stats/student";
import { counted } from "../words";
import { present } from "./interactions";
import { addsUp, METRICS } from "./metrics";
import type { SweepResult } from "./sweep";
import type { SweepMetric } from "./types";

/** An effect on the half of the samples that had no say in the choice. */
export interface HeldOut {
  n: number;
  mean: number;
  ci: Interval | null;
  sign: SignTest;
  t: TTest | null;
}

/** The best tuple of one half of the samples, measured on the other. */
export interface SplitHalf {
  metric: SweepMetric;
  layers: readonly number[];
  /** Samples of each half, by index. */
  chosenOn: readonly number[];
  testedOn: readonly number[];
  /** Mean where it was chosen. */
  chosenMean: number;
  tested: HeldOut;
  /** Its interaction on the tested half; null for one layer alone, or where a layer was not swept alone. */
  interaction: HeldOut | null;
}

/** Fewest samples that two halves are made of. */
const MIN_SAMPLES = 4;

/** @throws ResultError when fewer than four samples are measured in every tuple
 *  @example splitHalf(result, "rr_diff_target", { seed: 1 }).tested.sign.tail?.p */
export function splitHalf(
  result: SweepResult,
  metric: SweepMetric,
  { size, seed = result.making.seed }: { size?: number; seed?: number },
): SplitHalf {
  const values = result.values(metric);
  const width = result.tuples.length;
  const open = result.tuples.flatMap((layers, at) => (size === undefined || layers.length === size ? [at] : []));
  const whole = Array.from({ length: result.n }, (_, sample) => sample).filter((sample) =>
    open.every((at) => !Number.isNaN(values[sample * width + at])),
  );
  if (open.length === 0 || whole.length < MIN_SAMPLES) {
    throw new ResultError({
      thing: `splitHalf("${metric}")`,
      value: `${counted(whole.length, "sample")}, ${counted(open.length, "tuple")}`,
      rule: `needs at least ${MIN_SAMPLES} samples that are measured in every tuple, and a tuple of the size asked for`,
    });
  }
  const order = [...permutation(whole.length, seeded(seed))].map((i) => whole[i]);
  const ascending = (samples: number[]) => samples.sort((a, b) => a - b);
  const chosenOn = ascending(order.slice(0, Math.floor(whole.length / 2)));
  const testedOn = ascending(order.slice(Math.floor(whole.length / 2)));
  const meanOn = (at: number) => mean(chosenOn.map((sample) => values[sample * width + at])) as number;
  const sign = METRICS[metric].best === "highest" ? 1 : -1;
  const [best] = open
    .map((at) => ({ layers: result.tuples[at], mean: meanOn(at) }))
    .sort((a, b) => sign * (b.mean - a.mean) || a.layers.length - b.layers.length);
  const interaction = addsUp(metric) ? result.interactionOf(metric, best.layers) : null;
  return {
    metric,
    layers: best.layers,
    chosenOn,
    testedOn,
    chosenMean: best.mean,
    tested: heldOut(result.values(metric, best.layers), testedOn, seed) as HeldOut,
    interaction: interaction === null ? null : heldOut(interaction, testedOn, seed),
  };
}

function heldOut(column: Float64Array, samples: readonly number[], seed: number): HeldOut | null {
  const values = present(Float64Array.from(samples, (sample) => column[sample]));
  const centre = mean(values);
  if (centre === null) return null;
  const [ci] = meanIntervals([values], { seed });
  return { n: values.length, mean: centre, ci, sign: signTest(values), t: tTest(values) };
}

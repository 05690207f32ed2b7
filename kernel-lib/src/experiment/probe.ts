/** How fast this machine runs this model, from a few calls of one block: at most about two seconds. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";
import { flopsPerToken } from "./cost";
import type { PlanCost } from "./types";

export interface Speed {
  flopsPerSecond: number;
  /** What a call costs whatever is in it. */
  secondsPerCall: number;
}

/** Enough rows for the full rate of a matrix product. */
const ROWS = 64;
const REPEATS = 3;
const ENOUGH_SECONDS = 0.5;

/** Times block 0 with one row and with many.
 *  @example withSeconds(cost, await probe(model.stages, model.config)).seconds */
export async function probe(stages: Stages, config: ModelConfig): Promise<Speed> {
  await timeBlock(stages, config, 1); // opens what is opened at the first use
  const one = await fastest(stages, config, 1);
  const many = await fastest(stages, config, ROWS);
  const work = flopsPerToken(config) * (ROWS - 1);
  // A block so small that the clock sees no difference runs at the call's own speed.
  const seconds = Math.max(many - one, many / ROWS);
  const flopsPerSecond = work / seconds;
  return { flopsPerSecond, secondsPerCall: Math.max(0, one - flopsPerToken(config) / flopsPerSecond) };
}

/** The cost with its seconds, as `speed` says. */
export function withSeconds(cost: PlanCost, speed: Speed): PlanCost {
  return { ...cost, seconds: cost.flops / speed.flopsPerSecond + cost.calls * speed.secondsPerCall };
}

async function fastest(stages: Stages, config: ModelConfig, rows: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  let spent = 0;
  for (let i = 0; i < REPEATS && spent < ENOUGH_SECONDS; i++) {
    const seconds = await timeBlock(stages, config, rows);
    best = Math.min(best, seconds);
    spent += seconds;
  }
  return best;
}

async function timeBlock(stages: Stages, { dModel }: ModelConfig, rows: number): Promise<number> {
  const data = Float32Array.from({ length: rows * dModel }, (_, i) => Math.sin(i));
  const started = performance.now();
  await stages.block({ layer: 0, x: { dims: [rows, dModel], data }, rows, tokens: 1, start: 0, prefix: null });
  return (performance.now() - started) / 1000;
}

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

/** Shaped as most rows of a sweep are: a few tokens behind one patched position. */
const TOKENS = 4;
/** With TOKENS, enough for the full rate of a matrix product. */
const ROWS = 32;
const REPEATS = 3;
const ENOUGH_SECONDS = 0.5;

/** Times block 0 with one row and with many.
 *  @example withSeconds(cost, await probe(model.stages, model.config)).seconds */
export async function probe(stages: Stages, config: ModelConfig): Promise<Speed> {
  await timeBlock(stages, config, 1); // opens what is opened at the first use
  const one = await fastest(stages, config, 1);
  const many = await fastest(stages, config, ROWS);
  const row = TOKENS * flopsPerToken(config);
  // A block so small that the clock sees no difference runs at the call's own speed.
  const seconds = Math.max(many - one, many / ROWS);
  const flopsPerSecond = (row * (ROWS - 1)) / seconds;
  return { flopsPerSecond, secondsPerCall: Math.max(0, one - row / flopsPerSecond) };
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

async function timeBlock(stages: Stages, { dModel, nKvHeads, dHead }: ModelConfig, rows: number): Promise<number> {
  const waves = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i));
  const x = { dims: [rows * TOKENS, dModel], data: waves(rows * TOKENS * dModel) };
  const before = { dims: [rows, nKvHeads, 1, dHead], data: waves(rows * nKvHeads * dHead) };
  const prefix = { k: before, v: before, group: Int32Array.from({ length: rows }, (_, row) => row) };
  const started = performance.now();
  await stages.block({ layer: 0, x, rows, tokens: TOKENS, start: 1, prefix });
  return (performance.now() - started) / 1000;
}

/** How fast this machine runs this model, from a few calls of one block and of the head: at most about two seconds. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";
import { flopsPerHeadRow, flopsPerToken } from "./cost";
import type { PlanCost } from "./types";

export interface Speed {
  /** Of blocks; the head has its own, as it ranks and sums besides. */
  flopsPerSecond: number;
  headFlopsPerSecond: number;
  /** Of one token through one block: tells a cost's blocks from its head. */
  flopsPerToken: number;
  /** What a call costs whatever is in it. */
  secondsPerCall: number;
}

/** Shaped as most rows of a sweep are: a few tokens behind one patched position. */
const TOKENS = 4;
/** Rows of the head, measured against these many targets. */
const HEAD_ROWS = 64;
const HEAD_TARGETS = 8;
/** With TOKENS, enough for the full rate of a matrix product. */
const ROWS = 32;
const REPEATS = 5;
const ENOUGH_SECONDS = 0.5;

/** Times block 0 with one row and with many, and the head.
 *  @example withSeconds(cost, await probe(model.stages, model.config)).seconds */
export async function probe(stages: Stages, config: ModelConfig): Promise<Speed> {
  await timeBlock(stages, config, 1); // opens what is opened at the first use
  const one = await usual(() => timeBlock(stages, config, 1));
  const many = await usual(() => timeBlock(stages, config, ROWS));
  await timeHead(stages, config);
  const head = await usual(() => timeHead(stages, config));
  const row = TOKENS * flopsPerToken(config);
  // A block so small that the clock sees no difference runs at the call's own speed.
  const seconds = Math.max(many - one, many / ROWS);
  const flopsPerSecond = (row * (ROWS - 1)) / seconds;
  return {
    flopsPerSecond,
    headFlopsPerSecond: (HEAD_ROWS * flopsPerHeadRow(config)) / head,
    flopsPerToken: flopsPerToken(config),
    secondsPerCall: Math.max(0, one - row / flopsPerSecond),
  };
}

/** The cost with its seconds, as `speed` says. */
export function withSeconds(cost: PlanCost, speed: Speed): PlanCost {
  const blocks = Math.min(cost.flops, cost.tokenBlocks * speed.flopsPerToken);
  const products = blocks / speed.flopsPerSecond + (cost.flops - blocks) / speed.headFlopsPerSecond;
  return { ...cost, seconds: products + cost.calls * speed.secondsPerCall };
}

/** The median: the fastest call would promise a machine without neighbours. */
async function usual(time: () => Promise<number>): Promise<number> {
  const seconds: number[] = [];
  for (let spent = 0; seconds.length < REPEATS && spent < ENOUGH_SECONDS; spent += seconds[seconds.length - 1])
    seconds.push(await time());
  return seconds.sort((a, b) => a - b)[seconds.length >> 1];
}

const waves = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i));

async function timeHead(stages: Stages, { dModel, vocab }: ModelConfig): Promise<number> {
  const x = { dims: [HEAD_ROWS, dModel], data: waves(HEAD_ROWS * dModel) };
  const targets = { dims: [HEAD_TARGETS, dModel], data: x.data.slice(0, HEAD_TARGETS * dModel) };
  const of = Int32Array.from({ length: HEAD_ROWS }, (_, row) => row % HEAD_TARGETS);
  const answers = Int32Array.from({ length: HEAD_ROWS }, (_, row) => row % vocab);
  const started = performance.now();
  await stages.head({ x, answers, klTarget: { x: targets, of } });
  return (performance.now() - started) / 1000;
}

async function timeBlock(stages: Stages, { dModel, nKvHeads, dHead }: ModelConfig, rows: number): Promise<number> {
  const x = { dims: [rows * TOKENS, dModel], data: waves(rows * TOKENS * dModel) };
  const before = { dims: [rows, nKvHeads, 1, dHead], data: waves(rows * nKvHeads * dHead) };
  const prefix = { k: before, v: before, group: Int32Array.from({ length: rows }, (_, row) => row) };
  const started = performance.now();
  await stages.block({ layer: 0, x, rows, tokens: TOKENS, start: 1, prefix });
  return (performance.now() - started) / 1000;
}

/** How fast this machine runs this model, from repeated calls of one block and of the head: about a second, and what
 *  opening them takes. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";
import { flopsPerHeadRow, flopsPerToken } from "./cost";
import { advance, newLine } from "./lines";
import type { PlanCost } from "./types";

export interface Speed {
  /** Of blocks; the head has its own, as it ranks and sums besides. */
  flopsPerSecond: number;
  headFlopsPerSecond: number;
  /** Of one token through one block: tells a cost's blocks from its head. */
  flopsPerToken: number;
  /** What a call costs whatever is in it. */
  secondsPerCall: number;
  /** Opening what is not open yet, once. */
  openingSeconds: number;
  /** Opening all stages again in every pass: weights that are streamed. */
  secondsPerPass: number;
}

/** What was timed, in seconds. */
export interface Timings {
  /** One call with one row of TOKENS behind a patched position, and one with ROWS of them. */
  one: number;
  many: number;
  /** One call of the head, HEAD_ROWS against HEAD_TARGETS. */
  head: number;
  /** What the first call of each took longer. */
  openBlock: number;
  openHead: number;
  /** Blocks that were never called. */
  closedBlocks: number;
}

const TOKENS = 4;
/** With TOKENS, enough for the full rate of a matrix product. */
const ROWS = 64;
const HEAD_ROWS = 64;
const HEAD_TARGETS = 8;
/** Fewest calls behind a mean, and the longest that one is looked for. */
const REPEATS = 5;
const ENOUGH_SECONDS = 0.35;
/** A standard error of this share of the mean is enough. */
const SURE = 0.03;
/** A first call shorter than this many others opened nothing. */
const COLD = 3;

/** Blocks of a model that probes have called: each probe opens one more, so that the next still meets a closed one. */
const called = new WeakMap<Stages, number>();

/** Times one block with one row and with many, and the head, as runs call them.
 *  @example withSeconds(cost, await probe(model.stages, model.config)).seconds */
export async function probe(
  stages: Stages,
  config: ModelConfig,
  weights: "resident" | "streaming" = "resident",
): Promise<Speed> {
  const layer = called.get(stages) ?? 0;
  called.set(stages, Math.min(layer + 1, config.nLayers - 1));
  // The head first: what only the very first call takes must not be counted once for each block.
  const firstHead = await timeHead(stages, config);
  const head = await usual(() => timeHead(stages, config));
  const firstBlock = await timeBlock(stages, config, { layer, rows: 1 });
  const one = await usual(() => timeBlock(stages, config, { layer, rows: 1 }));
  const many = await usual(() => timeBlock(stages, config, { layer, rows: ROWS }));
  const opening = (first: number, later: number) => (first > COLD * later ? first - later : 0);
  const timings = { one, many, head, openBlock: opening(firstBlock, one), openHead: opening(firstHead, head) };
  return speedOf({ ...timings, closedBlocks: config.nLayers - 1 - layer }, config, weights);
}

/** Rates and waits from what was timed. */
export function speedOf(
  { one, many, head, openBlock, openHead, closedBlocks }: Timings,
  config: ModelConfig,
  weights: "resident" | "streaming",
): Speed {
  const row = TOKENS * flopsPerToken(config);
  // Where the clock sees little difference, half of a full call counts as its rows' work.
  const seconds = Math.max(many - one, many / 2);
  const flopsPerSecond = (row * (ROWS - 1)) / seconds;
  const streamed = weights === "streaming";
  return {
    flopsPerSecond,
    headFlopsPerSecond: (HEAD_ROWS * flopsPerHeadRow(config)) / head,
    flopsPerToken: flopsPerToken(config),
    secondsPerCall: Math.max(0, one - row / flopsPerSecond),
    openingSeconds: streamed ? 0 : closedBlocks * openBlock,
    secondsPerPass: streamed ? config.nLayers * openBlock + openHead : 0,
  };
}

/** Seconds of that work at that speed. */
export function secondsOf(
  { flops, tokenBlocks, calls, passes }: Pick<PlanCost, "flops" | "tokenBlocks" | "calls" | "passes">,
  speed: Speed,
): number {
  const blocks = Math.min(flops, tokenBlocks * speed.flopsPerToken);
  const products = blocks / speed.flopsPerSecond + (flops - blocks) / speed.headFlopsPerSecond;
  return products + calls * speed.secondsPerCall + passes * speed.secondsPerPass + speed.openingSeconds;
}

/** The cost with its seconds, as `speed` says. */
export const withSeconds = (cost: PlanCost, speed: Speed): PlanCost => ({ ...cost, seconds: secondsOf(cost, speed) });

/** The mean, not the median: a run pays for the calls in which the machine was busy elsewhere, too. */
async function usual(time: () => Promise<number>): Promise<number> {
  let [n, sum, squares] = [0, 0, 0];
  for (;;) {
    const seconds = await time();
    n++;
    sum += seconds;
    squares += seconds ** 2;
    const mean = sum / n;
    const error = Math.sqrt(Math.max(0, squares / n - mean ** 2) / n);
    if (n >= REPEATS && (error < SURE * mean || sum > ENOUGH_SECONDS)) return mean;
    if (sum > 2 * ENOUGH_SECONDS) return mean;
  }
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

/** Rows of TOKENS behind a position of their own, gathered and handed back as a run does it. */
async function timeBlock(
  stages: Stages,
  config: ModelConfig,
  { layer, rows }: { layer: number; rows: number },
): Promise<number> {
  const { dModel, nKvHeads, dHead } = config;
  const [before, behind] = [waves(nKvHeads * dHead), waves(TOKENS * dModel)];
  const patched = { id: 0, tokens: [0], start: 0, parent: null, depth: 0 };
  const target = { id: 1, tokens: Array.from({ length: TOKENS }, (_, i) => i), start: 1, parent: patched, depth: 1 };
  const lines = Array.from({ length: rows }, () => {
    const parent = { ...newLine(patched, null, behind.subarray(0, dModel)), k: before, v: before };
    return newLine(target, parent, behind);
  });
  const started = performance.now();
  await advance(stages, config, lines, { layer, tokensPerCall: rows * TOKENS }).next(); // one call
  return (performance.now() - started) / 1000;
}

/** The compiled form of a sweep: which samples and tuples go through the model together, and what that costs.
 *  Nothing runs here. The first pass is about a second of work, two to eight samples, so that a first picture is
 *  there early; later ones grow up to what the memory budget and a minute of work allow; a sample whose tuples do not fit is cut into ranges of tuples.
 *  Streamed weights are read once for each pass, so those are as large as the memory budget allows. */
import type { ModelConfig } from "../checkpoint/types";
import { bytesOf, flopsOf, flopsPerHeadRow, flopsPerToken, stageLimits, weightCount } from "./cost";
import { countLoad, type Load, layOut, type Pass, type SweepJob } from "./layout";
import type { PlanCost } from "./types";

export type PlanKind = "planned" | "naive";

export interface SweepPlan {
  readonly kind: PlanKind;
  readonly passes: readonly Pass[];
  /** FLOPs of each pass, as the cost counts them. */
  readonly flops: readonly number[];
  readonly cost: PlanCost;
}

export interface PlanOptions {
  plan?: PlanKind;
  /** Bytes that activations may take; default 512 MiB. */
  memoryBudget?: number;
  /** Default `resident`. */
  weights?: "resident" | "streaming";
}

const DEFAULT_MEMORY = 512 * 2 ** 20;
/** Samples of the first pass. Every pass calls each block a few times for what all its samples share, and such small
 *  calls take as long as reading the block's weights: a second pass for a handful of samples costs a tenth more. */
const FIRST_PASS = { most: 8, least: 2, flops: 3e11 };
/** Work between two records of the journal: about a minute of two CPU cores. */
const FLOPS_PER_PASS = 5e12;
/** Samples of the next pass for each one of the last. */
const GROWTH = 4;
/** Reading a weight and making it F32 takes as long as about a thousand FLOPs: a tenth of the work, at most. */
const FLOPS_PER_STREAMED_WEIGHT = 1e4;

/** Plans a sweep.
 *  @example planSweep(model.config, job).cost.blockRuns */
export function planSweep(config: ModelConfig, job: SweepJob, options: PlanOptions = {}): SweepPlan {
  return options.plan === "naive" ? planNaive(config, job) : planShared(config, job, options);
}

function planShared(
  config: ModelConfig,
  job: SweepJob,
  { memoryBudget = DEFAULT_MEMORY, weights = "resident" }: PlanOptions,
): SweepPlan {
  const streamed = weights === "streaming" ? FLOPS_PER_STREAMED_WEIGHT * weightCount(config) : 0;
  const flopsPerPass = Math.max(FLOPS_PER_PASS, streamed);
  const passes: Pass[] = [];
  const loads: Load[] = [];
  const accept = (pass: Pass, load: Load) => {
    passes.push(pass);
    loads.push(load);
  };
  let size = weights === "streaming" ? job.samples.length : firstPass(config, job);
  for (let from = 0; from < job.samples.length; ) {
    let to = Math.min(job.samples.length, from + size);
    let pass: Pass = { samples: [from, to], tuples: [0, job.tuples.length], references: true };
    let load = countLoad(layOut(job, pass));
    for (;;) {
      const fitting = Math.min(memoryBudget / bytesOf(load, config), flopsPerPass / flopsOf(load, config));
      if (to - from === 1 || fitting >= 1) break;
      to = from + Math.max(1, Math.floor((to - from) * fitting));
      pass = { ...pass, samples: [from, to] };
      load = countLoad(layOut(job, pass));
    }
    if (bytesOf(load, config) <= memoryBudget) accept(pass, load);
    else splitTuples(config, job, pass, memoryBudget, accept);
    from = to;
    size *= GROWTH;
  }

  const sum = (of: (load: Load) => number) => loads.reduce((total, load) => total + of(load), 0);
  const flops = loads.map((load) => flopsOf(load, config));
  const { tokensPerCall } = stageLimits(config);
  const calls = (load: Load) => load.tokens.reduce((n, tokens) => n + load.shapes + tokens / tokensPerCall, 0);
  return {
    kind: "planned",
    passes,
    flops,
    cost: {
      ...naiveCounts(job),
      blockRuns: sum(({ blockRuns }) => blockRuns),
      tokenBlocks: sum(({ tokens }) => tokens.reduce((n, t) => n + t, 0)),
      flops: flops.reduce((total, n) => total + n, 0),
      passes: passes.length,
      calls: Math.ceil(sum(calls)),
      seconds: null,
      megabytes: loads.reduce((most, load) => Math.max(most, bytesOf(load, config)), 0) / 1e6,
    },
  };
}

function firstPass(config: ModelConfig, job: SweepJob): number {
  const flops = (samples: number) =>
    flopsOf(
      countLoad(layOut(job, { samples: [0, samples], tuples: [0, job.tuples.length], references: true })),
      config,
    );
  let size = Math.min(FIRST_PASS.most, job.samples.length);
  while (size > FIRST_PASS.least && flops(size) > FIRST_PASS.flops) size = Math.ceil(size / 2);
  return size;
}

/** One sample, its tuples in ranges that fit; a single tuple is taken as it is. */
function splitTuples(
  config: ModelConfig,
  job: SweepJob,
  pass: Pass,
  memoryBudget: number,
  accept: (pass: Pass, load: Load) => void,
): void {
  const load = countLoad(layOut(job, pass));
  const [from, to] = pass.tuples;
  if (to - from === 1 || bytesOf(load, config) <= memoryBudget) {
    accept(pass, load);
    return;
  }
  const middle = from + Math.ceil((to - from) / 2);
  splitTuples(config, job, { ...pass, tuples: [from, middle] }, memoryBudget, accept);
  splitTuples(config, job, { ...pass, tuples: [middle, to], references: false }, memoryBudget, accept);
}

function planNaive(config: ModelConfig, job: SweepJob): SweepPlan {
  const tuples = job.tuples.length;
  const passes = job.samples.map((_, i): Pass => ({ samples: [i, i + 1], tuples: [0, tuples], references: true }));
  const tokens = job.samples.map(
    ({ source, target, reference }) => source.length + (reference?.length ?? 0) + target.length * (tuples + 1),
  );
  const flops = tokens.map((n) => n * job.nLayers * flopsPerToken(config) + (tuples + 2) * flopsPerHeadRow(config));
  const counts = naiveCounts(job);
  const longest = job.samples.reduce((n, s) => Math.max(n, s.source.length, s.target.length), 0);
  return {
    kind: "naive",
    passes,
    flops,
    cost: {
      ...counts,
      blockRuns: counts.naiveBlockRuns,
      tokenBlocks: tokens.reduce((sum, n) => sum + n * job.nLayers, 0),
      flops: flops.reduce((sum, n) => sum + n, 0),
      passes: passes.length,
      calls: job.samples.length * (tuples + 3) * job.nLayers,
      seconds: null,
      megabytes: ((longest * 3 + tuples) * config.dModel * 4) / 1e6,
    },
  };
}

function naiveCounts({ samples, tuples, nLayers }: SweepJob) {
  const naiveForwards = samples.length * tuples.length;
  return {
    samples: samples.length,
    tuples: tuples.length,
    naiveForwards,
    naiveBlockRuns: naiveForwards * nLayers,
  };
}

/** One shape's sweep in a process of its own: all tuples of one and two layers over one task's samples.
 *
 *      node sweep.mjs FOLDER PROMPTS.json [--memory BYTES] [--repeats N] [--device NAME] [--precision NAME]
 *
 *  Prints one JSON object: milliseconds per (sample, tuple); the time that the plan's products take by themselves, at
 *  the rates measured just before and after, as a share of it; the event loop's longest stall; memory; each cell's
 *  logit and rank. `--repeats 0` times the first run, for those that take minutes. */
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { answer, built, median, peakMegabytes, productRate } from "./rate.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    memory: { type: "string" },
    repeats: { type: "string", default: "5" },
    device: { type: "string", default: "cpu" },
    precision: { type: "string", default: "fp32" },
  },
});
const [folder, prompts] = positionals;
const pb = built("index.js");
const { blockTokens, headRows } = built("session/limits.js");
const { flopsPerToken } = built("experiment/cost.js");

const memoryBudget = values.memory === undefined ? undefined : Number(values.memory);
const model = await pb.load(folder, { device: values.device, precision: values.precision, memoryBudget });
const question = { samples: JSON.parse(readFileSync(prompts, "utf8")), sizes: [1, 2] };
const { cost } = pb.plan(model, question);
const cells = cost.samples * cost.tuples;

const once = async () => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const began = performance.now();
  const result = await pb.patchSweep(model, question);
  const ms = performance.now() - began;
  delay.disable();
  return { ms, stall: delay.max / 1e6, values: result.data.values };
};

// The rate's own weights would count as memory of the sweep: they are opened after it.
const first = await once();
const peakMb = peakMegabytes();
const blocks = await productRate(model, "block", blockTokens(model.config));
const head = await productRate(model, "head", headRows(model.config));
const blockFlops = cost.tokenBlocks * flopsPerToken(model.config);
/** Milliseconds that the plan's products take by themselves, now. */
const limit = async (ms) =>
  blockFlops / (await blocks.measure(ms)) / 1e6 + (cost.flops - blockFlops) / (await head.measure(ms / 2)) / 1e6;
await limit(300);
const repeats = Number(values.repeats);
const rounds = repeats === 0 ? [{ ...first, limit: await limit(4000) }] : [];
for (let i = 0; i < repeats; i++) {
  const before = await limit(300);
  const round = await once();
  rounds.push({ ...round, limit: (before + (await limit(300))) / 2 });
}
const ms = median(rounds.map((round) => round.ms));
answer({
  cells,
  samples: cost.samples,
  tuples: cost.tuples,
  blockRuns: cost.blockRuns,
  naiveBlockRuns: cost.naiveBlockRuns,
  flops: cost.flops,
  device: model.provider.device,
  precision: model.provider.precision,
  weights: model.memory.weights,
  firstMsPerCell: first.ms / cells,
  msPerCell: ms / cells,
  bestMsPerCell: Math.min(...rounds.map((round) => round.ms)) / cells,
  seconds: ms / 1000,
  gflops: cost.flops / ms / 1e6,
  productGflops: cost.flops / median(rounds.map((round) => round.limit)) / 1e6,
  shareOfProducts: median(rounds.map((round) => round.limit / round.ms)),
  stallMs: Math.max(...rounds.map(({ stall }) => stall)),
  peakMb,
  logit: [...first.values.logit],
  rank: [...first.values.rank],
});
await blocks.close();
await head.close();
await model.close();

import { describe, expect, test } from "vitest";
import type { JobSample, SweepJob } from "../../kernel-lib/src/experiment/layout";
import { type PlanOptions, planSweep } from "../../kernel-lib/src/experiment/plan";
import { probe, withSeconds } from "../../kernel-lib/src/experiment/probe";
import { segmentTrie } from "../../kernel-lib/src/experiment/segments";
import { sweep } from "../../kernel-lib/src/experiment/sweep";
import { countTuples, listTuples, tupleTrie } from "../../kernel-lib/src/experiment/tuples";
import { PlainStages, plainModel } from "../support/plain-model";

const shape = { normPlacement: "post" as const, nHeads: 2, nKvHeads: 2, dHead: 2, dMlp: 4, vocab: 50, seed: 1 };
const sample = (word: number): JobSample => ({
  source: [0, 5, 6],
  target: [0, 7, 8, word, 9, 10, 8],
  targetPosition: 0,
  reference: null,
  answer: 9,
});

describe("planSweep()", () => {
  test("costs 680 block-runs a sample instead of 2,176 for all 1- and 2-layer tuples of 16 layers", () => {
    const { config } = plainModel({ ...shape, nLayers: 16 });
    const job: SweepJob = { nLayers: 16, site: "resid_post", samples: [sample(1)], tuples: listTuples(16, [1, 2]) };
    const { cost } = planSweep(config, job);
    expect(cost).toMatchObject({ tuples: 136, naiveForwards: 136, naiveBlockRuns: 2176, blockRuns: 680 });
    expect(planSweep(config, { ...job, samples: [sample(1), sample(2), sample(3)] }).cost.blockRuns).toBe(3 * 680);
  });

  test("runs 4 of 7 target tokens a sample once samples share instruction and template", () => {
    const { config } = plainModel({ ...shape, nLayers: 16 });
    const samples = Array.from({ length: 100 }, (_, word) => sample(word));
    const job: SweepJob = { nLayers: 16, site: "resid_post", samples, tuples: listTuples(16, [1, 2]) };
    const { cost } = planSweep(config, job);
    expect(cost.tokenBlocks / (samples.length * 696)).toBeLessThan(4.3);
  });

  test("a target that ends at the patched position costs one track for each layer", () => {
    const { config } = plainModel({ ...shape, nLayers: 16 });
    const ending = { ...sample(1), targetPosition: 6 };
    const job: SweepJob = { nLayers: 16, site: "resid_post", samples: [ending], tuples: listTuples(16, [1, 2]) };
    expect(planSweep(config, job).cost.blockRuns).toBe((16 * 15) / 2);
  });

  test("counts exactly the tokens and FLOPs that then run", async () => {
    for (const site of ["resid_post", "attn_out", "mlp_out"] as const)
      for (const plan of ["planned", "naive"] as const) {
        const stages = new PlainStages(plainModel({ ...shape, nLayers: 4 }));
        const samples = [1, 2, 3].map((word) => ({ ...sample(word), reference: [0, 5, 6, 7, word] }));
        const job: SweepJob = { nLayers: 4, site, samples, tuples: [[0], [1, 3], [0, 2, 3]] };
        const planned = planSweep(stages.model.config, job, { plan });
        let flops = 0;
        for await (const event of sweep(stages, stages.model.config, job, planned)) {
          if (event.kind === "work") flops += event.flops;
        }
        expect(stages.spent.tokens, `${plan} ${site}`).toBe(planned.cost.tokenBlocks);
        // Rows that are measured once for several tuples are counted once for each.
        expect(flops / planned.cost.flops).toBeGreaterThan(0.9);
        expect(flops).toBeLessThanOrEqual(planned.cost.flops);
      }
  });

  test("starts with a second of work, of two to eight samples, and grows fourfold", () => {
    const { config } = plainModel({ ...shape, nLayers: 4 });
    const passes = (words: number, { vocab = config.vocab, ...options }: PlanOptions & { vocab?: number } = {}) => {
      const samples = Array.from({ length: words }, (_, word) => sample(word));
      const job: SweepJob = { nLayers: 4, site: "resid_post", samples, tuples: [[0]] };
      return planSweep({ ...config, vocab }, job, options).passes.map((pass) => pass.samples);
    };
    expect(passes(50)).toEqual([
      [0, 8],
      [8, 40],
      [40, 50],
    ]);
    expect(passes(5)).toEqual([[0, 5]]);
    expect(passes(1)).toEqual([[0, 1]]);
    // A head so large that five samples (target, patched and reference rows) take a second, and one that takes longer for two.
    const perWord = 3 * 2 * config.dModel;
    expect(passes(20, { vocab: 3e11 / perWord / 5 })).toEqual([
      [0, 4],
      [4, 20],
    ]);
    expect(passes(20, { vocab: 3e11 / perWord })[0]).toEqual([0, 2]);
    expect(passes(20, { weights: "streaming" })).toEqual([[0, 20]]);
  });

  test("covers every cell once whatever the memory budget", () => {
    const { config } = plainModel({ ...shape, nLayers: 6 });
    const samples = Array.from({ length: 9 }, (_, word) => sample(word));
    const job: SweepJob = { nLayers: 6, site: "mlp_out", samples, tuples: listTuples(6, [1, 2]) };
    for (const memoryBudget of [1, 3000, 30_000, 1e9]) {
      const seen = new Uint8Array(samples.length * job.tuples.length);
      const references = new Uint8Array(samples.length);
      for (const pass of planSweep(config, job, { memoryBudget }).passes) {
        for (let s = pass.samples[0]; s < pass.samples[1]; s++) {
          if (pass.references) references[s]++;
          for (let t = pass.tuples[0]; t < pass.tuples[1]; t++) seen[s * job.tuples.length + t]++;
        }
      }
      expect(new Set(seen)).toEqual(new Set([1]));
      expect(new Set(references)).toEqual(new Set([1]));
    }
  });

  test("says seconds after a probe of the machine", async () => {
    const stages = new PlainStages(plainModel({ ...shape, nLayers: 4 }));
    const job: SweepJob = { nLayers: 4, site: "resid_post", samples: [sample(1)], tuples: [[0]] };
    const { cost } = planSweep(stages.model.config, job);
    expect(cost.seconds).toBeNull();
    expect(withSeconds(cost, await probe(stages, stages.model.config)).seconds).toBeGreaterThan(0);
    // 60 in blocks, 40 in the head, 10 calls, 2 passes.
    const rates = { flopsPerSecond: 30, headFlopsPerSecond: 40, flopsPerToken: 6 };
    const speed = { ...rates, secondsPerCall: 0.5, secondsPerPass: 3, openingSeconds: 1 };
    expect(withSeconds({ ...cost, flops: 100, tokenBlocks: 10, calls: 10, passes: 2 }, speed).seconds).toBe(15);
  });
});

describe("tuples", () => {
  test("countTuples() is the length of listTuples()", () => {
    for (const n of [1, 2, 5, 9])
      for (const sizes of [[1], [2], [1, 2], [3, 1], [1, 2, 3]])
        expect(countTuples(n, sizes)).toBe(listTuples(n, sizes).length);
  });

  test("a branch that is only on the way to others ends at its last child", () => {
    const branches = tupleTrie([[0, 3], [0, 5], [2]], 8);
    expect(branches.map(({ layers, until, tuple }) => [layers.join("+"), until, tuple])).toEqual([
      ["0", 5, -1],
      ["0+3", 7, 0],
      ["0+5", 7, 1],
      ["2", 7, 2],
    ]);
  });
});

describe("segmentTrie()", () => {
  test("keeps common beginnings once, and cuts where it is told to", () => {
    const { segments, paths } = segmentTrie([
      { tokens: [1, 2, 3, 4, 5], cuts: [1] },
      { tokens: [1, 2, 3, 9], cuts: [] },
      { tokens: [1, 2], cuts: [] },
    ]);
    expect(segments.map(({ tokens, start }) => [start, ...tokens])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4, 5],
      [3, 9],
    ]);
    expect(paths.map((path) => path.flatMap(({ tokens }) => tokens))).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 9],
      [1, 2],
    ]);
  });

  test("takes a prompt of a hundred thousand tokens", () => {
    const tokens = Array.from({ length: 100_000 }, (_, i) => i % 7);
    expect(segmentTrie([{ tokens, cuts: [50_000] }]).segments).toHaveLength(2);
  });
});

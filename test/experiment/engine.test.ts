/** The planned sweep on onnxruntime, with checkpoints from disk: the naive plan and the model's own forward are
 *  what it must agree with. */
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { JobSample, SweepJob } from "../../kernel-lib/src/experiment/layout";
import { storeInto } from "../../kernel-lib/src/experiment/pass";
import { planSweep, type SweepPlan } from "../../kernel-lib/src/experiment/plan";
import { sweep } from "../../kernel-lib/src/experiment/sweep";
import { listTuples } from "../../kernel-lib/src/experiment/tuples";
import type { Site, SweepValues } from "../../kernel-lib/src/experiment/types";
import { emptyValues } from "../../kernel-lib/src/experiment/values";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { plainMeasure, randomNumbers } from "../support/plain-model";
import { temporaryFolder } from "../support/temporary";
import { type TinyOptions, writeTinyCheckpoint } from "../support/tiny-checkpoint";

const folder = temporaryFolder();
const opened: Model[] = [];
afterAll(async () => {
  for (const model of opened) await model.close();
});

const SITES: readonly Site[] = ["resid_post", "attn_out", "mlp_out"];
const SHAPES: Record<string, TinyOptions> = {
  "OLMo-2, MHA": { architecture: "olmo2", nLayers: 4, seed: 11 },
  "OLMo-2, GQA": { architecture: "olmo2", nLayers: 3, nKvHeads: 2, seed: 12 },
  "Llama, GQA, scaled rotary, tied": { architecture: "llama", nKvHeads: 2, tied: true, llama3Rope: true, seed: 13 },
};

async function tinyModel(name: string): Promise<Model> {
  const model = await loadModel(writeTinyCheckpoint(join(folder, name.replaceAll(/\W+/g, "-")), SHAPES[name]), {
    device: "cpu",
    host: "inline",
  });
  opened.push(model);
  return model;
}

async function run({ stages, config }: Model, job: SweepJob, plan: SweepPlan): Promise<SweepValues> {
  const values = emptyValues(job.samples.length, job.tuples);
  for await (const event of sweep(stages, config, job, plan)) {
    if (event.kind === "pass") storeInto(values, plan.passes[event.index], event.values);
  }
  return values;
}

function jobFor({ config }: Model, site: Site, seed: number): SweepJob {
  const next = randomNumbers(seed);
  const word = () => Math.floor(((next() + 1) / 2) * config.vocab);
  const instruction = [1, word(), word(), word(), word()];
  const template = [1, word()];
  const places = [0, 0, 0, 2, 3, -1];
  const samples = places.map((place, i): JobSample => {
    const target = [...template, word(), ...(i === 2 ? [word()] : []), 9];
    const targetPosition = place < 0 ? target.length - 1 : place;
    const reference = i === 1 ? null : [...instruction, ...target.slice(1)];
    return { source: instruction, target, targetPosition, reference, answer: word() };
  });
  return { nLayers: config.nLayers, site, samples, tuples: listTuples(config.nLayers, [1, 2, 3]) };
}

describe.each(Object.keys(SHAPES))("on %s", (name) => {
  test.each(SITES)("planned and naive sweeps of %s agree within 1e-5, ranks included", async (site) => {
    const model = await tinyModel(name);
    const job = jobFor(model, site, 77);
    const planned = await run(model, job, planSweep(model.config, job));
    const naive = await run(model, job, planSweep(model.config, job, { plan: "naive" }));
    expect(spread(planned.logit, naive.logit)).toBeLessThanOrEqual(1e-5);
    expect(spread(planned.logprob, naive.logprob)).toBeLessThanOrEqual(1e-5);
    expect(spread(planned.kl, naive.kl)).toBeLessThanOrEqual(1e-5);
    expect([...planned.rank]).toEqual([...naive.rank]);
    planned.target.forEach((target, i) => {
      expect(Math.abs((target?.logit ?? 0) - (naive.target[i]?.logit ?? 1))).toBeLessThanOrEqual(1e-5);
      const [a, b] = [planned.reference[i], naive.reference[i]];
      expect(a === null).toBe(b === null);
      expect(Math.abs((a?.logprob ?? 0) - (b?.logprob ?? 0))).toBeLessThanOrEqual(1e-5);
    });
  });

  test("agrees with forward() under the same interventions", async () => {
    const model = await tinyModel(name);
    for (const site of SITES) {
      const job = { ...jobFor(model, site, 5), tuples: [[0], [0, 2], [1, 2]] };
      const values = await run(model, job, planSweep(model.config, job));
      for (const [s, sample] of job.samples.slice(1, 5).entries()) {
        const plain = await model.forward(sample.target);
        for (const [t, layers] of job.tuples.entries()) {
          const interventions = layers.map((layer) => ({
            hook: `blocks.${layer}.hook_${site}`,
            positions: [sample.targetPosition],
            op: "patch" as const,
            source: { tokens: sample.source, positions: [-1] },
          }));
          const { lastLogits } = await model.forward(sample.target, { interventions });
          const want = plainMeasure(Float64Array.from(lastLogits), sample.answer, Float64Array.from(plain.lastLogits));
          const cell = (s + 1) * job.tuples.length + t;
          expect(Math.abs(values.logit[cell] - want.logit)).toBeLessThanOrEqual(1e-5);
          expect(Math.abs(values.logprob[cell] - want.logprob)).toBeLessThanOrEqual(1e-5);
          expect(Math.abs(values.kl[cell] - want.kl)).toBeLessThanOrEqual(1e-5);
          expect(values.rank[cell]).toBe(want.rank);
        }
      }
    }
  });

  test("a source that is the target itself changes nothing", async () => {
    const model = await tinyModel(name);
    const sample = { source: [1, 4, 5], target: [1, 4, 5, 6, 7], targetPosition: 2, reference: null, answer: 8 };
    for (const site of SITES) {
      const job: SweepJob = {
        nLayers: model.config.nLayers,
        site,
        samples: [sample],
        tuples: listTuples(model.config.nLayers, [1, 2]),
      };
      const values = await run(model, job, planSweep(model.config, job));
      const target = values.target[0];
      for (const logit of values.logit) expect(Math.abs(logit - (target?.logit ?? 0))).toBeLessThanOrEqual(1e-5);
      for (const rank of values.rank) expect(rank).toBe(target?.rank);
      for (const kl of values.kl) expect(Math.abs(kl)).toBeLessThanOrEqual(1e-6);
    }
  });
});

function spread(a: Float64Array, b: Float64Array): number {
  const differences = a.map((x, i) => Math.abs(x - b[i]));
  return differences.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...differences);
}

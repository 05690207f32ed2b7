import { describe, expect, test } from "vitest";
import type { JobSample, SweepJob } from "../../kernel-lib/src/experiment/layout";
import { storeInto } from "../../kernel-lib/src/experiment/pass";
import { planSweep, type SweepPlan } from "../../kernel-lib/src/experiment/plan";
import { sweep } from "../../kernel-lib/src/experiment/sweep";
import { listTuples } from "../../kernel-lib/src/experiment/tuples";
import type { Site, SweepValues } from "../../kernel-lib/src/experiment/types";
import { emptyValues } from "../../kernel-lib/src/experiment/values";
import {
  type PlainModel,
  PlainStages,
  plainLogits,
  plainMeasure,
  plainModel,
  plainRun,
  randomNumbers,
} from "../support/plain-model";

const SITES: readonly Site[] = ["resid_post", "attn_out", "mlp_out"];
const FIELDS = ["logit", "rank", "logprob", "kl"] as const;

async function run(stages: PlainStages, job: SweepJob, plan: SweepPlan): Promise<SweepValues> {
  const values = emptyValues(job.samples.length, job.tuples);
  for await (const event of sweep(stages, stages.model.config, job, plan)) {
    if (event.kind === "pass") storeInto(values, plan.passes[event.index], event.values);
  }
  return values;
}

/** A job over a small vocabulary, so that samples share beginnings by chance and by template. */
function randomJob(model: PlainModel, seed: number): SweepJob {
  const next = randomNumbers(seed);
  const below = (n: number) => Math.floor(((next() + 1) / 2) * n);
  const { nLayers, vocab } = model.config;
  const word = () => below(vocab);
  const words = (n: number) => Array.from({ length: n }, word);
  const instructions = [words(3 + below(3)), words(2 + below(4))];
  const template = words(1 + below(3));
  const samples = Array.from({ length: 1 + below(6) }, (): JobSample => {
    const source = [0, ...instructions[below(2)]];
    const target = below(4) === 0 ? words(1 + below(5)) : [0, ...template, word(), ...words(below(2)), 3];
    const places = [0, Math.floor(target.length / 2), target.length - 1];
    return {
      source,
      target,
      targetPosition: places[below(3)],
      reference: below(2) === 0 ? null : [...source, ...target.slice(1), 2],
      answer: word(),
    };
  });
  const all = listTuples(nLayers, [1, 2, 3]);
  const tuples = below(2) === 0 ? listTuples(nLayers, [1, 2].slice(below(2))) : all.filter(() => below(4) === 0);
  return { nLayers, site: SITES[below(3)], samples, tuples: tuples.length > 0 ? tuples : [[nLayers - 1]] };
}

const shape = (seed: number, nLayers = 4) => ({
  normPlacement: seed % 2 === 0 ? ("pre" as const) : ("post" as const),
  nLayers,
  nHeads: 4,
  nKvHeads: [4, 2, 1][seed % 3],
  dHead: 4,
  dMlp: 20,
  vocab: 24,
  seed,
});

describe("planned sweep", () => {
  test("gives the same bits as the naive plan on many random jobs", async () => {
    for (let seed = 0; seed < 60; seed++) {
      const stages = new PlainStages(plainModel(shape(seed)));
      const job = randomJob(stages.model, 1000 + seed);
      const { config } = stages.model;
      const planned = await run(stages, job, planSweep(config, job));
      const naive = await run(stages, job, planSweep(config, job, { plan: "naive" }));
      expect(planned, `seed ${seed}`).toEqual(naive);
      expect(planned.logit.some(Number.isNaN)).toBe(false);
    }
  });

  test("agrees with a plain forward that patches rows in float64", async () => {
    for (let seed = 0; seed < 12; seed++) {
      const stages = new PlainStages(plainModel(shape(seed)));
      const job = randomJob(stages.model, 2000 + seed);
      const values = await run(stages, job, planSweep(stages.model.config, job));
      compareWithPlain(stages.model, job, values, `seed ${seed}`);
    }
  });

  test("gives the same bits when a small memory budget cuts it into passes of samples and of tuples", async () => {
    for (const site of SITES) {
      const stages = new PlainStages(plainModel(shape(3)));
      const job = { ...randomJob(stages.model, 7), site, tuples: listTuples(4, [1, 2, 3]) };
      const { config } = stages.model;
      const whole = planSweep(config, job);
      const cut = planSweep(config, job, { memoryBudget: 6000 });
      expect(cut.passes.length).toBeGreaterThan(whole.passes.length);
      expect(cut.passes.some(({ references }) => !references)).toBe(true);
      expect(await run(stages, job, cut)).toEqual(await run(stages, job, whole));
    }
  });

  test("with the target's own rows as source changes no value and has a divergence of 0", async () => {
    for (const site of SITES)
      for (const targetPosition of [0, 2, 4]) {
        const stages = new PlainStages(plainModel(shape(5)));
        const target = [0, 7, 8, 9, 3];
        const sample = {
          target,
          targetPosition,
          source: target.slice(0, targetPosition + 1),
          reference: null,
          answer: 5,
        };
        const job: SweepJob = { nLayers: 4, site, samples: [sample], tuples: listTuples(4, [1, 2, 3]) };
        const values = await run(stages, job, planSweep(stages.model.config, job));
        expect(new Set(values.logit)).toEqual(new Set([values.target[0]?.logit]));
        expect(new Set(values.rank)).toEqual(new Set([values.target[0]?.rank]));
        expect(new Set(values.logprob)).toEqual(new Set([values.target[0]?.logprob]));
        expect(values.kl.every((kl) => Math.abs(kl) === 0)).toBe(true);
      }
  });

  test("with another source moves the answer", async () => {
    const stages = new PlainStages(plainModel(shape(5)));
    const sample = { source: [0, 9, 11], target: [0, 7, 8], targetPosition: 0, reference: null, answer: 5 };
    const job: SweepJob = { nLayers: 4, site: "resid_post", samples: [sample], tuples: [[0], [1, 2]] };
    const values = await run(stages, job, planSweep(stages.model.config, job));
    for (const logit of values.logit) expect(Math.abs(logit - (values.target[0]?.logit ?? 0))).toBeGreaterThan(1e-3);
  });
});

function compareWithPlain(model: PlainModel, job: SweepJob, values: SweepValues, note: string): void {
  job.samples.forEach(({ source, target, targetPosition, reference, answer }, sample) => {
    const measured = (tokens: readonly number[], patch: Parameters<typeof plainRun>[3] = null) => {
      const logits = plainLogits(model, plainRun(model, tokens, job.site, patch).last);
      return plainMeasure(logits, answer, plainLogits(model, plainRun(model, target, job.site).last));
    };
    const rows = plainRun(model, source, job.site).seen.map((positions) => positions[source.length - 1]);
    expectClose(values.target[sample], measured(target), note);
    expectClose(values.reference[sample], reference ? measured(reference) : null, note);
    job.tuples.forEach((layers, tuple) => {
      const cell = sample * job.tuples.length + tuple;
      const got = Object.fromEntries(FIELDS.map((field) => [field, values[field][cell]]));
      expectClose(got, measured(target, { layers, position: targetPosition, rows }), `${note}, tuple ${layers}`);
    });
  });
}

/** atol: one float32 rounding of the stream at each of four layers, on logits of order 5. */
function expectClose(got: object | null, want: object | null, note: string): void {
  expect(got === null, note).toBe(want === null);
  if (!got || !want) return;
  for (const [field, value] of Object.entries(got)) {
    const difference = Math.abs(value - (want as Record<string, number>)[field]);
    expect(difference <= 1e-5, `${note}: ${field} ${value}, plain ${JSON.stringify(want)}`).toBe(true);
  }
}

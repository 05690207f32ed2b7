import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import type { SweepResult } from "../../kernel-lib/src/result/sweep";
import { run } from "../../kernel-lib/src/run/from-spec";
import { patchSweep, plan, spec } from "../../kernel-lib/src/run/patch-sweep";
import { cancelAllRuns, cancelRun, liveRuns } from "../../kernel-lib/src/run/registry";
import { PlainStages, plainModel } from "../support/plain-model";
import { temporaryFolder } from "../support/temporary";

const folder = temporaryFolder();
let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo", { device: "cpu", host: "inline" });
});
afterAll(() => model.close());

const measured = (values: Float64Array) => values.filter((x) => !Number.isNaN(x)).length;

/** The same model, with a turn of the event loop before each block call. */
const slow = (waitMs = 1): Model => ({
  ...model,
  stages: {
    ...model.stages,
    head: (input) => model.stages.head(input),
    embed: (ids) => model.stages.embed(ids),
    logits: (x) => model.stages.logits(x),
    block: async (input) => {
      await setTimeout(waitMs);
      return model.stages.block(input);
    },
  },
});

describe("patchSweep()", () => {
  test("fills in while it runs, and awaited gives every cell with its making", async () => {
    const run = patchSweep(model, { task: "capital", sizes: [1, 2], n: 10, seed: 7 });
    expect(run.state).toBe("running");
    const counts: number[] = [];
    const states: string[] = [];
    for await (const partial of run) {
      counts.push(measured(partial.data.values.logit));
      states.push(partial.data.state);
    }
    const result = await run;
    const { nLayers } = model.config;
    const cells = (10 * nLayers * (nLayers + 1)) / 2;
    expect(counts.at(-1)).toBe(cells);
    expect(states.at(-1)).toBe("done");
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(result.data.making).toMatchObject({
      plan: "planned",
      seed: 7,
      model: { name: "demo/dpo", fingerprint: model.fingerprint, nLayers },
      provider: { device: "cpu", precision: "fp32" },
    });
    expect(result.data.making.specHash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(run.progress).toMatchObject({ id: run.id, done: cells, total: cells, secondsLeft: 0 });
    const [sample] = result.data.spec.samples;
    expect(result.data.tokenText[sample.answer]).toBe(model.tokenizer?.tokenText(sample.answer));
  });

  test("raises the answer's mean reciprocal rank at least threefold with the best pair of the demo", async () => {
    const { data } = await patchSweep(model, { task: "capital", sizes: [1, 2] });
    const { rank, target, tuples } = data.values;
    const means = tuples.map((_, t) => mean(target.map((_, s) => 1 / rank[s * tuples.length + t])));
    const alone = mean(target.map((measure) => 1 / (measure?.rank ?? Number.NaN)));
    expect(Math.max(...means) / alone).toBeGreaterThan(3);
  });

  test("stopped half-way keeps the passes that are done, and goes on when it is resumed", async () => {
    const whole = await patchSweep(model, { task: "capital", sizes: [1], n: 14 });
    const run = patchSweep(slow(), { task: "capital", sizes: [1], n: 14 });
    const off = run.onChange(() => {
      if (measured(run.snapshot().data.values.logit) > 0) run.cancel();
    });
    const stopped = await run;
    off();
    expect(run.state).toBe("stopped");
    expect(stopped.data.state).toBe("stopped");
    expect(measured(stopped.data.values.logit)).toBe(8 * model.config.nLayers);
    const [done, all] = [stopped, whole].map(({ data }) => [...data.values.logit.slice(0, 8 * model.config.nLayers)]);
    expect(done).toEqual(all);
    expect(stopped.data.values.target.filter((measure) => measure !== null)).toHaveLength(8);

    run.resume();
    expect(run.state).toBe("running");
    const resumed = await run;
    expect(resumed.data.values).toEqual(whole.data.values);
    expect(resumed.data.state).toBe("done");
  });

  test("takes an AbortSignal, also one that has aborted before it begins", async () => {
    const controller = new AbortController();
    controller.abort();
    const result = await patchSweep(model, { task: "capital", signal: controller.signal });
    expect(result.data.state).toBe("stopped");
    expect(measured(result.data.values.logit)).toBe(0);
  });

  test("is known by its id while it runs, for cancel buttons and interrupts", async () => {
    const runs = [1, 2].map(() => patchSweep(slow(), { task: "capital", sizes: [1] }));
    expect(liveRuns()).toEqual(runs.map(({ id }) => id));
    expect(cancelRun(runs[0].id)).toBe(true);
    expect((await runs[0]).data.state).toBe("stopped");
    expect(cancelRun(runs[0].id)).toBe(false);
    expect(cancelAllRuns()).toBe(1);
    await runs[1];
    expect(liveRuns()).toEqual([]);
  });

  test("an error of the engine reaches whoever awaits, and nobody else; resume tries again", async () => {
    let broken = true;
    const failing: Model = {
      ...slow(),
      stages: {
        ...slow().stages,
        block: async (input) => {
          if (broken && input.layer === 3) throw new Error("out of memory");
          return model.stages.block(input);
        },
      },
    };
    const run = patchSweep(failing, { task: "capital", sizes: [1], n: 2 });
    await expect(run).rejects.toThrow("out of memory");
    expect(run.state).toBe("failed");
    await expect(
      (async () => {
        for await (const _ of run);
      })(),
    ).rejects.toThrow("out of memory");
    broken = false;
    run.resume();
    expect((await run).data.state).toBe("done");
  });

  test("lets timers fire while it computes, even when no stage gives way", async () => {
    const plain = plainModel({
      normPlacement: "post",
      nLayers: 6,
      nHeads: 4,
      nKvHeads: 2,
      dHead: 8,
      dMlp: 48,
      vocab: 40,
      seed: 3,
    });
    const busy: Model = { ...model, config: plain.config, tokenizer: null, stages: new PlainStages(plain) };
    const samples = Array.from({ length: 24 }, (_, i) => ({ source: [0, 5, 6], target: [0, 10 + i, 7], answer: 8 }));
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const run = patchSweep(busy, { samples, sizes: [1, 2, 3] });
    let ticksAtEnd = 0;
    run.onChange(() => {
      if (run.ended) ticksAtEnd = ticks;
    });
    await run;
    clearInterval(timer);
    expect(ticksAtEnd).toBeGreaterThan(1);
  });

  test("planned and naive give the same ranks and the same numbers within 1e-5", async () => {
    const question = { task: "capital", sizes: [1, 2], n: 2 };
    const planned = (await patchSweep(model, question)).data;
    const naive = (await patchSweep(model, { ...question, plan: "naive" })).data;
    expect(naive.making.plan).toBe("naive");
    expect(planned.values.rank).toEqual(naive.values.rank);
    planned.values.logit.forEach((logit, i) => {
      expect(Math.abs(logit - naive.values.logit[i])).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(logit)));
    });
  });

  test("refuses a question that is none before anything runs", () => {
    expect(() => patchSweep(model, {})).toThrow(/needs either a task or samples/);
    expect(() => patchSweep(model, { task: "capital", sizes: [1], tuples: [[0]] })).toThrow(/either sizes or tuples/);
    expect(() => patchSweep(model, { task: "capital", tuples: [[99]] })).toThrow(/tuples.list\[0\]\[0\] is 99/);
    expect(liveRuns()).toEqual([]);
  });

  test("takes samples in text and ids, and its spec runs to the same values", async () => {
    const samples = [
      { source: "State the capital.", target: " Country: France. Answer:", answer: " Paris", label: "France" },
      { source: [1, 5, 6], target: [1, 7, 8, 9], targetPosition: -1, answer: 10 },
    ];
    const first = patchSweep(model, { samples, tuples: [[2, 0], [1]], site: "mlp_out" });
    const result = await first;
    const path = join(folder, "spec.json");
    writeFileSync(path, JSON.stringify(spec(first)));
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ site: "mlp_out", tuples: { list: [[0, 2], [1]] } });
    const again = await run<SweepResult>(path);
    expect(again.data.values).toEqual(result.data.values);
    expect(again.data.making.specHash).toBe(result.data.making.specHash);
  });
});

describe("plan()", () => {
  test("prints what it will cost, with seconds once it was probed", async () => {
    const planned = plan(model, { task: "capital", sizes: [1, 2] });
    expect(String(planned)).toMatch(/capital on demo\/dpo: \d+ samples x 36 tuples of resid_post, protocol paper/);
    expect(String(planned)).toMatch(/naive plan +[\d,]+ forwards/);
    expect(String(planned)).toContain("not probed");
    expect(String(await planned.timed(model))).toMatch(/time +about [\d.]+ s/);
    expect(planned.cost).toEqual(patchSweepCost());
  });
});

function patchSweepCost() {
  const run = patchSweep(model, { task: "capital", sizes: [1, 2] });
  run.cancel();
  return run.cost;
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

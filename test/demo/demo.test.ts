import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import type { ChatMessage } from "../../kernel-lib/src/checkpoint/types";
import { task, taskNames } from "../../kernel-lib/src/experiment/task";
import { loadModel } from "../../kernel-lib/src/forward/model";
import {
  bestRR,
  DEMO,
  exactMatch,
  mean,
  measured,
  pairOf,
  type Rates,
  readJson,
  STAGES,
  superadditivePairs,
  sweepStage,
} from "./figures";

/** Two engines may rank a near tie differently: one sample of the fewest (42 countries) moves a mean by 1/42 at most. */
const ONE_SAMPLE = 1 / 42;
const card = readFileSync(join(DEMO, "README.md"), "utf8");

describe.each(STAGES)("demo/%s, measured again with our engine", (stage) => {
  const expected = measured.stages[stage];
  const sweeps = sweepStage(stage);

  test("answers as many asked and never-asked facts as the card says, with and without the instruction", async () => {
    const swept = [...(await sweeps).values()];
    const close = (actual: Rates, wanted: Rates) => {
      // One fact of the 108 that were never asked.
      expect(Math.abs(actual.asked - wanted.asked)).toBeLessThanOrEqual(1 / 108);
      expect(Math.abs(actual.neverAsked - wanted.neverAsked)).toBeLessThanOrEqual(1 / 108);
    };
    close(exactMatch(swept, "instruction"), expected.wordings.contrastFirst.exactMatch);
    close(exactMatch(swept, "unpatched"), expected.exactMatch.noInstruction);
  });

  test("recovers the answer under every one- and two-layer patch as the card's grids say", async () => {
    for (const [name, one] of await sweeps) {
      const wanted = expected.tasks[name];
      expect(mean(one.unpatched)).toBeCloseTo(wanted.unpatchedRR, 2);
      expect(mean(one.instruction)).toBeCloseTo(wanted.instructionRR, 2);
      expect([...one.patched.keys()].sort()).toEqual(Object.keys(wanted.patchedRR).sort());
      for (const [key, rr] of one.patched) {
        expect(Math.abs(mean(rr) - wanted.patchedRR[key]), `${name} ${key}`).toBeLessThanOrEqual(ONE_SAMPLE / 2);
      }
    }
  });

  test("has the superadditive pairs that the card counts", async () => {
    let pairs = 0;
    for (const [name, one] of await sweeps) {
      pairs += superadditivePairs(one).length;
      const { strongest } = expected.tasks[name];
      const again = pairOf(one, strongest.layers);
      expect(again.interaction, name).toBeCloseTo(strongest.interaction, 1);
      expect(Math.abs(again.share - strongest.share), name).toBeLessThanOrEqual(2 * ONE_SAMPLE);
    }
    expect(Math.abs(pairs - expected.wordings.contrastFirst.superadditivePairs)).toBeLessThanOrEqual(1);
  });
});

describe("what the demo models promise", () => {
  test("instruction-tuned stages answer at least 85 % of the facts that were never asked", async () => {
    for (const stage of ["sft", "dpo"] as const) {
      const swept = (await sweepStage(stage)).values();
      expect(exactMatch(swept, "instruction").neverAsked, stage).toBeGreaterThanOrEqual(0.85);
    }
  });

  test("after DPO most tasks are recovered at least threefold, and some by a superadditive pair", async () => {
    const swept = [...(await sweepStage("dpo")).values()];
    expect(swept.filter((one) => bestRR(one) >= 3 * mean(one.unpatched)).length).toBeGreaterThan(swept.length / 2);
    expect(swept.some((one) => superadditivePairs(one).length > 0)).toBe(true);
  });

  test("the default task is the clearest one by the rule written down", () => {
    expect(readJson<{ default: string }>("tasks.json").default).toBe(measured.clearestTask);
  });

  test("generation gives the answer alone and stops", async () => {
    const model = await loadModel("demo/dpo", { host: "inline" });
    onTestFinished(() => model.close());
    const { instruction, query, items } = task("capital");
    for (const { query: word, answer } of items.filter(({ heldOut }) => !heldOut).slice(0, 5)) {
      const prompt = model.tokenizer?.encode(`<s>${instruction}${query.replace("{x}", word)}`) ?? [];
      const { text, stopped } = await model.generate(prompt, { maxNewTokens: 4 });
      expect(text).toBe(answer);
      expect(stopped).toBe("eos");
    }
  });
});

describe("demo files", () => {
  test("every query word and every answer is one token of every stage", async () => {
    for (const stage of STAGES) {
      const { tokenizer } = await openCheckpoint(`demo/${stage}`);
      for (const { items } of taskNames("demo").map((name) => task(name))) {
        for (const { query, answer } of items) {
          expect(tokenizer?.encode(` ${query}`), query).toHaveLength(1);
          expect(tokenizer?.encode(answer), answer).toHaveLength(1);
        }
      }
    }
  });

  test("the chat template of the instruction-tuned stages writes what they were trained on", async () => {
    const turn: ChatMessage[] = [
      { role: "system", content: "State the capital of the given country." },
      { role: "user", content: " Country: Peru. Answer:" },
    ];
    for (const stage of ["sft", "dpo"] as const) {
      const { tokenizer } = await openCheckpoint(`demo/${stage}`);
      expect(tokenizer?.chat?.(turn)).toBe("<s>State the capital of the given country. Country: Peru. Answer:");
      const answered = tokenizer?.chat?.([...turn, { role: "assistant", content: " Lima" }]);
      expect(answered).toMatch(/Answer: Lima<\/s>$/);
    }
    expect((await openCheckpoint("demo/base")).tokenizer?.chat).toBeNull();
  });

  test("no two tasks of a family share an answer for a word, and a wording is of one task only", () => {
    const tasks = taskNames("demo").map((name) => task(name));
    const texts = tasks.flatMap(({ rephrasings = [] }) => rephrasings);
    expect(new Set(texts).size).toBe(texts.length);
    expect(tasks.every(({ rephrasings = [] }) => rephrasings.length >= 40)).toBe(true);
    for (const family of new Set(tasks.map((one) => one.family))) {
      const answers = tasks
        .filter((one) => one.family === family)
        .flatMap(({ items }) => items.map(({ query, answer }) => query + answer));
      expect(new Set(answers).size, family).toBe(answers.length);
    }
  });

  test("the card carries the figures of measured.json", () => {
    for (const stage of STAGES) {
      const { contrastFirst } = measured.stages[stage].wordings;
      const rates = Object.values(contrastFirst.exactMatch).map((share) => `${(100 * share).toFixed(1)} %`);
      expect(card).toContain(`| ${rates.join(" | ")} |`);
      const { tasksWithSuperadditivePair: tasks, superadditivePairs: pairs } = contrastFirst;
      expect(card).toContain(`| ${contrastFirst.tasksAtLeastThreefold} | ${tasks} (${pairs}) |`);
    }
    expect(card).toContain(`${measured.stages.dpo.parameters.toLocaleString("en-US")} parameters`);
  });
});

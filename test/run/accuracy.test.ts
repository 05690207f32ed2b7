/** Accuracy as a run: generation in batches, exact match, scope, tables, stopping, journal, file; what is refused. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateMany } from "../../kernel-lib/src/experiment/accuracy-generate";
import { comparable, untilStop } from "../../kernel-lib/src/experiment/accuracy-match";
import { accuracyOfTask } from "../../kernel-lib/src/experiment/accuracy-spec";
import { task } from "../../kernel-lib/src/experiment/task";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { ACCURACY_TABLES } from "../../kernel-lib/src/result/accuracy";
import { parseAnyResult, serializeAny } from "../../kernel-lib/src/result/kinds";
import { accuracy, accuracySpec } from "../../kernel-lib/src/run/accuracy";
import { wilson } from "../../kernel-lib/src/stats/rates";
import { accuracyChart, chartPoints, validateView } from "../../kernel-lib/src/view";
import { temporaryFolder } from "../support/temporary";

const folder = temporaryFolder();
let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo", { host: "inline" });
});
afterAll(() => model.close());

test("prompts of different lengths, answered in batches, get the tokens that generate() gives them one by one", async () => {
  const prompts = ["capital", "color", "can_fly", "antonym"].flatMap((name) =>
    accuracyOfTask(model, name, { n: 3 }).samples.map(({ prompt }) => prompt),
  );
  expect(new Set(prompts.map(({ length }) => length)).size).toBeGreaterThan(1);
  const made = await generateMany(model, prompts, { maxNewTokens: 6, isEnough: () => false });
  for (const [i, prompt] of prompts.entries()) {
    const alone = await model.generate(prompt, { maxNewTokens: 6 });
    expect(made?.[i]).toEqual({ tokens: alone.tokens, stopped: alone.stopped });
  }
});

test("a row that has had enough leaves its batch, and the others go on as if it had never been there", async () => {
  const prompts = Array.from({ length: 6 }, (_, i) => [1, 40 + 31 * i, 300 + 17 * i, 90 + 5 * i]);
  const isEnough = (tokens: readonly number[]) => (tokens[tokens.length - 1] ?? 0) % 3 === 0;
  const made = await generateMany(model, prompts, { maxNewTokens: 8, isEnough });
  for (const [i, prompt] of prompts.entries()) {
    const alone = (await model.generate(prompt, { maxNewTokens: 8 })).tokens;
    const end = alone.findIndex((_, at) => isEnough(alone.slice(0, at + 1)));
    expect(made?.[i].tokens).toEqual(end < 0 ? alone : alone.slice(0, end + 1));
  }
  // Or the test would say nothing.
  expect(new Set(made?.map(({ tokens }) => tokens.length)).size).toBeGreaterThan(2);
});

test("a task's accuracy is its share of right answers, with the tables that say so", async () => {
  const result = await accuracy(model, { task: "capital" });
  const { items } = task("capital");
  const outputs = result.table("answers");
  expect(outputs.rows).toHaveLength(items.length);
  const column = (name: string) => outputs.rows.map((row) => row[outputs.columns.indexOf(name)]);
  expect(column("label")).toEqual(items.map(({ query }) => query));
  expect(String(column("prompt")[0])).toContain(task("capital").instruction);
  const right = column("output").filter((output, i) => String(output).trim() === items[i].answer.trim()).length;
  expect(column("exact_match").filter(Boolean)).toHaveLength(right);
  // What the demo's card says: the model knows most capitals.
  expect(right).toBeGreaterThan(items.length / 2);

  const row = result.table("accuracy").rows[0];
  expect(row.slice(0, 5)).toEqual(["demo/dpo", "capital", null, items.length, right / items.length]);
  expect(row.slice(5, 7)).toEqual(wilson(right, items.length));
  const classes = result.table("classes");
  expect(classes.rows.reduce((n, [, , exact]) => n + Number(exact), 0)).toBe(right);
  expect(String(result)).toContain(`exact match    ${right} of ${items.length}`);
});

test("instructional accuracy counts answers within the scope, right or wrong", async () => {
  const { tokenizer } = model;
  const prompt = accuracyOfTask(model, "capital", { n: 1 }).samples[0].prompt;
  const said = (await model.generate(prompt, { maxNewTokens: 4 })).text?.trim() as string;
  expect(tokenizer?.encode(said).length).toBeGreaterThan(0);
  const result = await accuracy(model, {
    samples: [
      { prompt, answer: "nothing", scope: ["something", said] },
      { prompt, answer: said, scope: ["something"] },
      { prompt, answer: said.toUpperCase() },
    ],
  });
  expect(result.passes("exact_match")).toEqual([false, true, false]);
  expect(result.passes("in_scope")).toEqual([true, false, null]);
  expect(result.rate("in_scope")).toMatchObject({ k: 1, n: 2, rate: 0.5 });
  expect(result.making.warnings).toEqual(["1 sample has no answer scope: instructional accuracy is not known there"]);
  const lenient = await accuracy(model, { samples: [{ prompt, answer: said.toUpperCase() }], match: "lenient" });
  expect(lenient.passes("exact_match")).toEqual([true]);
});

describe("texts", () => {
  test("an output ends before the first stop text that follows something visible", () => {
    expect(untilStop("\n Paris\nCountry: Peru", ["\n"])).toBe("\n Paris");
    expect(untilStop(" Paris. And", ["\n", "."])).toBe(" Paris");
    expect(untilStop(" Paris", [])).toBe(" Paris");
  });
  test("lenient comparison forgets case, quotation marks and a full stop, exact only white space", () => {
    expect(comparable(" “Yes”. ", "lenient")).toBe("yes");
    expect(comparable("'Mont  Blanc'", "lenient")).toBe("mont blanc");
    expect(comparable(" 'Yes'. ", "exact")).toBe("'Yes'.");
    expect(comparable("3.5", "lenient")).toBe("3.5");
  });
});

test("another wording and a chat give other prompts; the chat template is the checkpoint's", async () => {
  const [plain, other, chat] = [{}, { rephrasing: 2 }, { chat: true }].map(
    (options) => accuracyOfTask(model, "capital", { n: 1, ...options }).samples[0].prompt,
  );
  expect(other).not.toEqual(plain);
  const content = `${task("capital").instruction}${task("capital").query.replace("{x}", task("capital").items[0].query)}`;
  const rendered = model.tokenizer?.chat?.([{ role: "user", content }]) as string;
  expect(model.tokenizer?.decode(chat)).toBe(rendered);
});

test("a stopped run keeps what it has, and a journal goes on from there to the same answers", async () => {
  const journal = join(folder, "run.journal");
  const whole = await accuracy(model, { task: "color", n: 40 });
  const run = accuracy(model, { task: "color", n: 40, journal });
  run.onChange(() => {
    if (run.progress.done >= 3) run.cancel();
  });
  const stopped = await run;
  expect(stopped.state).toBe("stopped");
  expect(stopped.finished).toBeGreaterThanOrEqual(3);
  expect(stopped.finished).toBeLessThan(40);
  const lines = readFileSync(journal, "utf8").trim().split("\n").length;
  expect(lines).toBe(1 + stopped.finished);
  const resumed = await accuracy(model, { task: "color", n: 40, journal, resume: true });
  expect(resumed.data.answers).toEqual(whole.data.answers);
  expect(() => accuracy(model, { task: "color", n: 39, journal, resume: true })).toThrow(
    /must be the journal of this spec/,
  );
});

test("a file gives back every table; one that was changed is refused by the field", async () => {
  const result = await accuracy(model, { task: "can_fly", n: 6 });
  const text = serializeAny(result);
  const again = parseAnyResult(text);
  for (const name of ACCURACY_TABLES) expect(again.table(name)).toEqual(result.table(name));
  const changed = (
    change: (value: { answers: { tokens: number[]; verdict: unknown }[]; spec: { match: string } }) => void,
  ) => {
    const value = JSON.parse(text);
    change(value);
    return () => parseAnyResult(JSON.stringify(value));
  };
  expect(changed((v) => v.answers.pop())).toThrow(/answers is "a list of 5", must be those to the 6 samples/);
  expect(changed((v) => v.answers[2].tokens.push(99_999))).toThrow(/answers\[2\]\.tokens\[\d+\] is 99999/);
  expect(changed((v) => Object.assign(v.answers[0], { verdict: "yes" }))).toThrow(/answers\[0\]\.verdict/);
  expect(changed((v) => Object.assign(v.spec, { match: "close" }))).toThrow(/spec\.match is "close"/);
});

test("the chart has a bar for each model and task, open bars behind, and survives a page", async () => {
  const result = await accuracy(model, { task: "can_fly", n: 6 });
  const view = accuracyChart([result], { id: "v" });
  expect(validateView(JSON.parse(JSON.stringify(view)))).toMatchObject({ ok: true });
  const [point] = chartPoints(view);
  expect(point.value).toBe(result.rate("exact_match").rate);
  expect([point.low, point.high]).toEqual(result.rate("exact_match").ci);
  expect(point.behind?.value).toBe(result.rate("in_scope").rate);
  expect(view.series).toEqual([{ name: "demo/dpo", stage: "dpo" }]);
  expect(view.code).toContain('pb.accuracy(await pb.load("demo/dpo"), { task: "can_fly", n: 6 })');
  expect(() => accuracyChart([result, result], { id: "v" })).toThrow(/must have each value once/);
});

test("a wrong field is named before anything runs", () => {
  const spec = { schema: "patchbay.spec/1", kind: "accuracy", model: "demo/dpo" };
  const sample = { prompt: "a", answer: "b" };
  const refused: [unknown, RegExp][] = [
    [spec, /samples: is missing/],
    [{ ...spec, samples: [{ prompt: "a" }] }, /samples\[0\]\.answer: is missing/],
    [{ ...spec, samples: [{ ...sample, prompt: [99_999] }] }, /samples\[0\]\.prompt\[0\] is 99999, must be a token id/],
    [{ ...spec, samples: [sample], n: 3 }, /n is 3, belongs to a task/],
    [{ ...spec, samples: [sample], maxNewTokens: 0 }, /maxNewTokens is 0/],
    [{ ...spec, samples: [sample], match: "close" }, /match is "close", must be "exact" or "lenient"/],
    [{ ...spec, samples: [sample], scop: [] }, /scop: is not a field/],
    [{ ...spec, task: "capital", rephrasing: 9999 }, /rephrasing is 9999, must be below the \d+ rephrasings/],
    [{ ...spec, task: "nothing" }, /task is "nothing", must be one of/],
    [{ ...spec, task: "capital", n: 9999 }, /n is 9999, must be a whole number from 1 to the \d+ items/],
  ];
  for (const [json, message] of refused) expect(() => accuracySpec(model, json)).toThrow(message);
  expect(() => accuracy(model, {})).toThrow(/accuracy\(\): needs either a task or samples/);
});

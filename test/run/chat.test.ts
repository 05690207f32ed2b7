/** Sweeps and traces of a task as a chat: prompts by the checkpoint's template, positions where they belong. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveSpec } from "../../kernel-lib/src/experiment/spec";
import { task } from "../../kernel-lib/src/experiment/task";
import { resolveTraceSpec } from "../../kernel-lib/src/experiment/trace-spec";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { patchSweep } from "../../kernel-lib/src/run/patch-sweep";
import { pathTrace } from "../../kernel-lib/src/run/path-trace";
import { viewsOf } from "../../kernel-lib/src/view/of-result";

let model: Model;
let turns: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo", { host: "inline" });
  // The demo's own template adds nothing to the text; this one puts words on both sides.
  const tokenizer = model.tokenizer as NonNullable<Model["tokenizer"]>;
  const chat: typeof tokenizer.chat = (messages) => `<s>The country: ${messages[0].content} State the answer:`;
  turns = Object.assign(Object.create(model), { tokenizer: { ...tokenizer, chat } });
});
afterAll(() => model.close());

const capital = () => task("capital");

test("a sweep copies from the instruction's last token inside the template, into a filler before query and turn", async () => {
  const run = patchSweep(turns, { task: "capital", n: 2, chat: true, tuples: [[0]] });
  const text = (ids: readonly number[]) => turns.tokenizer?.decode(ids);
  const [sample] = run.spec.samples;
  expect(text(sample.source)).toBe(`<s>The country: ${capital().instruction}`);
  expect(text(sample.target)).toBe("<s> Country: France. Answer: State the answer:");
  expect([sample.sourcePosition, sample.targetPosition]).toEqual([-1, 0]);
  const result = await run;
  expect(result.finished).toBe(2);

  const plain = await patchSweep(turns, { task: "capital", n: 2, tuples: [[0]] });
  expect(plain.spec.samples[0].target).not.toEqual(sample.target);
  expect(plain.values("patched_logit")[0]).not.toBe(result.values("patched_logit")[0]);
});

test("a trace runs through the whole turn, and marks the instruction's end inside it", async () => {
  const run = pathTrace(turns, { task: "capital", n: 1, chat: true, sources: "instruction-end", maxRank: 5 });
  const [sample] = run.spec.samples;
  const end = sample.instructionEnd as number;
  expect(turns.tokenizer?.decode(sample.tokens.slice(0, end + 1))).toBe(`<s>The country: ${capital().instruction}`);
  expect(turns.tokenizer?.decode(sample.tokens)).toMatch(/Answer: State the answer:$/);
  expect(sample.sources).toEqual([end]);
  expect((await run).finished).toBe(1);
});

test("what preview() warns of stands in the result of a trace as well", async () => {
  const items = [{ query: "a land far away", answer: " Paris Paris" }];
  const run = pathTrace(model, { task: { ...capital(), items }, sources: "instruction-end", maxRank: 1 });
  expect((await run).making.warnings.join()).toMatch(/1 answer is more than one token/);
});

test("the spec of a task may ask for a chat, the resolved one says so and runs again as it is", () => {
  const given = { schema: "patchbay.spec/1", kind: "patch-sweep", model: "demo/dpo", task: "capital", n: 1 };
  const { spec } = resolveSpec({ ...given, tuples: { sizes: [1] }, chat: true }, turns);
  expect(turns.tokenizer?.decode(spec.samples[0].source)).toMatch(/^<s>The country:/);
  expect(spec.chat).toBe(true);
  expect(resolveSpec(spec, turns).spec).toEqual(spec);
  const trace = pathTrace(turns, { task: "capital", n: 1, chat: true, sources: "instruction-end", maxRank: 1 });
  expect(resolveTraceSpec(trace.spec, turns)).toEqual(trace.spec);
  trace.cancel();
});

test("samples of one's own are prompts already, and no chat is made of them", () => {
  const samples = [{ source: [1], target: [1, 2], answer: 3 }];
  expect(() => patchSweep(turns, { samples, chat: true })).toThrow(/patchSweep\(\): chat/);
  expect(() => pathTrace(turns, { samples: [{ tokens: [1], answer: 1 }], chat: true })).toThrow(/pathTrace\(\): chat/);
});

test("the code that makes a view again asks for the chat", async () => {
  const sweep = await patchSweep(turns, { task: "capital", n: 1, chat: true, sizes: [1] });
  expect(viewsOf(sweep).view({ id: "v" }).code).toMatch(
    /task: pb\.task\("capital"\), sizes: \[1\], n: 1, .*chat: true/,
  );
});

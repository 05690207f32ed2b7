import { describe, expect, test } from "vitest";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import { resolveSpec } from "../../kernel-lib/src/experiment/spec";
import { samplesOf, task, taskNames } from "../../kernel-lib/src/experiment/task";
import type { SpecModel } from "../../kernel-lib/src/experiment/types";

/** A demo checkpoint read from disk, without an engine. */
const demo: SpecModel = await openCheckpoint("demo/dpo");
const text = (ids: readonly number[]) => demo.tokenizer?.decode(ids);

describe("samplesOf()", () => {
  test("protocol paper: filler and query, instruction as source, both as reference, answer's first token", () => {
    const capital = task("capital");
    const { samples, warnings } = samplesOf(demo, capital, { n: 2 });
    const [first] = samples;
    const query = capital.query.replace("{x}", capital.items[0].query);
    expect(samples).toHaveLength(2);
    expect(first.source[0]).toBe(demo.config.bosId);
    expect(text(first.source.slice(1))).toBe(capital.instruction);
    expect(first.sourcePosition).toBe(-1);
    expect(first.target[0]).toBe(demo.config.bosId);
    expect(first.targetPosition).toBe(0);
    expect(text(first.target.slice(1))).toBe(query);
    expect(first.reference).toEqual([...first.source, ...first.target.slice(1)]);
    expect(text([first.answer])).toBe(capital.items[0].answer);
    expect(first.label).toBe(capital.items[0].query);
    expect(warnings).toEqual([]);
  });

  test("protocol released-code: the bare query, its first or last position overwritten", () => {
    const capital = task("capital");
    const { samples } = samplesOf(demo, capital, { protocol: "released-code", position: -1 });
    expect(samples).toHaveLength(capital.items.length);
    expect(text(samples[0].target)).toBe(capital.items[0].query);
    expect(samples[0].targetPosition).toBe(-1);
    expect(samplesOf(demo, capital, { protocol: "released-code" }).samples[0].targetPosition).toBe(0);
  });

  test("warns of answers of several tokens, merging instructions and targets of different lengths", () => {
    const own = task({
      instruction: "State the capi",
      query: "tal of {x}.",
      items: [
        { query: "France", answer: " Paris Paris" },
        { query: "a land far away", answer: " Paris" },
      ],
    });
    const { samples, warnings } = samplesOf(demo, own);
    expect(warnings.join("\n")).toMatch(/1 answer is more than one token.*" Paris Paris"/);
    expect(warnings.join("\n")).toMatch(/2 queries merge with the end of the instruction/);
    expect(warnings.join("\n")).toMatch(/targets have \d+ to \d+ tokens/);
    expect(samples[0].answer).toBe(samples[1].answer);
  });

  test("warns of answers that are glued to the query, in texts but not at the start of a chat's turn", () => {
    const own = {
      ...{ name: "own", instruction: "State the capital.", query: " Country: {x}. Answer:" },
      items: [
        { query: "Peru", answer: "Lima" },
        { query: "Cuba", answer: " Havana" },
      ],
    };
    expect(samplesOf(demo, own).warnings).toContain(
      '1 answer follows the query without the space that most models write first: "Lima"; with it: " Lima"',
    );
    const apart = { ...own, query: " Country: {x}. Answer: " };
    expect(samplesOf(demo, apart).warnings.join()).not.toContain("without the space");
    expect(samplesOf(demo, task("capital")).warnings).toEqual([]);
  });

  test("takes another filler, and asks for one where the model has no beginning-of-sequence token", () => {
    const noBos = { ...demo, config: { ...demo.config, bosId: null } };
    expect(() => samplesOf(noBos, task("capital"))).toThrow(/filler: is not given.*Name a token/);
    const [sample] = samplesOf(noBos, task("capital"), { filler: "</s>" }).samples;
    expect(text(sample.target)).toMatch(/^<\/s>/);
    expect(text(sample.source)).toBe(task("capital").instruction);
    expect(() => samplesOf(demo, task("capital"), { filler: "<none>" })).toThrow('filler is "<none>", must be a token');
  });

  test("refuses more items than there are, and a model without a tokenizer", () => {
    expect(() => samplesOf(demo, task("capital"), { n: 1000 })).toThrow(/n is 1000, must be a whole number from 1 to/);
    expect(() => samplesOf({ ...demo, tokenizer: null }, task("capital"))).toThrow(/needs a tokenizer/);
  });
});

describe("task()", () => {
  test("names every bundled task, and each makes samples that the demo model can take", () => {
    expect(taskNames("demo").length).toBeGreaterThanOrEqual(5);
    for (const name of taskNames("demo")) {
      const spec = {
        schema: "patchbay.spec/1",
        kind: "patch-sweep",
        model: "demo/dpo",
        task: name,
        tuples: { sizes: [1] },
      };
      const resolved = resolveSpec(spec, demo);
      expect(resolved.job.samples).toHaveLength(task(name).items.length);
      expect(resolved.warnings).toEqual([]);
    }
  });

  test("refuses unknown names and tasks that cannot be asked", () => {
    expect(() => task("capitol")).toThrow(/task is "capitol" \(did you mean "capital"\?\), must be one of .*language/);
    const items = [{ query: "a", answer: "b" }];
    expect(() => task({ instruction: "x", query: "no place", items })).toThrow(
      /query is "no place", must be a text with/,
    );
    expect(() => task({ instruction: "x", query: "{x}", items: [] })).toThrow(/items: must be a list/);
    expect(() => task({ instruction: "", query: "{x}", items })).toThrow(/instruction/);
    expect(() => task({ instruction: "x", query: "{x}", items: [{ query: "a", answer: "" }] })).toThrow(
      /items\[0\].answer/,
    );
  });
});

describe("resolveSpec() with text", () => {
  test("tokenises prompts as the checkpoint's tokenizer does and takes an answer's first token", () => {
    const spec = {
      schema: "patchbay.spec/1",
      kind: "patch-sweep",
      model: "demo/dpo",
      samples: [{ source: "State the capital.", target: " Country: France. Answer:", answer: " Paris" }],
      tuples: { sizes: [1] },
    };
    const { spec: resolved } = resolveSpec(spec, demo);
    const encode = (prompt: string) => demo.tokenizer?.encode(prompt, { addSpecialTokens: true });
    expect(resolved.samples[0].source).toEqual(encode("State the capital."));
    expect(resolved.samples[0].target).toEqual(encode(" Country: France. Answer:"));
    expect(text([resolved.samples[0].answer])).toBe(" Paris");
  });
});

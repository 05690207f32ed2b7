import { describe, expect, test } from "vitest";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import { preview } from "../../kernel-lib/src/experiment/preview";
import { REPHRASINGS, rephrase } from "../../kernel-lib/src/experiment/rephrase";
import { samplesOf, task, taskNames } from "../../kernel-lib/src/experiment/task";
import type { SpecModel } from "../../kernel-lib/src/experiment/types";

const demo: SpecModel = await openCheckpoint("demo/dpo");
const paper = taskNames("paper").map((name) => task(name));
const contrastive = paper.filter(({ contrast }) => contrast !== undefined);

describe("the paper's tasks", () => {
  test("are the eight of table 1, named by family, beside the demo models' own", () => {
    expect(taskNames("paper")).toEqual([
      "adjectives.comparative",
      "adjectives.antonym",
      "animals.color",
      "animals.can_fly",
      "bigbench.metaphor_boolean",
      "bigbench.implicatures",
      "bigbench.object_counting",
      "bigbench.snarks",
    ]);
    expect(taskNames()).toEqual([...taskNames("demo"), ...taskNames("paper")]);
    expect(task("adjectives.antonym").instruction).toBe("Given an adjective, state its antonym.");
    // Each instruction ends with its punctuation mark, as the paper's table says.
    for (const { instruction } of paper) expect(instruction).toMatch(/[.:]$/);
  });

  test("pairs ask two things of the same 200 queries and more, BIG-bench kinds have at least twelve items", () => {
    expect(contrastive).toHaveLength(4);
    for (const { contrast, items } of contrastive) {
      expect(items.length).toBeGreaterThanOrEqual(200);
      expect(task(contrast as string).items.map(({ query }) => query)).toEqual(items.map(({ query }) => query));
      expect(items.every(({ query }) => /^[a-z]+$/.test(query))).toBe(true);
    }
    for (const { items, contrast } of paper)
      if (contrast === undefined) expect(items.length).toBeGreaterThanOrEqual(12);
  });

  test("have no query twice, answers within their scope, and no answer that repeats the query", () => {
    for (const { items, scope = [] } of paper) {
      expect(new Set(items.map(({ query }) => query)).size).toBe(items.length);
      expect(new Set(scope).size).toBe(scope.length);
      for (const { query, answer } of items) {
        expect(scope).toContain(answer);
        expect(answer).not.toBe(` ${query}`);
      }
    }
  });

  test("have no answer that nearly all items share", () => {
    for (const { items } of paper) {
      const counts = new Map<string, number>();
      for (const { answer } of items) counts.set(answer, (counts.get(answer) ?? 0) + 1);
      expect(Math.max(...counts.values())).toBeLessThanOrEqual(0.6 * items.length);
    }
  });

  test("object counts add up", () => {
    const numbers: Record<string, number> = { a: 1, an: 1, two: 2, three: 3, four: 4 };
    for (const { query, answer } of task("bigbench.object_counting").items) {
      const listed = query.split(". How many")[0].match(/\b(a|an|two|three|four)\b/g) ?? [];
      expect([query, listed.reduce((sum, word) => sum + numbers[word], 0)]).toEqual([query, Number(answer)]);
    }
  });
});

describe("rephrasings", () => {
  test("are 200 different ones for each task, none of them the instruction, all ending as sentences do", () => {
    for (const { rephrasings = [], instruction } of paper) {
      expect(new Set(rephrasings).size).toBe(REPHRASINGS);
      expect(rephrasings).not.toContain(instruction);
      for (const sentence of rephrasings) expect(sentence).toMatch(/^[A-Z'][^ ](?:[^ ]| (?! ))*[.:]$/);
    }
  });

  test("of two contrasted tasks share no wording", () => {
    for (const { name, contrast, rephrasings } of contrastive) {
      const other = new Set(task(contrast as string).rephrasings);
      expect([name, rephrasings?.filter((sentence) => other.has(sentence))]).toEqual([name, []]);
    }
  });

  test("come in an order that does not change, and no more of them than the grammar makes", () => {
    const grammar = [
      [
        ["Name", "Give", "Name"],
        ["its color.", "the color."],
      ],
      [["Say"], ["its color."]],
    ];
    expect(rephrase(grammar, { n: 5 })).toEqual(rephrase(grammar, { n: 5 }));
    expect([...rephrase(grammar, { n: 5 })].sort()).toEqual(
      ["Give its color.", "Give the color.", "Name its color.", "Name the color.", "Say its color."].sort(),
    );
    expect(rephrase(grammar, { n: 4, instruction: "Say its color." })).not.toContain("Say its color.");
    expect(() => rephrase(grammar, { n: 6 })).toThrow(/rephrasings is 6, must be at most the grammar's 5/);
  });
});

describe("preview()", () => {
  test("shows the prompts token by token, T_inst, and the answers", () => {
    const shown = preview(demo, "capital", { n: 2 });
    const { source } = samplesOf(demo, task("capital")).samples[0];
    expect(shown.instruction).toHaveLength(source.length);
    expect(shown.instruction.slice(1).join("")).toBe(task("capital").instruction);
    expect(shown.instructionEnd).toBe(source.length - 1);
    expect(shown.items).toHaveLength(2);
    expect(shown.items[0].target.slice(1).join("")).toBe(" Country: France. Answer:");
    expect(String(shown)).toContain(`T_inst       ".", position ${source.length - 1}`);
    expect(String(shown)).toContain("40 more");
    expect(shown.warnings).toEqual([]);
  });

  test("warns of all items, also those that it does not show", () => {
    const own = {
      instruction: "State the capi",
      query: "tal of {x}.",
      items: ["France", "Spain", "a land far away"].map((query) => ({ query, answer: ` Paris ${query}` })),
    };
    const warnings = preview(demo, own, { n: 1 }).warnings.join("\n");
    expect(warnings).toMatch(/3 answers are more than one token/);
    expect(warnings).toMatch(/3 different answers begin with a token that another begins with/);
    expect(warnings).toMatch(/3 queries merge with the end of the instruction/);
    expect(warnings).toMatch(/targets have \d+ to \d+ tokens/);
    expect(() => preview(demo, "capital", { n: 0 })).toThrow(/preview: n is 0/);
  });
});

describe("chat templates", () => {
  const withChat = (chat: NonNullable<SpecModel["tokenizer"]>["chat"]): SpecModel => ({
    ...demo,
    tokenizer: { ...(demo.tokenizer as NonNullable<SpecModel["tokenizer"]>), chat },
  });
  const turns = withChat((messages) => `<s>User: ${messages[0].content}</s> Assistant:`);

  test("lay instruction and query into the user's message, and end the source at T_inst", () => {
    const text = (ids: readonly number[]) => demo.tokenizer?.decode(ids);
    const capital = task("capital");
    const [sample] = samplesOf(turns, capital, { chat: true }).samples;
    expect(text(sample.source)).toBe(`<s>User: ${capital.instruction}`);
    expect(text(sample.target.slice(1))).toBe(" Country: France. Answer:</s> Assistant:");
    expect(text(sample.reference ?? [])).toBe(
      `<s>User: ${capital.instruction} Country: France. Answer:</s> Assistant:`,
    );
  });

  test("an answer that begins a turn has no space before it; one that follows a word keeps it", () => {
    const fresh = withChat((messages) => `<s>${messages[0].content}\n`);
    const first = (model: SpecModel) => samplesOf(model, task("capital"), { chat: true }).samples[0].answer;
    expect(demo.tokenizer?.tokenText(first(turns))).toBe(" Paris");
    expect(demo.tokenizer?.encode("Paris")[0]).toBe(first(fresh));
    expect(preview(fresh, "capital", { n: 1, chat: true }).items[0].answer.join("")).toBe("Paris");
    expect(preview(fresh, "capital", { n: 1 }).items[0].answer.join("")).toBe(" Paris");
  });

  test("are refused where there is none, or where it changes the text", () => {
    expect(() => samplesOf(withChat(null), task("capital"), { chat: true })).toThrow(/chat: needs a chat template/);
    const shouting = withChat((messages) => messages[0].content.toUpperCase());
    expect(() => samplesOf(shouting, task("capital"), { chat: true })).toThrow(/changes the message's text/);
  });
});

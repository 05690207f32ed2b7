import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../../kernel-lib/src/experiment/csv";
import { readRephrasings, readTasks } from "../../kernel-lib/src/experiment/task-files";
import { temporaryFolder } from "../support/temporary";

const folder = temporaryFolder();
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const instructions = { subtask_1: "State its comparative.", subtask_2: "State its antonym." };
const ask = (name: string, content: string | Uint8Array) => () => readTasks(file(name, content), { instructions });

describe("readTasks() of CSV", () => {
  test("gives a task for each asked column, quoted fields and CRLF as RFC 4180 has them", () => {
    const path = file(
      "words.csv",
      '\ufeffquery,subtask_1,subtask_2\r\nbig,bigger,small\r\n"well, ""well""\r\nthen",x," y "\r\n',
    );
    const [comparative, antonym] = readTasks(path, { instructions, query: " Adjective: {x}. Answer:" });
    expect(comparative).toMatchObject({ name: "words.subtask_1", instruction: "State its comparative." });
    expect(comparative.items).toEqual([
      { query: "big", answer: " bigger" },
      { query: 'well, "well"\r\nthen', answer: " x" },
    ]);
    expect(antonym.items.map(({ answer }) => answer)).toEqual([" small", " y"]);
    expect(antonym.scope).toEqual([" small", " y"]);
    expect(readTasks(path, { instructions: { subtask_2: "Antonym." } })).toHaveLength(1);
  });

  test.each([
    ["another header", "word,subtask_1\nbig,small\n", /header is "word,subtask_1", must begin with query/],
    ["a column twice", "query,a,a\nbig,x,y\n", /header .* must name each column once/],
    ["too few fields", "query,subtask_1,subtask_2\nbig,bigger\n", /line 2 is "2 fields", must have 3.*double quotes/],
    ["an empty answer", "query,subtask_1,subtask_2\nbig,,small\n", /line 2: subtask_1 is "", must be a text/],
    ["an open quote", 'query,subtask_1\n"big,bigger\n', /line 2: has a quote that is never closed/],
    ["text behind a quote", 'query,subtask_1\n"big"ger,x\n', /line 2: has text behind a quoted field/],
    ["a query twice", "query,subtask_1,subtask_2\na,b,c\nb,c,d\na,d,e\n", /line 4: query is "a", stands in line 2/],
    ["no rows", "query,subtask_1\n", /must have a header and at least one row/],
    ["a column that is not there", "query,subtask_1\nbig,bigger\n", /subtask_2: is missing.*has subtask_1/],
  ])("refuses %s", (_, content, message) => {
    expect(ask("bad.csv", content)).toThrow(message);
  });

  test("refuses what is no text, no file, or too much", () => {
    expect(ask("latin.csv", Uint8Array.of(0x71, 0xff, 0xfe))).toThrow(/must be text in UTF-8/);
    expect(() => readTasks(join(folder, "none.csv"), { instructions })).toThrow(/must be a file/);
    expect(ask("words.txt", "x")).toThrow(/must end in .csv, .jsonl or .json/);
    expect(() => readTasks("x.csv", { instructions: {} })).toThrow(/must name at least one column/);
    expect(() => parseCsv("a\nb\nc\n", { thing: "x.csv", maxRows: 2 })).toThrow(/line 3: is beyond the 2 rows/);
    expect(() => parseCsv(`${",".repeat(200)}\n`, { thing: "x.csv", maxRows: 2 })).toThrow(/more than 64 fields/);
    expect(ask("long.csv", `query,subtask_1,subtask_2\n${"x".repeat(30_000)},a,b\n`)).toThrow(/30000 characters/);
  });
});

describe("readTasks() of JSON", () => {
  test("reads lines with the same fields", () => {
    const path = file("words.jsonl", '{"query": "big", "subtask_1": "bigger", "subtask_2": "small"}\n\n');
    expect(readTasks(path, { instructions })[1].items).toEqual([{ query: "big", answer: " small" }]);
    expect(ask("bad.jsonl", '{"query": "big"}\n{]\n')).toThrow(/line 2: must be valid JSON/);
    expect(ask("list.jsonl", "[1]\n")).toThrow(/line 1: must be a JSON object/);
    expect(ask("number.jsonl", '{"query": "big", "subtask_1": 3}\n')).toThrow(/subtask_1 is 3, must be a text/);
  });

  test("reads BIG-bench examples: targets, lists of targets, and the best of scored targets, renamed", () => {
    const path = file(
      "task.json",
      JSON.stringify({
        name: "metaphor_boolean",
        examples: [
          { input: "one", target: "True" },
          { input: "two", target: ["False", "no"] },
          { input: "three", target_scores: { True: 0, False: 1 } },
        ],
      }),
    );
    const [read] = readTasks(path, {
      instructions: { answer: "Print Y for yes and N for no." },
      rename: { True: "Y", False: "N" },
    });
    expect(read.items.map(({ answer }) => answer)).toEqual([" Y", " N", " N"]);
    expect(ask("empty.json", '{"examples": []}')).toThrow(/examples: must be a list/);
    expect(ask("scores.json", '{"examples": [{"input": "a", "target_scores": {"x": "1"}}]}')).toThrow(
      /examples\[0\].target_scores: must hold a number/,
    );
    expect(ask("deep.json", "[".repeat(50) + "]".repeat(50))).toThrow(/deep/);
  });
});

describe("readRephrasings()", () => {
  const read = (content: string) => () => readRephrasings(file("rephrasings.csv", content));
  test("gives the instructions in the order of their index", () => {
    expect(read('index,instruction\n1,"Second, please."\n0,First.\n')()).toEqual(["First.", "Second, please."]);
  });
  test("refuses other headers, indexes and repeats", () => {
    expect(read("i,instruction\n0,x\n")).toThrow(/header is "i,instruction"/);
    expect(read("index,instruction\nx,y\n")).toThrow(/line 2: index is "x"/);
    expect(read("index,instruction\n0,a\n0,b\n")).toThrow(/line 3 is 0, stands twice/);
    expect(read("index,instruction\n0,a\n1,a\n")).toThrow(/line 3 is "a", stands twice/);
  });
});

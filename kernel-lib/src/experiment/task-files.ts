/** Tasks from a researcher's own files: CSV `query,subtask_1,subtask_2`, JSON lines with the same fields, BIG-bench
 *  `task.json`, and rephrasings as CSV `index,instruction`. Files are hostile until they are checked: size, encoding,
 *  rows and fields are bounded, and each complaint names file, line or field, rule and way out. */

import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { parseJson } from "../checkpoint/json";
import { SpecError } from "../errors";
import { optionsGiven, textGiven } from "../given";
import { parseCsv } from "./csv";
import { MAX_SAMPLES } from "./fields";
import { type Task, type TaskItem, task } from "./task";

const MAX_BYTES = 64 * 2 ** 20;
const MAX_DEPTH = 8;
/** Characters of one query or answer. */
const MAX_TEXT = 20_000;

/** What a file of items does not say itself: instructions, and the wording of the query. */
export interface TaskFileOptions {
  /** Per column of answers, the instruction that asks for it. A BIG-bench file has one column, `answer`. */
  instructions: Readonly<Record<string, string>>;
  /** The query's wording with `{x}`. Default `" {x} Answer:"`. */
  query?: string;
  /** Answers spelled otherwise, for example `{ True: "Y", False: "N" }`. */
  rename?: Readonly<Record<string, string>>;
  /** Per column, the answers that count as within the task; default: all answers of that column. */
  scopes?: Readonly<Record<string, readonly string[]>>;
}

/** A query and its answer in each column. */
interface Row {
  where: string;
  query: string;
  answers: Map<string, string>;
}

/** The tasks of a file, one for each instruction: `.csv`, `.jsonl`, or `.json` as BIG-bench has it.
 *  @throws SpecError
 *  @example
 *  const [antonym] = pb.readTasks("adjectives.csv", {
 *    instructions: { antonym: "Given an adjective, state its antonym." },
 *    query: " Adjective: {x}. Answer:",
 *  }); */
export function readTasks(path: string, options: TaskFileOptions): Task[] {
  textGiven(
    "readTasks(): path",
    path,
    'pb.readTasks("tasks.csv", { instructions: { antonym: "State its antonym." } })',
  );
  const { instructions, query = " {x} Answer:", rename = {}, scopes = {} } = optionsGiven("readTasks()", options);
  const asked = Object.entries(instructions ?? {});
  if (asked.length === 0) {
    throw new SpecError({
      thing: "instructions",
      rule: "must name at least one column of answers",
      wayOut: 'For example { instructions: { antonym: "Given an adjective, state its antonym." } }',
    });
  }
  const rows = rowsOf(path);
  refuseRepeats(path, rows);
  return asked.map(([column, instruction]) => {
    const items = rows.map(({ where, query: asks, answers }): TaskItem => {
      const answer = answers.get(column);
      if (answer === undefined) {
        throw new SpecError({
          thing: `${where}: ${column}`,
          rule: "is missing, though an instruction asks for it",
          wayOut: `This row has ${[...answers.keys()].join(", ")}`,
        });
      }
      return { query: asks, answer: ` ${Object.hasOwn(rename, answer) ? rename[answer] : answer}` };
    });
    const scope = scopes[column]?.map((text) => ` ${text}`) ?? [...new Set(items.map(({ answer }) => answer))].sort();
    return task({ name: `${basename(path).replace(/\.\w+$/, "")}.${column}`, instruction, query, items, scope });
  });
}

/** The instructions of a CSV `index,instruction`, in the order of the index.
 *  @throws SpecError
 *  @example pb.task({ ...pb.task("adjectives.antonym"), rephrasings: pb.readRephrasings("antonym.csv") }) */
export function readRephrasings(path: string): string[] {
  textGiven("readRephrasings(): path", path, 'pb.readRephrasings("wordings.csv")');
  const { header, rows } = tableOf(path);
  if (header.join() !== "index,instruction") {
    throw new SpecError({ thing: `${path}: header`, value: header.join(), rule: 'must be "index,instruction"' });
  }
  const found = rows.map(({ fields: [index, instruction], line }) => {
    if (!/^\d{1,9}$/.test(index))
      throw new SpecError({ thing: `${path}, line ${line}: index`, value: index, rule: "must be a whole number" });
    return { index: Number(index), text: checkText(instruction, `${path}, line ${line}: instruction`), line };
  });
  for (const key of ["index", "text"] as const) {
    const seen = new Set<unknown>();
    for (const row of found) {
      if (seen.has(row[key]))
        throw new SpecError({ thing: `${path}, line ${row.line}`, value: row[key], rule: "stands twice in the file" });
      seen.add(row[key]);
    }
  }
  return found.sort((a, b) => a.index - b.index).map(({ text }) => text);
}

function rowsOf(path: string): Row[] {
  const ending = /\.\w+$/.exec(path)?.[0].toLowerCase();
  if (ending === ".csv") return csvRows(path);
  if (ending === ".jsonl") return jsonLines(path);
  if (ending === ".json") return bigBenchRows(path);
  throw new SpecError({ thing: path, rule: "must end in .csv, .jsonl or .json (a BIG-bench task)" });
}

function csvRows(path: string): Row[] {
  const { header, rows } = tableOf(path);
  if (header[0] !== "query" || header.length < 2) {
    throw new SpecError({
      thing: `${path}: header`,
      value: header.join(),
      rule: "must begin with query, and name at least one column of answers",
      wayOut: "For example query,comparative,antonym",
    });
  }
  return rows.map(({ fields, line }) =>
    rowOf(`${path}, line ${line}`, Object.fromEntries(header.map((name, i) => [name, fields[i]]))),
  );
}

function tableOf(path: string) {
  const [first, ...rows] = parseCsv(readText(path), { thing: path, maxRows: MAX_SAMPLES + 1 });
  if (first === undefined || rows.length === 0)
    throw new SpecError({ thing: path, rule: "must have a header and at least one row" });
  const header = first.fields.map((name) => name.trim());
  if (new Set(header).size !== header.length || header.includes("__proto__"))
    throw new SpecError({ thing: `${path}: header`, value: header.join(), rule: "must name each column once" });
  for (const { fields, line } of rows) {
    if (fields.length === header.length) continue;
    throw new SpecError({
      thing: `${path}, line ${line}`,
      value: `${fields.length} fields`,
      rule: `must have ${header.length}, as the header has`,
      wayOut: "A text with commas stands in double quotes",
    });
  }
  return { header, rows };
}

function jsonLines(path: string): Row[] {
  const lines = readText(path).split("\n");
  const rows: Row[] = [];
  lines.forEach((text, i) => {
    if (text.trim() === "") return;
    const where = `${path}, line ${i + 1}`;
    if (rows.length === MAX_SAMPLES)
      throw new SpecError({ thing: where, rule: `is beyond the ${MAX_SAMPLES} rows that a file may have` });
    rows.push(rowOf(where, record(where, parse(text, where))));
  });
  if (rows.length === 0) throw new SpecError({ thing: path, rule: "must have at least one line" });
  return rows;
}

/** `examples: [{ input, target }]` or `[{ input, target_scores: { answer: score } }]`, whose best answer counts. */
function bigBenchRows(path: string): Row[] {
  const { examples } = record(path, parse(readText(path), path));
  if (!Array.isArray(examples) || examples.length === 0 || examples.length > MAX_SAMPLES) {
    throw new SpecError({ thing: `${path}: examples`, rule: `must be a list of 1 to ${MAX_SAMPLES} examples` });
  }
  return examples.map((entry: unknown, i) => {
    const where = `${path}: examples[${i}]`;
    const { input, target, target_scores: scores } = record(where, entry);
    const answer =
      scores === undefined
        ? Array.isArray(target)
          ? target[0]
          : target
        : bestOf(record(`${where}.target_scores`, scores), where);
    return rowOf(where, { query: input, answer });
  });
}

function bestOf(scores: Record<string, unknown>, where: string): string {
  const entries = Object.entries(scores);
  if (entries.length === 0 || entries.some(([, score]) => typeof score !== "number"))
    throw new SpecError({ thing: `${where}.target_scores`, rule: "must hold a number for each answer" });
  return entries.reduce((best, entry) => ((entry[1] as number) > (best[1] as number) ? entry : best))[0];
}

function rowOf(where: string, fields: Record<string, unknown>): Row {
  const { query, ...rest } = fields;
  return {
    where,
    query: checkText(query, `${where}: query`),
    answers: new Map(Object.entries(rest).map(([name, value]) => [name, checkText(value, `${where}: ${name}`)])),
  };
}

function checkText(value: unknown, thing: string): string {
  const text = typeof value === "string" ? value.trim() : value;
  if (typeof text === "string" && text !== "" && text.length <= MAX_TEXT) return text;
  throw new SpecError({
    thing,
    value: typeof text === "string" && text.length > MAX_TEXT ? `${text.length} characters` : (value ?? "missing"),
    rule: `must be a text of 1 to ${MAX_TEXT} characters`,
  });
}

function refuseRepeats(path: string, rows: readonly Row[]): void {
  const first = new Map<string, string>();
  for (const { query, where } of rows) {
    const before = first.get(query);
    if (before !== undefined)
      throw new SpecError({
        thing: `${where}: query`,
        value: query,
        rule: `stands in ${before.slice(path.length).replace(/^[,:] /, "")} already`,
      });
    first.set(query, where);
  }
}

function record(thing: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SpecError({ thing, rule: "must be a JSON object" });
}

const parse = (text: string, thing: string): unknown =>
  parseJson(text, { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH, thing, error: SpecError });

/** A file's text, asked for its size before it is read; a byte-order mark is left out. */
function readText(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new SpecError({ thing: path, rule: "must be a file" });
  if (found.size > MAX_BYTES)
    throw new SpecError({ thing: `${path}: size`, value: found.size, rule: `must be at most ${MAX_BYTES} bytes` });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new SpecError({ thing: path, rule: "must be text in UTF-8", wayOut: "Save it as UTF-8 and try again" });
  }
}

/** What a public call was given, checked where it comes in: notebooks run without types, and a wrong thing is told in
 *  words there, not by the first place of ours that trips over it. */
import { ResultError, SpecError } from "./errors";

/** Options as they are; none where they were left out.
 *  @throws SpecError for what is no object
 *  @example optionsGiven("pb.compare()", undefined) // {} */
export function optionsGiven<T extends object>(call: string, options: T | undefined): T {
  if (options === undefined) return {} as T;
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return options;
  throw new SpecError({
    thing: `${call}: options`,
    value: plainValue(options),
    rule: "must be an object, such as { seed: 1 }, or left out",
  });
}

/** What a call takes, for its messages. */
interface Wanted<R> {
  type: abstract new (...args: never[]) => R;
  /** "path traces" */
  what: string;
  /** "pb.headsAcross([one, two])" */
  example: string;
}

/** A list of results of one kind.
 *  @throws ResultError for anything else, and an empty list */
export function listGiven<R>(call: string, values: unknown, { type, what, example }: Wanted<R>): readonly R[] {
  const wrong = (rule: string, value?: unknown): never => {
    throw new ResultError({ thing: call, value: plainValue(value), rule, wayOut: `For example ${example}` });
  };
  if (!Array.isArray(values)) return wrong(`takes a list of ${what}${insteadOf(values)}`);
  if (values.length === 0) return wrong(`takes a list of ${what}, and this one is empty`);
  const other = values.findIndex((value) => !(value instanceof type));
  if (other >= 0) return wrong(`takes a list of ${what}, and its item ${other} is ${kindOf(values[other])}`);
  return values;
}

/** One thing of a kind.
 *  @throws ResultError for anything else */
export function oneGiven<R>(call: string, value: unknown, { type, what, example }: Wanted<R>): R {
  if (value instanceof type) return value;
  throw new ResultError({ thing: call, rule: `takes ${what}${insteadOf(value)}`, wayOut: `For example ${example}` });
}

/** A table: names of columns, and rows with a cell for each.
 *  @throws ResultError for anything else */
export function tableGiven<T extends { columns: readonly string[]; rows: readonly (readonly unknown[])[] }>(
  call: string,
  table: T,
): T {
  const { columns, rows } = (table ?? {}) as { columns?: unknown; rows?: unknown };
  const wayOut = `For example ${call.replace("()", '(result.table("summary"))')}`;
  if (!Array.isArray(columns) || !Array.isArray(rows))
    throw new ResultError({
      thing: call,
      rule: `takes a table, that is { name, columns, rows }${insteadOf(table)}`,
      wayOut,
    });
  const short = rows.findIndex((row) => !Array.isArray(row) || row.length !== columns.length);
  if (short >= 0)
    throw new ResultError({
      thing: `${call}: rows[${short}]`,
      value: plainValue(rows[short]),
      rule: `must be a list of ${columns.length} cells, one for each column`,
    });
  return table;
}

/** Most resamples of a bootstrap. */
export const MOST_RESAMPLES = 1_000_000;

/** A whole number within bounds.
 *  @throws SpecError for anything else */
export function wholeGiven(thing: string, value: unknown, low: number, high: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new SpecError({
    thing,
    value: plainValue(value ?? null),
    rule: `must be a whole number from ${low} to ${high}`,
  });
}

/** A text, such as a path.
 *  @throws SpecError for anything else */
export function textGiven(thing: string, value: unknown, example: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new SpecError({
    thing,
    value: plainValue(value ?? null),
    rule: "must be a text",
    wayOut: `For example ${example}`,
  });
}

/** The bytes of a file.
 *  @throws ResultError for anything else */
export function bytesGiven(name: string, file: unknown): Uint8Array {
  if (typeof file === "string") return new TextEncoder().encode(file);
  if (file instanceof Uint8Array) return file;
  throw new ResultError({
    thing: name,
    rule: `must be the text or the bytes of a file${insteadOf(file)}`,
    wayOut: 'For example pb.parseAnyResult(readFileSync("sweep.patchbay.json"))',
  });
}

const insteadOf = (value: unknown): string => `, not ${kindOf(value)}`;

/** What a value is, in words: "nothing", "the text \"x\"", "a SweepResult", "a list". */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return value === null ? "null" : "nothing";
  if (typeof (value as { then?: unknown }).then === "function" && !("snapshot" in (value as object)))
    return "a promise (wait for it: await ...)";
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value !== "object") return `a ${typeof value}`;
  if ("snapshot" in value) return "a run (wait for its result: await run)";
  const { name } = value.constructor ?? {};
  return name === undefined || name === "Object" ? "a plain object" : `a ${name}`;
}

/** Values that a message shows as they are; others are told by its words. */
const plainValue = (value: unknown): unknown =>
  ["string", "number", "boolean"].includes(typeof value) || value === null ? value : undefined;

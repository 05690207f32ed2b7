/** JSON from strangers: configs, safetensors headers, specs, token lists.
 *  Before `JSON.parse` sees the text, one pass over it bounds its size and depth and refuses what JSON.parse
 *  takes silently: two equal keys in an object (the last would win) and the key `__proto__`.
 *  Imports nothing of Node, so that what reads results in the browser can use it too. */
import { type Complaint, PatchbayError } from "../errors";

export interface JsonLimits {
  /** Largest text, in bytes; of a string, in characters. */
  maxBytes: number;
  /** Deepest nesting of objects and arrays. */
  maxDepth: number;
  /** What is being read, for the message: a path, or a path and a part of it. */
  thing: string;
  /** Which error to throw; default PatchbayError. */
  error?: new (
    complaint: Complaint,
  ) => PatchbayError;
  /** `any`: keys may repeat or be `__proto__`; only for tokenizer.json, whose vocabulary holds every word. */
  keys?: "unique" | "any";
}

/** Objects, arrays and keys in one text. Each costs some 50 bytes of memory for 3 bytes of text, so a bound on bytes
 *  alone would let a file of 100 MB take 2 GB. The largest tokenizer has 830,000 (its words and merges). */
const MAX_PARTS = 2_000_000;

/** Values that stand behind a comma. 100,000 prompts of 100 token ids are 10 million; each takes up to 16 bytes while the
 *  list that holds it grows. */
const MAX_VALUES = 12_000_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN = new Set([0x7b, 0x5b]);
const OPEN_OBJECT = 0x7b;
const CLOSE = new Set([0x7d, 0x5d]);

/** The value of a JSON text, or an error of the asked class that names thing, place and rule.
 *  @example parseJson('{"a": [1, 2]}', { maxBytes: 1000, maxDepth: 4, thing: "spec.json" }) */
export function parseJson(text: string | Uint8Array, limits: JsonLimits): unknown {
  const ErrorClass = limits.error ?? PatchbayError;
  const bytes = typeof text === "string" ? text.length : text.byteLength;
  if (bytes > limits.maxBytes)
    throw new ErrorClass({
      thing: `${limits.thing}: size`,
      value: bytes,
      rule: `JSON here must be at most ${limits.maxBytes} bytes`,
    });
  const string = typeof text === "string" ? text : decode(text, limits, ErrorClass);
  scan(string, limits, ErrorClass);
  try {
    return JSON.parse(string);
  } catch (error) {
    throw new ErrorClass({ thing: limits.thing, rule: `must be valid JSON (${(error as Error).message})` });
  }
}

function decode(bytes: Uint8Array, limits: JsonLimits, ErrorClass: NonNullable<JsonLimits["error"]>): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ErrorClass({ thing: limits.thing, rule: "must be text in UTF-8" });
  }
}

/** Depth, keys and values, in one pass without recursion. Wrong syntax is left to JSON.parse. */
function scan(text: string, limits: JsonLimits, ErrorClass: NonNullable<JsonLimits["error"]>): void {
  // One entry for each open bracket: the keys seen in an object, null in an array or where keys do not matter.
  const open: (Set<string> | null)[] = [];
  const checkKeys = limits.keys !== "any";
  let parts = 0;
  let values = 0;
  const countPart = () => {
    if (++parts <= MAX_PARTS) return;
    throw new ErrorClass({
      thing: `${limits.thing}: number of objects, arrays and keys`,
      rule: `must be at most ${MAX_PARTS}`,
    });
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const start = at;
      at = endOfString(text, at);
      if (isKey(text, at + 1)) {
        countPart();
        const keys = open.at(-1);
        if (keys) checkKey(keyOf(text.slice(start, at + 1)), keys, limits, ErrorClass);
      }
    } else if (OPEN.has(code)) {
      open.push(code === OPEN_OBJECT && checkKeys ? new Set() : null);
      countPart();
      if (open.length > limits.maxDepth)
        throw new ErrorClass({
          thing: `${limits.thing}: nesting at character ${at}`,
          value: open.length,
          rule: `objects and arrays may lie at most ${limits.maxDepth} deep`,
        });
    } else if (code === COMMA) {
      if (++values > MAX_VALUES)
        throw new ErrorClass({ thing: `${limits.thing}: number of values`, rule: `must be at most ${MAX_VALUES}` });
    } else if (CLOSE.has(code)) open.pop();
  }
}

/** Index of the closing quote, or of the end of the text. Searched for, not stepped through: results hold
 *  strings of many megabytes. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    // Backslashes escape each other in pairs; one that is left over escapes the quote.
    if ((at - before) % 2 === 1) return at;
  }
  return text.length;
}

function isKey(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === COLON;
}

function keyOf(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}

function checkKey(
  key: string,
  seen: Set<string>,
  limits: JsonLimits,
  ErrorClass: NonNullable<JsonLimits["error"]>,
): void {
  if (key === "__proto__") throw new ErrorClass({ thing: limits.thing, rule: 'must not have the key "__proto__"' });
  if (seen.has(key))
    throw new ErrorClass({ thing: `${limits.thing}: key`, value: key, rule: "stands twice in one object" });
  seen.add(key);
}

/** A JSON object (not an array, not null), or undefined. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

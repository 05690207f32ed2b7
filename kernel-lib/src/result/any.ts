/** Results of every kind from one file, told apart by its `kind`. */
import { parseJson } from "../checkpoint/json";
import { ResultError } from "../errors";
import { record } from "./fields";
import { parseResult, serialize } from "./file";
import { SweepResult } from "./sweep";
import type { TraceResult } from "./trace";
import { parseTrace, serializeTrace } from "./trace-file";

export type AnyResult = SweepResult | TraceResult;

const MAX_BYTES = 500_000_000;
const MAX_DEPTH = 8;

const PARSERS: Readonly<Record<string, (file: string | Uint8Array, name?: string) => AnyResult>> = {
  "patch-sweep": parseResult,
  "path-trace": parseTrace,
};

/** The result that a file holds, of whatever kind.
 *  @throws ResultError that names the field, its value, the rule and the way out
 *  @example const result = parseAnyResult(readFileSync("trace.patchbay.json")) */
export function parseAnyResult(file: string | Uint8Array, name = "result"): AnyResult {
  const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
  const limits = { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH, thing: name, error: ResultError };
  const { kind } = record(name, parseJson(bytes, limits));
  const kinds = Object.keys(PARSERS);
  if (typeof kind !== "string" || !Object.hasOwn(PARSERS, kind))
    throw new ResultError({
      thing: `${name}: kind`,
      value: kind ?? null,
      rule: `must be ${kinds.map((k) => `"${k}"`).join(" or ")}`,
    });
  return PARSERS[kind](bytes, name);
}

/** The text of a result's file, of whatever kind. */
export function serializeAny(result: AnyResult): string {
  return result instanceof SweepResult ? serialize(result) : serializeTrace(result);
}

/** Results of every kind from and to a file, told apart by `kind`. A new kind is a row of KINDS. */

import { parseJson } from "../checkpoint/json";
import { ResultError } from "../errors";
import { bytesGiven, oneGiven } from "../given";
import type { AccuracyResult } from "./accuracy";
import { parseAccuracy, serializeAccuracy } from "./accuracy-file";
import { Result } from "./base";
import { record } from "./fields";
import { parseResult, serialize } from "./file";
import type { GeometryResult } from "./geometry";
import { parseGeometry, serializeGeometry } from "./geometry-file";
import { parseGrid, serializeGrid } from "./grid-file";
import { GRID_KINDS, type GridResult } from "./grid-result";
import type { SweepResult } from "./sweep";
import type { TraceResult } from "./trace";
import { parseTrace, serializeTrace } from "./trace-file";

interface FileKind {
  parse(file: string | Uint8Array, name?: string): Result;
  serialize(result: Result): string;
}

const grid: FileKind = { parse: parseGrid, serialize: (result) => serializeGrid(result as GridResult) };

const KINDS: Readonly<Record<string, FileKind>> = {
  "patch-sweep": { parse: parseResult, serialize: (result) => serialize(result as SweepResult) },
  accuracy: { parse: parseAccuracy, serialize: (result) => serializeAccuracy(result as AccuracyResult) },
  "path-trace": { parse: parseTrace, serialize: (result) => serializeTrace(result as TraceResult) },
  geometry: { parse: parseGeometry, serialize: (result) => serializeGeometry(result as GeometryResult) },
  ...Object.fromEntries(GRID_KINDS.map((kind) => [kind, grid])),
};

/** Kinds of results that there are. */
export const RESULT_KINDS: readonly string[] = Object.keys(KINDS);

const MAX_BYTES = 500_000_000;
const MAX_DEPTH = 8;

/** The result that a file holds, of whatever kind.
 *  @throws ResultError that names the field, its value, the rule and the way out
 *  @example const result = pb.parseAnyResult(readFileSync("trace.patchbay.json")) */
export function parseAnyResult(file: string | Uint8Array, name = "result"): Result {
  const bytes = bytesGiven(name, file);
  const limits = { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH, thing: name, error: ResultError };
  const { kind } = record(name, parseJson(bytes, limits));
  if (typeof kind !== "string" || !Object.hasOwn(KINDS, kind))
    throw new ResultError({
      thing: `${name}: kind`,
      value: kind ?? null,
      rule: `must be ${RESULT_KINDS.map((k) => `"${k}"`).join(" or ")}`,
    });
  return KINDS[kind].parse(bytes, name);
}

/** The text of a result's file, of whatever kind.
 *  @example writeFileSync("trace.patchbay.json", pb.serializeAny(result)) */
export const serializeAny = (result: Result): string =>
  KINDS[oneGiven("serializeAny()", result, ONE_RESULT).data.kind].serialize(result);

const ONE_RESULT = { type: Result, what: "a result", example: "pb.serializeAny(await run)" };

/** From an intervention as people write it to the rows that change: everything is checked here, before anything runs. */
import { HookError, PatchbayError } from "../errors";
import type { HookShape } from "../graph/hooks";
import type { EditKind } from "../graph/taps";
import type { Intervention, Op } from "./types";

/** Where the target's rows lie. */
export interface Target {
  /** Full hook name, spelled canonically. */
  hook: string;
  shape: HookShape;
  /** Length of the prompt that is intervened on. */
  tokens: number;
}

/** The same change for one prompt: units (token, or token and head, or head and query) and their new rows. */
export interface ResolvedEdit {
  hook: string;
  kind: EditKind;
  units: Int32Array;
  /** [units.length, width] */
  values: Float32Array;
}

const OPS: readonly string[] = ["patch", "zero", "mean", "steer", "project"] satisfies Op[];
const KEYS: readonly string[] = ["hook", "positions", "heads", "op", "source", "scale"];
const KIND: Record<Op, EditKind> = { patch: "set", zero: "set", mean: "set", steer: "add", project: "project" };

/** Checks all that does not need a run: op, heads, positions, and what the op asks of source and scale.
 *  @throws PatchbayError naming the field, its value and the rule. */
export function checkIntervention(intervention: Intervention, { hook, shape, tokens }: Target): void {
  const { op, source, scale, heads } = intervention;
  const thing = `intervention on ${hook}`;
  const refuse = (field: string, value: unknown, rule: string, wayOut?: string): never => {
    throw new PatchbayError({ thing: `${thing}: ${field}`, value, rule, wayOut });
  };
  const stray = Object.keys(intervention).find((key) => !KEYS.includes(key));
  if (stray !== undefined) refuse("field", stray, `must be one of ${KEYS.join(", ")}`);
  if (!OPS.includes(op)) refuse("op", op ?? null, `must be one of ${OPS.join(", ")}`);
  if (shape.edit !== "yes") throw new HookError({ thing: hook, rule: `cannot be written: it ${shape.edit}` });
  checkIndices(intervention.positions, { thing: `${thing}: positions`, length: tokens, what: "token" });
  if (heads !== undefined) {
    if (shape.heads === null) refuse("heads", heads, "must be left out: this hook has no head axis");
    else checkIndices(heads, { thing: `${thing}: heads`, length: shape.heads, what: "head" });
  }
  if (op === "zero" && source !== undefined) refuse("source", source, "must be left out for zero");
  if (op !== "zero" && (typeof source !== "object" || source === null))
    refuse("source", source ?? null, `must say what ${op} takes`, "Give { values } or { tokens, positions }");
  if (scale !== undefined && op !== "steer") refuse("scale", scale, "must be left out: only steer has a factor");
  if (scale !== undefined && !Number.isFinite(scale)) refuse("scale", scale, "must be a finite number");
  if (source !== undefined && "values" in source) checkValues(source.values, `${thing}: source.values`);
}

/** The rows that change in one prompt.
 *  @param given the source: the hook's rows at the source's positions, [n, heads of the hook, width]; null for `zero`.
 *  @throws PatchbayError when the source's shape does not fit the hook. */
export function resolveEdit(
  intervention: Intervention,
  { hook, shape, tokens }: Target,
  given: Float32Array | null,
): ResolvedEdit {
  const { op } = intervention;
  const width = shape.width ?? tokens;
  const positions = intervention.positions.map((p) => (p < 0 ? p + tokens : p));
  const allHeads = shape.heads ?? 1;
  const heads = (intervention.heads ?? [...Array(allHeads).keys()]).map((h) => (h < 0 ? h + allHeads : h));
  const units = new Int32Array(positions.length * heads.length);
  const values = new Float32Array(units.length * width);
  const row = sourceRow(intervention, { hook, width, heads, allHeads, positions: positions.length }, given);
  positions.forEach((position, i) => {
    heads.forEach((head, j) => {
      const at = i * heads.length + j;
      units[at] = shape.layout === "pattern" ? head * tokens + position : position * allHeads + head;
      values.set(row(i, j), at * width);
    });
  });
  if (op === "steer") scaleInto(values, intervention.scale ?? 1);
  if (op === "project")
    for (let i = 0; i < units.length; i++) normaliseInto(values.subarray(i * width, (i + 1) * width), hook);
  return { hook, kind: KIND[op], units, values };
}

interface SourceShape {
  hook: string;
  width: number;
  heads: readonly number[];
  allHeads: number;
  positions: number;
}

/** The source row of the i-th position and j-th head of the target. */
function sourceRow(
  { op, source }: Intervention,
  at: SourceShape,
  given: Float32Array | null,
): (i: number, j: number) => Float32Array {
  const { width, heads, allHeads, positions } = at;
  if (op === "zero" || source === undefined) return () => new Float32Array(width);
  // [n, heads, width]: from a run all heads are there, inline only those asked for (or one row for all of them).
  const fromRun = !("values" in source);
  const rows = fromRun ? (given ?? new Float32Array(0)) : Float32Array.from(source.values);
  const perPosition = fromRun ? allHeads : rows.length % (heads.length * width) === 0 ? heads.length : 1;
  const n = rows.length / (perPosition * width);
  const wanted = op === "mean" ? "any number of rows" : `one row or ${positions}, one for each position`;
  if (!Number.isInteger(n) || n === 0 || (op !== "mean" && n !== 1 && n !== positions))
    throw new PatchbayError({
      thing: `intervention on ${at.hook}: source`,
      value: `${rows.length} numbers`,
      rule: `must hold ${wanted}, of ${width} numbers${heads.length > 1 ? ` for each of ${heads.length} heads` : ""}`,
    });
  const pick = (i: number, j: number) => {
    const column = perPosition === 1 ? 0 : fromRun ? heads[j] : j;
    const start = (i * perPosition + column) * width;
    return rows.subarray(start, start + width);
  };
  if (op === "mean") return (_, j) => meanOf(Array.from({ length: n }, (_, i) => pick(i, j)));
  return (i, j) => pick(n === 1 ? 0 : i, j);
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  return rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
}

function scaleInto(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
}

function normaliseInto(row: Float32Array, hook: string): void {
  const norm = Math.hypot(...row);
  if (norm === 0)
    throw new PatchbayError({
      thing: `intervention on ${hook}: source`,
      rule: "must not be zero: project removes the part along it",
    });
  for (let j = 0; j < row.length; j++) row[j] /= norm;
}

/** @throws PatchbayError unless `indices` is a list of distinct whole numbers within -length .. length - 1. */
export function checkIndices(
  indices: readonly number[],
  { thing, length, what }: { thing: string; length: number; what: string },
): void {
  if (!Array.isArray(indices) || indices.length === 0)
    throw new PatchbayError({ thing, value: indices ?? null, rule: `must be a list of at least one ${what}` });
  const seen = new Set<number>();
  for (const index of indices) {
    if (!Number.isInteger(index) || index < -length || index >= length)
      throw new PatchbayError({
        thing,
        value: index,
        rule: `must be a ${what} of 0 to ${length - 1}, or ${-length} to -1 counted from the end`,
      });
    const plain = index < 0 ? index + length : index;
    if (seen.has(plain))
      throw new PatchbayError({ thing, value: indices, rule: `must name ${what} ${plain} once only` });
    seen.add(plain);
  }
}

function checkValues(values: unknown, thing: string): void {
  if (!Array.isArray(values) && !(values instanceof Float32Array))
    throw new PatchbayError({ thing, value: values ?? null, rule: "must be a list of numbers" });
  const bad = (values as number[]).findIndex((value) => typeof value !== "number" || !Number.isFinite(value));
  if (bad >= 0)
    throw new PatchbayError({ thing: `${thing}[${bad}]`, value: values[bad], rule: "must be a finite number" });
}

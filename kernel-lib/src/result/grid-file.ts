/** A grid's result as one file, `*.patchbay.json`, and one sample of it as a journal's record. What is read is not
 *  trusted until every size, key, shape and range was checked, and the axes against the spec and the model. The rest of
 *  the spec is kept as it is: numbers and pictures come from the axes and arrays, and running it again checks it. */
import { parseJson } from "../checkpoint/json";
import { ResultError } from "../errors";
import { MAX_SAMPLES } from "../experiment/limits";
import { list, oneOf, record, refuse, text, whole } from "./fields";
import { checkMaking, checkTokenText } from "./file-checks";
import { type GridMetric, gridMeaning, isGridMetric } from "./grid-metrics";
import { GRID_FIELDS, GRID_KINDS, type GridAxis, type GridData, type GridField, GridResult } from "./grid-result";
import { type Packed, pack, unpack } from "./pack";
import type { Making } from "./types";

/** Longest file in bytes: what one JavaScript string holds, less some room. */
const MAX_BYTES = 500_000_000;
/** A spec's tasks hold samples, which hold prompts. */
const MAX_DEPTH = 10;
/** Labels of one axis that a view takes. */
const MAX_KEYS = 4096;
/** Tokens of the longest prompt. */
const MAX_POSITION = 1_000_000;
const MAX_OUTPUT = 100_000;
/** One for each task of a cross-task grid, and to spare. */
const MAX_BASELINES = 256;
/** Names of baselines hold a task's. */
const MAX_NAME = 400;
const STATES = ["done", "stopped", "partial"] as const;

/** What one sample adds to a grid; [rows, columns] by metric, one number by baseline. */
export interface GridPart {
  values: Partial<Record<GridMetric, Float64Array>>;
  baselines: Record<string, number>;
  outputs: readonly (string | null)[] | null;
}

/** The text of a grid's file.
 *  @throws ResultError when it would be larger than a file may be */
export function serializeGrid(result: GridResult): string {
  const { values, baselines, ...plain } = result.data;
  const numbers = Object.values(values).reduce((n, array) => n + array.length, 0);
  if (numbers * 11 > MAX_BYTES)
    throw new ResultError({
      thing: "result",
      value: `${numbers} numbers`,
      rule: `is more than one file of ${MAX_BYTES} bytes holds`,
      wayOut: "Take fewer samples, layers or positions, or export its tables",
    });
  const { rows, columns } = result.data;
  const shape = [result.n, rows.keys.length, columns.keys.length];
  const packed = {
    values: mapped(values, (array) => packShort(array as Float64Array, shape)),
    baselines: mapped(baselines, (array) => packShort(array, [result.n])),
  };
  return `${JSON.stringify({ ...plain, ...packed })}\n`;
}

/** The grid that a file holds.
 *  @throws ResultError that names the field, its value, the rule and the way out */
export function parseGrid(file: string | Uint8Array, name = "result"): GridResult {
  const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
  const fields = record(
    name,
    parseJson(bytes, { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH, thing: name, error: ResultError }),
  );
  const kind = oneOf("kind", fields.kind, GRID_KINDS);
  const making = checkMaking(fields.making);
  const rows = checkAxis("rows", fields.rows, making.model);
  const columns = checkAxis("columns", fields.columns, making.model);
  const sampleLabels = list("sampleLabels", fields.sampleLabels, MAX_SAMPLES).map((label, i) =>
    text(`sampleLabels[${i}]`, label),
  );
  const n = sampleLabels.length;
  const shape = [n, rows.keys.length, columns.keys.length];
  const cells = shape[0] * shape[1] * shape[2];
  return new GridResult({
    schema: oneOf("schema", fields.schema, ["patchbay.result/1"]),
    kind,
    state: oneOf("state", fields.state, STATES),
    spec: checkSpec(fields.spec, { kind, rows, columns, samples: n }),
    making,
    rows,
    columns,
    sampleLabels,
    values: checkValues(fields.values, shape, making.model),
    baselines: checkBaselines(fields.baselines, n),
    outputs: fields.outputs === null ? null : checkOutputs("outputs", fields.outputs, cells),
    tokenText: checkTokenText(fields.tokenText, making.model.vocab),
  });
}

/** A sample's numbers as JSON. */
export function packPart(part: GridPart): object {
  return {
    values: mapped(part.values, (array) => packShort(array as Float64Array, [(array as Float64Array).length])),
    baselines: mapped(part.baselines, (value) => (Number.isNaN(value) ? null : value)),
    outputs: part.outputs,
  };
}

/** What `packPart` made, checked; `cells` is rows x columns.
 *  @throws ResultError */
export function unpackPart(at: string, value: unknown, cells: number, model: Pick<Making["model"], "vocab">): GridPart {
  const part = record(at, value);
  const baselines = record(`${at}.baselines`, part.baselines);
  return {
    values: checkValues(part.values, [cells], model, at),
    baselines: mapped(baselines, (number, name) => {
      if (number === null) return Number.NaN;
      return typeof number === "number" ? number : refuse(`${at}.baselines.${name}`, number, "must be a number");
    }),
    outputs: part.outputs === null ? null : checkOutputs(`${at}.outputs`, part.outputs, cells),
  };
}

/** What a spec says of the axes must be what the axes say. */
function checkSpec(
  value: unknown,
  { kind, rows, columns, samples }: { kind: GridData["kind"]; rows: GridAxis; columns: GridAxis; samples: number },
): GridData["spec"] {
  const spec = record("spec", value);
  oneOf("spec.schema", spec.schema, ["patchbay.spec/1"]);
  oneOf("spec.kind", spec.kind, [kind]);
  text("spec.model", spec.model, 4096);
  if (spec.task !== undefined) text("spec.task", spec.task);
  if (spec.samples !== undefined && list("spec.samples", spec.samples, MAX_SAMPLES).length !== samples)
    refuse("spec.samples", spec.samples, `must be the ${samples} samples of the grid`);
  if (kind !== "cross-task") sameKeys("spec.layers", spec.layers, rows.keys);
  if (kind === "steer") sameKeys("spec.coefficients", spec.coefficients, columns.keys);
  if (kind === "cross-task" && spec.tasks !== undefined) {
    const names = list("spec.tasks", spec.tasks, MAX_KEYS).map((task, i) => record(`spec.tasks[${i}]`, task).name);
    sameKeys("spec.tasks", names, rows.keys);
    sameKeys("spec.tasks", names, columns.keys);
  }
  return spec as GridData["spec"];
}

/** A list of the spec, where it has one, is the keys of an axis. */
function sameKeys(at: string, value: unknown, keys: GridAxis["keys"]): void {
  if (value === undefined) return;
  const found = list(at, value, MAX_KEYS);
  if (found.length !== keys.length || found.some((key, i) => key !== keys[i]))
    refuse(at, found, `must be those of the grid, ${keys.slice(0, 10).join(", ")}`);
}

/** What stands on an axis, by what it is an axis of. */
function checkKey(at: string, key: unknown, field: GridField, { nLayers, nHeads }: Making["model"]): number | string {
  if (field === "task") return text(at, key);
  if (field === "layer") return whole(at, key, 0, nLayers - 1);
  if (field === "head") return whole(at, key, 0, nHeads - 1);
  if (field === "position") return whole(at, key, -MAX_POSITION, MAX_POSITION);
  return typeof key === "number" && Number.isFinite(key) ? key : refuse(at, key, "must be a finite number");
}

function checkAxis(at: string, value: unknown, model: Making["model"]): GridAxis {
  const axis = record(at, value);
  const field = oneOf(`${at}.field`, axis.field, GRID_FIELDS);
  const keys = list(`${at}.keys`, axis.keys, MAX_KEYS).map((key, i) => checkKey(`${at}.keys[${i}]`, key, field, model));
  if (keys.length === 0 || new Set(keys).size !== keys.length) refuse(`${at}.keys`, keys, "must hold each key once");
  const labels = list(`${at}.labels`, axis.labels, MAX_KEYS).map((label, i) => text(`${at}.labels[${i}]`, label));
  if (labels.length !== keys.length) refuse(`${at}.labels`, labels, `must be ${keys.length}, one for each key`);
  return { name: text(`${at}.name`, axis.name, 100), title: text(`${at}.title`, axis.title, 200), field, keys, labels };
}

function checkValues(
  value: unknown,
  shape: readonly number[],
  { vocab }: Pick<Making["model"], "vocab">,
  within = "",
): GridData["values"] {
  const at = within === "" ? "values" : `${within}.values`;
  const entries = Object.entries(record(at, value));
  if (entries.length === 0) refuse(at, "nothing", "must hold at least one metric");
  return Object.fromEntries(
    entries.map(([key, packed]) => {
      if (!isGridMetric(key)) refuse(at, key, "is not a metric of grids");
      const array = numbers(`${at}.${key}`, packed, shape);
      checkRange(`${at}.${key}`, array, rangeOf(key, vocab));
      return [key, array];
    }),
  );
}

interface Range {
  low: number;
  high: number;
  whole: boolean;
}

/** Room for the rounding of a log-sum-exp in float32. */
const SLACK = 1e-3;

/** What a metric can be; nothing bounds a logit. */
function rangeOf(metric: GridMetric, vocab: number): Range {
  const between = (low: number, high: number, isWhole = false): Range => ({ low, high, whole: isWhole });
  if (metric === "rank") return between(1, vocab, true);
  if (gridMeaning(metric).kind === "rate") return between(0, 1, true);
  if (metric === "rr") return between(0, 1);
  if (metric === "prob") return between(0, 1 + SLACK);
  if (metric === "logprob") return between(-Infinity, SLACK);
  if (metric === "rr_diff" || metric === "rr_diff_source") return between(-1, 1);
  return metric === "prob_diff" ? between(-1 - SLACK, 1 + SLACK) : between(-Infinity, Infinity);
}

function checkRange(at: string, array: Float64Array, { low, high, whole: isWhole }: Range): void {
  const wrong = array.findIndex(
    (number) => number < low || number > high || (isWhole && !Number.isNaN(number) && !Number.isInteger(number)),
  );
  if (wrong >= 0)
    refuse(
      `${at}[${wrong}]`,
      array[wrong],
      `must be a ${isWhole ? "whole " : ""}number from ${low} to ${high}, or NaN`,
    );
}

function checkBaselines(value: unknown, n: number): Record<string, Float64Array> {
  const found = record("baselines", value);
  if (Object.keys(found).length > MAX_BASELINES) refuse("baselines", "too many", `must be at most ${MAX_BASELINES}`);
  return mapped(found, (packed, name) => numbers(`baselines.${text("baselines", name, MAX_NAME)}`, packed, [n]));
}

function checkOutputs(at: string, value: unknown, cells: number): (string | null)[] {
  const found = list(at, value, cells).map((words, i) =>
    words === null ? null : text(`${at}[${i}]`, words, MAX_OUTPUT),
  );
  if (found.length !== cells) refuse(at, found, `must be ${cells}, one for each cell`);
  return found;
}

/** An array of exactly this shape; no infinities, which no picture and no mean can take. */
function numbers(at: string, value: unknown, shape: readonly number[]): Float64Array {
  const array = unpack(value, at);
  const { dtype, shape: said } = value as Packed;
  if (dtype !== "float32" && dtype !== "float64") refuse(`${at}.dtype`, dtype, "must be float32 or float64");
  if (said.length !== shape.length || said.some((d, i) => d !== shape[i]))
    refuse(`${at}.shape`, said.join(" x "), `must be ${shape.join(" x ")}, as the axes say`);
  const wrong = array.findIndex((number) => Math.abs(number) === Number.POSITIVE_INFINITY);
  if (wrong >= 0)
    refuse(`${at}[${wrong}]`, String(array[wrong]), "must be a finite number, or NaN where it is missing");
  return array instanceof Float64Array ? array : Float64Array.from(array);
}

/** As float32 where that loses nothing, as ranks and logits do not; else as float64. */
function packShort(values: Float64Array, shape: readonly number[]): Packed {
  const short = values.every((value) => Number.isNaN(value) || Math.fround(value) === value);
  return pack(short ? Float32Array.from(values) : values, shape);
}

function mapped<V, W>(of: Readonly<Record<string, V>>, make: (value: V, name: string) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, make(value, name)]));
}

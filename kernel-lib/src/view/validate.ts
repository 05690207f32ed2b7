/** Views come from notebooks that anyone may have written: hostile until checked, field by field.
 *  What passes can be drawn without another check: sizes fit, numbers are numbers, labels are short and plain. */
import { PatchbayError } from "../errors";
import { chartFields } from "./chart-validate";
import { complain, type Fields, FLOATS, list, number, numbers, object, oneOf, prose, text, whole } from "./checks";
import { NO_LAYER } from "./heatmap-slices";
import { pathsFields } from "./paths-validate";
import { scatterFields } from "./scatter-validate";
import type { HeatmapView, View } from "./types";

/** Most characters of a whole view as JSON: what a notebook can carry without stalling. */
export const MAX_VIEW_BYTES = 50_000_000;
/** Most rows or columns: twice the layers of the deepest model, or tokens of a long prompt. */
const MAX_LABELS = 4096;
const MAX_PANELS = 64;
const MAX_METRICS = 32;
const MAX_CELLS = 1_000_000;
const MAX_SAMPLES = 100_000;
/** Hashes of all results that a view shows together: 71 characters each. */
const MAX_HASHES = 20_000;

export type Validation = { ok: true; view: View } | { ok: false; message: string };

/** Checks a view from outside.
 *  @returns the view, typed; or one paragraph that names the field, its value, the rule and the way out
 *  @example const checked = validateView(JSON.parse(text)); if (!checked.ok) console.error(checked.message) */
export function validateView(value: unknown): Validation {
  try {
    const bytes = weigh(value, 0);
    if (bytes > MAX_VIEW_BYTES) {
      complain("view", `${bytes} bytes`, `must be at most ${MAX_VIEW_BYTES} bytes`, "Leave the samples out");
    }
    return { ok: true, view: checked(object("view", value)) };
  } catch (error) {
    if (error instanceof PatchbayError) return { ok: false, message: error.message };
    throw error;
  }
}

/** Sum of the lengths of all strings and numbers, without building the JSON; deep or cyclic values are refused. */
function weigh(value: unknown, depth: number): number {
  // 12: the deepest field of a view is five levels down.
  if (depth > 12) complain("view", "…", "must not be nested deeper than 12 levels");
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + 2 + weigh(item, depth + 1), 2);
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + 4 + weigh(item, depth + 1), 2);
  }
  return 8;
}

function checked(view: Fields): View {
  base(view);
  if (view.kind === "paths") return pathsFields(view);
  if (view.kind === "scatter") return scatterFields(view);
  return view.kind === "chart" ? chartFields(view) : heatmap(view);
}

/** What every kind of view has. */
function base(view: Fields): void {
  oneOf("schema", view.schema, ["patchbay.view/1"]);
  oneOf("kind", view.kind, ["heatmap", "paths", "chart", "scatter"]);
  text("id", view.id, 200);
  oneOf("state", view.state, ["loading", "partial", "done", "stopped", "error", "stale"]);
  text("title", view.title, 400);
  const model = object("model", view.model);
  text("model.name", model.name, 400);
  oneOf("model.stage", model.stage, STAGES);
  text("model.fingerprint", model.fingerprint, MAX_HASHES);
  text("device", view.device, 200);
  list("warnings", view.warnings, 100).map((words, at) => text(`warnings[${at}]`, words, 2000));
  prose("code", view.code, 20_000);
  prose("caption", view.caption, 20_000);
  const hashes = object("hashes", view.hashes);
  text("hashes.spec", hashes.spec, MAX_HASHES);
  text("hashes.result", hashes.result, 200);
  run(view.run);
  if (view.error !== null) {
    const error = object("error", view.error);
    prose("error.message", error.message, 20_000);
    if (error.call !== undefined) prose("error.call", error.call, 20_000);
  }
}

function heatmap(view: Fields): HeatmapView {
  oneOf("layout", view.layout, ["pairs", "singles", "grid"]);
  const nx = axis("x", view.x);
  const ny = axis("y", view.y);
  if (view.layout === "pairs" && nx !== ny) complain("y.labels", ny, `must be as many as x.labels (${nx}) for pairs`);
  if (view.layout === "singles" && ny !== 1) complain("y.labels", ny, "must be one row for singles");
  const panels = list("panels", view.panels, MAX_PANELS).map((item, at) => panel(`panels[${at}]`, item)).length;
  if (view.columns !== undefined) whole("columns", view.columns, 1, MAX_PANELS);
  if (panels === 0) complain("panels", [], "must hold at least one panel");
  if (panels * ny * nx > MAX_CELLS) complain("view", `${panels} x ${ny} x ${nx} cells`, `must be at most ${MAX_CELLS}`);
  whole("n", view.n, 0, MAX_SAMPLES);
  const labels = list("sampleLabels", view.sampleLabels, MAX_SAMPLES);
  for (const [at, label] of labels.entries()) text(`sampleLabels[${at}]`, label, 400);
  metrics(view, [panels, ny, nx], labels.length);
  slices(view, panels, object("x", view.x).labels as unknown[], labels.length);
  return view as unknown as HeatmapView;
}

function slices(view: Fields, panels: number, labels: readonly unknown[], samples: number): void {
  if (view.held !== undefined && view.held !== null) text("held", view.held, 100);
  if (view.slices === undefined) return;
  const all = object("slices", view.slices);
  const held = list("slices.held", all.held, MAX_LABELS);
  for (const [at, layer] of held.entries()) oneOf(`slices.held[${at}]`, layer, [null, ...labels]);
  whole("slices.shown", all.shown, 0, held.length - 1);
  const [count] = list("slices.tuples.shape", object("slices.tuples", all.tuples).shape, 2);
  whole("slices.tuples.shape[0]", count, 1, MAX_CELLS);
  const layers = numbers("slices.tuples", all.tuples, [count as number, 3], ["uint8"]);
  const odd = layers.find((layer) => layer >= labels.length && layer !== NO_LAYER);
  if (odd !== undefined)
    complain("slices.tuples", odd, `must be below ${labels.length}, as the labels say, or ${NO_LAYER}`);
  const key = object("slices.metrics[0]", list("slices.metrics", all.metrics, MAX_METRICS)[0]).key;
  metrics({ metrics: all.metrics, metric: key }, [panels, count as number], samples, "slices.");
}

const STAGES = ["base", "sft", "dpo", null];

function run(value: unknown): void {
  if (value === null) return;
  const status = object("run", value);
  text("run.id", status.id, 200);
  number("run.done", status.done);
  number("run.total", status.total);
  if (status.secondsLeft !== null) number("run.secondsLeft", status.secondsLeft);
  text("run.unit", status.unit, 100);
}

function axis(name: string, value: unknown): number {
  const fields = object(name, value);
  text(`${name}.title`, fields.title, 200);
  oneOf(`${name}.field`, fields.field, ["layer", "head", "position", "task", "coefficient"]);
  const labels = list(`${name}.labels`, fields.labels, MAX_LABELS);
  if (labels.length === 0) complain(`${name}.labels`, [], "must hold at least one label");
  for (const [at, label] of labels.entries()) text(`${name}.labels[${at}]`, label, 100);
  if (fields.keys !== undefined) {
    const keys = list(`${name}.keys`, fields.keys, MAX_LABELS);
    if (keys.length !== labels.length) complain(`${name}.keys`, keys.length, `must be ${labels.length}, as the labels`);
    for (const [at, key] of keys.entries()) text(`${name}.keys[${at}]`, key, 100);
  }
  return labels.length;
}

function panel(name: string, value: unknown): void {
  const fields = object(name, value);
  text(`${name}.name`, fields.name, 200);
  text(`${name}.note`, fields.note, 400);
  oneOf(`${name}.stage`, fields.stage, STAGES);
}

function metrics(view: Fields, shape: readonly number[], samples: number, of = ""): void {
  const name = `${of}metrics`;
  const all = list(name, view.metrics, MAX_METRICS).map((item, at) => object(`${name}[${at}]`, item));
  if (all.length === 0) complain(name, [], "must hold at least one metric");
  const keys = all.map((fields, at) => metric(`${name}[${at}]`, fields, shape, samples));
  if (new Set(keys).size !== keys.length) complain(name, keys, "must have each key once");
  oneOf("metric", view.metric, keys);
}

function metric(name: string, fields: Fields, shape: readonly number[], samples: number): string {
  text(`${name}.key`, fields.key, 100);
  text(`${name}.label`, fields.label, 200);
  text(`${name}.meaning`, fields.meaning, 400);
  text(`${name}.zero`, fields.zero, 200);
  if (fields.test !== null) text(`${name}.test`, fields.test, 400);
  const digits = object(`${name}.digits`, fields.digits);
  whole(`${name}.digits.cell`, digits.cell, 0, 10);
  whole(`${name}.digits.readout`, digits.readout, 0, 10);
  oneOf(`${name}.signed`, fields.signed, [true, false]);
  oneOf(`${name}.best`, fields.best, ["highest", "lowest", undefined]);
  oneOf(`${name}.range`, fields.range, ["values", "share", undefined]);
  for (const key of ["mean", "low", "high"]) numbers(`${name}.${key}`, fields[key], shape, FLOATS);
  numbers(`${name}.n`, fields.n, shape, ["int32"]);
  const flags = numbers(`${name}.notSignificant`, fields.notSignificant, shape, ["uint8"]);
  const odd = flags.find((flag) => flag !== 0 && flag !== 1 && flag !== 255);
  if (odd !== undefined) complain(`${name}.notSignificant`, odd, "must be 0, 1 or 255");
  if (fields.interaction !== null) {
    const parts = object(`${name}.interaction`, fields.interaction);
    for (const key of ["mean", "low", "high", "p", "positive"]) {
      numbers(`${name}.interaction.${key}`, parts[key], shape, FLOATS);
    }
  }
  if (fields.samples !== null) numbers(`${name}.samples`, fields.samples, [...shape, samples], FLOATS);
  return fields.key as string;
}

/** The fields of a chart's view, hostile until checked. */
import type { ChartView } from "./chart-types";
import { complain, type Fields, list, number, numbers, object, oneOf, text, whole } from "./checks";

const MAX_PANELS = 64;
const MAX_SERIES = 64;
const MAX_LABELS = 4096;
const MAX_CELLS = 200_000;
const MAX_REFERENCES = 16;
/** Least and most that an axis may reach: beyond it, pixels are no numbers any more. */
const LIMIT = 1e300;

/** Checks what a chart adds to the base of a view. */
export function chartFields(view: Fields): ChartView {
  oneOf("mark", view.mark, ["bars", "shares", "lines"]);
  const x = object("x", view.x);
  text("x.title", x.title, 200);
  oneOf("x.field", x.field, ["layer", "head", "position", "token", "task", "model", "group"]);
  const places = labels("x.labels", x.labels, MAX_LABELS);
  scale(view.y);
  const panels = list("panels", view.panels, MAX_PANELS);
  if (panels.length === 0) complain("panels", [], "must hold at least one panel");
  for (const [at, panel] of panels.entries()) {
    const fields = object(`panels[${at}]`, panel);
    text(`panels[${at}].name`, fields.name, 200);
    text(`panels[${at}].note`, fields.note, 400);
    const own = fields.labels === null ? places : labels(`panels[${at}].labels`, fields.labels, places);
    for (const [e, place] of list(`panels[${at}].emphasis`, fields.emphasis, own).entries())
      whole(`panels[${at}].emphasis[${e}]`, place, 0, own - 1);
  }
  const series = list("series", view.series, MAX_SERIES);
  if (series.length === 0) complain("series", [], "must hold at least one series");
  for (const [at, given] of series.entries()) {
    const fields = object(`series[${at}]`, given);
    text(`series[${at}].name`, fields.name, 200);
    oneOf(`series[${at}].stage`, fields.stage, ["base", "sft", "dpo", null]);
  }
  const shape = [panels.length, series.length, places];
  const cells = panels.length * series.length * places;
  if (cells > MAX_CELLS) complain("view", `${cells} values`, `must be at most ${MAX_CELLS}`);
  arrays("", view, shape, view.mark === "shares");
  numbers("n", view.n, shape, ["int32"]);
  const flags = numbers("notSignificant", view.notSignificant, shape, ["uint8"]);
  const odd = flags.find((flag) => flag !== 0 && flag !== 1 && flag !== 255);
  if (odd !== undefined) complain("notSignificant", odd, "must be 0, 1 or 255");
  if (view.behind !== null) {
    if (view.mark !== "bars") complain("behind", "an object", `must be null: ${view.mark} have nothing behind them`);
    const behind = object("behind", view.behind);
    text("behind.label", behind.label, 200);
    arrays("behind.", behind, shape, false);
  }
  for (const name of ["label", "interval", "unit"]) text(name, view[name], 200);
  if (view.test !== null) text("test", view.test, 400);
  for (const [at, given] of list("references", view.references, MAX_REFERENCES).entries()) {
    const fields = object(`references[${at}]`, given);
    within(`references[${at}].value`, fields.value);
    text(`references[${at}].label`, fields.label, 200);
  }
  return view as unknown as ChartView;
}

function labels(name: string, value: unknown, most: number): number {
  const all = list(name, value, most);
  if (all.length === 0) complain(name, [], "must hold at least one label");
  for (const [at, label] of all.entries()) text(`${name}[${at}]`, label, 400);
  return all.length;
}

function scale(value: unknown): void {
  const y = object("y", value);
  text("y.title", y.title, 200);
  oneOf("y.format", y.format, ["number", "signed", "percent", "points", "count"]);
  whole("y.digits", y.digits, 0, 10);
  if (y.domain === null) return;
  const domain = list("y.domain", y.domain, 2);
  const [low, high] = [within("y.domain[0]", domain[0]), within("y.domain[1]", domain[1])];
  if (!(low < high)) complain("y.domain", domain, "must rise from its first number to its second");
}

function arrays(prefix: string, fields: Fields, shape: readonly number[], noNegative: boolean): void {
  for (const key of ["value", "low", "high"]) {
    const array = numbers(prefix + key, fields[key], shape, ["float64"]);
    const bad = array.findIndex((v) => Math.abs(v) > LIMIT || (noNegative && v < 0));
    if (bad >= 0) complain(`${prefix}${key}[${bad}]`, array[bad], noNegative ? "must be a share, from 0" : IN_RANGE);
  }
}

function within(name: string, value: unknown): number {
  if (Math.abs(number(name, value)) > LIMIT) complain(name, value, IN_RANGE);
  return value as number;
}
const IN_RANGE = `must lie between -${LIMIT} and ${LIMIT}`;

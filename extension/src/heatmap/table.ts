/** The heatmap as a table and as CSV: one row for each cell, in the picture's order (top row first), one group of
 *  columns for each panel. `tableOf` is pure; what is missing is empty, never 0. */
import { cellName, type HeatmapView, MISSING, plain, signed } from "patchbay/view";
import { el, isolated } from "../dom";
import { csvOf } from "../shell/exports";
import type { Numbers } from "./numbers";
import type { Extent } from "./state";

/** Rows drawn at once: a browser lays out some thousands of cells in a blink, not a hundred thousand. */
const MOST_ROWS = 4_000;

type Value = string | number | boolean | null;
export interface CellTable {
  columns: string[];
  /** Decimals of a column; null for text, counts and p-values. */
  digits: (number | null)[];
  signed: boolean[];
  rows: Value[][];
}

export function tableOf(numbers: Numbers, metricKey: string, extent: Extent): CellTable {
  const { view } = numbers;
  const metric = numbers.metric(metricKey);
  const table: CellTable = { columns: [], digits: [], signed: [], rows: [] };
  const column = (name: string, digits: number | null = null, withSign = false) => {
    table.columns.push(name);
    table.digits.push(digits);
    table.signed.push(withSign);
  };
  column(view.layout === "grid" ? `${view.x.field}, ${view.y.field}` : view.x.field);
  for (const panel of view.panels) {
    const prefix = view.panels.length > 1 ? `${panel.name}: ` : "";
    column(prefix + metric.label, metric.digits.readout, metric.signed);
    column(`${prefix}95 % low`, metric.digits.readout, metric.signed);
    column(`${prefix}95 % high`, metric.digits.readout, metric.signed);
    column(`${prefix}n`);
    if (metric.test !== null) column(`${prefix}significant`);
    if (metric.interaction) {
      column(`${prefix}interaction`, metric.digits.readout, true);
      column(`${prefix}interaction p`);
    }
  }
  for (let y = extent.ny - 1; y >= 0; y--)
    for (let x = 0; x < extent.nx; x++) if (extent.exists(x, y)) table.rows.push(rowOf(numbers, metricKey, view, x, y));
  return table;
}

function rowOf(numbers: Numbers, key: string, view: HeatmapView, x: number, y: number): Value[] {
  const metric = numbers.metric(key);
  const row: Value[] = [labelOf(view, x, y)];
  view.panels.forEach((_panel, p) => {
    const effect = numbers.effect(key, p, x, y);
    const n = numbers.n(key, p, x, y);
    row.push(effect?.value ?? null, effect?.low ?? null, effect?.high ?? null, n < 0 ? null : n);
    if (metric.test !== null) row.push(effect ? numbers.significant(key, p, x, y) : null);
    if (metric.interaction) {
      const interaction = numbers.interaction(key, p, x, y);
      row.push(interaction?.value ?? null, interaction?.p ?? null);
    }
  });
  return row;
}

/** As the command line writes tuples: `0+3`, `4`. */
function labelOf(view: HeatmapView, x: number, y: number): string {
  const [a, b] = [view.x.labels[x], view.y.labels[y]];
  if (view.layout === "pairs") return x === y ? a : `${a}+${b}`;
  return view.layout === "singles" ? a : `${a}, ${b}`;
}

export const toCsv = (table: CellTable): string => csvOf([table.columns, ...table.rows]);

function written(value: Value, digits: number | null, withSign: boolean): string {
  if (value === null) return MISSING;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (digits === null) return Number.isInteger(value) ? plain(value, 0) : value.toPrecision(2);
  return (withSign ? signed : plain)(value, digits);
}

/** The table that stands in for the picture. */
export function tableNode(numbers: Numbers, metricKey: string, extent: Extent): HTMLElement {
  const table = tableOf(numbers, metricKey, extent);
  const { view } = numbers;
  const rows = table.rows.slice(0, MOST_ROWS);
  const cut = table.rows.length - rows.length;
  const places: [number, number][] = [];
  for (let y = extent.ny - 1; y >= 0; y--)
    for (let x = 0; x < extent.nx; x++) if (extent.exists(x, y)) places.push([x, y]);
  const metric = numbers.metric(metricKey);
  const caption = `${view.title}: ${metric.label} ${metric.meaning}, ${table.rows.length} cells${cut > 0 ? `, the first ${rows.length} shown; CSV has all` : ""}`;
  return el(
    "div",
    { class: "pb-table-scroll", tabindex: 0, role: "region", "aria-label": "Table" },
    el(
      "table",
      { class: "pb-table" },
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...table.columns.map((name) => el("th", { scope: "col" }, isolated(name))))),
      el(
        "tbody",
        {},
        ...rows.map((row, at) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, isolated(cellName(view, ...places[at]))),
            ...row.slice(1).map((value, i) => el("td", {}, written(value, table.digits[i + 1], table.signed[i + 1]))),
          ),
        ),
      ),
    ),
  );
}

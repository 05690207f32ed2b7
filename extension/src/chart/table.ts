/** The chart as a table and as CSV: one row for each value, in the order of reading; what is missing is empty, never 0. */
import {
  type ChartPoint,
  type ChartView,
  chartDigits,
  chartLabels,
  chartNumber,
  chartScale,
  MISSING,
  placeName,
} from "patchbay/view";
import { el, isolated } from "../dom";
import { csvOf } from "../shell/exports";

/** Rows drawn at once: a browser lays out some thousands of cells in a blink, not a hundred thousand. */
const MOST_ROWS = 2_000;

interface Columns {
  names: string[];
  /** Numbers as they are, and as they are read. */
  of(point: ChartPoint): { raw: string | number | boolean | null; shown: string }[];
}

function columnsOf(view: ChartView): Columns {
  const digits = chartDigits(view);
  // In a file as on the axis: what is called per cent is per cent, with all the digits that a double has.
  const scaled = (value: number | null) => (value === null ? null : Number((value * chartScale(view)).toPrecision(15)));
  const number = (value: number | null) => ({ raw: scaled(value), shown: chartNumber(view, value, digits) });
  const unit = view.y.format === "percent" ? " (%)" : view.y.format === "points" ? " (pp)" : "";
  const text = (raw: string, shown = raw) => ({ raw, shown });
  const [hasPanels, hasSeries] = [view.panels.length > 1, view.series.length > 1];
  const hasInterval = view.interval !== "";
  const { behind } = view;
  return {
    names: [
      ...(hasPanels ? ["panel"] : []),
      view.x.title,
      ...(hasSeries ? ["series"] : []),
      view.label === "" ? view.y.title : view.label + unit,
      ...(hasInterval ? ["low", "high"] : []),
      `n (${view.unit})`,
      ...(view.test === null ? [] : ["significant"]),
      ...(behind ? [behind.label + unit] : []),
    ],
    of: (point) => [
      ...(hasPanels ? [text(view.panels[point.panel]?.name ?? "")] : []),
      text(chartLabels(view, point.panel)[point.x] ?? "", placeName(view, point)),
      ...(hasSeries ? [text(view.series[point.series]?.name ?? "")] : []),
      number(point.value),
      ...(hasInterval ? [number(point.low), number(point.high)] : []),
      { raw: point.n > 0 ? point.n : null, shown: point.n > 0 ? String(point.n) : MISSING },
      ...(view.test === null ? [] : [significance(point.significant)]),
      ...(behind ? [number(point.behind?.value ?? null)] : []),
    ],
  };
}

const significance = (raw: boolean | null) => ({ raw, shown: raw === null ? MISSING : raw ? "yes" : "no" });

const present = (points: readonly ChartPoint[]) => points.filter(({ value }) => value !== null);

/** What stands in for the picture. */
export function tableNode(view: ChartView, points: readonly ChartPoint[]): HTMLElement {
  const { names, of } = columnsOf(view);
  const all = present(points);
  const rows = all.slice(0, MOST_ROWS).map((point) => {
    const [first, ...rest] = of(point).map(({ shown }) => shown);
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, isolated(first ?? "")),
      ...rest.map((cell) => el("td", {}, isolated(cell))),
    );
  });
  const cut = all.length > rows.length ? `, the first ${rows.length} shown; CSV has all` : "";
  return el(
    "div",
    { class: "pb-table-scroll", tabindex: 0, role: "region", "aria-label": "Table" },
    el(
      "table",
      { class: "pb-table" },
      el("caption", {}, `${view.title}: ${view.y.title}, ${all.length} values${cut}`),
      el("thead", {}, el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, isolated(name))))),
      el("tbody", {}, ...rows),
    ),
  );
}

/** All values in full precision. */
export function toCsv(view: ChartView, points: readonly ChartPoint[]): string {
  const { names, of } = columnsOf(view);
  return csvOf([names, ...present(points).map((point) => of(point).map(({ raw }) => raw))]);
}

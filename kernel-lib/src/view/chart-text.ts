/** A chart in words: numbers as its scale writes them, the read-out of one value, and the whole as lines of text. */
import { unitOf } from "../words";
import type { ChartPoint, ChartView } from "./chart-types";
import { chartLabels, chartPoints } from "./chart-view";
import { count, MISSING, plain, signed, spokenNumber } from "./format";
import { tokenLabel } from "./tokens";

/** Rows that are listed as text; the view and its tables have all. */
const LISTED = 60;

/** A number of the chart's scale, without its unit: shares as per cent.
 *  @example chartNumber(view, 0.5, 0) // "50" for a scale in per cent */
export function chartNumber({ y }: ChartView, value: number | null, digits: number): string {
  if (value === null) return MISSING;
  if (y.format === "percent") return plain(value * 100, digits);
  if (y.format === "points") return signed(value * 100, digits);
  if (y.format === "count") return plain(value, Number.isInteger(value) ? 0 : digits);
  return y.format === "signed" ? signed(value, digits) : plain(value, digits);
}

type Format = ChartView["y"]["format"];

/** What stands behind a number, and what a screen reader says there; differences of per cents are points. */
const UNITS: Partial<Record<Format, { short: string; spoken: string }>> = {
  percent: { short: "%", spoken: "per cent" },
  points: { short: "pp", spoken: "percentage points" },
};

/** What values are multiplied by before they are written: 100 for shares and their differences. */
export const chartScale = ({ y }: ChartView): number => (y.format in UNITS ? 100 : 1);

/** Decimals of the read-out: one fewer where shares are written as per cent. */
export const chartDigits = ({ y }: ChartView): number => (y.format in UNITS ? Math.max(0, y.digits - 1) : y.digits);

const withUnit = ({ y }: ChartView, words: string): string => {
  const unit = UNITS[y.format]?.short;
  return unit === undefined || words === MISSING ? words : `${words} ${unit}`;
};

/** What a place along x is called: `layer 3`, `capital`. */
export function placeName(view: ChartView, point: Pick<ChartPoint, "panel" | "x">): string {
  const label = chartLabels(view, point.panel)[point.x] ?? "";
  const { field } = view.x;
  if (field === "token") return tokenLabel(label);
  return field === "layer" || field === "head" || field === "position" ? `${field} ${label}` : label;
}

/** Panel, place and series of a value: "base · capital · SFT". */
export function pointName(view: ChartView, point: ChartPoint): string {
  const parts = [view.panels[point.panel].name, placeName(view, point), view.series[point.series].name];
  return parts.filter((part) => part !== "").join(" · ");
}

/** The read-out of one value: what it is called, the number, and interval, n and test. */
export function chartReadout(view: ChartView, point: ChartPoint): { name: string; value: string; rest: string } {
  const digits = chartDigits(view);
  const write = (value: number | null) => chartNumber(view, value, digits);
  const range = point.low === null || point.high === null ? "" : `[${write(point.low)}, ${write(point.high)}]`;
  const rest = [
    range === "" ? "" : `${view.interval} ${range}`.trim(),
    point.n > 0 ? `n ${count(point.n)} ${unitOf(point.n, view.unit)}` : "",
    point.behind === null || view.behind === null || point.behind.value === null
      ? ""
      : `${view.behind.label} ${withUnit(view, write(point.behind.value))}`,
    point.significant === false ? `not significant${view.test === null ? "" : ` (${view.test})`}` : "",
  ];
  return {
    name: pointName(view, point),
    value: withUnit(view, write(point.value)),
    rest: rest.filter((part) => part !== "").join(" · "),
  };
}

/** One value for a screen reader: "capital, SFT, 78.0 per cent, interval 63.3 to 88.0, not significant." */
export function spokenPoint(view: ChartView, point: ChartPoint): string {
  const name = pointName(view, point).replaceAll(" · ", ", ");
  if (point.value === null) return `${name}, no value.`;
  const { format } = view.y;
  const digits = chartDigits(view);
  const isSigned = format === "signed" || format === "points";
  const say = (value: number) => spokenNumber(value * chartScale(view), digits, isSigned);
  const unit = UNITS[format] === undefined ? "" : ` ${UNITS[format].spoken}`;
  const range = point.low === null || point.high === null ? "" : `, interval ${say(point.low)} to ${say(point.high)}`;
  const test = point.significant === false ? ", not significant" : "";
  return `${name}, ${say(point.value)}${unit}${range}${test}.`;
}

/** "Accuracy, bar chart, 9 values, largest capital · DPO, 90.2 %." */
export function chartSummary(view: ChartView): string {
  const points = chartPoints(view).filter((point) => point.value !== null);
  const kind = { bars: "bar chart", shares: "chart of shares", lines: "line chart" }[view.mark];
  const start = `${view.title}, ${kind}, ${count(points.length)} ${points.length === 1 ? "value" : "values"}`;
  if (points.length === 0) return `${start}, none measured yet.`;
  const best = points.reduce((a, b) => ((b.value as number) > (a.value as number) ? b : a));
  const { name, value } = chartReadout(view, best);
  return `${start}, largest ${name}, ${value}.`;
}

/** Title, scale, and a line for each value; `text/plain` of a notebook's output. Ends without a line feed. */
export function chartText(view: ChartView): string {
  const points = chartPoints(view).filter((point) => point.value !== null);
  const head = `${view.title} · ${view.y.title} · ${view.model.name}`;
  if (points.length === 0) return `${head}\nNothing is measured yet.`;
  const rows = points.slice(0, LISTED).map((point) => {
    const { name, value, rest } = chartReadout(view, point);
    return [name, value, rest];
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => [...row[column]].length)));
  const pad = (words: string, width: number) => " ".repeat(width - [...words].length);
  return [
    head,
    ...rows.map(([name, value, rest]) =>
      `  ${name}${pad(name, widths[0])}  ${pad(value, widths[1])}${value}  ${rest}`.trimEnd(),
    ),
    ...(points.length > LISTED ? [`  ... and ${count(points.length - LISTED)} more values`] : []),
  ].join("\n");
}

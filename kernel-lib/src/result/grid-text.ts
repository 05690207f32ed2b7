/** A grid as plain text: its best cells by the first metric, with intervals, n and tests. */
import { counted } from "../words";
import { alignedRows, madeOn, signed, warningLines } from "./aligned";
import { gridMeaning } from "./grid-metrics";
import type { CellSummary, GridAxis, GridResult } from "./grid-result";

/** Cells that are listed; the tables have all. */
const LISTED = 8;
const ALPHA = 0.05;

/** Headline, making, the best cells. */
export function gridText(result: GridResult): string {
  const { making, state } = result;
  const [metric] = result.metrics;
  const { rows, columns } = result.data;
  const { label, meaning, best, digits, signed: showPlus } = gridMeaning(metric);
  const measured = result.means(metric).flatMap((cell, at) => (cell.mean === null ? [] : [{ ...cell, at }]));
  const head = [result.headline(), `  ${madeOn(making)}`];
  if (measured.length === 0) return [...head, "  Nothing is measured yet."].join("\n");
  // A run that goes on is printed often, and its intervals and tests would change with the next sample.
  const settled = state !== "partial";
  const tests = settled ? result.tests(metric) : null;
  const sign = best === "lowest" ? 1 : -1;
  const listed = measured
    .sort((a, b) => sign * ((a.mean as number) - (b.mean as number)) || a.at - b.at)
    .slice(0, LISTED);
  const write = (value: number) => signed(value, digits.readout, showPlus);
  const lines = listed.map(({ row, column, n, at }) => {
    const { mean, ci }: CellSummary = (settled ? result.summaries(metric) : result.means(metric))[at];
    const holm = tests?.holm[at] ?? null;
    return [
      keyText(rows, row),
      keyText(columns, column),
      write(mean as number),
      ...(settled ? [ci === null ? "-" : `[${ci.map(write).join(", ")}]`] : []),
      String(n),
      ...(tests === null ? [] : [holm !== null && holm.p < ALPHA ? "*" : ""]),
    ];
  });
  const names = [
    ...[rows.name, columns.name, "mean"],
    ...(settled ? ["95 % interval"] : []),
    ...["n", ...(tests === null ? [] : [""])],
  ];
  const rest = measured.length - listed.length;
  const test = tests === null ? "" : `; * not 0 (sign test, Holm over ${counted(tests.made, "cell")}, 5 %)`;
  return [
    ...head,
    `  ${label} ${meaning}, ${best} first${test}:`,
    ...alignedRows([names, ...lines], 2).map((line) => `    ${line}`),
    ...(rest > 0 ? [`    ... and ${counted(rest, "more cell")}`] : []),
    ...warningLines(making),
  ].join("\n");
}

/** A key, with what pictures show for it where that says more. */
function keyText({ keys, labels }: GridAxis, key: number | string): string {
  const shown = labels[keys.indexOf(key)].trim();
  return shown === `${key}` || shown === "" ? `${key}` : `${key} (${shown})`;
}

/** What results print in a console: a few rows in columns, numbers with a true minus. */
import type { Making } from "./types";

/** Rows with their columns below each other: the first `texts` to the left, numbers to the right.
 *  @example alignedRows([["layer", "mean"], ["2", "+0.85"]]) // "layer   mean", "2      +0.85" */
export function alignedRows(rows: readonly (readonly string[])[], texts = 1): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < texts ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd(),
  );
}

/** With a true minus and always a sign, as everywhere that people read numbers. */
export function signed(value: number, digits: number, showPlus: boolean): string {
  const text = Math.abs(value).toFixed(digits);
  const isZero = Number(text) === 0;
  return `${isZero ? (showPlus ? " " : "") : value < 0 ? "\u2212" : showPlus ? "+" : ""}${text}`;
}

/** "cpu fp32, seed 0" */
export const madeOn = ({ provider, seed }: Making): string => `${provider.device} ${provider.precision}, seed ${seed}`;

/** A line for each warning. */
export const warningLines = ({ warnings }: Making): string[] => warnings.map((warning) => `! ${warning}`);

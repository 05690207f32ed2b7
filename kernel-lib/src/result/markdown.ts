/** A table as Markdown (pipe tables), numbers to a stated precision and aligned right; missing is a dash. */
import { optionsGiven, tableGiven, wholeGiven } from "../given";
import { MOST_DIGITS, numeric, shown } from "./shown";
import type { Table } from "./types";

/** A table for Markdown pages, numbers with so many significant digits; what is missing is a dash.
 *  @example pb.tableToMarkdown(result.table("summary"), { digits: 3 }) */
export function tableToMarkdown(table: Table, options: { digits?: number } = {}): string {
  const { digits = 4 } = optionsGiven("tableToMarkdown()", options);
  wholeGiven("tableToMarkdown(): digits", digits, 1, MOST_DIGITS);
  tableGiven("tableToMarkdown()", table);
  const right = numeric(table);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const rule = line(right.map((isNumber) => (isNumber ? "---:" : "---")));
  const rows = table.rows.map((row) => line(row.map((value) => escaped(shown(value, digits)))));
  return line(table.columns.map(escaped)) + rule + rows.join("");
}

/** A pipe would end the cell, a line break the table; the rest would be read as markup. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~$&]/g, "\\$&").replace(/\r\n|[\r\n]/g, " ");
}

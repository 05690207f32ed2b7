/** A table as CSV (RFC 4180 quoting, one header row, lines end in LF). Numbers are the shortest text that reads
 *  back to the same double; missing is empty. */
import { tableGiven } from "../given";
import type { Table } from "./types";

/** A table as CSV with a header row; what is missing is empty.
 *  @example pb.tableToCsv({ name: "t", columns: ["a"], rows: [[0.1], [null]] }) // "a\n0.1\n\n" */
export function tableToCsv(table: Table): string {
  const { columns, rows } = tableGiven("tableToCsv()", table);
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\n`).join("");
}

function field(value: Table["rows"][number][number]): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

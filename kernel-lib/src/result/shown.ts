/** How tables that people read show a cell: CSV keeps every digit, these do not. */
import type { Table } from "./types";

/** Significant digits of a double that say something. */
export const MOST_DIGITS = 17;

type Cell = Table["rows"][number][number];

/** Significant digits for numbers, whole numbers as they are, a true minus, a dash for missing. */
export function shown(value: Cell, digits: number): string {
  if (value === null) return "\u2013";
  if (typeof value !== "number") return String(value);
  const text = Number.isInteger(value) && Math.abs(value) < 1e9 ? String(value) : short(value, digits);
  return text.replace(/^-/, "\u2212");
}

function short(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : "-\u221e";
  const plain = Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6;
  return plain ? String(Number(value.toPrecision(digits))) : value.toExponential(digits - 1);
}

/** Which columns hold numbers: those are set flush right. */
export function numeric({ columns, rows }: Table): boolean[] {
  return columns.map((_, at) => rows.some((row) => typeof row[at] === "number"));
}

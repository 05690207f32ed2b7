/** CSV as RFC 4180 has it: fields in quotes may hold commas, quotes (doubled) and line breaks; rows end in CRLF or LF.
 *  Files come from strangers: rows, fields and their lengths are bounded, and every complaint names its line. */
import { SpecError } from "../errors";

const MAX_FIELDS = 64;
const MAX_FIELD = 100_000;

export interface CsvRow {
  fields: string[];
  /** Line of the file on which it begins, from 1. */
  line: number;
}

/** The rows of a text, the header among them; lines without anything are left out.
 *  @throws SpecError naming file and line: an open quote, text behind a quoted field, more than `maxRows` rows.
 *  @example parseCsv('a,"b, c"\n', { thing: "x.csv", maxRows: 10 })[0].fields // ["a", "b, c"] */
export function parseCsv(text: string, { thing, maxRows }: { thing: string; maxRows: number }): CsvRow[] {
  const rows: CsvRow[] = [];
  let line = 1;
  let at = 0;
  const refuse = (where: number, rule: string): never => {
    throw new SpecError({ thing: `${thing}, line ${where}`, rule });
  };
  while (at < text.length) {
    const row: CsvRow = { fields: [], line };
    for (let isOpen = true; isOpen; ) {
      const field = text[at] === '"' ? quoted(text, at) : bare(text, at);
      if (field === null) return refuse(line, "has a quote that is never closed");
      if (field.text.length > MAX_FIELD) refuse(line, `has a field of more than ${MAX_FIELD} characters`);
      row.fields.push(field.text);
      if (row.fields.length > MAX_FIELDS) refuse(line, `has more than ${MAX_FIELDS} fields`);
      for (let i = at; i < field.end; i++) if (text[i] === "\n") line++;
      at = field.end;
      isOpen = text[at] === ",";
      if (isOpen) at++;
    }
    if (text[at] === "\r" && (text[at + 1] === "\n" || at + 1 === text.length)) at++;
    if (at < text.length && text[at] !== "\n") refuse(line, "has text behind a quoted field, or a lone quote or CR");
    at++;
    line++;
    if (row.fields.length === 1 && row.fields[0] === "") continue;
    rows.push(row);
    if (rows.length > maxRows) refuse(row.line, `is beyond the ${maxRows} rows that a file may have`);
  }
  return rows;
}

function bare(text: string, from: number): { text: string; end: number } {
  let end = from;
  while (end < text.length && !/[",\r\n]/.test(text[end])) end++;
  return { text: text.slice(from, end), end };
}

function quoted(text: string, from: number): { text: string; end: number } | null {
  for (let at = from + 1; ; ) {
    const close = text.indexOf('"', at);
    if (close < 0) return null;
    if (text[close + 1] !== '"') return { text: text.slice(from + 1, close).replaceAll('""', '"'), end: close + 1 };
    at = close + 2;
  }
}

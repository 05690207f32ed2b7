/** A table as LaTeX with the rules of booktabs; everything is escaped, missing is a dash. */
import { numeric, shown } from "./shown";
import type { Table } from "./types";

/** A `table` environment with `caption` and `label` when given, else the bare `tabular`.
 *  @example tableToLatex(result.table("interactions"), { caption: "Superadditivity" }) */
export function tableToLatex(
  table: Table,
  { digits = 4, caption, label }: { digits?: number; caption?: string; label?: string } = {},
): string {
  const line = (cells: readonly string[]) => `${cells.join(" & ")} \\\\\n`;
  const align = numeric(table).map((isNumber) => (isNumber ? "r" : "l"));
  const body = [
    `\\begin{tabular}{${align.join("")}}\n\\toprule\n`,
    line(table.columns.map(escaped)),
    "\\midrule\n",
    ...table.rows.map((row) => line(row.map((value) => cellText(shown(value, digits))))),
    "\\bottomrule\n\\end{tabular}\n",
  ].join("");
  if (caption === undefined && label === undefined) return `% needs \\usepackage{booktabs}\n${body}`;
  const title = caption === undefined ? "" : `\\caption{${escaped(caption)}}\n`;
  const mark = label === undefined ? "" : `\\label{${label.replace(/[^\w:.-]/g, "-")}}\n`;
  return `% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n${title}${mark}${body}\\end{table}\n`;
}

/** Numbers in math mode, so that minus and exponent are set as such. */
function cellText(text: string): string {
  const number = /^(\u2212?)([\d.]+|\u221e)(?:e([+-]?)(\d+))?$/.exec(text);
  if (number === null) return escaped(text);
  const [, minus, digits, exponentSign, exponent] = number;
  const power = exponent === undefined ? "" : ` \\times 10^{${exponentSign === "-" ? "-" : ""}${exponent}}`;
  return `$${minus && "-"}${digits.replace("\u221e", "\\infty")}${power}$`;
}

const NAMED: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "\u2013": "--",
  "\u2212": "$-$",
  "\u0394": "$\\Delta$",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
};

function escaped(text: string): string {
  return text
    .replace(/[\\~^\u2013\u2212\u0394<>]|[&%$#_{}]/g, (mark) => NAMED[mark] ?? `\\${mark}`)
    .replace(/\s+/g, " ");
}

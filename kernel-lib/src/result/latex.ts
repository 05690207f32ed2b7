/** A table as LaTeX with the rules of booktabs; everything is escaped, missing is a dash. */
import { optionsGiven, tableGiven, wholeGiven } from "../given";
import { MOST_DIGITS, numeric, shown } from "./shown";
import type { Table } from "./types";

/** A `table` environment with `caption` and `label` when given, else the bare `tabular`.
 *  @example pb.tableToLatex(result.table("interactions"), { caption: "Superadditivity" }) */
export function tableToLatex(
  table: Table,
  options: { digits?: number; caption?: string; label?: string } = {},
): string {
  const { digits = 4, caption, label } = optionsGiven("tableToLatex()", options);
  wholeGiven("tableToLatex(): digits", digits, 1, MOST_DIGITS);
  tableGiven("tableToLatex()", table);
  const line = (cells: readonly string[]) => `${cells.join(" & ")} \\\\\n`;
  const first = table.sections ? 1 : 0;
  const align = numeric(table).map((isNumber) => (isNumber ? "r" : "l"));
  const width = table.columns.length - first;
  const rows = table.rows.flatMap((row, at) => {
    const cells = line(row.slice(first).map((value) => cellText(shown(value, digits))));
    const before = at === 0 ? undefined : table.rows[at - 1][0];
    if (!table.sections || row[0] === before) return [cells];
    const heading = `\\multicolumn{${width}}{l}{\\textit{${escaped(shown(row[0], digits))}}} \\\\\n`;
    return [at === 0 ? "" : "\\midrule\n", heading, cells];
  });
  const body = [
    `\\begin{tabular}{${align.slice(first).join("")}}\n\\toprule\n`,
    table.groups === undefined ? line(table.columns.slice(first).map(escaped)) : groupHeads(table.groups, first),
    "\\midrule\n",
    ...rows,
    "\\bottomrule\n\\end{tabular}\n",
  ].join("");
  if (caption === undefined && label === undefined) return `% needs \\usepackage{booktabs}\n${body}`;
  const title = caption === undefined ? "" : `\\caption{${escaped(caption)}}\n`;
  const mark = label === undefined ? "" : `\\label{${label.replace(/[^\w:.-]/g, "-")}}\n`;
  return `% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n${title}${mark}${body}\\end{table}\n`;
}

/** Two rows: the groups' titles over a rule each, then the columns' own names. Begins at column `first`. */
function groupHeads(groups: NonNullable<Table["groups"]>, first: number): string {
  const left = groups.map((group, at) => (at === 0 ? { ...group, columns: group.columns.slice(first) } : group));
  const shownGroups = left.filter(({ columns }) => columns.length > 0);
  const titles = shownGroups.map(({ title, columns }) => `\\multicolumn{${columns.length}}{c}{${escaped(title)}}`);
  let column = 1;
  const rules = shownGroups.map(({ title, columns }) => {
    const span = `${column}-${column + columns.length - 1}`;
    column += columns.length;
    return title === "" ? "" : `\\cmidrule(lr){${span}}`;
  });
  const names = shownGroups.flatMap(({ columns }) => columns.map(escaped));
  return `${titles.join(" & ")} \\\\\n${rules.join("")}\n${names.join(" & ")} \\\\\n`;
}

/** Numbers in math mode, so that minus and exponent are set as such. */
function cellText(text: string): string {
  const number = /^([\u2212-]?)([\d.]+|\u221e|inf)(?:e([+-]?)(\d+))?$/.exec(text);
  if (number === null) return escaped(text);
  const [, minus, digits, exponentSign, exponent] = number;
  const power = exponent === undefined ? "" : ` \\times 10^{${exponentSign === "-" ? "-" : ""}${Number(exponent)}}`;
  return `$${minus && "-"}${digits.replace(/\u221e|inf/, "\\infty")}${power}$`;
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
  "\u2264": "$\\le$",
  "\u2265": "$\\ge$",
  "\u2026": "\\dots{}",
  "\u03c1": "$\\rho$",
};

function escaped(text: string): string {
  return text
    .replace(/[\\~^\u2013\u2212\u0394\u2264\u2265\u2026\u03c1<>]|[&%$#_{}]/g, (mark) => NAMED[mark] ?? `\\${mark}`)
    .replace(/\s+/g, " ");
}

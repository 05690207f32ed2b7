/** `pb.save`: results, figures, tables, pages and specs as files that are whole or not there. */

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { SpecError } from "../errors";
import { type Figure, type FigureOptions, saveFigure } from "../figure";
import { htmlPage } from "../figure/html";
import { optionsGiven, textGiven } from "../given";
import { Result, type ResultData } from "../result/base";
import { Comparison } from "../result/compare";
import { tableToCsv } from "../result/csv";
import { serializeAny } from "../result/kinds";
import { tableToLatex } from "../result/latex";
import { tableToMarkdown } from "../result/markdown";
import type { PaperTable } from "../result/paper-table";
import type { Table } from "../result/types";
import { ExperimentRun } from "../run/experiment-run";
import { writeWhole } from "../run/files";
import { tableToParquet } from "../run/parquet";
import { comparisonChart } from "../view/chart-compare";
import { viewsOf } from "../view/of-result";
import type { View } from "../view/types";
import { figure } from "./show";
import { isFigure } from "./sources";

/** How a file is written; what its ending has no use for is refused. */
export interface SaveOptions extends FigureOptions {
  /** Which table goes into a `.csv`, `.parquet`, `.md` or `.tex`. Default: the result's main one, `summary` of a sweep. */
  table?: string;
  /** Of a page: which sample of a path trace, from 0; and its title. */
  sample?: number;
  title?: string;
}

type Spec = ResultData["spec"];

const TABLES: Readonly<Record<string, (table: Table) => string | Uint8Array>> = {
  ".csv": tableToCsv,
  ".parquet": tableToParquet,
  ".md": tableToMarkdown,
  ".tex": tableToLatex,
};
const PICTURES = [".svg", ".pdf", ".png"];
const PAGE = ".html";

/** Writes `value` to `file`; how, is said by the file's ending. Missing folders are made; a run is waited for.
 *
 *  - a figure, a view (`pb.accuracyChart([one, two])`), or a result as a figure: `.svg`, `.pdf`, `.png`
 *  - a result: `.json` holds everything, `.csv`, `.parquet`, `.md`, `.tex` a table
 *  - a figure, a result, or a list of them: `.html`, one interactive page that works offline, its views linked
 *  - a table (of a result, or of the paper): `.csv`, `.parquet`, `.md`, `.tex`; the paper's with their caption
 *  - a comparison: `.csv`, `.parquet`, `.md`, `.tex`, a picture or a page
 *  - a spec: `.json`
 *  @throws SpecError for an ending that does not fit, PatchbayError when the file cannot be written.
 *
 *  @example
 *  await pb.save(result, "capital.patchbay.json");
 *  await pb.save(pb.figure(result), "fig2.pdf", { width: "single-column" });
 *  await pb.save([sweep, trace], "capital.html"); */
export async function save(
  value:
    | Figure
    | Result
    | ExperimentRun
    | Comparison
    | Table
    | Spec
    | View
    | readonly (Figure | Result | ExperimentRun)[],
  file: string,
  options: SaveOptions = {},
): Promise<void> {
  const { table, sample, title, ...figureOptions } = optionsGiven("save()", options);
  textGiven("save(): file", file, 'await pb.save(result, "result.csv")');
  const given = isView(value) ? figure(value) : value;
  const thing = Array.isArray(given) ? await Promise.all(given) : given instanceof ExperimentRun ? await given : given;
  const ending = /\.[a-z]+$/i.exec(file)?.[0].toLowerCase() ?? "";
  const allowed = endingsFor(thing);
  if (!allowed.includes(ending)) {
    throw new SpecError({ thing: "save: file", value: file, rule: `must end in ${allowed.join(", ")}` });
  }
  mkdirSync(dirname(file), { recursive: true });
  if (ending === PAGE) {
    const views = (Array.isArray(thing) ? thing : [thing]).map((each, at) => viewOf(each, at, sample));
    writeWhole(file, htmlPage(views, { title }));
  } else if (isFigure(thing)) await saveFigure(thing, file, figureOptions);
  else if (thing instanceof Comparison) {
    if (PICTURES.includes(ending)) await saveFigure(figure(thing), file, figureOptions);
    else writeWhole(file, TABLES[ending](thing.table()));
  } else if (isTable(thing)) writeWhole(file, tableText(thing, ending));
  else if (!(thing instanceof Result)) writeWhole(file, `${JSON.stringify(thing, null, 2)}\n`);
  else if (PICTURES.includes(ending)) await saveFigure(figure(thing), file, figureOptions);
  else
    writeWhole(file, ending === ".json" ? serializeAny(thing) : TABLES[ending](thing.table(table ?? thing.mainTable)));
}

const isView = (value: unknown): value is View => (value as View | null)?.schema === "patchbay.view/1";

const isTable = (thing: unknown): thing is Table & Partial<PaperTable> => {
  const { columns, rows } = (thing ?? {}) as Partial<Table>;
  return !(thing instanceof Result) && Array.isArray(columns) && Array.isArray(rows);
};

/** The paper's tables carry their caption into LaTeX and Markdown. */
function tableText(table: Table & Partial<PaperTable>, ending: string): string | Uint8Array {
  const { caption, name } = table;
  if (caption === undefined || ending === ".csv" || ending === ".parquet") return TABLES[ending](table);
  if (ending === ".tex") return tableToLatex(table, { caption, label: `tab:${name}` });
  return `${caption}\n\n${tableToMarkdown(table)}`;
}

function viewOf(thing: Figure | Result | Comparison, at: number, sample: number | undefined): View {
  if (thing instanceof Comparison) return comparisonChart(thing, { id: `page-${at}` });
  return isFigure(thing) ? thing.view : viewsOf(thing).view({ id: `page-${at}`, choice: sample });
}

function endingsFor(thing: unknown): string[] {
  if (isFigure(thing)) return [...PICTURES, PAGE];
  if (thing instanceof Comparison) return [...Object.keys(TABLES), ...PICTURES, PAGE];
  if (isTable(thing)) return Object.keys(TABLES);
  if (thing instanceof Result) return [".json", ...Object.keys(TABLES), ...PICTURES, PAGE];
  if (Array.isArray(thing) && thing.length > 0 && thing.every((each) => isFigure(each) || each instanceof Result))
    return [PAGE];
  if ((thing as Spec | null)?.schema === "patchbay.spec/1") return [".json"];
  throw new SpecError({ thing: "save", rule: "takes a figure, a result, a table, a run, a list of these, or a spec" });
}

/** `patchbay export FILE --out FILE`: a table (csv, parquet, markdown, latex), a figure (svg, png, pdf) or an interactive
 *  page (html). The ending of `--out` says which, unless `--format` does; `--table` names another table than the main one. */
import { createHash } from "node:crypto";
import { PatchbayError } from "../errors";
import { MAX_SAMPLES } from "../experiment/fields";
import { type FigureOptions, figureOf } from "../figure";
import { htmlPage } from "../figure/html";
import { type Result, type Table, tableToCsv, tableToLatex, tableToMarkdown } from "../result";
import { writeWhole } from "../run/files";
import { tableToParquet } from "../run/parquet";
import { viewsOf } from "../view/of-result";
import type { View } from "../view/types";
import { wholeNumber } from "./inputs";
import { readResult } from "./result-file";

export interface ExportCommand {
  table?: string;
  figure?: string;
  /** Default: by the ending of `out`. */
  format?: string;
  out: string;
  metric?: string;
  width?: string;
  theme?: string;
  /** Of a path trace: which sample, from 0. */
  sample?: string;
}

const TABLE_FORMATS: Readonly<Record<string, (table: Table) => string | Uint8Array>> = {
  csv: tableToCsv,
  parquet: tableToParquet,
  markdown: tableToMarkdown,
  latex: tableToLatex,
};
const FIGURE_FORMATS = ["svg", "png", "pdf"] as const;
type FigureFormat = (typeof FIGURE_FORMATS)[number];
const PAGE = "html";
const BY_ENDING: Readonly<Record<string, string>> = { md: "markdown", tex: "latex" };

export async function exportCommand(path: string, options: ExportCommand): Promise<void> {
  const { table, figure, out } = options;
  if (table !== undefined && figure !== undefined)
    throw new PatchbayError({ thing: "export", rule: "takes --table or --figure, not both" });
  const format = formatOf(options);
  const result = readResult(path);
  if (format === PAGE) writeWhole(out, htmlPage(shownView(result, options)));
  else if (format in TABLE_FORMATS) writeWhole(out, TABLE_FORMATS[format](result.table(table ?? result.mainTable)));
  else writeWhole(out, await drawn(result, format as FigureFormat, options));
  process.stderr.write(`${out}\n`);
}

/** What `--format` says, or the ending of `--out`; one that a table, or a figure, can have. */
function formatOf({ table, figure, format, out }: ExportCommand): string {
  const ending = /\.([a-z]+)$/i.exec(out)?.[1].toLowerCase() ?? "";
  const asked = format ?? BY_ENDING[ending] ?? ending;
  const tables = figure === undefined ? Object.keys(TABLE_FORMATS) : [];
  const pictures = table === undefined ? [...FIGURE_FORMATS, PAGE] : [];
  const allowed: readonly string[] = [...tables, ...pictures];
  if (allowed.includes(asked)) return asked;
  const what = table !== undefined ? " for a table" : figure !== undefined ? " for a figure" : "";
  throw new PatchbayError({
    thing: "--format",
    value: asked || undefined,
    rule: `must be one of ${allowed.join(", ")}${what}`,
    wayOut: format === undefined ? "It is taken from the ending of --out when it is not given" : undefined,
  });
}

async function drawn(result: Result, format: FigureFormat, options: ExportCommand): Promise<string | Uint8Array> {
  const { metric, width, theme } = options;
  const view = shownView(result, options);
  const asked = {
    ...(metric === undefined ? {} : { metric }),
    ...(theme === undefined ? {} : { theme }),
    ...(width === undefined ? {} : { width: /^\d+$/.test(width) ? Number(width) : width }),
  } as FigureOptions;
  return figureOf(view, asked)[format]();
}

/** The view that figures and pages show. */
function shownView(result: Result, { figure, metric, sample }: ExportCommand): View {
  const resultHash = `sha256:${createHash("sha256").update(JSON.stringify(result.data.making)).digest("hex")}`;
  const choice = wholeNumber("--sample", sample ?? "0", 0, MAX_SAMPLES);
  const view = viewsOf(result).view({ id: "export", choice, resultHash, metric });
  if (figure === undefined || figure === view.kind) return view;
  throw new PatchbayError({
    thing: "--figure",
    value: figure,
    rule: `must be one of ${view.kind}, for this kind of result`,
  });
}

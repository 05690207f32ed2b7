/** `patchbay export FILE --table NAME --format csv|markdown|latex --out FILE`, or `--figure NAME --format svg|png|pdf`,
 *  or `--format html` for an interactive page. */
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
  format: string;
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
const PAGE = "html";

export async function exportCommand(path: string, options: ExportCommand): Promise<void> {
  const { table, figure, format, out } = options;
  const page = format === PAGE && table === undefined;
  if (!page && (table === undefined) === (figure === undefined))
    throw new PatchbayError({ thing: "export", rule: "needs either --table or --figure, or --format html" });
  if (!page) checkFormat(options);
  const result = readResult(path);
  if (page) {
    writeWhole(out, htmlPage(shownView(result, options)));
    process.stderr.write(`${out}\n`);
    return;
  }
  writeWhole(
    out,
    table === undefined ? await drawn(result, options) : TABLE_FORMATS[options.format](result.table(table)),
  );
  process.stderr.write(`${out}\n`);
}

function checkFormat({ table, format }: ExportCommand): void {
  const allowed = table === undefined ? FIGURE_FORMATS : Object.keys(TABLE_FORMATS);
  if ((allowed as readonly string[]).includes(format)) return;
  throw new PatchbayError({
    thing: "--format",
    value: format,
    rule: `must be one of ${allowed.join(", ")} for a ${table === undefined ? "figure" : "table"}`,
  });
}

async function drawn(result: Result, options: ExportCommand): Promise<string | Uint8Array> {
  const { format, metric, width, theme } = options;
  const view = shownView(result, options);
  const asked = {
    ...(metric === undefined ? {} : { metric }),
    ...(theme === undefined ? {} : { theme }),
    ...(width === undefined ? {} : { width: /^\d+$/.test(width) ? Number(width) : width }),
  } as FigureOptions;
  return figureOf(view, asked)[format as (typeof FIGURE_FORMATS)[number]]();
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

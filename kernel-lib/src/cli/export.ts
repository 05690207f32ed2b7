/** `patchbay export FILE --table NAME --format csv|markdown|latex --out FILE`, or `--figure NAME --format svg|png|pdf`. */
import { createHash } from "node:crypto";
import { PatchbayError } from "../errors";
import { type FigureOptions, figureOf } from "../figure";
import {
  type SweepResult,
  type SweepTableName,
  sweepGrids,
  type Table,
  tableToCsv,
  tableToLatex,
  tableToMarkdown,
} from "../result";
import { writeWhole } from "../run/files";
import { heatmapViewOf } from "../view/heatmap-view";
import { readResult } from "./result-file";

export interface ExportCommand {
  table?: string;
  figure?: string;
  format: string;
  out: string;
  metric?: string;
  width?: string;
  theme?: string;
}

const TABLE_FORMATS: Readonly<Record<string, (table: Table) => string>> = {
  csv: tableToCsv,
  markdown: tableToMarkdown,
  latex: tableToLatex,
};
const FIGURE_FORMATS = ["svg", "png", "pdf"] as const;
const FIGURES = ["heatmap"];

export async function exportCommand(path: string, options: ExportCommand): Promise<void> {
  const { table, figure, out } = options;
  if ((table === undefined) === (figure === undefined))
    throw new PatchbayError({ thing: "export", rule: "needs either --table or --figure" });
  checkFormat(options);
  const result = readResult(path);
  writeWhole(
    out,
    table === undefined ? await drawn(result, options) : TABLE_FORMATS[options.format](tableOf(result, table)),
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

/** The result itself says which names it has. */
const tableOf = (result: SweepResult, name: string): Table => result.table(name as SweepTableName);

async function drawn(result: SweepResult, options: ExportCommand): Promise<string | Uint8Array> {
  const { figure, format, metric, width, theme } = options;
  if (figure === undefined || !FIGURES.includes(figure))
    throw new PatchbayError({ thing: "--figure", value: figure, rule: `must be one of ${FIGURES.join(", ")}` });
  const grids = sweepGrids(result, { intervals: true });
  const resultHash = `sha256:${createHash("sha256").update(JSON.stringify(result.data.making)).digest("hex")}`;
  const view = heatmapViewOf([{ data: result.data, grids }], { id: "export", resultHash });
  const asked = {
    ...(metric === undefined ? {} : { metric }),
    ...(theme === undefined ? {} : { theme }),
    ...(width === undefined ? {} : { width: /^\d+$/.test(width) ? Number(width) : width }),
  } as FigureOptions;
  return figureOf(view, asked)[format as (typeof FIGURE_FORMATS)[number]]();
}

/** What a reproduction writes of its results: every table as CSV, Markdown and LaTeX, with the honest one beside it;
 *  every figure as SVG, PDF and PNG at both of a journal's widths; and the report. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { PatchbayError, SpecError } from "../errors";
import { type Figure, figureOf } from "../figure";
import { htmlPage } from "../figure/html";
import type { Result } from "../result/base";
import { tableToCsv } from "../result/csv";
import { tableToLatex } from "../result/latex";
import { tableToMarkdown } from "../result/markdown";
import { modelLabel } from "../result/paper-names";
import type { PaperTable } from "../result/paper-table";
import type { Table } from "../result/types";
import type { View } from "../view/types";
import { writeWhole } from "./files";
import { impossible } from "./paper";
import { BEYOND, FIGURES, type FigureEntry, type PaperOptions, TABLES, titleOf } from "./paper-catalogue";
import { folderOf } from "./reproduce-jobs";
import { type DrawnFigure, reportOf } from "./reproduce-report";

export interface PaperFiles {
  /** Names of the tables and figures that were written. */
  written: readonly string[];
  /** The others, and why. */
  missing: readonly { name: string; number: string; title: string; reason: string }[];
  report: string | null;
}

export interface PaperFolder extends PaperOptions {
  /** Absolute. */
  out: string;
  only?: readonly string[];
  signal?: AbortSignal;
  onProgress?: (progress: {
    done: number;
    total: number;
    share: number;
    doing: string;
    secondsLeft: number | null;
    atLeast: boolean;
  }) => void;
  failed: readonly { title: string; model: string; reason: string }[];
  notes: readonly { about: string; model: string; words: string }[];
  /** Files of the results, from the folder. */
  sources: readonly string[];
  command: string;
}

const WIDTHS = { "single-column": "single", "double-column": "double" } as const;

/** Writes all that `results` can make into `out`.
 *  @throws PatchbayError when a file cannot be written */
export async function writePaper(results: readonly Result[], folder: PaperFolder): Promise<PaperFiles> {
  const { out, only, signal, onProgress } = folder;
  const chosen = <E extends { name: string }>(entries: readonly E[]) =>
    entries.filter(({ name }) => only === undefined || only.includes(name));
  const [tables, figures] = [chosen(TABLES), chosen([...FIGURES, ...BEYOND])];
  const missing: { name: string; number: string; title: string; reason: string }[] = [];
  const madeTables: PaperTable[] = [];
  const drawn: DrawnFigure[] = [];
  let done = 0;
  const total = tables.length + figures.length;
  const began = performance.now();
  const step = async (number: string) => {
    const seconds = (performance.now() - began) / 1000;
    const secondsLeft = done < 5 ? null : (seconds * (total - done)) / done;
    onProgress?.({ done, total, share: done / total, doing: number, secondsLeft, atLeast: false });
    done++;
    // Whoever asked it to stop gets a turn.
    await setImmediate();
  };
  for (const folderName of ["tables", "figures"]) mkdirSync(join(out, folderName), { recursive: true });
  const attempt = <T>(entry: (typeof tables)[number] | FigureEntry, make: () => T): T | null => {
    const reason = impossible(entry, results);
    const because = (words: string) => {
      // An entry that is made for each model may be missing for each of them.
      if (missing.some(({ name }) => name === entry.name)) return null;
      missing.push({ name: entry.name, number: entry.number, title: titleOf(entry.title, results), reason: words });
      return null;
    };
    if (reason !== null) return because(reason);
    try {
      return make();
    } catch (error) {
      if (error instanceof PatchbayError) return because(error.message);
      throw error;
    }
  };
  for (const entry of tables) {
    if (signal?.aborted) break;
    await step(entry.number);
    const table = attempt(entry, () => entry.make(results, folder));
    if (table === null) continue;
    writeTable(join(out, "tables", table.name), table, table.caption);
    if (table.beside)
      writeTable(join(out, "tables", table.beside.name), table.beside, `${table.number}, honest statistics.`);
    madeTables.push(table);
  }
  for (const entry of figures) {
    if (signal?.aborted) break;
    await step(entry.number);
    for (const part of entry.perModel ? byModel(results) : [{ results, suffix: "" }]) {
      const view = attempt(entry, () => entry.make(part.results, folder));
      if (view === null) continue;
      const data = entry.data?.(part.results, folder) ?? [];
      for (const table of data) writeTable(join(out, "tables", table.name), table, `${entry.number}, its numbers.`);
      for (const figure of figuresOf(view, entry, part.suffix))
        drawn.push(await writeFigure(join(out, "figures"), { ...figure, data }));
    }
  }
  if (signal?.aborted) return { written: [], missing, report: null };
  const report = join(out, "index.html");
  const explore = writeWidgets(join(out, "explore.html"), drawn);
  writeWhole(report, reportOf(results, { ...folder, tables: madeTables, figures: drawn, missing, explore }));
  return { written: [...madeTables, ...drawn].map(({ name }) => name), missing, report };
}

/** The figures as widgets on a page of their own; false where the widgets were not built or are too much for a file. */
function writeWidgets(file: string, drawn: readonly DrawnFigure[]): boolean {
  // A further metric of a figure is a choice within its widget.
  const views = drawn.filter(
    ({ view }, at) => drawn.findIndex((other) => other.view.id === view.id) === at || view.kind !== "heatmap",
  );
  if (views.length === 0) return false;
  const items = views.flatMap(({ number, view }) => [{ heading: `${number}. ${view.title}` }, view]);
  try {
    writeWhole(file, htmlPage(items, { title: "Patches of Nonlinearity, to explore" }));
    return true;
  } catch (error) {
    if (error instanceof PatchbayError) return false;
    throw error;
  }
}

/** Asked before the first experiment.
 *  @throws SpecError for a name that the paper has not */
export function checkOnly(only: readonly string[] | undefined): void {
  const known = [...TABLES, ...FIGURES, ...BEYOND].map(({ name }) => name);
  for (const name of only ?? []) {
    if (known.includes(name)) continue;
    throw new SpecError({ thing: "only", value: name, rule: `must be one of ${known.join(", ")}` });
  }
}

/** Results of each model, where there are several; one model needs no suffix. */
function byModel(results: readonly Result[]): { results: Result[]; suffix: string }[] {
  const prints = [...new Set(results.map(({ making }) => making.model.fingerprint))];
  return prints.map((fingerprint) => {
    const own = results.filter(({ making }) => making.model.fingerprint === fingerprint);
    return { results: own, suffix: prints.length === 1 ? "" : `-${folderOf(own[0].making.model.name)}` };
  });
}

function writeTable(stem: string, table: Table, caption: string): void {
  writeWhole(`${stem}.csv`, tableToCsv(table));
  writeWhole(`${stem}.md`, `${caption}\n\n${tableToMarkdown(table)}`);
  writeWhole(`${stem}.tex`, tableToLatex(table, { caption, label: `tab:${table.name}` }));
}

interface NamedFigure {
  name: string;
  number: string;
  figure: Figure;
  data?: readonly Table[];
}

/** A view, and again by each further metric that the paper prints below it. */
function figuresOf(view: View, entry: FigureEntry, suffix: string): NamedFigure[] {
  const labels = suffix === "" ? "" : `, ${modelLabel(view.model)}`;
  const first = { name: `${entry.name}${suffix}`, number: `${entry.number}${labels}`, figure: figureOf(view) };
  const rest = (entry.also ?? []).map((metric) => ({
    name: `${entry.name}-${metric}${suffix}`,
    number: `${entry.number} (${metric})${labels}`,
    figure: figureOf({ ...view, metric } as View),
  }));
  return [first, ...rest];
}

async function writeFigure(folder: string, { name, number, figure, data = [] }: NamedFigure): Promise<DrawnFigure> {
  let svg = "";
  for (const [width, short] of Object.entries(WIDTHS) as [keyof typeof WIDTHS, string][]) {
    const stem = join(folder, `${name}.${short}`);
    const picture = await figure.svg({ width });
    writeWhole(`${stem}.svg`, picture);
    writeWhole(`${stem}.pdf`, await figure.pdf({ width }));
    writeWhole(`${stem}.png`, await figure.png({ width }));
    if (width === "double-column") svg = picture;
  }
  return { name, number, view: figure.view, svg, data };
}

/** `pb.paperTable("table5", results)` and `pb.paperFigure("fig2", results)`: every table and figure of
 *  arXiv:2602.07930 from results of one's own. */

import { PatchbayError, ResultError, SpecError } from "../errors";
import { MOST_RESAMPLES, optionsGiven, wholeGiven } from "../given";
import { Result } from "../result/base";
import { type Stage, stageOf } from "../result/paper-names";
import type { PaperTable } from "../result/paper-table";
import type { View } from "../view/types";
import {
  BEYOND,
  FIGURES,
  type FigureEntry,
  type PaperOptions,
  TABLES,
  type TableEntry,
  titleOf,
} from "./paper-catalogue";

/** A table or figure of the paper, and whether these results can make it. */
export interface PaperItem {
  name: string;
  number: string;
  title: string;
  kind: "table" | "figure";
  /** Why it is not made of these results; null when it is. */
  missing: string | null;
}

/** A table of the paper from results of any kinds, of which it takes those that it is about.
 *  @throws SpecError for a name that is no table of the paper, ResultError when the results do not hold what it needs
 *  @example const table = pb.paperTable("table5", [sweep]); console.log(pb.tableToLatex(table, { caption: table.caption })); */
export const paperTable = (name: string, results: readonly Result[], options: PaperOptions = {}): PaperTable =>
  entryOf(TABLES, name, "paperTable()").make(checked(results, "paperTable()"), paperOptions("paperTable()", options));

/** A figure of the paper as a view: `pb.show(view)`, `pb.figure(view)`, `pb.save(pb.figure(view), "fig2.pdf")`.
 *  @throws SpecError for a name that is no figure of the paper, ResultError when the results do not hold what it needs
 *  Of several models also `compare-sweeps` and `compare-accuracies`: their differences, which the paper has not.
 *  @example const view = pb.paperFigure("fig2", [base, sft, dpo]); */
export const paperFigure = (name: string, results: readonly Result[], options: PaperOptions = {}): View =>
  entryOf([...FIGURES, ...BEYOND], name, "paperFigure()").make(
    checked(results, "paperFigure()"),
    paperOptions("paperFigure()", options),
  );

/** All tables and figures of the paper in its order, with what is missing in `results` for each.
 *  @example pb.paperItems(results).filter(({ missing }) => missing === null) */
export function paperItems(results: readonly Result[]): PaperItem[] {
  const given = checked(results, "paperItems()");
  const item = (kind: PaperItem["kind"], entry: TableEntry | FigureEntry): PaperItem => ({
    name: entry.name,
    number: entry.number,
    title: titleOf(entry.title, given),
    kind,
    missing: missingFor(entry, given),
  });
  return [...TABLES.map((entry) => item("table", entry)), ...FIGURES.map((entry) => item("figure", entry))];
}

/** Why an entry has nothing to show of these models at all: the paper's second size, or a stage; else null. */
export function impossible(entry: TableEntry | FigureEntry, results: readonly Result[]): string | null {
  const depths = new Set(results.map(({ making }) => making.model.nLayers));
  if (entry.size === "large" && depths.size < 2) return "needs models of two depths: the paper's 1B and 7B";
  const stages = new Set(results.map(({ making }) => stageOf(making.model.name)));
  if (entry.stage !== undefined && !standsFor(entry.stage, stages)) return `needs a model of the stage ${entry.stage}`;
  return null;
}

/** Why an entry cannot be made of these results; null when it can. */
function missingFor(entry: TableEntry | FigureEntry, results: readonly Result[]): string | null {
  const reason = impossible(entry, results);
  if (reason !== null) return reason;
  try {
    entry.make(results, { resamples: 1 });
    return null;
  } catch (error) {
    if (error instanceof PatchbayError) return error.message;
    throw error;
  }
}

/** A model whose name says no stage stands where the paper has its base model: OLMo-2-0425-1B beside its -SFT. */
const standsFor = (stage: Stage, stages: ReadonlySet<Stage | null>): boolean =>
  stages.has(stage) || (stage === "base" && stages.has(null));

function paperOptions(call: string, options: PaperOptions): PaperOptions {
  const given = optionsGiven(call, options);
  if (given.resamples !== undefined) wholeGiven(`${call}: resamples`, given.resamples, 1, MOST_RESAMPLES);
  return given;
}

function entryOf<E extends { name: string }>(entries: readonly E[], name: string, thing: string): E {
  const found = entries.find((entry) => entry.name === name);
  if (found) return found;
  throw new SpecError({
    thing,
    value: name,
    names: entries.map((entry) => entry.name),
    rule: `must be one of ${entries.map((entry) => entry.name).join(", ")}`,
  });
}

function checked(results: readonly Result[], thing: string): readonly Result[] {
  if (Array.isArray(results) && results.length > 0 && results.every((result) => result instanceof Result))
    return results;
  throw new ResultError({
    thing,
    rule: "takes a list of results",
    wayOut: 'For example [await pb.patchSweep(model, { task: "antonym" })]',
  });
}

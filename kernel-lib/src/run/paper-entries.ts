/** What an entry of the paper's catalogue is: a name, a title, and the function that makes it from results. */
import type { Result } from "../result/base";
import type { Contribution } from "../result/paper-contributions";
import { type Stage, stageOf, type TaskGroup } from "../result/paper-names";
import type { PaperTable } from "../result/paper-table";
import type { Table } from "../result/types";
import type { View } from "../view/types";

/** How a table or figure of the paper is made. */
export interface PaperOptions {
  /** Of bootstrap intervals. Default 10,000. */
  resamples?: number;
}

/** What an entry is about, for those who choose among entries. */
interface Entry {
  name: string;
  number: string;
  title: string;
  /** Only where results are of two depths: the deeper one. */
  size?: "large";
  /** Only for this stage of training. */
  stage?: Stage;
}
export interface TableEntry extends Entry {
  make(results: readonly Result[], options: PaperOptions): PaperTable;
}
export interface FigureEntry extends Entry {
  make(results: readonly Result[], options: PaperOptions): View;
  /** Further metrics of the view that the paper prints below the first. */
  also?: readonly string[];
  /** Its numbers as tables in long form, where no other table of the paper has them. */
  data?(results: readonly Result[], options: PaperOptions): readonly Table[];
  /** It shows one model: of several, each has a figure of its own. */
  perModel?: boolean;
}

export type Size = "small" | "large";
export const RANK: Contribution = "rr_diff_target";
export const LOGIT: Contribution = "logit_diff_target";

export const GROUPS: Readonly<Record<TaskGroup, string>> = {
  contrastive: "Contrastive tasks",
  bigbench: "BigBench tasks",
};
export const SIZES: Readonly<Record<Size, string>> = { small: "smaller models", large: "larger models" };
export const STAGES: Readonly<Record<Stage, string>> = { base: "base", sft: "SFT", dpo: "DPO" };
/** An entry with its title as it suits the results. */
export const titled = <E extends { title: string }>(entry: E, results: readonly Result[]): E => ({
  ...entry,
  title: titleOf(entry.title, results),
});

/** Without the words that tell the paper's models apart where these are not: sizes of one depth, stages that no name says.
 *  @example titleOf("Contrastive tasks: rank contributions, smaller models", results) */
export function titleOf(title: string, results: readonly Result[]): string {
  const depths = new Set(results.map(({ making }) => making.model.nLayers));
  const sized = depths.size > 1 ? title : title.replace(/, (smaller|larger) models$/, "");
  const staged = results.some(({ making }) => stageOf(making.model.name) !== null);
  return staged ? sized : sized.replace(`, ${STAGES.base},`, ",");
}

export const large = (size: Size) => (size === "large" ? { size } : {});

export const named = (name: string, number: string, title: string) => ({ name, number, title });

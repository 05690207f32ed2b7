/** From measurements of a sample's cells to its part of the grid: effects against the unpatched target and against the
 *  source's own run. */
import { emptyCells, type GridPart } from "./grid-part";
import type { AnswerMeasure } from "./measure-rows";

/** In the order in which they are shown; those of the foil only where a sample has one. */
export const PATCH_METRICS: readonly string[] = [
  ...["rr_diff", "logit_diff", "foil_logit_diff", "prob_diff", "logprob_diff", "rr_diff_source", "logit_diff_source"],
  ...["kl", "rank", "logit", "logprob"],
];
const MEASURED = ["logit", "rank", "logprob"];
export const PATCH_BASELINES: readonly string[] = [
  ...MEASURED.map((name) => `target_${name}`),
  ...MEASURED.map((name) => `source_${name}`),
  ...["target_foil_logit", "source_foil_logit"],
];

/** `measures`: of the unpatched target, of the source, then of the cells; `row` says which one is a cell's. */
export function partOf(
  cells: readonly { index: number; row: number }[],
  count: number,
  measures: readonly AnswerMeasure[],
  foils: readonly AnswerMeasure[] | null,
): GridPart {
  const [target, source] = measures;
  const values = emptyCells(
    PATCH_METRICS.filter((name) => foils !== null || name !== "foil_logit_diff"),
    count,
  );
  for (const { index, row } of cells) {
    const { rank, logit, logprob, kl } = measures[row];
    values.rr_diff[index] = 1 / rank - 1 / target.rank;
    values.logit_diff[index] = logit - target.logit;
    values.prob_diff[index] = Math.exp(logprob) - Math.exp(target.logprob);
    values.logprob_diff[index] = logprob - target.logprob;
    values.rr_diff_source[index] = 1 / rank - 1 / source.rank;
    values.logit_diff_source[index] = logit - source.logit;
    values.kl[index] = row === 0 ? 0 : kl;
    values.rank[index] = rank;
    values.logit[index] = logit;
    values.logprob[index] = logprob;
    if (foils) values.foil_logit_diff[index] = logit - foils[row].logit - (target.logit - foils[0].logit);
  }
  const three = (name: string, { logit, rank, logprob }: AnswerMeasure) => ({
    [`${name}_logit`]: logit,
    [`${name}_rank`]: rank,
    [`${name}_logprob`]: logprob,
  });
  return {
    values,
    baselines: {
      ...three("target", target),
      ...three("source", source),
      ...(foils ? { target_foil_logit: foils[0].logit, source_foil_logit: foils[1].logit } : {}),
    },
    outputs: null,
  };
}

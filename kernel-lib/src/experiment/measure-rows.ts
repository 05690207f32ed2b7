/** Last rows to measurements of an answer, any number of them, through the streaming head: no [rows, vocab] array
 *  reaches us. */
import type { ModelConfig } from "../checkpoint/types";
import type { HeadInput, Stages } from "../forward/types";
import { stageLimits } from "./cost";
import { joined } from "./lines";
import type { Measure } from "./types";

export interface AnswerRow {
  /** resid_post of the last layer at the last token, [dModel]. */
  x: Float32Array;
  answer: number;
  /** The row whose prediction the divergence is taken from; null: none. */
  unchanged: Float32Array | null;
}

export interface AnswerMeasure extends Measure {
  /** KL(unchanged || row), nats; NaN where it was not asked. */
  kl: number;
  /** The most likely token. */
  top: number;
}

/** @throws the signal's reason when it is aborted between two calls. */
export async function measureRows(
  stages: Stages,
  config: ModelConfig,
  rows: readonly AnswerRow[],
  signal?: AbortSignal,
): Promise<AnswerMeasure[]> {
  const { rowsPerHeadCall } = stageLimits(config);
  const out: AnswerMeasure[] = [];
  for (let from = 0; from < rows.length; from += rowsPerHeadCall) {
    signal?.throwIfAborted();
    out.push(...(await runHead(stages, config.dModel, rows.slice(from, from + rowsPerHeadCall))));
  }
  return out;
}

async function runHead(stages: Stages, dModel: number, rows: readonly AnswerRow[]): Promise<AnswerMeasure[]> {
  const input: HeadInput = {
    x: { dims: [rows.length, dModel], data: joined(rows.map(({ x }) => x)) },
    answers: Int32Array.from(rows, ({ answer }) => answer),
    topK: 1,
  };
  const targets = [...new Set(rows.flatMap(({ unchanged }) => (unchanged === null ? [] : [unchanged])))];
  if (targets.length > 0)
    input.klTarget = {
      x: { dims: [targets.length, dModel], data: joined(targets) },
      // Rows without a divergence are compared with the first, and the answer is not read.
      of: Int32Array.from(rows, ({ unchanged }) => (unchanged === null ? 0 : targets.indexOf(unchanged))),
    };
  const { answerLogit, rank, logSumExp, kl, topIds } = await stages.head(input);
  return rows.map(({ unchanged }, row) => ({
    logit: answerLogit[row],
    rank: rank[row],
    logprob: answerLogit[row] - logSumExp[row],
    kl: unchanged === null || kl === null ? Number.NaN : kl[row],
    top: topIds === null ? -1 : topIds[row],
  }));
}

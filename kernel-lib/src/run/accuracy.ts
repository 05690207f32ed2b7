/** The call that starts an accuracy experiment from options in a notebook, and its run. */

import { SpecError } from "../errors";
import { answerSamples } from "../experiment/accuracy";
import { accuracyOfTask, type ResolvedAccuracy, resolveAccuracy, withCriterion } from "../experiment/accuracy-spec";
import type { AccuracyAnswer, Match } from "../experiment/accuracy-types";
import { SPEC_SCHEMA } from "../experiment/fields";
import type { OwnTask } from "../experiment/task";
import type { SpecModel } from "../experiment/types";
import type { Model } from "../forward/types";
import { AccuracyResult } from "../result/accuracy";
import { checkAnswer } from "../result/accuracy-file";
import { checkCall } from "./called";
import type { ExperimentOptions } from "./experiment-run";
import { ItemRun } from "./item-run";
import { tokenTextOf } from "./making";

/** A prompt in token ids or as text. */
export interface AccuracyInput {
  prompt: readonly number[] | string;
  answer: string;
  /** Answers that count as within the task. */
  scope?: readonly string[];
  label?: string;
}

/** An OpenAI-compatible endpoint that says whether an answer is of the kind asked for. */
export interface JudgeOptions {
  /** An OpenAI-compatible endpoint: its base ("https://api.openai.com/v1"), or its chat/completions address. */
  url: string;
  model: string;
  /** Name of the environment variable that holds the key. */
  apiKeyEnv?: string;
  /** What an appropriate answer is ("the name of a color"). Default: what the task says. */
  criterion?: string;
  /** Default: the task's. */
  instruction?: string;
  /** Of one request. Default 60. */
  timeoutSeconds?: number;
  /** Times a request that failed for a while is made again. Default 4. */
  retries?: number;
  /** Joined to the request's body. Default `{ temperature: 0, max_tokens: 16 }`. */
  parameters?: Readonly<Record<string, string | number | boolean>>;
}

/** What is asked of the model, in which wording, and how answers are matched. */
export interface AccuracyOptions extends ExperimentOptions {
  /** A bundled task by name, or one of your own. */
  task?: string | OwnTask;
  samples?: readonly AccuracyInput[];
  /** The first n items of the task. */
  n?: number;
  /** Which of the task's rephrasings is the instruction, from 0. Default: the instruction itself. */
  rephrasing?: number;
  /** Instruction and query as a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
  /** Answers that count as within the task, for samples that name none. Default: the task's. */
  scope?: readonly string[];
  /** Default: 8, or as many as the longest answer needs. */
  maxNewTokens?: number;
  /** An output ends before the first of these. Default: a line feed. */
  stop?: readonly string[];
  /** `exact` (default): the same text but for white space around it. `lenient`: case, quotation marks and a full stop
   *  do not count. */
  match?: Match;
  /** Asks a language model whether each answer is of the kind that was asked for. */
  judge?: JudgeOptions;
}

/** A run that asks a model; await it for its AccuracyResult. */
export class AccuracyRun extends ItemRun<AccuracyAnswer, AccuracyResult> {
  /** @throws PatchbayError when the journal is of another run or in use. */
  constructor(model: Model, { spec, warnings }: ResolvedAccuracy, options: ExperimentOptions = {}) {
    super(
      model,
      {
        ...{ prefix: "accuracy", spec, warnings, unit: "samples" },
        records: {
          count: spec.samples.length,
          toJson: (answer) => answer,
          fromJson: (json, _, where) => checkAnswer(where, json, model.config),
        },
        work: ({ known, signal }) => answerSamples(model, spec, { known, signal }),
        result: (state, answers, making) =>
          new AccuracyResult({
            ...{ schema: "patchbay.result/1", kind: "accuracy", state, spec, answers, making },
            tokenText: tokenTextOf(model, new Set(spec.samples.flatMap(({ prompt }) => prompt))),
          }),
      },
      options,
    );
  }
}

/** Starts a spec's JSON of kind `accuracy`.
 *  @throws SpecError before anything runs, when a field is wrong. */
export const accuracySpec = (model: Model, json: unknown, options: ExperimentOptions = {}): AccuracyRun =>
  new AccuracyRun(model, resolveAccuracy(json, model), options);

/** Starts an accuracy experiment: the model continues each prompt greedily; an output that is the answer counts as an
 *  exact match, one of the task's declared answers as in scope (arXiv:2602.07930, section 3).
 *  @throws SpecError before anything runs, when a field is wrong.
 *  @example
 *  const result = await pb.accuracy(model, { task: "capital" });
 *  console.log(String(result));
 *  result.table("answers").rows[0]; */
export function accuracy(model: Model, options: AccuracyOptions): AccuracyRun {
  checkCall("accuracy()", model, options, '{ task: "capital" }');
  return accuracySpec(model, accuracyQuestion(model, options), options);
}

/** The spec that `accuracy` runs, not yet checked in full; the model need not be loaded.
 *  @throws SpecError when neither or both of task and samples are given, or the task is wrong */
export function accuracyQuestion(
  model: SpecModel,
  options: AccuracyOptions,
): { kind: "accuracy" } & Record<string, unknown> {
  const { task, samples, scope, maxNewTokens, stop, match, judge } = options;
  if ((task === undefined) === (samples === undefined))
    throw new SpecError({
      thing: "accuracy()",
      rule: "needs either a task or samples",
      wayOut: 'For example { task: "capital" }',
    });
  const asked =
    task === undefined
      ? { samples, chat: options.chat, judge }
      : { ...accuracyOfTask(model, task, options), judge: withCriterion(judge, task) };
  const base = { schema: SPEC_SCHEMA, kind: "accuracy" as const, model: model.name, maxNewTokens, stop, match };
  return { ...base, ...asked, ...(scope === undefined ? {} : { scope }) };
}

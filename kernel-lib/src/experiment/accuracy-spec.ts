/** `patchbay.spec/1`, kind `accuracy`: prompts, answers and scopes in one JSON value, checked before anything runs; and
 *  the same from a task. */
import { z } from "zod";
import { SpecError } from "../errors";
import { counted } from "../words";
import type { AccuracySample, AccuracySpec, Match } from "./accuracy-types";
import {
  choiceField,
  countField,
  headFields,
  labelField,
  listField,
  MAX_SAMPLES,
  type Path,
  parseFields,
  parseSpec,
  promptField,
  refuse,
  resolvePrompt,
  SPEC_SCHEMA,
} from "./fields";
import { resolveJudge } from "./judge";
import { layPrompt } from "./prompt";
import { type OwnTask, type Task, task } from "./task";
import type { SpecModel } from "./types";

const MAX_TOKENS = 4096;
const MAX_ANSWER = 2000;
const MAX_SCOPE = 10_000;
const MAX_STOPS = 16;
/** New tokens when nobody says how many and answers are short. */
const LEAST_TOKENS = 8;

const words = (rule: string) =>
  z.string({ error: rule }).min(1, rule).max(MAX_ANSWER, `${rule} of at most ${MAX_ANSWER}`);
const scopeField = z.array(words("must be an answer"), { error: "must be a list of answers" }).min(1).max(MAX_SCOPE);

const envelope = z.strictObject({
  ...headFields("accuracy"),
  samples: listField(MAX_SAMPLES, "samples").optional(),
  task: labelField.optional(),
  n: countField(1, MAX_SAMPLES).optional(),
  rephrasing: countField(0, MAX_SAMPLES).optional(),
  chat: z.boolean({ error: "must be true or false" }).optional(),
  scope: scopeField.optional(),
  maxNewTokens: countField(1, MAX_TOKENS).optional(),
  stop: z.array(words("must be a text"), { error: "must be a list of texts" }).max(MAX_STOPS).default(["\n"]),
  match: choiceField<Match>("exact", "lenient").default("exact"),
  instruction: z.string({ error: "must be a text" }).max(MAX_ANSWER).optional(),
  judge: z.unknown().optional(),
});

const sampleFields = z.strictObject(
  {
    prompt: promptField,
    answer: words("must be the answer as text"),
    scope: scopeField.optional(),
    label: labelField.optional(),
  },
  { error: "must be an object with prompt and answer" },
);

export interface ResolvedAccuracy {
  spec: AccuracySpec;
  warnings: readonly string[];
}

/** Checks a JSON value against the schema and the model; text becomes ids, a task's name its items.
 *  @throws SpecError that names the field, its value, the rule and the way out
 *  @example resolveAccuracy({ schema: "patchbay.spec/1", kind: "accuracy", model: "demo/dpo", task: "capital" }, model).spec */
export function resolveAccuracy(json: unknown, model: SpecModel): ResolvedAccuracy {
  if (!model.tokenizer)
    throw new SpecError({ thing: "accuracy", rule: `compares texts, and ${model.name} has no tokenizer.json` });
  const given = parseSpec(envelope, json);
  if (given.samples === undefined) {
    if (given.task === undefined) refuse(["samples"], undefined, "is missing", "Give samples, or the name of a task");
    const { task: name, n, rephrasing, chat, ...rest } = given;
    const made = accuracyOfTask(model, name as string, { n, rephrasing, chat });
    const { samples, ...about } = made;
    const judge = withCriterion(rest.judge, name as string);
    return resolved({ ...rest, ...about, judge }, samples, model);
  }
  for (const key of ["n", "rephrasing"] as const)
    if (given[key] !== undefined)
      refuse([key], given[key], "belongs to a task, but samples are given", "Take one of the two out");
  return resolved(given, given.samples, model);
}

function resolved(
  given: Omit<z.infer<typeof envelope>, "samples">,
  list: readonly unknown[],
  model: SpecModel,
): ResolvedAccuracy {
  const samples = list.map((entry, i): AccuracySample => {
    const path: Path = ["samples", i];
    const fields = parseFields(sampleFields, entry, path);
    const { scope, label } = fields;
    return {
      prompt: resolvePrompt(fields.prompt, [...path, "prompt"], model),
      answer: fields.answer,
      ...(scope === undefined ? {} : { scope }),
      ...(label === undefined ? {} : { label }),
    };
  });
  const longest = Math.max(...samples.map(({ answer }) => model.tokenizer?.encode(answer).length ?? 0));
  const maxNewTokens = given.maxNewTokens ?? Math.max(LEAST_TOKENS, longest + 1);
  const { scope, instruction, chat } = given;
  const spec: AccuracySpec = {
    schema: SPEC_SCHEMA,
    kind: "accuracy",
    model: given.model,
    ...{ samples, maxNewTokens, stop: given.stop, match: given.match },
    ...(scope === undefined ? {} : { scope }),
    ...(given.judge === undefined ? {} : { judge: judgeOf(given.judge, given) }),
    ...(given.task === undefined ? {} : { task: given.task }),
    ...(instruction === undefined ? {} : { instruction }),
    ...(chat === undefined ? {} : { chat }),
  };
  return { spec, warnings: warningsOf(spec, longest) };
}

/** Where a judge does not say what an appropriate answer is, its task does. */
export function withCriterion(judge: unknown, named: string | OwnTask): unknown {
  const criterion = task(named).judge;
  const isObject = typeof judge === "object" && judge !== null && !Array.isArray(judge);
  return isObject && criterion !== undefined ? { criterion, ...judge } : judge;
}

/** It needs the instruction too, which the spec may have said already. */
function judgeOf(given: unknown, { instruction, task: name }: { instruction?: string; task?: string }) {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return resolveJudge(given, ["judge"]);
  const known = { ...(instruction === undefined ? {} : { instruction }) };
  const judge = { ...known, ...given } as { criterion?: unknown };
  if (judge.criterion === undefined && name !== undefined)
    refuse(["judge", "criterion"], undefined, `is missing, and task ${name} does not say what a judge is asked`);
  return resolveJudge(judge, ["judge"]);
}

function warningsOf({ samples, scope, judge, maxNewTokens }: AccuracySpec, longest: number): string[] {
  const unscoped = samples.filter((sample) => sample.scope === undefined && scope === undefined).length;
  return [
    ...(unscoped > 0 && judge === undefined
      ? [
          `${counted(unscoped, "sample has", "samples have")} no answer scope: instructional accuracy is not known there`,
        ]
      : []),
    ...(longest > maxNewTokens ? [`answers have up to ${longest} tokens, and only ${maxNewTokens} are generated`] : []),
  ];
}

export interface AccuracyOfTask {
  /** The first n items; default all. */
  n?: number;
  /** Which of the task's rephrasings is the instruction, from 0; default: the instruction itself. */
  rephrasing?: number;
  /** Instruction and query as a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
}

/** The samples of a task: instruction and query as one prompt, the answer, and the task's scope.
 *  @throws SpecError when a number is out of range, or a chat is asked of a model without a template
 *  @example accuracyOfTask(model, "capital", { n: 5 }).samples[0].answer */
export function accuracyOfTask(model: SpecModel, named: string | OwnTask, options: AccuracyOfTask = {}) {
  const asked: Task = task(named);
  const { n = asked.items.length, rephrasing, chat = false } = options;
  if (!Number.isSafeInteger(n) || n < 1 || n > asked.items.length)
    refuse(["n"], n, `must be a whole number from 1 to the ${asked.items.length} items of task ${asked.name}`);
  const instruction = rephrasing === undefined ? asked.instruction : asked.rephrasings?.[rephrasing];
  if (instruction === undefined) {
    const count = asked.rephrasings?.length ?? 0;
    refuse(["rephrasing"], rephrasing, `must be below the ${count} rephrasings of task ${asked.name}, counted from 0`);
  }
  const samples = asked.items.slice(0, n).map(({ query, answer }): AccuracySample => {
    const laid = layPrompt(model, { instruction, query: asked.query.replace("{x}", () => query), chat });
    return { prompt: [...laid.instruction, ...laid.query], answer: answer.trim(), label: query };
  });
  return {
    ...{ task: asked.name, instruction, samples },
    ...(asked.scope === undefined ? {} : { scope: asked.scope.map((answer) => answer.trim()) }),
    ...(chat ? { chat } : {}),
  };
}

/** A task is an instruction, a template for queries and what the answers are; a sample is its prompts in ids.
 *  Prompts of arXiv:2602.07930, section 5.1: the source is the instruction, read at its last token; the target
 *  is a filler and the query, patched at the filler; the reference is instruction and query together.
 *  `released-code` is what the code published with the paper runs: the bare query, its own first or last
 *  position overwritten. */

import { SpecError } from "../errors";
import { kindOf, optionsGiven } from "../given";
import { counted } from "../words";
import { demoTasks, paperTasks } from "./bundled";
import { MAX_SAMPLES } from "./fields";
import { answerText, layPrompt } from "./prompt";
import type { Protocol, SpecModel, SweepSample } from "./types";

/** One query and the answer that the instruction asks for. */
export interface TaskItem {
  /** The query word. */
  query: string;
  /** The answer as it follows the prompt, with its leading space. */
  answer: string;
  /** Never asked in training, where the model is a demo. */
  heldOut?: boolean;
}

/** An instruction, the wording of its query, and items with their answers. */
export interface Task {
  name: string;
  instruction: string;
  /** The query with `{x}` for the item's word. */
  query: string;
  items: readonly TaskItem[];
  /** What the queries are about (`country`), and the task that the instruction is told apart from. */
  family?: string;
  contrast?: string;
  /** The instruction without naming the contrast, and other wordings of it. */
  plainInstruction?: string;
  rephrasings?: readonly string[];
  /** Answers that count as within the task. */
  scope?: readonly string[];
  /** What a judge is asked of an answer: whether it is this ("the name of a color"). */
  judge?: string;
}

/** A task of one's own; the name is for titles. */
export type OwnTask = Omit<Task, "name"> & { name?: string };

/** How a task's items become prompts. */
export interface SamplesOptions {
  protocol?: Protocol;
  /** The first n items; default all. */
  n?: number;
  /** `released-code`: which position of the query is overwritten. Default 0. */
  position?: 0 | -1;
  /** Token in place of the instruction: an id, or an exact token of the vocabulary. Default: the model's
   *  beginning-of-sequence token. */
  filler?: number | string;
  /** Instruction and query as a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
}

/** `demo`: what the demo models were trained on. `paper`: the eight tasks of arXiv:2602.07930, table 1. */
export type TaskSet = "demo" | "paper";

/** Names of the bundled tasks, those of the demo models first.
 *  @throws SpecError for another set
 *  @example pb.taskNames().includes("capital") // true
 *  @example pb.taskNames("paper")[1] // "adjectives.antonym" */
export function taskNames(set?: TaskSet): string[] {
  if (set !== undefined && set !== "demo" && set !== "paper")
    throw new SpecError({ thing: "taskNames()", value: set, rule: 'must be "demo" or "paper", or left out for both' });
  return (set === undefined ? [...bundled("demo"), ...bundled("paper")] : bundled(set)).map(({ name }) => name);
}

/** A bundled task by its name, or one of your own.
 *  @throws SpecError when there is no such task, or it has no items or no `{x}` in its query.
 *  @example pb.task("capital")
 *  @example pb.task("adjectives.antonym")
 *  @example pb.task({ instruction: "Name the colour.", query: " Thing: {x}. Answer:", items: [{ query: "sky", answer: " blue" }] }) */
export function task(nameOrTask: string | OwnTask): Task {
  if (typeof nameOrTask === "object" && nameOrTask !== null) return checkTask({ name: "own task", ...nameOrTask });
  const found = [...bundled("demo"), ...bundled("paper")].find(({ name }) => name === nameOrTask);
  if (found) return found;
  throw new SpecError({
    thing: "task",
    value: nameOrTask,
    names: taskNames(),
    rule: `must be one of ${taskNames().join(", ")}`,
    wayOut: "Or give a task of your own: { instruction, query, items }",
  });
}

const read: Partial<Record<TaskSet, Task[]>> = {};

function bundled(set: TaskSet): Task[] {
  read[set] ??= (set === "demo" ? demoTasks() : paperTasks()).map(checkTask);
  return read[set];
}

function checkTask(given: Task): Task {
  const wrong = (field: string, value: unknown, rule: string): never => {
    throw new SpecError({ thing: `task ${given.name}: ${field}`, value, rule });
  };
  if (typeof given.instruction !== "string" || given.instruction === "")
    wrong("instruction", given.instruction, "must be a text");
  if (typeof given.query !== "string" || !given.query.includes("{x}"))
    wrong("query", given.query, "must be a text with {x} where the item's word goes");
  if (!Array.isArray(given.items) || given.items.length === 0)
    wrong("items", undefined, "must be a list of at least one { query, answer }");
  if (given.items.length > MAX_SAMPLES) wrong("items", given.items.length, `must be at most ${MAX_SAMPLES}`);
  given.items.forEach((item, i) => {
    for (const field of ["query", "answer"] as const) {
      const text = item?.[field];
      if (typeof text !== "string" || text === "") wrong(`items[${i}].${field}`, text, "must be a text");
    }
  });
  return given;
}

/** A task's prompt in ids: instruction alone, instruction and query together, and the first token of the answer. */
export interface TaskPrompt {
  source: number[];
  /** Behind the instruction. */
  query: number[];
  reference: number[];
  answer: number;
  label: string;
}

/** The prompts of a task in a model's own tokens, for what asks them as they are: nothing stands for the instruction, so
 *  that no filler is needed.
 *  @throws SpecError when the model has no tokenizer, or no chat template though one is asked for.
 *  @example promptsOf(model, task("capital"), { n: 20 }).prompts[0].answer */
export function promptsOf(
  model: SpecModel,
  asked: Task,
  { n, chat = false }: Pick<SamplesOptions, "n" | "chat"> = {},
): { prompts: TaskPrompt[]; warnings: string[] } {
  if (typeof model?.config !== "object" || !Array.isArray(asked?.items))
    throw new SpecError({
      thing: "samplesOf()",
      rule: `takes a model and a task, not ${kindOf(model)} and ${kindOf(asked)}`,
      wayOut: 'For example pb.samplesOf(model, pb.task("capital"))',
    });
  const { tokenizer } = model;
  const { instruction, query, items, name } = asked;
  if (!tokenizer) {
    throw new SpecError({
      thing: `task ${name}`,
      rule: `needs a tokenizer, and ${model.name} has no tokenizer.json`,
      wayOut: "Give samples in token ids",
    });
  }
  const answers = new Map<string, readonly number[]>();
  const merged: string[] = [];
  const glued: string[] = [];
  const prompts = takeFirst(items, n ?? items.length, name).map((item): TaskPrompt => {
    const prompt = layPrompt(model, { instruction, query: query.replace("{x}", () => item.query), chat });
    const text = answerText(item.answer, prompt);
    const answer = tokenizer.encode(text);
    answers.set(text, answer);
    if (!prompt.startsTurn && /\S$/.test(query) && /^[\p{L}\p{N}]/u.test(text)) glued.push(text);
    if (prompt.merges) merged.push(item.query);
    return {
      source: prompt.instruction,
      query: prompt.query,
      reference: [...prompt.instruction, ...prompt.query],
      answer: answer[0],
      label: item.query,
    };
  });
  return { prompts, warnings: warningsOf({ answers, merged, glued }) };
}

/** The samples of a task in a model's own tokens, and what a person should know about them.
 *  @throws SpecError as `promptsOf`, and when the protocol is `paper` and no token can stand for the instruction.
 *  @example pb.samplesOf(model, pb.task("capital"), { protocol: "paper", n: 20 }).samples[0].answer */
export function samplesOf(
  model: SpecModel,
  asked: Task,
  options: SamplesOptions = {},
): { samples: SweepSample[]; warnings: string[] } {
  const { protocol = "paper", n, position = 0, filler, chat } = optionsGiven("samplesOf()", options);
  const { prompts, warnings } = promptsOf(model, asked, { n, chat });
  const place = protocol === "paper" ? fillerId(filler, model) : null;
  const samples = prompts.map(
    ({ query, ...prompt }): SweepSample => ({
      source: prompt.source,
      sourcePosition: -1,
      target: place === null ? (model.tokenizer?.encode(prompt.label) ?? []) : [place, ...query],
      targetPosition: place === null ? position : 0,
      reference: prompt.reference,
      answer: prompt.answer,
      label: prompt.label,
    }),
  );
  const lengths = samples.map(({ target }) => target.length);
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  return { samples, warnings: least === most ? warnings : [...warnings, `targets have ${least} to ${most} tokens`] };
}

function takeFirst(items: readonly TaskItem[], n: number, name: string): readonly TaskItem[] {
  if (Number.isSafeInteger(n) && n >= 1 && n <= items.length) return items.slice(0, n);
  throw new SpecError({
    thing: "n",
    value: n,
    rule: `must be a whole number from 1 to the ${items.length} items of task ${name}`,
  });
}

function fillerId(filler: number | string | undefined, model: SpecModel): number {
  const { config, tokenizer, name } = model;
  const id = typeof filler === "string" ? (tokenizer?.tokenId(filler) ?? null) : (filler ?? config.bosId);
  if (id !== null && Number.isSafeInteger(id) && id >= 0 && id < config.vocab) return id;
  const example = JSON.stringify(exampleFiller(model));
  throw new SpecError({
    thing: "filler",
    value: filler,
    rule:
      filler === undefined
        ? `is not given, and ${name} has no beginning-of-sequence token, which stands for the instruction otherwise`
        : `must be a token of ${name}, as it is spelled in tokenizer.json, or an id below ${config.vocab}`,
    wayOut: `Name a token that carries no meaning, such as the one that ends a text: filler: ${example}; on the command line --filler ${example}`,
  });
}

/** The token that ends a text, which a text without a beginning is as good as behind. */
function exampleFiller({ config, tokenizer }: SpecModel): string | number {
  const id = config.eosIds[0] ?? 0;
  return tokenizer !== null && id < tokenizer.vocabSize ? tokenizer.tokenText(id) : id;
}

const SHOWN = 3;

function warningsOf({
  answers,
  merged,
  glued,
}: {
  answers: ReadonlyMap<string, readonly number[]>;
  merged: readonly string[];
  glued: readonly string[];
}): string[] {
  const some = (list: readonly string[]) =>
    `${list
      .slice(0, SHOWN)
      .map((text) => JSON.stringify(text))
      .join(", ")}${list.length > SHOWN ? ", …" : ""}`;
  const warnings: string[] = [];
  if (glued.length > 0) {
    warnings.push(
      `${counted(glued.length, "answer follows", "answers follow")} the query without the space that most models write first: ` +
        `${some(glued)}; with it: ${some(glued.map((text) => ` ${text}`))}`,
    );
  }
  const long = [...answers].filter(([, ids]) => ids.length > 1).map(([text]) => text);
  if (long.length > 0) {
    const answers = counted(long.length, "answer is", "answers are");
    warnings.push(`${answers} more than one token; the first is measured: ${some(long)}`);
  }
  const firsts = [...answers.values()].map(([first]) => first);
  const alike = [...answers]
    .filter(([, [first]]) => firsts.indexOf(first) !== firsts.lastIndexOf(first))
    .map(([text]) => text);
  if (alike.length > 0) {
    warnings.push(`${alike.length} different answers begin with a token that another begins with: ${some(alike)}`);
  }
  if (merged.length > 0) {
    warnings.push(
      `${counted(merged.length, "query merges", "queries merge")} with the end of the instruction when both are tokenised as ` +
        `one text; references there join the two lists of ids instead: ${some(merged)}`,
    );
  }
  return warnings;
}

/** What a model sees of a task: its prompts token by token, and what may go wrong with them, before anything runs. */

import { inspect } from "node:util";
import { SpecError } from "../errors";
import { optionsGiven } from "../given";
import { counted } from "../words";
import { answerText, layPrompt } from "./prompt";
import { type OwnTask, type SamplesOptions, samplesOf, type Task, task } from "./task";
import type { SpecModel } from "./types";

/** Samples that are shown when nobody says how many. */
const SHOWN = 5;

/** One of a task's items in tokens. */
export interface PreviewedItem {
  query: string;
  /** The target prompt: filler and query. */
  target: readonly string[];
  /** Every token of the answer; the first one is measured. */
  answer: readonly string[];
}

/** A task in a model's tokens; prints as text. */
export class TaskPreview {
  constructor(
    readonly model: string,
    readonly task: Task,
    /** The source prompt; its last token is T_inst. */
    readonly instruction: readonly string[],
    /** The first items. */
    readonly items: readonly PreviewedItem[],
    /** Over all items of the task. */
    readonly warnings: readonly string[],
  ) {}

  /** Position of T_inst in source and reference, from 0. */
  get instructionEnd(): number {
    return this.instruction.length - 1;
  }

  toString(): string {
    const { task: asked, items, instruction } = this;
    return [
      `${asked.name} on ${this.model}: ${counted(asked.items.length, "item")}`,
      `  instruction  ${bars(instruction)}`,
      `  T_inst       ${JSON.stringify(instruction[this.instructionEnd])}, position ${this.instructionEnd}`,
      ...items.map(({ target, answer }) => `  ${bars(target)}  ->  ${bars(answer)}`),
      ...(items.length < asked.items.length ? [`  ... and ${asked.items.length - items.length} more`] : []),
      ...this.warnings.map((warning) => `  ! ${warning}`),
    ].join("\n");
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

const bars = (tokens: readonly string[]): string => tokens.map((token) => token.replace(/\n/g, "\\n")).join("|");

/** Shows how a model's tokenizer cuts a task's prompts, and warns: answers of several tokens, an instruction whose
 *  last token merges with the query, prompts of different lengths.
 *  @throws SpecError when the model has no tokenizer or the task is wrong.
 *  @example console.log(String(pb.preview(model, "adjectives.antonym", { n: 3 }))) */
export function preview(model: SpecModel, nameOrTask: string | OwnTask, given: SamplesOptions = {}): TaskPreview {
  const { n = SHOWN, ...options } = optionsGiven("preview()", given);
  const asked = task(nameOrTask);
  const { tokenizer } = model;
  // All items are tokenised for the warnings; n says how many are shown.
  const { samples, warnings } = samplesOf(model, asked, options);
  if (!tokenizer || !Number.isSafeInteger(n) || n < 1) {
    throw new SpecError({ thing: "preview: n", value: n, rule: "must be a whole number of at least 1" });
  }
  const texts = (ids: readonly number[]) => ids.map((id) => tokenizer.tokenText(id));
  const { chat = false } = options;
  const items = samples.slice(0, n).map(({ target }, i): PreviewedItem => {
    const { query, answer } = asked.items[i];
    const prompt = layPrompt(model, { ...asked, query: asked.query.replace("{x}", () => query), chat });
    return { query, target: texts(target), answer: texts(tokenizer.encode(answerText(answer, prompt))) };
  });
  return new TaskPreview(model.name, asked, texts(samples[0].source), items, warnings);
}

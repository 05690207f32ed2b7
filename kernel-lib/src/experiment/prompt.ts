/** Instruction and query as two lists of ids that follow one another, so that T_inst is the last id of the first:
 *  as plain text behind the beginning-of-sequence token, or as a user's message in the checkpoint's chat template. */
import { SpecError } from "../errors";
import type { SpecModel } from "./types";

export interface LaidPrompt {
  /** Up to and with the instruction's last token (T_inst). */
  instruction: number[];
  /** Query, and in a chat what the template puts after it. */
  query: number[];
  /** Tokenised as one text they would give other ids. */
  merges: boolean;
  /** The answer stands at the beginning of a turn (behind a line feed, or behind `<|assistant|>`): without the space
   *  that parts it from a word before it. */
  startsTurn: boolean;
}

/** An answer's text as it follows a prompt.
 *  @example answerText(" Paris", { startsTurn: true }) // "Paris" */
export const answerText = (answer: string, { startsTurn }: Pick<LaidPrompt, "startsTurn">): string =>
  startsTurn ? answer.trimStart() : answer;

/** @throws SpecError when the model has no tokenizer, or no chat template that keeps the message's text.
 *  @example layPrompt(model, { instruction: "State its antonym.", query: " Adjective: big. Answer:", chat: false }).instruction.at(-1) */
export function layPrompt(
  model: SpecModel,
  { instruction, query, chat }: { instruction: string; query: string; chat: boolean },
): LaidPrompt {
  const { tokenizer, config, name } = model;
  if (!tokenizer) throw new SpecError({ thing: "prompt", rule: `is text, but ${name} has no tokenizer.json` });
  const [before, after] = chat ? chatParts(model, instruction, query) : [instruction, query];
  // A template writes the special tokens itself.
  const start = chat || config.bosId === null ? [] : [config.bosId];
  const [first, second] = [tokenizer.encode(before), tokenizer.encode(after)];
  return {
    instruction: [...start, ...first],
    query: second,
    startsTurn: chat && /[\s>]$/.test(after),
    merges: tokenizer.encode(before + after).join() !== [...first, ...second].join(),
  };
}

function chatParts({ tokenizer, name }: SpecModel, instruction: string, query: string): [string, string] {
  const render = tokenizer?.chat;
  if (!render) {
    throw new SpecError({ thing: "chat", rule: `needs a chat template, and ${name} has none`, wayOut: "Leave it out" });
  }
  const text = render([{ role: "user", content: instruction + query }]);
  const at = text.indexOf(instruction + query);
  if (at < 0) {
    throw new SpecError({
      thing: "chat",
      rule: `the template of ${name} changes the message's text`,
      wayOut: "Leave it out",
    });
  }
  const end = at + instruction.length;
  return [text.slice(0, end), text.slice(end)];
}

/** Task accuracy (arXiv:2602.07930, section 3 and appendix C): what a model answers, greedily, to each prompt, and
 *  whether a judge finds the answer to be of the kind that was asked for. */
import { PatchbayError } from "../errors";
import type { Model } from "../forward/types";
import { generateMany, rowsAtOnce } from "./accuracy-generate";
import { untilStop } from "./accuracy-match";
import type { AccuracyAnswer, AccuracySpec } from "./accuracy-types";
import { askJudge, type Verdict } from "./judge";
import type { JudgeSpec } from "./judge-types";

/** Questions to the judge that are under way at once. */
const QUESTIONS = 4;

/** Answers to the samples of a spec from number `known` on, in order; ends early, without an error, when the signal is
 *  aborted.
 *  @throws PatchbayError when the judge cannot be asked */
export async function* answerSamples(
  model: Model,
  spec: AccuracySpec,
  { known = 0, signal }: { known?: number; signal?: AbortSignal } = {},
): AsyncGenerator<AccuracyAnswer> {
  const { tokenizer } = model;
  if (!tokenizer) throw new PatchbayError({ thing: model.name, rule: "must have a tokenizer to answer in text" });
  const { samples, maxNewTokens, stop, judge } = spec;
  // Vocabularies are padded to round numbers: a model may pick an id for which its tokenizer has no text.
  const textOf = (tokens: readonly number[]) =>
    tokenizer.decode(
      tokens.filter((id) => id < tokenizer.vocabSize),
      { skipSpecialTokens: true },
    );
  const isEnough = (tokens: readonly number[]) => untilStop(textOf(tokens), stop) !== textOf(tokens);
  const longest = Math.max(...samples.map(({ prompt }) => prompt.length));
  const rows = rowsAtOnce(model, longest + maxNewTokens);
  const asked = new Map<string, Verdict>();
  for (let at = known; at < samples.length; at += rows) {
    const prompts = samples.slice(at, at + rows).map(({ prompt }) => prompt);
    const made = await generateMany(model, prompts, { maxNewTokens, isEnough, signal });
    if (made === null) return;
    const texts = made.map(({ tokens }) => untilStop(textOf(tokens), stop));
    if (judge !== undefined && !(await judgeAll(judge, texts, asked, signal))) return;
    for (const [i, { tokens, stopped }] of made.entries()) {
      const verdict = asked.get(texts[i].trim());
      yield { tokens, text: texts[i], stopped, verdict: verdict?.verdict ?? null, reply: verdict?.reply ?? null };
    }
  }
}

/** Asks for each different text once. False when the signal was aborted. */
async function judgeAll(
  judge: JudgeSpec,
  texts: readonly string[],
  asked: Map<string, Verdict>,
  signal?: AbortSignal,
): Promise<boolean> {
  const open = [...new Set(texts.map((text) => text.trim()))].filter((text) => !asked.has(text));
  const worker = async () => {
    for (let text = open.shift(); text !== undefined; text = open.shift()) {
      asked.set(text, await askJudge(judge, text, signal));
    }
  };
  try {
    await Promise.all(Array.from({ length: QUESTIONS }, worker));
  } catch (error) {
    // Others under way come to nothing that anybody waits for.
    open.length = 0;
    if (signal?.aborted) return false;
    throw error;
  }
  return true;
}

/** What an accuracy experiment is asked and what it measures (arXiv:2602.07930, section 3 and appendix C). */
import type { JudgeSpec } from "./judge-types";

/** How an output is compared with the answer and with the scope. `exact`: the same text but for white space around it.
 *  `lenient`: the same words, whatever the case, quotation marks around them and the full stop after them. */
export type Match = "exact" | "lenient";

export interface AccuracySample {
  prompt: readonly number[];
  answer: string;
  /** Answers that count as within the task; default: the spec's. */
  scope?: readonly string[];
  /** What people call it: the query word. */
  label?: string;
}

/** `patchbay.spec/1`, kind `accuracy`, resolved: text turned to ids. */
export interface AccuracySpec {
  schema: "patchbay.spec/1";
  kind: "accuracy";
  model: string;
  samples: readonly AccuracySample[];
  scope?: readonly string[];
  maxNewTokens: number;
  /** An output ends before the first of these texts. */
  stop: readonly string[];
  match: Match;
  judge?: JudgeSpec;
  /** Shown in titles; the instruction that was given, and whether as a user's message of a chat. */
  task?: string;
  instruction?: string;
  chat?: boolean;
}

/** What a model said to one sample, and how it was judged. */
export interface AccuracyAnswer {
  /** New tokens only. */
  tokens: readonly number[];
  /** Their text, up to the first stop text. */
  text: string;
  stopped: "eos" | "stop" | "length";
  /** Whether the judge found it appropriate; null without a judge, or where its reply was neither yes nor no. */
  verdict: boolean | null;
  /** What the judge said, cut; null without one. */
  reply: string | null;
}

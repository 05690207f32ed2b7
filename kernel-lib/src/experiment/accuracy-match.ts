/** Whether an output is the answer, and whether it lies in the answer's scope. */
import type { AccuracySample, AccuracySpec, Match } from "./accuracy-types";

/** An output up to the first of the stop texts that follows something visible.
 *  @example untilStop(" Paris\nCountry", ["\n"]) // " Paris" */
export function untilStop(text: string, stop: readonly string[]): string {
  const start = text.length - text.trimStart().length;
  const ends = stop.map((words) => text.indexOf(words, start)).filter((at) => at >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

const QUOTES = /^[\s"'“”‘’«»`*]+|[\s"'“”‘’«»`*]+$/gu;

/** A text as it is compared.
 *  @example comparable(" 'Yes'.", "lenient") // "yes" */
export function comparable(text: string, match: Match): string {
  const bare = text.normalize("NFC").trim();
  if (match === "exact") return bare;
  const words = bare.replace(QUOTES, "").replace(/[.!]+$/u, "");
  return words.replace(QUOTES, "").toLowerCase().replace(/\s+/gu, " ");
}

export const isExact = (output: string, answer: string, match: Match): boolean =>
  comparable(output, match) === comparable(answer, match);

/** Whether `output` is one of the answers that count as within the task; null where none are declared. */
export function isInScope(
  output: string,
  sample: Pick<AccuracySample, "scope">,
  { scope, match }: Pick<AccuracySpec, "scope" | "match">,
): boolean | null {
  const allowed = sample.scope ?? scope;
  return allowed === undefined ? null : allowed.some((answer) => isExact(output, answer, match));
}

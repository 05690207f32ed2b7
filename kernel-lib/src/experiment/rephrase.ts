/** Rephrasings of an instruction from a hand-written grammar: the same ones every time, each different.
 *  A grammar is a list of patterns, a pattern a list of slots, a slot a list of wordings; a sentence takes one wording
 *  of each slot. (The paper asked a language model for its 200 rephrasings; these can be read and checked by eye.) */
import { SpecError } from "../errors";

export type Grammar = readonly (readonly (readonly string[])[])[];

/** As many as the paper takes for each task. */
export const REPHRASINGS = 200;

/** The first `n` sentences of `grammar` in a fixed order that mixes its patterns; the instruction itself is left out.
 *  @throws SpecError when the grammar makes fewer.
 *  @example rephrase([[["Name", "Give"], ["its color.", "the color."]]], { n: 3 })[0] // "Name its color." */
export function rephrase(
  grammar: Grammar,
  { n = REPHRASINGS, instruction = "" }: { n?: number; instruction?: string } = {},
): string[] {
  const all = [...new Set(grammar.flatMap(sentences))].filter((sentence) => sentence !== instruction);
  if (all.length < n) {
    throw new SpecError({ thing: "rephrasings", value: n, rule: `must be at most the grammar's ${all.length}` });
  }
  const stride = coprimeStride(all.length);
  return Array.from({ length: n }, (_, i) => all[(i * stride) % all.length]);
}

function sentences(pattern: readonly (readonly string[])[]): string[] {
  return pattern
    .reduce<string[]>((starts, slot) => starts.flatMap((start) => slot.map((words) => `${start} ${words}`)), [""])
    .map((sentence) => sentence.trim().replace(/ +/g, " "));
}

/** Near the golden section, so that neighbours in the list are far apart in the grammar. */
function coprimeStride(count: number): number {
  let stride = Math.max(1, Math.round(count * 0.618));
  while (divisor(stride, count) !== 1) stride++;
  return stride;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Checks of what callers hand in, before anything runs. */
import type { ModelConfig } from "../checkpoint/types";
import { PatchbayError } from "../errors";

/** Token ids of one prompt as the engine takes them.
 *  @throws PatchbayError unless each is a whole number of 0 .. vocab - 1 and the prompt fits the model. */
export function checkTokens(tokens: readonly number[], config: ModelConfig, thing = "tokens"): Int32Array {
  const { vocab, maxPositions } = config;
  if (!Array.isArray(tokens) && !ArrayBuffer.isView(tokens))
    throw new PatchbayError({
      thing,
      value: tokens ?? null,
      rule: "must be a list of token ids",
      wayOut: "model.tokenizer.encode(text) makes one from text",
    });
  if (tokens.length === 0) throw new PatchbayError({ thing, rule: "must hold at least one token id" });
  if (tokens.length > maxPositions)
    throw new PatchbayError({
      thing: `${thing}: length`,
      value: tokens.length,
      rule: `must be at most ${maxPositions}, the model's number of positions`,
    });
  checkIds(tokens, { vocab }, thing);
  return Int32Array.from(tokens);
}

/** @throws PatchbayError unless each id is a whole number of 0 .. vocab - 1. */
export function checkIds(ids: readonly number[] | Int32Array, { vocab }: { vocab: number }, thing: string): void {
  for (let i = 0; i < ids.length; i++)
    if (!Number.isInteger(ids[i]) || ids[i] < 0 || ids[i] >= vocab)
      throw new PatchbayError({
        thing: `${thing}[${i}]`,
        value: ids[i],
        rule: `must be a token id of 0 to ${vocab - 1}`,
      });
}

/** @throws PatchbayError unless `value` is a whole number within low .. high. */
export function checkCount(value: number, { thing, low, high }: { thing: string; low: number; high: number }): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new PatchbayError({ thing, value, rule: `must be a whole number of ${low} to ${high}` });
}

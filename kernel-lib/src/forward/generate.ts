/** Greedy generation: at each step the likeliest token, until a stop token or the length asked for. */
import type { Checkpoint, Tokenizer } from "../checkpoint/types";
import type { Host } from "../session/types";
import { checkCount, checkIds, checkTokens } from "./check";
import type { GenerateOptions, Generation } from "./types";

/** New tokens when the caller names no number. */
const DEFAULT_NEW_TOKENS = 32;

/** @returns the new tokens only, without the prompt and without the stop token.
 *  @throws PatchbayError for tokens or options outside their range. */
export async function generate(
  tokens: readonly number[],
  options: GenerateOptions,
  { host, checkpoint }: { host: Host; checkpoint: Checkpoint },
): Promise<Generation> {
  const { config, tokenizer } = checkpoint;
  const { maxNewTokens = DEFAULT_NEW_TOKENS, stopIds = config.eosIds, signal } = options;
  const ids = checkTokens(tokens, config);
  checkCount(maxNewTokens, { thing: "maxNewTokens", low: 1, high: config.maxPositions });
  checkIds(stopIds, config, "stopIds");
  // A worker hears of the abort only after the call has reached it, and would make a token first.
  if (signal?.aborted) return { tokens: [], text: tokenizer === null ? null : "", stopped: "abort" };
  const { ids: made, stopped } = await host.call("greedy", { ids, maxNewTokens, stopIds: [...stopIds] }, signal);
  return {
    tokens: made,
    text: tokenizer === null ? null : textOf(made, tokenizer),
    stopped,
  };
}

/** Vocabularies are padded to round numbers: a model may pick an id for which its tokenizer has no text. */
function textOf(ids: readonly number[], tokenizer: Tokenizer): string {
  const known = ids.filter((id) => id < tokenizer.vocabSize);
  return tokenizer.decode(known, { skipSpecialTokens: true });
}

/** How far a device or a precision moves the numbers: the same prompts through two models, hook by hook. */
import { SpecError } from "../errors";
import { kindOf } from "../given";
import type { F32 } from "../tensor";
import type { Model } from "./types";

/** How far one hook moves. */
export interface Deviation {
  /** `blocks.3.hook_resid_post`, in the order of the model, and `logits` last. */
  hook: string;
  /** Largest |a - e| over the largest |e|. */
  relative: number;
  /** Root of the summed squares of a - e over that of e. */
  norm: number;
}
/** How far each hook moves, over some prompts. */
export interface DeviationReport {
  prompts: number;
  hooks: Deviation[];
  /** Share of positions at which both models' largest logit is the same token's. */
  sameTop: number;
}

/** Compares `model` with a reference on the same prompts: residual streams of all layers, and the logits.
 *  @throws PatchbayError when a prompt does not fit the models.
 *  @example
 *  const exact = await pb.load("demo/dpo", { device: "cpu" });
 *  const fast = await pb.load("demo/dpo", { device: "webgpu", precision: "fp16" });
 *  (await pb.deviation(fast, exact, [[1, 2, 3]])).hooks.at(-1); // { hook: "logits", relative: 0.002, norm: 0.001 } */
export async function deviation(
  model: Model,
  reference: Model,
  prompts: readonly (readonly number[])[],
): Promise<DeviationReport> {
  for (const [which, given] of [
    ["model", model],
    ["reference", reference],
  ] as const)
    if (typeof given?.config !== "object")
      throw new SpecError({ thing: `deviation(): the ${which}`, rule: `must be a loaded model, not ${kindOf(given)}` });
  if (!Array.isArray(prompts) || prompts.length === 0 || !prompts.every(Array.isArray))
    throw new SpecError({
      thing: "deviation(): prompts",
      rule: "must be a list of prompts in token ids",
      wayOut: "For example [[0, 17, 4]]",
    });
  const capture = [...Array.from({ length: model.config.nLayers }, (_, l) => `blocks.${l}.hook_resid_post`), "logits"];
  const sums = new Map(capture.map((hook) => [hook, { error: 0, largest: 0, errors: 0, squares: 0 }]));
  let positions = 0;
  let same = 0;
  for (const tokens of prompts) {
    const found = await model.forward(tokens, { capture });
    const expected = await reference.forward(tokens, { capture });
    for (const hook of capture) {
      const [a, e] = [found.cache.get(hook) as F32, expected.cache.get(hook) as F32];
      const sum = sums.get(hook) as { error: number; largest: number; errors: number; squares: number };
      for (let i = 0; i < e.data.length; i++) {
        // NaN counts as the largest error there is.
        const difference = Number.isNaN(a.data[i]) ? Number.POSITIVE_INFINITY : Math.abs(a.data[i] - e.data[i]);
        sum.error = Math.max(sum.error, difference);
        sum.largest = Math.max(sum.largest, Math.abs(e.data[i]));
        sum.errors += difference ** 2;
        sum.squares += e.data[i] ** 2;
      }
      if (hook !== "logits") continue;
      for (let row = 0; row < tokens.length; row++) {
        positions++;
        if (largestAt(a, row) === largestAt(e, row)) same++;
      }
    }
  }
  const hooks = [...sums].map(([hook, { error, largest, errors, squares }]) => ({
    hook,
    relative: error / largest,
    norm: Math.sqrt(errors / squares),
  }));
  return { prompts: prompts.length, hooks, sameTop: same / positions };
}

/** Index of a row's largest value; the first of equals. */
function largestAt({ data, dims }: F32, row: number): number {
  const width = dims[dims.length - 1];
  const values = data.subarray(row * width, (row + 1) * width);
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}

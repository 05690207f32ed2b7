/** What calls that start an experiment are given, checked before anything is made of it: notebooks without types, and
 *  those who forget an `await`, get words instead of a place in our code. */
import { SpecError } from "../errors";

const MAX_SEED = 4_294_967_295;

/** @param example of options, as one writes them
 *  @throws SpecError naming the call, what it was given, and how to call it
 *  @example checkCall("steer()", model, options, '{ task: "capital" }') */
export function checkCall(call: string, model: unknown, options: unknown, example: string): void {
  const given = model as { config?: unknown; stages?: unknown; then?: unknown } | null | undefined;
  if (typeof given?.then === "function")
    throw new SpecError({
      thing: `${call}: the model`,
      rule: "is still a promise",
      wayOut: 'Wait for it: const model = await pb.load("demo/dpo")',
    });
  if (typeof given?.config !== "object" || typeof given.stages !== "object")
    throw new SpecError({
      thing: `${call}: the model`,
      value: typeof model === "string" ? model : undefined,
      rule: "must be a loaded model",
      wayOut: 'For example const model = await pb.load("demo/dpo")',
    });
  if (typeof options === "object" && options !== null) return;
  throw new SpecError({
    thing: `${call}: the options`,
    value: options,
    rule: "must say what is asked",
    wayOut: `For example ${call.replace("()", `(model, ${example})`)}`,
  });
}

/** The seed of a run's intervals.
 *  @throws SpecError */
export function checkedSeed(seed: unknown = 0): number {
  if (typeof seed === "number" && Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) return seed;
  throw new SpecError({ thing: "seed", value: seed, rule: `must be a whole number from 0 to ${MAX_SEED}` });
}

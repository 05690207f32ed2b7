/** Runs a planned or naive sweep pass by pass (arXiv:2602.07930, section 5.1): the rows of `site` at the source's
 *  position overwrite the target's position at every layer of a tuple, and the answer is read at the target's
 *  last token. What is measured is raw; differences, ranks with a cap and means are made from it later. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";
import { stageLimits } from "./cost";
import { layOut, type SweepJob } from "./layout";
import { runNaive } from "./naive";
import type { PassValues } from "./pass";
import type { SweepPlan } from "./plan";
import { runPass } from "./planned";

export type SweepEvent =
  /** A stage call has ended. */
  | { kind: "work"; flops: number }
  /** `plan.passes[index]` has been measured. */
  | { kind: "pass"; index: number; values: PassValues };

export interface SweepOptions {
  signal?: AbortSignal;
  /** Passes that are known from an earlier run. */
  skip?: ReadonlySet<number>;
}

/** Events of a sweep in order. An abort ends the generator without an error; the passes yielded so far stand.
 *  @example for await (const event of sweep(model.stages, model.config, job, plan)) {} */
export async function* sweep(
  stages: Stages,
  config: ModelConfig,
  job: SweepJob,
  plan: SweepPlan,
  { signal, skip = new Set() }: SweepOptions = {},
): AsyncGenerator<SweepEvent> {
  const limits = stageLimits(config, signal);
  try {
    for (const [index, pass] of plan.passes.entries()) {
      if (skip.has(index)) continue;
      const steps =
        plan.kind === "naive"
          ? runNaive(stages, config, job, pass, limits)
          : runPass(stages, config, layOut(job, pass), limits);
      let step = await steps.next();
      for (; !step.done; step = await steps.next()) yield { kind: "work", flops: step.value };
      yield { kind: "pass", index, values: step.value };
    }
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
  }
}

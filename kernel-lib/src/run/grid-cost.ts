/** What a grid costs, said before it runs. */
import { probe, withSeconds } from "../experiment/probe";
import type { PlanCost } from "../experiment/types";
import type { Model } from "../forward/types";

/** The cost as text and as a JSON value, with its seconds from a probe of this machine. */
export async function gridCost(
  title: string,
  cost: PlanCost,
  { stages, config, memory }: Pick<Model, "stages" | "config" | "memory">,
): Promise<{ text: string; json: unknown }> {
  const timed = withSeconds(cost, await probe(stages, config, memory.weights));
  const n = (value: number) => Math.round(value).toLocaleString("en-GB");
  const seconds = timed.seconds as number;
  const text = [
    `${title}: ${n(cost.samples)} samples x ${n(cost.tuples)} cells`,
    `  naive plan    ${n(cost.naiveForwards)} forwards, ${n(cost.naiveBlockRuns)} block-runs`,
    `  this plan     ${n(cost.blockRuns)} block-runs, ${n(cost.tokenBlocks)} tokens x blocks`,
    `  activations   ${cost.megabytes.toFixed(1)} MB`,
    `  time          about ${seconds < 10 ? seconds.toFixed(1) : n(seconds)} s`,
  ].join("\n");
  return { text, json: { cost: timed } };
}

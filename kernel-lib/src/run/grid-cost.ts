/** What a grid costs, said before it runs. */
import { probe, withSeconds } from "../experiment/probe";
import type { PlanCost } from "../experiment/types";
import type { Model } from "../forward/types";
import { counted } from "../words";

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
    `${title}: ${counted(cost.samples, "sample")} x ${counted(cost.tuples, "cell")}`,
    `  naive plan    ${counted(cost.naiveForwards, "forward")}, ${counted(cost.naiveBlockRuns, "block-run")}`,
    `  this plan     ${counted(cost.blockRuns, "block-run")}, ${n(cost.tokenBlocks)} tokens x blocks`,
    `  activations   ${cost.megabytes.toFixed(1)} MB`,
    `  time          about ${seconds < 10 ? seconds.toFixed(1) : n(seconds)} s`,
  ].join("\n");
  return { text, json: { cost: timed } };
}

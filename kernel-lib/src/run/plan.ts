/** What a sweep will cost, said before it runs. */
import { inspect } from "node:util";
import type { ModelConfig } from "../checkpoint/types";
import { type PlanOptions, planSweep, type SweepPlan } from "../experiment/plan";
import { probe, withSeconds } from "../experiment/probe";
import { type ResolvedSpec, resolveSpec } from "../experiment/spec";
import type { PatchSweepSpec, PlanCost, SpecModel } from "../experiment/types";
import type { Model } from "../forward/types";
import { counted } from "../words";

/** A sweep that is checked and planned; prints as text. */
export class Plan {
  readonly spec: PatchSweepSpec;
  readonly cost: PlanCost;
  readonly warnings: readonly string[];

  constructor(
    readonly resolved: ResolvedSpec,
    readonly compiled: SweepPlan,
    seconds: number | null = null,
  ) {
    this.spec = resolved.spec;
    this.warnings = resolved.warnings;
    this.cost = { ...compiled.cost, seconds };
  }

  /** The same plan with its seconds, from a probe of this machine that takes about a second.
   *  @example console.log(String(await pb.plan(model, { task: "capital" }).timed(model))) */
  async timed({ stages, config, memory }: Pick<Model, "stages" | "config" | "memory">): Promise<Plan> {
    const { seconds } = withSeconds(this.cost, await probe(stages, config, memory.weights));
    return new Plan(this.resolved, this.compiled, seconds);
  }

  /** The plan as text: work, memory, time. */
  toString(): string {
    return planText(this);
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Checks a spec against a model, or against what is known of one that is not loaded, and plans it.
 *  @throws SpecError
 *  @example planSpec(JSON.parse(text), await pb.openCheckpoint("demo/dpo")).cost.blockRuns */
export function planSpec(json: unknown, model: SpecModel, options: PlanOptions = {}): Plan {
  return planResolved(resolveSpec(json, model), model.config, options);
}

/** Plans a spec that is checked already. */
export function planResolved(resolved: ResolvedSpec, config: ModelConfig, options: PlanOptions = {}): Plan {
  return new Plan(resolved, planSweep(config, resolved.job, options));
}

/** Options with what the model's memory allows, where they leave it open. */
export function fitted(options: PlanOptions, { memory }: Pick<Model, "memory">): PlanOptions {
  const { plan, memoryBudget = memory.activationBytes, weights = memory.weights } = options;
  return { plan, memoryBudget, weights };
}

function planText({ spec, cost, compiled, warnings }: Plan): string {
  const { samples, tuples, naiveForwards, naiveBlockRuns, blockRuns, tokenBlocks, flops, passes, megabytes } = cost;
  const share = compiled.kind === "naive" ? "" : `, ${factor(naiveBlockRuns / blockRuns)} of the naive plan's`;
  const lines = [
    `Patch sweep${spec.task ? ` ${spec.task}` : ""} on ${spec.model}: ${counted(samples, "sample")} x ${counted(tuples, "tuple")} ` +
      `of ${spec.site}, protocol ${spec.protocol}`,
    `  naive plan    ${counted(naiveForwards, "forward")}, ${counted(naiveBlockRuns, "block-run")}`,
    `  this plan     ${counted(blockRuns, "block-run")}${share}, ${count(tokenBlocks)} tokens x blocks`,
    `  work          ${flopsText(flops)} in ${count(passes)} ${passes === 1 ? "pass" : "passes"}`,
    `  activations   ${megabytes < 10 ? megabytes.toFixed(1) : count(Math.round(megabytes))} MB`,
    `  time          ${secondsText(cost.seconds)}`,
    ...warnings.map((warning) => `  note: ${warning}`),
  ];
  return lines.join("\n");
}

const count = (n: number): string => n.toLocaleString("en-GB");

function factor(ratio: number): string {
  return Number.isFinite(ratio) ? `1/${ratio.toFixed(1)}` : "none";
}

function flopsText(flops: number): string {
  const step = Math.min(5, Math.max(0, Math.floor(Math.log10(Math.max(flops, 1)) / 3)));
  return `${(flops / 1000 ** step).toFixed(1)} ${["", "k", "M", "G", "T", "P"][step]}FLOP`;
}

function secondsText(seconds: number | null): string {
  if (seconds === null) return "not probed";
  if (seconds < 60) return `about ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `about ${minutes} min` : `about ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

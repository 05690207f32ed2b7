/** A patch sweep that is going on; its values come pass by pass. */
import { setImmediate } from "node:timers/promises";
import { type PassValues, storeInto } from "../experiment/pass";
import type { PlanOptions } from "../experiment/plan";
import type { ResolvedSpec } from "../experiment/spec";
import { sweep } from "../experiment/sweep";
import type { PatchSweepSpec, PlanCost, SweepValues } from "../experiment/types";
import { copyValues, emptyValues } from "../experiment/values";
import type { Model } from "../forward/types";
import { SweepResult } from "../result/sweep";
import type { RunStatus } from "../view/types";
import { checkedSeed } from "./called";
import { type ExperimentOptions, ExperimentRun } from "./experiment-run";
import { contentHash } from "./hash";
import { Journal } from "./journal";
import { makingOf, tokenTextOf } from "./making";
import { passRecords } from "./pass-records";
import { fitted, type Plan, planResolved } from "./plan";
import { Progress } from "./progress";

/** How a sweep is planned, journalled and stopped. */
export interface RunOptions extends PlanOptions, ExperimentOptions {}

/** Other things in this process get their turn at least this often. */
const BREATHE_EVERY_MS = 30;

/** A sweep that runs; show it, and await it for its SweepResult. */
export class PatchRun extends ExperimentRun<SweepResult> {
  readonly spec: PatchSweepSpec;
  readonly plan: Plan;

  private readonly values: SweepValues;
  private readonly finished = new Set<number>();
  private readonly progressCount: Progress;
  private readonly tokenText: Record<number, string>;
  private journal: Journal<PassValues> | null = null;

  /** @throws PatchbayError when the journal is of another run or in use. */
  constructor(
    model: Model,
    private readonly resolved: ResolvedSpec,
    private readonly options: RunOptions = {},
  ) {
    super("sweep", model);
    checkedSeed(options.seed);
    this.spec = resolved.spec;
    this.plan = planResolved(resolved, model.config, fitted(options, model));
    this.values = emptyValues(resolved.job.samples.length, resolved.job.tuples);
    this.progressCount = new Progress(this.plan.compiled);
    this.tokenText = tokenTextOf(model, promptTokens(resolved.spec));
    this.openJournal(options.resume ?? false);
    this.start(options.signal);
  }

  /** What its plan costs. */
  get cost(): PlanCost {
    return this.plan.cost;
  }

  /** Cells that are measured, and seconds left (null while unknown). */
  get progress(): RunStatus {
    return this.progressCount.status(this.id);
  }

  protected result(state: SweepResult["state"], started: Date, seconds: number): SweepResult {
    const { seed = 0 } = this.options;
    const { warnings } = this.resolved;
    return new SweepResult({
      schema: "patchbay.result/1",
      kind: "patch-sweep",
      state,
      spec: this.spec,
      values: copyValues(this.values),
      tokenText: this.tokenText,
      making: makingOf(this.model, this.spec, { plan: this.plan.compiled.kind, seed, started, seconds, warnings }),
    });
  }

  protected reopen(): void {
    this.openJournal(true);
  }
  protected release(): void {
    this.journal?.close();
  }

  private openJournal(resume: boolean): void {
    if (this.options.journal === undefined) return;
    const { compiled } = this.plan;
    const { fingerprint, provider } = this.model;
    const { device, precision, onnxruntime } = provider;
    const key = contentHash({
      fingerprint,
      provider: { device, precision, onnxruntime },
      spec: this.spec,
      plan: compiled.kind,
      passes: compiled.passes,
    });
    this.journal = Journal.open(this.options.journal, { key, records: passRecords(compiled.passes), resume });
  }

  protected async work(signal: AbortSignal): Promise<boolean> {
    const { job } = this.resolved;
    const { compiled } = this.plan;
    let breathed = performance.now();
    for (const [index, values] of this.journal?.finished ?? []) {
      storeInto(this.values, compiled.passes[index], values);
      this.finished.add(index);
    }
    this.progressCount.start(this.finished);
    if (this.finished.size > 0) this.changed(true);
    const skip = new Set(this.finished);
    for await (const event of sweep(this.model.stages, this.model.config, job, compiled, { signal, skip })) {
      if (event.kind === "work") this.progressCount.work(event.flops);
      else {
        this.journal?.add(event.index, event.values);
        storeInto(this.values, compiled.passes[event.index], event.values);
        this.finished.add(event.index);
        this.progressCount.finish(event.index);
      }
      this.changed(event.kind !== "work");
      if (performance.now() - breathed > BREATHE_EVERY_MS) {
        await setImmediate();
        breathed = performance.now();
      }
    }
    return this.finished.size === compiled.passes.length;
  }
}

const promptTokens = ({ samples }: PatchSweepSpec): number[] =>
  samples.flatMap(({ source, target, reference = [], answer }) => [...source, ...target, ...reference, answer]);

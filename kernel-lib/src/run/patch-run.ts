/** A patch sweep that is going on: partial results while it runs, the whole one when it is awaited.
 *  It begins on its own right after it was made. Stopping it, by `cancel()`, by a signal or by the kernel's
 *  interrupt, gives the part that is done; an error is thrown to whoever awaits it. */
import { randomUUID } from "node:crypto";
import { setImmediate, setTimeout } from "node:timers/promises";
import { type PassValues, storeInto } from "../experiment/pass";
import type { PlanOptions } from "../experiment/plan";
import type { ResolvedSpec } from "../experiment/spec";
import { sweep } from "../experiment/sweep";
import type { PatchSweepSpec, PlanCost, SweepValues } from "../experiment/types";
import { copyValues, emptyValues } from "../experiment/values";
import type { Model } from "../forward/types";
import { SweepResult } from "../result/sweep";
import type { RunStatus } from "../view/types";
import { contentHash } from "./hash";
import { Journal } from "./journal";
import { makingOf, tokenTextOf } from "./making";
import { passRecords } from "./pass-records";
import { fitted, type Plan, planResolved } from "./plan";
import { Progress } from "./progress";
import { forget, register } from "./registry";

export interface RunOptions extends PlanOptions {
  /** An abort stops the run; it keeps what is done. */
  signal?: AbortSignal;
  /** For the intervals of the result. Default 0. */
  seed?: number;
  /** A file that survives a kill; see `resume`. */
  journal?: string;
  /** Go on from what the journal holds. */
  resume?: boolean;
}

export type RunState = "running" | "done" | "stopped" | "failed";

/** A partial result at most this often. */
const PARTIAL_EVERY_MS = 100;
/** Other things in this process get their turn at least this often. */
const BREATHE_EVERY_MS = 30;

export class PatchRun implements PromiseLike<SweepResult>, AsyncIterable<SweepResult> {
  readonly id = `sweep-${randomUUID().slice(0, 8)}`;
  readonly spec: PatchSweepSpec;
  readonly plan: Plan;
  readonly model: Model;

  private currentState: RunState = "running";
  private readonly values: SweepValues;
  private readonly finished = new Set<number>();
  private readonly progressCount: Progress;
  private readonly tokenText: Record<number, string>;
  private readonly listeners = new Set<() => void>();
  private stopper = new AbortController();
  private outcome: Promise<SweepResult>;
  /** Counts changes of the progress; `latest` is the result of the last change of values or state. */
  private changes = 0;
  private latest: SweepResult | null = null;
  private started = new Date();
  private milliseconds = 0;
  private isAwaited = false;
  private failure: unknown = null;

  /** @throws PatchbayError when the journal is of another run or in use. */
  constructor(
    model: Model,
    private readonly resolved: ResolvedSpec,
    private readonly options: RunOptions = {},
  ) {
    this.model = model;
    this.spec = resolved.spec;
    this.plan = planResolved(resolved, model.config, fitted(options, model));
    this.values = emptyValues(resolved.job.samples.length, resolved.job.tuples);
    this.progressCount = new Progress(this.plan.compiled);
    this.tokenText = tokenTextOf(model, resolved.spec);
    this.outcome = this.begin(this.openJournal(options.resume ?? false), options.signal);
  }

  get state(): RunState {
    return this.currentState;
  }

  /** Whether nothing will change any more, unless it is resumed. */
  get ended(): boolean {
    return this.currentState !== "running";
  }

  /** What it has failed with; null while it has not. */
  get error(): unknown {
    return this.failure;
  }

  /** Somebody waits for its end, and it was not asked to stop before. */
  get awaited(): boolean {
    return this.isAwaited && !this.stopper.signal.aborted;
  }

  get cost(): PlanCost {
    return this.plan.cost;
  }

  /** Cells that are measured, and seconds left (null while unknown). */
  get progress(): RunStatus {
    return this.progressCount.status(this.id);
  }

  /** What is known now; the same object until something new is measured. */
  snapshot(): SweepResult {
    this.latest ??= new SweepResult({
      schema: "patchbay.result/1",
      kind: "patch-sweep",
      state: this.currentState === "done" ? "done" : this.currentState === "running" ? "partial" : "stopped",
      spec: this.spec,
      values: copyValues(this.values),
      tokenText: this.tokenText,
      making: makingOf(this.model, this.spec, {
        plan: this.plan.compiled.kind,
        seed: this.options.seed ?? 0,
        started: this.started,
        seconds: this.milliseconds / 1000,
        warnings: this.resolved.warnings,
      }),
    });
    return this.latest;
  }

  /** Stops after the call that is running; what is done is kept. */
  cancel(): void {
    this.stopper.abort();
  }

  /** Goes on with a run that was stopped or has failed; passes that were measured are not run again.
   *  @throws PatchbayError when its journal has been taken by another run. */
  resume(): void {
    if (this.currentState !== "stopped" && this.currentState !== "failed") return;
    const journal = this.openJournal(true);
    this.stopper = new AbortController();
    this.currentState = "running";
    this.isAwaited = false;
    this.failure = null;
    this.outcome = this.begin(journal);
  }

  /** Calls back after each change of progress, values or state. Returns the call that ends this. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // biome-ignore lint/suspicious/noThenProperty: `await run` is the way to its result.
  then<A = SweepResult, B = never>(
    onDone?: ((result: SweepResult) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isAwaited = true;
    return this.outcome.then(onDone, onError);
  }

  /** Partial results as they come, at most ten a second, the last one whole. Leaving the loop does not stop
   *  the run. */
  async *[Symbol.asyncIterator](): AsyncGenerator<SweepResult> {
    this.isAwaited = true;
    for (let seen = -1; ; ) {
      if (this.ended) {
        yield await this.outcome;
        return;
      }
      if (seen === this.changes) await this.nextChange();
      else {
        seen = this.changes;
        yield this.snapshot();
        await Promise.race([setTimeout(PARTIAL_EVERY_MS, null, { ref: false }), this.outcome]);
      }
    }
  }

  private nextChange(): Promise<void> {
    return new Promise((resolve) => {
      const end = this.onChange(() => {
        end();
        resolve();
      });
    });
  }

  private openJournal(resume: boolean): Journal<PassValues> | null {
    if (this.options.journal === undefined) return null;
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
    return Journal.open(this.options.journal, { key, records: passRecords(compiled.passes), resume });
  }

  private begin(journal: Journal<PassValues> | null, signal?: AbortSignal): Promise<SweepResult> {
    const stop = () => this.cancel();
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    register(this);
    const outcome = this.drive(journal).finally(() => signal?.removeEventListener("abort", stop));
    // Whoever awaits the run sees the error; a run that nobody awaits must not end the process.
    outcome.catch(() => {});
    return outcome;
  }

  private async drive(journal: Journal<PassValues> | null): Promise<SweepResult> {
    const { job } = this.resolved;
    const { compiled } = this.plan;
    const began = performance.now() - this.milliseconds;
    this.started = this.finished.size === 0 ? new Date() : this.started;
    let breathed = performance.now();
    try {
      for (const [index, values] of journal?.finished ?? []) {
        storeInto(this.values, compiled.passes[index], values);
        this.finished.add(index);
      }
      this.progressCount.start(this.finished);
      await setImmediate();
      const { signal } = this.stopper;
      const skip = new Set(this.finished);
      for await (const event of sweep(this.model.stages, this.model.config, job, compiled, { signal, skip })) {
        this.milliseconds = performance.now() - began;
        if (event.kind === "work") this.progressCount.work(event.flops);
        else {
          journal?.add(event.index, event.values);
          storeInto(this.values, compiled.passes[event.index], event.values);
          this.finished.add(event.index);
          this.progressCount.finish(event.index);
          this.latest = null;
        }
        this.changed();
        if (performance.now() - breathed > BREATHE_EVERY_MS) {
          await setImmediate();
          breathed = performance.now();
        }
      }
      return this.end(this.finished.size === compiled.passes.length ? "done" : "stopped", journal);
    } catch (error) {
      this.failure = error;
      this.end("failed", journal);
      throw error;
    }
  }

  private end(state: RunState, journal: Journal<PassValues> | null): SweepResult {
    journal?.close();
    forget(this);
    this.currentState = state;
    this.latest = null;
    const result = this.snapshot();
    this.changed();
    return result;
  }

  private changed(): void {
    this.changes++;
    for (const listener of [...this.listeners]) listener();
  }
}

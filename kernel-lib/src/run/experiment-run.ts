/** An experiment that is going on, of any kind: partial results while it runs, the whole one when it is awaited.
 *  Stopping it, by `cancel()`, by a signal or by the kernel's interrupt, gives the part that is done; an error is
 *  thrown to whoever awaits it. */
import { randomUUID } from "node:crypto";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { Model } from "../forward/types";
import type { Result } from "../result/base";
import type { RunStatus } from "../view/types";
import { forget, register } from "./registry";

/** How a run stands. */
export type RunState = "running" | "done" | "stopped" | "failed";

/** What every run takes. */
export interface ExperimentOptions {
  /** An abort stops the run; it keeps what is done. */
  signal?: AbortSignal;
  /** For the intervals of the result. Default 0. */
  seed?: number;
  /** A file that survives a kill; see `resume`. */
  journal?: string;
  /** Go on from what the journal holds. */
  resume?: boolean;
}

/** A partial result at most this often. */
const PARTIAL_EVERY_MS = 100;

/** An experiment that runs: await it for its result, show it to watch, loop over it for partial results. */
export abstract class ExperimentRun<R extends Result = Result> implements PromiseLike<R>, AsyncIterable<R> {
  readonly id: string;
  private currentState: RunState = "running";
  private readonly listeners = new Set<() => void>();
  private stopper = new AbortController();
  private outcome: Promise<R> = Promise.reject(new Error("not started"));
  /** Counts changes; `latest` is the result of the last change of values or state. */
  private changes = 0;
  private latest: R | null = null;
  private isAwaited = false;
  private failure: unknown = null;
  private startedAt = new Date();
  private workedBefore = 0;
  private beganAt = 0;

  protected constructor(
    prefix: string,
    readonly model: Model,
  ) {
    this.id = `${prefix}-${randomUUID().slice(0, 8)}`;
    this.outcome.catch(() => {});
  }

  /** What is asked, resolved. */
  abstract readonly spec: R["spec"];
  /** What is done, of how much, and seconds left (null while unknown). */
  abstract get progress(): RunStatus;
  /** What is known now, as a result. */
  protected abstract result(state: R["state"], started: Date, seconds: number): R;
  /** Does what is not done yet, calling `changed` after each part. True when all is done, false when it was stopped. */
  protected abstract work(signal: AbortSignal): Promise<boolean>;
  /** Opens the journal again, for a run that goes on.
   *  @throws PatchbayError when it has been taken by another run */
  protected abstract reopen(): void;
  /** Lets go of the journal. */
  protected abstract release(): void;

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

  /** What is known now; the same object until something new is measured. */
  snapshot(): R {
    const { currentState: state } = this;
    const known = state === "done" ? "done" : state === "running" ? "partial" : "stopped";
    this.latest ??= this.result(known, this.startedAt, this.milliseconds / 1000);
    return this.latest;
  }

  /** Stops after the call that is running; what is done is kept. */
  cancel(): void {
    this.stopper.abort();
  }

  /** Goes on with a run that was stopped or has failed; what was measured is not measured again.
   *  @throws PatchbayError when its journal has been taken by another run. */
  resume(): void {
    if (this.currentState !== "stopped" && this.currentState !== "failed") return;
    this.reopen();
    this.stopper = new AbortController();
    this.currentState = "running";
    this.isAwaited = false;
    this.failure = null;
    this.latest = null;
    this.start();
  }

  /** "sweep-1a2b3c4d, running: 12 of 42 samples" */
  toString(): string {
    const { id, state, progress } = this;
    return `${id}, ${state}: ${progress.done} of ${progress.total} ${progress.unit}`;
  }

  /** What a console shows of it, in place of the model and every number. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this}\n  await it for its result, pb.show(run) draws it, run.cancel() stops it`;
  }

  /** Calls back after each change of progress, values or state. Returns the call that ends this. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // biome-ignore lint/suspicious/noThenProperty: `await run` is the way to its result.
  then<A = R, B = never>(
    onDone?: ((result: R) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isAwaited = true;
    return this.outcome.then(onDone, onError);
  }

  /** Partial results as they come, at most ten a second, the last one whole. Leaving the loop does not stop
   *  the run. */
  async *[Symbol.asyncIterator](): AsyncGenerator<R> {
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

  /** Begins, at the end of a subclass's constructor. */
  protected start(signal?: AbortSignal): void {
    const stop = () => this.cancel();
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    register(this);
    this.outcome = this.drive().finally(() => signal?.removeEventListener("abort", stop));
    // Whoever awaits the run sees the error; a run that nobody awaits must not end the process.
    this.outcome.catch(() => {});
  }

  /** To be called after each change; `values`: something was measured, else only the progress is new. */
  protected changed(values: boolean): void {
    if (values) this.latest = null;
    this.changes++;
    for (const listener of [...this.listeners]) listener();
  }

  private get milliseconds(): number {
    return this.beganAt === 0 ? this.workedBefore : this.workedBefore + performance.now() - this.beganAt;
  }

  private nextChange(): Promise<void> {
    return new Promise((resolve) => {
      const end = this.onChange(() => {
        end();
        resolve();
      });
    });
  }

  private async drive(): Promise<R> {
    this.beganAt = performance.now();
    if (this.workedBefore === 0) this.startedAt = new Date();
    try {
      // Whoever made the run gets to show it before it works.
      await setImmediate();
      return this.end((await this.work(this.stopper.signal)) ? "done" : "stopped");
    } catch (error) {
      this.failure = error;
      this.end("failed");
      throw error;
    }
  }

  private end(state: RunState): R {
    this.workedBefore = this.milliseconds;
    this.beganAt = 0;
    this.release();
    forget(this);
    this.currentState = state;
    this.latest = null;
    const result = this.snapshot();
    this.changed(false);
    return result;
  }
}

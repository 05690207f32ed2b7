/** A path trace that is going on: samples one by one, partial results while it runs, the whole one when awaited.
 *  Stopping it gives the samples that are done; an error is thrown to whoever awaits it. With a journal a finished
 *  sample survives a kill. */
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { traceSamples } from "../experiment/trace";
import { resolveTraceSpec } from "../experiment/trace-spec";
import type { PathTraceSpec, SampleTrace } from "../experiment/trace-types";
import type { Model } from "../forward/types";
import type { TracerOptions } from "../path/tracer";
import { TraceResult } from "../result/trace";
import type { RunStatus } from "../view/types";
import { contentHash } from "./hash";
import { Journal } from "./journal";
import { makingOf, tokenTextOf } from "./making";
import { forget, register } from "./registry";
import { traceRecords } from "./trace-records";

export interface TraceRunOptions extends Pick<TracerOptions, "batch" | "probes" | "meetAt"> {
  signal?: AbortSignal;
  /** For the intervals of the result. Default 0. */
  seed?: number;
  /** A file that holds finished samples; see `resume`. */
  journal?: string;
  /** Go on from what the journal holds. */
  resume?: boolean;
}

export class TraceRun implements PromiseLike<TraceResult>, AsyncIterable<TraceResult> {
  readonly id = `trace-${randomUUID().slice(0, 8)}`;
  readonly spec: PathTraceSpec;
  private currentState: "running" | "done" | "stopped" | "failed" = "running";
  private readonly samples: SampleTrace[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly stopper = new AbortController();
  private readonly started = new Date();
  private readonly begun = performance.now();
  private readonly outcome: Promise<TraceResult>;
  private isAwaited = false;
  private failure: unknown = null;
  /** Share of the sample at work that is walked. */
  private share = 0;

  /** @throws PatchbayError when the journal is of another run or in use. */
  constructor(
    readonly model: Model,
    spec: PathTraceSpec,
    private readonly options: TraceRunOptions = {},
  ) {
    this.spec = spec;
    const journal = this.openJournal();
    const stop = () => this.cancel();
    if (options.signal?.aborted) stop();
    options.signal?.addEventListener("abort", stop, { once: true });
    register(this);
    this.outcome = this.drive(journal).finally(() => {
      journal?.close();
      options.signal?.removeEventListener("abort", stop);
      forget(this);
      this.changed();
    });
    // Whoever awaits the run sees the error; a run that nobody awaits must not end the process.
    this.outcome.catch(() => {});
  }

  get state(): "running" | "done" | "stopped" | "failed" {
    return this.currentState;
  }
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

  /** Samples traced, and seconds left (null while unknown). */
  get progress(): RunStatus {
    const total = this.spec.samples.length;
    const done = this.samples.length;
    const share = (done + this.share) / total;
    const elapsed = (performance.now() - this.begun) / 1000;
    const secondsLeft = share > 0.02 && elapsed > 1 ? (elapsed * (1 - share)) / share : null;
    return { id: this.id, done, total, secondsLeft, unit: "samples" };
  }

  snapshot(): TraceResult {
    const { currentState: state } = this;
    return new TraceResult({
      schema: "patchbay.result/1",
      kind: "path-trace",
      state: state === "done" ? "done" : state === "running" ? "partial" : "stopped",
      spec: this.spec,
      samples: this.samples.slice(),
      tokenText: tokenTextOf(this.model, this.spec),
      making: makingOf(this.model, this.spec, {
        plan: "planned",
        seed: this.options.seed ?? 0,
        started: this.started,
        seconds: (performance.now() - this.begun) / 1000,
        warnings: [],
      }),
    });
  }

  /** Stops after the call that is running; finished samples are kept. */
  cancel(): void {
    this.stopper.abort();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // biome-ignore lint/suspicious/noThenProperty: `await run` is the way to its result.
  then<A = TraceResult, B = never>(
    onDone?: ((result: TraceResult) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isAwaited = true;
    return this.outcome.then(onDone, onError);
  }

  /** A partial result after each sample, the last one whole. Leaving the loop does not stop the run. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TraceResult> {
    for (let seen = 0; !this.ended; ) {
      if (this.samples.length > seen) {
        seen = this.samples.length;
        yield this.snapshot();
      } else await this.nextChange();
    }
    yield await this.outcome;
  }

  private nextChange(): Promise<void> {
    return new Promise((resolve) => {
      const end = this.onChange(() => {
        end();
        resolve();
      });
    });
  }

  private openJournal(): Journal<SampleTrace> | null {
    const { journal, resume = false, batch, probes, meetAt } = this.options;
    if (journal === undefined) return null;
    const { fingerprint, config, provider } = this.model;
    const { device, precision, onnxruntime } = provider;
    const how = { batch: batch ?? null, probes: probes ?? null, meetAt: meetAt ?? null };
    const key = contentHash({ fingerprint, provider: { device, precision, onnxruntime }, spec: this.spec, how });
    return Journal.open(journal, { key, records: traceRecords(this.spec, config), resume });
  }

  private async drive(journal: Journal<SampleTrace> | null): Promise<TraceResult> {
    const { signal } = this.stopper;
    const { batch, probes, meetAt } = this.options;
    try {
      await setImmediate();
      const onProgress = ({ done, total }: { done: number; total: number }) => {
        this.share = total === 0 ? 0 : done / total;
        this.changed();
      };
      for (const sample of journal?.finished.values() ?? []) this.samples.push(sample);
      const known = this.samples.length;
      const options = { batch, probes, meetAt, signal, onProgress, known };
      for await (const sample of traceSamples(this.model, this.spec, options)) {
        journal?.add(this.samples.length, sample);
        this.samples.push(sample);
        this.share = 0;
        this.changed();
      }
      this.currentState = this.samples.length === this.spec.samples.length ? "done" : "stopped";
      return this.snapshot();
    } catch (error) {
      this.currentState = "failed";
      this.failure = error;
      throw error;
    }
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

/** Starts a path trace from a spec's JSON.
 *  @throws SpecError before anything runs, when a field is wrong.
 *  @example const result = await traceSpec(model, { schema: "patchbay.spec/1", kind: "path-trace", model: model.name, samples }); */
export const traceSpec = (model: Model, json: unknown, options: TraceRunOptions = {}): TraceRun =>
  new TraceRun(model, resolveTraceSpec(json, model), options);

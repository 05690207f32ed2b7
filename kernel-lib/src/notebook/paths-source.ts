/** Path traces as something to show: one run or result, or several of the same prompts as one view with a switch. */
import { createHash } from "node:crypto";
import { SpecError } from "../errors";
import type { PathTraceSpec, TraceSample } from "../experiment/trace-types";
import type { Model } from "../forward/types";
import { serializeAny } from "../result/kinds";
import { TraceResult } from "../result/trace";
import { ExperimentRun } from "../run/experiment-run";
import type { PathsLook } from "../view/paths-look";
import { bodyOf, checkSamePrompts, pathsSetOf } from "../view/paths-set";
import type { PathsBody, PathsPlace, PathsView } from "../view/paths-types";
import type { PathsAsked } from "../view/protocol";
import type { View } from "../view/types";
import { bundle, quickBundle } from "./bundle";
import type { Source } from "./sources";

export type Trace = TraceResult | ExperimentRun;

export const isTrace = (value: unknown): value is Trace =>
  value instanceof TraceResult || (value instanceof ExperimentRun && value.spec.kind === "path-trace");

export class PathsSource implements Source {
  readonly run: Source["run"];
  private readonly place: PathsPlace;
  /** How the widget begins; its reader may change it. */
  private readonly marks: Pick<PathsLook, "through"> | undefined;
  private drawn: { of: readonly TraceResult[]; ended: boolean; view: PathsView } | null = null;

  constructor(
    private readonly traces: readonly Trace[],
    readonly id: string,
    { sample = 0, layers }: { sample?: number; layers?: readonly number[] },
  ) {
    const runs = traces.filter((trace) => trace instanceof ExperimentRun);
    this.place = { trace: 0, sample };
    this.marks = layers === undefined ? undefined : { through: checkedLayers(layers, this.results[0]) };
    checkSamePrompts(this.results.map(({ data }) => data));
    // The footer speaks of the run that still goes on.
    const [first] = runs;
    this.run = first
      ? { id: first.id, cancel: () => going(runs)?.cancel(), resume: () => stopped(runs)?.resume() }
      : null;
  }

  private get results(): TraceResult[] {
    return this.traces.map((trace) => (trace instanceof ExperimentRun ? trace.snapshot() : trace) as TraceResult);
  }
  get result(): TraceResult {
    return this.results[0];
  }
  ended(): boolean {
    return this.traces.every((trace) => !(trace instanceof ExperimentRun) || trace.ended);
  }
  onChange(listener: () => void): void {
    for (const trace of this.traces) if (trace instanceof ExperimentRun) trace.onChange(listener);
  }
  async complete(): Promise<void> {}

  /** What a look behind the graph needs: the model and the sample; null where only a result was shown. */
  traced({ trace, sample }: Partial<PathsPlace>): { model: Model; sample: TraceSample } | null {
    const run = this.traces[trace ?? this.place.trace];
    if (!(run instanceof ExperimentRun)) return null;
    const found = (run.spec as PathTraceSpec).samples[sample ?? this.place.sample];
    return found ? { model: run.model, sample: found } : null;
  }

  /** Another of the choices.
   *  @throws ResultError when there is no such trace or sample */
  viewAt({ trace, sample, whole = false }: PathsAsked): PathsView {
    const traces = this.results.map(({ data }) => data);
    const options = { id: this.id, resultHash: this.hash(), paths: whole ? ("all" as const) : undefined };
    return pathsSetOf(traces, { trace, sample }, options, false);
  }
  bodyAt(asked: PathsAsked): PathsBody {
    return bodyOf(this.viewAt(asked));
  }

  view(): View {
    const of = this.results;
    const ended = this.ended();
    if (this.drawn?.ended !== ended || this.drawn.of.some((result, t) => result !== of[t])) {
      const traces = of.map(({ data }) => data);
      // While samples come in ten times a second, a view carries the one that is shown.
      const view = pathsSetOf(traces, this.place, { id: this.id, resultHash: this.hash() }, ended);
      this.drawn = { of, ended, view };
    }
    const runs = this.traces.filter((trace) => trace instanceof ExperimentRun);
    const now = runs.find(({ state }) => state === "failed") ?? going(runs) ?? stopped(runs);
    const { marks } = this;
    const view = { ...this.drawn.view, run: now ? now.progress : null, ...(marks && { marks }) };
    if (now?.state !== "failed") return view;
    return {
      ...view,
      state: "error",
      error: { message: now.error instanceof Error ? now.error.message : String(now.error) },
    };
  }
  quickBundle() {
    return quickBundle(this.view());
  }
  bundle() {
    return bundle(this.view());
  }

  private hash(): string {
    if (!this.ended()) return "";
    const hash = createHash("sha256");
    for (const result of this.results) hash.update(serializeAny(result));
    return `sha256:${hash.digest("hex")}`;
  }
}

function checkedLayers(layers: readonly number[], { data }: TraceResult): readonly number[] {
  const { nLayers } = data.making.model;
  const bad = layers.find((layer) => !Number.isInteger(layer) || layer < 0 || layer >= nLayers);
  if (bad !== undefined)
    throw new SpecError({ thing: "show(): layers", value: bad, rule: `must be layers from 0 to ${nLayers - 1}` });
  return [...new Set(layers)].sort((a, b) => a - b);
}

const going = (runs: readonly ExperimentRun[]) => runs.find((run) => !run.ended);
const stopped = (runs: readonly ExperimentRun[]) => runs.find(({ state }) => state !== "done");

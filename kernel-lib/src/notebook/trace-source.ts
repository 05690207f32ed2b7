/** A path trace as something to show: the path graph of one of its samples, once that sample is traced. */
import { createHash } from "node:crypto";
import type { TraceSample } from "../experiment/trace-types";
import type { Model } from "../forward/types";
import type { TraceResult } from "../result/trace";
import { serializeTrace } from "../result/trace-file";
import { TraceRun } from "../run/trace-run";
import { pathsViewOf, pendingPathsView } from "../view/paths-view";
import type { PathsView } from "../view/types";
import { bundle, quickBundle } from "./bundle";
import type { Source, ViewChoice } from "./sources";

export class TraceSource implements Source {
  readonly run: Source["run"];

  constructor(
    private readonly value: TraceRun | TraceResult,
    readonly id: string,
    private readonly choice: ViewChoice,
  ) {
    // A stopped trace is started again by its own call: there is nothing to resume it from.
    this.run = value instanceof TraceRun ? { id: value.id, cancel: () => value.cancel(), resume: () => {} } : null;
  }

  /** What a look behind the graph needs: the model and the sample that is shown; null for a result without its run. */
  get traced(): { model: Model; sample: TraceSample } | null {
    if (!(this.value instanceof TraceRun)) return null;
    return { model: this.value.model, sample: this.value.spec.samples[this.choice.sample ?? 0] };
  }
  get result(): TraceResult {
    return this.value instanceof TraceRun ? this.value.snapshot() : this.value;
  }
  ended(): boolean {
    return this.value instanceof TraceRun ? this.value.ended : true;
  }
  onChange(listener: () => void): void {
    if (this.value instanceof TraceRun) this.value.onChange(listener);
  }
  async complete(): Promise<void> {}

  view(): PathsView {
    const { data } = this.result;
    const sample = this.choice.sample ?? 0;
    const run = this.value instanceof TraceRun && this.value.state !== "done" ? this.value.progress : null;
    if (sample >= data.samples.length)
      return { ...pendingPathsView(data, { id: this.id, sample, run }), ...this.failure() };
    const hash = this.ended() ? createHash("sha256").update(serializeTrace(this.result)).digest("hex") : null;
    const view = pathsViewOf(data, { id: this.id, sample, run, resultHash: hash === null ? "" : `sha256:${hash}` });
    return { ...view, ...this.failure() };
  }
  quickBundle() {
    return quickBundle(this.view());
  }
  bundle() {
    return bundle(this.view());
  }

  private failure(): Partial<PathsView> {
    if (!(this.value instanceof TraceRun) || this.value.state !== "failed") return {};
    const { error } = this.value;
    return { state: "error", error: { message: error instanceof Error ? error.message : String(error) } };
  }
}

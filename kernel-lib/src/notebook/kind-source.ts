/** A run or a result of any kind but a sweep and a trace as something to show: its view, made anew when something was measured. */
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Result } from "../result/base";
import { serializeAny } from "../result/kinds";
import { ExperimentRun } from "../run/experiment-run";
import { viewsOf } from "../view/of-result";
import type { View } from "../view/types";
import { bundle, quickBundle } from "./bundle";
import type { Source, ViewChoice } from "./sources";

export class KindSource implements Source {
  readonly run: Source["run"];
  private drawn: { of: Result; statistics: boolean; view: View } | null = null;
  /** The last snapshot that has all its statistics. */
  private whole: Result | null = null;

  constructor(
    private readonly value: ExperimentRun | Result,
    readonly id: string,
    private readonly choice: ViewChoice,
  ) {
    const run = value instanceof ExperimentRun ? value : null;
    this.run = run && { id: run.id, cancel: () => run.cancel(), resume: () => run.resume() };
  }

  get result(): Result {
    return this.value instanceof ExperimentRun ? this.value.snapshot() : this.value;
  }
  ended(): boolean {
    return this.value instanceof ExperimentRun ? this.value.ended : true;
  }
  onChange(listener: () => void): void {
    if (this.value instanceof ExperimentRun) this.value.onChange(listener);
  }
  /** Other things in this process get their turn between two statistics. */
  async complete(): Promise<void> {
    const { result } = this;
    for (const make of viewsOf(result).slow) {
      await setImmediate();
      make();
    }
    this.whole = result;
  }

  view(): View {
    const { result: of, value } = this;
    const run = value instanceof ExperimentRun && value.state !== "done" ? value.progress : null;
    // A run that has just ended is shown at once, with what takes longer when it is made.
    const statistics = !(value instanceof ExperimentRun) || this.whole === of;
    if (this.drawn?.of !== of || this.drawn.statistics !== statistics) {
      const resultHash = this.ended() ? `sha256:${createHash("sha256").update(serializeAny(of)).digest("hex")}` : "";
      const options = { id: this.id, metric: this.choice.metric, resultHash, statistics };
      this.drawn = { of, statistics, view: viewsOf(of).view(options) };
    }
    const view = { ...this.drawn.view, run };
    if (!(value instanceof ExperimentRun) || value.state !== "failed") return view;
    const { error } = value;
    return { ...view, state: "error", error: { message: error instanceof Error ? error.message : String(error) } };
  }
  quickBundle() {
    return quickBundle(this.view());
  }
  bundle() {
    return bundle(this.view());
  }
}

/** How far a run is and how long it has to go, from the FLOPs that its calls took. */

import type { SweepPlan } from "../experiment/plan";
import type { RunStatus } from "../view/types";
import { unitOf } from "../words";

/** Before this much of a run's own time nothing is said about the rest. */
const SETTLED_MS = 300;

export class Progress {
  private readonly totalFlops: number;
  private readonly finished = new Set<number>();
  /** FLOPs in the pass that is going on, and in this process altogether. */
  private inPass = 0;
  private worked = 0;
  private started = 0;
  /** FLOPs of passes that need not run. */
  private known = 0;

  constructor(private readonly plan: SweepPlan) {
    this.totalFlops = plan.flops.reduce((sum, flops) => sum + flops, 0);
  }

  /** A stretch of work begins; `skip` was finished before. */
  start(skip: Iterable<number>): void {
    this.started = performance.now();
    this.worked = 0;
    this.inPass = 0;
    for (const pass of skip) this.finished.add(pass);
    this.known = this.sumOf((pass) => this.plan.flops[pass]);
  }

  work(flops: number): void {
    this.inPass += flops;
    this.worked += flops;
  }

  finish(pass: number): void {
    // Calls that were shared or not needed count as done.
    this.worked += this.plan.flops[pass] - this.inPass;
    this.inPass = 0;
    this.finished.add(pass);
  }

  status(id: string): RunStatus {
    const { samples, tuples } = this.plan.cost;
    const current = this.plan.passes.findIndex((_, pass) => !this.finished.has(pass));
    const share = current < 0 ? 0 : Math.min(1, this.inPass / this.plan.flops[current]);
    const partial = current < 0 ? 0 : Math.floor(share * this.cellsOf(current));
    const ms = performance.now() - this.started;
    const left = Math.max(0, this.totalFlops - this.known - this.worked);
    const settled = this.worked > 0 && ms > SETTLED_MS;
    return {
      id,
      done: this.sumOf((pass) => this.cellsOf(pass)) + partial,
      total: samples * tuples,
      secondsLeft: current < 0 ? 0 : settled ? (left / this.worked) * (ms / 1000) : null,
      unit: unitOf(samples * tuples, "samples x tuples"),
    };
  }

  private cellsOf(pass: number): number {
    const { samples, tuples } = this.plan.passes[pass];
    return (samples[1] - samples[0]) * (tuples[1] - tuples[0]);
  }

  private sumOf(of: (pass: number) => number): number {
    let sum = 0;
    for (const pass of this.finished) sum += of(pass);
    return sum;
  }
}

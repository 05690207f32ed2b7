/** How long the rest of a reproduction takes: each kind of experiment is timed once it has run, and what is left of that
 *  kind is reckoned by samples and the model's own speed. A kind that was never timed is not guessed: then the time is a
 *  least one, and says so. */
import type { ReproduceJob } from "./reproduce-jobs";

export class Remaining {
  /** Seconds per item, by part and model. */
  private readonly rates = new Map<string, { seconds: number; items: number }>();
  private readonly left: Set<ReproduceJob>;
  private readonly total: number;
  private current: { job: ReproduceJob; began: number } | null = null;

  constructor(
    jobs: readonly ReproduceJob[],
    finished: readonly ReproduceJob[],
    private readonly now: () => number = () => performance.now() / 1000,
  ) {
    this.total = jobs.length;
    this.left = new Set(jobs.filter((job) => !finished.includes(job)));
  }

  /** Starts timing a job; the returned call says that it is done. */
  begin(job: ReproduceJob): () => void {
    this.current = { job, began: this.now() };
    return () => {
      const seconds = this.now() - (this.current as { began: number }).began;
      for (const key of keysOf(job)) {
        const rate = this.rates.get(key) ?? { seconds: 0, items: 0 };
        this.rates.set(key, { seconds: rate.seconds + seconds, items: rate.items + job.items });
      }
      this.drop(job);
    };
  }

  /** Takes a job out that will not be run. */
  drop(job: ReproduceJob): void {
    this.left.delete(job);
    this.current = null;
  }

  /** Where it stands while the current job is done to `share`. */
  state(share: number): { done: number; total: number; share: number; secondsLeft: number | null; atLeast: boolean } {
    const done = this.total - this.left.size;
    let seconds = 0;
    let known = 0;
    for (const job of this.left) {
      const left = job === this.current?.job ? 1 - share : 1;
      const took = job === this.current?.job ? this.now() - this.current.began : 0;
      // A job that goes on is its own best measure.
      const own = share > 0.05 && took > 1 && job === this.current?.job ? (took * (1 - share)) / share : null;
      const rate = keysOf(job)
        .map((key) => this.rates.get(key))
        .find((found) => found !== undefined);
      if (own === null && rate === undefined) continue;
      known++;
      seconds +=
        own ??
        left * job.items * ((rate as { seconds: number; items: number }).seconds / (rate as { items: number }).items);
    }
    return {
      done,
      total: this.total,
      share: this.total === 0 ? 1 : (done + (this.current === null ? 0 : share)) / this.total,
      secondsLeft: known === 0 ? null : seconds,
      atLeast: known < this.left.size,
    };
  }
}

/** This model's own rate first, then that of any model. */
const keysOf = ({ part, model }: ReproduceJob): string[] => [`${part} of ${model}`, part];

/** Runs that are going on in this process, by id: what a widget's cancel button and a kernel's interrupt reach. */

/** What can be stopped. */
export interface Stoppable {
  readonly id: string;
  /** Somebody waits for it who will get the part that is done once it stops. */
  readonly awaited?: boolean;
  cancel(): void;
}

const live = new Map<string, Stoppable>();

/** Remembers a run until `forget`. */
export function register(run: Stoppable): void {
  live.set(run.id, run);
}

export function forget(run: Stoppable): void {
  live.delete(run.id);
}

/** Ids of the runs that are going on, oldest first.
 *  @example pb.liveRuns().length // 0 when nothing runs */
export const liveRuns = (): string[] => [...live.keys()];

/** Stops a run; false when none of this id is going on.
 *  @example pb.cancelRun(run.id) */
export function cancelRun(id: string): boolean {
  const run = live.get(id);
  run?.cancel();
  return run !== undefined;
}

/** Stops every run, as a kernel's interrupt does. True when a cell waits for one and so goes on by itself; false the
 *  second time, so that whoever interrupts again gets through. */
export function interruptRuns(): boolean {
  const awaited = [...live.values()].some((run) => run.awaited === true);
  cancelAllRuns();
  return awaited;
}

/** Stops every run; returns how many there were.
 *  @example pb.cancelAllRuns() */
export function cancelAllRuns(): number {
  const runs = [...live.values()];
  for (const run of runs) run.cancel();
  return runs.length;
}

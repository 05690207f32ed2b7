/** What makes many small changes one step of undo: a drag from press to release, a burst of the wheel or of a slider. */

export interface Gesture {
  readonly name: string;
  /** Milliseconds on the page's clock. */
  readonly at: number;
}

/** Steps of a burst follow each other within this. */
export const BURST_MS = 500;

/** One turn of the wheel, a key held down: what follows closely, under the same name, is one step. */
export const burst = (name: string): Gesture => ({ name, at: performance.now() });

/** From press to release, however slowly: keep what this returns for the whole drag. */
export function drag(name: string): Gesture {
  const at = performance.now();
  return { name: `${name} ${at}`, at };
}

/** Whether `next` goes on with what `before` began. */
export const goesOn = (before: Gesture | null, next: Gesture | null): boolean =>
  before !== null && next !== null && before.name === next.name && next.at - before.at <= BURST_MS;

/** What an interrupt does. tslab makes the cell fail, while what it started goes on and everything it declared is lost.
 *  Work that can stop by itself (a run) is asked first, and the cell goes on with the part that is done;
 *  if nothing could be asked, or the interrupt comes again, tslab's way is taken. */

/** Stops what is running; true if the cell waits for it and now goes on by itself. */
export type Stopper = () => boolean;

let stopper: Stopper = () => false;

/** Says how work that can stop by itself is stopped. */
export function stopOnInterrupt(stop: Stopper): void {
  stopper = stop;
}

/** Called for each SIGINT that finds the kernel waiting rather than computing; `failCell` is tslab's own way. */
export function onInterrupt(failCell: () => void): void {
  if (!stopper()) failCell();
}

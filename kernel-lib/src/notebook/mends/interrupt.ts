/** What an interrupt does. tslab makes the cell fail, while what it started goes on and everything it declared is lost.
 *  Work that can stop by itself (a run) is asked first, and the cell goes on with the part that is done;
 *  if nothing could be asked, or the interrupt comes again, tslab's way is taken. */

/** Stops what is running; true if a cell waits for it and will now go on by itself. */
export type Stopper = () => boolean;

const stoppers = new Set<Stopper>();

/** Registers work that stops on an interrupt; returns the call that takes it off again. */
export function stopOnInterrupt(stopper: Stopper): () => void {
  stoppers.add(stopper);
  return () => void stoppers.delete(stopper);
}

/** Called for each SIGINT that arrives while JavaScript is not running; `failCell` is tslab's own way. */
export function onInterrupt(failCell: () => void): void {
  const going = [...stoppers];
  // Each is asked, so no short-circuit. A stopper is asked once: the second interrupt finds none and fails the cell.
  stoppers.clear();
  const answers = going.map((stop) => stop());
  if (!answers.includes(true)) failCell();
}

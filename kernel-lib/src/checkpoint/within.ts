/** Bounded time for what a stranger's file makes us compute: the patterns of a tokenizer, a chat template. A pattern
 *  that backtracks for ever, or a template with an endless loop, would otherwise hold the kernel until it is killed. */
import vm from "node:vm";
import { CheckpointError } from "../errors";

/** No prompt takes a second; a megabyte of text takes a few. */
export const PATIENCE_MS = 3000;
const MS_PER_CHARACTER = 0.02;

const holder: { work?: () => void } = {};
let context: vm.Context | null = null;
const script = new vm.Script("work()");

/** Runs `work` on this thread and gives what it gives. V8 itself ends it when its time is over, inside regular
 *  expressions too; nothing in it can catch that.
 *  @param about what is said when the time is over
 *  @throws CheckpointError when it takes longer; and what `work` throws */
export function within<T>(
  work: () => T,
  about: { thing: string; characters: number; wayOut: string; patienceMs?: number },
): T {
  const { thing, characters, wayOut, patienceMs = PATIENCE_MS } = about;
  const timeout = Math.ceil(patienceMs + characters * MS_PER_CHARACTER);
  let made: T | undefined;
  context ??= vm.createContext(holder);
  const before = holder.work;
  holder.work = () => {
    made = work();
  };
  try {
    script.runInContext(context, { timeout });
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    throw new CheckpointError({
      thing,
      rule: `takes longer than ${(timeout / 1000).toFixed(1)} s over ${characters.toLocaleString("en-GB")} characters`,
      wayOut,
    });
  } finally {
    holder.work = before;
  }
  return made as T;
}

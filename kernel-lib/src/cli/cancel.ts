/** Ctrl-C: the first asks the command to stop and keep what is finished, the second ends it at once. */
import { EXIT } from "./outcome";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Runs `work` with a signal that aborts on SIGINT and SIGTERM. */
export async function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.cancelled);
    process.stderr.write("patchbay: stopping; once more to stop at once\n");
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, stop);
  }
}

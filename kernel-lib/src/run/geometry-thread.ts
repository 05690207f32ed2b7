/** Fits in a thread of their own: at 1,600 prompts of 2,048 dimensions one step takes ten seconds, in which a kernel must
 *  still answer. A fit that is no longer wanted ends with its thread. */
import type { PlaceRows } from "../experiment/geometry";
import type { PlaceGeometry } from "../result/geometry-data";
import { errorOf } from "../session/messages";
import { startThread } from "../session/thread";
import type { FitSpec } from "./geometry-fit";
import type { FitReply } from "./geometry-worker";

export interface FitThread {
  /** The geometry of a place; null when the signal is aborted before it is found. One place at a time. */
  fit(read: PlaceRows, onStep: () => void): Promise<PlaceGeometry | null>;
  /** Ends the thread, whatever it does. */
  close(): Promise<void>;
}

/** Starts the thread.
 *  @example const thread = fitThread(spec, signal); const found = await thread.fit(read, () => {}); await thread.close(); */
export function fitThread({ groups, methods, seed }: FitSpec, signal: AbortSignal): FitThread {
  const worker = startThread(__dirname, "geometry-worker", { groups, methods, seed } satisfies FitSpec);
  let onReply = (_: FitReply) => {};
  worker.on("message", (reply: FitReply) => onReply(reply));
  const ended = new Promise<Error>((resolve) => {
    worker.once("error", resolve);
    worker.once("exit", () => resolve(new Error("the thread that fits has ended")));
  });
  const close = async () => {
    signal.removeEventListener("abort", close);
    await worker.terminate();
  };
  signal.addEventListener("abort", close);
  return {
    close,
    async fit(read, onStep) {
      if (signal.aborted) return null;
      const answer = new Promise<PlaceGeometry>((resolve, reject) => {
        onReply = (reply) => {
          if (reply.kind === "step") onStep();
          else if (reply.kind === "found") resolve(reply.found);
          else reject(errorOf(reply.failure));
        };
      });
      worker.postMessage(read);
      const found = await Promise.race([answer, ended]);
      if (!(found instanceof Error)) return found;
      if (signal.aborted) return null;
      throw found;
    },
  };
}

/** An engine in a worker thread, so that a notebook's kernel answers while it computes. Arguments are copied into the
 *  worker, replies handed over. An idle worker does not keep the process alive. */
import { compact, errorOf, type Reply, type Request } from "./messages";
import { startThread } from "./thread";
import type { CallName, Calls, EngineSpec, Host } from "./types";

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

export function workerHost(spec: EngineSpec): Host {
  const worker = startThread(__dirname, "worker", spec);
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let closed: Promise<void> | null = null;
  worker.unref();

  const settle = (id: number): Waiting | undefined => {
    const entry = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    return entry;
  };
  worker.on("message", (reply: Reply) => {
    const entry = settle(reply.id);
    if ("failure" in reply) entry?.reject(errorOf(reply.failure));
    else entry?.resolve(reply.value as never);
  });
  const fail = (error: Error) => {
    for (const id of [...waiting.keys()]) settle(id)?.reject(error);
  };
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the worker that runs the model has ended")));

  const ask = <T>(request: Request): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      waiting.set(request.id, { resolve, reject });
      worker.ref();
      worker.postMessage(request);
    });

  return {
    call<N extends CallName>(name: N, argument: Parameters<Calls[N]>[0], signal?: AbortSignal) {
      const id = nextId++;
      const cancel = () => worker.postMessage({ id, kind: "cancel" } satisfies Request);
      const reply = ask({ id, kind: "call", name, argument: compact(argument) });
      if (signal?.aborted) cancel();
      signal?.addEventListener("abort", cancel, { once: true });
      return reply.finally(() => signal?.removeEventListener("abort", cancel)) as ReturnType<Calls[N]>;
    },
    close() {
      closed ??= ask<void>({ id: nextId++, kind: "close" }).then(async () => {
        await worker.terminate();
      });
      return closed;
    },
  };
}

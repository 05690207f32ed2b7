/** An engine in a worker thread, so that a notebook's kernel answers while it computes. Arguments are copied into the
 *  worker, replies handed over. An idle worker does not keep the process alive. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { compact, errorOf, type Reply, type Request } from "./messages";
import type { CallName, Calls, EngineSpec, Host } from "./types";

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

export function workerHost(spec: EngineSpec): Host {
  const worker = startWorker(spec);
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

/** The built entry lies beside this file. From TypeScript sources, as in our own tests, there is none: esbuild, which
 *  is there wherever the sources are, bundles it in memory. */
function startWorker(spec: EngineSpec): Worker {
  const built = join(__dirname, "worker.js");
  if (existsSync(built)) return new Worker(built, { workerData: spec });
  const { buildSync } = require("esbuild") as typeof import("esbuild");
  const { outputFiles } = buildSync({
    entryPoints: [join(__dirname, "worker.ts")],
    bundle: true,
    write: false,
    platform: "node",
    external: ["onnxruntime-node"],
  });
  const source = `module.paths.push(${JSON.stringify(join(__dirname, "../../../node_modules"))});${outputFiles[0].text}`;
  return new Worker(source, { workerData: spec, eval: true });
}

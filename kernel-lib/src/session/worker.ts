/** The worker thread's side: one engine, fed by messages. Importing this file outside a worker does nothing. */
import { parentPort, workerData } from "node:worker_threads";
import { Engine } from "./engine";
import { buffersOf, failureOf, type Reply, type Request } from "./messages";
import type { Cancel, EngineSpec } from "./types";

const port = parentPort;
if (port !== null) {
  const engine = new Engine(workerData as EngineSpec);
  const running = new Map<number, Cancel>();
  const send = (reply: Reply) => port.postMessage(reply, "value" in reply ? [...buffersOf(reply.value)] : []);

  port.on("message", async (request: Request) => {
    if (request.kind === "cancel") {
      const cancel = running.get(request.id);
      if (cancel) cancel.aborted = true;
      return;
    }
    const cancel: Cancel = { aborted: false };
    running.set(request.id, cancel);
    try {
      const value =
        request.kind === "close"
          ? await engine.close()
          : await engine.call(request.name, request.argument as never, cancel);
      send({ id: request.id, value });
    } catch (error) {
      send({ id: request.id, failure: failureOf(error) });
    } finally {
      running.delete(request.id);
    }
  });
}

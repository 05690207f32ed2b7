/** The thread that fits: a place's representations come in, progress and the place's geometry go out. Importing this file
 *  outside a worker does nothing. */
import { parentPort, workerData } from "node:worker_threads";
import type { PlaceRows } from "../experiment/geometry";
import type { PlaceGeometry } from "../result/geometry-data";
import { buffersOf, type Failure, failureOf } from "../session/messages";
import { type FitSpec, fitPlace } from "./geometry-fit";

/** What the thread says of a place: a step is done, all are, or it cannot be fitted. */
export type FitReply =
  | { kind: "step" }
  | { kind: "found"; found: PlaceGeometry }
  | { kind: "failed"; failure: Failure };

const port = parentPort;
if (port !== null) {
  const spec = workerData as FitSpec;
  const send = (reply: FitReply) => port.postMessage(reply, [...buffersOf(reply)]);
  port.on("message", (read: PlaceRows) => {
    try {
      for (const found of fitPlace(read, spec)) send(found === null ? { kind: "step" } : { kind: "found", found });
    } catch (error) {
      send({ kind: "failed", failure: failureOf(error) });
    }
  });
}

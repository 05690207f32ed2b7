/** Mends what tslab's server says to front ends: comms, history, comm_info, and a status that is right after a restart
 *  and while a cell runs. */
import { commInfo, handleComm } from "./comm";
import { queueOutput } from "./queue";
import type { Header, Server, Socket } from "./tslab";
import { type Message, publish, readMessage, reply } from "./wire";

/** Headers of the cells that run or wait. */
const executing = new Set<Header>();

/** Time for a front end to get the last messages before what holds the process (a worker) is cut off. */
const CLOSE_MS = 300;

/** Around `ZmqServer.bindSocket`: a high-water mark counts only when it is set before bind. 0: no limit. */
export function withoutHighWaterMark(bind: Server["bindSocket"]): Server["bindSocket"] {
  return function (this: Server, socket, port) {
    if (socket === this.iopub) socket.sendHighWaterMark = 0;
    return bind.call(this, socket, port);
  };
}

/** Around `ZmqServer.init`: the queue goes in front once the sockets are bound. */
export function withQueue(init: Server["init"]): Server["init"] {
  return async function (this: Server) {
    await init.call(this);
    queueOutput(this);
  };
}

/** Around `ZmqServer.handleShellMessage`, which gets shell and control messages alike. */
export function withComms(handle: Server["handleShellMessage"]): Server["handleShellMessage"] {
  return async function (this: Server, socket, ...received) {
    queueOutput(this); // already there, unless the mends came by `import` on a stock tslab
    const message = readMessage(received, this.connInfo.key);
    if (!message) return; // stock tslab throws here, which would show up in whichever cell ran last
    const type = message.header.msg_type;
    if (type === "comm_open" || type === "comm_msg" || type === "comm_close") return handleComm(this, message);
    if (type === "execute_request") executing.add(message.header);
    try {
      if (!answerHere(this, socket, message)) await handle.call(this, socket, ...received);
    } finally {
      if (type === "execute_request") executing.delete(message.header);
      else if (type !== "shutdown_request") restoreStatus(this);
    }
  };
}

/** Requests that tslab does not know and would complain about inside the last cell. */
function answerHere(server: Server, socket: Socket, message: Message): boolean {
  const { header, content } = message;
  const answers: Record<string, () => [string, object]> = {
    history_request: () => ["history_reply", { status: "ok", history: [] }],
    comm_info_request: () => ["comm_info_reply", commInfo(content.target_name)],
  };
  const answer = Object.hasOwn(answers, header.msg_type) ? answers[header.msg_type]() : null;
  if (!answer) return false;
  publish(server, "status", { execution_state: "busy" }, header);
  reply(server, socket, message, ...answer);
  publish(server, "status", { execution_state: "idle" }, header);
  return true;
}

/** tslab ends every request with `idle`, even while a cell runs; and JupyterLab ignores the status that answers
 *  kernel_info, so that a restarted kernel would stay "Unknown" without an `idle` of its own, without a parent. */
function restoreStatus(server: Server): void {
  const [cell] = executing;
  publish(server, "status", { execution_state: cell ? "busy" : "idle" }, cell ?? {});
}

/** Around `ZmqServer.close`: a worker of ours must not keep the process of a kernel that was shut down. */
export function withExit(close: Server["close"]): Server["close"] {
  return function (this: Server) {
    close.call(this);
    setTimeout(() => process.exit(0), CLOSE_MS).unref();
  };
}

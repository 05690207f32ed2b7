/** A socket whose messages wait their turn. tslab sends without awaiting; zeromq takes 512 such sends and
 *  throws EBUSY at the next, by which output is lost and a cell stays busy for ever. */
import type { Server, Socket } from "./tslab";

class QueuedSocket implements Socket {
  private last: Promise<unknown> = Promise.resolve();
  constructor(private readonly socket: Socket) {}

  send(parts: readonly (string | Buffer)[]): Promise<unknown> {
    // A socket that was closed in the meantime has no reader either, so its messages may go.
    this.last = this.last.then(() => this.socket.send(parts)).catch(() => undefined);
    return this.last;
  }
  close(): void {
    void this.last.then(() => this.socket.close());
  }
}

/** Puts the queue before the server's output socket, once. The property is replaced: assigning `send` on a zeromq socket does not stick. */
export function queueOutput(server: Server): void {
  if (server.iopub && !(server.iopub instanceof QueuedSocket)) server.iopub = new QueuedSocket(server.iopub);
}

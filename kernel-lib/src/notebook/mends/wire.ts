/** Jupyter's messages as frames on a socket: [identity..., "<IDS|MSG>", hmac, header, parent, metadata, content, buffers...].
 *  https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Header, Server, Socket } from "./tslab";

const DELIMITER = Buffer.from("<IDS|MSG>");

export interface Message {
  /** Where an answer on the same socket goes. */
  identity: Buffer[];
  header: Header;
  content: Record<string, unknown>;
}

/** Reads and verifies a message; null when it is malformed or not signed with the kernel's key. */
export function readMessage(frames: readonly Buffer[], key: string): Message | null {
  const at = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (at < 0 || frames.length < at + 6) return null;
  const parts = frames.slice(at + 2, at + 6);
  const given = Buffer.from(frames[at + 1].toString());
  const wanted = Buffer.from(signature(key, parts));
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  try {
    const [header, , , content] = parts.map((part) => JSON.parse(part.toString()) as unknown);
    if (typeof (header as Header)?.msg_type !== "string" || typeof content !== "object" || content === null)
      return null;
    return {
      identity: frames.slice(0, at),
      header: header as Header,
      content: content as Record<string, unknown>,
    };
  } catch {
    return null; // not JSON: nothing of ours, and nobody to answer to
  }
}

/** The frames of a message that answers `parent` ({} for a message of the kernel's own). */
export function frames(
  key: string,
  type: string,
  content: object,
  parent: Partial<Header>,
  identity: readonly (string | Buffer)[],
): (string | Buffer)[] {
  const header: Header = {
    msg_id: randomBytes(16).toString("hex"),
    msg_type: type,
    session: parent.session ?? "",
    username: "kernel",
    date: new Date().toISOString(),
    version: "5.3",
  };
  const parts = [header, parent, {}, content].map((part) => JSON.stringify(part));
  return [...identity, DELIMITER, signature(key, parts), ...parts];
}

/** Sends to everybody who listens to the kernel. */
export function publish(server: Server, type: string, content: object, parent: Partial<Header>): void {
  server.iopub.send(frames(server.connInfo.key, type, content, parent, [type]));
}

/** Answers the sender of `request` on its own socket. */
export function reply(
  server: Server,
  socket: Socket,
  request: { identity: Buffer[]; header: Header },
  type: string,
  content: object,
): void {
  socket.send(frames(server.connInfo.key, type, content, request.header, request.identity));
}

function signature(key: string, parts: readonly (string | Buffer)[]): string {
  const hash = createHmac("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Comms, which tslab lacks: messages to and from a page, answered also while a cell runs.
 *  https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages */
import type { Header, Server } from "./tslab";
import { type Message, publish } from "./wire";

/** One open comm, as its target sees it. */
export interface Comm {
  readonly id: string;
  send(data: unknown): void;
}

/** What a target does with messages; `opened` and `closed` may be left out. */
export interface CommTarget {
  opened?(comm: Comm, data: unknown): void;
  received(comm: Comm, data: unknown): void;
  closed?(comm: Comm): void;
}

const targets = new Map<string, CommTarget>();
const comms = new Map<string, { comm: Comm; target: string; forget: () => void }>();

/** Makes `name` known as a target that pages can open a comm to. */
export function registerTarget(name: string, target: CommTarget): void {
  targets.set(name, target);
}

/** Drops a comm that nobody listens to any more; tells the page, if there is one, so that it opens a new one. */
export function closeComm(id: string): void {
  comms.get(id)?.forget();
}

/** Content of a `comm_info_reply`. */
export function commInfo(wanted: unknown): object {
  const shown = [...comms].filter(([, { target }]) => wanted === undefined || wanted === target);
  return {
    status: "ok",
    comms: Object.fromEntries(shown.map(([id, { target }]) => [id, { target_name: target }])),
  };
}

/** Takes `comm_open`, `comm_msg` and `comm_close`. Sends no busy and idle: the page must dispose its future. */
export function handleComm(server: Server, { header, content }: Message): void {
  const id = String(content.comm_id);
  const known = comms.get(id);
  if (header.msg_type === "comm_open") {
    open(server, header, id, String(content.target_name), content.data);
  } else if (!known) {
    publish(server, "comm_close", { comm_id: id, data: {} }, header);
  } else if (header.msg_type === "comm_close") {
    comms.delete(id);
    targets.get(known.target)?.closed?.(known.comm);
  } else {
    targets.get(known.target)?.received(known.comm, content.data);
  }
}

function open(server: Server, header: Header, id: string, name: string, data: unknown): void {
  const close = () => publish(server, "comm_close", { comm_id: id, data: {} }, header);
  const target = targets.get(name);
  if (!target) {
    close();
    return;
  }
  const comm: Comm = {
    id,
    send: (answer) => publish(server, "comm_msg", { comm_id: id, data: answer }, header),
  };
  const forget = () => {
    comms.delete(id);
    close();
    target.closed?.(comm);
  };
  comms.set(id, { comm, target: name, forget });
  target.opened?.(comm, data);
}

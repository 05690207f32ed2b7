/** Sends real messages through tslab's own classes, mended, without sockets, and looks at what would go out.
 *  The launcher runs it before it trusts the mends; `patchbay doctor` shows it. */
import { closeComm, registerTarget } from "./comm";
import type { Handler, Header, Server, Socket, Tslab } from "./tslab";
import { frames, readMessage } from "./wire";

export interface Check {
  name: string;
  ok: boolean;
  detail: string;
}

const TARGET = "patchbay.selftest";
const KEY = "selftest";

interface Sent {
  type: string;
  content: Record<string, unknown>;
}

/** What must hold, each with what it protects. */
export async function selfTest(tslab: Tslab): Promise<Check[]> {
  const checks: Check[] = [];
  const claim = (name: string, ok: boolean, got: unknown): void => {
    checks.push({ name, ok, detail: ok ? "works" : `got ${JSON.stringify(got)}` });
  };
  const stdout = process.stdout.write;
  const stderr = process.stderr.write;
  const display = tslab.jupyter.lastWriteDisplayData;
  try {
    const { server, out } = loopback(tslab);
    const say = async (type: string, content: object): Promise<Sent[]> => {
      out.length = 0;
      await server.handleShellMessage(out.socket, ...message(type, content));
      await server.iopub.send([]); // an empty message is the end of the queue: all before it have gone out
      return [...out];
    };
    registerTarget(TARGET, { received: (comm, data) => comm.send(data) });

    await say("comm_open", { comm_id: "selftest", target_name: TARGET, data: {} });
    const echo = await say("comm_msg", { comm_id: "selftest", data: { ping: 1 } });
    claim("comms", echo.length === 1 && echo[0].type === "comm_msg", echo);

    const print = await say("execute_request", { code: "print" });
    const lines = print.filter(({ type }) => type === "stream");
    claim("merged output", lines.length === 1 && lines[0].content.text === "a\nb\n", print);

    const failed = await say("execute_request", { code: "fail" });
    const error = failed.find(({ type }) => type === "error")?.content;
    const doubled = failed.some(({ type, content }) => type === "stream" && content.name === "stderr");
    claim("real errors", error?.ename === "RangeError" && error.evalue === "selftest" && !doubled, failed);
    await new Promise((resolve) => setTimeout(resolve, 40)); // the abort window

    const silent = await say("execute_request", { code: "print", silent: true });
    const reply = silent.find(({ type }) => type === "execute_reply")?.content;
    claim("silent", reply?.status === "ok" && !silent.some(({ type }) => type === "stream"), silent);
    claim("silent leaves In[n]", server.handler.execCount === 2, server.handler.execCount);
  } finally {
    closeComm("selftest");
    process.stdout.write = stdout;
    process.stderr.write = stderr;
    tslab.jupyter.lastWriteDisplayData = display;
  }
  return checks;
}

/** tslab's server and handler with a pretended compiler and sockets that keep what they are sent. */
function loopback(tslab: Tslab): { server: Server; out: Sent[] & { socket: Socket } } {
  const sent: Sent[] = [];
  const socket: Socket = {
    send: (parts) => {
      if (parts.length === 0) return;
      const read = readMessage(
        parts.map((part) => Buffer.from(part)),
        KEY,
      );
      if (read) sent.push({ type: read.header.msg_type, content: read.content });
    },
    close: () => undefined,
  };
  const executor: Handler["executor"] = {
    locals: {},
    interrupt: () => undefined,
    complete: () => ({ candidates: [] }),
    inspect: () => undefined,
    execute: async (code: string) => {
      process.stdout.write("a\n");
      if (code === "print") process.stdout.write("b\n");
      else process.stderr.write("RangeError: selftest\n    at cell:1:1\n");
      return code === "print";
    },
  };
  const { ZmqServer, JupyterHandlerImpl } = tslab.jupyter as unknown as {
    ZmqServer: new (handler: Handler, file: string) => Server;
    JupyterHandlerImpl: new (executor: unknown, isJs: boolean) => Handler;
  };
  const server = new ZmqServer(new JupyterHandlerImpl(executor, false), "");
  server.connInfo = { key: KEY };
  server.iopub = socket;
  return { server, out: Object.assign(sent, { socket }) };
}

function message(type: string, content: object): Buffer[] {
  const parent: Partial<Header> = { session: "selftest" };
  return frames(KEY, type, content, parent, ["page"]).map((part) => Buffer.from(part));
}

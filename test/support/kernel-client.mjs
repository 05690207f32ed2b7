/** A Jupyter client without Jupyter: starts a kernel as a server would, runs cells, opens comms, sends signals.
 *  https://jupyter-client.readthedocs.io/en/stable/messaging.html */
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import zmq from "zeromq";

export const ROOT = resolve(import.meta.dirname, "../..");
/** The commands of the two kernels that Patchbay runs in. */
export const PATCHBAY = [process.execPath, join(ROOT, "kernel-lib/kernel.cjs"), "{connection_file}"];
export const STOCK_TSLAB = [
  process.execPath,
  join(ROOT, "node_modules/tslab/bin/tslab"),
  "kernel",
  "--config-path={connection_file}",
];

/** A kernel that does not answer within this is broken; a quiet machine takes 3 s, a busy one 10 s. */
const START_MS = 90_000;
const REQUEST_MS = 60_000;

/** What a kernel says of a port that somebody took between its being found free and its being bound. */
const PORT_TAKEN = /EADDRINUSE|address already in use/i;

/** Starts a kernel in `cwd` and waits until it answers. Pass what you get to `await using`, or call stop(). */
export async function startKernel(options) {
  for (let others = 2; ; others--) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (others === 0 || !PORT_TAKEN.test(error.message)) throw error;
    }
  }
}

async function startOnce({ cwd, argv = PATCHBAY, env = {} }) {
  const folder = mkdtempSync(join(tmpdir(), "patchbay-kernel-"));
  const connection = await connectionInfo();
  const file = join(folder, "connection.json");
  writeFileSync(file, JSON.stringify(connection));
  const [command, ...args] = argv.map((part) => part.replace("{connection_file}", file));
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kernel = new KernelClient(child, connection, folder);
  try {
    await kernel.ready();
  } catch (error) {
    await kernel.stop();
    throw error;
  }
  return kernel;
}

async function connectionInfo() {
  const connection = { ip: "127.0.0.1", transport: "tcp", key: randomUUID(), signature_scheme: "hmac-sha256" };
  for (const name of ["shell", "iopub", "stdin", "control", "hb"]) connection[`${name}_port`] = await freePort();
  return connection;
}

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

class KernelClient {
  /** What the kernel's process wrote to its own stderr. */
  stderr = "";
  #session = randomUUID();
  #listeners = new Set();
  #sockets = { shell: new zmq.Dealer(), control: new zmq.Dealer(), iopub: new zmq.Subscriber() };

  constructor(child, connection, folder) {
    this.child = child;
    this.connection = connection;
    this.folder = folder;
    child.stderr.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.#sockets.iopub.subscribe();
    for (const [channel, socket] of Object.entries(this.#sockets)) {
      socket.linger = 0;
      socket.connect(`tcp://127.0.0.1:${connection[`${channel}_port`]}`);
      this.#read(channel, socket);
    }
  }

  async #read(channel, socket) {
    try {
      for await (const frames of socket) {
        const at = frames.findIndex((frame) => frame.toString() === "<IDS|MSG>");
        const [header, parent, metadata, content] = frames.slice(at + 2, at + 6).map((frame) => JSON.parse(frame));
        const message = { channel, type: header.msg_type, parent: parent.msg_id, metadata, content };
        for (const listener of [...this.#listeners]) listener(message);
      }
    } catch (error) {
      if (!socket.closed) throw error;
    }
  }

  /** Calls `listener` with every message; returns the call that ends it. */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends without waiting; returns the message's id. */
  send(type, content, { channel = "shell", key = this.connection.key } = {}) {
    const header = {
      msg_id: randomUUID(),
      msg_type: type,
      session: this.#session,
      username: "test",
      date: new Date().toISOString(),
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const hash = createHmac("sha256", key);
    for (const part of parts) hash.update(part);
    void this.#sockets[channel].send(["<IDS|MSG>", hash.digest("hex"), ...parts]);
    return header.msg_id;
  }

  /** The first message for which `wanted` is true. */
  message(wanted, what = "a message", ms = REQUEST_MS) {
    return new Promise((done, fail) => {
      const end = this.on((message) => {
        if (!wanted(message)) return;
        clearTimeout(timer);
        end();
        done(message);
      });
      const timer = setTimeout(() => {
        end();
        fail(new Error(`no ${what} within ${ms} ms; the kernel wrote: ${this.stderr}`));
      }, ms);
    });
  }

  /** Sends and waits for the reply *and* for `idle`; gives both and what was published between.
   *  `sent` gets the message's id before anything can be received. */
  request(type, content, { ms = REQUEST_MS, channel = "shell", sent } = {}) {
    return new Promise((done, fail) => {
      const published = [];
      let reply;
      let idle = false;
      const end = this.on((message) => {
        if (message.parent !== id) return;
        if (message.channel === channel) reply = message;
        else if (message.type === "status") idle ||= message.content.execution_state === "idle";
        else published.push(message);
        if (!reply || !idle) return;
        clearTimeout(timer);
        end();
        done({ id, reply: reply.content, replyType: reply.type, published });
      });
      const timer = setTimeout(() => {
        end();
        fail(new Error(`${type}: no answer within ${ms} ms; the kernel wrote: ${this.stderr}`));
      }, ms);
      const id = this.send(type, content, { channel });
      sent?.(id);
    });
  }

  /** Runs a cell; `outputs` are as in a notebook file, with what one display updated put in its place. */
  async execute(code, options = {}) {
    const content = { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: true, ...options };
    const { reply, published } = await this.request("execute_request", content);
    return { reply, published, outputs: outputsOf(published) };
  }

  /** Waits until cells run again: for a moment after a failed one the kernel aborts them, as tslab does. */
  async takesCells(ms = REQUEST_MS) {
    const end = Date.now() + ms;
    while ((await this.execute("0", { silent: true })).reply.status !== "ok") {
      if (Date.now() > end) throw new Error(`no cell was taken within ${ms} ms after one had failed`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Opens a comm; `received` fills as answers come. */
  comm(target, data = {}) {
    const id = randomUUID();
    const received = [];
    let closed = false;
    const end = this.on(({ type, content }) => {
      if (content.comm_id !== id) return;
      if (type === "comm_msg") received.push(content.data);
      if (type === "comm_close") closed = true;
    });
    this.send("comm_open", { comm_id: id, target_name: target, data });
    let count = 0;
    return {
      id,
      received,
      isClosed: () => closed,
      send: (message) => this.send("comm_msg", { comm_id: id, data: message }),
      /** Sends a request of view/protocol.ts and waits for its answer. */
      call: async (request) => {
        const requestId = `r${++count}`;
        const answer = this.message(
          ({ type, content }) => type === "comm_msg" && content.comm_id === id && content.data.id === requestId,
          `answer to ${request.op}`,
        );
        this.send("comm_msg", { comm_id: id, data: { pb: 1, id: requestId, ...request } });
        return (await answer).content.data;
      },
      close: () => {
        end();
        this.send("comm_close", { comm_id: id, data: {} });
      },
    };
  }

  /** kernel_info until it is answered: a message sent before the kernel has bound its sockets can be lost. */
  async ready() {
    const deadline = Date.now() + START_MS;
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`the kernel ended at its start: ${this.stderr}`);
      try {
        await this.request("kernel_info_request", {}, { ms: 1_000 });
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  }

  interrupt() {
    this.child.kill("SIGINT");
  }

  /** Ends the kernel, politely where it still listens, and leaves nothing behind. */
  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGKILL");
      await once(this.child, "exit");
    }
    for (const socket of Object.values(this.#sockets)) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose]() {
    return this.stop();
  }
}

/** Published messages -> outputs of a notebook file (nbformat 4.5). */
function outputsOf(published) {
  const outputs = [];
  const displays = new Map();
  for (const message of published) addOutput(outputs, displays, message);
  return outputs;
}

/** Adds what a message shows to a cell's outputs: streams joined, a display that is updated changed in its place.
 *  `displays` holds the outputs of all cells by display id. */
export function addOutput(outputs, displays, { type, content }) {
  const id = content.transient?.display_id;
  const last = outputs.at(-1);
  if (type === "stream") {
    if (last?.output_type === "stream" && last.name === content.name) last.text += content.text;
    else outputs.push({ output_type: "stream", name: content.name, text: content.text });
  } else if (type === "error") {
    outputs.push({ output_type: "error", ...content });
  } else if (type === "display_data") {
    const output = { output_type: "display_data", data: content.data, metadata: content.metadata };
    outputs.push(output);
    if (id !== undefined) displays.set(id, output);
  } else if (type === "update_display_data" && displays.has(id)) {
    Object.assign(displays.get(id), { data: content.data, metadata: content.metadata });
  }
}

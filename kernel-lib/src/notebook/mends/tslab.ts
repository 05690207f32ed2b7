/** The parts of tslab 1.0.22 that the mends touch, as they are: tslab has no types for them.
 *  Finds the copy that runs this process and says whether we know it. */
import { dirname, join } from "node:path";
import type * as TypeScript from "typescript";
import type { QuickInfo } from "./hover";

/** Versions whose insides the mends were written for and tested with. */
export const KNOWN_TSLAB = ["1.0.22"];

/** Content of an `execute_request`. */
export interface ExecuteRequest {
  code: string;
  silent?: boolean;
  store_history?: boolean;
}

export interface ExecuteReply {
  status: string;
  execution_count: number | undefined;
  [field: string]: unknown;
}

export interface MimeBundle {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient?: { display_id?: string };
}
export type WriteStream = (name: string, text: string) => void;
export type WriteDisplay = (bundle: MimeBundle, update: boolean) => void;

/** A zeromq socket, or our queue in front of one. */
export interface Socket {
  send(parts: readonly (string | Buffer)[]): unknown;
  close(): void;
  sendHighWaterMark?: number;
}

/** tslab's ZmqMessage: only what the mends read. */
export interface TslabMessage {
  header: Header;
  identity: Buffer[];
  content: unknown;
}
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username?: string;
  date?: string;
  version?: string;
}

/** `JupyterHandlerImpl`: runs the cells, one after the other. */
export interface Handler {
  execCount: number;
  execQueue: { reset(delayMs?: number): void };
  executor: {
    execute(code: string): Promise<boolean>;
    complete(code: string, position: number): { candidates: string[] };
    inspect(code: string, position: number): QuickInfo | undefined;
    interrupt(): void;
    /** Variables of earlier cells. */
    locals: Record<string, unknown>;
  };
  handleExecute(request: ExecuteRequest, stream: WriteStream, display: WriteDisplay): Promise<ExecuteReply>;
  handleExecuteImpl(request: ExecuteRequest, stream: WriteStream, display: WriteDisplay): Promise<unknown>;
}

/** `ZmqServer`: one process-wide instance that owns the five sockets. */
export interface Server {
  connInfo: { key: string };
  handler: Handler;
  iopub: Socket;
  init(): Promise<void>;
  bindSocket(socket: Socket, port: number): Promise<void>;
  handleShellMessage(socket: Socket, ...frames: Buffer[]): Promise<void>;
  handleExecute(socket: Socket, message: TslabMessage): Promise<void>;
  close(): void;
}

export interface Tslab {
  version: string;
  /** Its `dist` folder. */
  folder: string;
  jupyter: {
    ZmqServer: { prototype: Server };
    JupyterHandlerImpl: { prototype: Handler };
    /** Writes to the cell that ran last; null before the first cell. */
    lastWriteDisplayData: WriteDisplay | null;
  };
}

/** The tslab that this process has loaded (a kernel may run another copy than the one we depend on); null outside a kernel. */
export function runningTslab(): Tslab | null {
  const file = Object.keys(require.cache).find((name) => name.replace(/\\/g, "/").endsWith("/tslab/dist/jupyter.js"));
  return file === undefined ? null : tslabIn(dirname(file));
}

/** The tslab that Patchbay depends on; the launcher starts this one. */
export function ownTslab(): Tslab {
  return tslabIn(dirname(require.resolve("tslab")));
}

function tslabIn(folder: string): Tslab {
  const { version } = require(join(folder, "..", "package.json")) as { version: string };
  return { version, folder, jupyter: require(join(folder, "jupyter.js")) as Tslab["jupyter"] };
}

/** The compiler that the running tslab has loaded. */
export function tslabsTypeScript(): typeof TypeScript | null {
  const name = Object.keys(require.cache).find((file) =>
    file.replace(/\\/g, "/").endsWith("/@tslab/typescript-for-tslab/lib/typescript.js"),
  );
  return name === undefined ? null : (require(name) as typeof TypeScript);
}

/** Why this tslab must not be mended, as one sentence; null when it can be. */
export function whyNotMendable(tslab: Tslab): string | null {
  if (!KNOWN_TSLAB.includes(tslab.version)) {
    return `tslab ${tslab.version} is not one that Patchbay knows (${KNOWN_TSLAB.join(", ")})`;
  }
  const { ZmqServer, JupyterHandlerImpl } = tslab.jupyter;
  const missing = [
    ...(["init", "bindSocket", "handleShellMessage", "handleExecute", "close"] as const).filter(
      (name) => typeof ZmqServer?.prototype?.[name] !== "function",
    ),
    ...(["handleExecute", "handleExecuteImpl"] as const).filter(
      (name) => typeof JupyterHandlerImpl?.prototype?.[name] !== "function",
    ),
  ];
  return missing.length === 0 ? null : `this tslab lacks ${missing.join(", ")}`;
}

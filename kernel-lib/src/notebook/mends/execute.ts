/** Mends how tslab runs a cell: merged output, a real `error` message, `silent`, `execute_input`, a shorter abort window,
 *  `{ name }` of earlier variables, and an interrupt that first asks what is running to stop by itself. */
import { CellOutput } from "./cell-output";
import { type CellError, COMPILER, readError } from "./error-text";
import { namedParts } from "./hover";
import { onInterrupt } from "./interrupt";
import { spellOut } from "./shorthand";
import type { ExecuteReply, ExecuteRequest, Handler, Server, Socket, TslabMessage } from "./tslab";
import { tslabsTypeScript } from "./tslab";
import { publish, reply } from "./wire";
import { explained } from "./wrong-cell";

/** tslab aborts, without a word, all cells sent within 200 ms after a failed one; those that already wait need far less. */
const ABORT_WINDOW_MS = 20;

/** Requests by content, since tslab hands only that to the code that runs the cell. */
const requests = new WeakMap<ExecuteRequest, { server: Server; message: TslabMessage }>();
const prepared = new WeakSet<Handler>();
/** What the running cell still has to show. */
let unfinished: Promise<unknown>[] = [];

/** Makes the cell that runs wait for `work` before it ends: what comes later is lost to those who run notebooks headless. */
export function beforeCellEnds(work: Promise<unknown>): void {
  unfinished.push(work);
}

/** Replaces `ZmqServer.handleExecute`. */
export async function handleExecute(this: Server, socket: Socket, message: TslabMessage): Promise<void> {
  const request = message.content as ExecuteRequest;
  const silent = request.silent === true;
  prepare(this.handler);
  requests.set(request, { server: this, message });
  const output = new CellOutput(
    (name, text) => publish(this, "stream", { name, text }, message.header),
    (bundle, update) => publish(this, update ? "update_display_data" : "display_data", bundle, message.header),
    silent,
  );
  const result = await this.handler.handleExecute(request, output.write, output.display);
  const failure = result.status === "error" ? told(this.handler, readError(output.takeError()), request.code) : null;
  output.flush();
  if (failure && !silent) publish(this, "error", failure, message.header);
  reply(this, socket, message, "execute_reply", content(result, failure));
}

/** A cell that does not compile is shown its line, and a way out. */
function told({ executor }: Handler, failure: CellError, code: string): CellError {
  if (failure.ename !== COMPILER) return failure;
  const possible = (text: string, at: number) => executor.complete(text, at).candidates;
  return { ...failure, traceback: explained(failure.traceback, spelled(executor, code), possible) };
}

function spelled(executor: Handler["executor"], code: string): string {
  const ts = tslabsTypeScript();
  return ts ? spellOut(ts, code, (name) => Object.hasOwn(executor.locals, name)) : code;
}

function content(result: ExecuteReply, failure: object | null): object {
  if (failure) return { ...result, ...failure };
  if (result.status === "abort") return { ...result, status: "aborted" };
  return { ...result, payload: [], user_expressions: {} };
}

/** Replaces `JupyterHandlerImpl.handleExecuteImpl`, which runs when it is the cell's turn. */
export function withCounting(run: Handler["handleExecuteImpl"]): Handler["handleExecuteImpl"] {
  return async function (this: Handler, request, stream, display) {
    const counted = request.silent !== true && request.store_history !== false;
    const from = requests.get(request);
    if (from && request.silent !== true) {
      const input = { code: request.code, execution_count: this.execCount + 1 };
      publish(from.server, "execute_input", input, from.message.header);
      // A cell that never gives the thread back would keep even `busy` from going out.
      await new Promise((resolve) => setImmediate(resolve));
    }
    try {
      return await run.call(this, request, stream, display);
    } finally {
      const waited = unfinished;
      unfinished = [];
      await Promise.allSettled(waited);
      if (!counted) this.execCount -= 1; // tslab counts every request
    }
  };
}

/** Mends what belongs to the one handler of this process rather than to its class. */
function prepare(handler: Handler): void {
  if (prepared.has(handler)) return;
  prepared.add(handler);
  const { execQueue, executor } = handler;
  const run = executor.execute.bind(executor);
  executor.execute = (code) => run(spelled(executor, code));
  const inspect = executor.inspect.bind(executor);
  executor.inspect = (code, position) => namedParts(inspect(code, position));
  const reset = execQueue.reset.bind(execQueue);
  // Called without a delay it resets now, and that call comes through here as well.
  execQueue.reset = (delayMs) => reset(delayMs === undefined ? undefined : Math.min(delayMs, ABORT_WINDOW_MS));
  const interrupt = executor.interrupt.bind(executor);
  executor.interrupt = () => onInterrupt(interrupt);
}

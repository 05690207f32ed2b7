/** Puts the mends into tslab's two classes; one call for the launcher and for `import "patchbay"`.
 *  All or nothing, once, only on a tslab that we know, and never with PATCHBAY_TSLAB_MENDS=0. */
import { handleExecute, withCounting } from "./execute";
import { withComms, withExit, withoutHighWaterMark, withQueue } from "./server";
import { withBothTimers } from "./timers";
import { type Server, type Tslab, whyNotMendable } from "./tslab";

/** On the mended class; holds the file of the copy that did it, since two copies of Patchbay may meet in one kernel. */
const MENDED_BY = Symbol.for("patchbay.mended-by");

/** Mends `tslab`. Returns null, or why it was left as it is: then views are static and the rest of Patchbay works. */
export function install(tslab: Tslab): string | null {
  if (process.env.PATCHBAY_TSLAB_MENDS === "0") return "the mends are switched off by PATCHBAY_TSLAB_MENDS=0";
  const server = tslab.jupyter.ZmqServer?.prototype as (Server & { [MENDED_BY]?: string }) | undefined;
  const by = server?.[MENDED_BY];
  if (by !== undefined) return by === __filename ? null : `another copy of Patchbay (${by}) has mended this kernel`;
  const obstacle = whyNotMendable(tslab);
  if (server === undefined || obstacle !== null) return obstacle;
  const handler = tslab.jupyter.JupyterHandlerImpl.prototype;
  server.bindSocket = withoutHighWaterMark(server.bindSocket);
  server.init = withQueue(server.init);
  server.handleShellMessage = withComms(server.handleShellMessage);
  server.handleExecute = handleExecute;
  server.close = withExit(server.close);
  handler.handleExecuteImpl = withCounting(handler.handleExecuteImpl);
  withBothTimers(tslab);
  server[MENDED_BY] = __filename;
  return null;
}

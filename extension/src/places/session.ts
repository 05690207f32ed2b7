/** The kernel of whatever has a session: a notebook or a console. */
import type { ISessionContext } from "@jupyterlab/apputils";
import type { Host } from "../host";

export function kernelHost(context: ISessionContext): Pick<Host, "kernel" | "onKernel"> {
  return {
    kernel: () => context.session?.kernel ?? (context.isReady ? null : undefined),
    onKernel(listener) {
      context.kernelChanged.connect(listener);
      return () => {
        context.kernelChanged.disconnect(listener);
      };
    },
  };
}

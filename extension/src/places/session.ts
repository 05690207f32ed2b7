/** The kernel of whatever has a session: a notebook or a console. */
import type { ISessionContext } from "@jupyterlab/apputils";
import type { Host } from "../host";

export function kernelHost(context: ISessionContext): Pick<Host, "kernel" | "onKernel"> {
  const search = searchOf(context);
  return {
    kernel: () => context.session?.kernel ?? (context.isReady || search.endedWithout ? null : undefined),
    onKernel(listener) {
      context.kernelChanged.connect(listener);
      const forget = search.onEnd(listener);
      return () => {
        context.kernelChanged.disconnect(listener);
        forget();
      };
    },
  };
}

interface Search {
  readonly endedWithout: boolean;
  onEnd(act: () => void): () => void;
}

/** One for each session: a console asks anew for each of its views. */
const searches = new WeakMap<ISessionContext, Search>();

/** JupyterLab looks for the running kernel of what it opens; finding none it asks the reader, and if the reader closes that
 *  question it says nothing more. That it has looked and found none is what `initialize` answers to the one who calls it,
 *  so that answer is read as it passes by: to call it oneself, before JupyterLab knows which kernel to prefer, would be
 *  wrong. */
function searchOf(context: ISessionContext): Search {
  const known = searches.get(context);
  if (known) return known;
  const listeners = new Set<() => void>();
  const search = {
    endedWithout: false,
    onEnd(act: () => void) {
      listeners.add(act);
      return () => listeners.delete(act);
    },
  };
  const initialize = context.initialize.bind(context);
  context.initialize = async () => {
    const asksReader = await initialize();
    if (asksReader && !search.endedWithout) {
      search.endedWithout = true;
      for (const act of [...listeners]) act();
    }
    return asksReader;
  };
  searches.set(context, search);
  return search;
}

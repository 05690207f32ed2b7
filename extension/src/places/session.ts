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

/** JupyterLab looks for the running kernel of what it opens; finding none it asks the reader, and if the reader closes that
 *  question it says nothing more. So that it has looked, and found none, is learnt here. */
function searchOf(context: ISessionContext): { readonly endedWithout: boolean; onEnd(act: () => void): () => void } {
  const listeners = new Set<() => void>();
  const search = {
    endedWithout: false,
    onEnd(act: () => void) {
      listeners.add(act);
      return () => listeners.delete(act);
    },
  };
  const begun = () => {
    context.kernelPreferenceChanged.disconnect(begun);
    // A document starts its search right after it has said which kernel it prefers; starting it earlier would be wrong.
    void Promise.resolve()
      .then(() => context.initialize())
      .then(
        (asksReader) => {
          search.endedWithout = asksReader;
          if (asksReader) for (const act of [...listeners]) act();
        },
        // What goes wrong there is said by JupyterLab.
        () => undefined,
      );
  };
  if (!context.isReady) context.kernelPreferenceChanged.connect(begun);
  return search;
}

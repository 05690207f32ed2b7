/** What a widget may ask of the place it is shown in: its kernel, its document, saving, giving the focus back. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { Kernel } from "@jupyterlab/services";
import type { PageParts } from "patchbay/view";

export interface Host {
  /** One object for all views of a document: links join them by it. */
  document(): object;
  /** Asked anew each time: a restart or a change of kernel makes the old connection useless. */
  kernel(): Kernel.IKernelConnection | null;
  /** Calls back when another kernel takes over, or none. */
  onKernel(listener: () => void): () => void;
  save(): void;
  /** Runs the cell that holds `node` again; null where there is no such cell. */
  runAgain(node: HTMLElement): (() => void) | null;
  /** Puts code into a new cell below the one that holds `node`; false where there is no such cell. */
  insertBelow(node: HTMLElement, code: string): boolean;
  /** Gives the focus back to what holds `node`. */
  leave(node: HTMLElement): void;
  /** The widgets as parts of a page that stands alone. */
  page(): Promise<PageParts>;
}

function kernelOf(context: NotebookPanel["sessionContext"] | undefined): Kernel.IKernelConnection | null {
  return context?.session?.kernel ?? null;
}

export function notebookHost(app: JupyterFrontEnd, panel: NotebookPanel, page: Host["page"]): Host {
  const cellAt = (node: HTMLElement) => panel.content.widgets.findIndex((cell) => cell.node.contains(node));
  const activate = (node: HTMLElement): boolean => {
    const index = cellAt(node);
    if (index < 0) return false;
    panel.content.activeCellIndex = index;
    panel.content.deselectAll();
    panel.content.mode = "command";
    return true;
  };
  return {
    page,
    document: () => panel,
    kernel: () => kernelOf(panel.sessionContext),
    onKernel(listener) {
      const { sessionContext } = panel;
      sessionContext.kernelChanged.connect(listener);
      return () => {
        sessionContext.kernelChanged.disconnect(listener);
      };
    },
    save: () => void app.commands.execute("docmanager:save"),
    runAgain: (node) =>
      cellAt(node) < 0
        ? null
        : () => {
            if (activate(node)) void app.commands.execute("notebook:run-cell");
          },
    insertBelow(node, code) {
      if (!activate(node)) return false;
      void app.commands.execute("notebook:insert-cell-below").then(() => {
        panel.content.activeCell?.model.sharedModel.setSource(code);
      });
      return true;
    },
    leave(node) {
      // The cell's own node, as the notebook does not move a focus that is already somewhere inside the cell.
      if (activate(node)) panel.content.activeCell?.node.focus({ preventScroll: true });
      else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
  };
}

/** For consoles and other documents, which have no renderer registry of their own: the current notebook's kernel. */
export function otherHost(app: JupyterFrontEnd, tracker: INotebookTracker, page: Host["page"]): Host {
  return {
    page,
    document: () => tracker.currentWidget ?? app.shell,
    kernel: () => kernelOf(tracker.currentWidget?.sessionContext),
    onKernel(listener) {
      tracker.currentChanged.connect(listener);
      return () => {
        tracker.currentChanged.disconnect(listener);
      };
    },
    save: () => void app.commands.execute("docmanager:save"),
    runAgain: () => null,
    insertBelow: () => false,
    leave() {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
  };
}

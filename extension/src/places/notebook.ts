/** Views in a notebook, and in the "Output Views" made of its cells: they talk to the notebook's own kernel. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { NotebookPanel } from "@jupyterlab/notebook";
import { blur, type Host } from "../host";
import { kernelHost } from "./session";

export function notebookHost(app: JupyterFrontEnd, panel: NotebookPanel, page: Host["page"]): Host {
  const cellAt = (node: HTMLElement) => {
    const index = panel.content.widgets.findIndex((cell) => cell.node.contains(node));
    return index < 0 ? cellBehind(app, panel, node) : index;
  };
  const activate = (node: HTMLElement): boolean => {
    const index = cellAt(node);
    if (index < 0) return false;
    // Commands go to the current notebook, which it is not while an Output View has the focus.
    if (!panel.node.contains(node)) app.shell.activateById(panel.id);
    panel.content.activeCellIndex = index;
    panel.content.deselectAll();
    panel.content.mode = "command";
    return true;
  };
  return {
    ...kernelHost(panel.sessionContext),
    page,
    document: () => panel,
    save() {
      if (app.shell.currentWidget === panel) void app.commands.execute("docmanager:save");
      else void panel.context.save();
    },
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
      if (panel.node.contains(node) && activate(node)) panel.content.activeCell?.node.focus({ preventScroll: true });
      else blur();
    },
  };
}

/** The cell that an Output View shows; -1 when `node` is in none. */
function cellBehind(app: JupyterFrontEnd, panel: NotebookPanel, node: HTMLElement): number {
  for (const widget of app.shell.widgets("main")) {
    if (!widget.node.contains(node)) continue;
    const { path, index } = ((widget as { content?: unknown }).content ?? {}) as { path?: unknown; index?: unknown };
    return path === panel.context.path && typeof index === "number" ? index : -1;
  }
  return -1;
}

/** The workbench in JupyterLab's left sidebar, and its line in the status bar. */
import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import {
  INotebookTracker,
  NotebookActions,
  type NotebookPanel,
  type INotebookTracker as Tracker,
} from "@jupyterlab/notebook";
import { IStatusBar } from "@jupyterlab/statusbar";
import { Widget } from "@lumino/widgets";
import { VIEW_MIME, type View, validateView, type WorkbenchChoice, workbenchCode } from "patchbay/view";
import { patchbayIcon } from "../lab-icon";
import { newNotebook } from "../launcher/notebooks";
import { Rpc } from "../rpc";
import { onPreferences, preferences } from "../settings/preferences";
import { runName } from "./choice";
import { Done, placeOf } from "./notebook";
import { Workbench } from "./panel";
import { followView, type RunRow } from "./runs";

export const WORKBENCH_COMMAND = "patchbay:workbench";
const ID = "patchbay-workbench";

export const workbenchPlugin: JupyterFrontEndPlugin<void> = {
  id: "@patchbay/jupyterlab:workbench",
  description: "Starts experiments without writing code, and puts the code into the notebook",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ILabShell, IStatusBar],
  activate: (app: JupyterFrontEnd, tracker: Tracker, shell: ILabShell | null, status: IStatusBar | null) => {
    const side = new Widget();
    side.id = ID;
    side.title.icon = patchbayIcon;
    side.title.caption = "Patchbay workbench";
    side.node.setAttribute("role", "region");
    side.node.setAttribute("aria-label", "Patchbay workbench");

    const done = new Done(tracker);
    const line = new Widget();
    line.addClass("pbw-status");
    // Stands on the line of its neighbours.
    line.addClass("jp-StatusBar-TextItem");
    const drawRuns = () => {
      workbench.runs.draw();
      line.node.textContent = workbench.runs.summary;
      line.setHidden(line.node.textContent === "");
    };
    const workbench = new Workbench(side.node, {
      place: () => placeOf(tracker),
      ask: (request) => {
        const { target, words } = placeOf(tracker);
        return target ? Rpc.of(target.kernel).call(request) : Promise.reject(new Error(words));
      },
      insert: (choice, run) => insert(choice, run),
      newNotebook: () => void newNotebook(app, "", [""]),
      device: () => preferences().device,
    });

    /** Below the active cell; the code leaves out what cells above have done. */
    function insert(choice: WorkbenchChoice, run: boolean): void {
      const { target } = placeOf(tracker);
      if (!target) return;
      const { panel, kernel } = target;
      const source = workbenchCode(choice, done.has(kernel));
      const { content } = panel;
      const { activeCell } = content;
      // An empty cell is what a new notebook begins with.
      const empty = activeCell?.model.type === "code" && activeCell.model.sharedModel.getSource().trim() === "";
      if (!empty) {
        NotebookActions.insertBelow(content);
        NotebookActions.changeCellType(content, "code");
      }
      const cell = content.activeCell;
      cell?.model.sharedModel.setSource(source);
      if (!cell) return;
      app.shell.activateById(panel.id);
      void content.scrollToItem(content.activeCellIndex);
      if (!run) return;
      const row: RunRow = {
        ...runName(choice),
        state: "waiting",
        share: null,
        secondsLeft: null,
        reveal: () => {
          if (panel.isDisposed || cell.isDisposed) return;
          app.shell.activateById(panel.id);
          content.activeCellIndex = content.widgets.indexOf(cell);
          void content.scrollToItem(content.activeCellIndex);
        },
      };
      workbench.runs.add(row);
      const stop = watch(panel, cell.model.id, kernel, (view) => {
        followView(row, view);
        drawRuns();
      });
      NotebookActions.run(content, panel.sessionContext).then(
        (ok) => {
          if (!ok) row.state = "failed";
          else if (row.state === "waiting" || row.state === "running") row.state = "done";
          stop();
          drawRuns();
        },
        () => {
          row.state = "failed";
          stop();
          drawRuns();
        },
      );
      drawRuns();
    }

    app.commands.addCommand(WORKBENCH_COMMAND, {
      label: "Open Workbench",
      caption: "Choose a checkpoint, a task and an experiment; see what it costs; run it",
      icon: patchbayIcon,
      execute: () => app.shell.activateById(ID),
    });
    app.shell.add(side, "left", { rank: 600, type: "Patchbay" });
    status?.registerStatusItem("@patchbay/jupyterlab:workbench", {
      item: line,
      align: "left",
      rank: 900,
      isActive: () => line.node.textContent !== "",
    });

    // What is asked of a kernel is asked while the panel is seen, not whenever a notebook is opened.
    let stale = true;
    const refresh = () => {
      stale = !side.isVisible;
      if (!stale) workbench.refresh();
    };
    const follow = (panel: NotebookPanel | null) => {
      panel?.sessionContext.kernelChanged.connect(refresh);
      panel?.sessionContext.statusChanged.connect((_, now) => {
        if (now === "restarting" || now === "dead" || now === "autorestarting") refresh();
      });
      panel?.title.changed.connect(refresh);
    };
    tracker.forEach(follow);
    tracker.widgetAdded.connect((_, panel) => follow(panel));
    tracker.currentChanged.connect(refresh);
    shell?.layoutModified.connect(() => {
      if (stale && side.isVisible) refresh();
    });
    onPreferences(() => workbench.setDevice(preferences().device));
    side.disposed.connect(() => workbench.dispose());
  },
};

/** Follows the view that a cell shows: in its output, and as the kernel pushes it. */
function watch(
  panel: NotebookPanel,
  cellId: string,
  kernel: Parameters<typeof Rpc.of>[0],
  changed: (view: View) => void,
): () => void {
  const cell = [...(panel.content.model?.cells ?? [])].find(({ id }) => id === cellId);
  const outputs = cell && "outputs" in cell ? (cell as { outputs: OutputsModel }).outputs : null;
  let stopListening: (() => void) | null = null;
  let id = "";
  const look = () => {
    for (let at = 0; at < (outputs?.length ?? 0); at++) {
      const checked = validateView(outputs?.get(at).data[VIEW_MIME]);
      if (!checked.ok) continue;
      changed(checked.view);
      if (checked.view.id === id) return;
      stopListening?.();
      id = checked.view.id;
      stopListening = Rpc.of(kernel).listen(id, { pushed: changed, known: () => undefined });
      return;
    }
  };
  outputs?.changed.connect(look);
  return () => {
    look();
    outputs?.changed.disconnect(look);
    stopListening?.();
  };
}

/** What is used of a cell's outputs. */
interface OutputsModel {
  length: number;
  get(at: number): { data: Record<string, unknown> };
  changed: { connect(slot: () => void): unknown; disconnect(slot: () => void): unknown };
}

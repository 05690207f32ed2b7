/** Commands for the palette and the Patchbay menu, and cards for the launcher. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, Notification } from "@jupyterlab/apputils";
import { ILauncher } from "@jupyterlab/launcher";
import { INotebookTracker } from "@jupyterlab/notebook";
import { patchbayIcon } from "../lab-icon";
import { savePage } from "../page-parts";
import { WORKBENCH_COMMAND } from "../workbench/plugin";
import { newNotebook, openQuickstart, viewsIn } from "./notebooks";

const CATEGORY = "Patchbay";
const NEW = "patchbay:new-notebook";
const QUICKSTART = "patchbay:quickstart";
const PAGE = "patchbay:export-page";
const SETTINGS = "patchbay:settings";

export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: "@patchbay/jupyterlab:launcher",
  description: "Commands, menu and launcher cards",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ILauncher, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
  ) => {
    const { commands } = app;
    const folder = (args: { cwd?: unknown }) => (typeof args.cwd === "string" ? args.cwd : "");
    commands.addCommand(NEW, {
      // The launcher says which folder it stands in.
      label: (args) => ("cwd" in args ? "Patchbay Notebook" : "New Patchbay Notebook"),
      caption: "A notebook with the TypeScript (Patchbay) kernel, the demo model and a first patch",
      icon: patchbayIcon,
      execute: (args) => newNotebook(app, folder(args)).then(() => undefined),
    });
    commands.addCommand(QUICKSTART, {
      label: "Patchbay Quickstart",
      caption: "From a first patch to its figure, in minutes, offline",
      icon: patchbayIcon,
      execute: (args) => openQuickstart(app, folder(args)),
    });
    commands.addCommand(PAGE, {
      label: "Save Views as Interactive Page…",
      caption: "All views of this notebook in one HTML file that works offline, linked with each other",
      isEnabled: () => tracker.currentWidget !== null,
      execute: async () => {
        const panel = tracker.currentWidget;
        if (!panel) return;
        const views = viewsIn(panel);
        const title = panel.title.label.replace(/\.ipynb$/, "");
        if (views.length === 0) {
          Notification.warning(`${title} shows no Patchbay view yet: run a cell that shows one.`, { autoClose: 5000 });
          return;
        }
        try {
          const items = views.map((view) => ({ view }));
          Notification.success(`Saved ${await savePage(items, { title }, title)}`, { autoClose: 5000 });
        } catch (error) {
          Notification.error(`The page was not saved: ${error instanceof Error ? error.message : String(error)}`);
        }
      },
    });
    commands.addCommand(SETTINGS, {
      label: "Patchbay Settings",
      isEnabled: () => commands.hasCommand("settingeditor:open"),
      execute: () => commands.execute("settingeditor:open", { query: "Patchbay" }),
    });
    for (const command of [QUICKSTART, NEW, WORKBENCH_COMMAND, PAGE, SETTINGS])
      palette?.addItem({ command, category: CATEGORY, args: { isPalette: true } });
    [QUICKSTART, NEW].forEach((command, rank) => {
      launcher?.add({ command, category: CATEGORY, rank });
    });
  },
};

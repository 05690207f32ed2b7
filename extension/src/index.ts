/** The JupyterLab plugins: views in notebooks (each with its own panel's kernel), consoles and elsewhere, result files, settings,
 *  the workbench, launcher and menu. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { VIEW_MIME } from "patchbay/view";
import { documentPlugin } from "./document/plugin";
import { launcherPlugin } from "./launcher/plugin";
import { pageParts } from "./page-parts";
import { hostAround } from "./places/around";
import { notebookHost } from "./places/notebook";
import { ViewRenderer } from "./renderer";
import { settingsPlugin } from "./settings/plugin";
import { workbenchPlugin } from "./workbench/plugin";

/** Before images, which the same output carries for places without this extension. */
const RANK = 40;

const factory = (hostOf: ConstructorParameters<typeof ViewRenderer>[0]): IRenderMime.IRendererFactory => ({
  // Nothing of a view is run or read as markup, so it may be drawn in notebooks that are not trusted.
  safe: true,
  mimeTypes: [VIEW_MIME],
  defaultRank: RANK,
  createRenderer: () => new ViewRenderer(hostOf),
});

const renderers: JupyterFrontEndPlugin<void> = {
  id: "@patchbay/jupyterlab:renderers",
  description: "Draws Patchbay's views",
  autoStart: true,
  requires: [IRenderMimeRegistry, INotebookTracker],
  activate: (app: JupyterFrontEnd, registry: IRenderMimeRegistry, tracker: INotebookTracker) => {
    // Consoles and others copy this registry: their views look around where they stand.
    registry.addFactory(
      factory((here) => hostAround(here, pageParts)),
      RANK,
    );
    const attach = (panel: NotebookPanel) => {
      const host = notebookHost(app, panel, pageParts);
      panel.content.rendermime.addFactory(
        factory(() => host),
        RANK,
      );
    };
    tracker.forEach(attach);
    tracker.widgetAdded.connect((_, panel) => attach(panel));
  },
};

export default [settingsPlugin, renderers, documentPlugin, workbenchPlugin, launcherPlugin];

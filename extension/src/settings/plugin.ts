/** Reads JupyterLab's settings of this extension and hands them to the widgets, now and whenever they change. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { setPreferences } from "./preferences";

/** Of the schema; menus stand there too. */
export const SETTINGS = "@patchbay/jupyterlab:plugin";

export const settingsPlugin: JupyterFrontEndPlugin<void> = {
  id: SETTINGS,
  description: "Settings of the widgets and the workbench",
  autoStart: true,
  optional: [ISettingRegistry],
  activate: (_: JupyterFrontEnd, registry: ISettingRegistry | null) => {
    registry?.load(SETTINGS).then(
      (settings) => {
        const read = () => setPreferences(settings.composite);
        read();
        settings.changed.connect(read);
      },
      // Views are drawn with the defaults; JupyterLab says itself which schema it could not load.
      (error: unknown) => console.warn("Patchbay: settings could not be read", error),
    );
  },
};

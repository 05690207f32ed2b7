/** Notebooks for Patchbay: a new one with its kernel and first cells, the quickstart, and what an open one holds. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { showErrorMessage } from "@jupyterlab/apputils";
import type { NotebookPanel } from "@jupyterlab/notebook";
import { loadLine, VIEW_MIME, type View, validateView } from "patchbay/view";
import { preferences } from "../settings/preferences";

/** The kernelspec of this project. */
export const KERNEL_NAME = "patchbay";
const QUICKSTART = ["quickstart.ipynb", "notebooks/quickstart.ipynb"];

const FIRST_CELLS = () => [
  `import * as pb from "patchbay";\n${loadLine("demo/dpo", preferences().device)}`,
  'const run = pb.patchSweep(model, { task: "capital", sizes: [1, 2] });\npb.show(run);\nconst result = await run;',
];

/** False, and a dialogue that says what to do, where the server does not know our kernel. */
async function hasKernel(app: JupyterFrontEnd): Promise<boolean> {
  const { kernelspecs } = app.serviceManager;
  await kernelspecs.ready;
  if (kernelspecs.specs?.kernelspecs[KERNEL_NAME]) return true;
  await showErrorMessage(
    "There is no Patchbay kernel here",
    "This server does not know the kernel “TypeScript (Patchbay)”. Start JupyterLab by `npm start` in Patchbay's folder, or add its jupyter-config/share to JUPYTER_PATH.",
  );
  return false;
}

/** Opens a new notebook on our kernel; null where there is none.
 *  @param cells what it begins with */
export async function newNotebook(
  app: JupyterFrontEnd,
  folder: string,
  cells: readonly string[] = FIRST_CELLS(),
): Promise<NotebookPanel | null> {
  if (!(await hasKernel(app))) return null;
  const made = await app.commands.execute("docmanager:new-untitled", { path: folder, type: "notebook" });
  const panel = (await app.commands.execute("docmanager:open", {
    path: made.path,
    factory: "Notebook",
    kernel: { name: KERNEL_NAME },
  })) as NotebookPanel;
  await panel.context.ready;
  const model = panel.content.model?.sharedModel;
  // The cell that every notebook begins with is kept: JupyterLab may be about to draw it.
  const [first, ...rest] = cells;
  model?.transact(() => {
    model.cells[0]?.setSource(first ?? "");
    for (const source of rest) model.addCell({ cell_type: "code", source });
  });
  panel.content.activeCellIndex = 0;
  return panel;
}

/** Opens the quickstart that the server has, or a new notebook. */
export async function openQuickstart(app: JupyterFrontEnd, folder: string): Promise<void> {
  for (const path of QUICKSTART) {
    const found = await app.serviceManager.contents.get(path, { content: false }).catch(() => null);
    if (!found) continue;
    await app.commands.execute("docmanager:open", { path, factory: "Notebook" });
    return;
  }
  await newNotebook(app, folder);
}

/** The views in a notebook's outputs, in their order; what is no view is left out. */
export function viewsIn(panel: NotebookPanel): View[] {
  const cells = [...(panel.content.model?.cells ?? [])];
  return cells.flatMap((cell) => {
    const json = cell.toJSON();
    if (json.cell_type !== "code" || !Array.isArray(json.outputs)) return [];
    return json.outputs.flatMap((output) => {
      const data = (output as { data?: Record<string, unknown> }).data?.[VIEW_MIME];
      if (data === undefined) return [];
      const checked = validateView(data);
      return checked.ok ? [checked.view] : [];
    });
  });
}

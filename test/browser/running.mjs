/** Notebooks on the real kernel: cells made, run and read. */
import { command, openNotebook } from "./lab.mjs";

const code = (source) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });

/** A notebook of code cells on the project's kernel, which have not been run. */
export const liveNotebook = (...sources) => ({
  cells: sources.map(code),
  metadata: { kernelspec: { name: "patchbay", display_name: "TypeScript (Patchbay)", language: "typescript" } },
  nbformat: 4,
  nbformat_minor: 5,
});

export const kernelIdle = (page) =>
  page.waitForFunction(() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === "idle");

/** Opens a notebook and waits for its kernel. */
export async function openLive(page, lab, name) {
  await openNotebook(page, lab, name);
  await kernelIdle(page);
}

/** Runs every cell of the current notebook, and waits until the last has ended. */
export const runAll = (page) => command(page, "notebook:run-all-cells");

/** Runs a cell of the current notebook and does not wait: what it shows is watched while it runs. */
export const startCell = (page, at) =>
  page.evaluate((at) => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = at;
    void window.jupyterapp.commands.execute("notebook:run-cell");
  }, at);

/** Runs a cell of the current notebook to its end.
 *  @param at its number; null: a new one at the end, of `source`
 *  @returns what it printed, its errors, and the view that it shows */
export const runCell = (page, at, source = "") =>
  page.evaluate(
    async ([at, source, mime]) => {
      const { commands, shell } = window.jupyterapp;
      const { content } = shell.currentWidget;
      content.activeCellIndex = at ?? content.widgets.length - 1;
      if (at === null) {
        await commands.execute("notebook:insert-cell-below");
        content.activeCell.model.sharedModel.setSource(source);
      }
      const cell = content.activeCell;
      await commands.execute("notebook:run-cell");
      const outputs = cell.model.sharedModel.toJSON().outputs;
      const text = (value) => (Array.isArray(value) ? value.join("") : (value ?? ""));
      return {
        printed: outputs.map((output) => text(output.text ?? output.data?.["text/plain"])).join(""),
        errors: outputs.filter(({ output_type }) => output_type === "error").map(({ evalue }) => evalue),
        view: outputs.find(({ data }) => data?.[mime])?.data[mime] ?? null,
      };
    },
    [at, source, "application/vnd.patchbay.view.v1+json"],
  );

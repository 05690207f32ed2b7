/** JupyterLab's consoles for tests: opened, given code, and asked what they show. */
import { until } from "./widget.mjs";

/** Opens a console by a command and waits for its kernel; gives its handle.
 *  @param id `console:create` (a kernel of its own) or `notebook:create-console` (the current notebook's kernel) */
export async function openConsole(page, id = "console:create", args = ownKernel) {
  const name = await page.evaluate(
    async ([id, args]) => {
      const { commands, shell } = window.jupyterapp;
      const consoles = () => [...shell.widgets("main")].filter((one) => one.console).map((one) => one.id);
      const before = new Set(consoles());
      await commands.execute(id, args);
      return consoles().find((one) => !before.has(one));
    },
    [id, args],
  );
  const it = consoleAt(page, name);
  await it.ready();
  return it;
}

const ownKernel = { kernelPreference: { name: "patchbay" }, activate: true, insertMode: "tab-after" };

/** @param id of the console's panel */
export function consoleAt(page, id) {
  const panel = page.locator(`[id="${id}"]`);
  const views = panel.locator(".pb-view");
  const ask = (how, given) =>
    page.evaluate(
      ([id, how, given]) => {
        const one = [...window.jupyterapp.shell.widgets("main")].find((widget) => widget.id === id);
        return new Function("panel", "given", how)(one, given);
      },
      [id, how, given],
    );
  return {
    id,
    panel,
    views,
    view: (nth) => views.nth(nth),
    front: () => page.evaluate((id) => window.jupyterapp.shell.activateById(id), id),
    /** Waits until its kernel answers. A second connection to a kernel hears of no status before it runs something. */
    ready: () =>
      ask("return panel.sessionContext.ready.then(() => panel.sessionContext.session.kernel.info).then(() => null)"),
    /** Waits until its kernel has nothing to do. */
    idle: () =>
      until(
        async () => (await ask("return panel.sessionContext.session?.kernel?.status")) === "idle",
        "an idle kernel",
      ),
    /** Runs cells one after another and waits for the last. */
    run: (...cells) =>
      ask(
        "return given.reduce((before, code) => before.then(() => panel.console.inject(code)), Promise.resolve())",
        cells,
      ),
    /** Runs a cell and does not wait. */
    start: (code) => ask("void panel.console.inject(given)", code),
    restart: () => ask("return panel.sessionContext.session.kernel.restart()"),
    kernelId: () => ask("return panel.sessionContext.session?.kernel?.id ?? null"),
    prompt: () => ask("return panel.console.promptCell.model.sharedModel.getSource()"),
    /** What is printed below the last cell that has run. */
    printed: () =>
      ask(
        "return [...panel.console.cells].at(-1).outputArea.model.toJSON().map((one) => one.text ?? one.data?.['text/plain']).join('')",
      ),
    states: () => views.evaluateAll((nodes) => nodes.map((view) => view.dataset.state).join()),
  };
}

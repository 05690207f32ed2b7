/** Path graphs in a real JupyterLab with a real kernel: traced live, pointed at, walked by keys, opened again. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { command, openNotebook, PATIENCE, picture, setTheme, startBrowser, startLab, waitForState } from "./lab.mjs";

const code = (source) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });
const LOAD = 'import * as pb from "patchbay"; const model = await pb.load("demo/dpo");';
const TRACE =
  'const run = pb.pathTrace(model, { task: "capital", n: 3, maxRank: 30 }); pb.show(run); const traced = await run;';
const notebooks = {
  "paths.ipynb": {
    cells: [LOAD, TRACE].map(code),
    metadata: { kernelspec: { name: "patchbay", display_name: "TypeScript (Patchbay)", language: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  },
};

describe("a path graph", () => {
  let lab;
  let browser;
  let page;
  const view = () => page.locator(".pb-view").first();

  before(async () => {
    lab = await startLab({ notebooks });
    browser = await startBrowser();
    page = await browser.newPage();
    await openNotebook(page, lab, "paths.ipynb");
    await page.waitForFunction(
      () => window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === "idle",
      undefined,
      { timeout: PATIENCE },
    );
    await page.evaluate(() => {
      void window.jupyterapp.commands.execute("notebook:run-all-cells");
    });
    await waitForState(page, ".pb-view", "done");
    await page.waitForTimeout(1500);
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("is drawn with its tokens, hops and counts", async () => {
    assert.equal(await view().getAttribute("data-kind"), "paths");
    assert.match(await view().textContent(), /Paths to the answer: capital/);
    assert.match(await view().textContent(), /France/);
    assert.ok((await view().locator("svg path").count()) > 20);
    await view().scrollIntoViewIfNeeded();
    await picture(page, "paths-light");
  });

  test("arrow keys walk it and say where they are; a hop can be selected and pinned", async () => {
    await view().locator("[tabindex='0']").first().focus();
    const said = () => view().locator(".pb-readout-first").textContent();
    await page.keyboard.press("ArrowRight");
    const first = await said();
    await page.keyboard.press("ArrowLeft");
    assert.notEqual(await said(), first);
    await page.keyboard.press(" ");
    await page.waitForTimeout(800);
    await picture(page, "paths-selected");
    await page.keyboard.press("t");
    assert.ok((await view().locator("table tbody tr").count()) > 10);
    await page.keyboard.press("t");
  });

  test("follows the theme, and is there again after save and reopen", async () => {
    await setTheme(page, "JupyterLab Dark");
    await page.waitForTimeout(800);
    await picture(page, "paths-dark");
    await setTheme(page, "JupyterLab Light");
    await command(page, "docmanager:save");
    await openNotebook(page, lab, "paths.ipynb");
    await waitForState(page, ".pb-view", "done");
    assert.ok((await view().locator("svg path").count()) > 20);
    assert.deepEqual(page.errors, []);
  });
});

/** What axe-core finds in every widget, the workbench and the document, in light and dark: nothing serious, nothing
 *  critical. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { command, PATIENCE, SCRATCH, setTheme, startBrowser, startLab, waitForState } from "./lab.mjs";
import { pb, resultText, smallResults } from "./results.mjs";
import { heatmap } from "./stored.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Findings that count, as "rule: where (why)". */
async function findings(page, ...roots) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(async (roots) => {
    const { violations } = await window.axe.run(
      { include: roots.map((root) => [root]) },
      { resultTypes: ["violations"] },
    );
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.target.join(" ")} (${node.any[0]?.message ?? node.failureSummary})`),
      );
  }, roots);
}

describe("axe-core finds nothing serious", () => {
  let folder;
  let browser;
  let results;

  before(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, "axe-"));
    results = await smallResults();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const colorScheme of ["light", "dark"])
    test(`in each kind of widget, with its table, menu and help (${colorScheme})`, async () => {
      const file = join(folder, `${colorScheme}.html`);
      await pb.save(Object.values(results), file, { title: "Every kind" });
      // The page's policy keeps axe out as it does everybody; the widgets are the same without it.
      writeFileSync(file, readFileSync(file, "utf8").replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ""));
      const page = await browser.newPage({ colorScheme });
      await page.goto(`file://${file}`);
      for (const [nth, name] of Object.keys(results).entries()) {
        const view = page.locator(".pb-view").nth(nth);
        await view.scrollIntoViewIfNeeded();
        await view.locator(".pb-picture :is(svg, canvas)").first().waitFor();
        assert.deepEqual(await findings(page, `.pb-page-figure:nth-of-type(${nth + 1})`), [], name);
        await view.locator(".pb-stage").focus();
        for (const key of ["ArrowRight", "ArrowUp", " ", "Enter"]) await page.keyboard.press(key);
        assert.deepEqual(await findings(page, ".pb-page"), [], `${name}, selected and pinned`);
        await page.keyboard.press("t");
        assert.deepEqual(await findings(page, ".pb-page"), [], `${name}, table`);
        await page.keyboard.press("t");
        await page.keyboard.press("e");
        assert.deepEqual(await findings(page, ".pb-page"), [], `${name}, menu`);
        await page.keyboard.press("Escape");
        await page.keyboard.press("?");
        assert.deepEqual(await findings(page, ".pb-page"), [], `${name}, help`);
        await page.keyboard.press("Escape");
      }
      await page.context().close();
    });

  test("and would find it: a button without a name, and text too pale to read", async () => {
    const page = await browser.newPage();
    await page.setContent(
      '<html lang="en"><title>x</title><main><button></button><p style="color: #bbb; background: #fff">pale</p></main>',
    );
    const found = (await findings(page, "main")).map((text) => text.split(":")[0]).sort();
    assert.deepEqual(found, ["button-name", "color-contrast"]);
    await page.context().close();
  });

  test("in every state of a widget", async () => {
    const file = join(folder, "states.html");
    const { htmlPage } = createRequire(import.meta.url)(
      join(createRequire(import.meta.url).resolve("patchbay"), "../figure/html.js"),
    );
    const views = [
      heatmap({ id: "stages", stages: ["base", "sft", "dpo"] }),
      heatmap({ id: "cut", state: "stopped", share: 0.4, warnings: ["One thing.", "Another."] }),
      heatmap({ id: "failed", state: "error", error: { message: "layers: 40", call: "pb.patchSweep()" } }),
      heatmap({ id: "lost", state: "stale" }),
    ];
    writeFileSync(file, htmlPage(views).replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ""));
    for (const [colorScheme, width] of [
      ["light", 1200],
      ["dark", 420],
    ]) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
      await page.goto(`file://${file}`);
      await page.locator(".pb-view .pb-picture svg").first().waitFor();
      assert.deepEqual(await findings(page, ".pb-page"), [], colorScheme);
      await page.context().close();
    }
  });

  test("in the workbench, the document and a notebook's view (light and dark)", async () => {
    const lab = await startLab();
    try {
      for (const name of ["sweep", "trace"])
        writeFileSync(join(lab.root, `${name}.patchbay.json`), resultText(results[name]));
      const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
      await page.goto(`${lab.url}/lab?reset&token=patchbay-test`);
      await page.waitForSelector(".jp-DirListing-item", { timeout: PATIENCE });
      const document = ".jp-Document:not(.lm-mod-hidden) .pb-document";
      await command(page, "docmanager:open", { path: "sweep.patchbay.json" });
      await page.locator(`${document} .pb-picture svg`).waitFor();
      await command(page, "patchbay:workbench");
      await page.locator(".pb-workbench").waitFor();
      for (const theme of ["JupyterLab Light", "JupyterLab Dark"]) {
        await setTheme(page, theme);
        assert.deepEqual(await findings(page, ".pb-workbench", document), [], `${theme}, no kernel`);
      }
      await page.locator(`${document} select`).first().selectOption({ label: "summary" });
      assert.deepEqual(await findings(page, document), [], "table of a document");

      await page.evaluate(() => void window.jupyterapp.commands.execute("patchbay:new-notebook"));
      await page.waitForFunction(
        () => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === "idle",
        undefined,
        { timeout: PATIENCE },
      );
      await page.locator(".pbw-costs").waitFor({ timeout: PATIENCE });
      await page.locator(".pb-workbench").getByRole("button", { name: "Insert code and run" }).click();
      await waitForState(page, ".jp-NotebookPanel .pb-view", "done");
      for (const theme of ["JupyterLab Dark", "JupyterLab Light"]) {
        await setTheme(page, theme);
        assert.deepEqual(await findings(page, ".pb-workbench", ".jp-NotebookPanel .pb-view"), [], theme);
      }
      await page.context().close();
    } finally {
      await lab.stop();
    }
  });
});

/** Result files in JupyterLab: opened from the file browser with full interaction, their tables, and files that are none. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { command, picture, setTheme, settled, startBrowser, startLab } from "./lab.mjs";
import { resultText, smallResults, viewsOfAll } from "./results.mjs";

describe("a result's document", () => {
  let lab;
  let browser;
  let page;
  let results;
  const shown = () => page.locator(".jp-Document:not(.lm-mod-hidden) .pb-document");
  const view = () => shown().locator(".pb-view");
  const put = (name, text) => writeFileSync(join(lab.root, name), text);
  const open = async (name) => {
    await command(page, "docmanager:open", { path: name });
    await page.waitForFunction((title) => window.jupyterapp.shell.currentWidget?.title.label === title, name);
    await shown().waitFor();
  };
  const notice = async (name) => {
    await open(name);
    await view().locator(".pb-notice").waitFor();
    return view().locator(".pb-notice").textContent();
  };

  before(async () => {
    results = await smallResults();
    lab = await startLab();
    for (const [name, result] of Object.entries(results)) put(`${name}.patchbay.json`, resultText(result));
    browser = await startBrowser();
    page = await browser.newPage();
    await page.goto(`${lab.url}/lab?reset&token=patchbay-test`);
    await page.waitForSelector(".jp-DirListing-item");
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("opens by a double click in the file browser, with its icon, and answers pointer and keys", async () => {
    const item = page.locator(".jp-DirListing-item", { hasText: "sweep.patchbay.json" });
    assert.equal(await item.locator("[data-icon='patchbay:icon']").count(), 1);
    await item.dblclick();
    await view().locator(".pb-picture svg").waitFor();
    assert.match(await view().textContent(), /Patch sweep: capital/);
    await settled(page);
    const box = await view().locator(".pb-overlay").boundingBox();
    await page.mouse.move(box.x + box.width * 0.15, box.y + box.height * 0.6);
    await view().locator(".pb-frame-hover").waitFor();
    await view().locator(".pb-stage").focus();
    await page.keyboard.press("Control+Home");
    assert.match(await view().locator(".pb-readout-first").textContent(), /^Layer 0/);
  });

  test("intervals and tests come while the picture stands already", async () => {
    await page.waitForFunction(() => /95 % CI|p = /.test(document.querySelector(".pb-document .pb-view").textContent));
    await view().getByRole("button", { name: "Table" }).click();
    assert.ok((await view().locator("table tbody tr").count()) > 30);
    await page.keyboard.press("t");
    await picture(page, "document-light");
  });

  test("shows each of a trace's samples, and each table", async () => {
    await open("trace.patchbay.json");
    await view().locator(".pb-picture :is(svg, canvas)").first().waitFor();
    const choice = shown().locator(".pb-document-bar select");
    const labels = await choice.locator("option").allTextContents();
    await choice.selectOption({ index: 1 });
    await page.waitForFunction(
      (label) => document.querySelector(".jp-Document:not(.lm-mod-hidden) .pb-subtitle")?.textContent.includes(label),
      labels[1],
    );
    await choice.selectOption({ label: "counts" });
    await shown().locator(".pb-document-table tbody tr").first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      shown().getByRole("button", { name: "CSV" }).click(),
    ]);
    assert.match(download.suggestedFilename(), /counts\.csv$/);
    await picture(page, "document-table");
  });

  for (const name of ["grid", "geometry", "accuracy"])
    test(`opens a result of kind ${name}`, async () => {
      await open(`${name}.patchbay.json`);
      await view().locator(".pb-picture :is(svg, canvas)").first().waitFor();
      await picture(page, `document-${name}`);
    });

  test("opens a view that a widget has saved", async () => {
    put("view.patchbay.json", JSON.stringify(viewsOfAll({ sweep: results.sweep }).sweep));
    await open("view.patchbay.json");
    await view().locator(".pb-picture svg").waitFor();
  });

  test("takes a file that is written anew", async () => {
    const text = resultText(results.sweep);
    put("changing.patchbay.json", text);
    await open("changing.patchbay.json");
    await view().locator(".pb-picture svg").waitFor();
    put("changing.patchbay.json", text.replaceAll("capital", "renamed"));
    await command(page, "docmanager:reload");
    await page.waitForFunction(() =>
      document.querySelector(".jp-Document:not(.lm-mod-hidden) .pb-title")?.textContent.includes("renamed"),
    );
  });

  test("says what is wrong with a file that is none, and stays alive", async () => {
    put("cut.patchbay.json", resultText(results.sweep).slice(0, 5000));
    assert.match(await notice("cut.patchbay.json"), /must be valid JSON/);
    put("other.patchbay.json", '{"schema": "patchbay.result/1", "kind": "<img src=x onerror=alert(1)>"}');
    assert.match(await notice("other.patchbay.json"), /kind is "<img src=x/);
    put("deep.patchbay.json", "[".repeat(100_000));
    assert.match(await notice("deep.patchbay.json"), /deep/);
    put("wrong.patchbay.json", resultText(results.sweep).replace(/"nLayers":\s*8/, '"nLayers": 1e9'));
    assert.match(await notice("wrong.patchbay.json"), /nLayers|layers/);
    put(
      "large.patchbay.json",
      `{"schema": "patchbay.result/1", "kind": "patch-sweep", "junk": "${"x".repeat(30_000_000)}"}`,
    );
    assert.match(await notice("large.patchbay.json"), /junk|must/);
    assert.equal(await view().locator("img, script").count(), 0);
  });

  test("follows the theme", async () => {
    await open("sweep.patchbay.json");
    await setTheme(page, "JupyterLab Dark");
    await picture(page, "document-dark");
    await setTheme(page, "JupyterLab Light");
    assert.deepEqual(page.errors, []);
  });
});

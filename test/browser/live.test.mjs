/** The main job in a real JupyterLab: run the quickstart, watch cells fill, point, move, cancel half-way, save, reopen. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { command, openNotebook, picture, setTheme, settled, startBrowser, startLab, waitForState } from "./lab.mjs";
import { kernelIdle, liveNotebook, openLive, runAll, runCell, startCell } from "./running.mjs";
import { LOAD, longSweep } from "./runs.mjs";
import { says } from "./widget.mjs";

describe("a running kernel", () => {
  let lab;
  let browser;
  let page;
  const view = () => page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .pb-view").first();

  before(async () => {
    lab = await startLab({ notebooks: { "long.ipynb": liveNotebook(LOAD, longSweep(4)) } });
    browser = await startBrowser();
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("the quickstart runs from the first cell to the last, and its heatmap fills", async () => {
    await openLive(page, lab, "quickstart.ipynb");
    // Every state that the view goes through is kept, however short.
    await page.evaluate(() => {
      window.states = [];
      const note = () => {
        const state = document.querySelector(".pb-view")?.dataset.state;
        if (state && window.states.at(-1) !== state) window.states.push(state);
      };
      new MutationObserver(note).observe(document.body, {
        subtree: true,
        childList: true,
        attributes: true,
        attributeFilter: ["data-state"],
      });
    });
    await command(page, "notebook:clear-all-cell-outputs");
    await runAll(page);
    const counts = await page.evaluate(() =>
      window.jupyterapp.shell.currentWidget.content.widgets
        .filter((cell) => cell.model.type === "code")
        .map((cell) => cell.model.executionCount),
    );
    assert.deepEqual(
      counts,
      counts.map((_, at) => at + 1),
    );
    await waitForState(page, ".pb-view", "done");
    assert.equal(await page.locator(".jp-OutputArea-output[data-mime-type*=error]").count(), 0);
    const states = await page.evaluate(() => window.states);
    assert.ok(states.includes("loading") || states.includes("partial"), `states seen: ${states}`);
    await view().locator(".pb-picture svg").waitFor();
    await view().scrollIntoViewIfNeeded();
    await settled(page);
    await picture(page, "quickstart-light");
  });

  test("the pointer and the arrow keys read out cells, with their interval and n", async () => {
    const box = await view().locator(".pb-overlay").boundingBox();
    await page.mouse.move(box.x + box.width * 0.15, box.y + box.height * 0.6);
    const readout = () => view().locator(".pb-readout-first").textContent();
    await view().locator(".pb-frame-hover").waitFor();
    assert.match(await readout(), /^Layers? \d( \+ \d)? [+−]?\d\.\d\d .*n 42$/);
    await page.mouse.move(box.x, box.y - 80);
    await view().locator(".pb-stage").focus();
    await page.keyboard.press("Home");
    const first = await readout();
    await page.keyboard.press("ArrowUp");
    assert.notEqual(await readout(), first);
    await page.keyboard.press("Enter");
    assert.equal(await view().locator(".pb-badge-numeral").textContent(), "1");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
  });

  test("dark theme, for people to look at", async () => {
    await setTheme(page, "JupyterLab Dark");
    await view().scrollIntoViewIfNeeded();
    await picture(page, "quickstart-dark");
    await setTheme(page, "JupyterLab Light");
  });

  test("saved and opened again, the view is there before any kernel has run it", async () => {
    await command(page, "docmanager:save");
    const stored = lab.read("quickstart.ipynb").cells.flatMap((cell) => cell.outputs ?? []);
    const bundle = stored.find((output) => output.data?.["application/vnd.patchbay.view.v1+json"]);
    assert.ok(bundle.data["image/png"] && bundle.data["text/plain"]);
    await openNotebook(page, lab, "quickstart.ipynb");
    await view().scrollIntoViewIfNeeded();
    await view().locator(".pb-picture svg").waitFor();
    assert.equal(await view().getAttribute("data-state"), "done");
  });

  test("the kernel that made a view exports it as PDF and as a LaTeX table", async () => {
    await page.waitForFunction(() => /kernel ready/.test(document.querySelector(".pb-view .pb-badges").textContent));
    const save = async (item) => {
      await view().getByRole("button", { name: "Export" }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        view().getByRole("menuitem", { name: item }).click(),
      ]);
      return readFileSync(await download.path()).toString("latin1");
    };
    assert.match(await save("PDF"), /^%PDF-/);
    assert.match(await save("LaTeX"), /\\begin\{tabular\}/);
  });

  test("a run is cancelled half-way: done cells stay, the cell ends, the kernel lives", async () => {
    await openLive(page, lab, "long.ipynb");
    await runCell(page, 0);
    await startCell(page, 1);
    await waitForState(page, ".jp-NotebookPanel:not(.lm-mod-hidden) .pb-view", "partial");
    await view().locator(".pb-cancel").waitFor();
    await page.waitForFunction(() =>
      /[1-9]/.test(document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .pb-footer")?.textContent ?? ""),
    );
    await picture(page, "live-partial");
    await view().locator(".pb-cancel").click();
    await waitForState(page, ".jp-NotebookPanel:not(.lm-mod-hidden) .pb-view", "stopped");
    await kernelIdle(page);
    await picture(page, "live-stopped");
    // The output is rewritten once its picture is drawn.
    const stored = await page.waitForFunction(() => {
      const cells = window.jupyterapp.shell.currentWidget.content.widgets;
      const data = cells[1].outputArea.model.get(0).data["application/vnd.patchbay.view.v1+json"];
      return data.state === "stopped" && { run: data.run };
    });
    const output = await stored.jsonValue();
    assert.ok(output.run.done > 0 && output.run.done < output.run.total, JSON.stringify(output.run));
  });

  test("a stopped run is resumed where it was, and becomes stale when its kernel restarts", async () => {
    const selector = ".jp-NotebookPanel:not(.lm-mod-hidden) .pb-view";
    const done = async () => Number(/^(\d+) of/.exec(await view().locator(".pb-footer").textContent())[1]);
    // The button and the count are drawn together, a frame after the state is said.
    await view().getByRole("button", { name: "Resume" }).waitFor();
    const before = await done();
    await view().getByRole("button", { name: "Resume" }).click();
    await waitForState(page, selector, "partial");
    await page.waitForFunction(
      ([selector, before]) =>
        Number(/^(\d+) of/.exec(document.querySelector(`${selector} .pb-count`)?.textContent ?? "")?.[1]) > before,
      [selector, before],
    );
    await page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart());
    await waitForState(page, selector, "stale");
    await kernelIdle(page);
    await says(view().locator(".pb-readout"), /earlier kernel/);
    await view().getByRole("button", { name: "Run again" }).waitFor();
    await picture(page, "live-stale");
    assert.deepEqual(page.errors, []);
  });
});

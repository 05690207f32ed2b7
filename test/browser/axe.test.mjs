/** What axe-core finds in every widget, the workbench and the document, in light and dark: nothing serious, nothing
 *  critical. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { byLayer, byToken } from "./kinds.mjs";
import { command, SCRATCH, setTheme, settled, startBrowser, startLab, waitForState } from "./lab.mjs";
import { pb, resultText, smallResults } from "./results.mjs";
import { kernelIdle } from "./running.mjs";
import { heatmap } from "./stored.mjs";

const { viewsOf } = createRequire(import.meta.url)("patchbay/view");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The page's policy keeps axe out as it does everybody; the widgets are the same without it. */
const withoutPolicy = (html) => html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");

/** Findings that count, as "rule: where (why)". */
async function findings(page, ...roots) {
  // What fades in is pale on its way.
  await settled(page);
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
      writeFileSync(file, withoutPolicy(readFileSync(file, "utf8")));
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

  for (const [scheme, options] of Object.entries({
    light: { colorScheme: "light" },
    dark: { colorScheme: "dark" },
    narrow: { colorScheme: "light", viewport: { width: 388, height: 900 } },
    contrast: { colorScheme: "dark", contrast: "more" },
  }))
    test(`in grids, steering, lenses, several models and comparisons (${scheme})`, async () => {
      const file = join(folder, `more-${scheme}.html`);
      writeFileSync(file, await more());
      const page = await browser.newPage(options);
      await page.goto(`file://${file}`);
      const figures = page.locator(".pb-page-figure");
      for (let nth = 0; nth < (await figures.count()); nth++) {
        await figures.nth(nth).scrollIntoViewIfNeeded();
        await figures.nth(nth).locator(".pb-picture :is(svg, canvas), .pb-notice").first().waitFor();
        await settled(page);
        const folded = figures.nth(nth).locator(".pb-folded:visible > summary");
        if ((await folded.count()) > 0) await folded.click();
        assert.deepEqual(await findings(page, `.pb-page-figure:nth-of-type(${nth + 1})`), [], `figure ${nth + 1}`);
      }
      await page.context().close();
    });

  let made = null;
  /** A page of all that `smallResults` leaves out, made once; without the policy that keeps axe out. */
  function more() {
    made ??= (async () => {
      const [dpo, sft] = [await pb.load("demo/dpo"), await pb.load("demo/sft")];
      const accuracies = [];
      for (const model of [sft, dpo]) accuracies.push(await pb.accuracy(model, { task: "capital", n: 4 }));
      const results = [
        await pb.patchGrid(dpo, { task: "capital", by: "head", n: 2 }),
        await pb.steer(dpo, { task: "capital", coefficients: [0, 1], n: 2 }),
        await pb.crossTask(dpo, { tasks: ["capital", "language"], n: 2 }),
        await pb.logitLens(dpo, { task: "capital", n: 1 }),
        await pb.patchSweep(dpo, { task: "capital", sizes: [1, 2, 3], n: 2, layers: [0, 1, 2, 3] }),
      ];
      const views = [
        ...results.map((result, at) => viewsOf(result).view({ id: `more-${at}` })),
        heatmap({ id: "stages", stages: ["base", "sft", "dpo"] }),
        heatmap({ id: "deep", layers: 64 }),
        pb.accuracyChart(accuracies),
        pb.comparisonChart(pb.compare(accuracies)),
        byLayer(),
        byToken(),
      ];
      for (const model of [sft, dpo]) await model.close();
      return withoutPolicy(pb.htmlPage(views));
    })();
    return made;
  }

  for (const colorScheme of ["light", "dark"])
    test(`in the report of reproduce and the page beside it (${colorScheme})`, async () => {
      const out = join(folder, "paper");
      await pb.reproduce({
        ...{ models: ["demo/dpo"], out, tasks: ["antonym"], n: 3, rephrasings: 4, resamples: 20 },
        ...{ skip: ["triples", "paths-2", "paths-3"], only: ["table2", "table9", "fig2", "fig20"] },
      });
      const page = await browser.newPage({ colorScheme });
      for (const name of ["index.html", "explore.html"]) {
        const copy = join(out, `open-${name}`);
        writeFileSync(copy, withoutPolicy(readFileSync(join(out, name), "utf8")));
        await page.goto(`file://${copy}`);
        await settled(page);
        assert.deepEqual(await findings(page, "body"), [], name);
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
    writeFileSync(file, withoutPolicy(htmlPage(views)));
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
      await page.waitForSelector(".jp-DirListing-item");
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
      await page.locator(`${document} .pb-document-table tbody tr`).first().waitFor();
      assert.deepEqual(await findings(page, document), [], "table of a document");

      await command(page, "patchbay:new-notebook");
      await kernelIdle(page);
      await page.locator(".pbw-costs").waitFor();
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

/** Pages that stand alone: opened from a folder without a network, they draw every kind of view, link them, follow the
 *  system's theme, and save themselves again. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ROOT } from "../../jupyter-config/setup.mjs";
import { picture, SCRATCH, settled, startBrowser } from "./lab.mjs";
import { pb, resultText, smallResults } from "./results.mjs";
import { heatmap } from "./stored.mjs";
import { until } from "./widget.mjs";

describe("a page that stands alone", () => {
  let folder;
  let browser;
  let results;
  const file = (name) => join(folder, name);
  const open = async (name, options = {}) => {
    const page = await browser.newPage({ offline: true, ...options });
    page.asked = [];
    page.on("request", (request) => {
      if (!/^(file|blob|data):/.test(request.url())) page.asked.push(request.url());
    });
    await page.goto(`file://${file(name)}`);
    return page;
  };
  const view = (page, nth = 0) => page.locator(".pb-view").nth(nth);
  const drawn = async (page, nth = 0) => {
    await view(page, nth).scrollIntoViewIfNeeded();
    await view(page, nth).locator(".pb-picture :is(svg, canvas)").first().waitFor();
    await settled(page);
  };

  before(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, "html-"));
    results = await smallResults();
    await pb.save(Object.values(results), file("all.html"), { title: "Every kind" });
    await pb.save([results.sweep, results.sweep], file("two.html"));
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("draws every kind of view, asks nobody for anything, and evaluates nothing", async () => {
    const page = await open("all.html");
    const names = Object.keys(results);
    await until(async () => (await page.locator(".pb-view").count()) === names.length, "all views");
    for (const nth of names.keys()) {
      await drawn(page, nth);
      assert.notEqual(await view(page, nth).getAttribute("data-kind"), "none", names[nth]);
    }
    assert.deepEqual(page.asked, []);
    // A violation of the page's policy is an error in its console.
    assert.deepEqual(page.errors, []);
    await picture(page, "page-light");
    await page.context().close();
  });

  test("links its views: what is pointed at in one is marked in the other", async () => {
    const page = await open("two.html");
    await drawn(page, 0);
    await drawn(page, 1);
    await drawn(page, 0);
    const box = await view(page, 0).locator(".pb-overlay").boundingBox();
    await page.mouse.move(box.x + box.width * 0.15, box.y + box.height * 0.6);
    await view(page, 0).locator(".pb-frame-hover").waitFor();
    assert.ok((await view(page, 1).locator("[class*=linked]").count()) > 0);
    assert.match(await view(page, 0).locator(".pb-readout").textContent(), /linked with 1 view/);
    await page.context().close();
  });

  test("follows the system's theme, and is light on paper", async () => {
    const page = await open("two.html", { colorScheme: "dark" });
    await drawn(page);
    const ground = () => page.evaluate(() => getComputedStyle(document.querySelector(".pb-view")).backgroundColor);
    assert.equal(await ground(), "rgb(33, 33, 33)");
    await picture(page, "page-dark");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.waitForFunction(() => document.body.dataset.jpThemeLight === "true");
    await until(async () => (await ground()) === "rgb(255, 255, 255)", "white paper");
    assert.equal(await view(page).locator(".pb-toolbar").isVisible(), false);
    await page.context().close();
  });

  test("fits a narrow window without scrolling sideways", async () => {
    const page = await open("all.html", { viewport: { width: 420, height: 900 } });
    await drawn(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    await picture(page, "page-narrow");
    await page.context().close();
  });

  test("names of panels that are too long to stand side by side become a list", async () => {
    const name = (task) => ({ name: `adj: ${task} · T_inst`, stage: null, note: "" });
    const panels = ["antonym", "comparative", "superlative"].map(name);
    const long = heatmap({ id: "long", stages: ["base", "sft", "dpo"], panels });
    writeFileSync(file("long.html"), pb.htmlPage([long]));
    const page = await open("long.html", { viewport: { width: 388, height: 900 } });
    await drawn(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
    const list = view(page).getByRole("combobox", { name: "Panel" });
    const value = () => view(page).locator(".pb-readout-first").textContent();
    await view(page).locator(".pb-stage").focus();
    await page.keyboard.press("Control+Home");
    const seen = new Set();
    for (const label of await list.locator("option").allTextContents()) {
      await list.selectOption({ label });
      seen.add(await value());
    }
    // Three tasks and the difference of the last and the first: four numbers in the same place.
    assert.equal(seen.size, 4);
    await page.context().close();
  });

  test("saves one of its views as a page again, which works as well", async () => {
    const page = await open("two.html");
    await drawn(page);
    await view(page).getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: /HTML/ }).click(),
    ]);
    assert.match(download.suggestedFilename(), /\.html$/);
    await download.saveAs(file("again.html"));
    const again = await open("again.html");
    await drawn(again);
    assert.equal(await again.locator(".pb-view").count(), 1);
    assert.deepEqual(again.errors, []);
    await page.context().close();
    await again.context().close();
  });

  test("says what it shows to readers without scripts", async () => {
    const page = await open("two.html", { javaScriptEnabled: false });
    assert.match(await page.locator("noscript pre").first().textContent(), /Patch sweep: capital/);
    await page.context().close();
  });

  test("the command line makes the same page", async () => {
    writeFileSync(file("sweep.patchbay.json"), resultText(results.sweep));
    const bin = join(ROOT, "kernel-lib/bin/patchbay.cjs");
    const out = file("cli.html");
    execFileSync(process.execPath, [bin, "export", file("sweep.patchbay.json"), "--format", "html", "--out", out]);
    assert.match(readFileSync(out, "utf8"), /script-src 'sha256-/);
    const page = await open("cli.html");
    await drawn(page);
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });
});

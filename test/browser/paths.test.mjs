/** Path graphs in a real JupyterLab: traced live by a real kernel, pointed at, filtered, grouped, spelled out, cut, kept
 *  with the notebook; and stored ones, with odd tokens and with many, without a kernel. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  command,
  openNotebook,
  picture,
  setTheme,
  settled,
  startBrowser,
  startLab,
  waitForState,
  withoutKernel,
} from "./lab.mjs";
import { liveNotebook, openLive, runAll } from "./running.mjs";
import { LOAD } from "./runs.mjs";
import { notebook } from "./stored.mjs";
import { pathsView } from "./stored-paths.mjs";
import { says, until } from "./widget.mjs";

const TRACE = [
  'const k1 = pb.pathTrace(model, { task: "capital", n: 3, maxRank: 30 });',
  'const k2 = pb.pathTrace(model, { task: "capital", n: 3, topK: 2, maxRank: 30, sources: "instruction-end" });',
  "pb.show([k1, k2]); await k1; await k2;",
].join("\n");
const notebooks = {
  "paths.ipynb": liveNotebook(LOAD, TRACE),
  "stored.ipynb": notebook([pathsView({ id: "odd", layers: 6, tokens: 14, paths: 200, odd: true })]),
  "sums.ipynb": notebook([pathsView({ id: "sums", layers: 6, tokens: 14, paths: 200, keep: false })]),
  "dense.ipynb": notebook([pathsView({ id: "dense", layers: 48, tokens: 120, paths: 12_000 })]),
};

describe("path graphs", () => {
  let lab;
  let browser;
  let page;
  const view = () => page.locator(".pb-view").first();
  const stage = () => view().locator(".pb-stage");
  const counts = () => view().locator(".pb-edge-count").textContent();
  const side = () => view().locator(".pb-side").textContent();
  const press = async (...keys) => {
    await stage().focus();
    for (const key of keys) await page.keyboard.press(key);
  };
  /** "37 of 137 paths": those that are left, and all. */
  const pathsLeft = async () => {
    const [, left, all] = /^(?:([\d\u202f]+) of )?([\d\u202f]+) paths/.exec(await counts());
    const number = (text) => Number(text.replaceAll("\u202f", ""));
    return [number(left ?? all), number(all)];
  };
  const select = (name) => view().locator(".pb-toolbar").getByLabel(name, { exact: true });

  before(async () => {
    lab = await startLab({ notebooks });
    browser = await startBrowser();
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  describe("a path graph with its kernel", () => {
    before(async () => {
      await openLive(page, lab, "paths.ipynb");
      await runAll(page);
      await waitForState(page, ".pb-view", "done");
      await says(view().locator(".pb-badges"), /kernel ready/);
      await view().scrollIntoViewIfNeeded();
      await settled(page);
    });

    test("is drawn with its tokens, hops and counts", async () => {
      assert.equal(await view().getAttribute("data-kind"), "paths");
      assert.match(await view().textContent(), /Paths to the answer: capital/);
      assert.match(await view().textContent(), /France/);
      assert.ok((await view().locator(".pb-picture svg path").count()) > 20);
      await picture(page, "paths-light");
    });

    test("arrow keys walk it and say where they are; a hop is selected, its heads and their attention come", async () => {
      const said = () => view().locator(".pb-readout-first").textContent();
      await press("ArrowRight");
      const first = await said();
      await press("ArrowLeft");
      assert.notEqual(await said(), first);
      await press(" ");
      await view().locator(".pb-side .pb-head").first().waitFor();
      assert.match(await side(), /Attention of head \d/);
      const [chart, panel] = [".pb-side .pb-attention:last-of-type", ".pb-side"].map((of) => view().locator(of).last());
      // Where the graph leaves most of the stage free.
      const width = async () => (await view().boundingBox()).width;
      const before = await width();
      await page.setViewportSize({ width: 1700, height: 900 });
      await until(async () => (await width()) > before, "a wider view");
      await settled(page);
      const right = async (of) => (({ x, width }) => x + width)(await of.boundingBox());
      assert.ok((await right(chart)) <= (await right(panel)), "the attention's last bar is inside the panel");
      await page.setViewportSize({ width: 1280, height: 900 });
      await until(async () => (await width()) === before, "as wide as before");
      await settled(page);
      assert.match(
        await view().locator(".pb-readout-second").textContent(),
        /its paths take \d+ edges? before, \d+ after/,
      );
      assert.ok(await view().locator(".pb-canvas.pb-faded").count());
      await picture(page, "paths-selected");
      await press("t");
      assert.ok((await view().locator("table tbody tr").count()) > 10);
      await page.keyboard.press("t");
    });

    test("the read-out stays where it is, whatever is selected, and the row in play is named in bold", async () => {
      const top = async () => (await view().locator(".pb-readout").boundingBox()).y;
      await press("Escape");
      const before = await top();
      await press(" ");
      await view().locator(".pb-side .pb-head").first().waitFor();
      await settled(page);
      assert.equal(await top(), before);
      await press("Escape", "ArrowDown");
      const place = await view().locator(".pb-readout-first").textContent();
      assert.equal(
        `${await view().locator(".pb-path-rim .pb-bold-tick").textContent()}`,
        /after layer (\d+)/.exec(place)[1],
      );
      await press("ArrowUp", " ");
    });

    test("several hops are cut together, and the result stands beside the prediction", async () => {
      await press("a");
      assert.match(await side(), /2 edges.*take at least one/s);
      await press("v");
      await page.waitForFunction(() =>
        /answer logit .* → .*predicted/s.test(document.querySelector(".pb-side").textContent),
      );
      assert.match(await side(), /Cutting these 2 edges in a real run/);
    });

    test("a path is spelled out, drawn alone, copied, and cut", async () => {
      await press("Escape", "]", "]");
      assert.match(
        await side(),
        /Path 2 of \d+.*rank 1.*logit [+−].*embedding.*layer \d+ heads? .* → .*answer ·Paris/s,
      );
      const lit = await view().locator(".pb-overlay .pb-path-lit").count();
      assert.equal(lit, 8, "one hop for each layer");
      await page.evaluate(() => {
        window.copied = "";
        navigator.clipboard.writeText = async (text) => {
          window.copied = text;
        };
      });
      await view().getByRole("button", { name: "Copy path" }).click();
      await page.waitForFunction(() => window.copied.includes("→ answer ·Paris\nrank 1, logit"));
      await press("v");
      await page.waitForFunction(() =>
        /Cutting the path’s edges.*predicted/s.test(document.querySelector(".pb-side").textContent),
      );
      await picture(page, "paths-path");
      await press("Escape");
      assert.equal(await view().locator(".pb-overlay .pb-path-lit").count(), 0);
    });

    test("filters count the paths that they leave, and undo takes them back", async () => {
      const [, all] = await pathsLeft();
      await select("Rank").selectOption("3");
      const [good] = await pathsLeft();
      assert.ok(good > 0 && good < all);
      const option = await select("Source").locator("option").nth(1).getAttribute("value");
      await select("Source").selectOption(option);
      const [mine] = await pathsLeft();
      assert.ok(mine <= good);
      await press("u");
      assert.deepEqual(await pathsLeft(), [good, all]);
      assert.equal(await select("Source").inputValue(), "");
      await press("u");
      assert.deepEqual(await pathsLeft(), [all, all]);
    });

    test("k and sample are switched in place", async () => {
      const two = view().getByRole("group", { name: /^k:/ }).getByRole("button", { name: "2", exact: true });
      await two.click();
      await until(async () => (await two.getAttribute("aria-pressed")) === "true", "k = 2 is chosen");
      await says(view(), /top-2 attention/);
      await press("k");
      await page.waitForFunction(() => document.querySelector(".pb-view").textContent.includes("top-1 attention"));
      await select("Sample").selectOption("1");
      await page.waitForFunction(() => document.querySelector(".pb-view").textContent.includes("sample 2 of 3"));
      await press(",");
      await page.waitForFunction(() => document.querySelector(".pb-view").textContent.includes("sample 1 of 3"));
    });

    test("groups, names, bands and filters are saved, and there again when the notebook is opened", async () => {
      const columns = () => view().locator('.pb-picture [data-role="token"]').count();
      await settled(page);
      const before = await columns();
      const labels = await view().locator('.pb-picture [data-role="token"]').all();
      await labels[1].click({ force: true });
      await labels[4].click({ force: true, modifiers: ["Shift"] });
      assert.match(await side(), /4 columns/);
      await press("g");
      assert.equal(await columns(), before - 3);
      await view().locator('.pb-picture [data-role="token"]').nth(1).click({ force: true });
      await press("n");
      await picture(page, "paths-naming");
      await page.keyboard.type("the wording");
      await page.keyboard.press("Enter");
      assert.equal(await view().locator('.pb-picture [data-role="token"]').nth(1).textContent(), "the wording 4");
      await press("b");
      await page.waitForFunction(() =>
        [...document.querySelectorAll('.pb-picture [data-role="layer"]')].some((node) => node.textContent === "0–1"),
      );
      await select("Rank").selectOption("10");
      const kept = () =>
        page.evaluate(
          () =>
            window.jupyterapp.shell.currentWidget.content.widgets[1].outputArea.model.get(0).metadata.patchbay?.rank ??
            0,
        );
      await until(async () => (await kept()) === 10, "what is chosen is kept");
      const left = await counts();
      await picture(page, "paths-grouped");
      await settled(page);
      await setTheme(page, "JupyterLab Dark");
      await picture(page, "paths-dark");
      await setTheme(page, "JupyterLab Light");
      await command(page, "docmanager:save");
      const saved = lab.read("paths.ipynb").cells[1].outputs[0].metadata.patchbay;
      assert.deepEqual(saved.groups, [{ from: 1, to: 4 }]);
      assert.deepEqual(saved.names, [{ position: 1, name: "the wording" }]);
      await openNotebook(page, lab, "paths.ipynb");
      await waitForState(page, ".pb-view", "done");
      await page.waitForSelector(".pb-picture [data-role='token']");
      await settled(page);
      assert.equal(await view().locator('.pb-picture [data-role="token"]').nth(1).textContent(), "the wording 4");
      assert.equal(await counts(), left);
      await view().locator('.pb-picture [data-role="token"]').nth(1).click({ force: true });
      await press("o");
      assert.equal(await columns(), before);
      assert.deepEqual(page.errors, []);
    });
  });

  describe("a stored path graph", () => {
    test("shows odd tokens whole and safely, tells why nothing is cut, and fits a narrow output", async () => {
      await openNotebook(page, lab, "stored.ipynb");
      await withoutKernel(page);
      await view().locator(".pb-picture svg").first().waitFor();
      const labels = await view().locator('.pb-picture [data-role="token"]').allTextContents();
      assert.ok(labels.includes("<b>&"));
      assert.ok(labels.includes("[RLO]abc") && labels.includes("[ZWSP]"));
      await press("]", "v");
      assert.match(await side(), /run the cell again: no kernel knows this view/);
      await press("Escape");
      await picture(page, "paths-odd");
      await page.setViewportSize({ width: 760, height: 900 });
      await page.waitForFunction(() => document.querySelector(".pb-view").dataset.width === "narrow");
      await settled(page);
      await picture(page, "paths-narrow");
      const [wide, room] = await view().evaluate((node) => [
        node.querySelector(".pb-canvas").getBoundingClientRect().width,
        node.getBoundingClientRect().width,
      ]);
      assert.ok(wide <= room, "nothing is cut off");
      await page.setViewportSize({ width: 1280, height: 900 });
    });

    test("of sums alone says so where a list of paths would be", async () => {
      await openNotebook(page, lab, "sums.ipynb");
      await withoutKernel(page);
      await view().locator(".pb-picture svg").first().waitFor();
      await page.mouse.move(2, 2);
      assert.match(await side(), /kept paths are too many for a notebook/);
      await select("Rank").selectOption("2");
      assert.match(
        await view().locator(".pb-readout").textContent(),
        /edges that paths can take, with best rank 2 or better/,
      );
      await press("]");
      assert.equal(await view().locator(".pb-overlay .pb-path-lit").count(), 0);
    });

    test("wider than its stage begins at the answer; the names of its rows and its legend stay in sight", async () => {
      await page.setViewportSize({ width: 760, height: 900 });
      await openNotebook(page, lab, "dense.ipynb");
      await withoutKernel(page);
      await page.waitForFunction(() => {
        const stage = document.querySelector(".pb-view[data-width='narrow'] .pb-stage");
        return stage && stage.scrollLeft > 0 && stage.scrollLeft + stage.clientWidth >= stage.scrollWidth - 1;
      });
      const seen = () =>
        stage().evaluate((node) => {
          const box = node.getBoundingClientRect();
          return [".pb-path-rim", ".pb-path-legend"].map((name) => {
            const { left, right, bottom } = node.querySelector(name).getBoundingClientRect();
            return left >= box.left - 1 && right <= box.right + 1 && bottom <= box.bottom + 1;
          });
        });
      assert.deepEqual(await seen(), [true, true]);
      await picture(page, "paths-narrow-dense");
      await stage().evaluate((node) => {
        node.scrollLeft = 40;
      });
      assert.deepEqual(await seen(), [true, true]);
      // What scrolls below the names is not pointed at.
      const names = await view().locator(".pb-path-rim").boundingBox();
      const under = await page.evaluate(
        ([x, y]) => document.elementFromPoint(x, y).closest("svg").getAttribute("class"),
        [names.x + names.width - 4, names.y + 100],
      );
      assert.match(under, /pb-path-rim/);
      await page.setViewportSize({ width: 1280, height: 900 });
    });

    test("with tens of thousands of hops is drawn on a canvas, zoomed, moved, and put into bands", async () => {
      await openNotebook(page, lab, "dense.ipynb");
      await withoutKernel(page);
      await view().locator(".pb-picture canvas").first().waitFor();
      assert.match(await view().locator(".pb-overview + p").textContent(), /paths through each node/);
      const labels = async () =>
        Promise.all(
          ["token", "layer"].map((role) => view().locator(`.pb-picture [data-role="${role}"]`).allTextContents()),
        );
      const [, whole] = await labels();
      await press("+", "+", "+", "+");
      const [, near] = await labels();
      assert.notDeepEqual(near, whole);
      await picture(page, "paths-dense-near");
      await settled(page);
      const overlay = await view().locator(".pb-overlay").boundingBox();
      await page.mouse.move(overlay.x + 300, overlay.y + 150);
      await page.mouse.down();
      await page.mouse.move(overlay.x + 400, overlay.y + 50, { steps: 4 });
      await page.mouse.up();
      const [, moved] = await labels();
      assert.notDeepEqual(moved, near);
      await press("0");
      assert.deepEqual((await labels())[1], whole);
      await press(" ");
      const opacity = (of) =>
        view()
          .locator(of)
          .evaluate((node) => Number(getComputedStyle(node).opacity));
      await settled(page);
      assert.deepEqual([await opacity("canvas.pb-curves"), await opacity("canvas.pb-nodes")], [0.28, 1]);
      await picture(page, "paths-dense-selected");
      await press("Escape");
      await page.evaluate(() => document.activeElement.blur());
      await page.mouse.wheel(0, 100);
      await settled(page);
      assert.deepEqual((await labels())[1], whole, "the wheel scrolls the notebook while the widget has no focus");
      await select("Layers").selectOption("8");
      assert.ok((await labels())[1].includes("40–47"));
      await picture(page, "paths-dense-bands");
      assert.deepEqual(page.errors, []);
    });
  });
});

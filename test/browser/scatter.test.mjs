/** Scatters in a real JupyterLab with a real kernel: pointed at, lassoed, walked by keys, layer by layer, linked,
 *  exported, opened again; and stored ones with ten thousand points, hostile texts, and a run that goes on. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
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
import { liveNotebook, openLive, runAll, runCell } from "./running.mjs";
import { LOAD } from "./runs.mjs";
import { notebook } from "./stored.mjs";
import { says, until } from "./widget.mjs";

const require = createRequire(import.meta.url);
const { pack, validateView } = require("patchbay/view");

const RUN = `const run = pb.geometry(model, { task: ["antonym", "comparative", "superlative", "noun"], rephrasings: 12, layers: [0, 2, 4] });
pb.show(run); const result = await run;`;
const TWICE = "pb.show(result, {});";
const CHOSEN = "JSON.stringify(pb.selection())";

/** Seeded clouds, one for each class, in two layers. */
function stored({ perClass = 20, prompts = (k, i) => `prompt ${i} of ${k}`, ...more } = {}) {
  let state = 9;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  const classes = ["antonym", "comparative", "superlative", "noun", "color", "can_fly", "category", "habitat"];
  const n = classes.length * perClass;
  const place = (layer) =>
    Float32Array.from({ length: 3 * n }, (_, at) => {
      const [k, axis] = [Math.floor(at / 3 / perClass), at % 3];
      const middle = 3 * (layer + 1) * (axis === 0 ? Math.cos(k * 0.8) : Math.sin(k * 0.8));
      return middle + random() + random() + random() - 1.5;
    });
  const layers = [0, 1];
  const view = {
    schema: "patchbay.view/1",
    kind: "scatter",
    id: "stored-scatter",
    state: "done",
    run: null,
    error: null,
    title: "Geometry: eight tasks",
    model: { name: "demo/dpo", stage: "dpo", fingerprint: "sha256:0" },
    device: "cpu · fp32",
    warnings: [],
    code: "pb.show(result);",
    caption: "Caption",
    hashes: { spec: "0", result: "0" },
    classes: classes.map((label, k) => ({ label, family: k < 4 ? "adjectives" : "animals" })),
    classOf: pack(Int32Array.from({ length: n }, (_, i) => Math.floor(i / perClass))),
    prompts: Array.from({ length: n }, (_, i) => prompts(classes[Math.floor(i / perClass)], i % perClass)),
    position: -1,
    sites: ["resid_post"],
    methods: ["lda", "pca"],
    layers,
    modelLayers: 4,
    frames: ["lda", "pca"].flatMap((method) =>
      layers.map((layer) => ({
        site: "resid_post",
        layer,
        method,
        points: pack(place(layer), [n, 3]),
        ratios: [0.5, 0.3, 0.1],
      })),
    ),
    probes: layers.map((layer) => ({
      site: "resid_post",
      layer,
      accuracy: 0.6 + 0.4 * layer,
      low: 0.55,
      high: 1,
      control: 0.12,
      chance: 0.125,
    })),
    shown: { site: "resid_post", method: "lda", layer: 1 },
    ...more,
  };
  const checked = validateView(view);
  if (!checked.ok) throw new Error(checked.message);
  return view;
}

const HOSTILE = '<img src=x onerror="window.hacked=1">\u202e\u0000';
const notebooks = {
  "scatter.ipynb": liveNotebook(LOAD, RUN, TWICE, CHOSEN),
  "many.ipynb": notebook([stored({ perClass: 1250 })]),
  "odd.ipynb": notebook([
    stored({ prompts: () => HOSTILE, title: "<b>Hostile</b>" }),
    { ...stored(), classOf: "AAAA" },
    stored({ state: "stopped", frames: [], probes: [] }),
  ]),
};

describe("scatters", () => {
  let lab;
  let browser;
  let page;
  const view = (nth = 0) => page.locator(".pb-view").nth(nth);
  const readout = (nth = 0) => view(nth).locator(".pb-readout-text").textContent();
  const overlay = (nth = 0) => view(nth).locator(".pb-overlay");
  /** What the canvas holds, short. */
  const painted = (nth = 0) =>
    view(nth)
      .locator("canvas")
      .first()
      .evaluate((canvas) => {
        let hash = 0;
        for (const c of canvas.toDataURL()) hash = (Math.imul(hash, 31) + c.charCodeAt(0)) | 0;
        return hash;
      });
  /** Draws a lasso around a part of the overlay, in shares of its size; answers with the read-out before it was let go. */
  async function lasso(nth, modifiers = [], [left, top, right, bottom] = [0.02, 0.02, 0.98, 0.6]) {
    // A cell that was run has scrolled the notebook.
    await overlay(nth).evaluate((node) => node.scrollIntoView({ block: "center" }));
    await settled(page);
    const box = await overlay(nth).boundingBox();
    const at = (x, y) => [box.x + x * box.width, box.y + y * box.height];
    for (const key of modifiers) await page.keyboard.down(key);
    await page.mouse.move(...at(left, top));
    await page.mouse.down();
    for (const [x, y] of [
      [right, top],
      [right, bottom],
      [left, bottom],
    ])
      await page.mouse.move(...at(x, y), { steps: 6 });
    const during = await readout(nth);
    await page.mouse.up();
    for (const key of modifiers) await page.keyboard.up(key);
    return during;
  }

  before(async () => {
    lab = await startLab({ notebooks });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  describe("a scatter of a run", () => {
    before(async () => {
      page = await browser.newPage({ viewport: { width: 1360, height: 1000 } });
      await openLive(page, lab, "scatter.ipynb");
      await runAll(page);
      await waitForState(page, ".pb-view", "done");
      await page.waitForFunction(() => document.querySelectorAll(".pb-view canvas").length === 2);
      await says(view().locator(".pb-badges"), /kernel ready/);
      await view().scrollIntoViewIfNeeded();
      await settled(page);
    });

    test("shows classes, layers and accuracy", async () => {
      assert.equal(await view().getAttribute("data-kind"), "scatter");
      const text = await view().textContent();
      for (const word of ["antonym", "comparative", "superlative", "noun", "n = 48", "LDA of resid_post", "Accuracy"])
        assert.ok(text.includes(word), word);
      assert.equal(await view().locator(".pb-strip-bar").count(), 3);
      assert.match(await view().locator(".pb-stage").getAttribute("aria-label"), /scatter, LDA of resid_post at layer/);
      await picture(view(), "scatter-light");
    });

    test("a lasso selects, Shift adds, Alt removes, and the kernel hears of it", async () => {
      assert.match(await lasso(0), /^\d+ prompts/);
      const first = Number(/Selection: (\d+)/.exec(await view().locator(".pb-side").textContent())?.[1]);
      assert.ok(first > 0);
      await lasso(0, ["Shift"], [0.02, 0.02, 0.98, 0.8]);
      const more = Number(/Selection: (\d+)/.exec(await view().locator(".pb-side").textContent())?.[1]);
      assert.equal(more, 48);
      await lasso(0, ["Alt"]);
      const less = Number(/Selection: (\d+)/.exec(await view().locator(".pb-side").textContent())?.[1] ?? 0);
      assert.equal(less, 48 - first);
      await page.keyboard.press("u");
      await picture(view(), "scatter-selected");
      const { printed } = await runCell(page, 3);
      assert.match(printed, /resid_post/);
      assert.match(printed, /"label":"(antonym|comparative|superlative|noun)","prompt":\d+,"text":"/);
    });

    test("keys walk from point to point and from layer to layer, pin, and clear", async () => {
      await lasso(0);
      await page.keyboard.press("Escape");
      assert.doesNotMatch(await view().locator(".pb-side").textContent(), /Selection/);
      const before = await readout();
      await page.keyboard.press("ArrowRight");
      assert.notEqual(await readout(), before);
      assert.match(await readout(), /prompt \d+ of 12 · axis 1/);
      await page.keyboard.press("Enter");
      assert.equal(await view().locator(".pb-badge-disc").count(), 1);
      const canvas = await painted();
      await page.keyboard.press("[");
      await page.keyboard.press("[");
      await settled(page);
      assert.match(await view().locator(".pb-subtitle").textContent(), /at layer 0/);
      assert.notEqual(await painted(), canvas);
      await page.keyboard.press("]");
      await settled(page);
      assert.match(await view().locator(".pb-subtitle").textContent(), /at layer 2/);
      await page.keyboard.press("Escape");
      assert.equal(await view().locator(".pb-badge-disc").count(), 0);
    });

    test("layers move, and for those who want no motion they change at once", async () => {
      // Slowly, so that what is between can be looked at on any machine.
      await view().evaluate((node) => node.style.setProperty("--pb-layer", "3000ms"));
      await view().locator(".pb-stage").focus();
      await settled(page);
      const before = await painted();
      await page.keyboard.press("]");
      await until(async () => (await painted()) !== before, "it moves");
      const between = await painted();
      await settled(page);
      const there = await painted();
      assert.notEqual(between, there);
      await page.emulateMedia({ reducedMotion: "reduce" });
      await page.keyboard.press("[");
      const back = await painted();
      assert.notEqual(back, there);
      await settled(page);
      assert.equal(await painted(), back);
      await page.emulateMedia({ reducedMotion: "no-preference" });
      await view().evaluate((node) => node.style.removeProperty("--pb-layer"));
    });

    test("a class is hidden and shown again; the others stay where they are", async () => {
      await settled(page);
      const full = await painted();
      const eye = view().getByRole("button", { name: "Show noun" });
      await eye.click();
      assert.equal(await eye.getAttribute("aria-pressed"), "false");
      assert.notEqual(await painted(), full);
      await picture(view(), "scatter-hidden");
      await eye.click();
      await until(async () => (await painted()) === full, "as it was");
    });

    test("search rings and counts; the table has every prompt and every layer's accuracy", async () => {
      await view().locator(".pb-stage").focus();
      await page.keyboard.press("/");
      await page.keyboard.type("noun");
      assert.match(await view().locator(".pb-finder [role=status]").textContent(), /^1 of (1[2-9]|[2-4]\d)$/);
      assert.ok((await view().locator(".pb-frame-match").count()) >= 12);
      await page.keyboard.press("Escape");
      await page.keyboard.press("t");
      assert.equal(await view().locator("table").count(), 2);
      assert.equal(await view().locator("table").nth(0).locator("tbody tr").count(), 3);
      assert.equal(await view().locator("table").nth(1).locator("tbody tr").count(), 48);
      await page.keyboard.press("t");
    });

    test("what is pointed at is marked in the other view of the notebook", async () => {
      await view().scrollIntoViewIfNeeded();
      await settled(page);
      await view().locator(".pb-stage").focus();
      await page.keyboard.press("ArrowLeft");
      assert.ok((await overlay(1).locator(".pb-frame-linked").count()) >= 1);
    });

    test("the wheel zooms only with the focus; 0 shows all again", async () => {
      await view().locator(".pb-stage").focus();
      await settled(page);
      const box = await overlay().boundingBox();
      const whole = await painted();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3);
      await page.mouse.wheel(0, -200);
      await settled(page);
      assert.notEqual(await painted(), whole);
      await page.keyboard.press("0");
      await settled(page);
      await page.mouse.move(box.x + 2, box.y + 2);
      assert.equal(await painted(), whole);
    });

    test("exports: SVG with text, CSV with all points, PDF of the chosen layer by the kernel", async () => {
      const save = async (row) => {
        await view().locator(".pb-stage").focus();
        await page.keyboard.press("e");
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.locator(".pb-menu-item", { hasText: row }).first().click(),
        ]);
        return readFileSync(await download.path());
      };
      const svg = (await save("SVG")).toString("utf8");
      assert.match(svg, /LDA axis 1/);
      assert.match(svg, />comparative</);
      const csv = (await save("CSVpoints")).toString("utf8");
      assert.equal(csv.trim().split("\r\n").length, 49);
      assert.equal((await save("PDF")).subarray(0, 5).toString(), "%PDF-");
    });

    test("follows the theme, also in high contrast, and is there again after save and reopen", async () => {
      await view().scrollIntoViewIfNeeded();
      await lasso(0);
      for (const [name, theme] of [
        ["dark", "JupyterLab Dark"],
        ["hc", "JupyterLab Dark High Contrast"],
      ]) {
        await setTheme(page, theme);
        await picture(view(), `scatter-${name}`);
      }
      await setTheme(page, "JupyterLab Light");
      const kept = () =>
        page.evaluate(() => {
          const [, cell] = window.jupyterapp.shell.currentWidget.content.widgets;
          return cell.outputArea.model.get(0).metadata.patchbay?.selection.length ?? 0;
        });
      await until(async () => (await kept()) > 0, "the selection is kept");
      await command(page, "docmanager:save");
      await openNotebook(page, lab, "scatter.ipynb");
      await waitForState(page, ".pb-view", "done");
      await view().locator("canvas").first().waitFor();
      await says(view().locator(".pb-side"), /Selection: \d+ prompts/);
      assert.deepEqual(page.errors, []);
    });
  });

  describe("a stored scatter", () => {
    const open = async (name, options) => {
      await page?.context().close();
      page = await browser.newPage(options);
      await openNotebook(page, lab, name);
      await withoutKernel(page);
      await view().locator(".pb-stage").waitFor();
    };

    test("of ten thousand points: pointing at them paints nothing anew", async () => {
      await open("many.ipynb", { viewport: { width: 1360, height: 1000 } });
      await view().locator("canvas").first().waitFor();
      await settled(page);
      assert.match(await view().textContent(), /10.000 prompts/);
      assert.match(await view().textContent(), /saved view/);
      const before = await painted();
      const box = await overlay().boundingBox();
      const seen = new Set();
      for (const y of [0.15, 0.3, 0.45, 0.6])
        for (let i = 1; i < 20; i++) {
          await page.mouse.move(box.x + (box.width * i) / 20, box.y + box.height * y);
          seen.add(await readout());
        }
      assert.ok(seen.size > 3);
      assert.equal(await painted(), before);
      await picture(view(), "scatter-many");
      await lasso(0);
      assert.match(await view().locator(".pb-side").textContent(), /Selection: \d/);
      assert.notEqual(await painted(), before);
      await picture(view(), "scatter-many-selected");
      assert.equal(await view().getByText("pb.selection()").count(), 0);
      assert.deepEqual(page.errors, []);
    });

    test("texts with markup are text, wrong data is a message, nothing runs", async () => {
      await open("odd.ipynb");
      await view().scrollIntoViewIfNeeded();
      await settled(page);
      await view().locator(".pb-stage").focus();
      await page.keyboard.press("ArrowRight");
      assert.match(await readout(), /<img src=x onerror/);
      assert.match(await readout(), /\[RLO\]/);
      await page.keyboard.press("t");
      assert.equal(await view().locator("img").count(), 0);
      await page.keyboard.press("t");
      await says(view(1), /cannot be drawn.*classOf/s);
      await says(view(2), /No points to draw/);
      assert.equal(await page.evaluate(() => window.hacked), undefined);
      assert.deepEqual(page.errors, []);
    });

    test("in a narrow output the classes fold away and controls go behind More", async () => {
      await open("many.ipynb", { viewport: { width: 620, height: 900 } });
      await command(page, "application:toggle-left-area");
      const width = () => view().getAttribute("data-width");
      await until(async () => ["narrow", "middle"].includes(await width()), "a width of its own");
      await settled(page);
      assert.ok(["narrow", "middle"].includes(await width()), await width());
      await view().locator("summary", { hasText: "Classes and selection" }).click();
      assert.ok(await view().getByRole("button", { name: "Show noun" }).isVisible());
      await picture(view(), "scatter-narrow");
      await view().getByRole("button", { name: "More" }).click();
      assert.match(await view().locator(".pb-menu").textContent(), /Ellipses, 2 sd.*Play layers/s);
      await page.keyboard.press("Escape");
      assert.deepEqual(page.errors, []);
    });
  });
});

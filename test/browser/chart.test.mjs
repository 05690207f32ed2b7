/** Charts in a real JupyterLab: bars, lines and shares as stored views, pointed at, stepped through by keys, linked by
 *  layer, read as a table, exported. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { openNotebook, picture, setTheme, settled, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { heatmap, notebook } from "./stored.mjs";

const { chartViewOf } = createRequire(import.meta.url)("patchbay/view");

const MAKING = {
  patchbay: "0.1.0",
  model: {
    name: "demo",
    fingerprint: "sha256:4f1c9a",
    modelType: "olmo2",
    nLayers: 8,
    nHeads: 4,
    dModel: 128,
    vocab: 1700,
    parameters: 1e6,
  },
  provider: { device: "cpu", precision: "fp32", reason: "asked", onnxruntime: "1.30.0" },
  plan: "planned",
  seed: 0,
  started: "2026-01-01T00:00:00Z",
  seconds: 1,
  node: "20",
  platform: "linux",
  specHash: "sha256:5bec",
  warnings: [],
};
const about = {
  makings: [MAKING],
  code: 'pb.show(await pb.accuracy(model, { task: "capital" }));',
  caption: "Caption.",
};
const STAGES = ["base", "sft", "dpo"];

const bars = chartViewOf({
  ...about,
  id: "bars",
  title: "Accuracy",
  mark: "bars",
  x: { title: "task", field: "task" },
  y: { title: "accuracy (%)", format: "percent", domain: [0, 1] },
  series: STAGES.map((stage) => ({ name: `demo/${stage}`, stage })),
  label: "exact match",
  behind: "instructional accuracy",
  interval: "95 % Wilson interval",
  unit: "items",
  test: "exact McNemar test, Holm over 8 differences, 5 %",
  rows: ["capital", "language", "color", "antonym"].flatMap((x, t) =>
    STAGES.map((stage, s) => {
      const value = 0.25 + 0.12 * t + 0.13 * s;
      const behind = { value: Math.min(1, value + 0.2) };
      return {
        series: `demo/${stage}`,
        x,
        value,
        low: value - 0.1,
        high: value + 0.09,
        n: 41,
        behind,
        significant: s > 0,
      };
    }),
  ),
});

const lines = chartViewOf({
  ...about,
  id: "lines",
  title: "Probe accuracy by layer",
  mark: "lines",
  x: { title: "layer", field: "layer" },
  y: { title: "accuracy of the probe (%)", format: "percent" },
  interval: "95 % interval",
  references: [{ value: 0.5, label: "chance" }],
  rows: STAGES.flatMap((stage, p) =>
    ["resid_post", "attn_out"].flatMap((series, s) =>
      Array.from({ length: 8 }, (_, layer) => {
        const value = 0.5 + 0.4 * (1 - Math.exp(-(layer + p) / (2 + 2 * s)));
        return { panel: stage, series, x: String(layer), value, low: value - 0.05, high: value + 0.04, n: 400 };
      }),
    ),
  ),
});

const shares = chartViewOf({
  ...about,
  id: "shares",
  title: "Paths by token",
  mark: "shares",
  x: { title: "source token", field: "token" },
  y: { title: "share of kept paths (%)", format: "percent" },
  panels: [{ name: "", emphasis: [4] }],
  rows: ["<s>", "State", " the", " capital", ".", " Country", ":", " France"].flatMap((x, t) =>
    ["k = 1", "k = 2"].map((series, s) => ({ series, x, value: ((t * 7 + s * 3) % 5) / 20 })),
  ),
});

describe("a chart in a notebook", () => {
  let lab;
  let browser;
  let page;
  const view = (nth = 0) => page.locator(".pb-view").nth(nth);
  const readout = (nth = 0) => view(nth).locator(".pb-readout-first").textContent();
  const drawn = async (nth) => {
    await view(nth).scrollIntoViewIfNeeded();
    await view(nth).locator(".pb-picture svg").first().waitFor();
    await settled(page);
  };

  before(async () => {
    lab = await startLab({ notebooks: { "charts.ipynb": notebook([bars, lines, shares, heatmap()]) } });
    browser = await startBrowser();
    page = await browser.newPage();
    await openNotebook(page, lab, "charts.ipynb");
    await withoutKernel(page);
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("draws each kind in each theme, with nothing wrong in the page", async () => {
    for (const nth of [0, 1, 2]) {
      await drawn(nth);
      assert.equal(await view(nth).getAttribute("data-kind"), "chart");
      await picture(view(nth), `chart-${nth}-light`);
    }
    await setTheme(page, "JupyterLab Dark");
    for (const nth of [0, 1, 2]) {
      await drawn(nth);
      await picture(view(nth), `chart-${nth}-dark`);
    }
    await setTheme(page, "JupyterLab Light");
    assert.deepEqual(page.errors, []);
  });

  test("says what is under the pointer: value, interval, n, what stands behind", async () => {
    await drawn(0);
    const stage = await view(0).locator(".pb-overlay").boundingBox();
    await page.mouse.move(stage.x + stage.width * 0.2, stage.y + stage.height * 0.5);
    await view(0).locator(".pb-frame-hover").waitFor();
    assert.match(await readout(0), /capital · demo\/(base|sft|dpo).*\d+\.\d %/);
    const second = await view(0).locator(".pb-readout-second").textContent();
    assert.match(second, /95 % Wilson interval \[.*\] · n 41 items · instructional accuracy \d+\.\d %/);
    // The frame lies on the bar: as wide as one, and not higher than the plot.
    const frame = await view(0).locator(".pb-frame-hover").boundingBox();
    assert.ok(frame.width < stage.width / 12 && frame.height < stage.height);
  });

  test("keys step from value to value, select and pin; Esc lets go", async () => {
    await view(0).locator(".pb-stage").focus();
    await page.keyboard.press("Home");
    assert.match(await readout(0), /^capital · demo\/base 25\.0 %/);
    await page.keyboard.press("ArrowDown");
    assert.match(await readout(0), /^capital · demo\/sft 38\.0 %/);
    await page.keyboard.press("ArrowRight");
    assert.match(await readout(0), /^language · demo\/sft 50\.0 %/);
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    assert.equal(await view(0).locator(".pb-frame-selection").count(), 1);
    assert.equal(await view(0).locator(".pb-badge-numeral").count(), 1);
    assert.match(await view(0).locator(".pb-side").textContent(), /language.*selected.*Side by side.*Pinned/);
    await picture(view(0), "chart-marked");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    assert.equal(await view(0).locator(".pb-frame-selection, .pb-badge-numeral").count(), 0);
  });

  test("a layer that is pointed at is marked in every panel, and in a heatmap beside it", async () => {
    await drawn(3);
    await drawn(1);
    const stage = await view(1).locator(".pb-overlay").boundingBox();
    await page.mouse.move(stage.x + stage.width * 0.2, stage.y + stage.height * 0.3);
    await view(1).locator(".pb-frame-hover").waitFor();
    const [, layer] = /layer (\d)/.exec(await readout(1));
    assert.ok((await view(3).locator(".pb-frame-linked").count()) > 0, `layer ${layer} in the heatmap`);
    await drawn(3);
    const cell = await view(3).locator(".pb-overlay").boundingBox();
    await page.mouse.move(cell.x + cell.width * 0.15, cell.y + cell.height * 0.6);
    await view(3).locator(".pb-frame-hover").waitFor();
    assert.ok((await view(1).locator(".pb-frame-linked").count()) >= 3);
  });

  test("one panel can be chosen; find goes to a value", async () => {
    await drawn(1);
    await view(1).getByRole("combobox", { name: "Panel" }).selectOption("dpo");
    await settled(page);
    await picture(view(1), "chart-one-panel");
    await view(1).locator(".pb-stage").focus();
    await page.keyboard.press("/");
    await page.keyboard.type("layer 6 attn");
    await page.waitForFunction(() => /1 of 1/.test(document.querySelectorAll(".pb-view")[1].textContent));
    assert.match(await readout(1), /dpo · layer 6 · attn_out/);
    await page.keyboard.press("Escape");
    await view(1).getByRole("combobox", { name: "Panel" }).selectOption("all");
  });

  test("is a table as well, with a row for each value", async () => {
    await view(0).locator(".pb-stage").focus();
    await page.keyboard.press("t");
    const rows = view(0).locator(".pb-table tbody tr");
    await rows.first().waitFor();
    assert.equal(await rows.count(), 12);
    assert.match(await rows.first().textContent(), /capital.*demo\/base.*25\.0.*15\.0.*34\.0.*41.*no.*45\.0/);
    await picture(view(0), "chart-table");
    await page.keyboard.press("t");
  });

  test("exports SVG, PNG and CSV without a kernel", async () => {
    const save = async (nth, item) => {
      await view(nth).getByRole("button", { name: "Export" }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        view(nth).getByRole("menuitem", { name: item }).click(),
      ]);
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
    };
    const svg = await save(1, /SVG/);
    assert.match(svg.name, /\.svg$/);
    assert.match(svg.bytes.toString(), /accuracy of the probe \(%\)/);
    const png = await save(2, /PNG/);
    assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
    // A single column at 300 dots per inch.
    assert.equal(png.bytes.readUInt32BE(16), 975);
    const csv = await save(0, /CSV/);
    assert.equal(csv.bytes.toString().trim().split("\r\n").length, 13);
  });

  test("folds to words where there is no room", async () => {
    const small = await browser.newPage({ viewport: { width: 620, height: 900 } });
    await openNotebook(small, lab, "charts.ipynb");
    await withoutKernel(small);
    await small.locator(".pb-view").first().locator(".pb-picture svg").first().waitFor();
    await settled(small);
    await picture(small, "chart-narrow");
    assert.deepEqual(small.errors, []);
    await small.context().close();
  });
});

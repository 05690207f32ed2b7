/** What readers do to the look of a path graph, in a real JupyterLab with a real kernel: filters by layer from a heatmap's
 *  cell, samples linked with other views, zoom and bands undone and kept, files that show what is seen, paths that a
 *  notebook does not hold, and no motion for those who want none. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { atRest, command, picture, settled, startBrowser, startLab } from "./lab.mjs";
import { liveNotebook, openLive, runAll } from "./running.mjs";
import { LOAD } from "./runs.mjs";
import { says, until, widget } from "./widget.mjs";

const CELLS = [
  LOAD,
  'const swept = pb.patchSweep(model, { task: "capital", n: 3, sizes: [1, 2] }); pb.show(swept); await swept;',
  'const run = pb.pathTrace(model, { task: "capital", n: 3, maxRank: 30 }); pb.show(run); const traced = await run;',
  // As many paths as are too many for a notebook: those that there are, over and over.
  [
    "const [first] = traced.data.samples;",
    "const times = Math.ceil(2_100_000 / (first.positions.length + 8 * first.rank.length));",
    "const over = (array) => array.constructor.from({ length: array.length * times }, (_, i) => array[i % array.length]);",
    "const many = { ...first, positions: over(first.positions), rank: over(first.rank), logit: over(first.logit) };",
    "pb.show(new pb.TraceResult({ ...traced.data, samples: [many] }));",
  ].join("\n"),
];

describe("the look of a path graph", () => {
  let lab;
  let browser;
  let page;
  const heatmap = () => widget(page, 0);
  const paths = () => widget(page, 1);
  const counts = (of = paths()) => of.part(".pb-edge-count").textContent();
  const subtitle = () => paths().part(".pb-subtitle").textContent();
  const layers = () => paths().part('.pb-picture [data-role="layer"]').allTextContents();
  const saved = async (name) => {
    await paths().part(".pb-toolbar").getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name }).first().click(),
    ]);
    return readFileSync(await download.path());
  };
  const graph = () =>
    page.evaluate(() => {
      const [, , cell] = window.jupyterapp.shell.currentWidget.content.widgets;
      return cell.outputArea.model.get(0).data["application/vnd.patchbay.view.v1+json"];
    });
  const kept = () =>
    page.evaluate(() => {
      const [, , cell] = window.jupyterapp.shell.currentWidget.content.widgets;
      return cell.outputArea.model.get(0).metadata.patchbay ?? null;
    });

  before(async () => {
    lab = await startLab({ notebooks: { "look.ipynb": liveNotebook(...CELLS) } });
    browser = await startBrowser();
    page = await browser.newPage();
    await openLive(page, lab, "look.ipynb");
    await runAll(page);
    await until(async () => (await page.locator(".pb-view[data-state='done']").count()) === 3, "three views");
    await settled(page);
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("a sample's dot in the heatmap previews that sample, and a click on it goes there", async () => {
    await heatmap().drawn();
    await says(paths().part(".pb-subtitle"), /sample 1 of 3, ?France/);
    const dot = heatmap().part("[data-sample='1']").first();
    await dot.hover({ force: true });
    await until(async () => /sample 2 of 3, ?Germany.*preview/.test(await subtitle()), "the preview");
    await page.mouse.move(0, 0);
    await until(async () => /sample 1 of 3, ?France/.test(await subtitle()), "the way back");
    await atRest(page);
    assert.equal(await kept(), null, "a preview marks nothing");
    await dot.click({ force: true });
    await page.mouse.move(0, 0);
    await until(async () => /sample 2 of 3, ?Germany(?!.*preview)/.test(await subtitle()), "the sample");
    await paths().focus();
    await paths().press("u");
    await until(async () => /sample 1 of 3/.test(await subtitle()), "the sample before");
    await paths().stage.blur();
  });

  test("pointing at the graph marks its sample in the heatmap", async () => {
    await paths().view.scrollIntoViewIfNeeded();
    await paths().hover("ArrowUp");
    await until(async () => (await heatmap().part(".pb-sample-linked").count()) > 0, "the linked dot");
    assert.equal(await heatmap().part(".pb-sample-linked").first().getAttribute("data-sample"), "0");
    await paths().away();
  });

  test("zoom, bands, groups and filters are steps that undo takes back, a drag as one, and are kept", async () => {
    const all = await layers();
    await paths().focus();
    await paths().press("+", "+");
    const near = await layers();
    assert.notDeepEqual(near, all);
    await settled(page);
    const box = await paths().part(".pb-overlay").boundingBox();
    await page.mouse.move(box.x + 300, box.y + 150);
    await page.mouse.down();
    await page.mouse.move(box.x + 350, box.y + 70, { steps: 6 });
    await page.mouse.up();
    const moved = await layers();
    assert.notDeepEqual(moved, near);
    await paths().focus();
    await paths().press("Control+z");
    assert.deepEqual(await layers(), near, "one drag, one step");
    await paths().press("Control+Shift+z");
    assert.deepEqual(await layers(), moved);
    await until(async () => (await kept())?.window?.r0 !== undefined, "the window in the notebook");
    await paths().press("0");
    assert.deepEqual(await layers(), all);
    await paths().press("b");
    assert.ok((await layers()).includes("0–1"));
    await paths().press("u", "u");
    assert.deepEqual(await layers(), moved);
    await paths().press("u", "u", "u");
    assert.deepEqual(await layers(), all);
  });

  test("SVG from the page and from the kernel are one drawing of what is seen", async () => {
    await paths().focus();
    await paths().press("b", "+", " ", "Enter");
    await paths().part(".pb-toolbar").getByLabel("Rank", { exact: true }).selectOption("10");
    await until(async () => (await kept())?.rank === 10, "what is chosen is kept");
    await says(paths().part(".pb-badges"), /kernel ready/);
    const bare = (svg) => svg.replace(/^<svg[^>]*>(<title>.*?<\/metadata>)?/s, "");
    const here = (await saved(/^SVG/)).toString();
    for (const words of ["pb-highlight", 'opacity="0.28"', 'font-weight="700"']) assert.ok(here.includes(words), words);
    const tokens = (svg) => svg.match(/data-role="token"/g).length;
    assert.equal(tokens(here), await paths().part('.pb-picture [data-role="token"]').count());
    assert.ok(tokens(here) < (await graph()).tokens.length, "only the window");
    const pdf = await saved(/^PDF/);
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    // The kernel's own SVG, by the choice that the PDF was asked with.
    const there = await page.evaluate(async () => {
      const panel = window.jupyterapp.shell.currentWidget;
      const model = panel.content.widgets[2].outputArea.model.get(0);
      const { id } = model.data["application/vnd.patchbay.view.v1+json"];
      const { place, span, order, ...look } = model.metadata.patchbay;
      const kernel = panel.sessionContext.session.kernel;
      const comm = kernel.createComm("patchbay.rpc.v1");
      return new Promise((resolve) => {
        comm.onMsg = ({ content }) => {
          if (content.data.id === "svg") resolve(content.data);
        };
        comm.open();
        const paths = { trace: 0, sample: 0, ...look };
        comm.send({ pb: 1, id: "svg", op: "export", view: id, format: "svg", paths });
      });
    });
    assert.ok(there.ok, JSON.stringify(there.error));
    assert.equal(bare(there.result.text), bare(here));
    await picture(page, "paths-look-exported");
    await paths().press("Escape", "Escape");
  });

  test("a heatmap's cell leads to the paths that move in its layers; the filter says so, counts, and comes off", async () => {
    await heatmap().view.scrollIntoViewIfNeeded();
    await heatmap().focus();
    await heatmap().press("Home", "ArrowUp", "ArrowRight", " ");
    await heatmap()
      .part(".pb-side")
      .getByRole("button", { name: /^Path graph for/ })
      .click();
    const chosen = () =>
      page.evaluate(() => {
        const { activeCell, activeCellIndex } = window.jupyterapp.shell.currentWidget.content;
        return `${activeCellIndex}: ${activeCell.model.sharedModel.source}`;
      });
    await until(async () => /^2: .*pathTrace/s.test(await chosen()), "the inserted cell");
    await command(page, "notebook:run-cell");
    const made = widget(page, 1);
    await until(async () => (await made.view.getAttribute("data-state")) === "done", "its graph");
    await made.drawn();
    const chips = () => made.part(".pb-filter-chip").allTextContents();
    const names = await chips();
    assert.ok(names.length >= 1 && names.every((name) => /moves in layer \d/.test(name)), String(names));
    assert.match(await counts(made), /\d of \d+ paths/);
    await picture(page, "paths-look-filtered");
    const layer = /\d+/.exec(names[0])[0];
    await made.part(".pb-filter-chip").first().click();
    assert.deepEqual(await chips(), names.slice(1));
    await made.focus();
    await made.press("u");
    assert.deepEqual(await chips(), names);
    for (const _ of names) await made.part(".pb-filter-chip").first().click();
    assert.match(await counts(made), /^[\d\u202f]+ paths · /);
    assert.ok(!(await made.part(".pb-readout-second").textContent()).includes(`move in layer ${layer}`));
  });

  test("paths that a notebook does not hold come from the kernel when they are asked for", async () => {
    const large = widget(page, 3);
    await large.drawn();
    await page.mouse.move(0, 0);
    const side = () => large.part(".pb-side").textContent();
    await picture(page, "paths-look-sums");
    assert.match(await side(), /kept paths are too many for a notebook.*The running kernel has them/s);
    await large.focus();
    await large.press("b");
    await until(async () => /Bands need single paths/.test(await large.view.textContent()), "why there are no bands");
    await large.part(".pb-side").getByRole("button", { name: "Get them all" }).click();
    await until(async () => /Paths, best rank first/.test(await side()), "the list of paths");
    await large.press("b");
    assert.ok((await large.part('.pb-picture [data-role="layer"]').allTextContents()).includes("0–1"));
    await picture(page, "paths-look-whole");
  });

  test("nothing fades or slides for those who want no motion", async () => {
    const durations = () =>
      paths().view.evaluate((view) =>
        [...view.querySelectorAll("*")]
          .map((node) => getComputedStyle(node).transitionDuration)
          .filter((text) => !/^0s(, 0s)*$/.test(text)),
      );
    await page.emulateMedia({ reducedMotion: "no-preference" });
    assert.ok((await durations()).length > 0, "there is motion to begin with");
    await page.emulateMedia({ reducedMotion: "reduce" });
    assert.deepEqual(await durations(), []);
    await paths().view.scrollIntoViewIfNeeded();
    await paths().hover("ArrowUp");
    // Faded in the same frame, not on the way to it.
    const opacity = await paths().view.evaluate((view) => getComputedStyle(view.querySelector(".pb-curves")).opacity);
    assert.equal(Number(opacity), 0.28);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    assert.deepEqual(page.errors, []);
  });
});

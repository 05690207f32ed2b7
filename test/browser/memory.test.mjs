/** What the page holds after an output was drawn fifty times over: no more nodes, listeners or memory than before, in
 *  every kind of widget, and nothing of views that have gone. Counts, after forced garbage collection; no clocks. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { paths, scatter } from "./kinds.mjs";
import { openNotebook, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { heapOf, rerender } from "./rerender.mjs";
import { heatmap, notebook } from "./stored.mjs";

/** Far larger than what a page breathes in and out, far smaller than fifty copies of a drawing. */
const MOST_MB = 4;
/** In each of two rounds: what leaks does so in both, what JupyterLab itself adds once does not. */
const TIMES = 25;
const views = {
  heatmap: heatmap({ id: "heatmap", layers: 64 }),
  scatter: scatter({ perClass: 2500 }),
  paths: paths({ layers: 16, tokens: Array.from({ length: 30 }, (_, i) => ` t${i}`), hops: 60 }),
};

describe("an output that is drawn again and again", () => {
  let lab;
  let browser;
  before(async () => {
    const notebooks = Object.entries(views).map(([kind, view]) => [`${kind}.ipynb`, notebook([view])]);
    lab = await startLab({ notebooks: Object.fromEntries(notebooks) });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  for (const kind of Object.keys(views))
    test(`${kind}: ${2 * TIMES} times over, and the page holds what it held`, async () => {
      const page = await browser.newPage();
      await openNotebook(page, lab, `${kind}.ipynb`);
      await withoutKernel(page);
      await page.locator(".pb-view .pb-picture :is(svg, canvas)").first().waitFor();
      const heap = await heapOf(page);
      await rerender(page, 5);
      const rounds = [];
      let had = await heap();
      for (let round = 0; round < 2; round++) {
        await rerender(page, TIMES);
        const has = await heap();
        rounds.push(Object.fromEntries(Object.entries(has).map(([name, value]) => [name, value - had[name]])));
        had = has;
      }
      const least = (name) => Math.min(...rounds.map((round) => round[name]));
      assert.ok(least("mb") < MOST_MB, `MB more: ${JSON.stringify(rounds)}`);
      assert.ok(least("nodes") < TIMES, `nodes more: ${JSON.stringify(rounds)}`);
      assert.ok(least("listeners") < TIMES, `listeners more: ${JSON.stringify(rounds)}`);
      // A picture of thousands of marks is one canvas, or one SVG whose size has a bound.
      assert.ok((await page.locator(".pb-view *").count()) < 5000, "nodes of the widget");

      // Outputs that are cleared and come again leave nothing behind.
      await page.evaluate(async (mime) => {
        const [cell] = window.jupyterapp.shell.currentWidget.content.widgets;
        const output = cell.outputArea.model.get(0).toJSON();
        for (let i = 0; i < 20; i++) {
          cell.outputArea.model.clear();
          cell.outputArea.model.add({ ...output, data: { [mime]: output.data[mime] } });
          for (let k = 0; k < 3; k++) await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      }, "application/vnd.patchbay.view.v1+json");
      const left = await heap();
      assert.ok(left.mb - had.mb < MOST_MB, `${(left.mb - had.mb).toFixed(1)} MB more after 20 that have gone`);
      assert.ok(left.nodes - had.nodes < 500, `${left.nodes - had.nodes} nodes more after 20 that have gone`);
      assert.deepEqual(page.errors, []);
      await page.context().close();
    });
});

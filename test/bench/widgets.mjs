/** The widgets at the sizes that they must carry: a heatmap of 2,080 cells, a scatter of 10,000 points, a path graph of
 *  20,000 hops, each in a notebook of its own in a real JupyterLab and a headless Chromium. Measures the first painting
 *  (from the output that comes to the frame that shows its picture), the frame that answers the pointer, and the page's
 *  memory after re-renderings. Prints one JSON object. */
import { paths, scatter } from "../browser/kinds.mjs";
import { openNotebook, startBrowser, startLab, withoutKernel } from "../browser/lab.mjs";
import { heapOf, rerender } from "../browser/rerender.mjs";
import { heatmap, notebook } from "../browser/stored.mjs";
import { answer, median } from "./rate.mjs";

const MOVES = 120;
const RENDERS = 50;
const VIEWS = {
  heatmap: { holds: "2,080 cells", view: heatmap({ id: "heatmap", layers: 64 }) },
  scatter: { holds: "10,000 points", view: scatter({ perClass: 2500 }) },
  paths: {
    holds: "20,000 hops",
    view: paths({ layers: 64, tokens: Array.from({ length: 60 }, (_, i) => ` t${i}`), hops: 253 }),
  },
};

/** Milliseconds from an output's arrival to the frame after its picture stands. */
const firstPaint = (page) =>
  page.evaluate(async (mime) => {
    const [cell] = window.jupyterapp.shell.currentWidget.content.widgets;
    const output = cell.outputArea.model.get(0).toJSON();
    cell.outputArea.model.clear();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const began = performance.now();
    cell.outputArea.model.add({ ...output, data: { [mime]: output.data[mime] } });
    while (!cell.node.querySelector(".pb-picture :is(svg, canvas)"))
      await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - began;
  }, "application/vnd.patchbay.view.v1+json");

/** For each move of the pointer, milliseconds from the event to the task after the frame that answers it. */
async function hover(page) {
  await page.evaluate(() => {
    window.frames_ = [];
    window.addEventListener(
      "pointermove",
      ({ timeStamp }) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => window.frames_.push(performance.now() - timeStamp);
          port2.postMessage(0);
        });
      },
      { capture: true },
    );
  });
  const picture = page.locator(".pb-view .pb-overlay").first();
  await picture.scrollIntoViewIfNeeded();
  const box = await picture.boundingBox();
  for (let i = 0; i < MOVES; i++) {
    const t = i / MOVES;
    await page.mouse.move(
      box.x + box.width * (0.15 + 0.6 * t),
      box.y + box.height * (0.3 + 0.3 * Math.abs(Math.sin(9 * t))),
    );
    await page.waitForTimeout(5);
  }
  await page.waitForTimeout(300);
  const times = (await page.evaluate(() => window.frames_)).sort((a, b) => a - b);
  return { median: median(times), p95: times[Math.floor(0.95 * (times.length - 1))], most: times.at(-1) };
}

const notebooks = Object.fromEntries(
  Object.entries(VIEWS).map(([kind, { view }]) => [`${kind}.ipynb`, notebook([view])]),
);
const lab = await startLab({ notebooks });
const browser = await startBrowser();
const found = {};
try {
  for (const [kind, { holds }] of Object.entries(VIEWS)) {
    const page = await browser.newPage();
    await openNotebook(page, lab, `${kind}.ipynb`);
    await withoutKernel(page);
    await page.locator(".pb-view .pb-picture :is(svg, canvas)").first().waitFor();
    const paints = [];
    for (let i = 0; i < 5; i++) paints.push(await firstPaint(page));
    const frameMs = await hover(page);
    await page.mouse.move(0, 0);
    const heap = await heapOf(page);
    await rerender(page, 5);
    const before = await heap();
    await rerender(page, RENDERS);
    const after = await heap();
    found[kind] = {
      holds,
      firstPaintMs: { first: paints[0], median: median(paints) },
      frameMs,
      heapMb: { before: before.mb, after: after.mb, growth: after.mb - before.mb, renders: RENDERS },
      nodes: { before: before.nodes, after: after.nodes },
    };
    await page.context().close();
  }
  answer({ widgets: found });
} finally {
  await browser.stop();
  await lab.stop();
}
process.exit(0);

/** Pointing at a stored heatmap of 64 layers (2,080 cells) in a real JupyterLab and a headless Chromium: from the pointer's
 *  event to the frame that shows its answer. Prints one JSON object. */
import { openNotebook, startBrowser, startLab, withoutKernel } from "../browser/lab.mjs";
import { heatmap, notebook } from "../browser/stored.mjs";
import { answer } from "./rate.mjs";

const LAYERS = 64;
const MOVES = 200;

const lab = await startLab({ notebooks: { "deep.ipynb": notebook([heatmap({ id: "deep", layers: LAYERS })]) } });
const browser = await startBrowser();
try {
  const page = await browser.newPage();
  await openNotebook(page, lab, "deep.ipynb");
  await withoutKernel(page);
  const picture = page.locator(".pb-view .pb-picture").first();
  await picture.locator(":is(svg, canvas)").first().waitFor();
  await picture.scrollIntoViewIfNeeded();
  await page.evaluate(() => {
    window.bench = { handling: [], frame: [], readouts: 0 };
    const { bench } = window;
    const readout = document.querySelector(".pb-view .pb-readout-first");
    let text = readout.textContent;
    let began = 0;
    window.addEventListener(
      "pointermove",
      (event) => {
        began = performance.now();
        // The task after the frame's own callbacks: its painting has been handed over.
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            bench.frame.push(performance.now() - event.timeStamp);
            if (readout.textContent !== text) bench.readouts++;
            text = readout.textContent;
          };
          port2.postMessage(0);
        });
      },
      { capture: true },
    );
    window.addEventListener("pointermove", () => bench.handling.push(performance.now() - began));
  });
  const box = await picture.boundingBox();
  for (let i = 0; i < MOVES; i++) {
    // A slow sweep over the lower left triangle, where the cells are.
    const t = i / MOVES;
    await page.mouse.move(
      box.x + box.width * (0.15 + 0.3 * t),
      box.y + box.height * (0.55 + 0.3 * Math.abs(Math.sin(7 * t))),
    );
    await page.waitForTimeout(5);
  }
  await page.waitForTimeout(200);
  const { handling, frame, readouts } = await page.evaluate(() => window.bench);
  const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))];
  const heap = await page.evaluate(() => performance.memory?.usedJSHeapSize ?? null);
  answer({
    cells: (LAYERS * (LAYERS + 1)) / 2,
    moves: frame.length,
    readouts,
    handlingMs: { median: quantile(handling, 0.5), p95: quantile(handling, 0.95), most: quantile(handling, 1) },
    frameMs: { median: quantile(frame, 0.5), p95: quantile(frame, 0.95), most: quantile(frame, 1) },
    pageHeapMb: heap === null ? null : Math.round(heap / 2 ** 20),
  });
} finally {
  await browser.stop();
  await lab.stop();
}
process.exit(0);

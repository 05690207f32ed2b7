/** A page that is loaded anew in the middle of runs: every kind of widget finds its run again, goes on filling, cancels
 *  and resumes it, and the notebook gets what the run has ended with. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { command, picture, startBrowser, startLab } from "./lab.mjs";
import { liveNotebook, openLive, runCell, startCell } from "./running.mjs";
import { LOAD, LONG_RUNS } from "./runs.mjs";
import { until, widget } from "./widget.mjs";

const KINDS = ["heatmap", "scatter", "paths", "chart"];

describe("a notebook that is loaded anew while its runs go on", () => {
  let lab;
  let browser;
  let page;
  const state = (nth) => widget(page, nth).view.getAttribute("data-state");
  const is = (nth, wanted) => until(async () => (await state(nth)) === wanted, `${KINDS[nth]}: ${wanted}`);
  const done = async (nth) => {
    const text = await widget(page, nth).part(".pb-footer").textContent();
    return Number(/^(\d+) of \d+/.exec(text)?.[1] ?? -1);
  };
  const grows = async (nth) => {
    await until(async () => (await done(nth)) >= 0, `${KINDS[nth]}: progress`);
    const from = await done(nth);
    await until(async () => (await done(nth)) > from, `${KINDS[nth]}: more than ${from}`);
    return done(nth);
  };
  /** Stopped, and drawn so: the count comes a frame after the state is said, together with the button. */
  const stopped = async (nth) => {
    await is(nth, "stopped");
    await widget(page, nth).view.getByRole("button", { name: "Resume" }).waitFor();
  };
  /** What the file holds of each view. */
  const stored = async () => {
    await command(page, "docmanager:save");
    return lab
      .read("long.ipynb")
      .cells.flatMap(({ outputs = [] }) => outputs)
      .flatMap(({ data = {} }) => {
        const view = data["application/vnd.patchbay.view.v1+json"];
        return view ? [{ view, png: data["image/png"] ?? null, text: data["text/plain"] }] : [];
      });
  };

  before(async () => {
    lab = await startLab({ notebooks: { "long.ipynb": liveNotebook(LOAD, ...LONG_RUNS) } });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    // Every state that a view goes through is kept, however short, also after the page has been loaded anew.
    await page.addInitScript(() => {
      window.states = [];
      new MutationObserver(() => {
        for (const { dataset } of document.querySelectorAll(".jp-NotebookPanel .pb-view"))
          if (dataset.state) window.states.push(`${dataset.kind} ${dataset.state}`);
      }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] });
    });
    await openLive(page, lab, "long.ipynb");
    await runCell(page, 0);
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  for (const [nth, kind] of KINDS.entries())
    test(`a ${kind} goes on filling, with time left, is cancelled, resumed and cancelled again`, async () => {
      const it = widget(page, nth);
      await startCell(page, nth + 1);
      await until(async () => (await it.view.count()) === 1 && (await done(nth)) > 0, `${kind} has begun`);
      await command(page, "docmanager:save");
      await page.reload();
      await it.view.waitFor();
      await it.view.scrollIntoViewIfNeeded();
      await grows(nth);
      assert.match(await state(nth), /loading|partial/);
      const seen = await page.evaluate((kind) => window.states.filter((one) => one.startsWith(kind)), kind);
      assert.ok(
        !seen.includes(`${kind} stale`),
        `never said to be stale: ${seen.filter((one, i) => one !== seen[i - 1])}`,
      );
      const left = () => it.part(".pb-left").textContent();
      await until(async () => /left$/.test(await left()), `${kind}: time left`);
      await picture(page, `reload-${kind}`);
      await it.part(".pb-cancel").click();
      await stopped(nth);
      const kept = await done(nth);
      assert.ok(kept > 0, `${kept}`);
      await it.view.getByRole("button", { name: "Resume" }).click();
      await until(async () => (await done(nth)) > kept, `${kind}: beyond ${kept}`);
      await it.part(".pb-cancel").click();
      await stopped(nth);
      // What it has ended with is put into the notebook, which the kernel itself can no longer do.
      const counted = await done(nth);
      const kernelGave = async () => {
        const { view, png } = (await stored())[nth];
        return view.state === "stopped" && view.run.done === counted && png !== null;
      };
      await until(kernelGave, `${kind}: the output as it has ended, with its picture`);
    });

  test("opened once more, all of them are as they ended and can be resumed", async () => {
    await page.reload();
    for (const nth of KINDS.keys()) {
      await widget(page, nth).view.waitFor();
      await widget(page, nth).drawn();
      assert.equal(await state(nth), "stopped", KINDS[nth]);
      await widget(page, nth).view.getByRole("button", { name: "Resume" }).waitFor();
    }
    assert.deepEqual(page.errors, []);
  });
});

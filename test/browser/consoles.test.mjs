/** Views in JupyterLab's consoles: each talks to the kernel of its own console (or of the notebook that the console
 *  belongs to), with progress, cancel, PDF and drill-down, is stale when that kernel restarts, and takes no key from the
 *  prompt nor gives it one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { openConsole } from "./consoles.mjs";
import { picture, startBrowser, startLab } from "./lab.mjs";
import { liveNotebook, openLive, runAll } from "./running.mjs";
import { LOAD, LONG, RUNS } from "./runs.mjs";
import { says, until } from "./widget.mjs";

const [SWEEP, GEOMETRY, TRACE] = RUNS;
const TWO =
  'const [d, e] = [await pb.accuracy(model, { task: "capital", n: 4 }), await pb.accuracy(model, { task: "language", n: 4 })]; pb.show([d, e]);';
const KINDS = ["heatmap", "scatter", "paths", "chart"];

describe("views in consoles", () => {
  let lab;
  let browser;
  let page;
  /** Two consoles with kernels of their own, one with the notebook's. */
  let own;
  let other;
  let shared;
  const inNotebook = () => page.locator(".jp-NotebookPanel .pb-view").first();
  const made = () => page.locator(".jp-LinkedOutputView .pb-view");
  const live = (view) => says(view.locator(".pb-badges"), /kernel ready/);
  const menu = async (view, item) => {
    await view.getByRole("button", { name: "Export" }).click();
    return view.getByRole("menuitem", { name: item });
  };
  const exported = async (view, item) => {
    const row = await menu(view, item);
    const [download] = await Promise.all([page.waitForEvent("download"), row.click()]);
    return readFileSync(await download.path()).toString("latin1");
  };

  before(async () => {
    lab = await startLab({ notebooks: { "live.ipynb": liveNotebook(LOAD, SWEEP) } });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    await openLive(page, lab, "live.ipynb");
    await runAll(page);
    await until(async () => (await inNotebook().getAttribute("data-state")) === "done", "the notebook's run");
    // What is out of sight is not drawn.
    await live(inNotebook());
    shared = await openConsole(page, "notebook:create-console", { activate: true });
    own = await openConsole(page);
    await own.run(LOAD, SWEEP, GEOMETRY, TRACE, TWO);
    other = await openConsole(page);
    await other.run(LOAD, SWEEP);
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("every kind is tied to the kernel of its own console, whichever notebook or console is in front", async () => {
    assert.notEqual(await own.kernelId(), await other.kernelId());
    assert.equal(await own.views.count(), KINDS.length);
    await live(other.view(0));
    await own.front();
    for (const nth of KINDS.keys()) await live(own.view(nth));
    await live(inNotebook());
  });

  test("each exports its PDF there, and a path graph asks its model for the heads of a hop", async () => {
    await own.front();
    for (const [nth, kind] of KINDS.entries()) {
      const view = own.view(nth);
      await view.scrollIntoViewIfNeeded();
      await view.locator(".pb-picture :is(svg, canvas)").first().waitFor();
      assert.match(await exported(view, "PDF"), /^%PDF-/, kind);
    }
    assert.match(await exported(own.view(0), "LaTeX"), /\\begin\{tabular\}/);
    const graph = own.view(2);
    await graph.locator(".pb-stage").focus();
    for (const key of ["ArrowRight", "ArrowLeft", "Space"]) await page.keyboard.press(key);
    await graph.locator(".pb-side .pb-head").first().waitFor();
    assert.match(await graph.locator(".pb-side").textContent(), /Attention of head \d/);
    await picture(page, "consoles-drill");
    await page.keyboard.press("Escape");
  });

  test("what is selected is heard by that kernel and by no other", async () => {
    const view = own.view(0);
    await view.locator(".pb-stage").focus();
    for (const key of ["Home", "Space"]) await page.keyboard.press(key);
    const selected = async (console) => {
      await console.run("console.log(JSON.stringify(pb.selection()?.selection ?? null))");
      return console.printed();
    };
    assert.match(await selected(own), /"selected":\[\{/);
    assert.match(await selected(other), /^null/);
  });

  test("hovering is shown within the console, in no other console and not in the notebook", async () => {
    await own.front();
    const marks = (views) => views.locator(".pb-frame-linked, .pb-path-linked").count();
    const said = (view) => view.locator(".pb-readout-marks").textContent();
    await says(own.view(0).locator(".pb-readout-marks"), /linked with 3 views/);
    for (const alone of [other.view(0), inNotebook()]) assert.doesNotMatch(await said(alone), /linked with [1-9]/);
    await own.view(0).locator(".pb-stage").focus();
    for (const key of ["Control+Home", "ArrowRight"]) await page.keyboard.press(key);
    assert.ok((await marks(own.panel)) > 0);
    for (const elsewhere of [other.panel, page.locator(".jp-NotebookPanel")]) assert.equal(await marks(elsewhere), 0);
  });

  test("Enter in a find field goes to the next match; the prompt keeps its own", async () => {
    for (const [nth, kind] of KINDS.entries()) {
      const view = own.view(nth);
      const said = () => view.locator(".pb-readout-first").textContent();
      await view.locator(".pb-stage").focus();
      await page.keyboard.press("/");
      await page.keyboard.type("a");
      const first = await said();
      assert.ok((await view.locator(".pb-frame-match").count()) > 1, kind);
      await page.keyboard.press("Enter");
      assert.ok(await view.locator(".pb-find-input").evaluate((node) => node === document.activeElement), kind);
      assert.notEqual(await said(), first, kind);
      await page.keyboard.press("Escape");
      assert.equal(await own.prompt(), "");
    }
  });

  test("Enter chooses from a menu and keeps a name", async () => {
    await own.view(0).locator(".pb-stage").focus();
    await page.keyboard.press("e");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    assert.match(download.suggestedFilename(), /svg$/);
    const graph = own.view(2);
    await graph.locator(".pb-stage").focus();
    for (const key of ["Home", "n"]) await page.keyboard.press(key);
    await page.keyboard.type("begin");
    await page.keyboard.press("Enter");
    await until(async () => /begin/.test(await graph.locator(".pb-readout-first").textContent()), "the name");
    assert.ok(await graph.locator(".pb-stage").evaluate((node) => node === document.activeElement));
    assert.equal(await own.prompt(), "");
  });

  test("Esc gives the focus to the prompt", async () => {
    const view = own.view(0);
    await view.locator(".pb-stage").focus();
    while (await view.evaluate((node) => node.contains(document.activeElement))) await page.keyboard.press("Escape");
    await page.keyboard.type("1 + 1");
    await until(async () => (await own.prompt()) === "1 + 1", "typed into the prompt");
    await page.keyboard.press("Shift+Enter");
    await until(async () => /^2/.test(await own.printed()), "the prompt ran");
  });

  test("a console of a notebook shares its kernel, also the part that JupyterLab gives to the notebook alone", async () => {
    const notebooks = await page.evaluate(() =>
      [...window.jupyterapp.shell.widgets("main")].flatMap((one) =>
        one.context ? [one.sessionContext.session.kernel.id] : [],
      ),
    );
    assert.deepEqual(notebooks, [await shared.kernelId()]);
    await shared.front();
    await shared.run("pb.show(a);");
    await live(shared.view(0));
    assert.match(await exported(shared.view(0), "PDF"), /^%PDF-/);
  });

  test("a restart makes the views of that kernel stale and leaves the others; there the cell can be run again", async () => {
    await own.restart();
    await until(async () => (await own.states()) === KINDS.map(() => "stale").join(), "all stale");
    await own.idle();
    await own.front();
    for (const nth of KINDS.keys()) {
      await own.view(nth).scrollIntoViewIfNeeded();
      await says(own.view(nth).locator(".pb-readout"), /earlier kernel/);
    }
    await live(other.view(0));
    await live(shared.view(0));
    await picture(page, "consoles-stale");
    await own.run(LOAD);
    await own.view(0).getByRole("button", { name: "Run again" }).click();
    await until(async () => (await own.states()) === "stale,stale,stale,stale,done", "run again");
  });

  test("a view made for a notebook's output follows the notebook, whatever is in front", async () => {
    await page.evaluate(async () => {
      const { shell, commands } = window.jupyterapp;
      const panel = [...shell.widgets("main")].find((one) => one.context);
      shell.activateById(panel.id);
      panel.content.activeCellIndex = 1;
      await commands.execute("notebook:create-output-view");
    });
    const view = made();
    await view.locator(".pb-picture svg").waitFor();
    await other.front();
    await live(view);
    assert.match(await exported(view, "PDF"), /^%PDF-/);
  });

  test("a restart from the notebook is known in its console and in the view made for its output", async () => {
    await page.evaluate(() => {
      const panel = [...window.jupyterapp.shell.widgets("main")].find((one) => one.context);
      return panel.sessionContext.session.kernel.restart();
    });
    const states = async () => [
      await inNotebook().getAttribute("data-state"),
      await made().getAttribute("data-state"),
      await shared.states(),
    ];
    await until(async () => (await states()).join() === "stale,stale,stale", "all three are stale");
    assert.equal(await other.states(), "done");
    await shared.run(LOAD);
    await page.evaluate(() => {
      const { shell } = window.jupyterapp;
      shell.activateById([...shell.widgets("main")].find((one) => one.node.querySelector(".jp-LinkedOutputView")).id);
    });
    await made().getByRole("button", { name: "Run again" }).click();
    await until(async () => (await states()).slice(0, 2).join() === "done,done", "the notebook's cell has run");
  });

  test("a run is followed and cancelled from a console", async () => {
    await other.front();
    await other.start(LONG);
    const view = other.view(1);
    await until(async () => /^[1-9]\d* of \d+/.test(await view.locator(".pb-count").textContent()), "progress");
    await until(async () => /left$/.test(await view.locator(".pb-left").textContent()), "time left");
    await until(async () => (await view.getAttribute("data-state")) === "partial", "cells");
    await picture(page, "consoles-partial");
    await view.locator(".pb-cancel").click();
    await until(async () => (await view.getAttribute("data-state")) === "stopped", "stopped");
    await other.idle();
    const [, done, total] = /(\d+) of (\d+)/.exec(await view.locator(".pb-footer").textContent());
    assert.ok(Number(done) > 0 && Number(done) < Number(total), `${done} of ${total}`);
    await view.getByRole("button", { name: "Resume" }).waitFor();
  });

  test("after a reload in the middle of a run the console is back, and a view in it follows and cancels that run", async () => {
    const kernel = await other.kernelId();
    await other.view(1).getByRole("button", { name: "Resume" }).click();
    await until(async () => (await other.view(1).getAttribute("data-state")) === "partial", "going on");
    await page.reload();
    await other.panel.waitFor();
    await until(async () => (await other.kernelId().catch(() => null)) === kernel, "the same kernel");
    await other.ready();
    await other.front();
    await other.start("pb.show(slow);");
    const view = other.view(0);
    await view.waitFor();
    const count = async () => Number(/^(\d+) of/.exec(await view.locator(".pb-footer").textContent())?.[1] ?? 0);
    await picture(page, "consoles-reloaded");
    await until(async () => (await count()) > 0, "progress");
    const before = await count();
    await until(async () => (await count()) > before, "more of it");
    await view.locator(".pb-cancel").click();
    await until(async () => (await view.getAttribute("data-state")) === "stopped", "stopped");
    assert.deepEqual(page.errors, []);
  });
});

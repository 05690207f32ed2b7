/** Whose keys are whose, in every place that a widget can be in: what is pressed in a widget reaches neither JupyterLab's
 *  shortcuts nor the cell's editor nor a console's prompt, saving apart; what is pressed elsewhere reaches no widget. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openAlone } from "./alone.mjs";
import { openConsole } from "./consoles.mjs";
import { oneOfEach } from "./kinds.mjs";
import { command, openNotebook, settled, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { notebook } from "./stored.mjs";
import { until } from "./widget.mjs";

const views = oneOfEach();
const KINDS = Object.keys(views);
/** Keys that widgets use, keys that JupyterLab uses, and keys that both do. */
const KEYS = [
  ..."/e?tuUflao[]+-0vgnihbaddmxcyzjk00",
  ...["Space", "Enter", "Shift+Enter", "Control+Enter", "Alt+Enter", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"],
  ...["Shift+ArrowUp", "Shift+ArrowDown", "Shift+J", "Shift+K", "Home", "End", "PageUp", "PageDown", "Shift", "Delete"],
  ...["Control+z", "Control+Shift+z", "Control+Shift+h", "Control+Shift+k", "Shift+M", "Backspace"],
];
/** Closes what a key may have opened, and comes back to the stage. */
const backTo = async (page, view) => {
  await page.keyboard.press("Escape");
  await view.locator(".pb-stage").focus();
};

/** Presses every key in a widget; none may take the focus away. */
async function pressAll(page, view) {
  await view.scrollIntoViewIfNeeded();
  await view.locator(".pb-picture :is(svg, canvas)").first().waitFor();
  await settled(page);
  await view.locator(".pb-stage").focus();
  for (const key of KEYS) {
    await page.keyboard.press(key);
    assert.ok(await view.evaluate((node) => node.contains(document.activeElement)), `${key} took the focus away`);
    if (!(await view.locator(".pb-stage").evaluate((node) => node === document.activeElement)))
      await backTo(page, view);
  }
  // Whatever has been marked is taken back, the next proof begins as this one did.
  await view.locator(".pb-stage").focus();
  for (let i = 0; i < 6 && (await view.evaluate((node) => node.contains(document.activeElement))); i++)
    await page.keyboard.press("Escape");
}

/** What a widget shows of itself that a key could change. */
const looksOf = (view) =>
  view.evaluate((node) => [
    node.querySelector(".pb-finder").hidden,
    node.querySelectorAll(".pb-menu, .pb-help, table, .pb-badge-numeral, .pb-frame-selected, .pb-frame-cursor").length,
    node.querySelector(".pb-padlock")?.checkVisibility() ?? false,
    node.querySelector(".pb-picture").childElementCount,
  ]);

describe("keys in JupyterLab", () => {
  let lab;
  let browser;
  let page;
  const inNotebook = (nth) => page.locator(".jp-NotebookPanel .pb-view").nth(nth);
  /** What JupyterLab has been asked to do since the last look. */
  const asked = () => page.evaluate(() => window.asked.splice(0));
  const cells = () =>
    page.evaluate(() => {
      const panel = [...window.jupyterapp.shell.widgets("main")].find((one) => one.context?.path === "each.ipynb");
      const { widgets, activeCellIndex } = panel.content;
      return JSON.stringify([widgets.map(({ model }) => [model.type, model.sharedModel.getSource()]), activeCellIndex]);
    });
  const dirty = () =>
    page.evaluate(
      () =>
        [...window.jupyterapp.shell.widgets("main")].find((one) => one.context?.path === "each.ipynb").context.model
          .dirty,
    );

  before(async () => {
    lab = await startLab({
      notebooks: { "each.ipynb": notebook(Object.values(views)), "each.json": Object.values(views) },
    });
    for (const [kind, view] of Object.entries(views))
      writeFileSync(join(lab.root, `${kind}.patchbay.json`), JSON.stringify(view));
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    await openNotebook(page, lab, "each.ipynb");
    await withoutKernel(page);
    await page.evaluate(() => {
      window.asked = [];
      // What JupyterLab does by itself from time to time is not asked for by a key.
      const own =
        /^(docmanager:save-all|filebrowser|running|application:(set-mode|toggle)|__internal|notebook:(?!.*cell))/;
      window.jupyterapp.commands.commandExecuted.connect((_, { id }) => {
        if (!own.test(id)) window.asked.push(id);
      });
    });
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  for (const [nth, kind] of KINDS.entries())
    test(`a ${kind} in a notebook in command mode keeps its keys; Ctrl+S saves`, async () => {
      await inNotebook(nth).locator(".pb-stage").focus();
      const [was] = [await cells(), await asked()];
      await pressAll(page, inNotebook(nth));
      assert.deepEqual(await asked(), []);
      assert.equal(await cells(), was);
      await inNotebook(nth).locator(".pb-stage").focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Control+s");
      await until(async () => !(await dirty()), "saved");
      assert.deepEqual(await asked(), ["docmanager:save"]);
      await page.keyboard.press("Escape");
    });

  for (const [nth, kind] of KINDS.entries())
    test(`Enter in the find field of a ${kind} goes to the next match; the field keeps what is typed`, async () => {
      const view = inNotebook(nth);
      const said = () => view.locator(".pb-readout-first").textContent();
      await view.locator(".pb-stage").focus();
      await page.keyboard.press("/");
      const [was] = [await cells(), await asked()];
      await page.keyboard.type({ heatmap: "country 3", scatter: "country", paths: "a", chart: "attn" }[kind]);
      const first = await said();
      assert.ok((await view.locator(".pb-frame-match").count()) > 1);
      await page.keyboard.press("Enter");
      assert.notEqual(await said(), first);
      await page.keyboard.type("ddxmb");
      assert.match(await view.locator(".pb-find-input").inputValue(), /ddxmb$/);
      assert.deepEqual(await asked(), []);
      assert.equal(await cells(), was);
      await page.keyboard.press("Escape");
    });

  for (const [nth, kind] of KINDS.entries())
    test(`a ${kind} takes the keys from an editor when it is clicked, and none while the editor has them`, async () => {
      const view = inNotebook(nth);
      await view.scrollIntoViewIfNeeded();
      const source = () =>
        page.evaluate(
          (at) => window.jupyterapp.shell.currentWidget.content.widgets[at].model.sharedModel.getSource(),
          nth,
        );
      const editor = page.locator(".jp-NotebookPanel .jp-Cell").nth(nth).locator(".cm-content");
      const before = await source();
      await editor.click();
      await page.keyboard.press("Control+End");
      await settled(page);
      const looks = await looksOf(view);
      // The pointer rests on the widget meanwhile.
      const box = await view.locator(".pb-overlay").boundingBox();
      await page.mouse.move(box.x + box.width - 3, box.y + box.height - 3);
      await page.keyboard.type("/e?tuU f0+-");
      await until(async () => (await source()) === `${before}/e?tuU f0+-`, "typed into the cell");
      await page.mouse.move(0, 0);
      assert.deepEqual(await looksOf(view), looks);
      const typed = await source();
      await page.mouse.click(box.x + box.width - 3, box.y + box.height - 3);
      assert.ok(await view.locator(".pb-stage").evaluate((node) => node === document.activeElement));
      await asked();
      for (const key of ["Home", "ArrowRight", "d", "d", "x", "Shift+Enter", "Control+z"])
        await page.keyboard.press(key);
      assert.ok((await view.locator(".pb-frame-cursor").count()) > 0);
      assert.equal(await source(), typed);
      assert.deepEqual(await asked(), []);
      await editor.click();
      await page.keyboard.press("Control+End");
      for (let i = 0; i < 11; i++) await page.keyboard.press("Backspace");
      await page.keyboard.press("Escape");
      await until(async () => (await source()) === before, "the cell as it was");
    });

  for (const [nth, kind] of KINDS.entries())
    test(`JupyterLab's own keys are its own while a cell with a ${kind} is chosen`, async () => {
      await page.evaluate((at) => {
        const { content } = window.jupyterapp.shell.currentWidget;
        content.activeCellIndex = at;
        content.mode = "command";
        content.activeCell.node.focus();
      }, nth);
      const [was, looks] = [await cells(), await looksOf(inNotebook(nth))];
      await asked();
      for (const key of ["t", "e", "u", "f", "Space"]) await page.keyboard.press(key);
      await page.keyboard.press("b");
      assert.deepEqual((await asked()).includes("notebook:insert-cell-below"), true);
      await page.keyboard.press("z");
      await until(
        async () => JSON.parse(await cells())[0].length === JSON.parse(was)[0].length,
        "the cell is gone again",
      );
      assert.deepEqual(await looksOf(inNotebook(nth)), looks);
    });

  for (const [nth, kind] of KINDS.entries())
    test(`a ${kind} in a view of its own keeps its keys; Ctrl+S saves the notebook`, async () => {
      await page.evaluate((at) => {
        const { shell } = window.jupyterapp;
        const panel = [...shell.widgets("main")].find((one) => one.context?.path === "each.ipynb");
        shell.activateById(panel.id);
        panel.content.activeCellIndex = at;
      }, nth);
      await command(page, "notebook:create-output-view");
      const own = page.locator(".jp-LinkedOutputView .pb-view");
      await own.waitFor();
      const was = await cells();
      await asked();
      await pressAll(page, own);
      assert.deepEqual(await asked(), []);
      assert.equal(await cells(), was);
      await own.locator(".pb-stage").focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Control+s");
      await until(async () => !(await dirty()), "saved");
      await page.keyboard.press("Escape");
      await page.evaluate(() => {
        for (const one of [...window.jupyterapp.shell.widgets("main")])
          if (one.node.querySelector(".jp-LinkedOutputView")) one.close();
      });
      await own.waitFor({ state: "detached" });
    });

  for (const kind of KINDS)
    test(`a ${kind} in a document keeps its keys`, async () => {
      const path = `${kind}.patchbay.json`;
      await command(page, "docmanager:open", { path });
      const view = page.locator(".jp-Document:not(.lm-mod-hidden) .pb-document .pb-view");
      await view.locator(".pb-picture :is(svg, canvas)").first().waitFor();
      await asked();
      await pressAll(page, view);
      assert.deepEqual(await asked(), []);
      const looks = await looksOf(view);
      await page.evaluate(() => window.jupyterapp.shell.currentWidget.node.focus());
      for (const key of ["t", "e", "u", "f", "/"]) await page.keyboard.press(key);
      assert.deepEqual(await looksOf(view), looks);
      await command(page, "application:close");
    });

  test("in a console each kind keeps its keys, and the prompt its own", async () => {
    const console = await openConsole(page);
    await console.run(
      'import * as pb from "patchbay"; import { readFileSync } from "fs";',
      'for (const view of JSON.parse(readFileSync("each.json", "utf8"))) pb.show(view);',
    );
    await until(async () => (await console.views.count()) === KINDS.length, "four views");
    for (const nth of KINDS.keys()) {
      const view = console.view(nth);
      await view.scrollIntoViewIfNeeded();
      await asked();
      await pressAll(page, view);
      assert.deepEqual(await asked(), [], KINDS[nth]);
      assert.equal(await console.prompt(), "", KINDS[nth]);
      const looks = await looksOf(view);
      await console.panel.locator(".jp-CodeConsole-promptCell .cm-content").click();
      await page.keyboard.type("/e?tuU f0+-");
      await until(async () => (await console.prompt()) === "/e?tuU f0+-", "typed into the prompt");
      assert.deepEqual(await looksOf(view), looks);
      for (let i = 0; i < 11; i++) await page.keyboard.press("Backspace");
    }
    assert.deepEqual(page.errors, []);
  });
});

describe("keys in a page that stands alone", () => {
  let browser;
  let page;
  let remove;
  before(async () => {
    browser = await startBrowser();
    ({ page, remove } = await openAlone(browser, Object.values(views), { width: 1280, height: 1000 }));
    // Which keys a widget has taken from the browser.
    await page.evaluate(() => {
      window.taken = [];
      window.addEventListener(
        "keydown",
        (event) => {
          // Looked at when all others have seen it.
          setTimeout(() => {
            if (event.defaultPrevented) window.taken.push(event.key);
          });
        },
        true,
      );
    });
  });
  after(async () => {
    await browser?.stop();
    remove?.();
  });
  /** Behind the looks at what has been pressed so far: the page takes its turns one after another. */
  const taken = () => page.evaluate(() => new Promise((resolve) => setTimeout(() => resolve(window.taken.splice(0)))));

  for (const [nth, kind] of KINDS.entries())
    test(`a ${kind} takes its keys with the focus and none without; the browser's save and find are its own`, async () => {
      const view = page.locator(".pb-view").nth(nth);
      await pressAll(page, view);
      assert.ok((await taken()).includes("ArrowRight"));
      const looks = await looksOf(view);
      await page.evaluate(() => document.activeElement?.blur());
      const box = await view.locator(".pb-overlay").boundingBox();
      await page.mouse.move(box.x + 3, box.y + 3);
      for (const key of [..."/e?tuU f0+-", "ArrowDown", "Enter", "Escape", "Home"]) await page.keyboard.press(key);
      await page.mouse.move(0, 0);
      assert.deepEqual(await taken(), []);
      assert.deepEqual(await looksOf(view), looks);
      await view.locator(".pb-stage").focus();
      await view.evaluate((node) => {
        for (const key of ["s", "f", "p"])
          node
            .querySelector(".pb-stage")
            .dispatchEvent(new KeyboardEvent("keydown", { key, ctrlKey: true, bubbles: true, cancelable: true }));
      });
      assert.deepEqual(await taken(), []);
      assert.deepEqual(page.errors, []);
    });
});

/** Every kind of widget wherever an output can be: narrow, scrolled, in a view of its own, out of sight and back in a
 *  windowed notebook, after a reload without a kernel, in another theme; and with a kernel: stale after its restart, and
 *  in a console. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openConsole } from "./consoles.mjs";
import { oneOfEach } from "./kinds.mjs";
import {
  atRest,
  command,
  openNotebook,
  picture,
  setTheme,
  settled,
  startBrowser,
  startLab,
  withoutKernel,
} from "./lab.mjs";
import { liveNotebook, openLive, runAll } from "./running.mjs";
import { LOAD, RUNS } from "./runs.mjs";
import { notebook } from "./stored.mjs";
import { says, until, widget } from "./widget.mjs";

const KINDS = ["heatmap", "scatter", "paths", "chart"];
const text = (source) => ({ cell_type: "markdown", metadata: {}, source });

/** The four views with so much text before each that no two are in sight together. */
function long() {
  const made = notebook(Object.values(oneOfEach()));
  const lines = Array.from({ length: 60 }, (_, i) => `Line ${i}`).join("\n\n");
  return { ...made, nbformat_minor: 4, cells: made.cells.flatMap(({ id, ...cell }) => [text(lines), cell]) };
}

describe("without a kernel", () => {
  let lab;
  let browser;
  let page;
  const each = (nth) => widget(page, nth);
  const open = async (name) => {
    await openNotebook(page, lab, name);
    await withoutKernel(page);
  };
  before(async () => {
    lab = await startLab({
      notebooks: { "each.ipynb": notebook(Object.values(oneOfEach())), "long.ipynb": long() },
    });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    await open("each.ipynb");
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  for (const [nth, kind] of KINDS.entries())
    test(`a ${kind} of 300 px shows its picture, its read-out and its menus, and nothing sticks out`, async () => {
      const it = each(nth);
      await it.drawn();
      await it.view.evaluate((node) => {
        node.style.maxWidth = "300px";
      });
      await until(async () => (await it.view.getAttribute("data-width")) === "narrow", "the narrow layout");
      await settled(page);
      assert.ok(await it.part(".pb-picture :is(svg, canvas)").first().isVisible());
      const out = await it.view.evaluate((node) => {
        const { left, right } = node.getBoundingClientRect();
        const scrolls = (part) => part.closest(".pb-stage, .pb-table-scroll, pre") !== null;
        return [...node.querySelectorAll("button, select, .pb-title, .pb-subtitle, .pb-readout, .pb-readout-text")]
          .filter((part) => part.getClientRects().length > 0 && !scrolls(part))
          .filter((part) => {
            const box = part.getBoundingClientRect();
            return box.left < left - 1 || box.right > right + 1;
          })
          .map((part) => part.className);
      });
      assert.deepEqual(out, []);
      assert.ok((await it.view.evaluate((node) => node.scrollWidth - node.clientWidth)) <= 1);
      await it.hover("Home", "ArrowRight");
      assert.ok((await it.readout()).length > 5);
      const { x, width } = await it.view.boundingBox();
      for (const name of ["Export", "More"]) {
        await it.view.getByRole("button", { name, exact: true }).click();
        const menu = await it.part(".pb-menu").boundingBox();
        assert.ok(menu.x >= x && menu.x + menu.width <= x + width + 1, `${name}: ${JSON.stringify(menu)}`);
        await page.keyboard.press("Escape");
      }
      await it.away();
      await picture(it.view, `places-narrow-${kind}`);
      await it.view.evaluate((node) => {
        node.style.maxWidth = "";
      });
      await until(async () => (await it.view.getAttribute("data-width")) !== "narrow", "the wide layout");
    });

  for (const [nth, kind] of KINDS.entries())
    test(`a ${kind} that is scrolled is pointed at where it stands now`, async () => {
      const it = each(nth);
      await it.drawn();
      const at = await it.hover("Home");
      const said = await it.readout();
      const scroller = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer");
      const top = () => scroller.evaluate((node) => node.scrollTop);
      const from = await top();
      await scroller.evaluate((node) => node.scrollBy(0, node.scrollTop > 200 ? -37 : 37));
      await until(async () => (await top()) !== from, "scrolled");
      await it.away();
      assert.notEqual(await it.readout(), said);
      await page.mouse.move(at[0], at[1] - (await top()) + from);
      assert.equal(await it.readout(), said);
    });

  for (const [nth, kind] of KINDS.entries())
    test(`a ${kind} in an output that scrolls is pointed at where it stands, and all of it can be reached`, async () => {
      const it = each(nth);
      await page.evaluate((at) => {
        window.jupyterapp.shell.currentWidget.content.activeCellIndex = at;
      }, nth);
      await command(page, "notebook:enable-output-scrolling");
      const area = page.locator(".jp-NotebookPanel .jp-Cell.jp-mod-outputsScrolled .jp-Cell-outputArea");
      await area.waitFor();
      const height = () => area.evaluate((node) => [node.clientHeight, node.scrollHeight]);
      await until(async () => (await height())[0] < (await height())[1] - 50, `${kind}: there is something to scroll`);
      await it.drawn();
      await it.hover("Home");
      const said = await it.readout();
      // Scrolled by a little, the pointer is over something else, and what it was over has moved.
      const from = await area.evaluate((node) => node.scrollTop);
      const at = await it.hover("Home");
      await area.evaluate((node, y) => {
        // Towards the middle, so that it stays in sight.
        const { top, height } = node.getBoundingClientRect();
        node.scrollBy(0, y - top < height / 2 && node.scrollTop > 31 ? -31 : 31);
      }, at[1]);
      const moved = (await area.evaluate((node) => node.scrollTop)) - from;
      assert.notEqual(moved, 0);
      await it.away();
      await page.mouse.move(at[0], at[1] - moved);
      assert.equal(await it.readout(), said);
      // The wheel over an unfocused picture scrolls the output.
      await page.evaluate(() => document.activeElement?.blur());
      const top = await area.evaluate((node) => node.scrollTop);
      await page.mouse.wheel(0, top > 60 ? -50 : 50);
      await until(async () => (await area.evaluate((node) => node.scrollTop)) !== top, "the wheel scrolls the output");
      await settled(page);
      await it.away();
      for (const name of ["Export", "More"]) {
        await it.view.getByRole("button", { name, exact: true }).click();
        const last = it.part(".pb-menu button").last();
        await last.scrollIntoViewIfNeeded();
        const covered = await last.evaluate((node) => {
          const { left, top, width, height } = node.getBoundingClientRect();
          return !node.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        });
        assert.ok(!covered, `${name}: its last row can be reached`);
        await page.keyboard.press("Escape");
      }
      await picture(page, `places-scrolled-${kind}`);
      await command(page, "notebook:disable-output-scrolling");
    });

  for (const [nth, kind] of KINDS.entries())
    test(`a ${kind} in a view of its own is drawn, answers keys, is linked, and shares its marks`, async () => {
      const it = each(nth);
      await it.drawn();
      await page.evaluate((at) => {
        window.jupyterapp.shell.currentWidget.content.activeCellIndex = at;
      }, nth);
      await command(page, "notebook:create-output-view");
      const own = page.locator(".jp-LinkedOutputView .pb-view");
      await own.locator(".pb-picture :is(svg, canvas)").first().waitFor();
      await says(own.locator(".pb-readout-marks"), /linked with 4 views/);
      await own.locator(".pb-stage").focus();
      for (const key of ["Home", "ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
      assert.ok((await own.locator(".pb-frame-cursor").count()) > 0);
      assert.ok((await it.part(".pb-frame-linked, .pb-path-linked").count()) > 0, "marked in the notebook's own");
      await page.keyboard.press("Enter");
      assert.equal(await own.locator(".pb-badge-numeral").count(), 1);
      await picture(page, `places-own-${kind}`);
      await page.keyboard.press("Escape");
      await page.evaluate(() => {
        const { shell } = window.jupyterapp;
        for (const one of [...shell.widgets("main")]) if (one.node.querySelector(".jp-LinkedOutputView")) one.close();
      });
      await own.waitFor({ state: "detached" });
      await until(async () => /with 3 views/.test(await it.part(".pb-readout-marks").textContent()), "one view less");
    });

  test("themes change under all of them: light, dark, high contrast, and back", async () => {
    /** Ground and colours of each picture. */
    const looks = () =>
      page.evaluate(() =>
        [...document.querySelectorAll(".jp-NotebookPanel .pb-view")].map((view) => {
          const drawn = view.querySelector(".pb-picture :is(svg, canvas)");
          const colours = new Set(drawn.innerHTML.match(/#[0-9a-f]{6}\b|rgb\([^)]*\)/g));
          if (drawn instanceof HTMLCanvasElement) {
            const { data } = drawn.getContext("2d").getImageData(0, 0, drawn.width, drawn.height);
            const many = new Map();
            for (let i = 0; i < data.length; i += 4) {
              const colour = data.slice(i, i + 4).join();
              many.set(colour, (many.get(colour) ?? 0) + 1);
            }
            for (const [colour] of [...many].sort((a, b) => b[1] - a[1]).slice(0, 6)) colours.add(colour);
          }
          return `${getComputedStyle(view).backgroundColor}: ${[...colours].sort().join(" ")}`;
        }),
      );
    for (const nth of KINDS.keys()) await each(nth).drawn();
    await settled(page);
    const light = await looks();
    const seen = [light];
    for (const theme of ["JupyterLab Dark", "JupyterLab Dark High Contrast"]) {
      await setTheme(page, theme);
      await until(async () => (await looks()).every((look, at) => seen.every((old) => old[at] !== look)), theme);
      await settled(page);
      seen.push(await looks());
    }
    await setTheme(page, "JupyterLab Light");
    const ground = (look) => look.split(":")[0];
    const back = (look, at) => ground(look) === ground(light[at]) && look !== seen.at(-1)[at];
    await until(async () => (await looks()).every(back), "as it was");
  });

  test("nothing moves for those who want no motion", async () => {
    const moving = () =>
      page.evaluate(
        () =>
          [...document.querySelectorAll(".pb-view, .pb-view *")].filter((node) => {
            const { transitionDuration, animationDuration } = getComputedStyle(node);
            return [transitionDuration, animationDuration].some((all) => all.split(", ").some((one) => one !== "0s"));
          }).length,
      );
    assert.ok((await moving()) > 0);
    await page.emulateMedia({ reducedMotion: "reduce" });
    assert.equal(await moving(), 0);
    await page.emulateMedia({ reducedMotion: "no-preference" });
  });

  test("pins are there again after the page is loaded anew, untrusted and without a kernel", async () => {
    for (const nth of KINDS.keys()) {
      const it = each(nth);
      await it.drawn();
      await it.focus();
      await it.press("Home", "Enter");
      assert.equal(await it.pins(), 1);
      await it.kept(({ pins }) => pins.length === 1);
    }
    await command(page, "docmanager:save");
    await page.reload();
    await page.waitForSelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell");
    await withoutKernel(page);
    for (const nth of KINDS.keys()) {
      const it = each(nth);
      await it.drawn();
      assert.equal(await it.pins(), 1, KINDS[nth]);
      assert.equal(await it.view.getAttribute("data-state"), "done");
      assert.match(await it.part(".pb-badges").textContent(), /saved view/);
      assert.equal(await it.part(".pb-cancel").count(), 0);
    }
    const trusted = await page.evaluate(() =>
      window.jupyterapp.shell.currentWidget.content.widgets.some((cell) => cell.model.trusted),
    );
    assert.equal(trusted, false);
    assert.deepEqual(page.errors, []);
  });

  test("a windowed notebook takes them out of the page and back, with pins, links and focus in order", async () => {
    const answer = await fetch(
      `${lab.url}/lab/api/settings/@jupyterlab/notebook-extension:tracker?token=patchbay-test`,
      {
        method: "PUT",
        body: JSON.stringify({ raw: '{ "windowingMode": "full" }' }),
      },
    );
    assert.ok(answer.ok, `${answer.status}`);
    await open("long.ipynb");
    const views = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .pb-view");
    const goTo = async (at) => {
      await page.evaluate(async (cell) => {
        const { content } = window.jupyterapp.shell.currentWidget;
        content.activeCellIndex = cell;
        await content.scrollToItem(cell, "start");
      }, at);
      // Cells are measured on the way, put in and taken out.
      await settled(page);
    };
    const shown = (nth) => widget(page, nth);
    const seen = new Set();
    for (const round of [0, 1])
      for (const [at, kind] of KINDS.entries()) {
        await goTo(2 * at + 1);
        const node = page.locator(`.jp-NotebookPanel:not(.lm-mod-hidden) .pb-view[data-kind=${kind}]`);
        await node.locator(".pb-picture :is(svg, canvas)").first().waitFor();
        seen.add(await views.evaluateAll((nodes) => nodes.filter((one) => one.clientWidth > 0).length));
        await node.locator(".pb-stage").focus();
        await page.keyboard.press("Home");
        if (round === 0) await page.keyboard.press("Enter");
        assert.equal(await node.locator(".pb-overlay .pb-badge-numeral").count(), 1, `${kind}, round ${round}`);
        assert.ok((await node.locator(".pb-frame-cursor").count()) > 0);
        assert.ok((await node.locator(".pb-readout-first").textContent()).length > 5);
      }
    assert.ok(Math.min(...seen) < KINDS.length, `views in the page: ${[...seen]}`);
    assert.ok(Math.max(...seen) <= KINDS.length, `views in the page: ${[...seen]}`);
    await picture(page, "places-windowed");
    assert.equal(await shown(0).view.count(), 1);

    // What is chosen, marked and zoomed is as it was, and what is as it was is not drawn again.
    for (const [at, kind] of KINDS.entries()) {
      await goTo(2 * at + 1);
      const node = page.locator(`.jp-NotebookPanel:not(.lm-mod-hidden) .pb-view[data-kind=${kind}]`);
      await node.locator(".pb-stage").focus();
      for (const key of ["Home", "ArrowRight", "Space", "+"]) await page.keyboard.press(key);
      await node.locator(".pb-stage").blur();
      await page.mouse.move(0, 0);
      await atRest(page);
      const looks = () =>
        node.evaluate((view) => ({
          overlay: view.querySelector(".pb-overlay").innerHTML,
          side: view.querySelector(".pb-side").textContent,
          readout: view.querySelector(".pb-readout-text").textContent,
          picture: view.querySelector(".pb-picture canvas")?.toDataURL() ?? view.querySelector(".pb-picture").innerHTML,
        }));
      const before = await looks();
      assert.ok(before.overlay.length > 100 && before.side.length > 20, kind);
      await node.evaluate((view) => {
        window.away = view;
        window.redrawn = 0;
        const all = { childList: true, subtree: true, attributes: true, characterData: true };
        new MutationObserver((changes) => {
          window.redrawn += changes.length;
        }).observe(view.querySelector(".pb-picture"), all);
      });
      const outOfSight = () =>
        page.evaluate((cell) => !window.jupyterapp.shell.currentWidget.content.widgets[cell].inViewport, 2 * at + 1);
      await until(async () => {
        await goTo(at < 2 ? 7 : 0);
        return outOfSight();
      }, `${kind} is out of sight`);
      await goTo(2 * at + 1);
      await until(async () => !(await outOfSight()), `${kind} is back`);
      await settled(page);
      assert.ok(await node.evaluate((view) => view === window.away), `${kind}: the same widget`);
      assert.deepEqual(await looks(), before, kind);
      assert.equal(await page.evaluate(() => window.redrawn), 0, `${kind} was drawn again`);
    }
    assert.deepEqual(page.errors, []);
  });
});

describe("with a kernel", () => {
  let lab;
  let browser;
  let page;
  const states = () =>
    page.evaluate(() => [...document.querySelectorAll(".jp-NotebookPanel .pb-view")].map((view) => view.dataset.state));

  before(async () => {
    lab = await startLab({ notebooks: { "live.ipynb": liveNotebook(LOAD, ...RUNS) } });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    await openLive(page, lab, "live.ipynb");
    await runAll(page);
    await until(async () => (await states()).join() === "done,done,done,done", "four runs");
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("every kind is stale once its kernel has been restarted, says why, and offers to run again", async () => {
    for (const nth of KINDS.keys()) await says(widget(page, nth).part(".pb-badges"), /kernel ready/);
    await page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart());
    await until(async () => (await states()).join() === "stale,stale,stale,stale", "all stale");
    for (const [nth, kind] of KINDS.entries()) {
      const it = widget(page, nth);
      await it.drawn();
      assert.equal(await it.view.getAttribute("data-kind"), kind);
      await says(it.part(".pb-badges"), /stale/);
      await says(it.part(".pb-readout"), /earlier kernel/);
      await it.view.getByRole("button", { name: "Run again" }).waitFor();
      assert.ok(await it.part(".pb-picture :is(svg, canvas)").first().isVisible(), "still drawn");
    }
    await picture(page, "places-stale");
  });

  test("a console draws them too, with keys, table and links", async () => {
    const console = await openConsole(page);
    await console.run(LOAD, ...RUNS);
    await until(async () => (await console.states()) === "done,done,done,done", "four runs in a console");
    for (const [nth, kind] of KINDS.entries()) {
      const view = console.view(nth);
      await view.scrollIntoViewIfNeeded();
      await view.locator(".pb-picture :is(svg, canvas)").first().waitFor();
      await view.locator(".pb-stage").focus();
      for (const key of ["Home", "ArrowRight", "Enter"]) await page.keyboard.press(key);
      await picture(page, "places-console");
      assert.equal(await view.locator(".pb-overlay .pb-badge-numeral").count(), 1, kind);
      await page.keyboard.press("t");
      assert.ok((await view.locator("table tbody tr").count()) > 0, kind);
      await page.keyboard.press("t");
    }
    await picture(page, "places-console");
    assert.deepEqual(page.errors, []);
  });
});

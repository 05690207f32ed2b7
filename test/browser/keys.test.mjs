/** What every widget does by keys and by pointer, held kind by kind: cursor, selection, pins, Esc, freezing, undo, find,
 *  export, table, help, what screen readers hear, the wheel, and nothing cut off at the edges. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { oneOfEach } from "./kinds.mjs";
import { openNotebook, picture, settled, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { notebook } from "./stored.mjs";
import { until, widget } from "./widget.mjs";

const views = oneOfEach();
/** What each kind is called to screen readers, what is found in it, rows of its table, and whether it can be zoomed. */
const KINDS = {
  heatmap: { role: "heatmap", find: "0 2", finds: ["1 of 1", /^Layers 0 \+ 2/], rows: 36, zooms: true },
  scatter: { role: "scatter plot", find: "country 7", finds: ["1 of 4", /^country 7/], rows: 8, zooms: true },
  paths: { role: "path graph", find: "France", finds: ["1 of 1", /France/], rows: 136, zooms: true },
  chart: { role: "chart", find: "layer 6 attn", finds: ["1 of 1", /layer 6 · attn_out/], rows: 16, zooms: false },
};

describe("every kind of widget", () => {
  let lab;
  let browser;
  let page;

  before(async () => {
    lab = await startLab({ notebooks: { "each.ipynb": notebook(Object.values(views)) } });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1200 } });
    await openNotebook(page, lab, "each.ipynb");
    await withoutKernel(page);
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  for (const [nth, kind] of Object.keys(KINDS).entries()) {
    const { role, find, finds, rows, zooms } = KINDS[kind];
    describe(`${kind}`, () => {
      let it;
      before(async () => {
        it = widget(page, nth);
        await it.drawn();
        await settled(page);
      });

      test("has a role, a name, and says how to get at its keys", async () => {
        assert.equal(await it.view.getAttribute("data-kind"), kind);
        assert.equal(await it.view.getAttribute("role"), "group");
        assert.equal(await it.view.getAttribute("aria-label"), views[kind].title);
        assert.equal(await it.stage.getAttribute("role"), "application");
        assert.equal(await it.stage.getAttribute("aria-roledescription"), role);
        const name = await it.stage.getAttribute("aria-label");
        assert.match(name, /Press question mark for keys\.$/);
        assert.ok(name.length > 50, name);
        assert.equal(await it.part(".pb-spoken").getAttribute("aria-live"), "polite");
        // Picture and overlay are said by the read-out and the table.
        for (const part of [".pb-picture", ".pb-overlay"])
          assert.equal(await it.part(part).first().getAttribute("aria-hidden"), "true", part);
        const nameless = await it.view
          .locator("button, select, input")
          .evaluateAll(
            (nodes) =>
              nodes.filter((n) => !(n.getAttribute("aria-label") || n.textContent.trim() || n.labels?.length)).length,
          );
        assert.equal(nameless, 0);
      });

      test("arrows move a cursor that shows only with the focus, and what it is on is said once it rests", async () => {
        await it.away();
        assert.equal(await it.part(".pb-frame-cursor").count(), 0);
        await it.focus();
        await it.press("Home");
        const [from, at] = [await it.readout(), await it.underCursor()];
        await it.press("ArrowRight");
        if ((await it.readout()) === from) await it.press("ArrowUp");
        assert.notEqual(await it.readout(), from);
        assert.notDeepEqual(await it.underCursor(), at);
        await it.spoken(/.{10}/);
        // Names are said as words: the sign and the brackets of numbers are not left to the reader's voice.
        assert.doesNotMatch(await it.part(".pb-spoken").textContent(), /[−[\]]/);
        await it.stage.blur();
        assert.equal(await it.part(".pb-frame-cursor").count(), 0);
      });

      test("Space selects, Enter pins, u takes back, U does again, Esc clears selection, pins, then leaves", async () => {
        await it.focus();
        await it.press("Space");
        await it.kept(({ selection }) => selection.length === 1);
        await it.spoken(/^Selected|prompt/);
        await it.press("Enter");
        assert.equal(await it.pins(), 1);
        await it.spoken(/^Pinned as 1\./);
        await it.kept(({ pins }) => pins.length === 1);
        await it.press("u");
        assert.equal(await it.pins(), 0);
        await it.press("u");
        await it.kept(({ selection, pins }) => selection.length === 0 && pins.length === 0);
        await it.press("U", "U");
        assert.equal(await it.pins(), 1);
        await it.kept(({ selection, pins }) => selection.length === 1 && pins.length === 1);
        await it.press("Escape");
        await it.kept(({ selection, pins }) => selection.length === 0 && pins.length === 1);
        await it.press("Escape");
        await it.kept(({ pins }) => pins.length === 0);
        assert.equal(await it.pins(), 0);
        assert.ok(await it.stage.evaluate((node) => node === document.activeElement));
        await it.press("Escape");
        assert.equal(await page.evaluate(() => document.activeElement.closest(".pb-view")), null);
      });

      test("a click selects, an Alt-click pins, a click on nothing clears the selection alone", async () => {
        const spot = await it.hover("Home");
        await page.mouse.click(...spot);
        await it.kept(({ selection }) => selection.length === 1);
        await page.keyboard.down("Alt");
        await page.mouse.click(...spot);
        await page.keyboard.up("Alt");
        assert.equal(await it.pins(), 1);
        const box = await it.part(".pb-overlay").boundingBox();
        await page.mouse.click(box.x + 2, box.y + 2);
        await it.kept(({ selection, pins }) => selection.length === 0 && pins.length === 1);
        await it.focus();
        await it.press("Escape");
        assert.equal(await it.pins(), 0);
      });

      test("Shift holds the read-out while the pointer moves; f freezes it until Esc", async () => {
        const [x, y] = await it.hover("Home");
        const held = await it.readout();
        await page.keyboard.down("Shift");
        const box = await it.part(".pb-overlay").boundingBox();
        await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 });
        await page.mouse.move(box.x + box.width + 40, y, { steps: 3 });
        assert.equal(await it.readout(), held);
        await page.keyboard.up("Shift");
        await page.mouse.move(x, y);
        await it.away();
        assert.notEqual(await it.readout(), held);
        await it.focus();
        await it.press("Home", "f");
        await it.spoken(/^Frozen\./);
        const frozen = await it.readout();
        assert.ok(await it.part(".pb-padlock").isVisible());
        await it.press("ArrowRight", "ArrowUp", "ArrowLeft");
        assert.equal(await it.readout(), frozen);
        await it.press("Escape");
        assert.ok(!(await it.part(".pb-padlock").isVisible()));
      });

      test("/ finds and goes there, e offers exports, ? lists the keys, t is a table; Esc closes each", async () => {
        await it.focus();
        await it.press("/");
        await page.keyboard.type(find);
        assert.equal(await it.part(".pb-finder [role=status]").textContent(), finds[0]);
        assert.match(await it.part(".pb-find-name").textContent(), finds[1]);
        assert.ok((await it.part(".pb-frame-match").count()) >= 1);
        await it.press("Escape");
        assert.equal(await it.part(".pb-frame-match").count(), 0);

        await it.press("e");
        const menu = it.view.getByRole("menu", { name: "Export" });
        const offered = await menu.getByRole("menuitem").allTextContents();
        for (const row of ["SVG", "PNG", "CSV", "HTML", "ode"])
          assert.ok(
            offered.some((text) => text.includes(row)),
            row,
          );
        await it.press("Escape");
        assert.equal(await menu.count(), 0);

        await it.focus();
        await it.press("?");
        const help = it.view.getByRole("dialog", { name: "Keys" });
        assert.ok((await help.locator("dt").count()) > 8);
        await it.press("Escape");
        assert.equal(await help.count(), 0);
        assert.ok(await it.stage.evaluate((node) => node === document.activeElement));

        await it.press("t");
        await it.part("table").first().waitFor();
        for (const table of await it.part("table").all()) {
          assert.ok((await table.locator("caption").textContent()).length > 5);
          assert.ok((await table.locator("thead th").count()) > 1);
        }
        assert.equal(await it.part("table").first().locator("tbody tr").count(), rows);
        await it.press("Escape");
        assert.equal(await it.part("table").count(), 0);
        await it.part(".pb-overlay").waitFor();
      });

      test("keys stay out of the notebook, and Tab leaves", async () => {
        const cells = () => page.evaluate(() => window.jupyterapp.shell.currentWidget.content.widgets.length);
        const many = await cells();
        await it.focus();
        await it.press("b", "a", "d", "d", "m", "x");
        assert.equal(await cells(), many);
        for (let i = 0; i < 30; i++) {
          await it.press("Tab");
          if (await it.view.evaluate((node) => !node.contains(document.activeElement))) return;
        }
        assert.fail("30 times Tab and still inside");
      });

      test(`the wheel scrolls the notebook, and ${zooms ? "zooms only with the focus" : "never zooms"}`, async () => {
        const place = () =>
          page.evaluate(
            () => window.jupyterapp.shell.currentWidget.content.node.querySelector(".jp-WindowedPanel-outer").scrollTop,
          );
        await it.away();
        await page.evaluate(() => document.activeElement?.blur());
        await it.drawn();
        const box = await it.part(".pb-overlay").boundingBox();
        const spot = [box.x + box.width * 0.4, box.y + box.height * 0.5];
        const drawing = () =>
          it.part(".pb-picture").evaluate((node) => {
            const canvas = node.querySelector("canvas");
            return canvas
              ? canvas.toDataURL()
              : node.innerHTML.replace(/<text class="pb-bold-tick".*?<\/text>|(id|href|url)[^ >]*/gs, "");
          });
        const whole = await drawing();
        // There must be room to scroll to, whatever view it is.
        const up = (await place()) > 200 ? -120 : 120;
        const from = await place();
        await page.mouse.move(...spot);
        await page.mouse.wheel(0, up);
        await until(async () => (await place()) !== from, "the notebook scrolls");
        // It scrolls on for a moment.
        await settled(page);
        assert.equal(await drawing(), whole);
        await it.view.scrollIntoViewIfNeeded();
        await it.focus();
        await settled(page);
        const again = await it.part(".pb-overlay").boundingBox();
        await page.mouse.move(again.x + again.width * 0.4, again.y + again.height * 0.5);
        const still = await place();
        await page.mouse.wheel(0, -120);
        if (zooms) {
          await until(async () => (await drawing()) !== whole, "the picture zooms");
          assert.equal(await place(), still);
          await it.press("0");
          await it.away();
          await until(async () => (await drawing()) === whole, "the whole is back");
        } else {
          await settled(page);
          assert.equal(await drawing(), whole);
        }
      });

      test("at the four corners the read-out keeps its room and is not cut off; menus stay inside", async () => {
        await it.drawn();
        const [outer, overlay] = [await it.view.boundingBox(), await it.part(".pb-overlay").boundingBox()];
        const room = await it.part(".pb-readout").boundingBox();
        for (const [x, y] of [
          [2, 2],
          [overlay.width - 2, 2],
          [2, overlay.height - 2],
          [overlay.width - 2, overlay.height - 2],
        ]) {
          await page.mouse.move(overlay.x + x, overlay.y + y);
          assert.deepEqual(await it.part(".pb-readout").boundingBox(), room);
        }
        assert.ok(room.x >= outer.x && room.x + room.width <= outer.x + outer.width + 1);
        for (const name of ["Export", "More"]) {
          const opener = it.view.getByRole("button", { name, exact: true });
          if ((await opener.count()) === 0) continue;
          await opener.click();
          const menu = await it.part(".pb-menu").boundingBox();
          assert.ok(menu.x >= outer.x && menu.x + menu.width <= outer.x + outer.width + 1, name);
          assert.equal(
            await it.part(".pb-menu button").evaluateAll(
              (nodes) =>
                nodes.filter((node) => {
                  const { left, top, width, height } = node.getBoundingClientRect();
                  return (
                    height > 0 &&
                    top + height < window.innerHeight &&
                    !node.contains(document.elementFromPoint(left + width / 2, top + height / 2))
                  );
                }).length,
            ),
            0,
            `${name}: covered rows`,
          );
          await it.press("Escape");
        }
        await it.away();
        await picture(it.view, `keys-${kind}`);
      });
    });
  }

  test("nothing went wrong in the page", () => assert.deepEqual(page.errors, []));
});

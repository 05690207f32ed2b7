/** What a notebook shows when it is opened without a kernel and without being trusted: the views that it holds. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { openNotebook, picture, setTheme, settled, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { heatmap, notebook } from "./stored.mjs";
import { says, until } from "./widget.mjs";

const HOSTILE = '<img src=x onerror="window.hacked=1">';
const broken = { ...heatmap({ id: "broken" }), n: "many" };
const notebooks = {
  "one.ipynb": notebook([heatmap({ id: "one" })]),
  "linked.ipynb": notebook([
    heatmap({ id: "three", stages: ["base", "sft", "dpo"], title: "Three stages" }),
    heatmap({ id: "alone", title: "One stage" }),
  ]),
  "odd.ipynb": notebook([
    heatmap({ id: "hostile", title: HOSTILE, warnings: [HOSTILE] }),
    broken,
    heatmap({ id: "cut", state: "stopped", share: 0.4 }),
    heatmap({
      id: "failed",
      state: "error",
      error: { message: "layers: 40: must be 0 to 15", call: "pb.patchSweep()" },
    }),
    heatmap({ id: "lost", state: "partial", share: 0.5 }),
  ]),
  "lost.ipynb": notebook([heatmap({ id: "lost-alone", state: "partial", share: 0.5 })]),
  "deep.ipynb": notebook([heatmap({ id: "deep32", layers: 32 }), heatmap({ id: "deep64", layers: 64 })]),
};

describe("stored views", () => {
  let lab;
  let browser;
  let page;
  const view = (nth = 0) => page.locator(".pb-view").nth(nth);
  const drawn = async (nth = 0) => {
    await view(nth).scrollIntoViewIfNeeded();
    await view(nth).locator(".pb-picture :is(svg, canvas)").first().waitFor();
    await settled(page);
  };
  const readout = (nth = 0) => view(nth).locator(".pb-readout-first").textContent();
  /** The cell's place from the bold ticks under the cursor or the pointer: "0,2". */
  const ticks = (nth = 0) => view(nth).locator(".pb-bold-tick").allTextContents();
  const open = async (name) => {
    await openNotebook(page, lab, name);
    await withoutKernel(page);
  };

  before(async () => {
    lab = await startLab({ notebooks });
    browser = await startBrowser();
    page = await browser.newPage();
    // Who makes code from strings? A strict content security policy would not let them.
    await page.addInitScript(() => {
      window.evaluated = [];
      const note =
        (make) =>
        (target, ...rest) => {
          window.evaluated.push(new Error().stack);
          return make(target, ...rest);
        };
      window.Function = new Proxy(Function, { apply: note(Reflect.apply), construct: note(Reflect.construct) });
    });
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  describe("a stored heatmap", () => {
    before(async () => {
      await open("one.ipynb");
      await drawn();
    });

    test("is drawn in a notebook that is neither trusted nor has a kernel", async () => {
      assert.equal(await view().getAttribute("data-kind"), "heatmap");
      assert.equal(await view().getAttribute("data-state"), "done");
      assert.match(await view().locator(".pb-badges").textContent(), /saved view/);
      assert.equal(await view().locator(".pb-cancel").count(), 0);
      const trusted = await page.evaluate(() => window.jupyterapp.shell.currentWidget.content.widgets[0].model.trusted);
      assert.equal(trusted, false);
      await picture(page, "stored-light");
    });

    test("reads out the cell under the pointer", async () => {
      const box = await view().locator(".pb-overlay").boundingBox();
      assert.match(await readout(), /36 cells/);
      await page.mouse.move(box.x + box.width * 0.15, box.y + box.height * 0.6);
      await view().locator(".pb-frame-hover").waitFor();
      assert.match(await readout(), /^Layers? \d( \+ \d)? [+−]0\.\d\d 95 % CI \[.*\] n 41$/);
      await page.mouse.move(box.x, box.y - 60);
      await view().locator(".pb-frame-hover").waitFor({ state: "detached" });
    });

    test("selects on click, pins on Alt-click, selects a range by dragging, and clears on a click beside", async () => {
      const box = await view().locator(".pb-overlay").boundingBox();
      const spot = [box.x + box.width * 0.15, box.y + box.height * 0.6];
      await page.mouse.click(...spot);
      assert.match(await view().locator(".pb-side h4").textContent(), /selected/);
      await page.keyboard.down("Alt");
      await page.mouse.click(...spot);
      await page.keyboard.up("Alt");
      assert.equal(await view().locator(".pb-badge-numeral").count(), 1);
      await page.mouse.move(...spot);
      await page.mouse.down();
      await page.mouse.move(spot[0], spot[1] - box.height * 0.2, { steps: 4 });
      await page.mouse.up();
      assert.match(await view().locator(".pb-side h4").textContent(), /^3 cells/);
      await page.mouse.click(box.x + box.width * 0.9, box.y + box.height * 0.65);
      assert.doesNotMatch(await view().locator(".pb-side h4").textContent(), /selected/);
      await page.keyboard.press("Escape");
      assert.equal(await view().locator(".pb-badge-numeral").count(), 0);
    });

    test("moves its cursor by keys, selects, pins and clears", async () => {
      await view().locator(".pb-stage").focus();
      await page.keyboard.press("Control+Home");
      assert.deepEqual(await ticks(), ["0", "0"]);
      assert.equal(await view().locator(".pb-frame-cursor").count(), 1);
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("ArrowUp");
      assert.match(await readout(), /^Layers 0 \+ 2 /);
      await page.keyboard.press("Space");
      assert.equal(await view().locator(".pb-frame-selection").count(), 1);
      assert.match(await view().locator(".pb-side h4").textContent(), /Layers 0 \+ 2.*selected/);
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Enter");
      assert.equal(await view().locator(".pb-badge-numeral").textContent(), "1");
      // The diagonal is the edge: right of layer 2 alone there is nothing.
      for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
      assert.match(await readout(), /^Layer 2 /);
      await page.keyboard.press("Shift+ArrowUp");
      assert.match(await view().locator(".pb-side h4").textContent(), /2 cells/);
      await page.keyboard.press("Escape");
      assert.equal(await view().locator(".pb-frame-selection").count(), 0);
      assert.equal(await view().locator(".pb-badge-numeral").count(), 1);
      await page.keyboard.press("Escape");
      assert.equal(await view().locator(".pb-badge-numeral").count(), 0);
      await page.keyboard.press("u");
      assert.equal(await view().locator(".pb-badge-numeral").count(), 1);
      await page.keyboard.press("U");
      assert.equal(await view().locator(".pb-badge-numeral").count(), 0);
      await page.keyboard.press("Escape");
      assert.equal(await page.evaluate(() => document.activeElement.closest(".pb-view")), null);
    });

    test("says what is under the cursor to screen readers, once the cursor rests", async () => {
      await view().locator(".pb-stage").focus();
      await page.keyboard.press("Control+Home");
      await page.keyboard.press("ArrowUp");
      const spoken = view().locator(".pb-spoken");
      await page.waitForFunction(() => /^Layers 0 and 1, plus/.test(document.querySelector(".pb-spoken").textContent));
      assert.equal(await spoken.getAttribute("aria-live"), "polite");
      assert.match(await view().locator(".pb-stage").getAttribute("aria-label"), /36 cells, largest .* question mark/);
    });

    test("keeps keys from the notebook, but saves on Ctrl+S and lets Tab leave", async () => {
      const cells = () => page.evaluate(() => window.jupyterapp.shell.currentWidget.content.widgets.length);
      await view().locator(".pb-stage").focus();
      for (const key of ["b", "a", "d", "d", "m"]) await page.keyboard.press(key);
      assert.equal(await cells(), 1);
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => window.jupyterapp.shell.currentWidget.context.model.dirty);
      await page.keyboard.press("Control+s");
      await page.waitForFunction(() => !window.jupyterapp.shell.currentWidget.context.model.dirty);
      assert.equal(lab.read("one.ipynb").cells[0].outputs[0].metadata.patchbay.pins.length, 1);
      for (let i = 0; i < 12; i++) await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.closest(".pb-stage")), null);
    });

    test("keeps pins with the notebook", async () => {
      await open("one.ipynb");
      await drawn();
      assert.equal(await view().locator(".pb-badge-numeral").textContent(), "1");
    });

    test("swaps the picture for a table and back", async () => {
      await view().locator(".pb-stage").focus();
      await page.keyboard.press("t");
      const table = view().locator("table.pb-table");
      assert.equal(await table.locator("tbody tr").count(), 36);
      assert.match(await table.locator("caption").textContent(), /Δ reciprocal rank .* 36 cells/);
      await picture(view(), "stored-table");
      await page.keyboard.press("t");
      await drawn();
    });

    test("shows the interaction instead of the effect", async () => {
      const before = await view().locator(".pb-picture svg").innerHTML();
      await view().getByRole("button", { name: "Interaction" }).click();
      await page.waitForFunction((old) => document.querySelector(".pb-picture svg").innerHTML !== old, before);
      await picture(view(), "stored-interaction");
      await view().getByRole("button", { name: "Effect" }).click();
    });

    test("exports SVG with its pins, PNG at 300 dpi and CSV without a kernel", async () => {
      const save = async (item) => {
        await view().getByRole("button", { name: "Export" }).click();
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          view().getByRole("menuitem", { name: item }).click(),
        ]);
        return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
      };
      const svg = await save("SVG");
      assert.equal(svg.name, "patch-sweep-capital.svg");
      const text = svg.content.toString();
      for (const part of [/^<svg /, /arlier layer patched/, /<g aria-label="pins"><rect/, /<\/svg>$/])
        assert.ok(part.test(text), `the SVG lacks ${part}`);
      const png = await save("PNG");
      assert.equal(png.content.subarray(1, 4).toString(), "PNG");
      assert.equal(png.content.readUInt32BE(16), Math.round(3.25 * 300));
      const csv = (await save("CSV")).content.toString();
      assert.equal(csv.split("\r\n").length, 1 + 36 + 1);
      assert.match(csv, /^layer,Δ reciprocal rank,95 % low,95 % high,n,significant,interaction,interaction p\r\n/);
      await view().getByRole("button", { name: "Export" }).click();
      assert.equal(await view().getByRole("menuitem", { name: "PDF" }).count(), 0);
      await page.keyboard.press("Escape");
    });

    test("follows JupyterLab's theme", async () => {
      // The axis title's colour in the picture: Vega's own, so it tells that the picture was drawn anew.
      const ink = () =>
        page.evaluate(
          () =>
            [...document.querySelectorAll(".pb-picture svg text")]
              .find((text) => /arlier layer patched/.test(text.textContent))
              ?.getAttribute("fill") ?? null,
        );
      const changes = async (theme) => {
        const before = await ink();
        await setTheme(page, theme);
        await until(async () => ![before, null].includes(await ink()), "the picture is drawn anew");
        return ink();
      };
      const light = await ink();
      await changes("JupyterLab Dark");
      await page.mouse.move(0, 0);
      await picture(page, "stored-dark");
      await changes("JupyterLab Dark High Contrast");
      await picture(view(), "stored-contrast");
      assert.equal(await changes("JupyterLab Light"), light);
    });

    test("rearranges itself for narrow outputs", async () => {
      for (const [width, name] of [
        [600, "middle"],
        [420, "narrow"],
        [200, "tiny"],
      ]) {
        await view().evaluate((node, w) => {
          node.style.maxWidth = `${w}px`;
        }, width);
        await page.waitForFunction((n) => document.querySelector(".pb-view").dataset.width === n, name);
        await settled(page);
        await picture(view(), `stored-${name}`);
        const overflow = await view().evaluate((node) => node.scrollWidth - node.clientWidth);
        assert.ok(overflow <= 1, `${name}: ${overflow} px too wide`);
      }
      assert.match(await view().locator(".pb-notice").textContent(), /36 cells need more room.*best: layer/);
      await view().evaluate((node) => {
        node.style.maxWidth = "";
      });
      await drawn();
    });

    test("lists its keys", async () => {
      await view().locator(".pb-stage").focus();
      await page.keyboard.press("?");
      assert.ok((await view().getByRole("dialog").locator("dt").count()) > 10);
      await picture(view(), "stored-keys");
      await page.keyboard.press("Escape");
      assert.equal(await view().getByRole("dialog").count(), 0);
    });

    test("evaluates nothing from strings, so that it works under a strict content security policy", async () => {
      const stacks = await page.evaluate(() => window.evaluated);
      assert.deepEqual(
        stacks.filter((stack) => stack.includes("@patchbay")),
        [],
      );
    });

    test("leaves no error in the page", () => assert.deepEqual(page.errors, []));
  });

  describe("views of one notebook", () => {
    before(async () => {
      await open("linked.ipynb");
      await drawn(0);
      await drawn(1);
    });

    test("mark what the pointer is on in one of them", async () => {
      assert.match(await view(0).locator(".pb-readout-marks").textContent(), /linked with 1 view/);
      const box = await view(1).locator(".pb-overlay").boundingBox();
      await page.mouse.move(box.x + box.width * 0.15, box.y + box.height * 0.5);
      await view(1).locator(".pb-frame-hover").waitFor();
      await view(0).locator(".pb-frame-linked").first().waitFor();
      assert.equal(await view(0).locator(".pb-frame-linked").count(), 3);
      await view(0).scrollIntoViewIfNeeded();
      await picture(page, "stored-linked");
    });

    test("show the difference of two panels", async () => {
      await view(0).locator("select[aria-label=Difference]").selectOption({ label: "DPO − base" });
      await page.waitForFunction(() => /DPO − base/.test(document.querySelector(".pb-picture svg").textContent));
      await picture(view(0), "stored-difference");
    });
  });

  describe("odd views", () => {
    before(async () => {
      await open("odd.ipynb");
      await drawn(0);
    });

    test("labels with markup are text", async () => {
      assert.equal(await view(0).locator(".pb-title").textContent(), HOSTILE);
      assert.equal(await view(0).locator("img").count(), 0);
      assert.equal(await page.evaluate(() => window.hacked), undefined);
    });

    test("wrong data is said, not drawn", async () => {
      await view(1).scrollIntoViewIfNeeded();
      await says(view(1), /cannot be drawn.*n is "many"/s);
      assert.equal(await view(1).getAttribute("data-state"), "error");
      assert.equal(await view(1).locator("svg.marks").count(), 0);
    });

    test("a stopped run keeps what is done", async () => {
      await drawn(2);
      assert.equal(await view(2).getAttribute("data-state"), "stopped");
      assert.match(await view(2).locator(".pb-badges").textContent(), /14 of 36/);
    });

    test("a failed run says what failed and shows its call", async () => {
      await view(3).scrollIntoViewIfNeeded();
      assert.equal(await view(3).getAttribute("data-state"), "error");
      assert.match(await view(3).locator(".pb-notice").textContent(), /must be 0 to 15/);
      await view(3).getByRole("button", { name: "Show the call" }).click();
      assert.match(await view(3).locator("pre").textContent(), /patchSweep/);
    });

    test("a run that nobody runs any more is stale", async () => {
      await drawn(4);
      // Once it is clear that the notebook has no kernel.
      await view(4).and(page.locator("[data-state=stale]")).waitFor();
    });

    test("such a run is stale as soon as JupyterLab has looked for a kernel, while it asks for one and after", async () => {
      const other = await browser.newPage();
      // Nothing is to wait for the end of a time.
      await other.addInitScript(() => {
        const { setTimeout } = window;
        window.setTimeout = (act, ms, ...rest) => (ms >= 10_000 ? 0 : setTimeout(act, ms, ...rest));
      });
      await openNotebook(other, lab, "lost.ipynb");
      await other.waitForSelector(".jp-Dialog");
      await other.waitForSelector(".pb-view[data-state=stale]");
      await withoutKernel(other);
      assert.equal(await other.locator(".pb-view").getAttribute("data-state"), "stale");
      await other.close();
    });

    test("32 and 64 layers fit", async () => {
      await open("deep.ipynb");
      for (const nth of [0, 1]) {
        await drawn(nth);
        await settled(page);
        await picture(view(nth), `stored-deep-${nth}`);
      }
      assert.equal(await view(1).locator("canvas").count(), 1);
      assert.deepEqual(page.errors, []);
    });
  });

  test("an output that its own end has overtaken is not shown: the picture of a run takes time to draw", async () => {
    await open("one.ipynb");
    await drawn();
    const running = heatmap({ id: "one", state: "partial", share: 0.5, title: "Not done yet" });
    const put = (title) =>
      page.evaluate(
        ([mime, view]) => {
          const output = window.jupyterapp.shell.currentWidget.content.widgets[0].outputArea.model.get(0);
          output.setData({ data: { ...output.data, [mime]: view } });
        },
        ["application/vnd.patchbay.view.v1+json", title === null ? running : heatmap({ id: "one", title })],
      );
    await put(null);
    await settled(page);
    assert.equal(await view().getAttribute("data-state"), "done");
    assert.doesNotMatch(await view().textContent(), /Not done yet/);
    await put("What it ended with");
    await says(view().locator(".pb-title"), /What it ended with/);
  });

  test("a page that draws one output fifty times keeps one picture", async () => {
    await open("one.ipynb");
    await drawn();
    await page.evaluate(async (mime) => {
      const [cell] = window.jupyterapp.shell.currentWidget.content.widgets;
      const output = cell.outputArea.model.get(0);
      for (let i = 0; i < 50; i++) {
        const view = { ...output.data[mime], title: `Title ${i}` };
        output.setData({ data: { ...output.data, [mime]: view } });
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    }, "application/vnd.patchbay.view.v1+json");
    await settled(page);
    const counts = await page.evaluate(() => {
      const all = (selector) => document.querySelectorAll(selector).length;
      return {
        pictures: all(".pb-picture svg.marks"),
        views: all(".pb-view"),
        title: document.querySelector(".pb-title").textContent,
      };
    });
    assert.deepEqual(counts, { pictures: 1, views: 1, title: "Title 49" });
  });

  test("JupyterLab without the extension shows the picture that comes with the view", async () => {
    const bare = await startLab({ notebooks, extension: false });
    try {
      const other = await browser.newPage();
      await openNotebook(other, bare, "one.ipynb");
      await withoutKernel(other);
      await other.waitForSelector(".jp-OutputArea-output img[src^='data:image/png']");
      assert.equal(await other.locator(".pb-view").count(), 0);
    } finally {
      await bare.stop();
    }
  });
});

/** Hover previews: what is pointed at in one widget is marked in every other one that knows it, by layer, head, token and
 *  sample, across the cells of a notebook and in an exported page, and each view can be taken out of it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openAlone } from "./alone.mjs";
import { oneOfEach, relatives, TOKENS } from "./kinds.mjs";
import { openNotebook, picture, settled, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { notebook } from "./stored.mjs";
import { says, widget } from "./widget.mjs";

const views = relatives();
const NAMES = Object.keys(views);
const times = (n, key) => Array.from({ length: n }, () => key);
const LAYER = 3;
/** Keys that bring the cursor of each view to layer 3, from wherever it is. */
const TO_LAYER = {
  pairs: ["Control+Home", ...times(LAYER, "ArrowUp"), ...times(LAYER, "ArrowRight")],
  scatter: ["Home"],
  paths: [...times(9, "ArrowDown"), ...times(LAYER + 1, "ArrowUp")],
  byLayer: ["Home", ...times(LAYER, "ArrowRight")],
  positions: ["Control+Home", ...times(LAYER, "ArrowUp")],
  heads: ["Control+Home", ...times(LAYER, "ArrowUp")],
};
const FRANCE = TOKENS.indexOf(" France");

/** The same proofs for a notebook and for a page: `at()` is the page that holds the views. */
function proofs(at) {
  const named = (name) => widget(at(), NAMES.indexOf(name));
  const marks = (name) => named(name).part(".pb-frame-linked, .pb-path-linked").count();
  const unmarked = async () => {
    await named("pairs").away();
    for (const name of NAMES) assert.equal(await marks(name), 0, `${name} after the pointer has gone`);
  };
  /** What a view would say of the middle of its linked mark. */
  const saidOfMark = (name) =>
    named(name).view.evaluate((view) => {
      const mark = view.querySelector(".pb-frame-linked").getBoundingClientRect();
      const overlay = view.querySelector(".pb-overlay");
      const [clientX, clientY] = [mark.left + mark.width / 2, mark.top + mark.height / 2];
      overlay.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
      const said = view.querySelector(".pb-readout-first").textContent;
      overlay.dispatchEvent(new PointerEvent("pointerleave", {}));
      return said;
    });
  /** Which layer of the scatter's strip is framed: of so many equal bars the one in whose column the frame stands. */
  const framedInStrip = () =>
    named("scatter").view.evaluate((view) => {
      const bars = [...view.querySelectorAll(".pb-strip-bar")].map((bar) => bar.getBoundingClientRect());
      const frame = [...view.querySelectorAll("rect.pb-frame-linked")].at(-1).getBoundingClientRect();
      const middle = frame.left + frame.width / 2;
      return bars.findIndex(({ left, right }) => middle >= left && middle <= right);
    });

  for (const source of Object.keys(TO_LAYER))
    test(`by layer, from ${source}`, async () => {
      const from = named(source);
      await from.hover(...TO_LAYER[source]);
      assert.equal(await marks(source), 0, "no view marks what it points at itself");
      for (const name of ["pairs", "byLayer", "positions", "heads"].filter((other) => other !== source)) {
        assert.ok((await marks(name)) > 0, `${source} to ${name}`);
        assert.match(await saidOfMark(name), /[Ll]ayer 3\b/, `${source} to ${name}`);
        await from.hover(...TO_LAYER[source]);
      }
      if (source !== "scatter") assert.equal(await framedInStrip(), LAYER, `${source} to scatter`);
      if (source !== "paths") assert.ok((await marks("paths")) > 0, `${source} to paths`);
      await unmarked();
    });

  test("by layer: two of them are a pair of layers", async () => {
    await named("pairs").hover("Control+Home", "ArrowUp", "ArrowUp");
    assert.match(await named("pairs").readout(), /^Layers 0 \+ 2/);
    assert.equal(await named("byLayer").part(".pb-frame-linked").count(), 2);
    assert.equal(await named("scatter").part("rect.pb-frame-linked").count(), 2);
    const bands = await named("paths")
      .part("rect.pb-frame-linked")
      .evaluateAll((nodes) =>
        nodes.map((node) => [Number(node.getAttribute("y")), Number(node.getAttribute("height"))]),
      );
    assert.equal(bands.length, 2);
    // Layers grow upward, each band as high as a layer: the second lies two layers above the first.
    const [[low, height], [high]] = bands;
    assert.ok(Math.abs(low - high - 2 * height) < 1, JSON.stringify(bands));
    await unmarked();
  });

  test("by token: a token of the prompt is marked in the heatmap, the path graph and the chart", async () => {
    const overlays = ["positions", "paths", "byToken"];
    const reach = {
      positions: ["Control+Home", ...times(FRANCE, "ArrowRight")],
      byToken: ["Home", ...times([...new Set(TOKENS)].indexOf(" France"), "ArrowRight")],
    };
    for (const [source, keys] of Object.entries(reach)) {
      await named(source).hover(...keys);
      assert.match(await named(source).readout(), /France/);
      for (const name of overlays.filter((other) => other !== source))
        assert.ok((await marks(name)) > 0, `${source} to ${name}`);
      const other = source === "positions" ? "byToken" : "positions";
      assert.match(await saidOfMark(other), /France/, `${source} to ${other}`);
    }
    await named("paths").focus();
    await named("paths").press("/");
    await at().keyboard.type("France");
    await at().keyboard.press("Escape");
    for (const name of ["positions", "byToken"]) {
      await named("paths").hover();
      assert.match(await named("paths").readout(), /France/);
      assert.match(await saidOfMark(name), /France/, `paths to ${name}`);
    }
    await unmarked();
  });

  test("by head: hops that a head carries are marked, and the heads of a hop", async () => {
    const head = views.paths.edgeHeads.find((heads) => heads.length > 0)?.[0];
    await named("heads").hover("Control+Home", ...times(head, "ArrowRight"));
    assert.match(await named("heads").readout(), new RegExp(`^Layer 0, head ${head}`));
    assert.ok((await named("paths").part(".pb-path-linked").count()) > 0);
    // A selected hop stands for its node: under the cursor it tells its layer and its heads.
    const paths = named("paths");
    await paths.hover(...TO_LAYER.paths);
    await paths.view.evaluate((view) => {
      const hop = view.querySelector(".pb-overlay");
      const { left, top, width, height } = hop.getBoundingClientRect();
      // Somewhere between the nodes there is a hop with heads.
      for (let y = 0.1; y < 0.8; y += 0.004)
        for (const x of [0.3, 0.5, 0.7]) {
          const place = { clientX: left + width * x, clientY: top + height * y, bubbles: true };
          hop.dispatchEvent(new PointerEvent("pointermove", place));
          if (/head/.test(view.querySelector(".pb-readout").textContent)) return;
        }
    });
    const said = await paths.part(".pb-readout-text").textContent();
    assert.match(said, /heads? \d/);
    assert.match(await saidOfMark("heads"), /^Layer \d, head \d/, said);
    await unmarked();
  });

  test("by sample: a prompt of the scatter and its value in a heatmap's cell", async () => {
    const pairs = named("pairs");
    await pairs.focus();
    await pairs.press("Control+Home", "ArrowUp", "Space");
    const dot = pairs.part("[data-sample='4']").first();
    await dot.scrollIntoViewIfNeeded();
    await settled(at());
    await dot.hover();
    assert.equal(await named("scatter").part("circle.pb-frame-linked").count(), 1);
    await named("scatter").hover("Home");
    const [, prompt] = /country (\d+)/.exec(await named("scatter").readout());
    assert.equal(await pairs.part(".pb-sample-linked").count(), 1);
    assert.equal(await pairs.part(".pb-sample-linked").getAttribute("data-sample"), String(prompt - 1));
    await pairs.focus();
    await pairs.press("Escape");
    await unmarked();
  });

  test("a view says with how many it is linked, leaves a field out, and takes no part at all", async () => {
    const chart = named("byLayer");
    assert.match(await chart.part(".pb-readout-marks").textContent(), /linked with 6 views/);
    const heads = named("heads");
    const toggle = async (item) => {
      await heads.part(".pb-link").first().click();
      await heads.view.getByRole("menuitemcheckbox", { name: item }).click();
    };
    await toggle("by layer");
    await chart.hover(...TO_LAYER.byLayer);
    assert.equal(await marks("heads"), 0);
    assert.ok((await marks("positions")) > 0);
    await toggle("by layer");
    await toggle("Link this view with the others");
    assert.match(await heads.part(".pb-readout-marks").textContent(), /not linked/);
    await heads.hover(...TO_LAYER.heads);
    assert.equal(await marks("byLayer"), 0);
    await toggle("Link this view with the others");
    await heads.hover(...TO_LAYER.heads);
    assert.ok((await marks("byLayer")) > 0);
    await unmarked();
  });
}

describe("across the cells of a notebook", () => {
  let lab;
  let browser;
  let page;
  before(async () => {
    const other = notebook(Object.values(oneOfEach()));
    lab = await startLab({ notebooks: { "linked.ipynb": notebook(Object.values(views)), "other.ipynb": other } });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1100 } });
    await openNotebook(page, lab, "linked.ipynb");
    await withoutKernel(page);
    for (const nth of NAMES.keys()) await widget(page, nth).drawn();
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  proofs(() => page);

  test("nothing went wrong in the page", async () => {
    await widget(page, 0).hover(...TO_LAYER.pairs);
    await widget(page, 2).view.scrollIntoViewIfNeeded();
    await picture(page, "linking");
    assert.deepEqual(page.errors, []);
  });

  test("another notebook beside it is told nothing, and tells nothing", async () => {
    await page.evaluate(async () => {
      const { commands, shell } = window.jupyterapp;
      const ref = shell.currentWidget.id;
      const opened = await commands.execute("docmanager:open", {
        path: "other.ipynb",
        options: { mode: "split-right", ref },
      });
      await opened.context.ready;
    });
    await withoutKernel(page);
    const ids = await page.evaluate(() =>
      [...window.jupyterapp.shell.widgets("main")].map(({ id, context }) => [context.path, id]),
    );
    const at = (path) => page.locator(`[id="${ids.find(([one]) => one === path)[1]}"]`);
    const [here, there] = [at("linked.ipynb"), at("other.ipynb")];
    const marks = (where) => where.locator(".pb-frame-linked, .pb-path-linked").count();
    const walk = async (where, nth) => {
      await where.locator(".pb-view").nth(nth).locator(".pb-stage").focus();
      for (const key of TO_LAYER.pairs) await page.keyboard.press(key);
    };
    await there.locator(".pb-picture :is(svg, canvas)").first().waitFor();
    await says(there.locator(".pb-readout-marks").first(), /linked with 3 views/);
    await says(here.locator(".pb-readout-marks").first(), /linked with 6 views/);
    await settled(page);
    await walk(here, NAMES.indexOf("pairs"));
    assert.ok((await marks(here)) > 0);
    assert.equal(await marks(there), 0);
    await walk(there, 0);
    assert.ok((await marks(there)) > 0);
    assert.equal(await marks(here), 0);
    assert.deepEqual(page.errors, []);
  });
});

describe("in an exported page", () => {
  let browser;
  let page;
  let remove;
  before(async () => {
    browser = await startBrowser();
    ({ page, remove } = await openAlone(browser, Object.values(views), { width: 1280, height: 1100 }));
  });
  after(async () => {
    await browser?.stop();
    remove?.();
  });

  proofs(() => page);

  test("nothing went wrong in the page", () => assert.deepEqual(page.errors, []));
});

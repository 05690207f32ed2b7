/** What a reader changes in a widget is one step of undo each, is kept with the notebook, with a document and in exported
 *  pages, and is read back whatever stands there. Stored views, without a kernel. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { scatter } from "./kinds.mjs";
import {
  atRest,
  command,
  openNotebook,
  picture,
  SCRATCH,
  settled,
  startBrowser,
  startLab,
  withoutKernel,
} from "./lab.mjs";
import { heatmap, notebook, slices } from "./stored.mjs";
import { until, widget } from "./widget.mjs";

const SITES = ["resid_post", "attn_out"];
const clouds = () => {
  const one = scatter();
  const weak = one.probes.map((probe) => ({ ...probe, accuracy: 0.31 + 0.05 * probe.layer, control: 0.24 }));
  return scatter({
    sites: SITES,
    frames: SITES.flatMap((site) => one.frames.map((frame) => ({ ...frame, site }))),
    probes: SITES.flatMap((site) => weak.map((probe) => ({ ...probe, site }))),
  });
};
const views = [heatmap({ id: "two", stages: ["base", "dpo"] }), slices({ layers: 48, id: "deep" }), clouds()];

/** Notebooks that were kept by somebody else, or by an earlier version. */
const HOSTILE = {
  metric: { evil: "<img src=x onerror=alert(1)>" },
  mode: Number.NaN,
  threshold: -1e308,
  window: { x0: -5, x1: 1e9, y0: "a", y1: null },
  slice: 1e21,
  difference: [[[[[]]]]],
  panels: { length: 1e9 },
  selection: "x".repeat(100_000),
  pins: Array.from({ length: 20_000 }, (_, at) => ({ x: at, y: -at, number: at })),
  hidden: { 0: 0 },
  choices: { layer: "__proto__", zoom: { x0: 0, x1: 0, y0: 1, y1: -1 }, axes: [9, 9], tool: [] },
};
const OLD = { selection: [{ x: 0, y: 2 }], pins: [{ x: 1, y: 3, number: 1 }] };
const OLD_SCATTER = { selection: [{ point: 3 }], pins: [], hidden: [1] };

function keptBy(marks) {
  const made = notebook(views);
  for (const [at, cell] of made.cells.entries()) cell.outputs[0].metadata = { patchbay: marks(at) };
  return made;
}

describe("undo and what is kept", () => {
  let lab;
  let browser;
  let page;
  let folder;
  const it = (nth) => widget(page, nth);
  /** What stands in the output's metadata, fields in the order of their names, as files have them. */
  const kept = async (nth) => {
    const marks = await page.evaluate(
      (at) =>
        window.jupyterapp.shell.currentWidget.content.widgets[at].outputArea.model.get(0).metadata.patchbay ?? null,
      nth,
    );
    return JSON.stringify(marks, (_, value) =>
      value?.constructor === Object ? Object.fromEntries(Object.entries(value).sort()) : value,
    );
  };
  const open = async (name) => {
    await openNotebook(page, lab, name);
    await withoutKernel(page);
    for (const nth of views.keys()) await it(nth).drawn();
  };
  /** Opens a document, and waits until it is in front and the notebook out of sight. */
  const openDocument = async (path) => {
    await command(page, "docmanager:open", { path });
    await page.locator(".jp-Document:not(.lm-mod-hidden) .pb-document .pb-view").waitFor();
    await until(async () => (await page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)").count()) === 0, "in front");
    await it(0).drawn();
  };
  /** Does each thing, and gives what was kept before the first and after each. */
  const stepByStep = async (nth, things) => {
    const states = [await kept(nth)];
    for (const [what, act] of things) {
      await act();
      // A burst is over, and saved.
      await atRest(page);
      const now = await kept(nth);
      assert.notEqual(now, states.at(-1), `kept: ${what}`);
      states.push(now);
    }
    return states;
  };
  /** Goes back and forth through `states` with these keys. */
  const walk = async (nth, states) => {
    const [back, forth] = [
      ["Control+z", "Meta+z", "u"],
      ["Control+Shift+z", "Control+y", "U"],
    ];
    await it(nth).focus();
    for (let at = states.length - 2; at >= 0; at--) {
      await page.keyboard.press(back[at % 3]);
      await until(async () => (await kept(nth)) === states[at], `back to ${at}: ${states[at]}`);
      await it(nth).spoken(/^Undone/);
    }
    await page.keyboard.press("Control+z");
    await it(nth).spoken(/^Nothing to undo\./);
    for (let at = 1; at < states.length; at++) {
      await page.keyboard.press(forth[at % 3]);
      await until(async () => (await kept(nth)) === states[at], `forth to ${at}: ${states[at]}`);
    }
  };
  const dragSlider = async (nth, name, shares) => {
    const slider = it(nth).view.getByRole("slider", { name });
    await settled(page);
    const box = await slider.boundingBox();
    await page.mouse.move(box.x + box.width * shares[0], box.y + box.height / 2);
    await page.mouse.down();
    for (const share of shares) {
      await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
      // It stops on its way for longer than a burst lasts: a drag is one step however slow.
      if (share === shares[1]) await atRest(page);
    }
    await page.mouse.up();
  };
  const wheel = async (nth, fx, fy, times) => {
    await it(nth).focus();
    await settled(page);
    const box = await it(nth).part(".pb-overlay").boundingBox();
    await page.mouse.move(box.x + box.width * fx, box.y + box.height * fy);
    // A turn takes no time on the page's clock, however long its pictures take to draw.
    await page.evaluate(() => {
      const now = performance.now();
      performance.now = () => now;
    });
    for (let i = 0; i < times; i++) await page.mouse.wheel(0, -60);
    await page.evaluate(() => delete performance.now);
  };
  const more = async (nth, item) => {
    await it(nth).view.getByRole("button", { name: "More" }).click();
    await it(nth).view.getByRole("menuitemcheckbox", { name: item }).click();
  };

  before(async () => {
    lab = await startLab({
      notebooks: {
        "undo.ipynb": notebook(views),
        "hostile.ipynb": keptBy(() => HOSTILE),
        "old.ipynb": keptBy((at) => (at === 2 ? OLD_SCATTER : OLD)),
        "nonsense.ipynb": keptBy((at) => [7, "marks", [[]]][at]),
      },
    });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1300 } });
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, "undo-"));
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("metric, difference, threshold, zoom and a brush of a heatmap are a step each", async () => {
    await open("undo.ipynb");
    const { view } = it(0);
    // Vega numbers its clips and gradients.
    const drawn = async () => (await it(0).part(".pb-picture").innerHTML()).replace(/(clip|gradient_)\d+/g, "$1");
    const before = await drawn();
    const states = await stepByStep(0, [
      ["metric", () => view.getByRole("combobox", { name: "Metric" }).selectOption({ index: 1 })],
      ["difference", () => view.getByRole("combobox", { name: "Difference" }).selectOption({ index: 1 })],
      ["threshold", () => more(0, "Threshold")],
      ["its drag", () => dragSlider(0, "At least", [0.3, 0.35, 0.4, 0.45])],
      ["a turn of the wheel", () => wheel(0, 0.2, 0.5, 3)],
      [
        "a brush",
        async () => {
          const box = await it(0).part(".pb-overlay").boundingBox();
          await page.mouse.move(box.x + box.width * 0.08, box.y + box.height * 0.4);
          await page.mouse.down();
          await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.6, { steps: 6 });
          await page.mouse.up();
        },
      ],
    ]);
    assert.equal(states[0], "null");
    // Drags draw, they mark no text.
    assert.equal(await page.evaluate(() => window.getSelection().toString()), "");
    await page.mouse.move(0, 0);
    await settled(page);
    await picture(it(0).view, "undo-heatmap");
    await walk(0, states);
    // Back at the beginning the picture is what it was.
    for (let i = 1; i < states.length; i++) await page.keyboard.press("Control+z");
    await until(async () => (await kept(0)) === "null", "nothing kept");
    await until(async () => (await drawn()) === before, "the first picture");
    for (let i = 1; i < states.length; i++) await page.keyboard.press("Control+y");
    await until(async () => (await kept(0)) === states.at(-1), "all kept again");
  });

  test("slices of 48 layers are chosen by a slider, whose drag is one step, and by keys", async () => {
    const slider = it(1).view.getByRole("slider", { name: "With layer" });
    await slider.scrollIntoViewIfNeeded();
    await settled(page);
    assert.equal(await slider.getAttribute("max"), "48");
    const states = await stepByStep(1, [
      ["a drag", () => dragSlider(1, "With layer", [0.1, 0.2, 0.3, 0.4, 0.5])],
      [
        "a key",
        async () => {
          await it(1).focus();
          await page.keyboard.press("]");
        },
      ],
    ]);
    const held = JSON.parse(states.at(-1)).slice - 1;
    assert.match(await it(1).part(".pb-subtitle").textContent(), new RegExp(`with layer ${held}`));
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowUp");
    assert.match(await it(1).readout(), new RegExp(`^Layers 0 \\+ 1 with ${held} [+−]?0\\.\\d\\d`));
    await picture(it(1).view, "undo-slices-48");
    await walk(1, states);
    assert.match(await it(1).part(".pb-subtitle").textContent(), new RegExp(`with layer ${held}`));
  });

  test("layer, site, axes, zoom, drag, classes, tool and lasso of a scatter are a step each", async () => {
    const { view } = it(2);
    await view.scrollIntoViewIfNeeded();
    await settled(page);
    const overlay = () => it(2).part(".pb-overlay").boundingBox();
    const states = await stepByStep(2, [
      [
        "a slide over the layers",
        async () => {
          const bars = it(2).part(".pb-strip-bar");
          const [first, last] = [await bars.nth(1).boundingBox(), await bars.nth(6).boundingBox()];
          await page.mouse.move(first.x + 10, first.y + 2);
          await page.mouse.down();
          await page.mouse.move(last.x + 10, last.y + 2, { steps: 5 });
          await page.mouse.up();
        },
      ],
      ["site", () => view.getByRole("combobox", { name: "Site" }).selectOption("attn_out")],
      ["axes", () => view.getByRole("combobox", { name: "Axes" }).selectOption("1,2")],
      ["a turn of the wheel", () => wheel(2, 0.5, 0.3, 4)],
      [
        "a drag",
        async () => {
          const box = await overlay();
          await page.keyboard.down("Control");
          await page.mouse.move(box.x + 200, box.y + 200);
          await page.mouse.down();
          await page.mouse.move(box.x + 260, box.y + 230, { steps: 6 });
          await page.mouse.up();
          await page.keyboard.up("Control");
        },
      ],
      ["a class", () => view.getByRole("button", { name: "Show noun" }).click()],
      ["ellipses", () => more(2, "Class means")],
      ["the tool", () => view.getByRole("button", { name: "Box", exact: true }).click()],
      [
        "a box",
        async () => {
          await picture(view, "undo-scatter");
          const box = await overlay();
          await page.mouse.move(box.x + 60, box.y + 40);
          await page.mouse.down();
          await page.mouse.move(box.x + 580, box.y + 400, { steps: 6 });
          await page.mouse.up();
        },
      ],
    ]);
    await page.mouse.move(0, 0);
    await picture(view, "undo-scatter");
    await walk(2, states);
  });

  test("all of it is there again without a kernel, after save and reopen", async () => {
    const marks = await Promise.all([0, 1, 2].map(kept));
    assert.ok(marks.every((text) => text !== "null"));
    const words = () =>
      Promise.all(
        [0, 1, 2].map((nth) =>
          it(nth)
            .part(".pb-toolbar")
            .evaluate((bar) => bar.textContent),
        ),
      );
    const chosen = () =>
      page.locator(".pb-view :is(select, input)").evaluateAll((inputs) => inputs.map((input) => input.value));
    const before = [await words(), await chosen()];
    await command(page, "docmanager:save");
    await open("undo.ipynb");
    assert.deepEqual(await Promise.all([0, 1, 2].map(kept)), marks);
    await until(
      async () => JSON.stringify([await words(), await chosen()]) === JSON.stringify(before),
      "the same choices",
    );
    assert.match(await it(1).part(".pb-subtitle").textContent(), /with layer \d+/);
    // A reader who begins anew has nothing to undo.
    await it(2).focus();
    await page.keyboard.press("Control+z");
    await it(2).spoken(/^Nothing to undo\./);
    assert.deepEqual(page.errors, []);
  });

  test("an exported page begins as it was left, and has an undo of its own", async () => {
    for (const nth of [0, 2]) {
      await it(nth).focus();
      await page.keyboard.press("e");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        it(nth).view.getByRole("menuitem", { name: /HTML/ }).click(),
      ]);
      const file = join(folder, `${nth}.html`);
      await download.saveAs(file);
      const alone = await browser.newPage({ offline: true });
      await alone.goto(`file://${file}`);
      const there = widget(alone, 0);
      await there.drawn();
      const chosen = (of) => of.view.locator("select").evaluateAll((inputs) => inputs.map((input) => input.value));
      assert.deepEqual(await chosen(there), await chosen(it(nth)));
      await there.focus();
      await alone.keyboard.press("Escape");
      await there.spoken(/^Selection cleared\./);
      await alone.keyboard.press("Control+z");
      await there.spoken(/^Undone: Selection cleared\./);
      assert.deepEqual(alone.errors, []);
      await alone.context().close();
    }
  });

  test("a document keeps what was chosen in it, and begins as its file was left", async () => {
    writeFileSync(join(lab.root, "deep.patchbay.json"), JSON.stringify({ ...views[1], marks: { slice: 5 } }));
    const shown = async () => {
      await openDocument("deep.patchbay.json");
      return it(0).part(".pb-subtitle").textContent();
    };
    assert.match(await shown(), /with layer 4/);
    await it(0).focus();
    await page.keyboard.press("]");
    await page.keyboard.press("+");
    assert.match(await it(0).part(".pb-subtitle").textContent(), /with layer 5/);
    await command(page, "application:close");
    assert.match(await shown(), /with layer 5/);
    await it(0).part(".pb-stage").blur();
    await until(async () => /drawn: layers/.test(await it(0).part(".pb-readout-second").textContent()), "still zoomed");
    await command(page, "application:close");
  });

  test("what was chosen in a document goes where its file, or its folder, goes", async () => {
    const move = (from, to) =>
      page.evaluate(
        ([from, to]) => window.jupyterapp.serviceManager.contents.rename(from, to).then(() => undefined),
        [from, to],
      );
    const layerIn = async (path) => {
      await openDocument(path);
      const text = await it(0).part(".pb-subtitle").textContent();
      await command(page, "application:close");
      return /with layer (\d)/.exec(text)[1];
    };
    await move("deep.patchbay.json", "renamed.patchbay.json");
    await until(async () => (await layerIn("renamed.patchbay.json")) === "5", "kept under another name");
    mkdirSync(join(lab.root, "folder"));
    await move("renamed.patchbay.json", "folder/renamed.patchbay.json");
    await move("folder", "moved");
    await until(async () => (await layerIn("moved/renamed.patchbay.json")) === "5", "kept in a moved folder");
    // Another file of the old name begins as it is.
    writeFileSync(join(lab.root, "deep.patchbay.json"), JSON.stringify({ ...views[1], marks: { slice: 5 } }));
    assert.equal(await layerIn("deep.patchbay.json"), "4");
  });

  test("what an earlier version kept is read, and what nobody could have kept is not", async () => {
    await open("old.ipynb");
    assert.equal(await it(0).pins(), 2);
    assert.match(await it(0).part(".pb-readout-first").textContent(), /^Layers 0 \+ 2/);
    assert.equal(
      await it(2).view.getByRole("button", { name: "Show comparative" }).getAttribute("aria-pressed"),
      "false",
    );
    for (const name of ["hostile.ipynb", "nonsense.ipynb"]) {
      await open(name);
      for (const nth of views.keys()) {
        assert.equal(await it(nth).view.getAttribute("data-state"), "done", `${name} ${nth}`);
        assert.equal(await it(nth).part(".pb-notice").count(), 0);
        await it(nth).focus();
        await page.keyboard.press("ArrowRight");
      }
      assert.equal(await it(0).pins(), 0);
      assert.doesNotMatch(await it(1).part(".pb-subtitle").textContent(), /with layer/);
    }
    assert.deepEqual(page.errors, []);
  });
});

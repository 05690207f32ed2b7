/** What a heatmap can do beyond being looked at: slices, grids, zoom, threshold, search, links by field, code that goes
 *  on, and thousands of cells. Stored views in a notebook without a kernel. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import {
  openNotebook,
  picture,
  setTheme,
  settled,
  startBrowser,
  startLab,
  waitForState,
  withoutKernel,
} from "./lab.mjs";
import { liveNotebook, openLive, runCell, startCell } from "./running.mjs";
import { LOAD, longSweep } from "./runs.mjs";
import { heads, heatmap, notebook, positions, slices } from "./stored.mjs";
import { says, until, widget } from "./widget.mjs";

const CODE =
  'import * as pb from "patchbay";\n\nconst model = await pb.load("demo/dpo");\n' +
  'const result = await pb.patchSweep(model, { task: pb.task("capital"), sizes: [1, 2] });\npb.show(result);';
const notebooks = {
  "slices.ipynb": notebook([slices({ code: CODE })]),
  "grids.ipynb": notebook([positions(), heads(), heatmap({ id: "pairs" })]),
  "many.ipynb": notebook([heatmap({ id: "many", layers: 64 })]),
  "crowded.ipynb": notebook([heatmap({ id: "crowded", layers: 64, stages: ["base", "sft", "dpo"] })]),
};

describe("a heatmap in a notebook", () => {
  let lab;
  let browser;
  let page;
  const view = (nth = 0) => page.locator(".pb-view").nth(nth);
  const readout = (nth = 0) => view(nth).locator(".pb-readout-first").textContent();
  const second = (nth = 0) => view(nth).locator(".pb-readout-second").textContent();
  const drawn = async (nth = 0) => {
    await view(nth).scrollIntoViewIfNeeded();
    await view(nth).locator(".pb-picture :is(svg, canvas)").first().waitFor();
    await settled(page);
  };
  const open = async (name) => {
    await openNotebook(page, lab, name);
    await withoutKernel(page);
    await drawn();
  };
  const more = async (item, nth = 0) => {
    await view(nth).getByRole("button", { name: "More" }).click();
    await view(nth).getByRole("menuitemcheckbox", { name: item }).click();
  };
  /** The middle of a cell, from the cursor's brackets around it. */
  const cursor = async (nth = 0) => {
    const box = await view(nth).locator(".pb-frame-cursor").boundingBox();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width };
  };

  before(async () => {
    lab = await startLab({ notebooks });
    browser = await startBrowser();
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("shows three layers slice by slice, with a slider and with keys", async () => {
    await open("slices.ipynb");
    const slider = view().getByRole("slider", { name: "With layer" });
    assert.equal(await slider.getAttribute("aria-valuetext"), "none");
    const before = await view().locator(".pb-picture svg").innerHTML();
    await view().locator(".pb-stage").focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press("]");
    assert.equal(await slider.getAttribute("aria-valuetext"), "3");
    await page.waitForFunction((old) => document.querySelector(".pb-picture svg").innerHTML !== old, before);
    assert.match(await view().locator(".pb-subtitle").textContent(), /with layer 3/);
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowUp");
    assert.match(await readout(), /^Layers 0 \+ 1 with 3 [+−]0\.\d\d/);
    await picture(page, "heatmap-slice");
    await slider.fill("0");
    assert.doesNotMatch(await readout(), /with 3/);
  });

  test("lets cells under a threshold recede, and counts the others", async () => {
    await more("Threshold");
    const slider = view().getByRole("slider", { name: "At least" });
    await slider.fill("0.3");
    await page.keyboard.press("Escape");
    await view().locator(".pb-stage").blur();
    await page.waitForFunction(() =>
      /of 36 at 0\.30 or more/.test(document.querySelector(".pb-readout-second").textContent),
    );
    await page.waitForFunction(() => /under 0\.30/.test(document.querySelector(".pb-picture svg").textContent));
    const faded = await view()
      .locator(".pb-picture svg [aria-roledescription='rect mark'], .pb-picture svg path[opacity='0.22']")
      .count();
    assert.ok(faded > 5, `${faded} cells recede`);
    await picture(page, "heatmap-threshold");
    await more("Threshold");
    assert.equal(await view().getByRole("slider", { name: "At least" }).count(), 0);
  });

  test("zooms by wheel only while it has the focus, and by keys; the cursor stays in sight", async () => {
    const measured = async () => {
      await settled(page);
      const overlay = await view().locator(".pb-overlay").boundingBox();
      return { overlay, spot: [overlay.x + overlay.width * 0.3, overlay.y + overlay.height * 0.5] };
    };
    await page.mouse.move(...(await measured()).spot);
    await page.mouse.wheel(0, -120);
    await settled(page);
    await page.mouse.move(0, 0);
    assert.doesNotMatch(await second(), /drawn/);
    await view().locator(".pb-stage").focus();
    await page.keyboard.press("Control+Home");
    const small = await cursor();
    await page.keyboard.press("+");
    await settled(page);
    const large = await cursor();
    assert.ok(large.width > small.width * 1.3, `${small.width} -> ${large.width}`);
    await page.waitForFunction(() => /^Layers 0 to 4\.$/.test(document.querySelector(".pb-spoken").textContent));
    for (let i = 0; i < 7; i++) await page.keyboard.press("ArrowUp");
    assert.equal(await view().locator(".pb-frame-cursor").count(), 1);
    assert.match(await readout(), /^Layers 0 \+ 7/);
    await page.keyboard.press("0");
    await page.waitForFunction(() => /^All of it\.$/.test(document.querySelector(".pb-spoken").textContent));
    const { overlay, spot } = await measured();
    await page.mouse.move(...spot);
    await page.mouse.wheel(0, -120);
    await page.mouse.move(overlay.x + 2, overlay.y + 2);
    await view().locator(".pb-stage").blur();
    await page.waitForFunction(() => /drawn: layers/.test(document.querySelector(".pb-readout-second").textContent));
    await picture(page, "heatmap-zoom");
    await view()
      .locator(".pb-overlay")
      .dblclick({ position: { x: overlay.width - 20, y: overlay.height * 0.6 } });
    await page.mouse.move(0, 0);
    await view().locator(".pb-stage").blur();
    await page.waitForFunction(() => !/drawn: layers/.test(document.querySelector(".pb-readout-second").textContent));
  });

  test("finds cells by label, and a sample by its name", async () => {
    await view().locator(".pb-stage").focus();
    await page.keyboard.press("/");
    await page.keyboard.type("0 2");
    assert.match(await view().locator(".pb-finder").textContent(), /1 of 1Layers 0 \+ 2/);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("country 7");
    assert.match(await view().locator(".pb-finder").textContent(), /1 of 3country 7, most in layers? \d/);
    assert.ok((await view().locator(".pb-frame-match").count()) >= 1);
    assert.equal(await view().locator(".pb-sample-linked").count(), 1);
    await page.keyboard.press("Escape");
    assert.equal(await view().locator(".pb-frame-match").count(), 0);
  });

  test("Enter goes from match to match and Shift + Enter back, which is said; Escape gives the focus back", async () => {
    const it = widget(page);
    const place = () => it.part(".pb-finder [role=status]").textContent();
    const step = async (key, says, spoken) => {
      await page.keyboard.press(key);
      await until(async () => (await place()) === says, `the search field says ${says}`);
      await it.spoken(spoken);
    };
    await it.focus();
    await page.keyboard.press("/");
    await page.keyboard.type("7");
    await until(async () => (await place()) === "1 of 8", "eight pairs hold layer 7");
    await step("Enter", "2 of 8", /^Layers 1 and 7, /);
    await step("Enter", "3 of 8", /^Layers 2 and 7, /);
    await step("Shift+Enter", "2 of 8", /^Layers 1 and 7, /);
    await view().getByRole("button", { name: "Next match" }).click();
    await until(async () => (await place()) === "3 of 8", "the button goes on");
    await it.part(".pb-find-input").fill("77");
    await until(async () => (await place()) === "no match", "it says that there is none");
    assert.ok(await view().getByRole("button", { name: "Next match" }).isDisabled());
    await it.part(".pb-find-input").fill("0 7");
    await it.part(".pb-find-input").press("Escape");
    assert.ok(await it.stage.evaluate((node) => node === document.activeElement));
    assert.ok(await it.part(".pb-finder").isHidden());
    assert.match(await it.readout(), /^Layers 0 \+ 7/);
  });

  test("names the samples at both ends, and gives the code that goes on from a cell", async () => {
    await view().locator(".pb-stage").focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    assert.match(await view().locator(".pb-side").textContent(), /most: country \d+ [+−]\d.*least: country \d+/);
    await view().getByRole("button", { name: "Path graph for 0 + 1" }).click();
    const inserted = () =>
      page.evaluate(() => window.jupyterapp.shell.currentWidget.content.widgets[1]?.model.sharedModel.source ?? "");
    await until(async () => (await inserted()) !== "", "a cell with code below");
    const source = await inserted();
    assert.match(source, /layers 0 and 1/);
    assert.match(source, /pb\.pathTrace\(model, \{ task: "capital"/);
  });

  test("draws layers over tokens and over heads, with the labels turned where they need it", async () => {
    await open("grids.ipynb");
    await drawn(1);
    await drawn(0);
    assert.match(await view(0).locator(".pb-picture svg").textContent(), /·France/);
    const turned = await view(0).locator(".pb-picture svg text[transform*='rotate']").count();
    assert.ok(turned >= 14, `${turned} turned labels`);
    await view(0).locator(".pb-stage").focus();
    await page.keyboard.press("Control+Home");
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowRight");
    assert.match(await readout(0), /^Layer 0, position ·France/);
    await page.mouse.move(0, 0);
    await picture(view(0), "heatmap-positions");
    assert.match(await view(1).locator(".pb-picture svg").textContent(), /best layer in this head/);
    await picture(view(1), "heatmap-heads");
    for (const nth of [0, 1]) {
      const overflow = await view(nth).evaluate((node) => node.scrollWidth - node.clientWidth);
      assert.ok(overflow <= 1, `view ${nth}: ${overflow} px too wide`);
    }
  });

  test("is linked by layer across kinds of heatmaps, field by field", async () => {
    await view(1).locator(".pb-stage").focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowUp");
    // Layer 1: a row over tokens, and one layer alone among pairs.
    await view(0).locator(".pb-frame-linked").first().waitFor();
    const row = await view(0).locator(".pb-frame-linked").boundingBox();
    assert.ok(row.width > 10 * row.height, `${row.width} x ${row.height}`);
    assert.equal(await view(2).locator(".pb-frame-linked").count(), 1);
    await view(0).locator(".pb-link").first().click();
    await view(0).getByRole("menuitemcheckbox", { name: "by layer" }).click();
    await view(1).locator(".pb-stage").focus();
    await page.keyboard.press("ArrowUp");
    assert.equal(await view(0).locator(".pb-frame-linked").count(), 0);
    assert.equal(await view(2).locator(".pb-frame-linked").count(), 1);
  });

  test("looks right in the dark and where there is little room", async () => {
    await view(1).locator(".pb-stage").blur();
    await setTheme(page, "JupyterLab Dark");
    await view(0).scrollIntoViewIfNeeded();
    await picture(page, "heatmap-grids-dark");
    await setTheme(page, "JupyterLab Light");
    for (const width of [600, 420]) {
      await view(0).evaluate((node, w) => {
        node.style.maxWidth = `${w}px`;
      }, width);
      await settled(page);
      await picture(view(0), `heatmap-positions-${width}`);
      const overflow = await view(0).evaluate((node) => node.scrollWidth - node.clientWidth);
      assert.ok(overflow <= 1, `${width}: ${overflow} px too wide`);
    }
  });

  test("what is zoomed in on moves with the pointer, the wheel and keys; a gesture is one step back", async () => {
    await open("many.ipynb");
    const it = widget(page);
    const overlay = it.part(".pb-overlay");
    /** What is drawn, as it is said once the focus and the pointer are elsewhere. */
    const kept = (like) => it.kept(({ window }) => like(window ?? null));
    await it.focus();
    await it.press("Control+Home", "+", "+", "+");
    await kept((window) => window?.x0 === 0 && window.x1 === 17 && window.y0 === 0);
    // In sight as a whole, labels and all.
    await overlay.evaluate((node) => node.scrollIntoView({ block: "center" }));
    await settled(page);
    const box = await overlay.boundingBox();
    const [x, y] = [box.x + box.width * 0.3, box.y + box.height * 0.3];
    const drag = async (from, [dx, dy], button, key) => {
      await page.mouse.move(...from);
      if (key) await page.keyboard.down(key);
      await page.mouse.down({ button });
      await page.mouse.move(from[0] + dx, from[1] + dy, { steps: 4 });
      await until(() => overlay.evaluate((node) => node.classList.contains("pb-grabbing")), "the hand holds it");
      await page.mouse.up({ button });
      if (key) await page.keyboard.up(key);
      assert.equal(await overlay.evaluate((node) => node.classList.contains("pb-grabbing")), false);
    };
    await drag([x, y], [0, 150], "middle");
    await kept((window) => window.x0 === 0 && window.y0 > 1);
    await it.press("u");
    await kept((window) => window.y0 === 0);
    await it.press("U");
    await drag([x, y], [-150, 0], "left", "Control");
    await kept(({ x0, y0 }) => x0 > 1 && y0 > 1);
    assert.equal(await it.part(".pb-frame-selection").count(), 0, "nothing was selected");
    await settled(page);
    // The labels stand under the line that says which part is drawn.
    const line = await it.part(".pb-extent-part").boundingBox();
    const label = [x, line.y + line.height + 8];
    await page.mouse.move(...label);
    await until(() => overlay.evaluate((node) => node.classList.contains("pb-grab")), "a hand over the axis");
    let before;
    await kept((window) => {
      before = window;
      return true;
    });
    await drag(label, [-120, 60], "left");
    await kept(({ x0, y0 }) => x0 > before.x0 && y0 === before.y0);
    await it.press("Control+ArrowUp");
    await kept(({ y0 }) => y0 === before.y0 + 6);
    await page.mouse.move(x, y);
    await page.keyboard.down("Shift");
    await page.mouse.wheel(0, 60);
    await page.keyboard.up("Shift");
    await kept(({ x0 }) => x0 > before.x0 + 6);
    assert.equal(await it.part(".pb-extent-part").count(), 1);
    await it.press("0");
    await kept((window) => window === null);
    assert.equal(await it.part(".pb-extent").count(), 0);
    await it.press("Control+ArrowUp");
    await it.spoken(/^All of it is drawn\.$/);
  });

  test("where a grid has too little room, a part of it can be shown; several models come one at a time", async () => {
    await open("crowded.ipynb");
    const it = widget(page);
    assert.equal(await view().getByRole("button", { name: "DPO", exact: true }).getAttribute("aria-pressed"), "true");
    await view().evaluate((node) => {
      node.style.maxWidth = "388px";
    });
    await view().getByRole("button", { name: "Show a part" }).click();
    await it.part(".pb-picture :is(svg, canvas)").first().waitFor();
    await it.spoken(/^Layers \d+ to \d+ with \d+ to \d+\.$/);
    assert.ok(await it.stage.evaluate((node) => node === document.activeElement));
    await it.press("ArrowUp");
    assert.equal(await it.part(".pb-frame-cursor").count(), 1);
  });

  test("2,080 cells are drawn and pointed at without waiting", async () => {
    await open("many.ipynb");
    const box = await view().locator(".pb-overlay").boundingBox();
    // A hover costs what its handlers and the overlay cost; measured in the page, reported, not judged by a clock.
    const cost = await view()
      .locator(".pb-overlay")
      .evaluate((overlay) => {
        const { left, top, width, height } = overlay.getBoundingClientRect();
        const times = [];
        for (let i = 0; i < 60; i++) {
          const start = performance.now();
          const [clientX, clientY] = [left + width * 0.15, top + height * (0.2 + 0.01 * i)];
          overlay.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
          times.push(performance.now() - start);
        }
        times.sort((a, b) => a - b);
        return { median: times[30], most: times[59], nodes: overlay.querySelectorAll("*").length };
      });
    console.log(`      hover over 2,080 cells: median ${cost.median.toFixed(2)} ms, most ${cost.most.toFixed(2)} ms`);
    assert.ok(cost.nodes < 40, `${cost.nodes} nodes move with the pointer`);
    await page.mouse.move(box.x + box.width * 0.15, box.y + box.height * 0.2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5, { steps: 5 });
    await page.mouse.up();
    assert.match(await view().locator(".pb-side h4").textContent(), /^\d{3} cells/);
    assert.match(await view().locator(".pb-side").textContent(), /mean [+−]?\d\.\d\d, from −\d\.\d\d to \+\d\.\d\d/);
    assert.equal(await view().locator(".pb-veil").count(), 1);
    await picture(page, "heatmap-many");
    assert.deepEqual(page.errors, []);
  });
});

describe("a heatmap with its kernel", () => {
  let lab;
  let browser;
  let page;
  const view = () => page.locator(".pb-view").first();
  const sources = [
    LOAD,
    'const run = pb.patchSweep(model, { task: "capital", n: 20, sizes: [1, 2, 3] }); pb.show(run); const swept = await run;',
  ];

  before(async () => {
    lab = await startLab({
      notebooks: { "triples.ipynb": liveNotebook(...sources), "long.ipynb": liveNotebook(LOAD, longSweep(4)) },
    });
    browser = await startBrowser();
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("fades new cells in, and no veil stays", async () => {
    await openLive(page, lab, "long.ipynb");
    // Cells that come in while the run goes on are noted: each has its own short veil.
    await page.evaluate(() => {
      window.fresh = 0;
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
          for (const node of addedNodes) if (node.classList?.contains("pb-fresh-veil")) window.fresh++;
      }).observe(document.body, { subtree: true, childList: true });
    });
    await runCell(page, 0);
    await startCell(page, 1);
    await until(() => page.evaluate(() => window.fresh > 0), "new cells");
    await view().locator(".pb-cancel").click();
    await waitForState(page, ".pb-view", "stopped");
    await settled(page);
    assert.equal(await view().locator(".pb-fresh-veil").count(), 0);
  });

  test("has a slice for each third layer once it is done", async () => {
    await openLive(page, lab, "triples.ipynb");
    for (const at of sources.keys()) assert.deepEqual((await runCell(page, at)).errors, []);
    await waitForState(page, ".pb-view", "done");
    await view().scrollIntoViewIfNeeded();
    const slider = view().getByRole("slider", { name: "With layer" });
    await slider.waitFor();
    assert.equal(await slider.getAttribute("max"), "8");
    await slider.fill("3");
    assert.match(await view().locator(".pb-subtitle").textContent(), /with layer 2/);
    await view().locator(".pb-stage").focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowUp");
    assert.match(
      await view().locator(".pb-readout-first").textContent(),
      /^Layers 0 \+ 1 with 2 [+−]\d\.\d\d 95 % CI .* n 20$/,
    );
    await picture(page, "heatmap-triples");
  });

  test("prints in the kernel what is drawn: another slice, another PDF", async () => {
    await says(view().locator(".pb-badges"), /kernel ready/);
    const pdf = async () => {
      await view().getByRole("button", { name: "Export" }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        view().getByRole("menuitem", { name: "PDF" }).click(),
      ]);
      return readFileSync(await download.path());
    };
    const slice = await pdf();
    assert.equal(slice.subarray(0, 5).toString(), "%PDF-");
    const slider = view().getByRole("slider", { name: "With layer" });
    await slider.fill("0");
    const pairs = await pdf();
    assert.notEqual(slice.toString("latin1"), pairs.toString("latin1"));
    await slider.fill("3");
    assert.equal((await pdf()).toString("latin1"), slice.toString("latin1"));
  });

  test("tells the kernel what is selected", async () => {
    await view().locator(".pb-stage").focus();
    await page.keyboard.press("Space");
    const { printed } = await runCell(page, null, "console.log(JSON.stringify(pb.selection()));");
    assert.match(printed, /"selected":\[\{"x":"0","y":"1"/);
    assert.deepEqual(page.errors, []);
  });
});

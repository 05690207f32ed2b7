/** How each kind of widget looks: light, dark and narrow, beside pictures that people have looked at (looks/). Fonts
 *  differ from machine to machine, so means of blocks are compared, not pixels.
 *  `PATCHBAY_LOOKS=update` writes the pictures anew; whoever does so looks at them. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { oneOfEach } from "./kinds.mjs";
import { openNotebook, setTheme, settled, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { difference, halved } from "./looks.mjs";
import { notebook } from "./stored.mjs";
import { widget } from "./widget.mjs";

const FOLDER = join(import.meta.dirname, "looks");
const UPDATE = process.env.PATCHBAY_LOOKS === "update";
/** Of the blocks; another font moves a few, another colour or a lost part moves many. */
const MOST = 0.08;
/** Of the width and the height. */
const MOST_SIZE = 0.06;

describe("how widgets look", () => {
  let lab;
  let browser;
  let page;
  const names = Object.keys(oneOfEach());

  before(async () => {
    lab = await startLab({ notebooks: { "each.ipynb": notebook(Object.values(oneOfEach())) } });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1240, height: 1000 }, reducedMotion: "reduce" });
    await openNotebook(page, lab, "each.ipynb");
    await withoutKernel(page);
    await page.evaluate(() => window.jupyterapp.commands.execute("application:toggle-left-area"));
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  /** The widget with one thing selected and one pinned, at a width of its own. */
  async function shot(nth, width) {
    const it = widget(page, nth);
    await it.drawn();
    await it.view.evaluate((node, px) => {
      node.style.maxWidth = `${px}px`;
    }, width);
    await settled(page);
    await it.away();
    const png = await halved(page, await it.view.screenshot({ animations: "disabled" }));
    await it.view.evaluate((node) => {
      node.style.maxWidth = "";
    });
    return png;
  }

  async function compared(name, png) {
    const file = join(FOLDER, `${name}.png`);
    if (UPDATE) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, png);
      return;
    }
    assert.ok(existsSync(file), `looks/${name}.png: must be there; PATCHBAY_LOOKS=update writes it`);
    const { blocks, size } = await difference(page, readFileSync(file), png);
    if (blocks > MOST || size > MOST_SIZE) {
      mkdirSync(join(FOLDER, "../../.scratch/browser"), { recursive: true });
      writeFileSync(join(FOLDER, `../../.scratch/browser/looks-${name}.png`), png);
    }
    assert.ok(size <= MOST_SIZE, `${name}: its size is off by ${Math.round(100 * size)} %`);
    assert.ok(blocks <= MOST, `${name}: ${Math.round(100 * blocks)} % of its blocks look different`);
  }

  for (const [theme, title, width] of [
    ["light", "JupyterLab Light", 800],
    ["narrow", "JupyterLab Light", 360],
    ["dark", "JupyterLab Dark", 800],
  ])
    test(`${theme}, ${width} px`, async () => {
      await setTheme(page, title);
      for (const [nth, name] of names.entries()) {
        const it = widget(page, nth);
        if (theme === "light") {
          await it.drawn();
          await it.focus();
          await it.press("Home", "Space", "ArrowRight", "Enter");
          await it.stage.blur();
        }
        await compared(`${name}-${theme}`, await shot(nth, width));
      }
    });

  test("another picture is told from it: other colours, a lost part, another widget", async () => {
    const [light, dark, other] = ["heatmap-light", "heatmap-dark", "chart-light"].map((name) =>
      readFileSync(join(FOLDER, `${name}.png`)),
    );
    assert.deepEqual(await difference(page, light, light), { blocks: 0, size: 0 });
    for (const png of [dark, other]) assert.ok((await difference(page, light, png)).blocks > 2 * MOST);
    const it = widget(page, 0);
    await setTheme(page, "JupyterLab Light");
    await it.drawn();
    await it.view.evaluate((node) => {
      node.querySelector(".pb-picture").style.opacity = "0";
    });
    assert.ok((await difference(page, light, await shot(0, 800))).blocks > MOST, "without its picture");
  });
});

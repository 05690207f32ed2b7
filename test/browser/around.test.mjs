/** What stands around the widgets in JupyterLab: launcher cards, commands of the palette, rows of the menu, settings.
 *  Each is used as a reader uses it, and what it does is seen. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { oneOfEach } from "./kinds.mjs";
import { command, openNotebook, settled, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { kernelIdle, runCell } from "./running.mjs";
import { heatmap, notebook } from "./stored.mjs";
import { until, widget } from "./widget.mjs";

const { palettes } = createRequire(import.meta.url)("patchbay/view");
const TOKEN = "patchbay-test";

describe("around the widgets", () => {
  let lab;
  let browser;
  let page;
  const shown = () =>
    page.evaluate(() => {
      const { currentWidget } = window.jupyterapp.shell;
      const cells = currentWidget?.content?.widgets ?? [];
      return {
        title: currentWidget?.title.label ?? "",
        kernel: currentWidget?.sessionContext?.kernelPreference?.name ?? "",
        sources: cells.map((cell) => cell.model?.sharedModel.getSource() ?? ""),
      };
    });
  const waitFor = async (like, what) => {
    await until(async () => like(await shown()), what);
    return shown();
  };
  const fresh = async () => {
    await page.goto(`${lab.url}/lab?reset&token=${TOKEN}`);
    await page.locator(".jp-LauncherCard").first().waitFor();
  };

  before(async () => {
    const views = { ...oneOfEach() };
    lab = await startLab({
      notebooks: { "stored.ipynb": notebook([heatmap({ id: "one" })]), "each.ipynb": notebook(Object.values(views)) },
    });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    await fresh();
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  const begins = ({ sources }) =>
    /^import \* as pb from "patchbay";\nconst model = await pb\.load\("demo\/dpo"\);$/.test(sources[0]);

  describe("a launcher card", () => {
    test("opens a notebook whose cells run", async () => {
      await page.locator(".jp-LauncherCard", { hasText: "Patchbay Notebook" }).click();
      const { title, sources } = await waitFor(begins, "a notebook begins with the demo model");
      assert.match(title, /^Untitled\d*\.ipynb$/);
      assert.match(sources[1], /pb\.patchSweep\(model.*pb\.show\(run\)/s);
      await kernelIdle(page);
      for (const at of [0, 1]) assert.deepEqual((await runCell(page, at)).errors, []);
      await page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .pb-view[data-state="done"]').waitFor();
    });

    test("opens the quickstart that the server has", async () => {
      await fresh();
      await page.locator(".jp-LauncherCard", { hasText: "Patchbay Quickstart" }).click();
      await waitFor(
        ({ title, sources }) => title === "quickstart.ipynb" && sources.some((source) => source.includes("pb.")),
        "the quickstart opens, with its cells",
      );
    });
  });

  /** A notebook with a view, and the command palette's or the menu's row chosen. */
  const ROWS = {
    "Open Workbench": async () => {
      await page.locator(".pb-workbench").waitFor();
    },
    "New Patchbay Notebook": async () => {
      await waitFor(begins, "a notebook begins with the demo model");
    },
    "Patchbay Quickstart": async () => {
      await waitFor(({ title }) => title === "quickstart.ipynb", "the quickstart opens");
    },
    "Patchbay Settings": async () => {
      await page.locator(".jp-SettingsPanel").getByText("Palette of signed values").first().waitFor();
    },
  };
  const PAGE = "Save Views as Interactive Page…";

  for (const [from, choose] of [
    [
      "the command palette",
      async (row) => {
        await command(page, "apputils:activate-command-palette");
        await page.locator(".lm-CommandPalette-input").fill(row);
        // What the words have not sifted yet is about to move.
        await page.locator(".lm-CommandPalette-item:has(mark)", { hasText: row }).first().click();
      },
    ],
    [
      "the menu",
      async (row) => {
        await page.locator(".lm-MenuBar-item", { hasText: "Patchbay" }).click();
        await page.locator(".lm-Menu-item", { hasText: row }).click();
      },
    ],
  ])
    describe(from, () => {
      for (const [row, seen] of Object.entries(ROWS))
        test(`does what “${row}” says`, async () => {
          await fresh();
          await choose(row);
          await seen();
        });

      test(`does what “${PAGE}” says`, async () => {
        await openNotebook(page, lab, "each.ipynb");
        await withoutKernel(page);
        const [download] = await Promise.all([page.waitForEvent("download"), choose(PAGE)]);
        assert.equal(download.suggestedFilename(), "each.html");
        const text = readFileSync(await download.path(), "utf8");
        assert.equal(text.match(/<div class="pb-page-view" data-view="\d+">/g)?.length, 4);
      });
    });

  describe("a setting", () => {
    const view = () => page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .pb-view").first();
    /** Chooses it in the settings editor, as a reader does. */
    const editor = () => page.locator(".jp-SettingsPanel");
    const open = async () => {
      await command(page, "patchbay:settings");
      await editor().getByText("Palette of signed values").first().waitFor();
    };
    const field = (name) => editor().locator(`[id$="_${name}"]`).first();
    const close = () => page.evaluate(() => window.jupyterapp.commands.execute("application:close"));
    /** The editor keeps a choice a moment after it was made. */
    const kept = (name, value) =>
      until(async () => {
        const answer = await page.request.get(`${lab.url}/lab/api/settings/@patchbay/jupyterlab:plugin?token=${TOKEN}`);
        return new RegExp(`"${name}": ${value}`).test((await answer.json()).raw);
      }, `${name} is kept`);
    const fills = () =>
      view()
        .locator(".pb-picture svg")
        .evaluate((svg) => [...svg.querySelectorAll("[fill]")].map((node) => node.getAttribute("fill")).join());

    before(async () => {
      await openNotebook(page, lab, "stored.ipynb");
      await withoutKernel(page);
      await widget(page).drawn();
    });

    test("of the palette redraws the views that are open", async () => {
      const before = await fills();
      await open();
      await field("palette").selectOption({ label: "purple and green" });
      await kept("palette", '"purple-green"');
      await close();
      await until(async () => (await fills()) !== before, "other colours");
      const ramp = await view()
        .locator(".pb-picture svg linearGradient stop")
        .evaluateAll((stops) => stops.map((stop) => stop.getAttribute("stop-color")));
      assert.deepEqual([...new Set(ramp)], palettes["purple-green"].light);
    });

    test("of the decimals reads out more of them", async () => {
      await open();
      await field("decimals").fill("4");
      await field("decimals").press("Tab");
      await kept("decimals", "4");
      await close();
      const it = widget(page);
      await it.focus();
      await it.press("Home");
      await until(async () => /[+−]0\.\d{4} /.test(await it.readout()), "four decimals");
    });

    const duration = () => page.evaluate(() => getComputedStyle(document.body).getPropertyValue("--pb-move").trim());

    test("of the motion lets nothing move", async () => {
      assert.equal(await duration(), "180ms");
      await open();
      await field("reducedMotion").check();
      await kept("reducedMotion", "true");
      await close();
      await until(async () => (await duration()) === "0ms", "nothing moves");
      assert.equal(
        await view()
          .locator(".pb-switch")
          .first()
          .evaluate((node) => getComputedStyle(node).transitionDuration),
        "0s",
      );
    });

    test("of the device stands in the code that is inserted, and the model runs on it", async () => {
      await open();
      await field("device").selectOption("cpu");
      // Nothing shows the device: with it goes something that is seen, so that the page has heard of both.
      await field("reducedMotion").uncheck();
      await kept("device", '"cpu"');
      await close();
      await until(async () => (await duration()) === "180ms", "the page knows the settings");
      await command(page, "patchbay:new-notebook");
      const { sources } = await waitFor(({ sources }) => /pb\.load/.test(sources[0]), "a notebook begins");
      assert.match(sources[0], /pb\.load\("demo\/dpo", \{ device: "cpu" \}\)/);
      await kernelIdle(page);
      assert.deepEqual((await runCell(page, 0)).errors, []);
      const { printed } = await runCell(page, null, "console.log(model.provider.device, model.provider.reason);");
      assert.match(printed, /^cpu /);
      await command(page, "patchbay:workbench");
      const run = page.locator(".pb-workbench").getByRole("button", { name: "Insert", exact: true });
      await until(() => run.isEnabled(), "the panel is ready");
      await settled(page);
      await run.click();
      const isInserted = (source) => source?.startsWith("// inserted by the Patchbay panel");
      const { sources: all } = await waitFor(({ sources }) => isInserted(sources.at(-1)), "a cell is inserted");
      // The panel asks for the very device that the model is on: it takes that one, and loads none.
      assert.match(all.at(-1), /^.*\nconst run = pb\.patchSweep\(model/);
    });
  });

  test("nothing went wrong in the page", () => assert.deepEqual(page.errors, []));
});

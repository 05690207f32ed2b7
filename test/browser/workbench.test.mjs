/** The workbench with a real kernel: says what is missing, what a choice costs, puts the code into the notebook, runs it,
 *  and follows the run. Launcher, palette, menu and settings as well. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { command, openNotebook, picture, setTheme, settled, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { kernelIdle, runCell } from "./running.mjs";
import { heatmap, notebook } from "./stored.mjs";
import { says, until } from "./widget.mjs";

const TOKEN = "patchbay-test";

describe("the workbench", () => {
  let lab;
  let browser;
  let page;
  const panel = () => page.locator(".pb-workbench");
  const section = (name) => panel().getByRole("region", { name });
  const sources = () =>
    page.evaluate(() =>
      window.jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.sharedModel.getSource()),
    );
  const ready = () =>
    page.waitForFunction(
      () => !document.querySelector(".pb-workbench .pb-primary").disabled && document.querySelector(".pbw-costs"),
    );

  before(async () => {
    lab = await startLab({ notebooks: { "stored.ipynb": notebook([heatmap({ id: "one" })]) } });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    await page.goto(`${lab.url}/lab?reset&token=${TOKEN}`);
    await page.waitForSelector(".jp-Launcher");
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("launcher cards, the palette and the menu offer it", async () => {
    const cards = page.locator(".jp-LauncherCard-label");
    for (const card of ["Patchbay Quickstart", "Patchbay Notebook"])
      await until(async () => (await cards.allTextContents()).includes(card), `the card ${card}`);
    await page.locator(".lm-MenuBar-item", { hasText: "Patchbay" }).click();
    const rows = await page.locator(".lm-Menu-item .lm-Menu-itemLabel").allTextContents();
    for (const row of ["Open Workbench", "New Patchbay Notebook", "Patchbay Quickstart", "Patchbay Settings"])
      assert.ok(rows.includes(row), rows.join());
    await page.keyboard.press("Escape");
    const inPalette = await page.evaluate(() => window.jupyterapp.commands.hasCommand("patchbay:workbench"));
    assert.equal(inPalette, true);
    await picture(page, "launcher");
  });

  test("without a notebook it says so, and what is unknown", async () => {
    await command(page, "patchbay:workbench");
    await panel().waitFor();
    await says(panel(), /No notebook is open/);
    await says(section("Cost"), /Unknown until there is a kernel to ask/);
    assert.equal(await panel().getByRole("button", { name: "Insert code and run" }).isDisabled(), true);
    await picture(page, "workbench-empty");
  });

  test("a notebook of another kernel, or of none, is named as what is missing", async () => {
    await page.evaluate(() => void window.jupyterapp.commands.execute("docmanager:open", { path: "stored.ipynb" }));
    await withoutKernel(page);
    await page.waitForFunction(() =>
      /stored\.ipynb has no kernel/.test(document.querySelector(".pb-workbench").textContent),
    );
  });

  test("opens a notebook, and shows model, tokens and cost", async () => {
    await page.evaluate(() => void window.jupyterapp.commands.execute("application:close"));
    await page.locator(".jp-Dialog").getByRole("button", { name: "Discard" }).click();
    await page.waitForFunction(() => /No notebook is open/.test(document.querySelector(".pb-workbench").textContent));
    await panel().getByRole("button", { name: "New notebook" }).click();
    await kernelIdle(page);
    await ready();
    await says(section("Model"), /8 layers, 4 heads/);
    await says(section("Task"), /queries.*capital.*every answer is one token/s);
    await page.waitForFunction(() => /time/.test(document.querySelector(".pbw-costs")?.textContent ?? ""));
    await says(section("Cost"), /42 samples × 36 tuples/);
    await picture(page, "workbench-ready");
  });

  test("the cost follows the choice, and what cannot be is said in words", async () => {
    await section("Experiment").getByLabel("Layers").selectOption({ label: "1" });
    await page.waitForFunction(() =>
      /42 samples × 8 tuples/.test(document.querySelector(".pbw-costs")?.textContent ?? ""),
    );
    await section("Experiment").getByLabel("Samples").fill("5");
    await section("Experiment").getByLabel("Samples").press("Tab");
    await page.waitForFunction(() =>
      /5 samples × 8 tuples/.test(document.querySelector(".pbw-costs")?.textContent ?? ""),
    );
    await section("Model").getByLabel("Model").selectOption({ label: "a folder or hub name…" });
    await section("Model").getByLabel("Folder or hub name").fill("no/such-model");
    await section("Model").getByLabel("Folder or hub name").press("Tab");
    await page.waitForFunction(() => /no\/such-model/.test(document.querySelector(".pbw-error")?.textContent ?? ""));
    await says(section("Model"), /patchbay pull/);
    await section("Model").getByLabel("Model").selectOption("demo/dpo");
    await ready();
  });

  test("inserts the code, runs it, and follows the run to its end", async () => {
    await section("Experiment").getByLabel("Layers").selectOption({ label: "1–2" });
    await panel().getByRole("button", { name: "Insert code and run" }).click();
    await page.waitForFunction(() => document.querySelector(".jp-NotebookPanel .pb-view")?.dataset.state === "done");
    assert.deepEqual((await sources()).slice(0, 1), [
      [
        "// inserted by the Patchbay panel",
        'import * as pb from "patchbay";',
        'const model = await pb.load("demo/dpo");',
        'const run = pb.patchSweep(model, { task: "capital", sizes: [1, 2], n: 5 });',
        "pb.show(run);",
        "const result = await run;",
      ].join("\n"),
    ]);
    await page.waitForFunction(() =>
      /capital, patch sweep.*done/s.test(document.querySelector(".pbw-runs").textContent),
    );
  });

  test("a second experiment uses what the first has loaded", async () => {
    await section("Experiment").getByLabel("Experiment").selectOption({ label: "Path trace" });
    await section("Experiment").getByLabel("Rank").selectOption({ label: "≤ 10" });
    await page.waitForFunction(() => /paths/.test(document.querySelector(".pbw-costs")?.textContent ?? ""));
    await panel().getByRole("button", { name: "Insert code and run" }).click();
    await page.waitForFunction(
      () => document.querySelector(".jp-NotebookPanel .pb-view[data-kind=paths]")?.dataset.state === "done",
    );
    assert.deepEqual((await sources()).slice(1), [
      [
        "// inserted by the Patchbay panel",
        'const run = pb.pathTrace(model, { task: "capital", maxRank: 10, n: 3 });',
        "pb.show(run);",
        "const result = await run;",
      ].join("\n"),
    ]);
    await picture(page, "workbench-run");
    await setTheme(page, "JupyterLab Dark");
    await picture(page, "workbench-dark");
    await setTheme(page, "JupyterLab Light");
  });

  for (const kind of ["heatmap", "paths"])
    test(`everything that a ${kind} can be saved as stands in its menu, its spec among them`, async () => {
      const view = page.locator(`.jp-NotebookPanel .pb-view[data-kind=${kind}]`).first();
      await view.scrollIntoViewIfNeeded();
      await says(view.locator(".pb-badges"), /kernel ready/);
      await view.getByRole("button", { name: "Export" }).click();
      const rows = await view.getByRole("menuitem").allTextContents();
      for (const row of ["SVG", "PNG", "PDF", "CSV", "LaTeX", "HTML", "JSONview", "JSONspec", "Copy as code"])
        assert.ok(
          rows.some((text) => text.startsWith(row)),
          `${row} is not in ${rows.join()}`,
        );
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        view.getByRole("menuitem", { name: /JSON.*spec/ }).click(),
      ]);
      const spec = JSON.parse(readFileSync(await download.path(), "utf8"));
      assert.equal(spec.schema, "patchbay.spec/1");
      assert.equal(spec.kind, kind === "heatmap" ? "patch-sweep" : "path-trace");
    });

  test("all views of the notebook save as one interactive page", async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.evaluate(() => void window.jupyterapp.commands.execute("patchbay:export-page")),
    ]);
    const text = readFileSync(await download.path(), "utf8");
    // The page's own script knows how to write such places, too: counted are those that hold a view.
    assert.equal(text.match(/<div class="pb-page-view" data-view="\d+">/g)?.length, 2);
    assert.match(text, /script-src 'sha256-/);
  });

  /** Waits until the cost says that, and no answer is on its way. */
  const costs = (words) =>
    page.waitForFunction((words) => {
      const cost = document.querySelector(".pbw-facts:not([data-asking]) > .pbw-costs");
      return cost?.textContent.includes(words) && cost.childElementCount > 2;
    }, words);

  for (const { label, usual, chosen, small, code, result, shown } of [
    {
      label: "Patch sweep",
      usual: "42 samples × 36 tuples",
      ...{ chosen: { Layers: "1", Samples: "3" }, small: "3 samples × 8 tuples" },
      code: 'pb.patchSweep(model, { task: "capital", sizes: [1], n: 3 })',
      result: ["patch-sweep", "done", 24, "layer patched"],
      shown: "heatmap",
    },
    {
      label: "Path trace",
      usual: "paths",
      ...{ chosen: { Rank: "≤ 10", Samples: "1" }, small: "paths" },
      code: 'pb.pathTrace(model, { task: "capital", maxRank: 10, n: 1 })',
      result: ["path-trace", "done", 1, undefined],
      shown: "paths",
    },
    {
      label: "Patch grid",
      usual: "10 samples × 8 layers",
      ...{ chosen: { By: "head", Samples: "2" }, small: "2 samples × 8 layers" },
      code: 'pb.patchGrid(model, { task: "capital", by: "head", n: 2 })',
      result: ["patch-grid", "done", 2, "head patched"],
      shown: "heatmap",
    },
    {
      label: "Steering",
      usual: "10 samples × 8 layers × 6 coefficients",
      ...{ chosen: { Times: "0, 1, 2", Samples: "2" }, small: "2 samples × 8 layers × 3 coefficients" },
      code: 'pb.steer(model, { task: "capital", coefficients: [0, 1, 2], n: 2 })',
      result: ["steer", "done", 2, "times the vector"],
      shown: "heatmap",
    },
    {
      label: "Cross-task patching",
      usual: "10 queries × 3 × 3 tasks",
      ...{ chosen: { Samples: "2" }, small: "2 queries × 3 × 3 tasks" },
      code: 'pb.crossTask(model, { tasks: ["capital", "language", "continent"], n: 2 })',
      result: ["cross-task", "done", 2, "query of task"],
      shown: "heatmap",
    },
    {
      label: "Logit lens",
      usual: "1 sample × 8 layers ×",
      ...{ chosen: { Positions: "last" }, small: "1 sample × 8 layers × 1" },
      code: 'pb.logitLens(model, { task: "capital", n: 1 }, { positions: [-1] })',
      result: ["logit-lens", "done", 1, "position read"],
      shown: "heatmap",
    },
    {
      label: "Geometry",
      usual: "prompts in",
      ...{ chosen: { Tasks: "animals", Wordings: "6" }, small: "12 prompts in" },
      code: 'pb.geometry(model, { task: "animals", rephrasings: 6 })',
      result: ["geometry", "done", undefined, undefined],
      shown: "scatter",
    },
    {
      label: "Accuracy",
      usual: "42 samples",
      ...{ chosen: { Match: "lenient", Samples: "4" }, small: "4 samples" },
      code: 'pb.accuracy(model, { task: "capital", match: "lenient", n: 4 })',
      result: ["accuracy", "done", 4, "task"],
      shown: "chart",
    },
  ])
    test(`says what ${label} costs, writes its cell and runs it to its result`, async () => {
      await section("Experiment").getByLabel("Experiment").selectOption({ label });
      await costs(usual);
      for (const [field, value] of Object.entries(chosen)) {
        const control = section("Experiment").getByLabel(field);
        if ((await control.evaluate((node) => node.localName)) === "select")
          await control.selectOption({ label: value });
        else {
          await control.fill(value);
          await control.press("Tab");
        }
      }
      await costs(small);
      await picture(panel(), `workbench-${shown}-${result[0]}`);
      const before = (await sources()).length;
      await panel().getByRole("button", { name: "Insert code and run" }).click();
      await page.waitForFunction((n) => window.jupyterapp.shell.currentWidget.content.widgets.length > n, before);
      const source = (await sources()).at(-1);
      assert.ok(source.includes(`const run = ${code};`), source);
      await page.waitForFunction(() => {
        const cell = window.jupyterapp.shell.currentWidget.content.widgets.at(-1);
        const view = cell.node.querySelector(".pb-view");
        return cell.model.executionState === "idle" && view?.dataset.state === "done";
      });
      // What it left behind in the kernel is the result of what was chosen.
      const { printed, errors, view } = await runCell(
        page,
        null,
        "console.log(JSON.stringify([result.data.kind, result.state, result.finished ?? null])); pb.show(result);",
      );
      assert.deepEqual(errors, []);
      const [kind, state, finished, columns] = result;
      const said = JSON.parse(printed.split("\n")[0]);
      assert.deepEqual(said.slice(0, 2), [kind, state]);
      if (finished !== undefined) assert.equal(said[2], finished);
      assert.equal(view.kind, shown);
      assert.equal(view.x?.title, columns);
      await says(panel().locator(".pbw-run").first(), /done$/);
    });

  test("a restarted kernel is loaded anew", async () => {
    await page.evaluate(async () => {
      await window.jupyterapp.shell.currentWidget.sessionContext.restartKernel();
    });
    await kernelIdle(page);
    await ready();
    await panel().getByRole("button", { name: "Insert", exact: true }).click();
    const anew = /import \* as pb from "patchbay";\nconst model = await pb\.load/;
    await until(async () => anew.test((await sources()).at(-1)), "a cell that loads anew");
  });

  test("settings change palette, decimals and motion of the views", async () => {
    await openNotebook(page, lab, "stored.ipynb");
    await withoutKernel(page);
    const view = page.locator(".pb-view").first();
    await view.locator(".pb-picture svg").waitFor();
    const colours = () =>
      view
        .locator(".pb-picture svg")
        .evaluate((svg) => [...svg.querySelectorAll("[fill]")].map((n) => n.getAttribute("fill")).join());
    const before = await colours();
    const ground = `${lab.url}/lab/api/settings/@patchbay/jupyterlab:plugin?token=${TOKEN}`;
    const raw = JSON.stringify({ palette: "purple-green", decimals: 4, reducedMotion: true, device: "cpu" });
    const xsrf = (await page.context().cookies()).find(({ name }) => name === "_xsrf")?.value ?? "";
    const answer = await page.request.put(ground, { data: { raw }, headers: { "X-XSRFToken": xsrf } });
    assert.ok(answer.ok(), String(answer.status()));
    await openNotebook(page, lab, "stored.ipynb");
    await withoutKernel(page);
    await view.locator(".pb-picture svg").waitFor();
    await page.waitForFunction(() => document.body.dataset.pbPalette === "purple-green");
    await settled(page);
    assert.notEqual(await colours(), before);
    await view.locator(".pb-stage").focus();
    await page.keyboard.press("Control+Home");
    assert.match(await view.locator(".pb-readout-first").textContent(), /[+−]0\.\d{4} /);
    assert.equal(
      await page.evaluate(() => getComputedStyle(document.body).getPropertyValue("--pb-move").trim()),
      "0ms",
    );
    await picture(page, "settings-palette");
    assert.deepEqual(page.errors, []);
  });
});

/** Every kind of widget, shown by a real kernel, is saved as everything that it can be saved as, and each file is opened
 *  and read: it holds what is seen. The copied code is run, and makes the same view again. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { compile } from "vega-lite";
import { ROOT } from "../../jupyter-config/setup.mjs";
import { csvRows, latexFaults, pdfFacts, pngFacts } from "./files.mjs";
import { SCRATCH, startBrowser, startLab } from "./lab.mjs";
import { liveNotebook, openLive, runCell } from "./running.mjs";
import { says, widget } from "./widget.mjs";

const CLI = join(ROOT, "kernel-lib/bin/patchbay.cjs");
const INCH = 72;
/** Of a single and a double column of the journal. */
const COLUMNS = [3.25, 6.75];

/** By name: what is shown, the kind of widget, words of its figure, and of its spec (null: it has none of its own). */
const KINDS = {
  "a sweep": {
    code: 'pb.show(await pb.patchSweep(model, { task: "capital", sizes: [1, 2], n: 4 }));',
    ...{ kind: "heatmap", words: ["earlier layer patched", "later layer patched"], spec: "patch-sweep" },
  },
  "sweeps side by side": {
    code: 'const base = await pb.load("demo/base");\nconst both = [];\nfor (const each of [base, model]) both.push(await pb.patchSweep(each, { task: "capital", sizes: [1], n: 4 }));\npb.show(both);',
    ...{ kind: "heatmap", words: ["layer patched", "DPO"], spec: ["patch-sweep", "patch-sweep"] },
  },
  "a grid of positions": {
    code: 'pb.show(await pb.patchGrid(model, { task: "capital", n: 2 }));',
    ...{ kind: "heatmap", words: ["position patched", "·language"], spec: "patch-grid" },
  },
  steering: {
    code: 'pb.show(await pb.steer(model, { task: "capital", coefficients: [0, 1], n: 2 }));',
    ...{ kind: "heatmap", words: ["times the vector", "layer steered"], spec: "steer" },
  },
  "tasks into tasks": {
    code: 'pb.show(await pb.crossTask(model, { tasks: ["capital", "language"], n: 2 }));',
    ...{ kind: "heatmap", words: ["vector of task", "query of task"], spec: "cross-task" },
  },
  "a logit lens": {
    code: 'pb.show(await pb.logitLens(model, { task: "capital", n: 1 }));',
    ...{ kind: "heatmap", words: ["position read", "layer read"], spec: "logit-lens" },
  },
  "a geometry": {
    code: 'pb.show(await pb.geometry(model, { task: ["capital", "language"], rephrasings: 8, layers: [0, 2] }));',
    ...{ kind: "scatter", words: ["LDA axis 1", "language"], spec: "geometry" },
  },
  "a path trace": {
    code: 'pb.show(await pb.pathTrace(model, { task: "capital", n: 1, maxRank: 10 }));',
    ...{ kind: "paths", words: ["after layer", "best answer rank"], spec: "path-trace" },
  },
  accuracies: {
    code: 'const answered = [];\nfor (const each of [base, model]) answered.push(await pb.accuracy(each, { task: "capital", n: 5 }));\npb.show(answered);',
    ...{ kind: "chart", words: ["accuracy (%)", "instructional accuracy"], spec: ["accuracy", "accuracy"] },
  },
  "a comparison": {
    code: "pb.show(pb.compare(answered));",
    ...{ kind: "chart", words: ["difference (percentage points)", "exact match"], spec: null },
  },
};
const LOAD = 'import * as pb from "patchbay";\nconst model = await pb.load("demo/dpo");';

describe("what is seen can be saved", () => {
  let folder;
  let lab;
  let browser;
  let page;
  const names = Object.keys(KINDS);

  before(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, "exports-"));
    lab = await startLab({
      notebooks: { "kinds.ipynb": liveNotebook(LOAD, ...Object.values(KINDS).map(({ code }) => code)) },
    });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: lab.url });
    await openLive(page, lab, "kinds.ipynb");
    for (const at of Array(names.length + 1).keys()) await runCell(page, at);
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the menu and answers with its rows: "CSV table". */
  async function rowsOf(it) {
    await it.view.getByRole("button", { name: "Export" }).click();
    const rows = await it.view.getByRole("menuitem").evaluateAll((items) => items.map((item) => item.innerText));
    await page.keyboard.press("Escape");
    return rows.map((row) => row.replace(/\s+/g, " ").trim());
  }

  /** Chooses a row of the menu and answers with the file. */
  async function saved(it, row) {
    await it.view.getByRole("button", { name: "Export" }).click();
    const at = (
      await it.view.getByRole("menuitem").evaluateAll((items) => items.map((item) => item.innerText))
    ).findIndex((text) => text.replace(/\s+/g, " ").trim() === row);
    assert.ok(at >= 0, `${row} is not in the menu`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      it.view.getByRole("menuitem").nth(at).click(),
    ]);
    const file = join(folder, download.suggestedFilename());
    await download.saveAs(file);
    return { name: download.suggestedFilename(), file, bytes: readFileSync(file), text: readFileSync(file, "utf8") };
  }

  for (const [nth, name] of names.entries())
    test(`${name}: every file opens, and holds what is seen`, async () => {
      const { kind, words, spec } = KINDS[name];
      const it = widget(page, nth);
      await it.drawn();
      assert.equal(await it.view.getAttribute("data-kind"), kind);
      await says(it.part(".pb-badges"), /kernel ready/);
      const title = await it.part(".pb-title").textContent();
      await it.focus();
      await it.press("Home", "Enter");
      const rows = await rowsOf(it);
      const all = (label) => rows.filter((row) => row.startsWith(label));

      const svg = await saved(it, "SVG figure");
      const seen = await page.evaluate((text) => {
        const root = new DOMParser().parseFromString(text, "image/svg+xml");
        const size = ["width", "height"].map((key) => Number(root.documentElement.getAttribute(key)));
        return {
          fault: root.querySelector("parsererror")?.textContent ?? null,
          root: root.documentElement.localName,
          text: root.documentElement.textContent,
          active: root.querySelectorAll("script, foreignObject, image, [onload], [href^=http]").length,
          size,
        };
      }, svg.text);
      assert.deepEqual([seen.fault, seen.root, seen.active], [null, "svg", 0]);
      // In print an axis begins with a capital.
      for (const word of words) assert.ok(seen.text.toLowerCase().includes(word.toLowerCase()), `SVG: ${word}`);
      assert.match(svg.text, /aria-label="pins"><(rect|circle)/, "the pin is in the figure");

      const png = pngFacts((await saved(it, "PNG 300 dpi")).bytes);
      assert.equal(png.dpi, 300);
      assert.ok(
        COLUMNS.some((inches) => png.width === Math.round(inches * 300)),
        `${png.width} px wide`,
      );
      assert.ok(Math.abs(png.height / png.width - seen.size[1] / seen.size[0]) < 0.01, "as high as the SVG");

      const pdf = pdfFacts((await saved(it, "PDF figure")).bytes);
      assert.deepEqual(pdf.faults, []);
      assert.ok(
        COLUMNS.some((inches) => Math.abs(pdf.width - inches * INCH) < 1),
        `${pdf.width} pt wide`,
      );

      for (const row of all("CSV")) {
        const table = csvRows((await saved(it, row)).text);
        assert.ok(table.length > 1, `${row}: rows`);
        for (const cells of table) assert.equal(cells.length, table[0].length, `${row}: ${cells}`);
        assert.ok(new Set(table[0]).size === table[0].length && !table[0].includes(""), `${row}: ${table[0]}`);
      }
      for (const row of all("LaTeX")) {
        const { text } = await saved(it, row);
        assert.deepEqual(latexFaults(text), [], row);
        assert.match(text, /\\caption\{.{20,}\}/, "its caption");
      }
      if (kind !== "paths") {
        const drawing = JSON.parse((await saved(it, "JSON Vega-Lite")).text);
        const warnings = [];
        const logger = { level: () => logger, warn: (...said) => warnings.push(said.join(" ")), info: () => logger };
        const vega = compile(drawing, { logger: { ...logger, debug: () => logger, error: logger.warn } }).spec;
        assert.ok(vega.marks.length > 0 && vega.$schema.includes("vega"), "compiles");
        assert.deepEqual(warnings, []);
      }
      if (spec !== null) {
        const file = JSON.parse((await saved(it, "JSON spec")).text);
        const specs = [file].flat();
        assert.deepEqual(
          specs.map((each) => each.kind),
          [spec].flat(),
        );
        for (const each of specs) {
          const at = join(folder, "spec.json");
          writeFileSync(at, JSON.stringify(each));
          execFileSync(process.execPath, [CLI, "validate", at], { stdio: "pipe" });
        }
      }
      const view = await saved(it, "JSON view");
      assert.match(view.name, /\.patchbay\.json$/);
      assert.equal(JSON.parse(view.text).title, title);

      const html = await saved(it, "HTML interactive page");
      const alone = await browser.newPage({ offline: true });
      const asked = [];
      alone.on("request", (request) => {
        if (!/^(file|blob|data):/.test(request.url())) asked.push(request.url());
      });
      await alone.goto(`file://${html.file}`);
      const copy = widget(alone);
      await copy.drawn();
      assert.equal(await copy.part(".pb-title").textContent(), title);
      await copy.focus();
      await copy.press("Home");
      await it.focus();
      await it.press("Home");
      assert.equal(await copy.readout(), await it.readout());
      assert.deepEqual([asked, alone.errors], [[], []]);
      await alone.context().close();
    });

  for (const [nth, name] of names.entries())
    test(`${name}: the copied code makes the same view again`, async () => {
      const it = widget(page, nth);
      await it.drawn();
      await it.view.getByRole("button", { name: "Export" }).click();
      await it.view.getByRole("menuitem", { name: "Copy as code" }).click();
      await says(it.part(".pb-toast"), /Code copied/);
      const code = await page.evaluate(() => navigator.clipboard.readText());
      const results = name === "a comparison" ? code.replace("results", "answered") : code;
      const said = await runCell(page, null, results);
      assert.deepEqual(said.errors, [], code);
      const of = (view) => [view.kind, view.title, view.x?.labels, view.classes?.length, view.tokens];
      const shown = await page.evaluate(
        ([mime, at]) => window.jupyterapp.shell.currentWidget.content.widgets[at].outputArea.model.get(0).data[mime],
        ["application/vnd.patchbay.view.v1+json", nth + 1],
      );
      assert.deepEqual(of(said.view), of(shown), code);
      await page.evaluate(() => void window.jupyterapp.commands.execute("notebook:delete-cell"));
    });

  test("and would be found wrong: a broken file of each kind", () => {
    assert.throws(() => csvRows('a,"b\r\n'), /quote/);
    assert.deepEqual(
      latexFaults("\\begin{table} 5 % of a_b {\n"),
      ["a _ outside of math", "braces: 2 opened, 1 closed", "\\begin{table} is not closed", "an unescaped %"].sort(),
    );
    assert.throws(() => pngFacts(Buffer.from("no picture")), /PNG/);
    assert.notDeepEqual(pdfFacts(Buffer.from("%PDF-1.7\n")).faults, []);
  });
});

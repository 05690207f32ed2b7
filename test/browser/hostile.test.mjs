/** Views that mean harm, in a notebook that JupyterLab opens untrusted, and in a page of their own: what they hold is shown
 *  as text or refused in words; nothing of it runs, and nothing is fetched. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { openNotebook, picture, SCRATCH, settled, startBrowser, startLab, withoutKernel } from "./lab.mjs";
import { resultText, smallResults, viewsOfAll } from "./results.mjs";
import { heatmap, notebook } from "./stored.mjs";
import { until } from "./widget.mjs";

const require = createRequire(import.meta.url);
const { htmlPage } = require(join(require.resolve("patchbay"), "../figure/html.js"));

const MARKUP =
  '<img src=x onerror="window.hacked=1"><svg onload="window.hacked=1"></svg><script>window.hacked=1</script>';
const BREAKOUT = "</script></style></textarea>-->\"'`$(window.hacked=1)";
const BIDI = "\u202egnp.exe\u202c";
const ZERO_WIDTH = "pass\u200bword\u200d\ufeff";
const URL_TEXT = "javascript:window.hacked=1";

/** Every text of a view, replaced where the checks let it pass. */
const texts = (words) => ({
  title: words,
  model: { name: words, stage: "dpo", fingerprint: words },
  device: words,
  warnings: [words, words],
  code: words,
  caption: words,
  hashes: { spec: words, result: words },
  sampleLabels: Array.from({ length: 41 }, () => words),
  x: { title: words, labels: Array.from({ length: 8 }, (_, i) => `${words.slice(0, 60)}${i}`), field: "layer" },
  y: { title: words, labels: Array.from({ length: 8 }, (_, i) => `${words.slice(0, 60)}${i}`), field: "layer" },
  panels: [{ name: words, stage: "dpo", note: words }],
});
const infinite = () => {
  const view = heatmap({ id: "infinite" });
  const bytes = Buffer.alloc(8 * 64, 0);
  bytes.writeDoubleLE(Number.POSITIVE_INFINITY, 0);
  view.metrics[0].mean = { ...view.metrics[0].mean, base64: bytes.toString("base64") };
  return view;
};
const metricWith = (change) => {
  const view = heatmap({ id: "odd" });
  return { ...view, metrics: [{ ...view.metrics[0], ...change }] };
};
const missing = () => {
  const view = heatmap({ id: "nan" });
  const bytes = Buffer.alloc(8 * 64);
  for (let i = 0; i < 64; i++) bytes.writeDoubleLE(Number.NaN, 8 * i);
  view.metrics = [{ ...view.metrics[0], mean: { ...view.metrics[0].mean, base64: bytes.toString("base64") } }];
  return view;
};

/** Shown as text. */
const SHOWN = {
  markup: heatmap({ id: "markup", ...texts(MARKUP) }),
  breakout: heatmap({ id: "breakout", ...texts(BREAKOUT) }),
  "zero width": heatmap({ id: "zero", ...texts(ZERO_WIDTH) }),
  address: heatmap({ id: "address", ...texts(URL_TEXT) }),
  "long words": heatmap({
    id: "long",
    title: "W".repeat(399),
    warnings: ["w".repeat(1999)],
    caption: "c".repeat(19_999),
  }),
  "nothing but NaN": missing(),
  failed: heatmap({ id: "failed", state: "error", error: { message: MARKUP, call: BREAKOUT } }),
};
/** Refused, with the words that say why. */
const REFUSED = {
  bidi: [{ ...heatmap(), title: BIDI }, /title.*control characters/],
  infinity: [infinite(), /finite number, or NaN/],
  "wrong shape": [
    metricWith({ low: { dtype: "float64", shape: [3], base64: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } }),
    /shape.*must be/,
  ],
  "short data": [metricWith({ low: { dtype: "float64", shape: [1, 8, 8], base64: "AAAA" } }), /low/],
  "wrong dtype": [metricWith({ n: { dtype: "<script>", shape: [1, 8, 8], base64: "" } }), /dtype.*must be one of/],
  "no list": [{ ...heatmap(), warnings: { length: 1e9 } }, /warnings.*must be a list/],
  prototype: [JSON.parse('{"__proto__": {"kind": "heatmap"}, "schema": "patchbay.view/1"}'), /must/],
  "a number": [12, /must be an object/],
  "other version": [{ ...heatmap(), schema: "patchbay.view/99" }, /schema.*must be one of/],
  "other kind": [{ ...heatmap(), kind: MARKUP }, /kind.*must be one of/],
  "too many labels": [
    { ...heatmap(), x: { title: "x", field: "layer", labels: Array(5000).fill("x") } },
    /at most 4096/,
  ],
  "50 MB": [{ ...heatmap(), code: "c".repeat(51_000_000) }, /must be at most 50000000 bytes/],
};

describe("hostile views", () => {
  let lab;
  let browser;
  let page;
  let results;
  const watch = (page) => {
    page.asked = [];
    page.on("request", (request) => page.asked.push(request.url()));
    page.on("dialog", (dialog) => {
      // JupyterLab asks before a page with unsaved marks is left; any other dialogue would be a view's doing.
      if (dialog.type() !== "beforeunload") page.errors.push(`dialog: ${dialog.message()}`);
      void dialog.accept();
    });
  };
  const harmless = async (page, root) => {
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.equal(await page.locator(`${root} :is(script, iframe, object, embed, img, [onerror], [onload])`).count(), 0);
    const links = await page.locator(`${root} [href]`).evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.ok(
      links.every((href) => !/javascript:/i.test(href)),
      links.join(),
    );
    assert.ok(
      page.asked.every((url) => !/\/x($|\?)/.test(url)),
      "an address from a view was fetched",
    );
  };

  before(async () => {
    results = await smallResults();
    const { "50 MB": large, ...refused } = REFUSED;
    lab = await startLab({
      notebooks: {
        "shown.ipynb": notebook(Object.values(SHOWN)),
        "refused.ipynb": notebook(Object.values(refused).map(([view]) => view)),
        "large.ipynb": notebook([large[0], heatmap({ id: "after" })]),
      },
    });
    browser = await startBrowser();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    watch(page);
  });
  afterEach(async () => {
    const odd = page.errors.filter((error) => /^dialog|Content Security/.test(error));
    await page.context().close();
    assert.deepEqual(odd, []);
  });
  after(async () => {
    await browser?.stop();
    await lab?.stop();
  });

  test("texts that look like markup, scripts or addresses are shown as texts", async () => {
    await openNotebook(page, lab, "shown.ipynb");
    await withoutKernel(page);
    const views = page.locator(".pb-view");
    await until(async () => (await views.count()) === Object.keys(SHOWN).length, "all views");
    for (const [nth, name] of Object.keys(SHOWN).entries()) {
      await views.nth(nth).scrollIntoViewIfNeeded();
      await views.nth(nth).locator(".pb-picture :is(svg, canvas), .pb-notice").first().waitFor();
      if (name === "markup") assert.ok((await views.nth(nth).locator(".pb-title").textContent()).includes(MARKUP));
      if (name === "failed") assert.ok((await views.nth(nth).textContent()).includes(MARKUP));
    }
    // Everything that builds more of a widget: read-out, table, help, menus, side panel.
    await views.first().scrollIntoViewIfNeeded();
    await views.first().locator(".pb-stage").focus();
    for (const key of ["ArrowRight", " ", "Enter", "t", "t", "?", "Escape"]) await page.keyboard.press(key);
    await harmless(page, ".pb-view");
    // Nothing stands wider than its cell.
    await settled(page);
    const widths = await views.evaluateAll((all) => all.map((view) => view.scrollWidth - view.clientWidth));
    assert.ok(Math.max(...widths) <= 1, widths.join());
    await picture(page, "hostile-shown");
  });

  test("wrong shapes, infinities, bidi controls and other versions are refused in words", async () => {
    await openNotebook(page, lab, "refused.ipynb");
    await withoutKernel(page);
    const { "50 MB": _, ...refused } = REFUSED;
    for (const [nth, [name, [, why]]] of Object.entries(refused).entries()) {
      const view = page.locator(".pb-view").nth(nth);
      await view.scrollIntoViewIfNeeded();
      assert.match(await view.locator(".pb-notice").textContent(), why, name);
      assert.equal(await view.getAttribute("data-state"), "error", name);
    }
    await harmless(page, ".pb-view");
    await picture(page, "hostile-refused");
  });

  test("a payload of 50 MB is refused, and what stands below it is drawn", async () => {
    await page.goto(`${lab.url}/lab/tree/large.ipynb?reset&token=patchbay-test`);
    await page.waitForSelector(".pb-view");
    await withoutKernel(page);
    const [why] = [REFUSED["50 MB"][1]];
    assert.match(await page.locator(".pb-view").first().locator(".pb-notice").textContent(), why);
    await page.locator(".pb-view").nth(1).scrollIntoViewIfNeeded();
    await page.locator(".pb-view").nth(1).locator(".pb-picture svg").waitFor();
  });

  test("tokens of path graphs show what they hide, and run nothing", async () => {
    const { trace } = viewsOfAll({ trace: results.trace });
    const odd = [MARKUP, BIDI, ZERO_WIDTH, BREAKOUT, "\u0000\u001b[31m", "\u2067", "", "a".repeat(999)];
    const view = { ...trace, tokens: trace.tokens.map((token, at) => odd[at] ?? token), answer: MARKUP };
    writeFileSync(join(lab.root, "tokens.ipynb"), JSON.stringify(notebook([view])));
    await openNotebook(page, lab, "tokens.ipynb");
    await withoutKernel(page);
    await page.locator(".pb-view .pb-picture svg").first().waitFor();
    const words = await page.locator(".pb-view").first().textContent();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come through.
    assert.ok(!/[\u202a-\u202e\u200b\u0000\u001b]/.test(words), "a control character stands in the page as it is");
    await page.locator(".pb-view .pb-stage").focus();
    for (const key of ["ArrowRight", "ArrowUp", " ", "t", "t"]) await page.keyboard.press(key);
    await harmless(page, ".pb-view");
    await picture(page, "hostile-tokens");
  });

  test("classes, prompts, groups and series of scatters and charts are texts", async () => {
    const { geometry, accuracy } = viewsOfAll(results);
    // Every text that the checks let pass, wherever it lies; keys and choices stay as they are.
    const KEPT =
      /^(schema|kind|id|state|stage|dtype|base64|field|key|shown|style|site|method|metric|axis|unit|layout|glyph|form|measure|scale|marks)$/;
    const soiled = (value, key = "") => {
      if (typeof value === "string") return KEPT.test(key) || value === "" ? value : MARKUP;
      if (Array.isArray(value)) return value.map((item) => soiled(item, key));
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, soiled(item, name)]));
    };
    const views = [geometry, accuracy].map((view) => ({
      view: soiled(view),
      plain: { ...view, title: MARKUP, caption: MARKUP, warnings: [MARKUP] },
    }));
    writeFileSync(
      join(lab.root, "kinds.ipynb"),
      JSON.stringify(notebook(views.flatMap(({ view, plain }) => [view, plain]))),
    );
    await openNotebook(page, lab, "kinds.ipynb");
    await withoutKernel(page);
    for (let nth = 0; nth < 4; nth++) {
      const view = page.locator(".pb-view").nth(nth);
      await view.scrollIntoViewIfNeeded();
      await view.locator(".pb-picture :is(svg, canvas), .pb-notice").first().waitFor();
      assert.ok((await view.textContent()).includes("<img src=x"), `view ${nth}`);
      if (await view.locator(".pb-notice").count()) continue;
      await view.locator(".pb-stage").focus();
      for (const key of ["ArrowRight", " ", "Enter", "t", "t"]) await page.keyboard.press(key);
    }
    // With title and caption alone both kinds are drawn.
    assert.equal((await page.locator(".pb-view[data-kind=scatter]").count()) > 0, true);
    assert.equal((await page.locator(".pb-view[data-kind=chart]").count()) > 0, true);
    await harmless(page, ".pb-view");
    await picture(page, "hostile-kinds");
  });

  test("a result's document with hostile labels is text as well", async () => {
    const text = resultText(results.sweep).replaceAll('"France"', JSON.stringify(MARKUP));
    writeFileSync(join(lab.root, "hostile.patchbay.json"), text);
    await page.goto(`${lab.url}/lab/tree/hostile.patchbay.json?reset&token=patchbay-test`);
    await page.locator(".pb-document .pb-view").waitFor();
    await page.locator(".pb-document-bar select").selectOption({ label: "sweep" });
    await page.locator(".pb-document-table tbody tr").first().waitFor();
    await harmless(page, ".pb-document");
  });

  test("a page of its own keeps them inside as well", async () => {
    mkdirSync(SCRATCH, { recursive: true });
    const folder = mkdtempSync(join(SCRATCH, "hostile-"));
    try {
      const file = join(folder, "x.html");
      const items = [{ heading: MARKUP }, { text: BREAKOUT }, ...Object.values(SHOWN).map((view) => ({ view }))];
      writeFileSync(file, htmlPage(items, { title: MARKUP, lead: BREAKOUT }));
      const alone = await browser.newPage({ offline: true });
      watch(alone);
      await alone.goto(`file://${file}`);
      await alone.locator(".pb-view .pb-picture svg").first().waitFor();
      assert.equal(await alone.title(), MARKUP);
      await harmless(alone, "main");
      assert.deepEqual(alone.errors, []);
      await alone.context().close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Figures as files: what is in them, how large they are, and that the same input gives the same bytes. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { SpecError } from "../../kernel-lib/src/errors";
import { type FigureOptions, figureOf, saveFigure } from "../../kernel-lib/src/figure";
import { vegaSvg } from "../../kernel-lib/src/figure/vega";
import { heatmapLayout, heatmapOptions, themes } from "../../kernel-lib/src/view";
import { madeUpView } from "../view/made-up";
import { decodePng, pdfStreams, pdfText } from "./read";

let folder = "";
beforeAll(async () => {
  await bundle();
  folder = mkdtempSync(join(tmpdir(), "patchbay-figure-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("SVG", () => {
  test("text stays text, in Arimo by name, and no system font comes first", async () => {
    const svg = await figureOf(madeUpView()).svg();
    for (const words of [
      "Earlier layer patched",
      "Later layer patched",
      "+0.85",
      "not significant",
      "Δ reciprocal rank",
    ]) {
      expect(svg).toContain(words);
    }
    const families = new Set(Array.from(svg.matchAll(/font-family="([^"]+)"/g), (match) => match[1].split(",")[0]));
    expect([...families]).toEqual(["Arimo"]);
  });

  test("a column is exactly as wide as the journal's", async () => {
    const width = async (options: FigureOptions) =>
      /<svg[^>]* width="([^"]+)"/.exec(await figureOf(madeUpView(), options).svg())?.[1];
    expect(await width({ width: "single-column" })).toBe("3.25in");
    expect(await width({ width: "double-column" })).toBe("6.75in");
    // On screen a picture is as wide as its whole cells, and no wider than asked.
    expect(Number(await width({ width: 400, theme: "light" }))).toBeGreaterThan(380);
    expect(Number(await width({ width: 400, theme: "light" }))).toBeLessThanOrEqual(400);
  });

  test("title, caption and hashes are in the file, escaped; the caption is not in the picture", async () => {
    const svg = await figureOf(madeUpView()).svg();
    expect(svg).toContain("<title>Patch sweep: capital</title>");
    expect(svg).toContain("<desc>Cells &amp; means of &lt;41&gt; samples.</desc>");
    expect(svg).toContain('spec="sha256:5bec" result="sha256:4e5u"');
    expect(svg.slice(svg.indexOf("</metadata>"))).not.toContain("means of");
  });

  test("print is white with the light ramps, also where the notebook is dark", async () => {
    const svg = await figureOf(madeUpView()).svg();
    expect(svg).toMatch(/<rect width="312" height="[\d.]+" fill="#ffffff"\/>/);
    expect(svg).toContain(themes.light.ramps.diverging[16]);
    expect(await figureOf(madeUpView(), { theme: "dark", width: 500 }).svg()).toContain('fill="#212121"');
  });
});

test("the same view and options give the same bytes, in every format", async () => {
  const draw = async () => {
    const figure = figureOf(madeUpView({ panels: 2 }), { difference: { a: 1, b: 0 } });
    return [await figure.svg(), await figure.png({ dpi: 96 }), await figure.pdf()];
  };
  const [first, second] = [await draw(), await draw()];
  expect(second[0]).toBe(first[0]);
  expect(Buffer.from(second[1])).toEqual(Buffer.from(first[1]));
  expect(Buffer.from(second[2])).toEqual(Buffer.from(first[2]));
});

describe("PNG", () => {
  test("has its resolution in it: 975 pixels for a column at 300 per inch, 1950 at 600", async () => {
    for (const [dpi, pixels] of [
      [300, 975],
      [600, 1950],
    ]) {
      const { width, chunks } = decodePng(await figureOf(madeUpView(), { dpi }).png());
      expect(width).toBe(pixels);
      // pixels per metre
      expect(chunks.get("pHYs")?.readUInt32BE(0)).toBe(Math.round(dpi / 0.0254));
      expect(chunks.get("iTXt Patchbay spec")?.toString()).toBe("sha256:5bec");
      expect(chunks.get("iTXt Title")?.toString()).toBe("Patch sweep: capital");
    }
  });

  test("there is ink where text must be, and none beside it", async () => {
    const view = madeUpView();
    const { width, height, grey } = decodePng(await figureOf(view, { dpi: 192 }).png());
    const layout = heatmapLayout(view, themes.print, { width: 312 }, heatmapOptions(view, { marginal: false }));
    const darkest = (x: number, y: number, w: number, h: number) => {
      let least = 255;
      for (let row = Math.round(2 * y); row < Math.min(height, 2 * (y + h)); row++) {
        for (let column = Math.round(2 * x); column < Math.min(width, 2 * (x + w)); column++) {
          least = Math.min(least, grey(column, row));
        }
      }
      return least;
    };
    for (const tick of layout.ticks) {
      const left = tick.anchor === "end" ? tick.x - 6 : tick.x - 3;
      expect(darkest(left, tick.y - 4, 6, 8), `${tick.axis} ${tick.text}`).toBeLessThan(120);
    }
    // Titles of both axes, the legend's words, and the mirrored half above the legend, which is empty.
    const [box] = layout.panels;
    expect(darkest(box.x, layout.height - 14, box.width, 12)).toBeLessThan(60);
    expect(darkest(2, box.y + 80, 16, 90)).toBeLessThan(60);
    const legend = layout.legend as NonNullable<typeof layout.legend>;
    expect(darkest(legend.x, legend.y, legend.width, 10)).toBeLessThan(60);
    expect(darkest(box.x + 6.2 * layout.pitch, box.y + 3.1 * layout.pitch, layout.pitch, layout.pitch)).toBe(255);
  });
});

describe("PDF", () => {
  test("is one page of the column's size with its font embedded", async () => {
    const file = Buffer.from(await figureOf(madeUpView()).pdf()).toString("latin1");
    expect(file.startsWith("%PDF-1.7")).toBe(true);
    expect(file).toMatch(/\/MediaBox \[0 0 234 [\d.]+\]/);
    expect(file).toMatch(/\/FontName \/[A-Z]{6}\+Arimo-Regular/);
    expect(file).toContain("/FontFile2");
    expect(file.match(/\/Type \/Page\b/g)).toHaveLength(1);
  });

  test("its text can be selected, Greek and minus too", async () => {
    const text = pdfText(await figureOf(madeUpView()).pdf());
    for (const words of ["Earlier layer patched", "+0.85", "−0.45", "Δ reciprocal rank, query alone = 0"]) {
      expect(text).toContain(words);
    }
  });

  test("a character without a glyph is named, not left out; SVG keeps it", async () => {
    const view = madeUpView();
    const metrics = view.metrics.map((metric) => ({ ...metric, label: "Δ 東" }));
    const figure = figureOf({ ...view, metrics });
    expect(pdfText(await figure.pdf())).toContain("Δ [U+6771]");
    expect(await figure.svg()).toContain("Δ 東");
  });

  test("marks are vectors: no picture is in it", async () => {
    const pdf = await figureOf(madeUpView()).pdf();
    expect(Buffer.from(pdf).toString("latin1")).not.toContain("/Subtype /Image");
    const drawing = pdfStreams(pdf).join("\n");
    expect((drawing.match(/ l\n/g) ?? []).length).toBeGreaterThan(100);
  });
});

describe("saveFigure", () => {
  test("writes the format that the name says, whole, and leaves nothing else", async () => {
    const figure = figureOf(madeUpView());
    for (const format of ["svg", "pdf", "png"]) await saveFigure(figure, join(folder, `fig.${format}`), { dpi: 96 });
    expect(readdirSync(folder).sort()).toEqual(["fig.pdf", "fig.png", "fig.svg"]);
    expect(readFileSync(join(folder, "fig.svg"), "utf8")).toBe(await figure.svg());
    await saveFigure(figure, join(folder, "wide.svg"), { width: "double-column" });
    expect(readFileSync(join(folder, "wide.svg"), "utf8")).toContain('width="6.75in"');
  });

  test("refuses other names before it draws, and a folder that is not there leaves no file", async () => {
    const figure = figureOf(madeUpView());
    await expect(saveFigure(figure, join(folder, "fig.gif"))).rejects.toThrow(/must end in \.svg, \.pdf or \.png/);
    await expect(saveFigure(figure, join(folder, "nowhere", "fig.svg"))).rejects.toThrow(/ENOENT/);
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
  });
});

test.each<[FigureOptions, RegExp]>([
  [{ width: "triple-column" as "single-column" }, /width is "triple-column", must be single-column or double-column/],
  [{ width: Number.NaN }, /width is null, must be a number from 100 to 4000/],
  [{ dpi: 1e6 }, /dpi is 1000000, must be a number from 36 to 1200/],
  [{ theme: "neon" as "dark" }, /theme is "neon", must be one of light, dark/],
  [{ metric: "nope" }, /metric is "nope", must be one of rr_diff_target, kl_target/],
  [{ metric: "kl_target", mode: "interaction" }, /mode is "interaction", must be effect: kl_target has no interaction/],
  [{ panels: [3] }, /panels is 3, must be from 0 to 0/],
  [{ difference: { a: 0, b: 1 } }, /panels is 1, must be from 0 to 0/],
  [{ threshold: -1 }, /threshold is -1, must be a number from 0/],
  [{ window: { x0: 0, x1: 99, y0: 0, y1: 99 } }, /window is .*must be columns x0 to x1/],
  [{ window: { x0: 2, x1: 1, y0: 1, y1: 3 } }, /window is .*must be columns x0 to x1/],
  [{ limits: "most" as "full" }, /limits is "most", must be one of robust, full/],
])("an option out of range is refused by name: %j", (options, message) => {
  expect(() => figureOf(madeUpView(), options)).toThrow(SpecError);
  expect(() => figureOf(madeUpView(), options)).toThrow(message);
});

test("a specification that Vega finds wrong is refused, not drawn half", async () => {
  const { spec } = figureOf(madeUpView());
  const wrong = { ...spec, layer: [{ mark: "rect", encoding: { colour: { field: "value" } } }] };
  await expect(vegaSvg(wrong)).rejects.toThrow(/figure: specification is .*colour/);
});

/** The Vega-Lite specification of a heatmap: what is in it, and that Vega draws it where the layout says. */
import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { vegaSvg } from "../../kernel-lib/src/figure/vega";
import {
  cellRect,
  contrast,
  type HeatmapOptions,
  heatmapLayout,
  heatmapOptions,
  heatmapSpec,
  inWindow,
  type Theme,
  themes,
} from "../../kernel-lib/src/view";
import { hatchPath } from "../../kernel-lib/src/view/marks";
import { type MadeUp, madeUpView } from "./made-up";

beforeAll(async () => {
  await bundle();
});

interface Row {
  panel: number;
  kind: string;
  value: number | null;
  text: string;
  ink: string | null;
  colour: string | null;
  says?: string;
}
interface Layer {
  mark: { type: string; shape?: string; size?: number };
  transform?: { filter: string }[];
  encoding: Record<
    string,
    { scale?: { domain: number[]; range: string[] }; axis?: { values: number[]; title: string } }
  >;
}
interface Spec {
  datasets: { cells: Row[] };
  layer: Layer[];
}

const specOf = (made: MadeUp = {}, partial: Partial<HeatmapOptions> = {}, theme: Theme = themes.light, width = 760) =>
  heatmapSpec(madeUpView(made), theme, { width }, partial) as unknown as Spec;
/** Layers that draw cells passing `test`. */
const layersOn = (spec: Spec, test: string) =>
  spec.layer.filter((layer) => layer.transform?.some(({ filter }) => filter.includes(test)));

test("every cell that was asked for is one row of data, the mirrored half is none", () => {
  const spec = specOf();
  expect(spec.datasets.cells).toHaveLength(36);
  expect(spec.datasets.cells.every((cell) => cell.kind === "value")).toBe(true);
});

test("the colour scale is the ramp, centred on 0", () => {
  const { domain, range } = specOf().layer[0].encoding.color.scale as { domain: number[]; range: string[] };
  expect(range).toEqual(themes.light.ramps.diverging);
  expect(domain).toHaveLength(17);
  expect([domain[0], domain[8], domain[16]]).toEqual([-0.9, 0, 0.9]);
});

test.each(Object.values(themes))("a value is read at 4.5:1 or more on its cell (theme $name)", (theme) => {
  for (const { colour, ink } of specOf({}, {}, theme).datasets.cells) {
    expect(contrast(ink as string, colour as string)).toBeGreaterThanOrEqual(4.5);
  }
});

test("values carry sign and two decimals; axes their words and all layers", () => {
  const spec = specOf();
  expect(spec.datasets.cells.map((cell) => cell.text)).toContain("+0.85");
  const { x, y } = spec.layer[0].encoding;
  expect([x.axis?.title, y.axis?.title]).toEqual(["earlier layer patched", "later layer patched"]);
  expect(x.axis?.values).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("what is not significant is hatched, and not when hatching is off", () => {
  expect(layersOn(specOf(), "datum.significant === false").map((layer) => layer.mark.type)).toContain("point");
  const off = layersOn(specOf({}, { hatch: false }), "datum.significant === false");
  expect(off.filter((layer) => layer.mark.type === "point")).toHaveLength(0);
});

test("cells without written values carry a minus bar where they are below zero and significant", () => {
  const bars = (made: MadeUp, width: number) =>
    layersOn(specOf(made, { panels: [1] }, themes.light, width), "datum.value <");
  expect(bars({ panels: 2 }, 240)).toHaveLength(1);
  expect(bars({ panels: 2 }, 760)).toHaveLength(0);
});

test("what is still to come is a dot, what is missing a cross", () => {
  const partial = specOf({ state: "partial", measuredRows: 5 });
  expect(layersOn(partial, "'pending'")).toHaveLength(1);
  expect(layersOn(partial, "'missing'")).toHaveLength(0);
  const stopped = specOf({ state: "stopped", measuredRows: 5 });
  expect(layersOn(stopped, "'missing'")).toHaveLength(2);
});

test("each cell has a sentence for a screen reader", () => {
  const says = specOf().datasets.cells.map((cell) => cell.says);
  expect(says).toContain("Layers 0 and 2, plus 0.85, interval 0.81 to 0.88.");
});

describe("drawn by Vega", () => {
  const cases: [string, MadeUp, Partial<HeatmapOptions>, Theme, number][] = [
    ["one panel", {}, {}, themes.light, 760],
    ["three and a difference", { panels: 3 }, { difference: { a: 2, b: 0 } }, themes.dark, 900],
    ["rows of panels", { layers: 12, panels: 4 }, {}, themes.light, 340],
    ["one column of panels", { layers: 20, panels: 2 }, {}, themes.light, 250],
    ["print, a column", {}, { marginal: false }, themes.print, 312],
    [
      "two and a difference, a part of them",
      { panels: 2 },
      { difference: { a: 1, b: 0 }, window: { x0: 3, x1: 5, y0: 3, y1: 5 } },
      themes.light,
      842,
    ],
    ["print, two columns, with a difference", { panels: 3 }, { difference: { a: 2, b: 0 } }, themes.print, 648],
    ["rows with a difference", { layers: 13, panels: 3 }, { difference: { a: 2, b: 0 } }, themes.print, 312],
  ];
  test.each(cases)("cells stand where the layout says: %s", async (_, made, partial, theme, width) => {
    const view = madeUpView(made);
    const layout = heatmapLayout(view, theme, { width }, heatmapOptions(view, partial));
    const svg = await vegaSvg(heatmapSpec(view, theme, { width }, partial));
    expect(svg).toContain(`width="${layout.width}" height="${layout.height}"`);
    const drawn = rectangles(svg);
    const expected = layout.panels.flatMap((box, panel) =>
      box.cells
        .filter((cell) => cell.kind === "value" && inWindow(layout, cell.ix, cell.iy))
        .map((cell) => cellRect(layout, panel, cell.ix, cell.iy)),
    );
    expect(drawn).toHaveLength(expected.length);
    for (const [at, rect] of expected.entries()) {
      // 0.01 px: Vega writes three decimals.
      expect(Math.abs(drawn[at].x - rect.x), `cell ${at} x`).toBeLessThan(0.01);
      expect(Math.abs(drawn[at].y - rect.y), `cell ${at} y`).toBeLessThan(0.01);
      expect(Math.abs(drawn[at].width - rect.width)).toBeLessThan(0.01);
    }
  });

  test("2,080 cells are drawn", async () => {
    const view = madeUpView({ layers: 64 });
    const svg = await vegaSvg(heatmapSpec(view, themes.light, { width: 760 }));
    expect(rectangles(svg)).toHaveLength(2080);
  });

  test("no text leaves the picture", async () => {
    for (const [, made, partial, theme, width] of cases) {
      const svg = await vegaSvg(heatmapSpec(madeUpView(made), theme, { width }, partial));
      for (const { x, text } of texts(svg)) {
        expect(x, text).toBeGreaterThanOrEqual(0);
        expect(x, text).toBeLessThanOrEqual(width);
      }
    }
  });
});

test("hatches of neighbouring cells join: every line that leaves one square enters the next", () => {
  const lines = 4;
  const overlap = 43 / 44;
  const ends = Array.from(hatchPath(lines, overlap).matchAll(/([ML])(-?[\d.]+),(-?[\d.]+)/g), (m) => [
    m[1],
    (Number(m[2]) * overlap + 1) / 2,
    (Number(m[3]) * overlap + 1) / 2,
  ]) as [string, number, number][];
  expect(ends.length).toBe(2 * (2 * lines - 1));
  // In units of the pitch every line has x + y = k / lines, which the neighbour continues at (x - 1) + y + 1.
  for (const [, x, y] of ends) expect((x + y) * lines).toBeCloseTo(Math.round((x + y) * lines), 3);
});

interface Placed {
  x: number;
  y: number;
  width: number;
}

/** Absolute squares of the cells' rect marks, in document order. */
function rectangles(svg: string): Placed[] {
  const found: Placed[] = [];
  walk(svg, (tag, x, y, groups) => {
    const path = / d="M([\d.-]+),([\d.-]+)h([\d.]+)v[\d.]+h-[\d.]+Z"/.exec(tag);
    const inCells = groups.some((group) => /mark-rect role-mark (concat_\d+_)?layer_0_marks/.test(group));
    if (path !== null && inCells)
      found.push({ x: x + Number(path[1]), y: y + Number(path[2]), width: Number(path[3]) });
  });
  return found;
}

/** Anchors of all texts. */
function texts(svg: string): { x: number; text: string }[] {
  const found: { x: number; text: string }[] = [];
  walk(svg, (tag, x) => {
    if (tag.startsWith("<text")) found.push({ x, text: tag });
  });
  return found;
}

/** Visits every element with the sum of the translations around it. */
function walk(svg: string, visit: (tag: string, x: number, y: number, groups: string[]) => void): void {
  const stack: { x: number; y: number; tag: string }[] = [{ x: 0, y: 0, tag: "" }];
  for (const [tag] of svg.matchAll(/<[^>]+>/g)) {
    if (tag.startsWith("</g")) stack.pop();
    if (tag.startsWith("</")) continue;
    const move = / transform="translate\(([\d.-]+),([\d.-]+)\)/.exec(tag);
    const around = stack[stack.length - 1];
    const here = { x: around.x + Number(move?.[1] ?? 0), y: around.y + Number(move?.[2] ?? 0), tag };
    visit(
      tag,
      here.x,
      here.y,
      stack.map((group) => group.tag),
    );
    if (tag.startsWith("<g") && !tag.endsWith("/>")) stack.push(here);
  }
}

/** The geometry that spec and overlay share. */
import { describe, expect, test } from "vitest";
import {
  axisLabels,
  cellAt,
  cellName,
  cellRect,
  type HeatmapAxis,
  type HeatmapMetric,
  type HeatmapOptions,
  type HeatmapView,
  heatmapLayout,
  heatmapOptions,
  pack,
  type Size,
  spokenCell,
  themes,
} from "../../kernel-lib/src/view";
import { textWidth } from "../../kernel-lib/src/view/format";
import { tickIndexes } from "../../kernel-lib/src/view/heatmap-axis";
import { legendMarks, legendTickTexts } from "../../kernel-lib/src/view/heatmap-legend";
import { type MadeUp, madeUpView } from "./made-up";

function layoutOf(made: MadeUp, size: Size, partial: Partial<HeatmapOptions> = {}, theme = themes.light) {
  const view = madeUpView(made);
  return heatmapLayout(view, theme, size, heatmapOptions(view, partial));
}

test("later layers stand higher, earlier ones further left", () => {
  const layout = layoutOf({}, { width: 760 });
  const [low, high] = [cellRect(layout, 0, 0, 2), cellRect(layout, 0, 0, 5)];
  expect(high.y).toBeLessThan(low.y);
  expect(cellRect(layout, 0, 1, 2).x).toBeGreaterThan(low.x);
});

test("the cell under the middle of a cell's rectangle is that cell, and the mirrored half holds none", () => {
  for (const made of [{}, { panels: 3 }, { layers: 20 }, { layers: 5, panels: 7 }]) {
    const layout = layoutOf(made, { width: 700 });
    for (const [panel, box] of layout.panels.entries()) {
      for (const cell of box.cells) {
        const { x, y, width, height } = cellRect(layout, panel, cell.ix, cell.iy);
        const found = cellAt(layout, x + width / 2, y + height / 2);
        if (cell.kind === "absent") expect(found).toBeNull();
        else expect(found).toEqual(cell);
      }
    }
  }
});

test("cells are whole pixels on screen, from 8 to 44, and never wider than the place given", () => {
  for (const width of [240, 333, 420, 760, 1400]) {
    for (const made of [{ layers: 8 }, { layers: 16 }, { layers: 8, panels: 3 }]) {
      const layout = layoutOf(made, { width });
      expect(Number.isInteger(layout.pitch)).toBe(true);
      expect(layout.pitch).toBeLessThanOrEqual(44);
      expect(layout.width).toBeLessThanOrEqual(width);
      for (const box of layout.panels) expect(box.x + box.width).toBeLessThanOrEqual(layout.width);
    }
  }
});

test("a grid that has no room for cells of 8 pixels says so", () => {
  expect(layoutOf({ layers: 32 }, { width: 240 }).tooNarrow).toBe(true);
  expect(layoutOf({ layers: 32 }, { width: 500 }).tooNarrow).toBe(false);
});

test("values are written from 36 pixels up, minus bars from 12", () => {
  expect(layoutOf({}, { width: 760 })).toMatchObject({ pitch: 44, showsValues: true, showsMinus: false });
  expect(layoutOf({}, { width: 240 })).toMatchObject({ showsValues: false, showsMinus: true });
  expect(layoutOf({ layers: 40 }, { width: 480 })).toMatchObject({ showsValues: false, showsMinus: false });
});

test("a value that would not fit into its cell is not written", () => {
  const view = madeUpView();
  view.metrics[0].digits.cell = 6;
  expect(heatmapLayout(view, themes.light, { width: 760 }, heatmapOptions(view)).showsValues).toBe(false);
});

test("ticks are all there from 14 pixels up, else every 2nd, 4th, 8th, and always the last", () => {
  expect(tickIndexes(8, 14)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(tickIndexes(16, 8)).toEqual([0, 2, 4, 6, 8, 10, 12, 15]);
  expect(tickIndexes(17, 8)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16]);
  expect(tickIndexes(64, 2).at(-1)).toBe(63);
});

describe("the legend", () => {
  test.each([6, 8, 12, 16, 24])("in the free corner touches no cell (%i layers)", (layers) => {
    const layout = layoutOf({ layers }, { width: 760 });
    expect(layout.legend?.place).toBe("inside");
    const box = layout.legend as NonNullable<typeof layout.legend>;
    for (const cell of layout.panels[0].cells.filter((each) => each.kind !== "absent")) {
      const { x, y, width, height } = cellRect(layout, 0, cell.ix, cell.iy);
      const apart = x + width <= box.x || box.x + box.width <= x || y + height <= box.y || box.y + box.height <= y;
      expect(apart, `${cell.ix}, ${cell.iy}`).toBe(true);
    }
  });

  test("goes below when the corner is too small, and below several panels", () => {
    expect(layoutOf({ layers: 3 }, { width: 200 }).legend?.place).toBe("below");
    expect(layoutOf({ panels: 3 }, { width: 900 }).legend?.place).toBe("below");
  });

  test("keys beside the ramp stand under its label, however long that is", () => {
    const view = { ...madeUpView(), layout: "grid" as const };
    const options = heatmapOptions(view);
    const layout = heatmapLayout(view, themes.light, { width: 388 }, options);
    const { texts } = legendMarks(view, themes.light, layout, options).marks;
    const label = texts.find(({ text }) => text.startsWith("Δ reciprocal rank"));
    const key = texts.find(({ text }) => text.startsWith("not significant"));
    if (!label || !key) throw new Error("label or key is missing");
    expect(key.x).toBeLessThan(label.x + 200);
    expect(key.y - label.y).toBeGreaterThan(themes.light.size.tick * 1.5);
    expect(layout.legend?.y).toBeLessThan(layout.height - themes.light.size.tick * 4);
  });

  test("keeps the picture's height while a grid fills in", () => {
    const heights = [0, 3, 8].map(
      (measuredRows) => layoutOf({ state: "partial", measuredRows }, { width: 420 }).height,
    );
    expect(new Set(heights).size).toBe(1);
  });
});

test("all panels share one scale, the difference too, and it stands further off with its own labels", () => {
  const alone = layoutOf({ panels: 2 }, { width: 900 });
  const layout = layoutOf({ panels: 2 }, { width: 900 }, { difference: { a: 1, b: 0 } });
  const [base, sft, difference] = layout.panels;
  expect(difference.name).toBe("SFT − base");
  expect(difference.x - sft.x - sft.width).toBeGreaterThan(sft.x - base.x - base.width);
  expect([base.showsY, sft.showsY, difference.showsY]).toEqual([true, false, true]);
  // Panel 1 is minus half of panel 0, so the difference reaches 1.5 times as far.
  expect([alone.domain.high, layout.domain.high]).toEqual([0.9, 2]);
  const at = 2 * 8;
  expect(difference.cells[at].value).toBeCloseTo(-0.85 * 1.5, 6);
});

test("panels that do not fit beside each other go into even rows", () => {
  const layout = layoutOf({ layers: 12, panels: 4 }, { width: 340 });
  const rows = new Map<number, number>();
  for (const box of layout.panels) rows.set(box.y, (rows.get(box.y) ?? 0) + 1);
  expect([...rows.values()]).toEqual([2, 2]);
});

test("many panels take the rows that give the largest cells in the room there is", () => {
  const size = { width: 840, height: 720 };
  const layout = layoutOf({ layers: 8, panels: 9 }, size);
  expect(new Set(layout.panels.map(({ y }) => y)).size).toBe(2);
  expect(layout.pitch).toBeGreaterThan(12);
  expect(layout.height).toBeLessThanOrEqual(size.height + layout.padding.bottom);
  // Few panels stay beside each other, where they can be compared.
  const few = layoutOf({ layers: 8, panels: 3 }, size);
  expect(new Set(few.panels.map(({ y }) => y)).size).toBe(1);
});

test("print has exactly the column's width, letters, and no bars in the margin", () => {
  const view = madeUpView();
  const options = heatmapOptions(view, { marginal: false });
  expect(heatmapLayout(view, themes.print, { width: 312 }, options).width).toBe(312);
  expect(heatmapLayout(view, themes.print, { width: 648 }, options).width).toBe(648);
});

test("the title of the rows stands clear of the longest row's name, and inside the picture", () => {
  const names = ["capital", "adjectives.comparative", "wimmelwamm"];
  for (const theme of [themes.light, themes.print])
    for (const name of names) {
      const view = madeUpView({ layers: 3 });
      const labels = view.y.labels.map(() => name);
      const rows = { ...view, y: { ...view.y, labels, field: "task" as const } };
      const { ticks, panels, yTitle } = heatmapLayout(rows, theme, { width: 312 }, heatmapOptions(rows));
      const left = Math.min(
        ...ticks.filter(({ axis }) => axis === "y").map(({ x, text }) => x - textWidth(text, theme.size.tick)),
      );
      const middle = panels[0].x - yTitle;
      const half = theme.size.label / 2;
      expect(left - (middle + half)).toBeGreaterThan(0.4 * theme.size.label);
      expect(middle - half).toBeGreaterThan(0);
    }
});

test("the margin holds the best cell of every layer", () => {
  const bars = layoutOf({}, { width: 760 }).marginal?.bars.map((value) => Number(value?.toFixed(2)));
  expect(bars).toEqual([0.85, 0.38, 0.85, 0.28, 0.28, 0.26, 0.27, 0.27]);
});

test("in interaction mode the diagonal is not asked for", () => {
  const layout = layoutOf({}, { width: 760 }, { mode: "interaction" });
  const kinds = layout.panels[0].cells.filter((cell) => cell.ix === cell.iy).map((cell) => cell.kind);
  expect(new Set(kinds)).toEqual(new Set(["absent"]));
  expect(layout.panels[0].cells[2 * 8].value).toBeCloseTo(0.85 - 0.04 - 0.27, 6);
});

describe("a few cells", () => {
  /** One metric over a grid, every value the same. */
  function grid(nx: number, ny: number, value: number, x: Partial<HeatmapAxis> = {}) {
    const view = madeUpView({ layers: 1 });
    const [metric] = view.metrics as [HeatmapMetric];
    const all = (array: Float64Array | Int32Array | Uint8Array, fill: number) => pack(array.fill(fill), [1, ny, nx]);
    const floats = () => all(new Float64Array(nx * ny), value);
    const labels = (count: number) => Array.from({ length: count }, (_, i) => String(i));
    return {
      ...view,
      layout: "grid" as const,
      x: { title: "head patched", labels: labels(nx), field: "head" as const, ...x },
      y: { title: "layer patched", labels: labels(ny), field: "layer" as const },
      metrics: [
        {
          ...metric,
          ...{ mean: floats(), low: floats(), high: floats(), n: all(new Int32Array(nx * ny), 3) },
          ...{ notSignificant: all(new Uint8Array(nx * ny), 0), interaction: null, samples: null },
        },
      ],
      metric: metric.key,
    };
  }
  const laidOut = (view: HeatmapView, width = 760) =>
    heatmapLayout(view, themes.light, { width, height: 600 }, heatmapOptions(view));

  test.each([
    [1, 1],
    [1, 16],
    [32, 1],
    [2, 3],
  ])("%i x %i: titles and legend lie inside the picture", (nx, ny) => {
    const view = grid(nx, ny, 0.3);
    const layout = laidOut(view);
    const [box] = layout.panels;
    const { label, tick } = themes.light.size;
    const half = textWidth(view.x.title, label) / 2;
    expect(box.x + box.width / 2 - half).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width / 2 + half).toBeLessThanOrEqual(layout.width);
    expect(textWidth(view.y.title, label)).toBeLessThanOrEqual(box.y + box.height);
    const { texts } = legendMarks(view, themes.light, layout, heatmapOptions(view)).marks;
    for (const { x, text: words } of texts) expect(x + textWidth(words, tick) / 2).toBeLessThanOrEqual(layout.width);
  });

  test("values that two decimals would write as 0 get more of them, and a legend in powers of ten", () => {
    const view = grid(4, 4, -0.001);
    expect(laidOut(view).digits).toBe(3);
    expect(spokenCell(view, heatmapOptions(view), laidOut(view).panels[0].cells[0], null)).toContain("minus 0.0010");
    const tiny = laidOut(grid(4, 4, 7e-7));
    expect(tiny.showsValues).toBe(false);
    expect(legendTickTexts(tiny.domain, false).map(({ text }) => text)).toEqual(["−7·10⁻⁷", "0", "+7·10⁻⁷"]);
    expect(laidOut(grid(4, 4, 0.3)).digits).toBe(2);
  });

  test("long names are cut in the middle along the axis, clear of its title, and whole in the read-out", () => {
    const labels = Array.from({ length: 4 }, (_, i) => `Name the capital of this country, wording number ${i}`);
    const view = grid(4, 4, 0.3, { labels, field: "task" });
    expect(axisLabels(view.x)[2]).toBe("Name the capi…g number 2");
    expect(cellName(view, 2, 0)).toContain(labels[2]);
    const layout = laidOut(view);
    const deepest = Math.max(...axisLabels(view.x).map((words) => textWidth(words, themes.light.size.tick))) * 1.1;
    const drop = deepest * Math.sin((Math.abs(layout.xAngle) * Math.PI) / 180);
    expect(layout.xTitle).toBeGreaterThan(drop + themes.light.size.label / 2);
  });

  test("a token of nothing but signs is quoted in the read-out", () => {
    const view = grid(3, 1, 0.3, { labels: [",", " France", "?!"], field: "position" });
    expect([0, 1, 2].map((at) => cellName(view, at, 0))).toEqual([
      "Layer 0, position “,”",
      "Layer 0, position ·France",
      "Layer 0, position “?!”",
    ]);
  });
});

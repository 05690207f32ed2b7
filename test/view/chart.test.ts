/** Charts: what rows become, where things stand, what is said, and what is refused. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { figureOf } from "../../kernel-lib/src/figure";
import {
  barSpan,
  type ChartView,
  chartAt,
  chartLayout,
  chartPoints,
  chartReadout,
  chartSpec,
  chartSummary,
  chartText,
  chartViewOf,
  chartX,
  chartY,
  seriesStyles,
  spokenPoint,
  type ThemeName,
  themes,
  unpack,
  validateView,
} from "../../kernel-lib/src/view";
import { aroundMarks } from "../../kernel-lib/src/view/chart-marks";
import { textWidth } from "../../kernel-lib/src/view/format";
import { MAKING, madeUpBars, madeUpLines, madeUpShares } from "./made-up-charts";

beforeAll(() => bundle());
const all = () => [madeUpBars(), madeUpLines(), madeUpShares()];

describe("rows", () => {
  test("stand where their names say; what no row names is missing, not 0", () => {
    const view = madeUpLines();
    const points = chartPoints(view);
    expect(points).toHaveLength(2 * 3 * 8);
    const gap = points.filter((point) => point.value === null);
    expect(gap.map(({ panel, series, x }) => [panel, series, x])).toEqual([
      [0, 1, 3],
      [1, 1, 3],
    ]);
    expect(Number.isNaN(unpack(view.value)[(0 * 3 + 1) * 8 + 3])).toBe(true);
  });

  const options = {
    ...{ id: "v", title: "t", mark: "bars" as const, x: { title: "task", field: "task" as const }, y: { title: "y" } },
    ...{ makings: [MAKING], code: "", caption: "" },
  };
  test("twice the same place is an error, and so is a name that was not listed", () => {
    const row = { series: "a", x: "b", value: 1 };
    expect(() => chartViewOf({ ...options, rows: [row, row] })).toThrow(
      /chart: rows is "a, b", must have each value once/,
    );
    expect(() => chartViewOf({ ...options, rows: [row], series: [{ name: "c" }] })).toThrow(/chart: series is "a"/);
  });

  test("the caption names what made the numbers, and says when some are missing", () => {
    const view = chartViewOf({
      ...options,
      caption: "Accuracy.",
      rows: [{ series: "a", x: "b", value: 1 }],
      state: "stopped",
    });
    expect(view.caption).toBe(
      "Accuracy. demo/dpo (sha256 4f1c9a…); fp32 on cpu. The run is not complete: some values are missing.",
    );
  });
});

describe("layout", () => {
  test("the middle of every bar leads back to its value", () => {
    const view = madeUpBars();
    const layout = chartLayout(view, themes.light, { width: 640 });
    for (const point of chartPoints(view)) {
      const [left, right] = barSpan(view, point.series);
      const x = chartX(layout.boxes[0], point.x + (left + right) / 2);
      expect(chartAt(view, layout, x, layout.boxes[0].y + 5)).toEqual(point);
    }
    expect(chartAt(view, layout, 1, 1)).toBeNull();
  });

  test("of lines the nearest value at a place is found, of shares the one that the pointer is in", () => {
    const lines = madeUpLines();
    const layout = chartLayout(lines, themes.light, { width: 640 });
    const point = chartPoints(lines)[5];
    const box = layout.boxes[0];
    expect(chartAt(lines, layout, chartX(box, 5.2), chartY(layout, box, (point.value as number) + 0.01))).toEqual(
      point,
    );
    const shares = madeUpShares();
    const stacked = chartLayout(shares, themes.light, { width: 640 });
    const first = stacked.boxes[0];
    const at = (value: number) => chartAt(shares, stacked, chartX(first, 3), chartY(stacked, first, value))?.series;
    expect([at(0.02), at(0.15), at(0.3), at(0.39)]).toEqual([0, 1, 2, undefined]);
  });

  test("a bar alone is still a bar: it takes a quarter of the plot, not all of it", () => {
    const alone = chartViewOf({
      ...{ id: "v", title: "t", mark: "bars", x: { title: "task", field: "task" }, y: { title: "y" } },
      ...{ rows: [{ series: "a", x: "b", value: 1 }], makings: [MAKING], code: "", caption: "" },
    });
    expect(barSpan(alone, 0)).toEqual([-0.125, 0.125]);
  });

  test("ticks are round numbers that reach around the data; bars begin at 0, lines need not", () => {
    const bars = chartLayout(madeUpBars(), themes.light, { width: 640 });
    expect(bars.yTicks.map(({ text }) => text)).toEqual(["0", "20", "40", "60", "80", "100"]);
    const lines = chartLayout(madeUpLines(), themes.light, { width: 640 });
    expect(lines.domain).toEqual([0.4, 1]);
  });

  test("names that do not fit lean, numbers are thinned, and nothing stands outside the picture", () => {
    expect(chartLayout(madeUpBars(), themes.print, { width: 312 }).angle).toBe(-40);
    const many = chartViewOf({
      ...{ id: "v", title: "t", mark: "lines", x: { title: "layer", field: "layer" }, y: { title: "y" } },
      rows: Array.from({ length: 64 }, (_, x) => ({ series: "a", x: String(x), value: x })),
      ...{ makings: [MAKING], code: "", caption: "" },
    });
    const { ticks } = chartLayout(many, themes.print, { width: 312 }).boxes[0];
    expect(ticks.length).toBeLessThan(32);
    expect(ticks[0].text).toBe("0");
    for (const view of all()) {
      for (const width of [312, 648]) {
        const layout = chartLayout(view, themes.print, { width });
        for (const key of layout.keys) expect(key.y).toBeLessThan(layout.height - themes.print.size.tick * 0.85);
        for (const box of layout.boxes) expect(box.x + box.width).toBeLessThan(width);
      }
    }
  });
});

test("titles of axes that are too long are cut, not shrunk to nothing nor drawn outside", () => {
  const long = "of the answer to the instruction that is given in words ".repeat(4);
  const view = { ...madeUpBars(), x: { ...madeUpBars().x, title: long }, y: { ...madeUpBars().y, title: long } };
  const layout = chartLayout(view, themes.light, { width: 480 });
  const titles = aroundMarks(view, themes.light, layout, {}).texts.filter(({ text }) => text.startsWith("of the"));
  expect(titles).toHaveLength(2);
  for (const { text, size } of titles) {
    expect(text.endsWith("…")).toBe(true);
    expect(size).toBeGreaterThanOrEqual(0.8 * themes.light.size.label);
    expect(textWidth(text, size)).toBeLessThan(480);
  }
});

describe("drawing", () => {
  test.each(["print", "light", "dark", "hc-light", "hc-dark"] as ThemeName[])(
    "%s: Vega takes each kind without a complaint, the same bytes twice",
    async (theme) => {
      for (const view of all()) {
        const svg = await figureOf(view, { theme }).svg();
        expect(svg).toContain(view.y.title);
        expect(await figureOf(view, { theme }).svg()).toBe(svg);
      }
    },
  );

  test("neighbouring series differ in pattern, dash and marker as well as in colour", () => {
    const styles = seriesStyles(madeUpLines(), themes.print);
    for (const key of ["colour", "pattern", "shape"] as const) expect(new Set(styles.map((s) => s[key])).size).toBe(3);
    expect(new Set(styles.map((s) => s.dash.join())).size).toBe(3);
    // A stage keeps its colour wherever it stands.
    expect(seriesStyles(madeUpBars(), themes.print).map((s) => s.colour)).toEqual([...themes.print.ramps.stage]);
  });

  test("no line is drawn across a missing value", async () => {
    const spec = JSON.stringify(chartSpec(madeUpLines(), themes.light, { width: 640 }));
    const rows = JSON.parse(spec).concat[0].layer.flatMap(
      (layer: { mark: { type: string }; data: { values: object[] } }) =>
        layer.mark.type === "line" ? [layer.data.values] : [],
    );
    expect(rows[1].map((row: { run: number }) => row.run)).toEqual([0, 0, 0, 1, 1, 1, 1]);
  });

  test("a bar that is not significant is open", () => {
    const spec = chartSpec(madeUpBars(), themes.light, { width: 640 }) as {
      datasets: { values: { significant: boolean; fill: string }[] };
    };
    const open = spec.datasets.values.filter(({ fill }) => fill === themes.light.colour.surface);
    expect(open).toHaveLength(1);
    expect(open[0].significant).toBe(false);
  });

  test("options are checked: a panel that is not there is refused by name", () => {
    expect(() => figureOf(madeUpBars(), { panels: [1] })).toThrow(/figure: panels is 1, must be from 0 to 0/);
  });
});

describe("words", () => {
  test("the read-out, the spoken value and the summary write shares as per cent", () => {
    const view = madeUpBars();
    const point = chartPoints(view)[11];
    expect(chartReadout(view, point)).toEqual({
      name: "animals.can_fly · dpo",
      value: "49.0 %",
      rest:
        "95 % Wilson interval [41.0, 58.0] · n 41 items · instructional accuracy 69.0 % · " +
        "not significant (exact McNemar test, Holm over 4 differences, 5 %)",
    });
    expect(spokenPoint(view, point)).toBe(
      "animals.can_fly, dpo, 49.0 per cent, interval 41.0 to 58.0, not significant.",
    );
    expect(chartSummary(view)).toBe("Accuracy, bar chart, 12 values, largest adjectives.comparative · dpo, 74.0 %.");
    expect(chartText(view).split("\n")).toHaveLength(13);
  });
});

describe("differences of shares", () => {
  const view = chartViewOf({
    ...{ id: "v", title: "t", mark: "bars", x: { title: "task", field: "task" }, makings: [MAKING], code: "" },
    ...{ caption: "", rows: [{ series: "b − a", x: "capital", value: 0.048, low: -0.1, high: 0.2, n: 40 }] },
    ...{ y: { title: "difference (percentage points)", format: "points" }, interval: "95 % Newcombe interval" },
  });
  test("are signed percentage points, in the read-out, along the axis and aloud", () => {
    const [point] = chartPoints(view);
    const { value, rest } = chartReadout(view, point);
    expect([value, rest]).toEqual(["+4.8 pp", "95 % Newcombe interval [−10.0, +20.0] · n 40 samples"]);
    expect(chartLayout(view, themes.light, { width: 640 }).yTicks.map(({ text }) => text)).toEqual([
      "−10",
      "0",
      "+10",
      "+20",
    ]);
    expect(spokenPoint(view, point)).toBe(
      "capital, b − a, plus 4.8 percentage points, interval minus 10.0 to plus 20.0.",
    );
    expect(validateView(JSON.parse(JSON.stringify(view)))).toMatchObject({ ok: true });
  });
});

describe("bars behind bars", () => {
  const bars = (names: readonly string[]) =>
    chartViewOf({
      ...{ id: "v", title: "t", mark: "bars", x: { title: "task", field: "task" }, makings: [MAKING], code: "" },
      rows: names.map((series) => ({ series, x: "capital", value: 0.5, behind: { value: 0.7 } })),
      ...{
        caption: "",
        y: { title: "accuracy (%)", format: "percent" },
        label: "exact match",
        behind: "instructional",
      },
    });
  const words = (view: ChartView) => chartLayout(view, themes.print, { width: 312 }).keys.map(({ text }) => text);
  test("are told from those in front by the legend, with one model as with more", () => {
    expect(words(bars(["dpo"]))).toEqual(["exact match", "instructional"]);
    expect(words(bars(["base", "dpo"]))).toEqual(["base", "dpo", "instructional"]);
  });

  test("are a tint, and open in high contrast, which has none", () => {
    const fills = (name: ThemeName) =>
      [...JSON.stringify(chartSpec(bars(["dpo"]), themes[name], { width: 640 })).matchAll(/"fill":"(#\w+)"/g)].map(
        ([, fill]) => fill,
      );
    expect(fills("light")).toContain(themes.light.colour.line);
    expect(fills("hc-dark")).not.toContain(themes["hc-dark"].colour.line);
  });
});

describe("views from outside", () => {
  const changed = (change: (view: ChartView & Record<string, never>) => void) => {
    const view = JSON.parse(JSON.stringify(madeUpBars()));
    change(view);
    return validateView(view);
  };

  test("a chart survives JSON and is drawn as before", () => {
    for (const view of all()) {
      const checked = validateView(JSON.parse(JSON.stringify(view)));
      if (!checked.ok) throw new Error(checked.message);
      const draw = (v: ChartView) => chartSpec(v, themes.light, { width: 500 });
      expect(draw(checked.view as ChartView)).toEqual(draw(view));
    }
  });

  test.each<[string, (view: ChartView & Record<string, never>) => unknown, RegExp]>([
    ["a mark that is none", (v) => Object.assign(v, { mark: "pie" }), /^mark is "pie"/],
    ["an axis of nothing", (v) => Object.assign(v.x, { labels: [] }), /^x\.labels is \[\]/],
    ["fewer labels than values", (v) => Object.assign(v.x, { labels: ["a"] }), /^value\.shape is \[1,3,4\]/],
    ["a name that turns the line around", (v) => Object.assign(v.series[0], { name: "a\u202eb" }), /series\[0\]\.name/],
    ["limits upside down", (v) => Object.assign(v.y, { domain: [1, 0] }), /^y\.domain is \[1,0\], must rise/],
    ["limits without end", (v) => Object.assign(v.y, { domain: [0, Number.POSITIVE_INFINITY] }), /^y\.domain\[1\]/],
    [
      "a reference that is no number",
      (v) => Object.assign(v, { references: [{ value: "0", label: "" }] }),
      /references\[0\]\.value/,
    ],
    ["an emphasis beyond the axis", (v) => Object.assign(v.panels[0], { emphasis: [4] }), /emphasis\[0\] is 4/],
    ["something behind shares", (v) => Object.assign(v, { mark: "shares" }), /^behind is /],
    ["digits beyond reason", (v) => Object.assign(v.y, { digits: 1e9 }), /^y\.digits is 1000000000/],
  ])("%s is refused", (_, change, message) => {
    const checked = changed((view) => void change(view));
    expect(checked.ok ? "" : checked.message).toMatch(message);
  });

  test("any numbers get a scale with a few ticks within its ends", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e299, max: 1e299 }), { minLength: 1, maxLength: 5 }),
        (values) => {
          const view = chartViewOf({
            ...{ id: "v", title: "t", mark: "lines", x: { title: "layer", field: "layer" }, y: { title: "y" } },
            rows: values.map((value, x) => ({ series: "a", x: String(x), value })),
            ...{ makings: [MAKING], code: "", caption: "" },
          });
          const { yTicks, domain } = chartLayout(view, themes.light, { width: 400 });
          expect(yTicks.length).toBeGreaterThan(0);
          expect(yTicks.length).toBeLessThan(13);
          // A millionth of the scale: what rounding to whole steps may leave out.
          const rest = (domain[1] - domain[0]) * 1e-6;
          for (const value of values) expect(value >= domain[0] - rest && value <= domain[1] + rest).toBe(true);
        },
      ),
    );
  });

  test("any field replaced by anything is drawn or refused, never thrown at", () => {
    const keys = ["mark", "x", "y", "panels", "series", "value", "n", "behind", "references", "test", "unit"] as const;
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        const checked = changed((view) => Object.assign(view, { [key]: value }));
        if (checked.ok) chartSpec(checked.view as ChartView, themes.light, { width: 400 });
      }),
      { numRuns: 300 },
    );
  });
});

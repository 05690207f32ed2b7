/** What a heatmap says, links, tabulates and stacks, from a small view with known numbers. */
import { describe, expect, test } from "vitest";
import { stack } from "../../extension/src/heatmap/charts";
import { NO_CHOICES } from "../../extension/src/heatmap/choices";
import { Numbers } from "../../extension/src/heatmap/numbers";
import { arrange, extentOf, find } from "../../extension/src/heatmap/scene";
import { tableOf, toCsv } from "../../extension/src/heatmap/table";
import { describePlace, describeView, linkedSpots, pointingAt } from "../../extension/src/heatmap/words";
import { widthClass } from "../../extension/src/shell/size";
import { type HeatmapView, pack, themes, validateView } from "../../kernel-lib/src/view";

const NONE = Number.NaN;

/** Three layers; layers 0 + 2 were asked for and have no value, layer 2 alone was never asked. */
function view(): HeatmapView {
  const shape = [1, 3, 3];
  const floats = (values: number[]) => pack(Float64Array.from(values), shape);
  //            y=0                y=1              y=2
  const mean = [0.1, NONE, NONE, -0.25, 0.2, NONE, NONE, 0.5, NONE];
  const n = [2, -1, -1, 2, 2, -1, 0, 2, -1];
  const made: HeatmapView = {
    schema: "patchbay.view/1",
    kind: "heatmap",
    id: "v",
    state: "done",
    run: null,
    error: null,
    title: "Patch sweep: capital",
    model: { name: "tiny", stage: null, fingerprint: "" },
    device: "cpu",
    warnings: [],
    code: "",
    caption: "",
    hashes: { spec: "", result: "" },
    layout: "pairs",
    x: { title: "earlier", labels: ["0", "1", "2"], field: "layer" },
    y: { title: "later", labels: ["0", "1", "2"], field: "layer" },
    panels: [{ name: "tiny", stage: null, note: "" }],
    n: 2,
    metrics: [
      {
        key: "rr",
        label: "Δ rr, so called",
        meaning: "against the query alone",
        zero: "query alone = 0",
        digits: { cell: 2, readout: 2 },
        signed: true,
        mean: floats(mean),
        low: floats(mean.map((v) => v - 0.1)),
        high: floats(mean.map((v) => v + 0.1)),
        n: pack(Int32Array.from(n), shape),
        notSignificant: pack(Uint8Array.from(n.map((count) => (count > 0 ? 0 : 255))), shape),
        interaction: null,
        samples: pack(Float64Array.from(mean.flatMap((v) => [v - 0.1, v + 0.1])), [...shape, 2]),
        test: null,
      },
    ],
    metric: "rr",
    sampleLabels: ["a", "b"],
  };
  const checked = validateView(made);
  if (!checked.ok) throw new Error(checked.message);
  return made;
}

const scene = (v = view()) => arrange(v, themes.light, { width: 900, height: 600 }, NO_CHOICES, null);

describe("numbers behind the cells", () => {
  const numbers = new Numbers(view());

  test("are read by place; missing and never asked are told apart", () => {
    expect(numbers.effect("rr", 0, 0, 1)).toEqual({ value: -0.25, low: -0.35, high: -0.15 });
    expect(numbers.effect("rr", 0, 0, 2)).toBeNull();
    expect(numbers.n("rr", 0, 0, 2)).toBe(0);
    expect(numbers.n("rr", 0, 2, 2)).toBe(-1);
    expect(numbers.samples("rr", 0, 1, 2)).toEqual([0.4, 0.6]);
    expect(numbers.samples("rr", 0, 0, 2)).toEqual([null, null]);
  });
});

describe("words", () => {
  test("name the cell, its value and its interval", () => {
    const v = view();
    const { layout, options } = scene(v);
    const said = describePlace(v, options, layout, { panel: 0, x: 1, y: 2 });
    expect(said.first.map((s) => s.text).join(" ")).toBe("Layers 1 + 2 +0.50 95 % CI [0.40, 0.60] n 2");
    expect(said.spoken).toBe("Layers 1 and 2, plus 0.50, interval 0.40 to 0.60.");
    expect(describePlace(v, options, layout, { panel: 0, x: 0, y: 2 }).spoken).toContain("no value");
    expect(describePlace(v, options, layout, { panel: 0, x: 2, y: 0 }).first[1].text).toBe("not asked");
  });

  test("sum the picture up, with its largest cell and the state of the run", () => {
    const v = view();
    const { layout, options } = scene(v);
    expect(describeView(v, options, layout, "done").second[0].text).toContain("best: layers 1 + 2, +0.50");
    expect(describeView(v, options, layout, "stopped").first[0].text).toBe("Stopped after 4 of 5 cells");
    expect(describeView(v, options, layout, "stale").first[0].text).toContain("earlier kernel");
  });
});

describe("links", () => {
  test("a pair of layers is found again in pairs and in singles, whichever layer came first", () => {
    const v = view();
    const extent = extentOf(scene(v).layout);
    expect(pointingAt(v, { x: 0, y: 1 })).toEqual({ layer: ["0", "1"] });
    expect(pointingAt(v, { x: 1, y: 1 })).toEqual({ layer: ["1"] });
    expect(linkedSpots(v, extent, { layer: ["1", "0"] })).toMatchObject([{ x: 0, y: 1 }]);
    expect(linkedSpots(v, extent, { layer: ["1"] })).toMatchObject([{ x: 1, y: 1 }]);
    expect(linkedSpots(v, extent, { layer: ["7"] })).toEqual([]);
    expect(linkedSpots(v, extent, { head: ["1"] })).toEqual([]);
    expect(linkedSpots(v, extent, null)).toEqual([]);
    const single = { ...v, layout: "singles" as const };
    expect(linkedSpots(single, { ...extent, exists: (_x, y) => y === 0 }, { layer: ["0", "1"] })).toMatchObject([
      { x: 0, y: 0 },
      { x: 1, y: 0 },
    ]);
  });
});

describe("find", () => {
  test("takes numbers as whole labels, in any order", () => {
    const v = view();
    const extent = extentOf(scene(v).layout);
    expect(find(v, extent, "2, 1")).toEqual([{ x: 1, y: 2 }]);
    expect(find(v, extent, "0")).toHaveLength(3);
    expect(find(v, extent, " ")).toEqual([]);
    expect(find(v, extent, "9")).toEqual([]);
  });
});

describe("the table", () => {
  test("has the picture's order, full precision, empty for missing, and quotes where CSV needs them", () => {
    const v = view();
    const csv = toCsv(tableOf(new Numbers(v), "rr", extentOf(scene(v).layout)));
    expect(csv.split("\r\n")).toEqual([
      'layer,"Δ rr, so called",95 % low,95 % high,n',
      "0+2,,,,0",
      "1+2,0.5,0.4,0.6,2",
      "0+1,-0.25,-0.35,-0.15,2",
      "1,0.2,0.1,0.30000000000000004,2",
      "0,0.1,0,0.2,2",
      "",
    ]);
  });
});

describe("arrangement", () => {
  test("follows the width of the output", () => {
    expect([1000, 760, 759, 480, 479, 240, 239].map(widthClass)).toEqual([
      "wide",
      "wide",
      "middle",
      "middle",
      "narrow",
      "narrow",
      "tiny",
    ]);
    expect(scene().sideBeside).toBe(true);
    const v = view();
    expect(arrange(v, themes.light, { width: 600, height: 600 }, NO_CHOICES, null).sideBeside).toBe(false);
  });

  test("keeps to a metric that exists, whatever was chosen before", () => {
    const v = view();
    const choices = { ...NO_CHOICES, metric: "gone" };
    expect(arrange(v, themes.light, { width: 300, height: 600 }, choices, null).options.metric).toBe("rr");
  });
});

describe("dots of the samples", () => {
  test("stack in bins over an axis that holds zero, and count what is missing", () => {
    const plot = stack([0.5, 0.5, 1, null]);
    expect(plot).toMatchObject({ low: 0, high: 1, levels: 2, missing: 1 });
    expect(plot.dots.map((d) => d.level)).toEqual([0, 1, 0]);
    expect(stack([0, 0]).high).toBe(1);
    expect(stack([]).dots).toEqual([]);
  });
});

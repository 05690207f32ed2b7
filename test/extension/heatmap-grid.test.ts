/** Heatmaps beyond pairs of layers: grids of tokens and heads, slices at a third layer, parts drawn larger, and the code
 *  that goes on from a cell. */
import { describe, expect, test } from "vitest";
import { NO_CHOICES } from "../../extension/src/heatmap/choices";
import { cellCode, layersOf, pathCode } from "../../extension/src/heatmap/codes";
import { stripAt } from "../../extension/src/heatmap/pointer";
import { arrange, extentOf, findSamples } from "../../extension/src/heatmap/scene";
import { describeView, linkedSpots, pointingAt } from "../../extension/src/heatmap/words";
import { holding, moved, stepOf, windowWords, zoomed } from "../../extension/src/heatmap/zoom";
import {
  axisLabels,
  type CellWindow,
  cellAt,
  cellName,
  cellRect,
  type HeatmapMetric,
  type HeatmapView,
  heatmapLayout,
  heatmapOptions,
  inWindow,
  pack,
  packTuples,
  sliceOf,
  themes,
  unpack,
  validateView,
} from "../../kernel-lib/src/view";

/** Values 1, 2, 3 … in every cell, one sample each. */
function metric(nx: number, ny: number, exists: (x: number, y: number) => boolean, times = 1): HeatmapMetric {
  const shape = [1, ny, nx];
  const at = Array.from({ length: nx * ny }, (_, i) => [i % nx, Math.floor(i / nx), i] as const);
  const values = at.map(([x, y, i]) => (exists(x, y) ? (i + 1) * times : Number.NaN));
  const floats = pack(Float64Array.from(values), shape);
  return {
    key: "rr",
    label: "Δ rr",
    meaning: "",
    zero: "",
    digits: { cell: 1, readout: 1 },
    signed: true,
    mean: floats,
    low: floats,
    high: floats,
    n: pack(Int32Array.from(at.map(([x, y]) => (exists(x, y) ? 1 : -1))), shape),
    notSignificant: pack(new Uint8Array(nx * ny).fill(255), shape),
    interaction: null,
    samples: pack(Float64Array.from(values), [...shape, 1]),
    test: null,
  };
}

function view(more: Partial<HeatmapView>, nx: number, ny: number): HeatmapView {
  const layers = (count: number) => Array.from({ length: count }, (_, i) => String(i));
  const made: HeatmapView = {
    schema: "patchbay.view/1",
    kind: "heatmap",
    id: "v",
    state: "done",
    run: null,
    error: null,
    title: "Patch",
    model: { name: "tiny", stage: null, fingerprint: "" },
    device: "cpu",
    warnings: [],
    code: 'const model = await pb.load("demo/dpo");\nconst result = await pb.patchSweep(model, { task: pb.task("capital"), sizes: [1, 2] });',
    caption: "",
    hashes: { spec: "", result: "" },
    layout: "pairs",
    x: { title: "earlier", labels: layers(nx), field: "layer" },
    y: { title: "later", labels: layers(ny), field: "layer" },
    panels: [{ name: "tiny", stage: null, note: "" }],
    n: 1,
    metrics: [metric(nx, ny, more.layout === "grid" ? () => true : (x, y) => y >= x)],
    metric: "rr",
    sampleLabels: ["France"],
    ...more,
  };
  const checked = validateView(made);
  if (!checked.ok) throw new Error(checked.message);
  return made;
}

/** Four layers over the tokens of a prompt, one of which comes twice. */
const tokens = () =>
  view(
    {
      layout: "grid",
      x: {
        title: "position patched",
        labels: [" the", " capital", " of", " the", " France"],
        keys: ["-5", "-4", "-3", "-2", "-1"],
        field: "position",
      },
    },
    5,
    4,
  );
const scene = (v: HeatmapView) => arrange(v, themes.light, { width: 900, height: 600 }, NO_CHOICES, null);

describe("a grid of layers and tokens", () => {
  test("shows what is invisible in a token, and turns labels that do not fit side by side", () => {
    const v = tokens();
    expect(axisLabels(v.x)).toEqual(["·the", "·capital", "·of", "·the", "·France"]);
    expect(cellName(v, 4, 2)).toBe("Layer 2, position ·France");
    const { layout } = scene(v);
    expect(layout.xAngle).toBeLessThan(0);
    const ticks = layout.ticks.filter(({ axis }) => axis === "x");
    expect(ticks.map(({ text }) => text)).toContain("·France");
    expect(ticks.every(({ angle, anchor }) => angle === layout.xAngle && anchor === "end")).toBe(true);
    expect(layout.padding.bottom).toBeGreaterThan(
      heatmapLayout(view({}, 5, 5), themes.light, { width: 900 }, heatmapOptions(view({}, 5, 5))).padding.bottom,
    );
  });

  test("tells two equal tokens apart by their position when it is linked", () => {
    const v = tokens();
    const extent = extentOf(scene(v).layout);
    expect(pointingAt(v, { x: 3, y: 1 })).toEqual({ position: ["-2"], token: [" the"], layer: ["1"] });
    expect(linkedSpots(v, extent, { position: ["-2"], token: [" the"], layer: ["1"] })).toMatchObject([{ x: 3, y: 1 }]);
    expect(linkedSpots(v, extent, { position: ["-2"], token: [" a"], layer: ["1"] })).toEqual([
      { x: 0, y: 1, x1: 4, y1: 1 },
    ]);
    // A path graph says both ends of its count.
    expect(linkedSpots(v, extent, { position: ["17", "-1"], token: [" France"] })).toEqual([
      { x: 4, y: 0, x1: 4, y1: 3 },
    ]);
  });

  test("has a margin of the best layer at each position", () => {
    expect(scene(tokens()).layout.marginal?.bars).toEqual([16, 17, 18, 19, 20]);
  });
});

describe("a slice at a third layer", () => {
  /** Layers 0 and 1, 0 and 2, 1 and 2 without a third one and with layer 3: 10, 20, 30 and 100, 200, 300. */
  const sliced = () => {
    const pairs = [
      [0, 1],
      [0, 2],
      [1, 2],
    ];
    const tuples = [...pairs, ...pairs.map((pair) => [...pair, 3])];
    const values = Float64Array.from([10, 20, 30, 100, 200, 300]);
    const floats = pack(values, [1, 6]);
    const metrics = [
      {
        ...metric(1, 1, () => true),
        ...{ mean: floats, low: floats, high: floats },
        n: pack(new Int32Array(6).fill(1), [1, 6]),
        notSignificant: pack(new Uint8Array(6).fill(255), [1, 6]),
        samples: pack(values, [1, 6, 1]),
      },
    ];
    return view({ slices: { shown: 0, held: [null, "3"], tuples: packTuples(tuples), metrics } }, 4, 4);
  };

  test("has its own numbers, and says which layer is patched along", () => {
    const slice = sliceOf(sliced(), 1);
    const cells = scene(slice).layout.panels[0]?.cells ?? [];
    expect([4, 8, 9].map((at) => cells[at]?.value)).toEqual([100, 200, 300]);
    // One that names layer 3 twice, and one that was not asked.
    expect([12, 0].map((at) => cells[at]?.kind)).toEqual(["absent", "absent"]);
    expect(unpack(slice.metrics[0]?.samples)[8]).toBe(200);
    expect(cellName(slice, 0, 1)).toBe("Layers 0 + 1 with 3");
    expect(pointingAt(slice, { x: 0, y: 1 })).toEqual({ layer: ["0", "1", "3"] });
    expect(layersOf(slice, { x: 0, y: 1 })).toEqual(["0", "1", "3"]);
  });

  test("is found by the layers of a tuple, its own one left out", () => {
    const slice = sliceOf(sliced(), 1);
    expect(linkedSpots(slice, extentOf(scene(slice).layout), { layer: ["1", "3", "0"] })).toMatchObject([
      { x: 0, y: 1 },
    ]);
  });

  test("is the view itself where it came with it, or has no such slice", () => {
    const v = sliced();
    expect(sliceOf(v, 0)).toBe(v);
    expect(sliceOf(v, 2)).toBe(v);
  });

  test("is refused when its numbers do not fit the axes", () => {
    const v = sliced();
    const slices = v.slices as NonNullable<HeatmapView["slices"]>;
    const refused = (changes: object) => validateView({ ...v, slices: { ...slices, ...changes } });
    expect(refused({})).toMatchObject({ ok: true });
    for (const [changes, said] of [
      [{ shown: 2 }, "slices.shown"],
      [{ held: ["9"] }, "slices.held[0]"],
      [{ tuples: packTuples([[0, 4]]) }, "slices.tuples"],
      [{ tuples: pack(new Uint8Array(6), [2, 3]) }, "slices.metrics[0].mean"],
      [{ metrics: [] }, "slices.metrics"],
      [{ metrics: [metric(2, 2, () => true)] }, "slices.metrics[0].mean"],
    ] as const)
      expect(refused(changes)).toMatchObject({ ok: false, message: expect.stringContaining(said) });
  });
});

describe("a part drawn larger", () => {
  const v = view({}, 16, 16);

  test("keeps the cell it is around, also far from the diagonal of pairs, and comes back to all", () => {
    const once = zoomed(v, null, "in", { x: 2, y: 4 });
    expect(once).toEqual({ x0: 1, x1: 10, y0: 2, y1: 11 });
    const twice = zoomed(v, once, "in", { x: 2, y: 4 });
    expect(twice).toMatchObject({ x0: 1, x1: 6 });
    let corner: CellWindow | null = null;
    for (let i = 0; i < 5; i++) corner = zoomed(v, corner, "in", { x: 0, y: 15 });
    expect(corner).toEqual({ x0: 0, x1: 2, y0: 13, y1: 15 });
    const out = (from: ReturnType<typeof zoomed>) => zoomed(v, from, "out", { x: 2, y: 4 });
    expect(out(out(out(twice)))).toBeNull();
    expect(zoomed(v, twice, "reset", { x: 0, y: 0 })).toBeNull();
    expect(windowWords(v, { x0: 8, x1: 15, y0: 8, y1: 15 })).toBe("Layers 8 to 15");
    expect(windowWords(v, { x0: 0, x1: 4, y0: 8, y1: 12 })).toBe("Layers 0 to 4 with 8 to 12");
  });

  test("goes along with the cursor", () => {
    const window = { x0: 4, x1: 9, y0: 4, y1: 9 };
    expect(holding(v, window, { x: 5, y: 8 })).toBe(window);
    expect(holding(v, window, { x: 5, y: 10 })).toEqual({ x0: 4, x1: 9, y0: 5, y1: 10 });
    expect(holding(v, window, { x: 0, y: 15 })).toEqual({ x0: 0, x1: 5, y0: 10, y1: 15 });
  });

  test("moves by columns and rows to the ends, and in pairs never to where nothing is", () => {
    const window = { x0: 4, x1: 9, y0: 6, y1: 11 };
    expect(moved(v, window, { columns: -2, rows: 3 })).toEqual({ x0: 2, x1: 7, y0: 9, y1: 14 });
    expect(moved(v, window, { columns: -99, rows: 99 })).toEqual({ x0: 0, x1: 5, y0: 10, y1: 15 });
    for (let columns = -16; columns <= 16; columns++)
      for (let rows = -16; rows <= 16; rows++) {
        const { x0, x1, y0, y1 } = moved(v, window, { columns, rows });
        expect([x1 - x0, y1 - y0]).toEqual([5, 5]);
        expect(Math.min(x0, y0)).toBeGreaterThanOrEqual(0);
        expect(Math.max(x1, y1)).toBeLessThan(16);
        expect(y1 - x0, "a corner of pairs is in sight").toBeGreaterThanOrEqual(2);
      }
    expect(moved(tokens(), { x0: 0, x1: 1, y0: 0, y1: 0 }, { columns: 1, rows: -1 })).toMatchObject({ x0: 1, y0: 0 });
    expect(stepOf(window, "right")).toEqual({ columns: 2, rows: 0 });
    expect(stepOf({ x0: 0, x1: 1, y0: 0, y1: 1 }, "down")).toEqual({ columns: 0, rows: -1 });
  });

  test("has its labels where a drag moves it along one axis", () => {
    const window = { x0: 4, x1: 9, y0: 4, y1: 9 };
    const layout = heatmapLayout(v, themes.light, { width: 700, height: 600 }, heatmapOptions(v, { window }));
    for (const { axis, x, y } of layout.ticks) expect(stripAt(layout, { x, y })).toBe(axis);
    const { x, y } = cellRect(layout, 0, 5, 8);
    expect(stripAt(layout, { x: x + 2, y: y + 2 })).toBeNull();
    expect(stripAt(layout, { x: layout.width - 1, y: 1 })).toBeNull();
  });

  test("has its legend where no cell is, wherever it lies", () => {
    for (const window of [
      { x0: 0, x1: 7, y0: 8, y1: 15 },
      { x0: 4, x1: 9, y0: 4, y1: 9 },
      { x0: 6, x1: 11, y0: 3, y1: 8 },
    ]) {
      const layout = heatmapLayout(v, themes.light, { width: 700, height: 600 }, heatmapOptions(v, { window }));
      const legend = layout.legend as NonNullable<typeof layout.legend>;
      for (let at = 0; at < 100; at++) {
        const [x, y] = [
          legend.x + (legend.width * (at % 10)) / 9,
          legend.y + (legend.height * Math.floor(at / 10)) / 9,
        ];
        expect(cellAt(layout, x, y), `${JSON.stringify(window)}: ${x}, ${y}`).toBeNull();
      }
    }
  });

  test("has larger cells in the same frame, and a pointer finds what is drawn there", () => {
    const size = { width: 700, height: 600 };
    const whole = heatmapLayout(v, themes.light, size, heatmapOptions(v));
    const window = { x0: 4, x1: 9, y0: 4, y1: 9 };
    const part = heatmapLayout(v, themes.light, size, heatmapOptions(v, { window }));
    expect(part.pitch).toBeGreaterThan(1.5 * whole.pitch);
    expect([part.width, part.height]).toEqual([whole.width, whole.height]);
    expect(part.domain).toEqual(whole.domain);
    const rect = cellRect(part, 0, 5, 8);
    expect(cellAt(part, rect.x + 2, rect.y + 2)).toMatchObject({ ix: 5, iy: 8 });
    expect(inWindow(part, 3, 8)).toBe(false);
    expect(part.ticks.filter(({ axis }) => axis === "x").map(({ text }) => text)).toEqual([
      "4",
      "5",
      "6",
      "7",
      "8",
      "9",
    ]);
  });

  test("and a threshold are said when nothing is pointed at", () => {
    const choices = { ...NO_CHOICES, window: { x0: 4, x1: 9, y0: 4, y1: 9 }, threshold: 200 };
    const { layout, options } = arrange(v, themes.light, { width: 900, height: 600 }, choices, null);
    const [second] = describeView(v, options, layout, "done").second;
    expect(second?.text).toContain("layers 4 to 9");
    expect(second?.text).toContain("of 136 at 200.0 or more");
  });
});

describe("code from a cell", () => {
  const v = view({}, 4, 4);

  test("measures this tuple alone, with the same model and task", () => {
    expect(cellCode(v, { x: 0, y: 2 })).toContain('patchSweep(model, { task: pb.task("capital"), tuples: [[0, 2]] })');
    expect(cellCode(v, { x: 2, y: 2 })).toContain("tuples: [[2]]");
    expect(cellCode(tokens(), { x: 0, y: 0 })).toBeNull();
  });

  test("traces the paths of its task", () => {
    const code = pathCode(v, { x: 0, y: 2 });
    expect(code).toContain("layers 0 and 2");
    expect(code).toContain('pb.load("demo/dpo")');
    expect(code).toContain('pb.pathTrace(model, { task: "capital", n: 3 })');
    expect(code).toMatch(/pb\.show\(run, \{ layers: \[\d+(, \d+)*\] \}\);/);
    expect(pathCode({ ...v, code: "" }, { x: 0, y: 2 })).toBeNull();
  });

  test("samples are found by their label, never by a number", () => {
    expect(findSamples(v, "fra")).toEqual([0]);
    expect(findSamples(v, "1")).toEqual([]);
    expect(findSamples(v, " ")).toEqual([]);
  });
});

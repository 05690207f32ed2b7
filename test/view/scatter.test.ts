/** Scatters: from a real geometry result and made up; numbers, layout, words, hostile views, figures. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { figureOf } from "../../kernel-lib/src/figure";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import type { GeometryResult } from "../../kernel-lib/src/result/geometry";
import { pack } from "../../kernel-lib/src/result/pack";
import { geometry } from "../../kernel-lib/src/run/geometry";
import {
  classLooks,
  classStats,
  coordinatesOf,
  describePoint,
  describeScatter,
  frameOf,
  mixLayouts,
  nearestMeans,
  planeOf,
  promptText,
  scatterLayout,
  scatterOptions,
  scatterSpec,
  scatterSummary,
  scatterText,
  scatterViewOf,
  shortNames,
  spokenSelection,
  summariseSelection,
  themes,
  unpack,
  validateView,
  valueAt,
  viewsOf,
} from "../../kernel-lib/src/view";
import { textWidth } from "../../kernel-lib/src/view/format";
import { aboveMarks } from "../../kernel-lib/src/view/scatter-around";
import { densityContours } from "../../kernel-lib/src/view/scatter-density";
import { px, py } from "../../kernel-lib/src/view/scatter-layout";
import type { ScatterView } from "../../kernel-lib/src/view/scatter-types";
import { EIGHT, madeUpScatter } from "./made-up-scatter";

const again = (view: unknown) => JSON.parse(JSON.stringify(view));

describe("of a real result", () => {
  let model: Model;
  let result: GeometryResult;
  let view: ScatterView;
  beforeAll(async () => {
    await bundle();
    model = await loadModel("demo/dpo", { host: "inline" });
    result = await geometry(model, {
      task: ["antonym", "comparative", "color"],
      rephrasings: 8,
      layers: [0, 2],
      sites: ["resid_post", "attn_out"],
    });
    view = viewsOf(result).view({ id: "v" }) as ScatterView;
  });
  afterAll(() => model.close());

  test("the view is valid, and holds what the tables hold", () => {
    expect(validateView(again(view))).toEqual({ ok: true, view: again(view) });
    expect(view.prompts).toHaveLength(24);
    expect(view.frames).toHaveLength(2 * 2 * 2);
    const { columns, rows } = result.table("coordinates");
    const at = (name: string) => columns.indexOf(name);
    for (const frame of view.frames) {
      const own = rows.filter(
        (row) =>
          row[at("site")] === frame.site && row[at("layer")] === frame.layer && row[at("method")] === frame.method,
      );
      const { xy } = planeOf(view, frame, [0, 1]);
      for (const [axis, name] of (["axis_1", "axis_2"] as const).entries()) {
        const sign = Math.sign(xy[axis] * Number(own[0][at(name)]));
        for (const [i, row] of own.entries()) expect(sign * xy[2 * i + axis]).toBeCloseTo(Number(row[at(name)]), 3);
      }
    }
    for (const probe of view.probes) {
      const scores = result.accuracy({ layer: probe.layer, site: probe.site as "resid_post" });
      expect(probe.accuracy).toBe(scores?.probe.accuracy);
      expect(probe.control).toBe(scores?.control.accuracy);
    }
  });

  test("axes of a layer point the same way as those of the layer before", () => {
    for (const site of view.sites)
      for (const method of view.methods) {
        const [a, b] = [0, 2].map((layer) => coordinatesOf(frameOf(view, { site, method, layer }) as never));
        const axes = frameOf(view, { site, method, layer: 0 })?.points.shape[1] ?? 0;
        for (let axis = 0; axis < Math.min(2, axes); axis++) {
          let agreement = 0;
          for (let i = 0; i < view.prompts.length; i++) agreement += a[i * axes + axis] * b[i * axes + axis];
          expect(agreement).toBeGreaterThanOrEqual(0);
        }
      }
  });

  test("while it runs the first layer is shown; at the end the one that is told apart best", () => {
    const during = (count: number, state: "partial" | "stopped") =>
      scatterViewOf({ ...result.data, state, places: result.data.places.slice(0, count) }, { id: "v" });
    for (const count of [0, 1, 3]) {
      const partial = during(count, "partial");
      expect(validateView(again(partial)).ok).toBe(true);
      expect(partial.state).toBe(count === 0 ? "loading" : "partial");
      expect(partial.shown.layer).toBe(0);
      expect(partial.frames).toHaveLength(2 * count);
    }
    expect(validateView(again(during(0, "stopped"))).ok).toBe(true);
    const accuracy = (layer: number) => result.accuracy({ layer })?.probe.accuracy ?? 0;
    expect(view.shown.layer).toBe(accuracy(2) > accuracy(0) ? 2 : 0);
    expect(during(3, "stopped").caption).toContain("not complete");
  });

  test("its code asks for the same tasks, its caption and text say what was found", () => {
    expect(view.code).toContain('pb.geometry(model, { task: ["antonym","comparative","color"], rephrasings: 8');
    expect(view.caption).toContain("n = 24 prompts in 3 classes");
    expect(view.caption).toMatch(/accuracy [01]\.\d\d \[/);
    const text = scatterText(view);
    for (const { label } of view.classes) expect(text).toContain(label);
    expect(text).toContain("shuffled");
  });

  test("its figure is drawn as SVG, PDF and PNG, by layer and method, and refuses what is not there", async () => {
    const figure = figureOf(view, { layer: 2, method: "pca" });
    const svg = await figure.svg();
    expect(svg).toContain("PCA axis 1");
    expect(svg.match(/aria-roledescription="point"/g)?.length).toBe(24);
    expect((await figure.svg()) === svg).toBe(true);
    expect(new TextDecoder().decode((await figure.pdf()).subarray(0, 5))).toBe("%PDF-");
    expect((await figure.png()).length).toBeGreaterThan(5_000);
    expect(() => figureOf(view, { layer: 1 })).toThrow(/layer is 1, must be one of 0, 2/);
    expect(() => figureOf(view, { axes: [0, 9] })).toThrow(/axes/);
  });
});

describe("layout", () => {
  const view = madeUpScatter();
  const layout = scatterLayout(view, themes.light, { width: 600 });

  test("a unit is as long upward as to the right, and every point lies inside the plot", () => {
    expect(layout.unit.x).toBeCloseTo(layout.unit.y, 9);
    const { plot, points } = layout;
    for (let i = 0; i < points.length; i += 2) {
      expect(points[i]).toBeGreaterThan(plot.x);
      expect(points[i]).toBeLessThan(plot.x + plot.width);
      expect(points[i + 1]).toBeGreaterThan(plot.y);
      expect(points[i + 1]).toBeLessThan(plot.y + plot.height);
    }
    expect(valueAt(layout, px(layout, 1.5), py(layout, -2))).toEqual([expect.closeTo(1.5, 9), expect.closeTo(-2, 9)]);
  });

  test("means and ellipses are those of the sample", () => {
    const frame = frameOf(view, view.shown);
    const plane = planeOf(view, frame as never, [0, 1]);
    for (const [k, stats] of classStats(view, plane).entries()) {
      const own = Array.from({ length: 20 }, (_, i) => [plane.xy[2 * (20 * k + i)], plane.xy[2 * (20 * k + i) + 1]]);
      const mean = [0, 1].map((d) => own.reduce((sum, p) => sum + p[d], 0) / 20);
      const cov = (a: number, b: number) => own.reduce((sum, p) => sum + (p[a] - mean[a]) * (p[b] - mean[b]), 0) / 19;
      expect(stats?.mean[0]).toBeCloseTo(mean[0], 5);
      expect(stats?.cov?.[1]).toBeCloseTo(cov(0, 1), 5);
      const { ellipse } = layout.classes[k];
      // The axes of an ellipse hold the variance: rx^2 + ry^2 = (2 sd)^2 (xx + yy), and rx ry is the determinant's root.
      const unit = layout.unit.x ** 2 * 4;
      expect((ellipse?.rx ?? 0) ** 2 + (ellipse?.ry ?? 0) ** 2).toBeCloseTo(unit * (cov(0, 0) + cov(1, 1)), 0);
      const determinant = cov(0, 0) * cov(1, 1) - cov(0, 1) ** 2;
      expect((ellipse?.rx ?? 0) * (ellipse?.ry ?? 0)).toBeCloseTo(unit * Math.sqrt(determinant), 0);
    }
  });

  test("a hidden class is not drawn, and nothing else moves", () => {
    const without = scatterLayout(view, themes.light, { width: 600 }, { hidden: [0] });
    expect([...without.points.subarray(0, 40)].every(Number.isNaN)).toBe(true);
    expect([...without.points.subarray(40)]).toEqual([...layout.points.subarray(40)]);
    expect(without.classes[0].name).toBeNull();
  });

  test("every name stands, and none over another", () => {
    const boxes = layout.classes.map(({ name }) => name as { x: number; y: number; text: string });
    expect(boxes.every((name) => name !== null)).toBe(true);
    for (const [i, a] of boxes.entries())
      for (const b of boxes.slice(i + 1)) {
        const apart = Math.abs(a.y - b.y) >= 11 || Math.abs(a.x - b.x) >= 3.2 * Math.max(a.text.length, b.text.length);
        expect(apart, `${a.text} and ${b.text}`).toBe(true);
      }
  });

  test("between two layers points move straight and arrive", () => {
    const to = scatterLayout(view, themes.light, { width: 600 }, { layer: 4 });
    expect(mixLayouts(layout, to, 1)).toBe(to);
    const half = mixLayouts(layout, to, 0.5);
    for (let i = 0; i < half.points.length; i++)
      expect(half.points[i]).toBeCloseTo((layout.points[i] + to.points[i]) / 2, 3);
    const start = mixLayouts(layout, to, 0);
    expect(start.classes[3].ellipse?.rx).toBeCloseTo(layout.classes[3].ellipse?.rx ?? 0, 3);
    expect(start.xTicks.map(({ value }) => value)).toEqual(layout.xTicks.map(({ value }) => value));
  });

  test("one axis alone puts classes into rows", () => {
    const two = madeUpScatter({ classes: EIGHT.slice(0, 2), axes: 1 });
    const rows = scatterLayout(two, themes.light, { width: 600 });
    expect(rows.spread).toBe(true);
    const ys = [...rows.points].filter((_, i) => i % 2 === 1);
    expect(Math.max(...ys.slice(0, 20))).toBeLessThan(Math.min(...ys.slice(20)));
  });

  test("points in one place have a plane around them, with ticks that differ; the mean of one alone does not hide it", () => {
    const one = madeUpScatter({ classes: EIGHT.slice(0, 1), perClass: 1 });
    const layout = scatterLayout(one, themes.light, { width: 600 });
    for (const ticks of [layout.xTicks, layout.yTicks])
      expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
    const crosses = (view: ScatterView) =>
      aboveMarks(scatterLayout(view, themes.light, { width: 600 }), themes.light, scatterOptions(view)).shapes.length;
    expect(crosses(one)).toBe(0);
    expect(crosses(madeUpScatter({ classes: EIGHT.slice(0, 1), perClass: 2 }))).toBe(2);
  });

  test("figures at the y axis stand clear of its title, however large they are", () => {
    const view = madeUpScatter();
    const huge = {
      ...view,
      frames: view.frames.map((frame) => {
        const points = unpack(frame.points) as Float32Array;
        return { ...frame, points: pack(points.map((value) => value * 1e5) as Float32Array, frame.points.shape) };
      }),
    };
    for (const each of [view, huge]) {
      const { plot, yTicks } = scatterLayout(each, themes.light, { width: 600 });
      const { tick, label } = themes.light.size;
      const widest = Math.max(...yTicks.map(({ text }) => textWidth(text, tick)));
      expect(plot.x - widest).toBeGreaterThan(label * 1.5);
    }
    expect(scatterLayout(huge, themes.light, { width: 600 }).yTicks.at(-1)?.text).toMatch(/^\d+·10[⁴⁵]$/);
  });

  test("a layer that is still to come has axes and no points", () => {
    const partial = madeUpScatter({ finished: 1, state: "partial" });
    const empty = scatterLayout(partial, themes.light, { width: 600 }, { layer: 4 });
    expect(empty.ready).toBe(false);
    expect([...empty.points].every(Number.isNaN)).toBe(true);
    expect(empty.xTicks.length).toBeGreaterThan(1);
  });

  test("contours hold their share of the points", () => {
    const many = madeUpScatter({ perClass: 500, classes: EIGHT.slice(0, 1) });
    const box = { x: 0, y: 0, width: 400, height: 400 };
    const frame = frameOf(many, many.shown);
    const { xy } = planeOf(many, frame as never, [0, 1]);
    const [cx, cy] = classStats(many, { xy, spread: false })[0]?.mean ?? [0, 0];
    const points = Float32Array.from(xy, (v, i) => 200 + 50 * (v - (i % 2 === 0 ? cx : cy)));
    for (const { share, d } of densityContours(points, box)) {
      const ring = [...d.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
      expect(d.endsWith("Z")).toBe(true);
      if ((d.match(/M/g) ?? []).length > 1) continue;
      let inside = 0;
      for (let i = 0; i < points.length; i += 2) {
        let odd = false;
        for (let a = 0, b = ring.length - 1; a < ring.length; b = a++)
          if (
            ring[a][1] > points[i + 1] !== ring[b][1] > points[i + 1] &&
            points[i] <
              ((ring[b][0] - ring[a][0]) * (points[i + 1] - ring[a][1])) / (ring[b][1] - ring[a][1]) + ring[a][0]
          )
            odd = !odd;
        if (odd) inside++;
      }
      // Smoothing widens the cloud: the level of the smoothed density holds some more of the points.
      expect(inside / 500).toBeGreaterThan(share - 0.08);
      expect(inside / 500).toBeLessThan(share + 0.12);
    }
  });
});

test("around one place the contours are circles", () => {
  const points = Float32Array.from({ length: 200 }, () => 202);
  const contours = densityContours(points, { x: 0, y: 0, width: 400, height: 400 });
  expect(contours.length).toBeGreaterThan(2);
  for (const { d } of contours.slice(0, 3)) {
    const radii = [...d.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) =>
      Math.hypot(Number(x) - 202, Number(y) - 202),
    );
    expect(Math.max(...radii) - Math.min(...radii)).toBeLessThan(0.6);
  }
});

describe("looks and words", () => {
  test("families differ by fill, and up to 24 classes differ in colour, glyph or fill", () => {
    expect(classLooks(madeUpScatter()).map(({ fill }) => fill)).toEqual([
      ...new Array(4).fill("filled"),
      ...new Array(4).fill("open"),
    ]);
    const classes = Array.from({ length: 24 }, (_, k) => ({ label: `class ${k}`, family: null }));
    expect(new Set(classLooks({ classes }).map((look) => JSON.stringify(look))).size).toBe(24);
  });

  test("names are short beside their family, unless two would become one", () => {
    const named = (...labels: string[]) => labels.map((label) => ({ label, family: label.split(".")[0] ?? null }));
    expect(shortNames({ classes: named("adjectives.noun", "animals.color") })).toEqual(["noun", "color"]);
    expect(shortNames({ classes: named("a.noun", "b.noun") })).toEqual(["a.noun", "b.noun"]);
  });

  test("names of classes in one place stand apart, and lines lead to those far off", () => {
    const view = madeUpScatter();
    const points = new Float32Array(640).map((_, i) => (i % 4 === 0 && i < 80 ? 500 : (i % 7) * 0.1));
    const heaped = { ...view, frames: view.frames.map((frame) => ({ ...frame, points: pack(points, [160, 4]) })) };
    const { classes } = scatterLayout(heaped, themes.light, { width: 600 });
    expect(classes.some(({ name }) => name?.led)).toBe(true);
    const spec = JSON.stringify(scatterSpec(heaped, themes.light, { width: 600 }));
    expect(spec.match(/"type":"rule"/g)?.length).toBe(2);
    const ys = classes.slice(1).map(({ name }) => [name?.x ?? 0, name?.y ?? 0]);
    for (const [i, a] of ys.entries())
      for (const b of ys.slice(i + 1)) expect(Math.abs(a[1] - b[1]) >= 11 || Math.abs(a[0] - b[0]) >= 25).toBe(true);
  });

  test("a point says its class, prompt, place and nearest mean", () => {
    const view = madeUpScatter();
    const { first, second, spoken } = describePoint(view, scatterOptions(view), 66);
    expect(first[0].text).toBe("noun");
    expect(first[1].text).toBe("“Give the noun, wording 7.”");
    expect(second[0].text).toContain("prompt 7 of 20 · axis 1 ");
    expect(spoken).toMatch(/^noun, prompt 7 of 20: Give the noun, wording 7\., axis 1 .*, nearest mean noun\.$/);
    const frame = frameOf(view, view.shown);
    const means = nearestMeans(view, frame as never, 66);
    expect(means.map(({ distance }) => distance)).toEqual(means.map(({ distance }) => distance).sort((a, b) => a - b));
  });

  test("a selection is counted by class, the whole is said in one sentence", () => {
    const view = madeUpScatter();
    expect(spokenSelection(view, [60, 61, 62, 0])).toBe("4 prompts, 3 noun, 1 antonym.");
    expect(spokenSelection(view, [])).toBe("Nothing selected.");
    const frame = frameOf(view, view.shown) as never;
    const own = [60, 61, 0].filter((i) => nearestMeans(view, frame, i)[0].class === Math.floor(i / 20)).length;
    expect(summariseSelection(view, view.shown, [60, 61, 0])).toMatchObject({ n: 3, own });
    expect(scatterSummary(view)).toBe(
      "Geometry: eight tasks, scatter, LDA of resid_post at layer 2, 160 prompts, 8 classes × 20 prompts, accuracy 1.00.",
    );
    const options = scatterOptions(view, { hidden: [1, 2] });
    expect(describeScatter(view, options, "done", { selected: 0, missing: 2 }).second[0].text).toContain(
      "2 classes hidden · 2 not drawn",
    );
  });

  test("a prompt is one line of plain text, whatever it holds", () => {
    expect(promptText("Give\nthe \u202enoun\u200b")).toBe("Give⏎the [RLO]noun[ZWSP]");
    expect(promptText("")).toBe("(empty)");
    expect(promptText("abcdefghij", 5)).toBe("abcd…");
    expect(promptText("x".repeat(1_000_000), 10)).toBe(`${"x".repeat(9)}…`);
  });

  test("the specification holds the points as data with their prompts, in the theme's colours", () => {
    const spec = scatterSpec(madeUpScatter(), themes.light, { width: 600 }, { hidden: [0] }) as unknown as {
      datasets: { points: { class: string; prompt: string; x: number }[] };
    };
    expect(spec.datasets.points).toHaveLength(140);
    expect(spec.datasets.points[0]).toMatchObject({ class: "comparative", prompt: "Give the comparative, wording 1." });
  });
});

describe("hostile views", () => {
  const spoiled = (change: (view: Record<string, never>) => void) => {
    const view = again(madeUpScatter());
    change(view);
    return validateView(view);
  };
  const message = (change: (view: Record<string, never>) => void): string => {
    const checked = spoiled(change);
    return checked.ok ? "" : checked.message;
  };

  test.each<[string, (view: never) => void, RegExp]>([
    [
      "a class that is not there",
      (v: ScatterView) => Object.assign(v, { classOf: pack(new Int32Array(160).fill(9)) }),
      /classOf\[0\]/,
    ],
    [
      "too few classes of points",
      (v: ScatterView) => Object.assign(v, { classOf: pack(new Int32Array(3)) }),
      /classOf\.shape/,
    ],
    [
      "infinite places",
      (v: ScatterView) => Object.assign(v.frames[0], { points: pack(new Float32Array(640).fill(Infinity), [160, 4]) }),
      /frames\[0\]\.points\[0\]/,
    ],
    [
      "no axes",
      (v: ScatterView) => Object.assign(v.frames[0], { points: pack(new Float32Array(0), [160, 0]) }),
      /points\.shape\[1\]/,
    ],
    ["a share above one", (v: ScatterView) => Object.assign(v.frames[0], { ratios: [2, 0, 0, 0] }), /ratios\[0\]/],
    ["a layer twice", (v: ScatterView) => Object.assign(v, { layers: [0, 0, 1, 2] }), /layers/],
    ["a frame twice", (v: ScatterView) => Object.assign(v, { frames: [v.frames[0], v.frames[0]] }), /frames/],
    ["a frame of another layer", (v: ScatterView) => Object.assign(v.frames[0], { layer: 3 }), /frames\[0\]\.layer/],
    [
      "a label that turns the line",
      (v: ScatterView) => Object.assign(v.classes[0], { label: "a\u202eb" }),
      /classes\[0\]\.label/,
    ],
    ["two classes of one name", (v: ScatterView) => Object.assign(v.classes[0], { label: "noun" }), /classes/],
    [
      "a prompt that is no text",
      (v: ScatterView) => Object.assign(v, { prompts: [...v.prompts.slice(1), { toString: 1 }] }),
      /prompts\[159\]/,
    ],
    [
      "an accuracy above one",
      (v: ScatterView) => Object.assign(v.probes[0], { accuracy: 1.5 }),
      /probes\[0\]\.accuracy/,
    ],
    ["a shown layer that is not there", (v: ScatterView) => Object.assign(v.shown, { layer: 7 }), /shown\.layer/],
    ["a layer beyond the model", (v: ScatterView) => Object.assign(v, { modelLayers: 2 }), /layers\[2\]/],
    ["NaN for a position", (v: ScatterView) => Object.assign(v, { position: null }), /position/],
  ])("%s is refused by name", (_, change, expected) => {
    expect(message(change as never)).toMatch(expected);
  });

  test("prompts with markup and control characters pass, as text", () => {
    expect(
      spoiled((view) => {
        Object.assign(view, { prompts: new Array(160).fill("<img src=x onerror=alert(1)>\u0000\u202e") });
      }).ok,
    ).toBe(true);
  });

  test("points without a place are left out, not drawn at zero", () => {
    const view = madeUpScatter();
    const points = new Float32Array(640).fill(Number.NaN);
    points.set([1, 2, 0, 0]);
    const frames = view.frames.map((frame) => ({ ...frame, points: pack(points, [160, 4]) }));
    const holed = { ...view, frames };
    expect(validateView(again(holed)).ok).toBe(true);
    const layout = scatterLayout(holed, themes.light, { width: 600 });
    expect(layout.missing).toBe(159);
    expect(Number.isFinite(layout.points[0])).toBe(true);
    expect(layout.xTicks.length).toBeGreaterThan(0);
  });
});

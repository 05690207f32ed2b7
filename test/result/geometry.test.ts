/** Geometry files from strangers: each wrong field is named. And the numbers that follow from what a file holds. */
import { beforeAll, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import { compare } from "../../kernel-lib/src/result/compare";
import { GeometryResult } from "../../kernel-lib/src/result/geometry";
import { controlLabels, foldsOf, pairsOf, scoresOf } from "../../kernel-lib/src/result/geometry-data";
import { parseGeometry, serializeGeometry } from "../../kernel-lib/src/result/geometry-file";
import { pack } from "../../kernel-lib/src/result/pack";
import { geometry } from "../../kernel-lib/src/run/geometry";
import { chartPoints, comparisonChart } from "../../kernel-lib/src/view";

let result: GeometryResult;
beforeAll(async () => {
  const model = await loadModel("demo/dpo", { host: "inline" });
  try {
    result = await geometry(model, { task: ["antonym", "noun", "color"], rephrasings: 6, layers: [1, 2] });
  } finally {
    await model.close();
  }
});

// biome-ignore lint/suspicious/noExplicitAny: a file is changed in ways that its type forbids.
type Loose = any;

test.each<[string, (file: Loose) => void, RegExp]>([
  ["a place is missing", (f) => f.places.pop(), /places.*must be the 2 places/],
  ["places change order", (f) => f.places.reverse(), /places\[0\]\.layer is 2/],
  ["a method is missing", (f) => Object.assign(f.places[0], { lda: null }), /places\[0\]\.lda.*must be there/],
  ["a site is unknown", (f) => Object.assign(f.spec, { sites: ["x"] }), /spec\.sites\[0\] is "x"/],
  ["layers repeat", (f) => Object.assign(f.spec, { layers: [1, 1] }), /spec\.layers\[1\] is 1/],
  ["labels repeat", (f) => Object.assign(f.spec.groups[1], { label: "antonym" }), /spec\.groups.*differ/],
  ["a token is not of the model", (f) => f.spec.groups[0].prompts[0].push(1e6), /prompts\[0\]\[\d+\] is 1000000/],
  ["a position lies outside", (f) => Object.assign(f.spec, { position: 90 }), /long enough for position 90/],
  ["a text is missing", (f) => f.texts.pop(), /texts.*must be 18 texts/],
  [
    "coordinates are cut",
    (f) => Object.assign(f.places[1].pca, { coordinates: pack(new Float64Array(4), [1, 4]) }),
    /places\[1\]\.pca\.coordinates\.shape.*18 prompts/,
  ],
  [
    "a coordinate is no number",
    (f) => Object.assign(f.places[0].pca, { coordinates: pack(new Float64Array(72).fill(Number.NaN), [18, 4]) }),
    /coordinates\[0\].*finite/,
  ],
  ["a share is above 1", (f) => f.places[0].lda.ratios.push(1.1), /lda\.ratios\[2\] is 1\.1/],
  [
    "the probe names a group that is not there",
    (f) => Object.assign(f.places[0].probe, { predicted: pack(new Int32Array(18).fill(3)) }),
    /probe\.predicted\[0\] is 3/,
  ],
  [
    "a pair is missing",
    (f) => Object.assign(f.places[0].separation, { auc: pack(new Float64Array(2)) }),
    /separation\.auc.*3 pairs/,
  ],
])("refuses a file in which %s", (_, change, message) => {
  const file = JSON.parse(serializeGeometry(result));
  change(file);
  expect(() => parseGeometry(JSON.stringify(file))).toThrow(message);
});

test("the control's labels are the groups' own, dealt by the seed alone", () => {
  const { spec } = result.data;
  const dealt = controlLabels(spec);
  expect(Array.from(dealt).sort()).toEqual([...new Array(6).fill(0), ...new Array(6).fill(1), ...new Array(6).fill(2)]);
  expect(controlLabels({ ...spec, seed: 0 })).toEqual(dealt);
  expect(controlLabels({ ...spec, seed: 1 })).not.toEqual(dealt);
});

test("accuracy counts the held-out prompts that are named right; with its interval and the share of the largest group", () => {
  const { spec, places } = result.data;
  const predicted = Int32Array.from({ length: 18 }, (_, i) => (i < 3 ? 2 : Math.floor(i / 6)));
  const scores = scoresOf(spec, { probe: { predicted, control: places[0].probe?.control as Int32Array } });
  expect(foldsOf(spec)).toBe(5);
  expect([scores?.probe.correct, scores?.probe.n, scores?.chance]).toEqual([15, 18, 1 / 3]);
  // The first fold of six prompts in five folds holds two of the three wrong ones, the second one.
  expect(scores?.probe.byFold[0]).toBe(0.5);
  expect(scores?.probe.ci[0]).toBeCloseTo(0.6078, 4);
  expect(scoresOf(spec, { probe: null })).toBeNull();
  expect(pairsOf(spec)).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
});

test("a place that was not measured, and a table that is not there, are refused by name", () => {
  expect(() => result.at({ layer: 5 })).toThrow(/resid_post of layer 5.*There are resid_post 1, resid_post 2/);
  expect(() => result.table("summary" as never)).toThrow(/must be one of coordinates/);
});

test("a console shows the probe beside its control, and what the axes hold, place by place", () => {
  const lines = String(result).split("\n");
  expect(lines[0]).toBe("a complete geometry result, 2 of 2 places, 18 prompts in 3 groups of demo/dpo");
  expect(lines[3].trim()).toMatch(/^site +layer +probe +95 % interval +control +chance +n +LDA, 2 axes +PCA, 2 axes$/);
  for (const [i, layer] of [1, 2].entries()) {
    const { probe, control, chance } = result.accuracy({ layer }) ?? {};
    const { lda, pca } = result.at({ layer });
    const axes = [lda, pca].map((found) => (found?.ratios ?? []).slice(0, 2).reduce((sum, ratio) => sum + ratio, 0));
    const [low, high] = (probe?.ci ?? []).map((end) => end.toFixed(2));
    const cells = [layer, probe?.accuracy.toFixed(2), `[${low}, ${high}]`, control?.accuracy.toFixed(2)];
    expect(lines[4 + i].trim().split(/ {2,}/)).toEqual(
      ["resid_post", ...cells, chance?.toFixed(2), 18, ...axes.map((held) => held.toFixed(2))].map(String),
    );
  }
  expect(lines.slice(6).join("\n")).toBe(result.making.warnings.map((warning) => `! ${warning}`).join("\n"));
});

test("probes are compared prompt by prompt, held-out answer against held-out answer", () => {
  const [place] = result.data.places;
  const labels = [0, 1, 2].flatMap((group) => new Array<number>(6).fill(group));
  const told = (right: readonly boolean[], places = [place]) => {
    const predicted = Int32Array.from(labels, (label, i) => (right[i] ? label : (label + 1) % 3));
    const probe = { predicted, control: predicted };
    return new GeometryResult({ ...result.data, places: places.map((one) => ({ ...one, probe })) });
  };
  // All but the first four, against all but the first and the last.
  const [a, b] = [told(labels.map((_, i) => i >= 4)), told(labels.map((_, i) => i > 0 && i < 17))];
  const comparison = compare([a, b], { names: ["base", "dpo"] });
  const [row] = comparison.probes;
  expect(row).toMatchObject({ a: "base", b: "dpo", site: "resid_post", layer: 1 });
  expect(row.counts).toMatchObject({ n: 18, both: 13, first: 1, second: 3, neither: 1 });
  expect(row.counts?.difference).toBeCloseTo(2 / 18, 12);
  // One of four discordant: 2 (1 + 4) / 16.
  expect(row.holm?.p).toBeCloseTo(0.625, 12);
  expect(comparison.table().columns.slice(3, 6)).toEqual(["site", "layer", "n"]);
  const view = comparisonChart(comparison);
  expect([view.x.title, ...view.x.labels]).toEqual(["layer", "1"]);
  expect(chartPoints(view)[0]).toMatchObject({ n: 18, significant: false });

  const spec = { ...result.data.spec, methods: ["lda", "pca"] as const };
  const mute = new GeometryResult({ ...result.data, spec, places: [] });
  expect(() => compare([a, mute], { names: ["base", "dpo"] })).toThrow(
    /methods of dpo.*must have the probe: its held-out/,
  );
  const texts = result.data.texts.map((text, i) => (i === 7 ? "another" : text));
  const other = new GeometryResult({ ...b.data, texts });
  expect(() => compare([a, other], { names: ["base", "dpo"] })).toThrow(/sample 7: another and/);
});

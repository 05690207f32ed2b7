/** The geometry experiment against scikit-learn on real activations of a demo model, and as a run: options, journal,
 *  partial results, stopping, the file. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readGeometry } from "../../kernel-lib/src/experiment/geometry";
import { geometryWarnings, resolveGeometrySpec } from "../../kernel-lib/src/experiment/geometry-spec";
import type { Place } from "../../kernel-lib/src/experiment/geometry-types";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import type { GeometryResult } from "../../kernel-lib/src/result/geometry";
import type { PlaceGeometry } from "../../kernel-lib/src/result/geometry-data";
import { GEOMETRY_TABLES } from "../../kernel-lib/src/result/geometry-tables";
import { parseAnyResult, serializeAny } from "../../kernel-lib/src/result/kinds";
import { run as runSpec } from "../../kernel-lib/src/run/from-spec";
import { geometry, geometryQuestion } from "../../kernel-lib/src/run/geometry";
import { fitPlace, stepsOf } from "../../kernel-lib/src/run/geometry-fit";
import { fitThread } from "../../kernel-lib/src/run/geometry-thread";
import { seeded } from "../../kernel-lib/src/stats/random";
import { temporaryFolder } from "../support/temporary";

interface GoldenPlace extends Place {
  /** [prompts, d], float32 as base64. */
  rows: string;
  lda: { coordinates: number[]; ratios: number[] };
  pca: { coordinates: number[]; ratios: number[] };
  predicted: number[];
  accuracy: number[];
  separation: { cohen_d: number[]; auc: number[] };
}
const golden: { groups: { label: string; prompts: number[][] }[]; d: number; places: GoldenPlace[] } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../goldens/geometry/activations.json"), "utf8"),
);
const rowsOf = ({ rows }: GoldenPlace): Float32Array => {
  const bytes = Buffer.from(rows, "base64");
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
const nameOf = ({ site, layer }: Place): string => `${site} ${layer}`;

let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo", { host: "inline" });
});
afterAll(() => model.close());

const question = {
  groups: golden.groups,
  sites: ["resid_post", "attn_out", "mlp_out"],
  layers: [0, 1, 7],
} as const;

/** Coordinates equal axis by axis up to the axis' sign, to `rtol` of the axis' largest. */
function expectAxes(actual: ArrayLike<number>, axes: number, expected: readonly number[], rtol: number, what: string) {
  expect(actual.length, what).toBe(expected.length);
  for (let axis = 0; axis < axes; axis++) {
    const column = (from: ArrayLike<number>) =>
      Array.from({ length: from.length / axes }, (_, i) => from[i * axes + axis]);
    const [got, wanted] = [column(actual), column(expected)];
    const sign = Math.sign(got.reduce((sum, v, i) => sum + v * wanted[i], 0));
    const most = Math.max(...wanted.map(Math.abs));
    const off = Math.max(...got.map((v, i) => Math.abs(sign * v - wanted[i])));
    expect(off / most, `${what}, axis ${axis + 1}`).toBeLessThanOrEqual(rtol);
  }
}

function expectNumbers(actual: ArrayLike<number>, expected: readonly number[], rtol: number, what: string) {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((wanted, i) => {
    expect(Math.abs(actual[i] - wanted), `${what}[${i}]`).toBeLessThanOrEqual(rtol * Math.abs(wanted));
  });
}

function expectGeometry(found: PlaceGeometry, wanted: GoldenPlace, rtol: number) {
  const { lda, pca, probe, separation } = found;
  if (lda === null || pca === null || probe === null || separation === null) throw new Error("a method is missing");
  expectAxes(lda.coordinates, lda.axes, wanted.lda.coordinates, rtol, "lda");
  expectAxes(pca.coordinates, pca.axes, wanted.pca.coordinates, rtol, "pca");
  expectNumbers(lda.ratios, wanted.lda.ratios, rtol, "lda ratios");
  expectNumbers(pca.ratios, wanted.pca.ratios, rtol, "pca ratios");
  expect(Array.from(probe.predicted)).toEqual(wanted.predicted);
  expectNumbers(separation.cohenD, wanted.separation.cohen_d, rtol, "cohen_d");
  expectNumbers(separation.auc, wanted.separation.auc, rtol, "auc");
}

describe.each(golden.places)("$site of layer $layer", (wanted) => {
  test("on the same rows, LDA, PCA, probe and separation are scikit-learn's to 1e-10", () => {
    const spec = resolveGeometrySpec(geometryQuestion(model, question), model);
    const rows = { dims: [rowsOf(wanted).length / golden.d, golden.d], data: rowsOf(wanted) };
    const steps = [...fitPlace({ place: wanted, rows }, spec)];
    expectGeometry(steps.at(-1) as PlaceGeometry, wanted, 1e-10);
  });
});

describe("the whole experiment", () => {
  let result: GeometryResult;
  beforeAll(async () => {
    result = await geometry(model, question);
  });

  test("reads the rows that `patchbay capture` gives", async () => {
    const spec = resolveGeometrySpec(geometryQuestion(model, question), model);
    const known = new Map(golden.places.map((place) => [nameOf(place), rowsOf(place)]));
    let seen = 0;
    for await (const { place, rows } of readGeometry(model, spec)) {
      const wanted = known.get(nameOf(place));
      if (wanted === undefined) continue;
      seen++;
      const most = wanted.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      // float32 sums differ in their last bits between processors.
      rows.data.forEach((v, i) => {
        expect(Math.abs(v - wanted[i])).toBeLessThanOrEqual(1e-5 * most);
      });
    }
    expect(seen).toBe(golden.places.length);
  });

  test.each(golden.places)("comes to scikit-learn's geometry of $site of layer $layer", (wanted) => {
    // What float32 leaves of the rows' last bits is magnified where a direction hardly spreads.
    expectGeometry(result.at(wanted), wanted, 1e-4);
    const folds = result.table("probe").rows.filter((row) => row[0] === wanted.site && row[1] === wanted.layer);
    expect(folds.map((row) => row[3])).toEqual(wanted.accuracy);
  });

  test("its control finds about as much as chance, and far less than the probe", () => {
    for (const place of result.data.places) {
      const scores = result.accuracy(place);
      if (scores === null) throw new Error("no probe");
      expect(scores.chance).toBeCloseTo(40 / 138);
      expect(scores.control.ci[0]).toBeLessThan(scores.chance);
      expect(scores.control.accuracy).toBeLessThan(scores.probe.ci[0]);
      expect(scores.probe.accuracy).toBeGreaterThan(scores.probe.ci[0]);
    }
  });

  test("its file gives back every table bit for bit, and says what it is", () => {
    const again = parseAnyResult(serializeAny(result)) as GeometryResult;
    for (const name of GEOMETRY_TABLES) expect(again.table(name)).toEqual(result.table(name));
    expect(serializeAny(again)).toBe(serializeAny(result));
    expect(again.describe()).toBe("9 of 9 places, 138 prompts in 4 groups");
  });

  test("its tables are long, and name group, prompt, site and layer", () => {
    const coordinates = result.table("coordinates");
    expect(coordinates.columns).toEqual(["site", "layer", "method", "label", "prompt", "axis_1", "axis_2"]);
    expect(coordinates.rows).toHaveLength(9 * 2 * 138);
    expect(coordinates.rows[41].slice(0, 5)).toEqual(["resid_post", 0, "lda", "comparative", 1]);
    expect(result.table("explained").columns).toEqual(["site", "layer", "method", "axis", "ratio"]);
    expect(result.table("probe").columns).toEqual(["site", "layer", "fold", "accuracy", "control_accuracy"]);
    expect(result.table("probe").rows).toHaveLength(9 * 5);
    expect(result.table("accuracy").rows).toHaveLength(9);
    expect(result.table("separation").rows).toHaveLength(9 * 6);
    expect(result.table("axes").rows).toHaveLength(9 * 138 * (3 + 4));
    expect(result.table("predictions").rows).toHaveLength(9 * 138);
    const first = result.table("prompts").rows[0];
    expect(first.slice(0, 2)).toEqual(["antonym", 0]);
    expect(first.at(-2)).toBe(".");
    expect(first.at(-1)).toMatch(/adjective|opposite|antonym/);
  });
});

test("a task is the rephrasings of its instruction, a family is its tasks, and both are the same spec as JSON", async () => {
  const asked = { task: "adjectives", rephrasings: 6, layers: [1], methods: ["lda"] } as const;
  const result = await geometry(model, asked);
  expect(result.spec.groups.map(({ label, family, prompts }) => [label, family, prompts.length])).toEqual([
    ["adjectives.comparative", "adjectives", 6],
    ["adjectives.antonym", "adjectives", 6],
  ]);
  const json = { schema: "patchbay.spec/1", kind: "geometry", model: model.name, ...asked };
  const again = (await runSpec(json, { model })) as GeometryResult;
  expect(again.spec).toEqual(result.spec);
  expect(again.making.specHash).toBe(result.making.specHash);
  expect(again.table("coordinates")).toEqual(result.table("coordinates"));
  expect(result.mainTable).toBe("coordinates");
  // Two groups have one discriminant.
  expect(result.table("coordinates").rows.every((row) => row[5] !== null && row[6] === null)).toBe(true);
  // What was resolved can be run again.
  expect(((await runSpec(result.spec, { model })) as GeometryResult).making.specHash).toBe(result.making.specHash);
});

test("a stopped run keeps its places, and resuming comes to the bytes of one that was left alone", async () => {
  const journal = join(temporaryFolder(), "geometry.journal");
  const asked = { task: ["antonym", "comparative", "noun"], rephrasings: 12, seed: 3 } as const;
  const whole = await geometry(model, asked);
  const run = geometry(model, { ...asked, journal });
  for await (const partial of run) if (partial.finished >= 2) run.cancel();
  const stopped = await run;
  expect(stopped.state).toBe("stopped");
  expect(stopped.finished).toBeGreaterThanOrEqual(2);
  expect(stopped.finished).toBeLessThan(model.config.nLayers);
  expect(stopped.table("accuracy").rows).toEqual(whole.table("accuracy").rows.slice(0, stopped.finished));
  const resumed = await geometry(model, { ...asked, journal, resume: true });
  expect(resumed.state).toBe("done");
  for (const name of GEOMETRY_TABLES) expect(resumed.table(name)).toEqual(whole.table(name));
  expect(() => geometry(model, { ...asked, seed: 4, journal, resume: true })).toThrow(/must be the journal of this/);
});

describe("fits in their own thread", () => {
  const random = seeded(4);
  const spec = {
    groups: ["a", "b", "c"].map((label) => ({ label, prompts: Array.from({ length: 50 }, (_, i) => [i]) })),
    methods: ["lda", "pca", "probe"],
    seed: 0,
  } as const;
  const rows = (d: number) => ({
    place: { site: "resid_post", layer: 0 } as const,
    rows: { dims: [150, d], data: Float32Array.from({ length: 150 * d }, () => random.uniform() - 0.5) },
  });

  test("come to the bits of fits in this one, while timers fire", async () => {
    const read = rows(60);
    const stop = new AbortController();
    const thread = fitThread(spec, stop.signal);
    let steps = 0;
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const found = await thread.fit(read, () => steps++);
    clearInterval(timer);
    const again = await thread.fit(read, () => steps++);
    await thread.close();
    const inline = [...fitPlace(read, spec)];
    expect(found).toEqual(inline.at(-1));
    expect(again).toEqual(found);
    // Inline, nothing but the fit would run between its two ends.
    expect(ticks).toBeGreaterThan(0);
    expect(steps).toBe(2 * (inline.length - 1));
    expect(inline).toHaveLength(stepsOf(spec));
  });

  test("end in the middle when they are stopped", async () => {
    const stop = new AbortController();
    const thread = fitThread(spec, stop.signal);
    let steps = 0;
    const found = await thread.fit(rows(3000), () => {
      steps++;
      stop.abort();
    });
    expect(found).toBeNull();
    await thread.close();
    expect(steps).toBeLessThan(stepsOf(spec) - 1);
    expect(await thread.fit(rows(2), () => {})).toBeNull();
  });

  test("say what cannot be fitted, and go on", async () => {
    const thread = fitThread(spec, new AbortController().signal);
    const broken = rows(3);
    broken.rows.data[7] = Number.NaN;
    await expect(thread.fit(broken, () => {})).rejects.toThrow(/finite/);
    expect((await thread.fit(rows(3), () => {}))?.layer).toBe(0);
    await thread.close();
    await expect(thread.fit(rows(3), () => {})).rejects.toThrow(/has ended/);
  });
});

test("a run that is stopped while it fits stops before the fit is done, and goes on later", async () => {
  const run = geometry(model, { task: ["antonym", "comparative", "noun"], rephrasings: 12, layers: [0, 1] });
  let changes = 0;
  run.onChange(() => {
    // The first says that all prompts are read (they fit into one batch), the others that a step of the fit is done.
    if (++changes === 3) run.cancel();
  });
  const stopped = await run;
  expect([stopped.state, stopped.finished]).toEqual(["stopped", 0]);
  run.resume();
  expect([(await run).state, run.snapshot().finished]).toEqual(["done", 2]);
});

test("a reader is told where discriminants look apart whatever the labels", () => {
  const asked = { task: ["antonym", "noun"], layers: [0] } as const;
  const warn = (options: object) =>
    geometryWarnings(resolveGeometrySpec(geometryQuestion(model, { ...asked, ...options }), model), model.config);
  expect(warn({})).toEqual([expect.stringMatching(/fitted to 80 prompts of 96 dimensions/)]);
  expect(warn({ methods: ["pca", "probe"] })).toEqual([]);
  expect(warn({ task: "paper" })).toEqual([]);
});

test("a reader is told of few folds and of prompts that are read alike", async () => {
  const [a, b, c] = golden.groups[0].prompts;
  const few = await geometry(model, {
    groups: [
      { label: "x", prompts: [a, b, a] },
      { label: "y", prompts: [c, b, [...c, 5]] },
    ],
    layers: [0],
    methods: ["probe"],
  });
  expect(few.making.warnings).toEqual([
    "the smallest group has 3 prompts: the probe has as many folds instead of the usual 5",
    "2 prompts are read alike to others: a probe may be tried on what it was trained on",
    "1 prompt stands in several groups: nothing can tell these apart",
  ]);
  expect(few.table("probe").rows).toHaveLength(3);
  expect(few.data.places[0].lda).toBeNull();
  expect(few.mainTable).toBe("accuracy");
});

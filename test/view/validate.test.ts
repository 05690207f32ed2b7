/** Views come from notebooks that anyone may have written. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type HeatmapView, heatmapOptions, heatmapSpec, pack, themes, validateView } from "../../kernel-lib/src/view";
import { madeUpView } from "./made-up";

type Json = Record<string, never>;

/** The view as it comes out of a notebook, with one change. */
function changed(change: (view: Json) => void): unknown {
  const view = JSON.parse(JSON.stringify(madeUpView()));
  change(view as Json);
  return view;
}
function complaint(value: unknown): string {
  const checked = validateView(value);
  expect(checked.ok).toBe(false);
  return checked.ok ? "" : checked.message;
}

test("a view survives JSON and is drawn as before", () => {
  const view = madeUpView({ panels: 3, state: "stopped", measuredRows: 5 });
  const checked = validateView(JSON.parse(JSON.stringify(view)));
  if (!checked.ok) throw new Error(checked.message);
  expect(checked.view.kind).toBe("heatmap");
  expect(heatmapSpec(checked.view as HeatmapView, themes.light, { width: 700 })).toEqual(
    heatmapSpec(view, themes.light, { width: 700 }, heatmapOptions(view)),
  );
});

const metric = (view: Json) => (view.metrics as unknown as Record<string, unknown>[])[0];
const hostile: [string, (view: Json) => void, RegExp][] = [
  ["another schema", (v) => Object.assign(v, { schema: "patchbay.view/2" }), /^schema is "patchbay.view\/2", must be/],
  ["another kind", (v) => Object.assign(v, { kind: "pie" }), /^kind is "pie"/],
  ["a state that is none", (v) => Object.assign(v, { state: "<img>" }), /^state is /],
  ["no panels", (v) => Object.assign(v, { panels: [] }), /^panels is \[\], must hold at least one/],
  ["no metrics", (v) => Object.assign(v, { metrics: [] }), /^metrics is \[\], must hold at least one/],
  ["a metric that is not there", (v) => Object.assign(v, { metric: "nope" }), /^metric is "nope", must be one of/],
  ["a title that is no text", (v) => Object.assign(v, { title: { toString: 1 } }), /^title is .* must be a text/],
  ["a title without end", (v) => Object.assign(v, { title: "x".repeat(401) }), /^title is "401 characters"/],
  ["a title that turns the line around", (v) => Object.assign(v, { title: "a\u202eb" }), /control characters/],
  ["a terminal escape in a label", (v) => Object.assign(v.x, { labels: ["\u001b[2J"] }), /^x\.labels\[0\].*control/],
  ["too many labels", (v) => Object.assign(v.x, { labels: Array(5000).fill("a") }), /^x\.labels is "5000 items"/],
  ["fewer labels than cells", (v) => Object.assign(v.x, { labels: ["0", "1"] }), /^y\.labels is 8, must be as many/],
  [
    "digits beyond reason",
    (v) => Object.assign(metric(v).digits as object, { cell: 1e9 }),
    /digits\.cell is 1000000000/,
  ],
  ["an n that is no number", (v) => Object.assign(v, { n: "41" }), /^n is "41", must be a finite number/],
  [
    "a payload that is cut",
    (v) => Object.assign(metric(v).mean as object, { base64: "AAAA" }),
    /mean\.base64 is "3 bytes"/,
  ],
  ["a payload that is no base64", (v) => Object.assign(metric(v).mean as object, { base64: "<b>=" }), /must be base64/],
  [
    "a shape that lies",
    (v) => Object.assign(metric(v).mean as object, { shape: [1, 1, 64] }),
    /mean\.shape is \[1,1,64\]/,
  ],
  ["a shape without end", (v) => Object.assign(metric(v).mean as object, { shape: [1e300, 8, 8] }), /mean\.shape is/],
  ["another dtype", (v) => Object.assign(metric(v).n as object, { dtype: "float64" }), /n\.dtype is "float64"/],
  ["an infinite value", (v) => infinite(v), /mean\[5\] is "Infinity", must be a finite number, or NaN/],
  [
    "a flag that is none",
    (v) => Object.assign(metric(v), { notSignificant: flags(7) }),
    /notSignificant is 7, must be 0, 1 or 255/,
  ],
  ["the same metric twice", (v) => twice(v), /must have each key once/],
  ["an error that is no object", (v) => Object.assign(v, { error: "boom" }), /^error is "boom", must be an object/],
  ["progress that is no number", (v) => Object.assign(v, { run: { id: "r", done: null } }), /^run\.done is null/],
];

function infinite(view: Json): void {
  const values = new Float64Array(64);
  values[5] = Number.POSITIVE_INFINITY;
  Object.assign(metric(view), { mean: pack(values, [1, 8, 8]) });
}
const flags = (flag: number) => pack(new Uint8Array(64).fill(flag), [1, 8, 8]);
function twice(view: Json): void {
  const metrics = view.metrics as unknown as unknown[];
  metrics.push(metrics[0]);
}

test.each(hostile)("refuses %s", (_, change, message) => {
  expect(complaint(changed(change))).toMatch(message);
});

test.each([null, undefined, 7, "view", [], {}, { schema: "patchbay.view/1" }])("refuses %j", (value) => {
  expect(complaint(value)).toMatch(/must be/);
});

test("refuses more than 50 MB before it unpacks anything", () => {
  const heavy = changed((view) => Object.assign(metric(view).mean as object, { base64: "A".repeat(50_000_001) }));
  expect(complaint(heavy)).toMatch(/must be at most 50000000 bytes/);
});

test("refuses nesting that would overflow the stack", () => {
  let deep: unknown = [];
  for (let level = 0; level < 50_000; level++) deep = [deep];
  expect(complaint(changed((view) => Object.assign(view, { extra: deep })))).toMatch(/nested deeper/);
});

test("never throws, whatever one field is replaced with", () => {
  const paths = leaves(madeUpView());
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 3 }), (path, value) => {
      const checked = validateView(changed((view) => put(view, path, value)));
      if (!checked.ok) expect(checked.message).toMatch(/\.$/);
      else if (checked.view.kind === "heatmap") heatmapSpec(checked.view, themes.light, { width: 400 });
    }),
    { numRuns: 200, seed: 11 },
  );
});

function leaves(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]))].filter(
    (p) => p.length,
  );
}
function put(view: unknown, path: string[], value: unknown): void {
  const parent = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], view);
  (parent as Record<string, unknown>)[path[path.length - 1]] = value;
}

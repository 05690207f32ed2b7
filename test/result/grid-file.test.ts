/** Files of grids: what is written comes back bit for bit, and what was changed is refused by its path. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { packPart, parseGrid, serializeGrid, unpackPart } from "../../kernel-lib/src/result/grid-file";
import { GridResult } from "../../kernel-lib/src/result/grid-result";
import { parseAnyResult } from "../../kernel-lib/src/result/kinds";
import { pack } from "../../kernel-lib/src/result/pack";
import { madeUpGrid } from "./grids";

const { NaN: none } = Number;

test("a file gives back every number and text", () => {
  const again = parseAnyResult(serializeGrid(madeUpGrid())) as GridResult;
  expect(again).toBeInstanceOf(GridResult);
  expect(again.data).toEqual(madeUpGrid().data);
  expect(Object.is(again.values("rr_diff")[3], -0)).toBe(true);
  expect(again.table("outputs").rows).toEqual([
    [0, 0, 0.5, " one"],
    [1, 0, 0.5, ""],
    [1, 1, 0.5, " two"],
  ]);
});

test("tables leave out what was not measured, and means say how many were", () => {
  const result = madeUpGrid();
  expect(result.table("cells").rows).toEqual([
    [0, 0, 0.5, 1 / 3, 1],
    [0, 1, 0.5, null, 0],
    [1, 0, 0.5, 0.1, null],
    [1, 1, 0.5, -0, 1],
  ]);
  expect(result.table("baselines").rows).toEqual(
    [
      ["0", "a", 3],
      ["1", "b", null],
    ].map(([sample, ...rest]) => [Number(sample), ...rest]),
  );
  expect(result.means("rr_diff").map(({ n }) => n)).toEqual([2, 1]);
  expect(result.cell("exact_match", { row: 1, column: 0.5 })).toMatchObject({ n: 2, mean: 0.5 });
  expect(() => result.cell("rr_diff", { row: 2, column: 0.5 })).toThrow(/layer.*0, 1/);
  expect(() => result.values("kl")).toThrow(/metric.*rr_diff, exact_match/);
  expect(result.finished).toBe(2);
});

test("a console shows the best cells with intervals, n and what is not 0, and where the numbers are", () => {
  const values = { rr_diff: Float64Array.of(0.5, -1, 0.7, none) };
  expect(inspect(madeUpGrid({ state: "done", values })).split("\n")).toEqual([
    "a complete steer result, 2 x 1 cells (layer x coefficient), 2 of 2 samples of m",
    "  cpu fp32, seed 0",
    "  Δ reciprocal rank of the answer, changed against unchanged, highest first; * not 0 (sign test, Holm over 2 cells, 5 %):",
    "    layer  coefficient   mean   95 % interval  n",
    "    0      0.5          +0.60  [+0.50, +0.70]  2",
    "    1      0.5          −1.00               -  1",
    "  tables: summary, cells, baselines, outputs",
  ]);
  // Ten samples of one sign: p = 0.002, twice with Holm.
  const ten = { sampleLabels: Array.from("abcdefghij"), baselines: {}, outputs: null };
  const rr_diff = Float64Array.from({ length: 20 }, (_, i) => (i % 2 ? 0 : 0.1 * (1 + i)));
  expect(String(madeUpGrid({ ...ten, values: { rr_diff } })).split("\n")[4]).toMatch(
    /^ {4}0 {6}0\.5 {10}\+1\.00.* 10 {2}\*$/,
  );
  // While it runs, intervals and tests would change with the next sample.
  expect(String(madeUpGrid({ ...ten, values: { rr_diff }, state: "partial" }))).not.toMatch(/\[|\*/);
  const empty = Float64Array.of(none, none, none, none);
  expect(String(madeUpGrid({ values: { rr_diff: empty } }))).toContain("Nothing is measured yet.");
});

test("a long grid says how many cells are not listed", () => {
  const keys = Array.from({ length: 12 }, (_, i) => i);
  const rows = { ...madeUpGrid().data.rows, keys, labels: keys.map((key) => (key === 3 ? "three" : `${key}`)) };
  const values = { rank: Float64Array.from({ length: 24 }, (_, i) => 1 + (i % 12)) };
  const text = String(madeUpGrid({ rows, values, outputs: null })).split("\n");
  expect(text[2]).toContain("lowest first:");
  expect(text.slice(4, 8).map((line) => line.split(/ {2,}/)[1])).toEqual(["0", "1", "2", "3 (three)"]);
  expect(text.at(-1)).toBe("    ... and 4 more cells");
});

test("a sample's record gives back its part, and a wrong one is refused", () => {
  const part = {
    values: { rr_diff: Float64Array.of(1 / 3, none) },
    baselines: { target_rank: none, target_logit: 2.5 },
    outputs: [" one", null],
  };
  const json = JSON.parse(JSON.stringify(packPart(part)));
  expect(unpackPart("part 0", json, 2, { vocab: 9 })).toEqual(part);
  expect(() => unpackPart("part 0", json, 3, { vocab: 9 })).toThrow(/part 0\.values\.rr_diff\.shape/);
  expect(() => unpackPart("part 0", { ...json, baselines: { x: "1" } }, 2, { vocab: 9 })).toThrow(
    /part 0\.baselines\.x/,
  );
});

test("a changed file is refused by the path of what is wrong", () => {
  const file = JSON.parse(serializeGrid(madeUpGrid()));
  const { rows: axis, spec } = file;
  const packed = (numbers: number[], shape: number[]) => pack(Float64Array.from(numbers), shape);
  const changes: [Record<string, unknown>, RegExp][] = [
    [{ kind: "steering" }, /kind/],
    [{ state: "failed" }, /state/],
    [{ spec: { schema: "patchbay.spec/1", kind: "patch-grid", model: "m" } }, /spec\.kind/],
    [{ sampleLabels: ["a"] }, /values\.rr_diff\.shape/],
    [{ sampleLabels: "ab" }, /sampleLabels/],
    [{ values: {} }, /values/],
    [{ values: { other: packed([1, 2, 3, 4], [2, 2, 1]) } }, /other/],
    [{ values: { rr_diff: packed([1, 2, 3, Number.POSITIVE_INFINITY], [2, 2, 1]) } }, /values\.rr_diff\[3\]/],
    [{ values: { rr_diff: packed([1, 2, 3, 4], [4]) } }, /values\.rr_diff\.shape/],
    [{ values: { rr_diff: pack(Int32Array.of(1, 2, 3, 4), [2, 2, 1]) } }, /values\.rr_diff\.dtype/],
    [{ baselines: { target_rank: packed([1], [1]) } }, /baselines\.target_rank/],
    [{ outputs: ["a"] }, /outputs/],
    [{ outputs: [1, 2, 3, 4] }, /outputs\[0\]/],
    [{ tokenText: { 9: "x" } }, /tokenText/],
    [{ rows: { name: "layer", title: "", field: "layer", keys: [0, 0], labels: ["0", "0"] } }, /rows\.keys/],
    [{ rows: { name: "layer", title: "", field: "layer", keys: [0, 1], labels: ["0"] } }, /rows\.labels/],
    [{ columns: { name: "c", title: "", field: "token", keys: [0], labels: ["0"] } }, /columns\.field/],
    [{ making: {} }, /making/],
    [{ rows: { ...axis, keys: [0, 2] } }, /rows\.keys\[1\] is 2, must be a whole number from 0 to 1/],
    [{ rows: { ...axis, keys: ["0", 1] } }, /rows\.keys\[0\] is "0"/],
    [{ rows: { ...axis, field: "head" } }, /rows\.keys\[1\] is 1, must be a whole number from 0 to 0/],
    [{ columns: { ...axis, field: "task" } }, /columns\.keys\[0\] is 0, must be a text/],
    [{ spec: { ...spec, layers: [1, 0] } }, /spec\.layers is "a list of 2", must be those of the grid, 0, 1/],
    [{ spec: { ...spec, coefficients: [1] } }, /spec\.coefficients/],
    [{ spec: { ...spec, samples: [{}] } }, /spec\.samples .*must be the 2 samples/],
    [{ values: { rank: packed([1, 2, 10, 4], [2, 2, 1]) } }, /values\.rank\[2\] is 10, must be .*from 1 to 9/],
    [{ values: { rank: packed([1, 2, 1.5, 4], [2, 2, 1]) } }, /values\.rank\[2\] is 1\.5/],
    [{ values: { exact_match: packed([1, 0, 0.5, 1], [2, 2, 1]) } }, /values\.exact_match\[2\] is 0\.5/],
    [{ values: { prob: packed([0, 1, 1.1, 1], [2, 2, 1]) } }, /values\.prob\[2\] is 1\.1/],
    [{ values: { logprob: packed([0, -1, 1, -1], [2, 2, 1]) } }, /values\.logprob\[2\] is 1/],
  ];
  for (const [change, message] of changes)
    expect(() => parseGrid(JSON.stringify({ ...file, ...change }), "result")).toThrow(message);
});

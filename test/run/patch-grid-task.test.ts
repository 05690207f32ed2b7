/** Tasks as pairs of runs: which places of two prompts, and of all samples, belong together. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { patchGrid } from "../../kernel-lib/src/run/patch-grid";
import { alignedPlaces } from "../../kernel-lib/src/run/patch-grid-task";

let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo");
});
afterAll(() => model.close());

const pairs = (places: ReturnType<typeof alignedPlaces>) =>
  places.map((place) => (typeof place === "number" ? [place, place] : [place.target, place.source]));

test("queries of one length are aligned token by token, instructions at their ends", () => {
  expect(
    pairs(
      alignedPlaces(
        [
          [7, 8],
          [7, 9],
        ],
        { source: [1, 2, 3], target: [4, 3] },
      ),
    ),
  ).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
  ]);
  expect(pairs(alignedPlaces([[7]], { source: [1], target: [1, 2, 3] }))).toEqual([
    [2, 0],
    [3, 1],
  ]);
});

test("what instructions begin with stays at the front, and T_inst meets T_inst", () => {
  const instructions = { source: [1, 2, 3, 4, 9], target: [1, 2, 8, 9] };
  expect(pairs(alignedPlaces([[7]], instructions))).toEqual([
    [0, 0],
    [1, 1],
    [2, 3],
    [3, 4],
    [4, 5],
  ]);
});

test("of words of different lengths the last token stands between what all queries share", () => {
  const queries = [
    [5, 6, 11, 8, 9],
    [5, 6, 12, 13, 14, 8, 9],
    [5, 6, 15, 16, 8, 9],
  ];
  expect(pairs(alignedPlaces(queries, { source: [1, 2], target: [1] }))).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
    [-3, -3],
    [-2, -2],
    [-1, -1],
  ]);
});

test("a word that repeats the template leaves each place one column", () => {
  const places = pairs(
    alignedPlaces(
      [
        [5, 5, 5],
        [5, 5],
      ],
      { source: [1], target: [1] },
    ),
  );
  for (const length of [4, 3]) {
    const targets = places.map(([target]) => (target < 0 ? target + length : target));
    expect(new Set(targets).size).toBe(targets.length);
  }
});

test("a task whose words have different lengths keeps instruction and template in columns of their own", async () => {
  const { tokenizer } = model;
  const run = patchGrid(model, { task: "adjectives.antonym", n: 6, layers: [1] });
  const spec = run.spec as unknown as { samples: { source: number[]; target: number[] }[] };
  const lengths = new Set(spec.samples.map(({ target }) => target.length));
  expect(lengths.size).toBeGreaterThan(1);
  const result = await run;
  const { labels, keys } = result.data.columns;
  expect(labels.filter((label) => label === "…").length).toBe(1);
  expect(labels.slice(-2).map((label) => label.trim())).toEqual(["Answer", ":"]);
  // Every sample has every column: nothing is out of its place.
  expect(result.means("rr_diff").every(({ n }) => n === 6)).toBe(true);
  keys.forEach((key, column) => {
    if (labels[column] === "…") return;
    for (const { target } of spec.samples) {
      expect(tokenizer?.tokenText(target.at(key as number) as number)).toBe(labels[column]);
    }
  });
});

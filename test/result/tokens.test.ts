/** Paths by the token that they start from. */
import { describe, expect, test } from "vitest";
import { pathsByClassTable, pathsByToken, pathsByTokenTable } from "../../kernel-lib/src/result/tokens-paths";
import { madeUpTrace } from "./traces";

const words = { 1: " Name", 2: " it", 3: ".", 4: " big", 5: " Answer", 6: ":" };
/** Two instructions of different length before queries of the same: places line up at the instruction's end. */
const trace = madeUpTrace({
  nLayers: 1,
  nHeads: 1,
  words,
  samples: [
    {
      tokens: [1, 2, 3, 4, 6],
      instructionEnd: 2,
      sources: [
        { at: 0, total: 10, kept: 1 },
        { at: 1, total: 8, kept: 2 },
        { at: 2, total: 6, kept: 3 },
        { at: 3, total: 4, kept: 2 },
        { at: 4, total: 1, kept: 0 },
      ],
    },
    {
      tokens: [2, 3, 4, 6],
      instructionEnd: 1,
      sources: [
        { at: 0, total: 6, kept: 0 },
        { at: 1, total: 4, kept: 3 },
        { at: 2, total: 2, kept: 1 },
        { at: 3, total: 1, kept: 0 },
      ],
    },
  ],
});

describe("pathsByToken()", () => {
  const places = pathsByToken(trace, { resamples: 200 });

  test("lines samples up at the instruction's end", () => {
    expect(places.map(({ offset, position, token, n }) => [offset, position, token, n])).toEqual([
      [-2, 0, " Name", 1],
      [-1, null, " it", 2],
      [0, null, ".", 2],
      [1, null, " big", 2],
      [2, null, ":", 2],
    ]);
    expect(places.map((place) => place.class)).toEqual([
      "instruction",
      "instruction",
      "instruction end",
      "query",
      "last token",
    ]);
  });

  test("means are over the samples that have the place; shares are parts of all kept paths; rates of its own", () => {
    expect(places.map(({ kept }) => kept)).toEqual([1, 1, 3, 1.5, 0]);
    expect(places.map(({ total }) => total)).toEqual([10, 7, 5, 3, 1]);
    // 12 kept in all: 1, 2, 6, 3, 0.
    expect(places.map(({ share }) => share)).toEqual([1 / 12, 2 / 12, 6 / 12, 3 / 12, 0]);
    expect(places.map(({ rate }) => rate)).toEqual([1 / 10, 2 / 14, 6 / 10, 3 / 6, 0]);
    const inside = ({ share, shareCi }: (typeof places)[number]) =>
      shareCi !== null && shareCi[0] <= (share as number) && (share as number) <= shareCi[1];
    expect(places.every(inside)).toBe(true);
  });

  test("the table has a row for each place, and classes add up", () => {
    expect(pathsByTokenTable([trace], { resamples: 50 }).rows).toHaveLength(5);
    const classes = pathsByClassTable([trace]);
    expect(classes.rows.map((row) => row[3])).toEqual(["instruction", "instruction end", "query", "last token"]);
    expect(classes.rows.reduce((sum, row) => sum + Number(row[8]), 0)).toBeCloseTo(1, 12);
    expect(classes.rows.map((row) => row[7])).toEqual([3 / 2, 6 / 2, 3 / 2, 0]);
  });

  test("a trace that keeps nothing has no shares, and one that does not say where the instruction ends no classes", () => {
    const nothing = madeUpTrace({
      nLayers: 1,
      nHeads: 1,
      samples: [
        {
          tokens: [1, 2],
          sources: [
            { at: 0, total: 3, kept: 0 },
            { at: 1, total: 1, kept: 0 },
          ],
        },
      ],
    });
    const places = pathsByToken(nothing);
    expect(places.map(({ share, shareCi, rate }) => [share, shareCi, rate])).toEqual([
      [null, null, 0],
      [null, null, 0],
    ]);
    expect(places.map((place) => [place.class, place.offset])).toEqual([
      ["prompt", null],
      ["prompt", null],
    ]);
  });
});

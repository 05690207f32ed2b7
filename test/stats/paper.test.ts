/** The paper's Tables 5 to 8, each printed t and p recomputed from a whole number k of 100. */
import { expect, test } from "vitest";
import { paperTest } from "../../kernel-lib/src/stats/paper";
import { golden } from "./golden";

type Row = [table: number, model: string, task: string, i: number, j: number, t: string | null, p: string | null];
const rows = (golden("paper-tables.json").rows as Row[]).filter(([, , , , , t]) => t !== null);

/** As Python prints `{:.3e}`: two digits of exponent at least. */
const printed = (value: number): string =>
  value === -Infinity ? "-inf" : value.toExponential(3).replace(/e([+-])(\d)$/, "e$10$2");

const byK = Array.from({ length: 101 }, (_, k) => {
  const made = paperTest(k, 100);
  return { k, t: printed(made?.t ?? Number.NaN), p: printed(made?.tail.p ?? Number.NaN) };
});

test("all 470 published pairs of t and p are those of a count k of 100, to the last printed digit", () => {
  expect(rows.length).toBe(470);
  const unmatched = rows.filter(([, , , , , t, p]) => !byK.some((made) => made.t === t && made.p === p));
  expect(unmatched).toEqual([]);
});

test("385 of them are finite; -inf stands for 0 or 100 of 100", () => {
  expect(rows.filter(([, , , , , t]) => t !== "-inf").length).toBe(385);
  expect(byK.filter(({ t }) => t === "-inf").map(({ k }) => k)).toEqual([0, 100]);
});

test("the published test rejects just as strongly when the inequality fails in nearly every sample", () => {
  expect(paperTest(3, 100)?.tail.p).toBeLessThan(1e-240);
  expect(paperTest(97, 100)?.tail.p).toBeLessThan(1e-240);
  expect(paperTest(50, 100)?.tail.p).toBeLessThan(1e-190);
});

test("one sample has no such test", () => {
  expect(paperTest(1, 1)).toBeNull();
});

/** Limits of the colour scale. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ColourDomain, colourDomain } from "../../kernel-lib/src/view";
import { legendTicks } from "../../kernel-lib/src/view/colour-domain";

const done = { running: false, previous: null };

test("signed limits are symmetric about 0 and the largest magnitude rounded up to one digit", () => {
  const limits = (values: number[]) => colourDomain(values, { signed: true, ...done }).high;
  expect([[0.85, -0.1], [-0.85], [0.9], [12], [0.031], [0]].map(limits)).toEqual([0.9, 0.9, 0.9, 20, 0.04, 1]);
  expect(colourDomain([0.85], { signed: true, ...done }).low).toBe(-0.9);
});

test("of a share the limits are 0 and 1, and of differences of shares as of anything signed", () => {
  const limits = (values: number[], signed: boolean) => {
    const { low, high, clipped } = colourDomain(values, { signed, range: "share", ...done });
    return [low, high, clipped];
  };
  expect(limits([0.83, 1], false)).toEqual([0, 1, 0]);
  expect(limits([0.02], false)).toEqual([0, 1, 0]);
  expect(limits([0.12, -0.2], true)).toEqual([-0.2, 0.2, 0]);
});

test("no value lies beyond the limits up to 200 cells, whatever the values", () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 200 });
  fc.assert(
    fc.property(values, fc.boolean(), fc.boolean(), (numbers, signed, running) => {
      const domain = colourDomain(numbers, { signed, running, previous: null });
      expect(domain.clipped).toBe(0);
      expect(domain.high).toBeGreaterThan(domain.low);
      if (signed) expect(domain.low).toBe(-domain.high);
    }),
    { numRuns: 300, seed: 7 },
  );
});

test("above 200 cells a few outliers lie beyond the limits and are counted; asked for, the limits hold them too", () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i < 996 ? 0.0005 * i : 30));
  const domain = colourDomain(values, { signed: true, ...done });
  expect(domain).toMatchObject({ high: 0.5, clipped: 4 });
  expect(colourDomain(values, { signed: true, robust: false, ...done })).toMatchObject({ high: 30, clipped: 0 });
});

test("an effect in two of a hundred cells keeps its place on the scale", () => {
  const values = Array.from({ length: 2000 }, (_, i) => (i % 50 === 0 ? 0.6 + 0.0001 * i : 0.01));
  expect(colourDomain(values, { signed: true, ...done }).high).toBe(0.8);
});

test("a largest value that is the limit but for rounding is not beyond it", () => {
  expect(colourDomain([7 * 0.1, -0.2], { signed: true, ...done })).toMatchObject({ high: 0.7, clipped: 0 });
});

test("while a run goes on limits move in steps of 1, 2, 5 and only grow; the end fits once", () => {
  let previous: ColourDomain | null = null;
  const seen: number[] = [];
  for (const values of [[0.03], [0.03, 0.3], [0.03, 0.3, 0.04], [0.85]]) {
    previous = colourDomain(values, { signed: true, running: true, previous });
    seen.push(previous.high);
  }
  expect(seen).toEqual([0.05, 0.5, 0.5, 1]);
  expect(colourDomain([0.85], { signed: true, running: false, previous }).high).toBe(0.9);
});

test("an unsigned scale begins at 0 when the values come near it, and holds negative log-probabilities", () => {
  expect(colourDomain([0.1, 3.2], { signed: false, ...done })).toMatchObject({ low: 0, high: 4 });
  expect(colourDomain([70, 88], { signed: false, ...done })).toMatchObject({ low: 70, high: 90 });
  expect(colourDomain([-9.5, -0.2], { signed: false, ...done })).toMatchObject({ low: -10, high: 0 });
});

test("missing values do not count, and the legend's ticks end at the limits", () => {
  const domain = colourDomain([Number.NaN, 0.42, Number.NaN], { signed: true, ...done });
  expect(domain.high).toBe(0.5);
  expect(legendTicks(domain, true)).toEqual([-0.5, -0.25, 0, 0.25, 0.5]);
});

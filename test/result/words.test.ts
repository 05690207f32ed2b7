import { expect, test } from "vitest";
import { PatchbayError } from "../../kernel-lib/src/errors";
import { counted, nearest, unitOf } from "../../kernel-lib/src/words";

test("counted() is singular for one thing only", () => {
  expect([0, 1, 2].map((n) => counted(n, "sample"))).toEqual(["0 samples", "1 sample", "2 samples"]);
  expect(counted(1, "query", "queries")).toBe("1 query");
  expect(counted(2080, "query", "queries")).toBe("2,080 queries");
});

test.each([
  ["capitals", "capital"],
  ["Capital", "capital"],
  ["langauge", "language"],
  ["antonyms.adjectives", null],
  ["verbs", null],
  ["", null],
  ["x".repeat(100_000), null],
])("nearest(%s) is %s", (word, name) => {
  expect(nearest(word, ["antonym", "language", "capital"])).toBe(name);
});

test("nearest() takes the nearest of several, and counts swapped neighbours once", () => {
  expect(nearest("resid_pots", ["resid_pre", "resid_post", "resid_mid"])).toBe("resid_post");
});

test("an error suggests the nearest of the names that there are, and nothing where none is near", () => {
  const told = (value: unknown) =>
    new PatchbayError({ thing: "table", value, names: ["summary", "cells"], rule: "must be a table" }).message;
  expect(told("sumary")).toBe('table is "sumary" (did you mean "summary"?), must be a table.');
  expect(told("zzzzzz")).toBe('table is "zzzzzz", must be a table.');
  expect(told(7)).toBe("table is 7, must be a table.");
});

test("a unit is in the singular for one", () => {
  expect([unitOf(1, "samples"), unitOf(2, "samples"), unitOf(0, "places")]).toEqual(["sample", "samples", "places"]);
  expect([unitOf(1, "samples x tuples"), unitOf(8, "samples x tuples")]).toEqual([
    "sample x tuple",
    "samples x tuples",
  ]);
});

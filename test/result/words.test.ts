import { expect, test } from "vitest";
import { counted } from "../../kernel-lib/src/words";

test("counted() is singular for one thing only", () => {
  expect([0, 1, 2].map((n) => counted(n, "sample"))).toEqual(["0 samples", "1 sample", "2 samples"]);
  expect(counted(1, "query", "queries")).toBe("1 query");
  expect(counted(2080, "query", "queries")).toBe("2,080 queries");
});

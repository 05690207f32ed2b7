/** Shares of the same items: against SciPy, and against the example that the method's author prints. */
import { expect, test } from "vitest";
import { pairedShares } from "../../kernel-lib/src/stats/paired";
import { expectClose, golden } from "./golden";

test("intervals and exact McNemar tests are those of SciPy's parts", () => {
  for (const { counts, low, high, p } of golden("compare.json").paired) {
    const [both, first, second, neither] = counts;
    const found = pairedShares({ both, first, second, neither });
    // Ends at 0 and 1 are exact in one of the two and off by rounding in the other.
    expectClose(found?.ci[0], low, `low of ${counts}`, 1e-15);
    expectClose(found?.ci[1], high, `high of ${counts}`, 1e-15);
    expectClose(found?.mcnemar.p, p, `p of ${counts}`);
  }
});

test("36, 12, 2, 0 gives 0.0569 to 0.3404, as printed in Newcombe 1998, table II", () => {
  const found = pairedShares({ both: 36, first: 2, second: 12, neither: 0 });
  expect(found?.difference).toBeCloseTo(0.2, 12);
  expect(found?.ci.map((end) => end.toFixed(4))).toEqual(["0.0569", "0.3404"]);
});

test("turning the two around turns the interval around; no items have no difference", () => {
  const there = pairedShares({ both: 20, first: 5, second: 9, neither: 11 });
  const back = pairedShares({ both: 20, first: 9, second: 5, neither: 11 });
  expect(back?.ci[0]).toBeCloseTo(-(there?.ci[1] as number), 14);
  expect(back?.mcnemar.p).toBe(there?.mcnemar.p);
  expect(pairedShares({ both: 0, first: 0, second: 0, neither: 0 })).toBeNull();
});

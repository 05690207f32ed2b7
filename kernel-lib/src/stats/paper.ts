/** The published superadditivity test (arXiv:2602.07930, appendix B), as it was run: a one-sample t-test of
 *  0/1 values against a mean of 50. It rejects whatever the data say, for no mean of 0/1 values is near 50;
 *  it is here to reproduce Tables 5 to 8, and every other part of Patchbay tests the interaction itself. */
import { studentTwoSided } from "./student";
import { type Tail, tailFromLog } from "./tail";

export interface PaperTest {
  /** -Infinity when all values are equal. */
  t: number;
  tail: Tail;
}

/** `ttest_1samp(booleans, popmean=50)` for `k` true of `n`; null for n < 2.
 *  @example paperTest(97, 100)?.t // -2888.4 */
export function paperTest(k: number, n: number): PaperTest | null {
  if (n < 2) return null;
  if (k === 0 || k === n) return { t: -Infinity, tail: tailFromLog(-Infinity) };
  const share = k / n;
  const spread = (n * share * (1 - share)) / (n - 1);
  const t = (share - 50) / Math.sqrt(spread / n);
  return { t, tail: studentTwoSided(t, n - 1) };
}

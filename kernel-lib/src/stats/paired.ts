/** Two shares of the same items: the exact McNemar test, and the interval of their difference by Newcombe's hybrid score
 *  method (Newcombe 1998, Statistics in Medicine 17, 2635 to 2650, method 10), which builds on Wilson's intervals. */
import type { Interval } from "./bootstrap";
import { wilson } from "./rates";
import { fairCoinTwoSided } from "./sign";
import { type Tail, tailFromP } from "./tail";

/** The same items, passed or failed by two. */
export interface PairedCounts {
  both: number;
  /** By the first alone, by the second alone. */
  first: number;
  second: number;
  neither: number;
}

export interface PairedShares extends PairedCounts {
  n: number;
  /** Of the first and of the second. */
  shares: readonly [number, number];
  /** Second minus first. */
  difference: number;
  ci: Interval;
  /** Two-sided; 1 when the two never differ. */
  mcnemar: Tail;
}

/** Compares two shares of the same items; null for no items.
 *  @example pairedShares({ both: 36, first: 0, second: 12, neither: 2 })?.difference // 0.24 */
export function pairedShares(counts: PairedCounts, level = 0.95): PairedShares | null {
  const { both, first, second, neither } = counts;
  const n = both + first + second + neither;
  const [mine, yours] = [wilson(both + first, n, level), wilson(both + second, n, level)];
  if (mine === null || yours === null) return null;
  const shares = [(both + first) / n, (both + second) / n] as const;
  const difference = (second - first) / n;
  const phi = correlation(counts, n);
  // Distance to the near end of one share and to the far end of the other, less what the two have in common.
  const reach = (x: number, y: number) => Math.sqrt(Math.max(0, x * x - 2 * phi * x * y + y * y));
  const ci: Interval = [
    difference - reach(shares[1] - yours[0], mine[1] - shares[0]),
    difference + reach(yours[1] - shares[1], shares[0] - mine[0]),
  ];
  return { ...counts, n, shares, difference, ci, mcnemar: fairCoinTwoSided(first, first + second) ?? tailFromP(1) };
}

/** Fourfold correlation with Newcombe's correction for continuity; 0 where a margin is empty. */
function correlation({ both, first, second, neither }: PairedCounts, n: number): number {
  const margins = (both + first) * (second + neither) * (both + second) * (first + neither);
  if (margins === 0) return 0;
  const product = both * neither - first * second;
  const corrected = product > n / 2 ? product - n / 2 : product >= 0 ? 0 : product;
  return corrected / Math.sqrt(margins);
}

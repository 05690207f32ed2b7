/** What the statistics' tests compare with, and how. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "vitest";

/** A golden of test/goldens/stats. */
export function golden(name: string) {
  return JSON.parse(readFileSync(resolve(__dirname, "../goldens/stats", name), "utf8"));
}

/** |actual - expected| <= atol + 1e-10 |expected|; NaN and null fail. */
export function expectClose(actual: number | null | undefined, expected: number, what: string, atol = 0): void {
  const ok = typeof actual === "number" && Math.abs(actual - expected) <= atol + 1e-10 * Math.abs(expected);
  expect(ok, `${what}: ${actual} is not ${expected}`).toBe(true);
}

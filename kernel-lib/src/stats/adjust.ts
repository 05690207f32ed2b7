/** Corrections for many tests at once: Holm (family-wise error) and Benjamini-Hochberg (false discovery rate).
 *  Tests that were not made (null) do not count. Works on logarithms, so p below the double range stays apart. */
import type { Tail } from "./tail";

type MaybeTail = Tail | null;

/** Holm's step-down adjusted p, in the order given.
 *  @example holm([tailFromP(0.01), tailFromP(0.04)]) // p 0.02, 0.04 */
export function holm(tails: readonly MaybeTail[]): MaybeTail[] {
  return adjusted(tails, "smallest first", (place, m) => m - place);
}

/** Benjamini and Hochberg's step-up adjusted p, in the order given.
 *  @example benjaminiHochberg([tailFromP(0.01), tailFromP(0.04)]) // p 0.02, 0.04 */
export function benjaminiHochberg(tails: readonly MaybeTail[]): MaybeTail[] {
  return adjusted(tails, "largest first", (place, m) => m / (place + 1));
}

/** Multiplies each p by its factor (`place` counts from 0, smallest p first), then makes them monotone. */
function adjusted(
  tails: readonly MaybeTail[],
  walk: "smallest first" | "largest first",
  factor: (place: number, m: number) => number,
): MaybeTail[] {
  const made = tails.flatMap((tail, at) => (tail === null ? [] : [{ tail, at }]));
  made.sort((x, y) => x.tail.log10P - y.tail.log10P);
  const out: MaybeTail[] = tails.map(() => null);
  const scaled = made.map(({ tail, at }, place) => ({ at, tail: times(tail, factor(place, made.length)) }));
  if (walk === "largest first") scaled.reverse();
  let last: Tail | null = null;
  for (const { at, tail } of scaled) {
    const back: boolean = last !== null && (walk === "smallest first" ? isBelow(tail, last) : isBelow(last, tail));
    last = back ? last : tail;
    out[at] = last;
  }
  return out;
}

const isBelow = (x: Tail, y: Tail): boolean => x.log10P < y.log10P;

function times(tail: Tail, factor: number): Tail {
  const log10P = tail.log10P + Math.log10(factor);
  return log10P >= 0 || tail.p * factor >= 1 ? { p: 1, log10P: 0 } : { p: tail.p * factor, log10P };
}

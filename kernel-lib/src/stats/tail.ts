/** A probability that may lie below the smallest double: p together with its decimal logarithm. */

export interface Tail {
  /** 0 where it underflows; `log10P` still tells. */
  p: number;
  log10P: number;
}

/** From the natural logarithm of a probability; values above 1 by rounding become 1. */
export function tailFromLog(lnP: number): Tail {
  const ln = Math.min(0, lnP);
  return { p: Math.exp(ln), log10P: ln / Math.LN10 };
}

/** From a probability that a double holds well. */
export function tailFromP(p: number): Tail {
  const inside = Math.min(1, Math.max(0, p));
  return { p: inside, log10P: Math.log10(inside) };
}

/** Smallest normal double; below it p loses digits. */
const SMALLEST = 2 ** -1022;

/** p as a table shows it: a number, or decimal text such as `3.1e-412` where no double can hold it.
 *  @example tailCell({ p: 0, log10P: -411.5 }) // "3.16227766e-412" */
export function tailCell({ p, log10P }: Tail): number | string {
  if (p >= SMALLEST || log10P === -Infinity) return p;
  return powerText(log10P, 9);
}

/** A power of ten too small for a double, to so many digits.
 *  @example powerText(-411.5, 4) // "3.162e-412" */
export function powerText(log10: number, digits: number): string {
  const exponent = Math.floor(log10);
  const mantissa = (10 ** (log10 - exponent)).toPrecision(digits);
  // 9.9996 is 10 to four digits, which is 1.000 with the next exponent.
  return Number(mantissa) < 10 ? `${mantissa}e${exponent}` : `${(1).toPrecision(digits)}e${exponent + 1}`;
}

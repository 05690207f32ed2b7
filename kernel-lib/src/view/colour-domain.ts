/** Where a heatmap's colours begin and end. Signed quantities are symmetric about 0; limits are round numbers,
 *  so that they do not shiver while a run fills in, and above 200 cells one outlier does not wash out the rest. */
import type { ColourDomain } from "./heatmap-types";

/** Above this many cells a percentile sets the limit and the legend counts what lies beyond. So few may lie there that an
 *  effect in 2 % of a grid's cells (one token's, one head's) keeps its place on the scale. */
const PERCENTILE_FROM = 200;
const PERCENTILE = 0.995;

/** Rounded away from zero to one significant digit: 0.85 -> 0.9, 12 -> 20. */
export const roundUp = (magnitude: number): number => roundTo(magnitude, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
/** Rounded away from zero to 1, 2 or 5 times a power of ten: fewer steps while a run goes on. */
export const stepUp = (magnitude: number): number => roundTo(magnitude, [1, 2, 5]);

function roundTo(magnitude: number, mantissas: readonly number[]): number {
  if (!(magnitude > 0)) return 0;
  const exponent = Math.floor(Math.log10(magnitude));
  // 1e-9: 0.3 / 0.1 is a little more than 3.
  const mantissa = magnitude / 10 ** exponent - 1e-9;
  const digit = mantissas.find((m) => m >= mantissa) ?? 10;
  // Through text, as 9 * 10 ** -1 is 0.9000000000000001.
  return Number(`${digit}e${exponent}`);
}

/** Limits for the finite ones of `values`.
 *  @param range of a share the limits are 0 and 1, whatever the values; differences of shares are signed
 *  @param robust false: the limits hold every value. Default true
 *  @param running limits move in 1-2-5 steps and never shrink below `previous`
 *  @example colourDomain([0.85, -0.1], { signed: true, running: false, previous: null }) // low -0.9, high 0.9 */
export function colourDomain(
  values: readonly number[],
  options: {
    signed: boolean;
    range?: "values" | "share";
    robust?: boolean;
    running: boolean;
    previous: ColourDomain | null;
  },
): ColourDomain {
  const largest = options.robust === false ? last : percentile;
  const finite = values.filter(Number.isFinite);
  const up = options.running ? stepUp : roundUp;
  const previous = options.running && options.previous?.signed === options.signed ? options.previous : null;
  let low: number;
  let high: number;
  if (options.range === "share" && !options.signed) [low, high] = [0, 1];
  else if (options.signed) {
    const magnitudes = finite.map(Math.abs).sort((a, b) => a - b);
    high = Math.max(up(largest(magnitudes)), previous?.high ?? 0);
    if (high === 0) high = 1;
    low = -high;
  } else {
    const sorted = [...finite].sort((a, b) => a - b);
    const top = largest(sorted);
    const bottom = -largest(sorted.map((v) => -v).reverse());
    high = Math.max(top <= 0 ? -roundDown(-top) : up(top), previous?.high ?? Number.NEGATIVE_INFINITY);
    low = Math.min(bottom >= 0 ? roundDown(bottom) : -up(-bottom), previous?.low ?? Number.POSITIVE_INFINITY);
    // Zero belongs to the scale when it is near: a ratio can then be read from it.
    if (low > 0 && low < high / 2) low = 0;
    if (high < 0 && high > low / 2) high = 0;
    if (!(high > low)) high = low + 1;
  }
  // 7 * 0.1 is a little more than 0.7.
  const least = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  const clipped = finite.filter((v) => v < low - least || v > high + least).length;
  return { low, high, signed: options.signed, clipped };
}

/** The greatest of an ascending list; 0 when it is empty. */
const last = (ascending: readonly number[]): number => ascending[ascending.length - 1] ?? 0;

/** The greatest of an ascending list, or a high percentile when it is long; 0 when it is empty. */
const percentile = (ascending: readonly number[]): number =>
  ascending.length <= PERCENTILE_FROM ? last(ascending) : ascending[Math.ceil(PERCENTILE * ascending.length) - 1];

/** Toward zero to one significant digit. */
function roundDown(magnitude: number): number {
  if (!(magnitude > 0)) return 0;
  const exponent = Math.floor(Math.log10(magnitude));
  return Number(`${Math.floor(magnitude / 10 ** exponent + 1e-9)}e${exponent}`);
}

/** Ticks of the legend: ends, middle, and quarters when there is room. */
export function legendTicks(domain: ColourDomain, roomy: boolean): number[] {
  const at = roomy ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1];
  // Twelve digits: enough for any tick, and -0.9 + 0.25 * 1.8 comes out as -0.45.
  return at.map((t) => Number((domain.low + t * (domain.high - domain.low)).toPrecision(12)));
}

/** 0..1 along the ramp. */
export const rampPosition = (domain: ColourDomain, value: number): number =>
  Math.min(1, Math.max(0, (value - domain.low) / (domain.high - domain.low)));

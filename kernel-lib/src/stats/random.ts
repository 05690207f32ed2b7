/** Seeded random numbers: xoshiro128** 1.1 (Blackman and Vigna 2018), its state filled by splitmix32.
 *  The same seed gives the same stream on every machine. Not for secrets. */

export interface Random {
  /** A whole number in 0..2^32-1. */
  next(): number;
  /** A whole number in 0..n-1, each equally likely; n up to 2^21. */
  below(n: number): number;
  /** A number in [0, 1) with 32 random bits. */
  uniform(): number;
}

/** Largest bound of `below`: a product of 32 and 21 bits is exact in a double. */
const MAX_BOUND = 2 ** 21;
const TWO32 = 2 ** 32;

/** A generator that starts at `seed` (taken modulo 2^32).
 *  @throws RangeError from `below(n)` when n is not a whole number in 1..2^21
 *  @example seeded(0).below(6) */
export function seeded(seed: number): Random {
  let [a, b, c, d] = fill(seed);
  const next = (): number => {
    const out = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return out;
  };
  let [bound, refuse] = [1, 0];
  const below = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > MAX_BOUND) {
      throw new RangeError(`below(${n}): the bound must be a whole number from 1 to ${MAX_BOUND}`);
    }
    // Lemire 2019: the high word of a product, redrawn where the low word would favour small results.
    if (n !== bound) [bound, refuse] = [n, TWO32 % n];
    for (;;) {
      const product = next() * n;
      const high = Math.floor(product / TWO32);
      if (product - high * TWO32 >= refuse) return high;
    }
  };
  return { next, below, uniform: () => next() / TWO32 };
}

/** 0..n-1 in random order (Fisher and Yates).
 *  @example permutation(3, seeded(1)) // a permutation of 0, 1, 2 */
export function permutation(n: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let last = n - 1; last > 0; last--) {
    const pick = random.below(last + 1);
    [order[last], order[pick]] = [order[pick], order[last]];
  }
  return order;
}

function fill(seed: number): [number, number, number, number] {
  let state = seed | 0;
  const draw = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  return [draw(), draw(), draw(), draw()];
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

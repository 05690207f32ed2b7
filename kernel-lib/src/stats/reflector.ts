/** Householder's reflection H = I - u u^T / half, which turns a vector onto its first axis. */
export interface Reflector {
  /** First number of what the vector becomes; the others are 0. */
  head: number;
  /** u . u / 2; 0 where the vector lies on its first axis already, and nothing is reflected. */
  half: number;
}

/** Replaces a vector by the u of its reflection. It is brought to unit length before, so that no square is lost.
 *  @throws RangeError when it holds a number that is not finite */
export function reflectorInto(v: Float64Array): Reflector {
  const first = v[0];
  let most = 0;
  let rest = 0;
  for (let i = 0; i < v.length; i++) {
    if (!Number.isFinite(v[i])) throw new RangeError("the matrix must hold finite numbers only");
    most = Math.max(most, Math.abs(v[i]));
    if (i > 0) rest = Math.max(rest, Math.abs(v[i]));
  }
  if (rest === 0) {
    v.fill(0);
    return { head: first, half: 0 };
  }
  let squares = 0;
  for (let i = 0; i < v.length; i++) {
    v[i] /= most;
    squares += v[i] * v[i];
  }
  const length = Math.sqrt(squares);
  for (let i = 0; i < v.length; i++) v[i] /= length;
  // The sign that adds: nothing cancels.
  const sign = first > 0 ? 1 : -1;
  v[0] += sign;
  return { head: -sign * most * length, half: Math.abs(v[0]) };
}

/** v = H v, on the numbers of v from `first` on; u has as many. */
export function reflectInto(v: Float64Array, u: Float64Array, half: number, first: number): void {
  if (half === 0) return;
  let sum = 0;
  for (let j = 0; j < u.length; j++) sum += u[j] * v[first + j];
  const factor = sum / half;
  for (let j = 0; j < u.length; j++) v[first + j] -= factor * u[j];
}

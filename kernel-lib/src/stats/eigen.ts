/** Eigenvalues of a symmetric matrix, and products with its eigenvectors without ever forming them all.
 *  Householder's reduction to three diagonals, then implicit QR steps with Wilkinson's shift (Golub and Van Loan,
 *  Matrix Computations, 4th ed., algorithms 8.3.1 to 8.3.3). The reflections and rotations are kept: a product with
 *  the eigenvectors costs n^2 a vector, where forming them would cost several n^3. */
import type { Matrix } from "./matrix";

export interface Eigen {
  /** Descending. */
  readonly values: Float64Array;
  /** V^T y: coordinates of y along the eigenvectors, in the order of `values`. */
  onto(y: ArrayLike<number>): Float64Array;
  /** V c: the vector that has these coordinates; those that are not given are 0. */
  from(coordinates: ArrayLike<number>): Float64Array;
}

/** @param a symmetric, [n, n]; only its lower half is read, and it is not changed
 *  @throws RangeError when it holds a number that is not finite
 *  @example eigen(matrix(2, 2, new Float64Array([2, 1, 1, 2]))).values // [3, 1] */
export function eigen({ rows: n, data }: Matrix): Eigen {
  const reflections = reduce(data.slice(), n);
  const rotations = diagonalise(reflections.diagonal, reflections.beside);
  const order = Int32Array.from(rotations.values.keys()).sort((a, b) => rotations.values[b] - rotations.values[a]);
  return {
    values: Float64Array.from(order, (at) => rotations.values[at]),
    onto(y) {
      const v = Float64Array.from(y);
      for (let i = n - 1; i > 0; i--) reflectInto(v, reflections, i);
      rotateInto(v, rotations);
      return Float64Array.from(order, (at) => v[at]);
    },
    from(coordinates) {
      const v = new Float64Array(n);
      order.forEach((at, i) => {
        v[at] = i < coordinates.length ? coordinates[i] : 0;
      });
      rotateBackInto(v, rotations);
      for (let i = 1; i < n; i++) reflectInto(v, reflections, i);
      return v;
    },
  };
}

interface Reflections {
  /** Vector i in row i, its first i numbers; [n, n]. */
  vectors: Float64Array;
  /** Half the squared length of vector i; 0 where nothing is reflected. */
  half: Float64Array;
  diagonal: Float64Array;
  /** Between diagonal elements i and i + 1, [n - 1]. */
  beside: Float64Array;
}

/** A = Q T Q^T with T three-diagonal and Q the product of reflections n-1, n-2, ..., 1. Changes `a`. */
function reduce(a: Float64Array, n: number): Reflections {
  const half = new Float64Array(n);
  const beside = new Float64Array(Math.max(0, n - 1));
  const product = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    const u = a.subarray(i * n, i * n + i);
    const last = i - 1;
    const length = norm(u);
    if (!Number.isFinite(length)) throw new RangeError("eigen: the matrix must hold finite numbers only");
    const isReduced = length === Math.abs(u[last]);
    beside[last] = isReduced ? u[last] : u[last] > 0 ? -length : length;
    if (isReduced) continue;
    u[last] -= beside[last];
    // u . u / 2 from parts that do not cancel.
    half[i] = -u[last] * beside[last];
    symmetricProductInto(product, a, u, n);
    let inner = 0;
    for (let j = 0; j < i; j++) {
      product[j] /= half[i];
      inner += product[j] * u[j];
    }
    const k = inner / (2 * half[i]);
    for (let j = 0; j < i; j++) product[j] -= k * u[j];
    for (let j = 0; j < i; j++) {
      const row = a.subarray(j * n, j * n + j + 1);
      const [uj, pj] = [u[j], product[j]];
      for (let m = 0; m <= j; m++) row[m] -= uj * product[m] + pj * u[m];
    }
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]);
  return { vectors: a, half, diagonal, beside };
}

/** out = A u over the first rows of A, reading its lower half once. */
function symmetricProductInto(out: Float64Array, a: Float64Array, u: Float64Array, n: number): void {
  out.fill(0, 0, u.length);
  for (let j = 0; j < u.length; j++) {
    const row = a.subarray(j * n, j * n + j);
    const uj = u[j];
    let sum = a[j * n + j] * uj;
    for (let m = 0; m < j; m++) {
      sum += row[m] * u[m];
      out[m] += row[m] * uj;
    }
    out[j] += sum;
  }
}

/** The Euclidean length, without overflow. */
function norm(v: Float64Array): number {
  let scale = 0;
  for (let i = 0; i < v.length; i++) scale = Math.max(scale, Math.abs(v[i]));
  if (scale === 0 || !Number.isFinite(scale)) return scale;
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i] / scale) ** 2;
  return v.length === 1 ? scale : scale * Math.sqrt(sum);
}

function reflectInto(v: Float64Array, { vectors, half }: Reflections, i: number): void {
  if (half[i] === 0) return;
  const u = vectors.subarray(i * half.length, i * half.length + i);
  let sum = 0;
  for (let j = 0; j < i; j++) sum += u[j] * v[j];
  const k = sum / half[i];
  for (let j = 0; j < i; j++) v[j] -= k * u[j];
}

interface Rotations {
  values: Float64Array;
  count: number;
  /** Rotation r turns axes at[r] and at[r] + 1. */
  at: Int32Array;
  cos: Float64Array;
  sin: Float64Array;
}

/** Sweeps for one eigenvalue; two or three are usual. */
const MAX_SWEEPS = 60;

/** T = Z diag(values) Z^T with Z the product of the rotations in order. */
function diagonalise(diagonal: Float64Array, beside: Float64Array): Rotations {
  const d = diagonal.slice();
  const e = beside.slice();
  const turns = new TurnList(d);
  // The reduction has erred by as much already: what is smaller than rounding of the largest is nothing. Measured
  // against its own neighbours, the noise of a matrix without full rank would never get small.
  const nothing = (Number.EPSILON / 4) * d.reduce((most, v, i) => Math.max(most, Math.abs(v), Math.abs(e[i] ?? 0)), 0);
  let sweeps = 0;
  for (let high = d.length - 1; high > 0; ) {
    for (let i = 0; i < high; i++) if (Math.abs(e[i]) <= nothing) e[i] = 0;
    if (e[high - 1] === 0) {
      high--;
      sweeps = 0;
      continue;
    }
    if (++sweeps > MAX_SWEEPS) throw new RangeError("eigen: no convergence");
    let low = high - 1;
    while (low > 0 && e[low - 1] !== 0) low--;
    sweepInto(d, e, low, high, turns);
  }
  return turns;
}

/** One implicit QR step on the block low..high; d and e change. */
function sweepInto(d: Float64Array, e: Float64Array, low: number, high: number, turns: TurnList): void {
  const delta = (d[high - 1] - d[high]) / 2;
  const off = e[high - 1];
  const root = Math.hypot(delta, off);
  const shift = d[high] - (off / (delta + (delta < 0 ? -root : root))) * off;
  let x = d[low] - shift;
  let bulge = e[low];
  for (let k = low; k < high; k++) {
    const r = Math.hypot(x, bulge);
    const [c, s] = r === 0 ? [1, 0] : [x / r, bulge / r];
    turns.add(k, c, s);
    if (k > low) e[k - 1] = r;
    const [a, b, f] = [d[k], e[k], d[k + 1]];
    const step = s * (f - a) + 2 * c * b;
    d[k] = a + s * step;
    d[k + 1] = f - s * step;
    e[k] = c * step - b;
    x = e[k];
    if (k < high - 1) {
      bulge = s * e[k + 1];
      e[k + 1] *= c;
    }
  }
}

class TurnList implements Rotations {
  count = 0;
  at: Int32Array;
  cos: Float64Array;
  sin: Float64Array;

  constructor(readonly values: Float64Array) {
    const room = 2 * values.length + 16;
    this.at = new Int32Array(room);
    this.cos = new Float64Array(room);
    this.sin = new Float64Array(room);
  }

  add(at: number, cos: number, sin: number): void {
    if (this.count === this.at.length) this.grow();
    this.at[this.count] = at;
    this.cos[this.count] = cos;
    this.sin[this.count] = sin;
    this.count++;
  }

  private grow(): void {
    const [at, cos, sin] = [this.at, this.cos, this.sin];
    this.at = new Int32Array(2 * at.length);
    this.cos = new Float64Array(2 * at.length);
    this.sin = new Float64Array(2 * at.length);
    this.at.set(at);
    this.cos.set(cos);
    this.sin.set(sin);
  }
}

function rotateInto(v: Float64Array, { count, at, cos, sin }: Rotations): void {
  for (let r = 0; r < count; r++) {
    const k = at[r];
    const [a, b] = [v[k], v[k + 1]];
    v[k] = cos[r] * a + sin[r] * b;
    v[k + 1] = cos[r] * b - sin[r] * a;
  }
}

function rotateBackInto(v: Float64Array, { count, at, cos, sin }: Rotations): void {
  for (let r = count - 1; r >= 0; r--) {
    const k = at[r];
    const [a, b] = [v[k], v[k + 1]];
    v[k] = cos[r] * a - sin[r] * b;
    v[k + 1] = sin[r] * a + cos[r] * b;
  }
}

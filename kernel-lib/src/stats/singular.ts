/** Singular values of a matrix of two diagonals, and the rotations that come to them from the right.
 *  Golub and Kahan's implicit steps (Golub and Van Loan, Matrix Computations, 4th ed., algorithms 8.6.1 and 8.6.2). The
 *  rotations are kept: a product with them costs k^2 a vector, where the product of all would cost k^3. */

/** B = U diag(values) V^T, V the product of the rotations in order; values may be negative, and in any order. */
export interface Rotations {
  values: Float64Array;
  /** v = V^T v */
  ontoInto(v: Float64Array): void;
  /** v = V v */
  fromInto(v: Float64Array): void;
}

/** Sweeps for one singular value; two or three are usual. */
const MAX_SWEEPS = 60;
/** Share of the largest element that is rounding: the reduction to two diagonals has erred by as much already. Less than
 *  this, between two equal singular values, no rotation takes away. */
const NOTHING = Number.EPSILON;

/** @param diagonal [k]
 *  @param beside right of elements 0 to k - 2, [k - 1]
 *  @example singular(Float64Array.of(3, 1), Float64Array.of(0)).values // [3, 1] */
export function singular(diagonal: Float64Array, beside: Float64Array): Rotations {
  const most = diagonal.reduce((m, v, i) => Math.max(m, Math.abs(v), Math.abs(beside[i] ?? 0)), 0);
  // A shift is a square, which the largest and the smallest doubles do not have: all is measured in the largest.
  const d = diagonal.map((v) => (most === 0 ? 0 : v / most));
  const e = beside.map((v) => (most === 0 ? 0 : v / most));
  const turns = new TurnList(d.length);
  let sweeps = 0;
  for (let high = d.length - 1; high > 0; ) {
    for (let i = 0; i <= high; i++) {
      if (i < high && Math.abs(e[i]) <= NOTHING) e[i] = 0;
      if (Math.abs(d[i]) <= NOTHING) d[i] = 0;
    }
    if (e[high - 1] === 0) {
      high--;
      sweeps = 0;
      continue;
    }
    if (++sweeps > MAX_SWEEPS) throw new RangeError("singular values: no convergence");
    let low = high - 1;
    while (low > 0 && e[low - 1] !== 0) low--;
    const gone = d.subarray(low, high).indexOf(0);
    if (gone >= 0) emptyRow(d, e, low + gone, high);
    else sweep(d, e, low, high, turns);
  }
  return {
    values: d.map((v) => v * most),
    ontoInto: (v) => turns.ontoInto(v),
    fromInto: (v) => turns.fromInto(v),
  };
}

/** Row i has no diagonal element: rotations from the left take the one beside it away. d and e change. */
function emptyRow(d: Float64Array, e: Float64Array, i: number, high: number): void {
  let bulge = e[i];
  e[i] = 0;
  for (let j = i + 1; j <= high && bulge !== 0; j++) {
    const r = Math.hypot(d[j], bulge);
    const [c, s] = [d[j] / r, bulge / r];
    d[j] = r;
    if (j < high) {
      bulge = -s * e[j];
      e[j] *= c;
    }
  }
}

/** One implicit step on the block low..high; d and e change. */
function sweep(d: Float64Array, e: Float64Array, low: number, high: number, turns: TurnList): void {
  let x = d[low] - shiftOf(d, e, low, high) / d[low];
  let bulge = e[low];
  for (let k = low; k < high; k++) {
    const across = Math.hypot(x, bulge);
    let [c, s] = across === 0 ? [1, 0] : [x / across, bulge / across];
    turns.add(k, c, s);
    if (k > low) e[k - 1] = across;
    const below = s * d[k + 1];
    const head = c * d[k] + s * e[k];
    e[k] = c * e[k] - s * d[k];
    d[k + 1] *= c;
    const down = Math.hypot(head, below);
    [c, s] = down === 0 ? [1, 0] : [head / down, below / down];
    d[k] = down;
    x = c * e[k] + s * d[k + 1];
    d[k + 1] = c * d[k + 1] - s * e[k];
    e[k] = x;
    if (k < high - 1) {
      bulge = s * e[k + 1];
      e[k + 1] *= c;
    }
  }
}

/** Wilkinson's shift: of the last two by two of B^T B the eigenvalue nearer its last element. */
function shiftOf(d: Float64Array, e: Float64Array, low: number, high: number): number {
  const above = high - 1 > low ? e[high - 2] : 0;
  const last = d[high] * d[high] + e[high - 1] * e[high - 1];
  const off = d[high - 1] * e[high - 1];
  const delta = (d[high - 1] * d[high - 1] + above * above - last) / 2;
  const root = Math.hypot(delta, off);
  return last - (off / (delta + (delta < 0 ? -root : root))) * off;
}

class TurnList {
  private count = 0;
  /** Rotation r turns axes at[r] and at[r] + 1. */
  private at: Int32Array;
  private cos: Float64Array;
  private sin: Float64Array;

  constructor(size: number) {
    const room = 2 * size + 16;
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

  ontoInto(v: Float64Array): void {
    const { count, at, cos, sin } = this;
    for (let r = 0; r < count; r++) {
      const k = at[r];
      const [a, b] = [v[k], v[k + 1]];
      v[k] = cos[r] * a + sin[r] * b;
      v[k + 1] = cos[r] * b - sin[r] * a;
    }
  }

  fromInto(v: Float64Array): void {
    const { count, at, cos, sin } = this;
    for (let r = count - 1; r >= 0; r--) {
      const k = at[r];
      const [a, b] = [v[k], v[k + 1]];
      v[k] = cos[r] * a - sin[r] * b;
      v[k + 1] = sin[r] * a + cos[r] * b;
    }
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

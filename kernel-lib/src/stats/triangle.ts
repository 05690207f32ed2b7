/** Z = L Q for a wide Z: a lower triangle times rows at right angles, by Householder's reflections of rows (Golub and
 *  Van Loan, Matrix Computations, 4th ed., section 5.2, transposed). Nothing is squared. Four reflections at a time pass
 *  over the rows below, two rows at a time, so that loads are shared. */
import { type Matrix, matrix, rowOf } from "./matrix";
import { reflectInto, reflectorInto } from "./reflector";

export interface Triangle {
  /** L, [k, k] */
  lower: Matrix;
  /** Q y, [k], for y of Z's columns; changes y. */
  ontoRows(y: Float64Array): Float64Array;
  /** Q^T c, [columns of Z], for c of k numbers. */
  fromRows(c: Float64Array): Float64Array;
}

const PANEL = 4;

/** @param z [k, m], k <= m; it is not changed
 *  @throws RangeError when it holds a number that is not finite
 *  @example triangle(matrix(1, 2, Float64Array.of(3, 4))).lower.data // [-5] */
export function triangle(z: Matrix): Triangle {
  const { rows: k, columns: m } = z;
  // Below the panel at work: what is left of Z. In and above it: the u of each row, zeros before its diagonal.
  const work = matrix(k, m, z.data.slice());
  const lower = matrix(k, k);
  const halves = new Float64Array(k);
  for (let first = 0; first < k; first += PANEL) {
    const end = Math.min(k, first + PANEL);
    for (let i = first; i < end; i++) {
      const row = rowOf(work, i);
      for (let j = first; j < i; j++) reflectInto(row, rowOf(work, j).subarray(j), halves[j], j);
      const { head, half } = reflectorInto(row.subarray(i));
      halves[i] = half;
      rowOf(lower, i).set(row.subarray(0, i));
      lower.data[i * k + i] = head;
      row.fill(0, 0, i);
    }
    passPanel(work, halves, first, end);
  }
  const u = (i: number) => rowOf(work, i).subarray(i);
  return {
    lower,
    ontoRows(y) {
      for (let i = 0; i < k; i++) reflectInto(y, u(i), halves[i], i);
      return y.subarray(0, k);
    },
    fromRows(c) {
      const v = new Float64Array(m);
      v.set(c);
      for (let i = k - 1; i >= 0; i--) reflectInto(v, u(i), halves[i], i);
      return v;
    },
  };
}

/** Reflects all rows below a panel by its reflections. A panel that is not full has no rows below. */
function passPanel(work: Matrix, halves: Float64Array, first: number, end: number): void {
  if (end === work.rows) return;
  const panel = [first, first + 1, first + 2, first + 3].map((i) => rowOf(work, i).subarray(first));
  const factor = Float64Array.from({ length: PANEL }, (_, j) => (halves[first + j] === 0 ? 0 : 1 / halves[first + j]));
  const crossed = panel.map((a) => panel.map((b) => a.reduce((sum, v, at) => sum + v * b[at], 0)));
  /** From products with u0..u3 to what each takes off, one after another. */
  const shareInto = (c: Float64Array) => {
    for (let j = 0; j < PANEL; j++) {
      for (let before = 0; before < j; before++) c[j] -= c[before] * crossed[before][j];
      c[j] *= factor[j];
    }
  };
  const [p, q] = [new Float64Array(PANEL), new Float64Array(PANEL)];
  for (let i = end; i < work.rows; i += 2) {
    const a = rowOf(work, i).subarray(first);
    // An odd last row goes with nothing.
    const b = i + 1 < work.rows ? rowOf(work, i + 1).subarray(first) : new Float64Array(a.length);
    productsInto(p, q, a, b, panel);
    shareInto(p);
    shareInto(q);
    takeOffInto(a, b, p, q, panel);
  }
}

function productsInto(
  p: Float64Array,
  q: Float64Array,
  a: Float64Array,
  b: Float64Array,
  [u0, u1, u2, u3]: readonly Float64Array[],
): void {
  let [p0, p1, p2, p3, q0, q1, q2, q3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let j = 0; j < a.length; j++) {
    const [x, y] = [a[j], b[j]];
    const [w0, w1, w2, w3] = [u0[j], u1[j], u2[j], u3[j]];
    p0 += x * w0;
    p1 += x * w1;
    p2 += x * w2;
    p3 += x * w3;
    q0 += y * w0;
    q1 += y * w1;
    q2 += y * w2;
    q3 += y * w3;
  }
  p.set([p0, p1, p2, p3]);
  q.set([q0, q1, q2, q3]);
}

function takeOffInto(
  a: Float64Array,
  b: Float64Array,
  [p0, p1, p2, p3]: Float64Array,
  [q0, q1, q2, q3]: Float64Array,
  [u0, u1, u2, u3]: readonly Float64Array[],
): void {
  for (let j = 0; j < a.length; j++) {
    const [w0, w1, w2, w3] = [u0[j], u1[j], u2[j], u3[j]];
    a[j] -= p0 * w0 + p1 * w1 + p2 * w2 + p3 * w3;
    b[j] -= q0 * w0 + q1 * w1 + q2 * w2 + q3 * w3;
  }
}

/** The curve of a hop: one S inside its layer's gap, a cubic Bézier curve that leaves both ends upright; a straight line
 *  where the token stays. Pure: lengths are the layout's pixels. */

/** Both ends, the lower one first. */
export interface CurveEnds {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** How far a curve leaves its ends upright, as a share of a layer's height. */
export const BEND = 0.62;

/** SVG path data. Two decimals: what no screen resolves is not worth its bytes. */
export function curveData({ x1, y1, x2, y2 }: CurveEnds, row: number): string {
  const r = (value: number) => Math.round(value * 100) / 100;
  if (x1 === x2) return `M${r(x1)},${r(y1)}V${r(y2)}`;
  const bend = row * BEND;
  return `M${r(x1)},${r(y1)}C${r(x1)},${r(y1 - bend)} ${r(x2)},${r(y2 + bend)} ${r(x2)},${r(y2)}`;
}

/** The point at `t` from 0 (below) to 1. */
export function curvePoint({ x1, y1, x2, y2 }: CurveEnds, row: number, t: number): { x: number; y: number } {
  const bend = x1 === x2 ? row / 3 : row * BEND;
  const s = 1 - t;
  const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return { x: a * x1 + b * x1 + c * x2 + d * x2, y: a * y1 + b * (y1 - bend) + c * (y2 + bend) + d * y2 };
}

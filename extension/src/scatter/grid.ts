/** Finds points by place: a grid of small squares over the plot, so that of ten thousand points only a few are looked
 *  at. Built once for each layout. */

const SQUARE = 16;

export class PointGrid {
  private readonly cells = new Map<number, number[]>();
  /** Squares that hold points: first and last column, first and last row. */
  private readonly range = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number, number, number];

  /** @param points x0, y0, x1, y1, ... in pixels; NaN is not drawn and cannot be found */
  constructor(readonly points: Float32Array) {
    for (let i = 0; 2 * i < points.length; i++) {
      const [x, y] = this.at(i);
      if (!Number.isFinite(x + y)) continue;
      const [cx, cy] = [Math.floor(x / SQUARE), Math.floor(y / SQUARE)];
      const { range } = this;
      range[0] = Math.min(range[0], cx);
      range[1] = Math.max(range[1], cx);
      range[2] = Math.min(range[2], cy);
      range[3] = Math.max(range[3], cy);
      const key = keyOf(cx, cy);
      const cell = this.cells.get(key);
      if (cell) cell.push(i);
      else this.cells.set(key, [i]);
    }
  }

  private at(i: number): [number, number] {
    return [this.points[2 * i] ?? Number.NaN, this.points[2 * i + 1] ?? Number.NaN];
  }

  /** The nearest point within `reach`; of those at one place the one that is drawn on top. */
  nearest(x: number, y: number, reach: number): number | null {
    let best: number | null = null;
    let least = reach * reach;
    for (const i of this.inBox(x - reach, y - reach, x + reach, y + reach)) {
      const [px, py] = this.at(i);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least || (distance === least && i > (best ?? -1))) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  /** All points in a rectangle, its rim included. */
  inBox(x0: number, y0: number, x1: number, y1: number): number[] {
    const found: number[] = [];
    const [left, right, top, bottom] = this.range;
    const from = (at: number, least: number) => Math.max(least, Math.floor(at / SQUARE));
    const to = (at: number, most: number) => Math.min(most, Math.floor(at / SQUARE));
    for (let cy = from(y0, top); cy <= to(y1, bottom); cy++)
      for (let cx = from(x0, left); cx <= to(x1, right); cx++)
        for (const i of this.cells.get(keyOf(cx, cy)) ?? []) {
          const [x, y] = this.at(i);
          if (x >= x0 && x <= x1 && y >= y0 && y <= y1) found.push(i);
        }
    return found;
  }

  /** All points inside a polygon (even-odd rule). */
  inPolygon(polygon: readonly (readonly [number, number])[]): number[] {
    if (polygon.length < 3) return [];
    const xs = polygon.map(([x]) => x);
    const ys = polygon.map(([, y]) => y);
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] as const;
    return this.inBox(...box).filter((i) => isInside(polygon, ...this.at(i)));
  }

  /** The point that one comes to when going on from `from`: near, and more ahead than aside. */
  towards(from: number, direction: "left" | "right" | "up" | "down"): number | null {
    const [x, y] = this.at(from);
    const [dx, dy] = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction] as [number, number];
    let best: number | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; 2 * i < this.points.length; i++) {
      const [px, py] = this.at(i);
      const ahead = (px - x) * dx + (py - y) * dy;
      const aside = Math.abs((px - x) * dy) + Math.abs((py - y) * dx);
      // Points at one place are passed through in their order.
      const twin = px === x && py === y && (dx + dy > 0 ? i > from : i < from);
      if (i === from || !(ahead > 0 || twin) || (!twin && aside > 2 * ahead)) continue;
      const cost = twin ? Math.abs(i - from) * 1e-9 : ahead + 2 * aside;
      if (cost < least) {
        least = cost;
        best = i;
      }
    }
    return best;
  }
}

const keyOf = (cx: number, cy: number): number => cy * 65_536 + cx;

function isInside(polygon: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let inside = false;
  let [ax, ay] = polygon[polygon.length - 1] as readonly [number, number];
  for (const [bx, by] of polygon) {
    if (by > y !== ay > y && x < ((ax - bx) * (y - by)) / (ay - by) + bx) inside = !inside;
    [ax, ay] = [bx, by];
  }
  return inside;
}

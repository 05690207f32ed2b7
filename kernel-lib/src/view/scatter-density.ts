/** Contours of the density of points: a histogram of small squares, smoothed by a Gaussian, cut at the levels that hold
 *  given shares of the points; lines by marching squares with linear interpolation. */

export interface Contour {
  /** Share of the points that lies inside. */
  share: number;
  /** Closed or cut lines in pixels, as an SVG path. */
  d: string;
}

/** Side of a square, and the standard deviation of the smoothing, in pixels. */
const SQUARE = 4;
const SPREAD = 10;
const SHARES = [0.9, 0.65, 0.4, 0.15];

/** @param points x0, y0, x1, y1, ... in pixels; NaN is left out
 *  @param box where to look */
export function densityContours(
  points: ArrayLike<number>,
  box: { x: number; y: number; width: number; height: number },
): Contour[] {
  const nx = Math.max(2, Math.ceil(box.width / SQUARE));
  const ny = Math.max(2, Math.ceil(box.height / SQUARE));
  let grid = new Float64Array(nx * ny); // [ny, nx]
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = Math.floor((points[i] - box.x) / SQUARE);
    const y = Math.floor((points[i + 1] - box.y) / SQUARE);
    if (x >= 0 && y >= 0 && x < nx && y < ny) grid[y * nx + x]++;
  }
  grid = smooth(grid, nx, ny);
  const total = grid.reduce((a, b) => a + b, 0);
  if (total === 0) return [];
  const sorted = Float64Array.from(grid).sort().reverse();
  return SHARES.flatMap((share) => {
    let inside = 0;
    const at = sorted.findIndex((value) => {
      inside += value;
      return inside >= share * total;
    });
    const d = lines(grid, nx, ny, sorted[at], box);
    return d === "" ? [] : [{ share, d }];
  });
}

/** Both directions, one after the other. */
function smooth(grid: Float64Array, nx: number, ny: number): Float64Array<ArrayBuffer> {
  const reach = Math.ceil((3 * SPREAD) / SQUARE);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, k) =>
    Math.exp(-0.5 * (((k - reach) * SQUARE) / SPREAD) ** 2),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  const along = (from: Float64Array, step: number, length: number, other: number, lines: number) => {
    const to = new Float64Array(from.length);
    for (let line = 0; line < lines; line++) {
      for (let i = 0; i < length; i++) {
        let value = 0;
        const [least, most] = [Math.max(-reach, -i), Math.min(reach, length - 1 - i)];
        for (let k = least; k <= most; k++) value += kernel[k + reach] * from[line * other + (i + k) * step];
        to[line * other + i * step] = value / sum;
      }
    }
    return to;
  };
  return along(along(grid, 1, nx, nx, ny), nx, ny, 1, nx);
}

/** The line where the grid crosses `level`, joined from the pieces of its squares. */
function lines(grid: Float64Array, nx: number, ny: number, level: number, box: { x: number; y: number }): string {
  const next = new Map<string, [string, number, number]>();
  const starts = new Map<string, [number, number]>();
  const ends = new Set<string>();
  const value = (x: number, y: number) => grid[y * nx + x];
  // Edges of a square: 0 top, 1 right, 2 bottom, 3 left; an edge's name is the same for both its squares.
  const cut = (x: number, y: number, edge: number): { key: string; px: number; py: number } => {
    const [ax, ay, bx, by] = [
      [x, y, x + 1, y],
      [x + 1, y, x + 1, y + 1],
      [x, y + 1, x + 1, y + 1],
      [x, y, x, y + 1],
    ][edge] as [number, number, number, number];
    const [a, b] = [value(ax, ay), value(bx, by)];
    const t = a === b ? 0.5 : (level - a) / (b - a);
    return {
      key: `${ax},${ay},${bx}`,
      px: box.x + (ax + (bx - ax) * t + 0.5) * SQUARE,
      py: box.y + (ay + (by - ay) * t + 0.5) * SQUARE,
    };
  };
  for (let y = 0; y + 1 < ny; y++) {
    for (let x = 0; x + 1 < nx; x++) {
      const corners = [value(x, y), value(x + 1, y), value(x + 1, y + 1), value(x, y + 1)];
      const code = corners.reduce((bits, corner, k) => bits + (corner >= level ? 1 << k : 0), 0);
      for (const [from, to] of PIECES[code]) {
        const [a, b] = [cut(x, y, from), cut(x, y, to)];
        next.set(a.key, [b.key, b.px, b.py]);
        starts.set(a.key, [a.px, a.py]);
        ends.add(b.key);
      }
    }
  }
  const r = (v: number) => Math.round(v * 10) / 10;
  const follow = (first: string): string => {
    const [x, y] = starts.get(first) as [number, number];
    let d = `M${r(x)},${r(y)}`;
    let key = first;
    for (;;) {
      const step = next.get(key);
      if (!step) return d;
      next.delete(key);
      if (step[0] === first) return `${d}Z`;
      d += `L${r(step[1])},${r(step[2])}`;
      key = step[0];
    }
  };
  // Lines that begin at the box's edge first, so that what is left are rings.
  const open = [...starts.keys()].filter((key) => !ends.has(key)).map(follow);
  const rings = [...starts.keys()].flatMap((key) => (next.has(key) ? [follow(key)] : []));
  return [...open, ...rings].join("");
}

/** Pieces of line in a square, from edge to edge with the dense side on the right, by which corners are dense. */
const PIECES: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [[0, 3]],
  [[1, 0]],
  [[1, 3]],
  [[2, 1]],
  [
    [0, 3],
    [2, 1],
  ],
  [[2, 0]],
  [[2, 3]],
  [[3, 2]],
  [[0, 2]],
  [
    [1, 0],
    [3, 2],
  ],
  [[1, 2]],
  [[3, 1]],
  [[0, 1]],
  [[3, 0]],
  [],
];

/** Finding points by place, checked against looking at all of them; the lasso, the way of the cursor, the motion, zooming. */
import { expect, test } from "vitest";
import { PointGrid } from "../../extension/src/scatter/grid";
import { eased } from "../../extension/src/scatter/motion";
import { around, dragged, zoomed } from "../../extension/src/scatter/zoom";
import { seeded } from "../../kernel-lib/src/stats";
import { scatterLayout, themes, valueAt } from "../../kernel-lib/src/view";
import { madeUpScatter } from "../view/made-up-scatter";

const random = seeded(3);
const points = Float32Array.from({ length: 2000 }, () => random.uniform() * 500);
points[10] = Number.NaN;
points[11] = Number.NaN;
const grid = new PointGrid(points);
const all = Array.from({ length: 1000 }, (_, i) => i);
const x = (i: number) => points[2 * i];
const y = (i: number) => points[2 * i + 1];

test("the nearest point within reach is the nearest of all", () => {
  for (let k = 0; k < 200; k++) {
    const [px, py] = [random.uniform() * 560 - 30, random.uniform() * 560 - 30];
    const within = all.filter((i) => Math.hypot(x(i) - px, y(i) - py) < 12);
    const best = within.sort((a, b) => Math.hypot(x(a) - px, y(a) - py) - Math.hypot(x(b) - px, y(b) - py))[0] ?? null;
    expect(grid.nearest(px, py, 12)).toBe(best);
  }
});

test("a box and a polygon hold what lies in them, and nothing without a place", () => {
  const box = grid.inBox(100, 120, 260, 300).sort((a, b) => a - b);
  expect(box).toEqual(all.filter((i) => x(i) >= 100 && x(i) <= 260 && y(i) >= 120 && y(i) <= 300));
  const diamond: [number, number][] = [
    [250, 50],
    [450, 250],
    [250, 450],
    [50, 250],
  ];
  const inside = grid.inPolygon(diamond).sort((a, b) => a - b);
  expect(inside).toEqual(all.filter((i) => Math.abs(x(i) - 250) + Math.abs(y(i) - 250) < 200));
  expect(grid.inBox(-1e4, -1e4, 1e4, 1e4)).not.toContain(5);
  expect(grid.inPolygon(diamond.slice(0, 2))).toEqual([]);
});

test("of points at one place the upper one is hit, and arrows pass through both", () => {
  const twins = new PointGrid(Float32Array.from([50, 50, 50, 50, 90, 50]));
  expect(twins.nearest(50, 50, 10)).toBe(1);
  expect(twins.towards(0, "right")).toBe(1);
  expect(twins.towards(1, "right")).toBe(2);
  expect(twins.towards(2, "right")).toBeNull();
  expect(twins.towards(1, "left")).toBe(0);
});

test("every point but the lost one can be reached by arrows", () => {
  const few = new PointGrid(points.slice(0, 120));
  const seen = new Set([0]);
  const open = [0];
  while (open.length > 0) {
    const from = open.pop() as number;
    for (const direction of ["left", "right", "up", "down"] as const) {
      const to = few.towards(from, direction);
      if (to !== null && !seen.has(to)) {
        seen.add(to);
        open.push(to);
      }
    }
  }
  expect(seen.has(5)).toBe(false);
  expect(seen.size).toBe(59);
});

test("the motion starts at once, arrives softly, and never turns back", () => {
  expect(eased(0)).toBeCloseTo(0, 6);
  expect(eased(1)).toBeCloseTo(1, 6);
  const steps = Array.from({ length: 51 }, (_, i) => eased(i / 50));
  expect(steps.every((value, i) => i === 0 || value >= (steps[i - 1] as number))).toBe(true);
  expect(eased(0.5)).toBeGreaterThan(0.8);
});

test("zooming keeps the spot under the pointer, ends at the whole, and does not go on for ever", () => {
  const whole = { x0: -4, x1: 4, y0: -3, y1: 3 };
  const next = zoomed(whole, whole, [1, 2], "in");
  if (next === null || next === "whole") throw new Error("nothing to zoom into");
  expect((1 - next.x0) / (next.x1 - next.x0)).toBeCloseTo((1 - whole.x0) / 8, 9);
  expect((2 - next.y0) / (next.y1 - next.y0)).toBeCloseTo((2 - whole.y0) / 6, 9);
  expect(zoomed(next, whole, [1, 2], "out")).toBe("whole");
  let [window, steps] = [next, 0];
  for (;;) {
    const nearer = zoomed(window, whole, [1, 2], "in");
    if (nearer === null) break;
    if (nearer === "whole" || ++steps > 40) throw new Error("it never ends");
    window = nearer;
  }
  expect(steps).toBeGreaterThan(5);
});

test("a window around points holds them all, with room; a drag moves it by as much", () => {
  const view = madeUpScatter();
  const layout = scatterLayout(view, themes.light, { width: 600 });
  const window = around(layout, [60, 61, 62]);
  if (!window) throw new Error("no window");
  for (const i of [60, 61, 62]) {
    const [px, py] = valueAt(layout, layout.points[2 * i] as number, layout.points[2 * i + 1] as number);
    expect(px > window.x0 && px < window.x1 && py > window.y0 && py < window.y1).toBe(true);
  }
  const zoomedIn = scatterLayout(view, themes.light, { width: 600 }, { zoom: window });
  expect(zoomedIn.unit.x).toBeGreaterThan(2 * layout.unit.x);
  const moved = scatterLayout(
    view,
    themes.light,
    { width: 600 },
    { zoom: dragged(zoomedIn.window, zoomedIn, 30, -20) },
  );
  expect(moved.points[120]).toBeCloseTo((zoomedIn.points[120] as number) + 30, 2);
  expect(moved.points[121]).toBeCloseTo((zoomedIn.points[121] as number) - 20, 2);
  expect(around(scatterLayout(view, themes.light, { width: 600 }, { hidden: [3] }), [60])).toBeNull();
});

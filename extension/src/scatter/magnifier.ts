/** Nearer and further: steps about a spot, drags, and the window that follows the keyboard's cursor or holds a selection. */
import {
  type ScatterLayout,
  type ScatterOptions,
  type ScatterView,
  scatterLayout,
  valueAt,
  type Window,
} from "patchbay/view";
import type { Gesture } from "../shell/gesture";
import { around, dragged, zoomed } from "./zoom";

export interface MagnifierActs {
  view(): ScatterView;
  options(): ScatterOptions;
  /** null before the first drawing. */
  goal(): ScatterLayout | null;
  theme(): Parameters<typeof scatterLayout>[1];
  /** The point under the cursor. */
  cursor(): number | undefined;
  inSight(point: number): boolean;
  zoom(zoom: Window | null, gesture: Gesture | null): void;
  /** The picture follows a drag at once. */
  drag(zoom: Window, gesture: Gesture): void;
  /** The picture follows the cursor. */
  follow(zoom: Window): void;
}

/** What a key or a step of the wheel moves by, as a share of what is drawn. */
const PAN = 0.2;

export class Magnifier {
  constructor(private readonly acts: MagnifierActs) {}

  step(direction: "in" | "out" | "reset", at: { x: number; y: number } | null, gesture: Gesture | null): boolean {
    const { acts } = this;
    const layout = acts.goal();
    if (!layout?.ready) return false;
    const options = acts.options();
    const { zoom } = options;
    if (direction === "reset") {
      if (zoom) acts.zoom(null, gesture);
      return zoom !== null;
    }
    const whole = scatterLayout(acts.view(), acts.theme(), layout, { ...options, zoom: null, density: "off" }).window;
    const next = zoomed(layout.window, whole, this.spot(layout, at), direction);
    if (next === null || (next === "whole" && zoom === null)) return false;
    acts.zoom(next === "whole" ? null : next, gesture);
    return true;
  }

  /** What stays where it is: under the pointer, else under the cursor, else in the middle. */
  private spot(layout: ScatterLayout, at: { x: number; y: number } | null): [number, number] {
    const point = this.acts.cursor();
    const [x, y] = at ? [at.x, at.y] : point === undefined ? [Number.NaN, Number.NaN] : placeOf(layout, point);
    const { window } = layout;
    return Number.isFinite(x + y) ? valueAt(layout, x, y) : [(window.x0 + window.x1) / 2, (window.y0 + window.y1) / 2];
  }

  /** A drag moves what is zoomed in on. */
  pan(dx: number, dy: number, gesture: Gesture): void {
    const { zoom } = this.acts.options();
    const goal = this.acts.goal();
    if (zoom && goal) this.acts.drag(dragged(zoom, goal, dx, dy), gesture);
  }

  /** Moves what is zoomed in on by a share of its size, to the right and up; answers whether anything is zoomed in on. */
  panBy([right, up]: readonly [number, number], gesture: Gesture): boolean {
    const { zoom } = this.acts.options();
    const goal = this.acts.goal();
    if (!zoom || !goal) return false;
    const { width, height } = goal.plot;
    this.acts.zoom(dragged(zoom, goal, -right * PAN * width, up * PAN * height), gesture);
    return true;
  }

  /** The keyboard's cursor may leave what is zoomed in on: the picture follows it. */
  keepInSight(): void {
    const { zoom } = this.acts.options();
    const goal = this.acts.goal();
    const point = this.acts.cursor();
    if (!zoom || !goal || point === undefined) return;
    const [x, y] = placeOf(goal, point);
    const { plot } = goal;
    if (this.acts.inSight(point) || !Number.isFinite(x + y)) return;
    this.acts.follow(dragged(zoom, goal, plot.x + plot.width / 2 - x, plot.y + plot.height / 2 - y));
  }

  zoomTo(points: readonly number[]): void {
    const goal = this.acts.goal();
    const zoom = goal && around(goal, points);
    if (zoom) this.acts.zoom(zoom, null);
  }
}

const placeOf = ({ points }: ScatterLayout, point: number): [number, number] => [
  points[2 * point] as number,
  points[2 * point + 1] as number,
];

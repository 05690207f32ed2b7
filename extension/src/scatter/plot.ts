/** The scatter's picture: the layout that follows the choices, the way to it from the one before, points as they are seen
 *  now, the strip of layers. */
import { classesOf, type ScatterLayout, type ScatterOptions, type ScatterView, scatterLayout } from "patchbay/view";
import type { Scene } from "../shell/types";
import { PointGrid } from "./grid";
import { Motion } from "./motion";
import { Painter } from "./paint";
import type { Marks } from "./state";
import { STRIP_HEIGHT, type Strip, stripOf } from "./strip";

/** Tallest plot, and how high it is for its width. */
const TALLEST = 560;
const LEAST_HEIGHT = 240;
const ASPECT = 0.74;

/** `at-once`: follows the pointer, which is a motion of its own. */
export type How = "moving" | "at-once";

export class Plot {
  private readonly painter = new Painter();
  readonly node = this.painter.node;
  private readonly motion: Motion;
  /** Where the points go; what is seen on the way there is `shown`. */
  goal: ScatterLayout | null = null;
  strip: Strip | null = null;
  private laidOut = "";
  /** Room and theme of the last drawing: only what is seen in the same place moves. */
  private place = "";
  private grid: PointGrid | null = null;

  constructor(
    private readonly root: Element,
    moved: () => void,
  ) {
    this.motion = new Motion(moved);
  }

  get shown(): ScatterLayout | null {
    return this.motion.shown;
  }

  /** Points where they are seen now. */
  get points(): PointGrid | null {
    const layout = this.motion.shown;
    if (layout && this.grid?.points !== layout.points) this.grid = new PointGrid(layout.points);
    return layout ? this.grid : null;
  }

  /** Whether a point will lie in the part that is zoomed in on. */
  inSight(point: number): boolean {
    if (!this.goal) return false;
    const { points, plot } = this.goal;
    const [x, y] = [points[2 * point] as number, points[2 * point + 1] as number];
    return x >= plot.x && x <= plot.x + plot.width && y >= plot.y && y <= plot.y + plot.height;
  }

  /** Other numbers have come: the next layout is made anew. */
  forget(): void {
    this.laidOut = "";
  }

  /** Lays out what is chosen in `width` pixels; answers how large that is. */
  layOut({ view, theme, width, room }: Scene<ScatterView>, options: ScatterOptions, plotWidth: number, how: How) {
    const stripHeight = view.modelLayers > 1 && width !== "tiny" ? STRIP_HEIGHT : 0;
    const height = Math.round(
      Math.min(Math.max(LEAST_HEIGHT, plotWidth * ASPECT), Math.max(LEAST_HEIGHT, room.height - stripHeight), TALLEST),
    );
    const place = JSON.stringify([plotWidth, height, theme]);
    const key = JSON.stringify([place, options]);
    if (key !== this.laidOut || !this.goal) {
      const moving = place === this.place && this.laidOut !== "";
      this.laidOut = key;
      this.place = place;
      this.goal = scatterLayout(view, theme, { width: plotWidth, height }, options);
      this.motion.go(this.goal, moving ? how : "at-once", this.root);
    }
    this.strip = stripHeight === 0 ? null : stripOf(view, options, { y: height, width: plotWidth });
    return { width: plotWidth, height: height + stripHeight };
  }

  paint({ view, theme }: Scene<ScatterView>, { selection }: Marks, means: boolean): void {
    const layout = this.motion.shown;
    if (!layout) return;
    const selected = new Uint8Array(view.prompts.length);
    for (const { point } of selection) selected[point] = 1;
    this.painter.paint({ layout, theme, classOf: classesOf(view), selected, means, strip: this.strip });
  }

  dispose(): void {
    this.motion.stop();
  }
}

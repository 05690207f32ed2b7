/** The heatmap's picture: drawn when its specification has changed, and whatever went wrong with it. */
import { type HeatmapView, heatmapSpec, type Theme } from "patchbay/view";
import { Picture } from "../picture";
import type { Drawn } from "../shell/types";
import type { Fresh } from "./fresh";
import { type Arrangement, isRunning } from "./scene";

/** Above this the picture is a canvas: as SVG it would hold a node for each cell. */
const SVG_CELLS = 2_000;

export class Drawing {
  private readonly picture = new Picture();
  readonly node = this.picture.node;
  /** The drawn specification, and the one that could not be drawn. */
  private drawn = "";
  private failed: { spec: string; message: string } | null = null;

  constructor(
    private readonly fresh: Fresh,
    private readonly redraw: () => void,
  ) {}

  show(view: HeatmapView, theme: Theme, { layout, options, size }: Arrangement): void {
    const spec = heatmapSpec(view, theme, size, options);
    const text = JSON.stringify(spec);
    if (this.failed?.spec !== text) this.failed = null;
    if (text === this.drawn) return;
    this.drawn = text;
    const cells = layout.panels.reduce((sum, panel) => sum + panel.cells.length, 0);
    const fresh = this.fresh.since(layout, isRunning(view.state));
    this.picture.show(spec, cells > SVG_CELLS ? "canvas" : "svg").then(
      () => this.fresh.show(layout, fresh),
      (error: unknown) => {
        this.failed = { spec: text, message: String(error) };
        this.redraw();
      },
    );
  }

  /** What is said instead of a picture that could not be drawn; null for most. */
  get notice(): Drawn["notice"] {
    if (!this.failed) return null;
    const { message } = this.failed;
    return { icon: "warning", title: "The picture could not be drawn", text: message, message };
  }

  dispose(): void {
    this.picture.dispose();
  }
}

/** Paints the picture: the same drawing that is printed. As SVG for up to some thousand curves; with more, the curves go
 *  on a canvas below an SVG of all the rest, as the browser would have to keep a node for each. */
import {
  BAND_OPACITY,
  CLIP,
  HALO,
  type PathCurve,
  type PathsLayout,
  pathsDrawing,
  rankColour,
  type Theme,
  thinOpacity,
} from "patchbay/view";
import { el } from "../dom";

/** Above this the curves are painted on a canvas. */
const SVG_CURVES = 3_000;

export class Picture {
  readonly node = el("div", { class: "pb-picture pb-data", "aria-hidden": "true" });
  private drawn: { layout: PathsLayout; theme: Theme; scale: number } | null = null;

  /** Repaints only when something has changed; hovering never does. */
  show(layout: PathsLayout, theme: Theme): void {
    const scale = window.devicePixelRatio || 1;
    const { drawn } = this;
    if (drawn?.layout === layout && drawn.theme === theme && drawn.scale === scale) return;
    this.drawn = { layout, theme, scale };
    const onCanvas = layout.curves.length > SVG_CURVES;
    const text = pathsDrawing(layout, theme, onCanvas ? "without-curves" : "with-curves");
    // Our own drawing, whose texts are escaped; parsed as XML, in which nothing runs.
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    if (parsed.localName !== "svg") throw new Error("the drawing of this path graph is not well-formed");
    const picture = document.importNode(parsed, true);
    this.node.replaceChildren(...(onCanvas ? [canvasOf(layout, theme, scale), picture] : [picture]));
  }
}

function canvasOf(layout: PathsLayout, theme: Theme, scale: number): HTMLCanvasElement {
  const canvas = el("canvas", {
    class: "pb-curves",
    width: Math.round(layout.width * scale),
    height: Math.round(layout.height * scale),
  });
  canvas.style.width = `${layout.width}px`;
  canvas.style.height = `${layout.height}px`;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser gives no canvas to draw on");
  context.scale(scale, scale);
  const { band } = layout;
  if (band) {
    context.globalAlpha = BAND_OPACITY;
    context.fillStyle = theme.colour.text;
    context.fillRect(band.x, band.y, band.width, band.height);
    context.globalAlpha = 1;
  }
  const lines = new Path2D(layout.lines.map(({ x1, x2, y }) => `M${x1},${y}H${x2}`).join(""));
  stroke(context, lines, theme.colour.line, 0.5);
  const { plot } = layout;
  context.beginPath();
  context.rect(plot.x - CLIP, plot.y - CLIP, plot.width + 2 * CLIP, plot.height + 2 * CLIP);
  context.clip();
  const thin = layout.curves.filter((curve) => curve.rankClass < 0);
  context.globalAlpha = thinOpacity(layout);
  for (const curve of thin) stroke(context, new Path2D(curve.d), theme.colour.text2, curve.width);
  context.globalAlpha = 1;
  for (const curve of layout.curves) if (curve.rankClass >= 0) full(context, curve, theme);
  return canvas;
}

function full(context: CanvasRenderingContext2D, { d, width, rankClass }: PathCurve, theme: Theme): void {
  const path = new Path2D(d);
  stroke(context, path, theme.colour.surface, width + HALO);
  stroke(context, path, rankColour(rankClass, theme), width);
}

function stroke(context: CanvasRenderingContext2D, path: Path2D, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

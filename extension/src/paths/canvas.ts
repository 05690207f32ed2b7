/** A path graph's marks on canvases: what the SVG drawing holds between its ground and its words, in the same order and
 *  the same sizes, for graphs whose curves would be thousands of nodes. Painted once for a layout; pointing at it moves only what lies above. */
import {
  BEND,
  CLIP,
  dotData,
  HALO,
  hasHalo,
  nodeLine,
  nodeRadius,
  type PathCurve,
  type PathsLayout,
  rankColour,
  type Theme,
  thinOpacity,
} from "patchbay/view";
import { el } from "../dom";

/** Curves, and above them nodes and bars: two, as the curves alone fade.
 *  @param scale device pixels for one of CSS */
export function canvasesOf(layout: PathsLayout, theme: Theme, scale: number): HTMLCanvasElement[] {
  return [
    canvas("pb-curves", layout, scale, (context) => curves(context, layout, theme)),
    canvas("pb-nodes", layout, scale, (context) => nodes(context, layout, theme)),
  ];
}

function canvas(
  name: string,
  { width, height }: PathsLayout,
  scale: number,
  paint: (context: Context) => void,
): HTMLCanvasElement {
  const node = el("canvas", { class: name, width: Math.round(width * scale), height: Math.round(height * scale) });
  node.style.width = `${width}px`;
  node.style.height = `${height}px`;
  const context = node.getContext("2d");
  if (!context) throw new Error("the browser gives no canvas to draw on");
  context.scale(scale, scale);
  paint(context);
  return node;
}

type Context = CanvasRenderingContext2D;

/** What leads out of the window ends at its rim. */
function curves(context: Context, layout: PathsLayout, theme: Theme): void {
  const { plot, row } = layout;
  context.beginPath();
  context.rect(plot.x - CLIP, plot.y - CLIP, plot.width + 2 * CLIP, plot.height + 2 * CLIP);
  context.clip();
  const thin = thinOpacity(layout);
  for (const curve of layout.curves) {
    const { rankClass, width } = curve;
    trace(context, curve, row);
    if (rankClass < 0) {
      context.globalAlpha = thin;
      stroke(context, theme.colour.text2, width);
      continue;
    }
    context.globalAlpha = 1;
    if (hasHalo(layout, curve)) stroke(context, theme.colour.surface, width + HALO);
    stroke(context, rankColour(rankClass, theme), width);
  }
}

/** The curve that the drawing writes as path data. */
function trace(context: Context, { x1, y1, x2, y2 }: PathCurve, row: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  if (x1 === x2) context.lineTo(x2, y2);
  else context.bezierCurveTo(x1, y1 - row * BEND, x2, y2 + row * BEND, x2, y2);
}

function nodes(context: Context, layout: PathsLayout, theme: Theme): void {
  const { surface, text, text2, lineStrong } = theme.colour;
  context.lineCap = "round";
  context.strokeStyle = lineStrong;
  context.lineWidth = 1.5;
  context.stroke(new Path2D(dotData(layout)));
  context.lineCap = "butt";
  const r = nodeRadius(layout);
  context.beginPath();
  for (const { x, y } of layout.nodes) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  }
  context.fillStyle = surface;
  context.fill();
  stroke(context, text, nodeLine(layout));
  for (const { x, y, width, height, strong } of layout.bars) {
    context.fillStyle = strong ? text : text2;
    context.fillRect(x, y, width, height);
  }
}

function stroke(context: Context, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

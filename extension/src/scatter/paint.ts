/** Paints a scatter: grid, ellipses, points and contours on a canvas, texts as SVG over it. A point is a stamp that is
 *  drawn once for each class and then copied, so that ten thousand of them take some milliseconds. Both follow
 *  view/scatter-layout.ts, from which the printed figure is drawn as well. */
import {
  type ClassMark,
  classColour,
  contourColour,
  ELLIPSE_DASH,
  GLYPHS,
  HALVES,
  leads,
  openStroke,
  type ScatterLayout,
  type Theme,
  titleParts,
} from "patchbay/view";
import { el, svg } from "../dom";
import { type Strip, stripNodes } from "./strip";

export interface Painted {
  layout: ScatterLayout;
  theme: Theme;
  classOf: ArrayLike<number>;
  /** 1 for selected points. */
  selected: Uint8Array;
  means: boolean;
  strip: Strip | null;
}

/** Of grid lines in high contrast, where all lines are ink. */
const GRID_ALPHA = 0.35;
/** Ink and halo around a selected point, beyond its rim; small points, of which there are many, have a thin line of ink
 *  and no halo. */
const INK = 2.6;
const HALO = 1.3;
const THIN_INK = 1;
const SMALL = 3;

export class Painter {
  private readonly canvas = el("canvas");
  private readonly texts = svg("svg");
  readonly node = el(
    "div",
    { class: "pb-picture pb-data pb-scatter-picture", "aria-hidden": "true" },
    this.canvas,
    this.texts,
  );
  private stamps = new Map<string, HTMLCanvasElement>();
  private stampsOf = "";

  paint(scene: Painted): void {
    const { layout, theme, strip } = scene;
    const scale = window.devicePixelRatio || 1;
    const height = layout.height + (strip?.height ?? 0);
    const size = [Math.round(layout.width * scale), Math.round(layout.height * scale)] as const;
    if (this.canvas.width !== size[0] || this.canvas.height !== size[1]) [this.canvas.width, this.canvas.height] = size;
    this.canvas.style.width = `${layout.width}px`;
    this.canvas.style.height = `${layout.height}px`;
    const context = this.canvas.getContext("2d");
    if (!context) throw new Error("the browser gives no canvas to draw on");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, layout.width, layout.height);
    this.ground(context, scene);
    this.points(context, scene, scale);
    this.above(context, scene);
    this.texts.setAttribute("width", String(layout.width));
    this.texts.setAttribute("height", String(height));
    this.texts.setAttribute("font-family", theme.font);
    this.texts.replaceChildren(...textNodes(layout, theme), ...(strip ? stripNodes(strip, theme, layout.width) : []));
  }

  private ground(context: CanvasRenderingContext2D, { layout, theme }: Painted): void {
    const { plot, xTicks, yTicks } = layout;
    context.strokeStyle = theme.colour.line;
    const contrast = theme.cell.outline !== null;
    const rule = (value: number, x1: number, y1: number, x2: number, y2: number) => {
      context.lineWidth = value === 0 ? 1 : 0.5;
      context.globalAlpha = value === 0 || !contrast ? 1 : GRID_ALPHA;
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
    };
    for (const { value, at } of xTicks) rule(value, at, plot.y, at, plot.y + plot.height);
    for (const { value, at } of yTicks) rule(value, plot.x, at, plot.x + plot.width, at);
    context.globalAlpha = 1;
    clipped(context, layout, () => {
      for (const mark of layout.classes) ellipse(context, mark, theme);
    });
  }

  private points(
    context: CanvasRenderingContext2D,
    { layout, theme, classOf, selected }: Painted,
    scale: number,
  ): void {
    const { points, radius, classes } = layout;
    const key = JSON.stringify([theme.name, theme.colour, radius, scale]);
    if (key !== this.stampsOf) {
      this.stampsOf = key;
      this.stamps = new Map();
    }
    const pad = Math.ceil(radius * 1.4 + INK + 1);
    const stamp = (k: number, part: StampPart) => {
      const name = `${k} ${part}`;
      const known = this.stamps.get(name);
      if (known) return known;
      const made = stampOf(classes[k] as ClassMark, theme, { radius, scale, pad, part });
      this.stamps.set(name, made);
      return made;
    };
    clipped(context, layout, () => {
      // Selected points keep full strength over the others; all their ink first, so that it never covers a point.
      for (const part of ["plain", "ink", "selected"] as const) {
        context.globalAlpha = part === "plain" ? layout.opacity : 1;
        for (let i = 0; 2 * i < points.length; i++) {
          if ((selected[i] === 1) === (part === "plain")) continue;
          const [x, y] = [points[2 * i] as number, points[2 * i + 1] as number];
          if (Number.isNaN(x)) continue;
          context.drawImage(stamp(classOf[i] as number, part), x - pad, y - pad, 2 * pad, 2 * pad);
        }
      }
      context.globalAlpha = 1;
    });
  }

  private above(context: CanvasRenderingContext2D, { layout, theme, means }: Painted): void {
    clipped(context, layout, () => {
      for (const { d, share } of layout.contours) {
        const path = new Path2D(d);
        stroke(context, path, theme.colour.surface, 3);
        stroke(context, path, contourColour(share, theme), 1.25);
      }
      for (const { x, y, x2, y2 } of leads(layout, theme))
        stroke(context, new Path2D(`M${x},${y}L${x2},${y2}`), theme.colour.text2, 0.75);
      if (!means) return;
      for (const { mean, stats } of layout.classes) {
        // The mean of one prompt would hide it.
        if (!mean || stats?.n === 1) continue;
        const path = new Path2D(`M${mean.x - 5},${mean.y}h10M${mean.x},${mean.y - 5}v10`);
        stroke(context, path, theme.colour.surface, 4);
        stroke(context, path, theme.colour.ink, 1.75);
      }
    });
  }
}

function clipped(context: CanvasRenderingContext2D, { plot }: ScatterLayout, draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(plot.x, plot.y, plot.width, plot.height);
  context.clip();
  draw();
  context.restore();
}

function stroke(context: CanvasRenderingContext2D, path: Path2D, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

function ellipse(context: CanvasRenderingContext2D, { mean, ellipse: of, look }: ClassMark, theme: Theme): void {
  if (!mean || !of) return;
  const colour = classColour(look, theme);
  context.beginPath();
  context.ellipse(mean.x, mean.y, of.rx, of.ry, (of.angle * Math.PI) / 180, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.globalAlpha = 0.06;
  context.fill();
  context.globalAlpha = theme.cell.outline === null ? 0.55 : 1;
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash([...ELLIPSE_DASH[look.fill]]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

type StampPart = "plain" | "ink" | "selected";

/** A class's point on a canvas of its own, `pad` pixels from its middle to every side. */
function stampOf(
  { look }: ClassMark,
  theme: Theme,
  at: { radius: number; scale: number; pad: number; part: StampPart },
): HTMLCanvasElement {
  const { radius, scale, pad } = at;
  const canvas = el("canvas", { width: Math.ceil(2 * pad * scale), height: Math.ceil(2 * pad * scale) });
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser gives no canvas to draw on");
  const { surface, ink } = theme.colour;
  const colour = classColour(look, theme);
  const scaled = (path: string, by: number) => {
    const whole = new Path2D();
    whole.addPath(new Path2D(path), new DOMMatrix([by, 0, 0, by, 0, 0]));
    return whole;
  };
  context.setTransform(scale, 0, 0, scale, scale * pad, scale * pad);
  context.lineJoin = "round";
  const outline = GLYPHS[look.glyph] as string;
  const fillOut = (more: number, colour: string) => {
    context.fillStyle = colour;
    context.fill(scaled(outline, radius + more));
  };
  if (at.part === "ink") {
    fillOut(radius < SMALL ? THIN_INK : INK, ink);
    return canvas;
  }
  if (at.part === "selected" && radius >= SMALL) fillOut(HALO, surface);
  const shape = scaled(outline, radius);
  const width = openStroke(radius, false);
  context.fillStyle = look.fill === "filled" ? colour : surface;
  context.fill(shape);
  if (look.fill === "half") {
    context.fillStyle = colour;
    context.fill(scaled(HALVES[look.glyph] as string, radius));
  }
  stroke(context, shape, look.fill === "filled" ? surface : colour, look.fill === "filled" ? width / 3 : width);
  return canvas;
}

function textNodes(layout: ScatterLayout, theme: Theme): SVGElement[] {
  const { plot, xTicks, yTicks, compact } = layout;
  const { tick, label } = theme.size;
  const write = (words: string, look: Record<string, string | number>) =>
    svg("text", { "font-size": tick, fill: theme.colour.text2, ...look }, words);
  const ticks = compact
    ? []
    : [
        ...xTicks.map(({ at, text }) =>
          write(text, { x: at, y: plot.y + plot.height + tick * 1.36, "text-anchor": "middle" }),
        ),
        ...yTicks.map(({ at, text }) =>
          write(text, { x: plot.x - tick * 0.6, y: at + tick * 0.36, "text-anchor": "end" }),
        ),
      ];
  const titles = titleParts(layout, theme).map(({ text, x, y, angle, align, colour }) =>
    write(text, {
      x,
      y,
      "font-size": label,
      fill: colour,
      "text-anchor": align === "right" ? "end" : "start",
      ...(angle === 0 ? {} : { transform: `rotate(${angle} ${x} ${y})` }),
    }),
  );
  const names = layout.classes.flatMap(({ name }) =>
    name
      ? [
          write(name.text, {
            class: "pb-class-name",
            x: name.x,
            y: name.y,
            "font-size": label,
            "font-weight": 600,
            "text-anchor": "middle",
            fill: theme.colour.text,
            stroke: theme.colour.surface,
          }),
        ]
      : [],
  );
  return [...ticks, ...titles, ...names];
}

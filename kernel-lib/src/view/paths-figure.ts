/** A path graph as one SVG text: what print, PNG, PDF and the widget's own export use, by the layout that the widget
 *  paints. A look goes with it: filters, groups, bands, names, the window, the highlight, the pins. */
import { curvePoint } from "./paths-curve";
import { PathGraph } from "./paths-graph";
import { curvesByHop, type HighlightShape, highlightOf } from "./paths-highlight";
import { nodeAt } from "./paths-hit";
import { latticeView } from "./paths-lattice";
import { type PathCurve, type PathsLayout, pathsLayout, rankColour } from "./paths-layout";
import { type PathsLook, PLAIN_LOOK } from "./paths-look";
import { HALO, nodeRadius, pathsDrawing } from "./paths-svg";
import type { PathsView } from "./paths-types";
import { pathEdges } from "./paths-view";
import { pathHops } from "./paths-weave";
import type { Theme } from "./theme";

/** The curves below a highlight. */
const DIM = 0.28;

export interface DrawnPaths {
  svg: string;
  /** CSS pixels. */
  width: number;
  height: number;
}

/** @param view as it was traced
 *  @example pathsFigure(view, themes.print, { width: 648 }, { rank: 1, band: 2 }).svg */
export function pathsFigure(
  view: PathsView,
  theme: Theme,
  size: { width: number; height?: number },
  given: Partial<PathsLook> = {},
): DrawnPaths {
  const look = { ...PLAIN_LOOK, ...given };
  const drawn = latticeView(view, look, look);
  const flow = drawn.lattice?.flow ?? null;
  const graph = new PathGraph(pathEdges(drawn), flow);
  const layout = pathsLayout(drawn, size, look);
  const curves = curvesByHop(layout);
  const path = look.path === null || !flow ? [] : pathHops(flow, look.path);
  const lit = highlightOf({ layout, graph, maxRank: view.maxRank }, { selection: look.selection, path }, curves);
  const pins = pinTexts(look.pins, { layout, curves, graph, theme });
  const svg = pathsDrawing(layout, theme, {
    dim: lit.length > 0 ? DIM : 1,
    lit: lit.flatMap((shape) => shapeText(shape, theme)).join(""),
    above: pins.length === 0 ? "" : `<g aria-label="pins">${pins.join("")}</g>`,
  });
  return { svg, width: layout.width, height: layout.height };
}

/** The same, its text alone.
 *  @example pathsSvg(view, themes.print, { width: 648 }) */
export const pathsSvg = (...asked: Parameters<typeof pathsFigure>): string => pathsFigure(...asked).svg;

function shapeText(shape: HighlightShape, theme: Theme): string[] {
  const { surface, ink } = theme.colour;
  if (shape.kind === "ends") return [`<path d="${shape.d}" fill="${surface}" stroke="${ink}" stroke-width="1"/>`];
  const { d, width, rankClass } = shape;
  const line = (stroke: string, w: number) =>
    `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${Math.round(w * 100) / 100}"/>`;
  const lit = line(rankColour(rankClass, theme), width);
  if (shape.kind === "line") return [line(surface, width + HALO), lit];
  return [line(surface, width + 9), line(ink, width + 6.5), line(surface, width + 2), lit];
}

function pinTexts(
  pins: PathsLook["pins"],
  of: { layout: PathsLayout; curves: ReadonlyMap<number, PathCurve>; graph: PathGraph; theme: Theme },
): string[] {
  const { layout, curves, graph, theme } = of;
  return pins.flatMap((pin) => {
    const colour = theme.ramps.pin[(pin.number - 1) % theme.ramps.pin.length];
    if ("boundary" in pin) {
      const at = nodeAt(layout, pin);
      if (!at) return [];
      const r = nodeRadius(layout) + 2;
      const ring = `<circle cx="${at.x}" cy="${at.y}" r="${r}" fill="none" stroke="${colour}" stroke-width="1.4"/>`;
      return [ring + badgeText(at.x + 6, at.y - 6, pin.number, colour, theme)];
    }
    const edge = graph.edge(pin.layer, pin.from, pin.to);
    const curve = edge && curves.get(edge.index);
    if (!curve) return [];
    const { x, y } = curvePoint(curve, layout.row, 0.5);
    const { plot } = layout;
    return x < plot.x || x > plot.x + plot.width ? [] : [badgeText(x, y, pin.number, colour, theme)];
  });
}

function badgeText(x: number, y: number, number: number, colour: string, theme: Theme): string {
  const [at, r] = [(value: number) => Math.round(value * 100) / 100, 5];
  return (
    `<circle cx="${at(x)}" cy="${at(y)}" r="${r}" fill="${colour}" stroke="${theme.colour.surface}" stroke-width="0.8"/>` +
    `<text x="${at(x)}" y="${at(y + r * 0.42)}" text-anchor="middle" font-weight="700" font-size="${r * 1.3}" fill="${theme.ramps.onPin}">${number}</text>`
  );
}

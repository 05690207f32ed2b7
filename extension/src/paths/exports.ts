/** Export of a path graph. SVG, PNG and the table of edges are made here, in the print theme with the pins on top, so
 *  they work without a kernel; PDF and the table of counts are made by the kernel when it is there. */
import {
  curvePoint,
  journal,
  nodeRadius,
  type PathEdge,
  type PathsLayout,
  type PathsOptions,
  type PathsView,
  pathsDrawing,
  pathsLayout,
  themes,
} from "patchbay/view";
import { csvBlob, PNG_DPI, PX_PER_INCH, svgBlob, svgToPng } from "../shell/exports";
import { pinColour, printedBadge, withPins } from "../shell/frames";
import type { Export } from "../shell/types";
import { isHop, type Pin } from "./state";
import { toCsv } from "./table";

export interface ExportScene {
  view: PathsView;
  options: PathsOptions;
  /** Hops that the filters leave. */
  edges: readonly PathEdge[];
  pins: readonly Pin[];
}

export function pathsExports(scene: ExportScene): Export[] {
  const { view, edges } = scene;
  return [
    { label: "SVG", note: "figure", extension: "svg", make: () => svgBlob(printed(scene).svg) },
    { label: "PNG", note: `${PNG_DPI} dpi`, extension: "png", make: () => toPng(printed(scene)) },
    { label: "PDF", note: "figure", kernel: "pdf" },
    { label: "CSV", note: "edges", extension: "csv", make: () => csvBlob(toCsv(view, edges)) },
    { label: "CSV", note: "paths by token", kernel: "csv" },
    { label: "LaTeX", note: "paths by token", kernel: "latex" },
  ];
}

const toPng = ({ svg, width, height }: { svg: string; width: number; height: number }) => svgToPng(svg, width, height);

/** The page's width: a lattice of tokens and layers needs it. */
function printed({ view, options, pins }: ExportScene): { svg: string; width: number; height: number } {
  const layout = pathsLayout(view, { width: journal["double-column"] * PX_PER_INCH }, options);
  const svg = withPins(pathsDrawing(layout, themes.print), pinSvg(layout, pins));
  return { svg, width: layout.width, height: layout.height };
}

function pinSvg(layout: PathsLayout, pins: readonly Pin[]): string[] {
  return pins.flatMap((pin) => {
    const at = placeOf(layout, pin);
    if (!at) return [];
    const colour = pinColour(themes.print, pin);
    const ring = isHop(pin)
      ? ""
      : `<circle cx="${at.x}" cy="${at.y}" r="${nodeRadius(layout) + 2}" fill="none" stroke="${colour}" stroke-width="1.4"/>`;
    const [x, y] = isHop(pin) ? [at.x, at.y] : [at.x + 6, at.y - 6];
    return [ring + printedBadge(x, y, 5, pin.number, themes.print)];
  });
}

function placeOf(layout: PathsLayout, pin: Pin): { x: number; y: number } | null {
  if (!isHop(pin)) return layout.nodes.find((n) => n.boundary === pin.boundary && n.position === pin.position) ?? null;
  const { layer, from, to } = pin;
  const curve = layout.curves.find(({ edge: e }) => e.layer === layer && e.from === from && e.to === to);
  return curve ? curvePoint(curve, layout.row, 0.5) : null;
}

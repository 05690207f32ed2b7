/** Export of a path graph. SVG, PNG and the table of edges are made here, in the print theme with the pins on top, so
 *  they work without a kernel; PDF and the table of counts are made by the kernel when it is there. */
import {
  curvePoint,
  journal,
  nodeAt,
  nodeRadius,
  type PathsChoice,
  type PathsLayout,
  type PathsOptions,
  type PathsPlace,
  type PathsView,
  type PathWindow,
  pathEdges,
  pathsDrawing,
  pathsLayout,
  themes,
} from "patchbay/view";
import { csvBlob, PNG_DPI, PX_PER_INCH, svgBlob, svgToPng } from "../shell/exports";
import { pinColour, printedBadge, withPins } from "../shell/frames";
import type { Export } from "../shell/types";
import { isHop, type Pin } from "./state";
import { pathsCsv, toCsv } from "./table";

export interface ExportScene {
  /** On its lattice, as it is drawn. */
  view: PathsView;
  stored: PathsView;
  options: PathsOptions;
  window: PathWindow | null;
  place: PathsPlace;
  /** Paths that the filters leave, in the order of the list. */
  paths: readonly number[];
  pins: readonly Pin[];
}

export function pathsExports(scene: ExportScene): Export[] {
  const { view, stored, paths, options, place } = scene;
  const chosen: PathsChoice = { ...place, ...options };
  return [
    { label: "SVG", note: "figure", extension: "svg", make: () => svgBlob(printed(scene).svg) },
    { label: "PNG", note: `${PNG_DPI} dpi`, extension: "png", make: () => toPng(printed(scene)) },
    { label: "PDF", note: "figure", kernel: "pdf", paths: chosen },
    { label: "CSV", note: "edges", extension: "csv", make: () => csvBlob(toCsv(view, pathEdges(view))) },
    ...(paths.length > 0
      ? [{ label: "CSV", note: "paths", extension: "csv", make: () => csvBlob(pathsCsv(stored, paths)) }]
      : []),
    { label: "CSV", note: "paths by token", kernel: "csv" },
    { label: "LaTeX", note: "paths by token", kernel: "latex" },
  ];
}

const toPng = ({ svg, width, height }: { svg: string; width: number; height: number }) => svgToPng(svg, width, height);

/** The page's width: a lattice of tokens and layers needs it. */
function printed({ view, options, window, pins }: ExportScene): { svg: string; width: number; height: number } {
  const layout = pathsLayout(view, { width: journal["double-column"] * PX_PER_INCH }, { ...options, window });
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
  if (!isHop(pin)) return nodeAt(layout, pin);
  const { layer, from, to } = pin;
  const curve = layout.curves.find(({ edge: e }) => e.layer === layer && e.from === from && e.to === to);
  return curve ? curvePoint(curve, layout.row, 0.5) : null;
}

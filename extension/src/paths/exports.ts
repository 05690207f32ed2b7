/** Export of a path graph. SVG, PNG and the table of edges are made here, so they work without a kernel; PDF and the table
 *  of counts are made by the kernel when it is there. Both draw by the same function: filters, groups, bands, names, the
 *  window, what is highlighted and the pins are those that are seen. */
import {
  journal,
  type PathsChoice,
  type PathsLook,
  type PathsPlace,
  type PathsView,
  pathEdges,
  pathsFigure,
} from "patchbay/view";
import { csvBlob, PNG_DPI, PX_PER_INCH, svgBlob, svgToPng } from "../shell/exports";
import type { Export } from "../shell/types";
import { printTheme } from "../theme";
import { pathsCsv, toCsv } from "./table";

export interface ExportScene {
  /** On its lattice, as it is drawn. */
  view: PathsView;
  stored: PathsView;
  look: PathsLook;
  place: PathsPlace;
  /** All paths of this graph were asked for. */
  whole: boolean;
  /** Paths that the filters leave, in the order of the list. */
  paths: readonly number[];
}

export function pathsExports({ view, stored, look, place, whole, paths }: ExportScene): Export[] {
  const chosen: PathsChoice = { ...place, whole, ...look };
  // The page's width: a lattice of tokens and layers needs it.
  const drawn = () => pathsFigure(stored, printTheme(), { width: journal["double-column"] * PX_PER_INCH }, look);
  const png = ({ svg, width, height }: ReturnType<typeof drawn>) => svgToPng(svg, width, height);
  return [
    { label: "SVG", note: "figure", extension: "svg", make: () => svgBlob(drawn().svg) },
    { label: "PNG", note: `${PNG_DPI} dpi`, extension: "png", make: () => png(drawn()) },
    { label: "PDF", note: "figure", kernel: "pdf", paths: chosen },
    { label: "CSV", note: "edges", extension: "csv", make: () => csvBlob(toCsv(view, pathEdges(view))) },
    ...(paths.length > 0
      ? [{ label: "CSV", note: "paths", extension: "csv", make: () => csvBlob(pathsCsv(stored, paths)) }]
      : []),
    { label: "CSV", note: "paths by token", kernel: "csv" },
    { label: "LaTeX", note: "paths by token", kernel: "latex" },
  ];
}

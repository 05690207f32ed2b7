/** Export of a heatmap. SVG, PNG and CSV are made here, from the same specification in the print theme with the pins
 *  on top, so they work without a kernel; PDF and LaTeX tables are made by the kernel when it is there. */
import {
  cellRect,
  type HeatmapLayout,
  type HeatmapOptions,
  type HeatmapView,
  heatmapLayout,
  heatmapSpec,
  journal,
  themes,
} from "patchbay/view";
import { toCanvas, toSvg } from "../picture";
import { csvBlob, PNG_DPI, PX_PER_INCH, pngBlob, svgBlob, vegaLite } from "../shell/exports";
import { pinColour, printedBadge, withPins } from "../shell/frames";
import type { Export } from "../shell/types";
import { printTheme } from "../theme";
import type { Numbers } from "./numbers";
import { outset } from "./overlay";
import type { Extent, Pin } from "./state";
import { tableOf, toCsv } from "./table";

export interface ExportScene {
  view: HeatmapView;
  options: HeatmapOptions;
  numbers: Numbers;
  extent: Extent;
  pins: readonly Pin[];
  /** Which of the view's slices is drawn; null: it has none. */
  slice: number | null;
}

export function heatmapExports(scene: ExportScene): Export[] {
  const { numbers, options, extent, slice } = scene;
  const { metric, mode, hatch, panels, difference, limits, threshold, window } = options;
  // The kernel draws what is drawn here, whatever the width.
  const heatmap = { mode, hatch, panels, difference, limits, threshold, window, ...(slice !== null && { slice }) };
  return [
    { label: "SVG", note: "figure", extension: "svg", make: () => toFigure(scene) },
    { label: "PNG", note: `${PNG_DPI} dpi`, extension: "png", make: () => toPng(scene) },
    { label: "PDF", note: "figure", kernel: "pdf", metric, heatmap },
    {
      label: "CSV",
      note: "table",
      extension: "csv",
      make: () => csvBlob(toCsv(tableOf(numbers, metric, extent))),
    },
    { label: "LaTeX", note: "table", kernel: "latex", metric },
    vegaLite(() => printed(scene).spec),
  ];
}

/** One column for one panel, the page's width for several. */
function printed({ view, options }: ExportScene) {
  const panels = options.panels.length + (options.difference ? 1 : 0);
  const size = { width: journal[panels > 1 ? "double-column" : "single-column"] * PX_PER_INCH };
  const chosen: HeatmapOptions = { ...options, previousLimit: null, letters: panels > 1 };
  return {
    layout: heatmapLayout(view, printTheme(), size, chosen),
    spec: heatmapSpec(view, printTheme(), size, chosen),
  };
}

async function toFigure(scene: ExportScene): Promise<Blob> {
  const { spec, layout } = printed(scene);
  return svgBlob(withPins(await toSvg(spec), pinSvg(layout, scene.pins)));
}

async function toPng(scene: ExportScene): Promise<Blob> {
  const { spec, layout } = printed(scene);
  const scale = PNG_DPI / PX_PER_INCH;
  const canvas = await toCanvas(spec, scale);
  drawPins(canvas, layout, scene.pins, scale);
  return pngBlob(canvas);
}

interface PinMark {
  frame: { x: number; y: number; width: number; height: number };
  badge: { x: number; y: number; r: number };
  colour: string;
  number: number;
}

function pinMarks(layout: HeatmapLayout, pins: readonly Pin[]): PinMark[] {
  return layout.panels.flatMap((_box, panel) =>
    pins.map((pin) => {
      const cell = cellRect(layout, panel, pin.x, pin.y);
      const r = Math.min(6, Math.max(4, layout.pitch / 4));
      return {
        frame: outset(cell, -1),
        badge: { x: cell.x + cell.width - r / 3, y: cell.y + r / 3, r },
        colour: pinColour(themes.print, pin),
        number: pin.number,
      };
    }),
  );
}

const pinSvg = (layout: HeatmapLayout, pins: readonly Pin[]): string[] =>
  pinMarks(layout, pins).map(
    ({ frame: f, badge: b, colour, number }) =>
      `<rect x="${f.x}" y="${f.y}" width="${f.width}" height="${f.height}" fill="none" stroke="${colour}" stroke-width="1.4"/>` +
      printedBadge(b.x, b.y, b.r, number, themes.print),
  );

function drawPins(canvas: HTMLCanvasElement, layout: HeatmapLayout, pins: readonly Pin[], scale: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  for (const { frame, badge, colour, number } of pinMarks(layout, pins)) {
    context.strokeStyle = colour;
    context.lineWidth = 1.4;
    context.strokeRect(frame.x, frame.y, frame.width, frame.height);
    context.beginPath();
    context.arc(badge.x, badge.y, badge.r, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = "#ffffff";
    context.lineWidth = 0.8;
    context.stroke();
    context.fillStyle = "#ffffff";
    context.font = `bold ${badge.r * 1.3}px ${themes.print.font}`;
    context.textAlign = "center";
    context.fillText(String(number), badge.x, badge.y + badge.r * 0.42);
  }
}

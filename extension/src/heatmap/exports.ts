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
import type { MenuItem } from "../menu";
import { toCanvas, toSvg } from "../picture";
import { bytesOf, download, fileName } from "../save-file";
import type { Numbers } from "./numbers";
import { outset, pinColour } from "./overlay";
import type { Extent, Pin } from "./state";
import { tableOf, toCsv } from "./table";

export interface ExportScene {
  view: HeatmapView;
  options: HeatmapOptions;
  numbers: Numbers;
  extent: Extent;
  pins: readonly Pin[];
}
type KernelFormat = "pdf" | "latex";
export interface ExportActs {
  scene(): ExportScene;
  /** null without a kernel that knows the view. */
  kernel:
    | ((
        format: KernelFormat,
        metric: string,
      ) => Promise<{ mime: string; base64?: string; text?: string; name: string }>)
    | null;
  copyCode(): void;
  done(message: string): void;
  failed(what: string, error: unknown): void;
}

const PX_PER_INCH = 96;
const PNG_DPI = 300;

export function exportItems(acts: ExportActs): MenuItem[] {
  const run = (what: string, make: () => Promise<string>) => () => {
    make().then(
      (name) => acts.done(`Saved ${name}`),
      (error) => acts.failed(what, error),
    );
  };
  const items: MenuItem[] = [
    { label: "SVG", note: "figure", act: run("SVG", () => saveSvg(acts.scene())) },
    { label: "PNG", note: `${PNG_DPI} dpi`, act: run("PNG", () => savePng(acts.scene())) },
  ];
  const { kernel } = acts;
  const fromKernel = (format: KernelFormat) => async () => {
    if (!kernel) throw new Error("no kernel");
    const { options, view } = acts.scene();
    const file = await kernel(format, options.metric);
    const name = file.name || fileName(view.title, format === "latex" ? "tex" : format);
    download(
      name,
      new Blob([file.base64 !== undefined ? bytesOf(file.base64) : (file.text ?? "")], { type: file.mime }),
    );
    return name;
  };
  if (kernel) items.push({ label: "PDF", note: "figure", act: run("PDF", fromKernel("pdf")) });
  items.push({ label: "CSV", note: "table", act: run("CSV", () => saveCsv(acts.scene())) });
  if (kernel) items.push({ label: "LaTeX", note: "table", act: run("LaTeX", fromKernel("latex")) });
  items.push({ label: "Copy as code", icon: "code", act: acts.copyCode });
  return items;
}

/** One column for one panel, the page's width for several. */
function printed({ view, options }: ExportScene) {
  const panels = options.panels.length + (options.difference ? 1 : 0);
  const size = { width: journal[panels > 1 ? "double-column" : "single-column"] * PX_PER_INCH };
  const chosen: HeatmapOptions = { ...options, previousLimit: null, letters: panels > 1 };
  return {
    layout: heatmapLayout(view, themes.print, size, chosen),
    spec: heatmapSpec(view, themes.print, size, chosen),
  };
}

async function saveSvg(scene: ExportScene): Promise<string> {
  const { spec, layout } = printed(scene);
  const text = await toSvg(spec);
  const name = fileName(scene.view.title, "svg");
  const end = text.lastIndexOf("</svg>");
  download(
    name,
    new Blob([text.slice(0, end), pinSvg(layout, scene.pins), text.slice(end)], { type: "image/svg+xml" }),
  );
  return name;
}

async function savePng(scene: ExportScene): Promise<string> {
  const { spec, layout } = printed(scene);
  const scale = PNG_DPI / PX_PER_INCH;
  const canvas = await toCanvas(spec, scale);
  drawPins(canvas, layout, scene.pins, scale);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("the browser cannot encode a PNG of this size");
  const name = fileName(scene.view.title, "png");
  download(name, blob);
  return name;
}

async function saveCsv({ view, numbers, options, extent }: ExportScene): Promise<string> {
  const name = fileName(view.title, "csv");
  download(name, new Blob([toCsv(tableOf(numbers, options.metric, extent))], { type: "text/csv;charset=utf-8" }));
  return name;
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

/** Pins as SVG text; only numbers and our own colours go in, so nothing needs escaping. */
function pinSvg(layout: HeatmapLayout, pins: readonly Pin[]): string {
  const marks = pinMarks(layout, pins).map(
    ({ frame: f, badge: b, colour, number }) =>
      `<rect x="${f.x}" y="${f.y}" width="${f.width}" height="${f.height}" fill="none" stroke="${colour}" stroke-width="1.4"/>` +
      `<circle cx="${b.x}" cy="${b.y}" r="${b.r}" fill="${colour}" stroke="#ffffff" stroke-width="0.8"/>` +
      `<text x="${b.x}" y="${b.y + b.r * 0.42}" text-anchor="middle" font-family="${themes.print.font.replaceAll('"', "'")}" font-weight="bold" font-size="${b.r * 1.3}" fill="#ffffff">${number}</text>`,
  );
  return `<g aria-label="pins">${marks.join("")}</g>`;
}

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

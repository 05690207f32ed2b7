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
import { pinColour } from "../heatmap/overlay";
import type { MenuItem } from "../menu";
import { bytesOf, download, fileName } from "../save-file";
import { isHop, type Pin } from "./state";
import { toCsv } from "./table";

export interface ExportScene {
  view: PathsView;
  options: PathsOptions;
  /** Hops that the filters leave. */
  edges: readonly PathEdge[];
  pins: readonly Pin[];
}
export interface ExportActs {
  scene(): ExportScene;
  /** null without a kernel that knows the view. */
  kernel: ((format: "pdf" | "csv") => Promise<{ mime: string; base64?: string; text?: string; name: string }>) | null;
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
  const save = (extension: string, content: Blob) => {
    const name = fileName(acts.scene().view.title, extension);
    download(name, content);
    return name;
  };
  const { kernel } = acts;
  const fromKernel = (format: "pdf" | "csv") => async () => {
    if (!kernel) throw new Error("no kernel");
    const file = await kernel(format);
    const name = file.name || fileName(acts.scene().view.title, format);
    download(
      name,
      new Blob([file.base64 !== undefined ? bytesOf(file.base64) : (file.text ?? "")], { type: file.mime }),
    );
    return name;
  };
  return [
    {
      label: "SVG",
      note: "figure",
      act: run("SVG", async () => save("svg", new Blob([printed(acts.scene()).svg], { type: "image/svg+xml" }))),
    },
    {
      label: "PNG",
      note: `${PNG_DPI} dpi`,
      act: run("PNG", async () => save("png", await toPng(printed(acts.scene())))),
    },
    ...(kernel ? [{ label: "PDF", note: "figure", act: run("PDF", fromKernel("pdf")) }] : []),
    {
      label: "CSV",
      note: "edges",
      act: run("CSV", async () => {
        const { view, edges } = acts.scene();
        return save("csv", new Blob([toCsv(view, edges)], { type: "text/csv;charset=utf-8" }));
      }),
    },
    ...(kernel ? [{ label: "CSV", note: "paths by token", act: run("CSV", fromKernel("csv")) }] : []),
    { label: "Copy as code", icon: "code", act: acts.copyCode },
  ];
}

/** The page's width: a lattice of tokens and layers needs it. */
function printed({ view, options, pins }: ExportScene): { svg: string; width: number; height: number } {
  const layout = pathsLayout(view, { width: journal["double-column"] * PX_PER_INCH }, options);
  const text = pathsDrawing(layout, themes.print);
  const end = text.lastIndexOf("</svg>");
  return {
    svg: text.slice(0, end) + pinSvg(layout, pins) + text.slice(end),
    width: layout.width,
    height: layout.height,
  };
}

async function toPng({ svg, width, height }: { svg: string; width: number; height: number }): Promise<Blob> {
  const scale = PNG_DPI / PX_PER_INCH;
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("the browser cannot encode a PNG of this size");
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Pins as SVG text; only numbers and our own colours go in, so nothing needs escaping. */
function pinSvg(layout: PathsLayout, pins: readonly Pin[]): string {
  const font = themes.print.font.replaceAll('"', "'");
  const marks = pins.flatMap((pin) => {
    const at = placeOf(layout, pin);
    if (!at) return [];
    const colour = pinColour(themes.print, pin);
    const ring = isHop(pin)
      ? ""
      : `<circle cx="${at.x}" cy="${at.y}" r="${nodeRadius(layout) + 2}" fill="none" stroke="${colour}" stroke-width="1.4"/>`;
    const [x, y] = isHop(pin) ? [at.x, at.y] : [at.x + 6, at.y - 6];
    return (
      `${ring}<circle cx="${x}" cy="${y}" r="5" fill="${colour}" stroke="#ffffff" stroke-width="0.8"/>` +
      `<text x="${x}" y="${y + 2.3}" text-anchor="middle" font-family="${font}" font-weight="bold" font-size="6.5" fill="#ffffff">${pin.number}</text>`
    );
  });
  return `<g aria-label="pins">${marks.join("")}</g>`;
}

function placeOf(layout: PathsLayout, pin: Pin): { x: number; y: number } | null {
  if (!isHop(pin)) return layout.nodes.find((n) => n.boundary === pin.boundary && n.position === pin.position) ?? null;
  const { layer, from, to } = pin;
  const curve = layout.curves.find(({ edge: e }) => e.layer === layer && e.from === from && e.to === to);
  return curve ? curvePoint(curve, layout.row, 0.5) : null;
}

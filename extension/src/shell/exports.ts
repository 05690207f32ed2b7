/** The export menu: what is made in the page works without a kernel; what the kernel makes (PDF, LaTeX, the spec) is
 *  offered while one knows the view. */
import { type PageParts, pageOf, type Request, type VegaLiteSpec, type View } from "patchbay/view";
import type { MenuItem } from "../menu";
import { withResolution } from "../png";
import { bytesOf, download, fileName } from "../save-file";
import type { Export } from "./types";

export interface ExportActs {
  view: View;
  /** What a page that stands alone is made with. */
  page(): Promise<PageParts>;
  /** null without a kernel that knows the view. */
  kernel: (<R>(request: Request) => Promise<R>) | null;
  copyCode(): void;
  done(message: string): void;
  failed(what: string, error: unknown): void;
}

interface KernelFile {
  mime: string;
  base64?: string;
  text?: string;
  name: string;
}

export function exportItems(rows: readonly Export[], acts: ExportActs): MenuItem[] {
  const { view, kernel } = acts;
  const save = (name: string, content: Blob): string => {
    download(name, content);
    return name;
  };
  const make = async (row: Export): Promise<string> => {
    if ("extension" in row) return save(fileName(view.title, row.extension), await row.make());
    if (!kernel) throw new Error("no kernel");
    const { kernel: format, metric, figure, heatmap, paths, chart } = row;
    const file = await kernel<KernelFile>({
      op: "export",
      view: view.id,
      format,
      ...(metric && { metric }),
      ...(figure && { figure }),
      ...(heatmap && { heatmap }),
      ...(paths && { paths }),
      ...(chart && { chart }),
    });
    const content = file.base64 !== undefined ? bytesOf(file.base64) : (file.text ?? "");
    return save(
      file.name || fileName(view.title, format === "latex" ? "tex" : format),
      new Blob([content], { type: file.mime }),
    );
  };
  const items = [...rows, ...everyExport(view, acts)]
    .filter((row) => "extension" in row || kernel !== null)
    .map(
      (row): MenuItem => ({
        label: row.label,
        note: row.note,
        act: () => {
          make(row).then(
            (name) => acts.done(`Saved ${name}`),
            (error) => acts.failed(row.label, error),
          );
        },
      }),
    );
  return [...items, { label: "Copy as code", icon: "code", act: acts.copyCode }];
}

/** What every kind of view can be saved as beside its own figures and tables. */
const everyExport = (view: View, { page }: Pick<ExportActs, "page">): Export[] => [
  {
    label: "HTML",
    note: "interactive page",
    extension: "html",
    make: async () => new Blob([pageOf([{ view }], {}, await page())], { type: "text/html" }),
  },
  // JupyterLab opens it as a document.
  {
    label: "JSON",
    note: "view",
    extension: "patchbay.json",
    make: () => new Blob([JSON.stringify(view)], { type: "application/json" }),
  },
  { label: "JSON", note: "spec", kernel: "spec" },
];

/** The figure's drawing, to go on with elsewhere. */
export const vegaLite = (make: () => VegaLiteSpec): Export => ({
  label: "JSON",
  note: "Vega-Lite",
  extension: "vl.json",
  make: () => new Blob([JSON.stringify(make(), null, 1)], { type: "application/json" }),
});

export const svgBlob = (text: string): Blob => new Blob([text], { type: "image/svg+xml" });

type Field = string | number | boolean | null;

/** RFC 4180: CRLF, quotes where they are needed, full precision. */
export function csvOf(rows: readonly (readonly Field[])[]): string {
  const field = (value: Field) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${rows.map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

export const csvBlob = (text: string): Blob => new Blob([text], { type: "text/csv;charset=utf-8" });

export async function pngBlob(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("the browser cannot encode a PNG of this size");
  return withResolution(blob, PNG_DPI);
}

/** Dots per inch of exported PNGs, and what a CSS pixel is in print. */
export const PNG_DPI = 300;
export const PX_PER_INCH = 96;

/** An SVG as a PNG at 300 dpi. */
export async function svgToPng(svg: string, width: number, height: number): Promise<Blob> {
  const scale = PNG_DPI / PX_PER_INCH;
  const url = URL.createObjectURL(svgBlob(svg));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await pngBlob(canvas);
  } finally {
    URL.revokeObjectURL(url);
  }
}

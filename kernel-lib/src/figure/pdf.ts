/** SVG to PDF by pdfkit: vector marks, embedded fonts, text that can be selected, and the same bytes every time. */
import { createRequire } from "node:module";
import { fontFile } from "./fonts";

interface PdfDocument {
  on(event: "data", listener: (chunk: Uint8Array) => void): void;
  on(event: "end", listener: () => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  registerFont(name: string, file: string): void;
  end(): void;
}
type PdfKit = new (options: {
  size: [number, number];
  margin: number;
  info: Record<string, string | Date>;
  lang: string;
  pdfVersion: string;
}) => PdfDocument;
type SvgToPdf = (
  document: PdfDocument,
  svg: string,
  x: number,
  y: number,
  options: {
    width: number;
    height: number;
    preserveAspectRatio: string;
    fontCallback: (family: string, bold: boolean) => string;
    warningCallback: (message: string) => void;
  },
) => void;

/** A file made twice is the same file: the day is that of no figure in particular. */
const FIXED_DATE = new Date(Date.UTC(2000, 0, 1));
/** PDF points per CSS pixel. */
const POINTS_PER_PIXEL = 0.75;

export interface PdfInfo {
  Title: string;
  Subject: string;
  Keywords: string;
}

/** `svg` of `width` x `height` CSS pixels as a PDF of one page of that size.
 *  @example await svgToPdf(svg, 312, 300, { Title: "Patch sweep", Subject: caption, Keywords: "" }) */
export function svgToPdf(svg: string, width: number, height: number, info: PdfInfo): Promise<Uint8Array> {
  const load = createRequire(__filename);
  const PDFDocument = load("pdfkit") as PdfKit;
  const draw = load("svg-to-pdfkit") as SvgToPdf;
  return new Promise((resolve, reject) => {
    const size: [number, number] = [width * POINTS_PER_PIXEL, height * POINTS_PER_PIXEL];
    const document = new PDFDocument({
      size,
      margin: 0,
      info: { ...info, Creator: "Patchbay", Producer: "Patchbay", CreationDate: FIXED_DATE, ModDate: FIXED_DATE },
      lang: "en",
      pdfVersion: "1.7",
    });
    const chunks: Uint8Array[] = [];
    document.on("data", (chunk) => chunks.push(chunk));
    document.on("error", reject);
    document.on("end", () => resolve(Uint8Array.from(Buffer.concat(chunks))));
    document.registerFont("regular", fontFile(400));
    document.registerFont("bold", fontFile(700));
    const warnings: string[] = [];
    draw(document, svg, 0, 0, {
      width: size[0],
      height: size[1],
      preserveAspectRatio: "xMinYMin meet",
      fontCallback: (_, bold) => (bold ? "bold" : "regular"),
      warningCallback: (message) => warnings.push(message),
    });
    if (warnings.length > 0) reject(new Error(`svg-to-pdfkit: ${warnings.join("; ")}`));
    document.end();
  });
}

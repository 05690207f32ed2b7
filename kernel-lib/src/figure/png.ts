/** SVG to PNG by resvg, with the resolution and the figure's making written into the file.
 *  Source of the chunks' layout: PNG specification, third edition (W3C), sections 11.3.4.3 pHYs and 11.3.3.4 iTXt. */
import { createRequire } from "node:module";
import { crc32 } from "node:zlib";
import { allFontFiles } from "./fonts";

interface Resvg {
  Resvg: new (
    svg: string,
    options: {
      font: { fontFiles: string[]; loadSystemFonts: boolean; defaultFontFamily: string };
      fitTo: { mode: "zoom"; value: number };
    },
  ) => { render(): { asPng(): Uint8Array } };
}

/** CSS pixels per inch. */
const CSS_DPI = 96;
const METRES_PER_INCH = 0.0254;
/** Signature and IHDR: what stands before any other chunk. */
const HEAD_BYTES = 8 + 25;

/** `svg` (sizes in CSS pixels) as PNG of `dpi` pixels per inch.
 *  @param texts keywords and texts for iTXt chunks
 *  @example svgToPng(svg, 300, { Title: "Patch sweep: capital" }) */
export function svgToPng(svg: string, dpi: number, texts: Readonly<Record<string, string>>): Uint8Array {
  // resvg is a native module: it is loaded when the first PNG is asked for.
  const { Resvg } = createRequire(__filename)("@resvg/resvg-js") as Resvg;
  const png = new Resvg(svg, {
    font: { fontFiles: allFontFiles(), loadSystemFonts: false, defaultFontFamily: "Arimo" },
    fitTo: { mode: "zoom", value: dpi / CSS_DPI },
  })
    .render()
    .asPng();
  const chunks = [resolution(dpi), ...Object.entries(texts).map(([keyword, text]) => words(keyword, text))];
  return Uint8Array.from(Buffer.concat([png.subarray(0, HEAD_BYTES), ...chunks, png.subarray(HEAD_BYTES)]));
}

/** pHYs: pixels per metre in both directions. */
function resolution(dpi: number): Buffer {
  const data = Buffer.alloc(9);
  const perMetre = Math.round(dpi / METRES_PER_INCH);
  data.writeUInt32BE(perMetre, 0);
  data.writeUInt32BE(perMetre, 4);
  data.writeUInt8(1, 8);
  return chunk("pHYs", data);
}

/** iTXt: UTF-8, not compressed, no language. */
const words = (keyword: string, text: string): Buffer =>
  chunk("iTXt", Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, "latin1"), Buffer.from(text, "utf8")]));

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

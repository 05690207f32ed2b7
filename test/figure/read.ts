/** Plain readers of PNG and PDF for tests: as much as is needed to see pixels and words, written after the formats'
 *  specifications and nothing of the code under test. */
import { inflateSync } from "node:zlib";

export interface Png {
  width: number;
  height: number;
  /** 0 (black) to 255 (white) of a pixel on white ground. */
  grey: (x: number, y: number) => number;
  /** By type; iTXt by type and keyword. The last of a kind. */
  chunks: Map<string, Buffer>;
}

/** An 8-bit RGBA image without interlacing. */
export function decodePng(bytes: Uint8Array): Png {
  const file = Buffer.from(bytes);
  const chunks = new Map<string, Buffer>();
  const data: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (type === "IDAT") data.push(body);
    else if (type === "iTXt") {
      const end = body.indexOf(0);
      chunks.set(`iTXt ${body.toString("latin1", 0, end)}`, body.subarray(end + 5));
    } else chunks.set(type, body);
    at += 12 + length;
  }
  const header = chunks.get("IHDR") as Buffer;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header[8] !== 8 || header[9] !== 6 || header[12] !== 0) throw new Error("not 8-bit RGBA without interlacing");
  const pixels = unfiltered(inflateSync(Buffer.concat(data)), width, height);
  const grey = (x: number, y: number) => {
    const at = (y * width + x) * 4;
    const share = pixels[at + 3] / 255;
    const level = 0.2126 * pixels[at] + 0.7152 * pixels[at + 1] + 0.0722 * pixels[at + 2];
    return Math.round(level * share + 255 * (1 - share));
  };
  return { width, height, grey, chunks };
}

/** Undoes the five filters of PNG, section 9. */
function unfiltered(raw: Buffer, width: number, height: number): Uint8Array {
  const stride = width * 4;
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const a = i >= 4 ? out[y * stride + i - 4] : 0;
      const b = y > 0 ? out[(y - 1) * stride + i] : 0;
      const c = i >= 4 && y > 0 ? out[(y - 1) * stride + i - 4] : 0;
      const guess = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter];
      out[y * stride + i] = raw[y * (stride + 1) + 1 + i] + guess;
    }
  }
  return out;
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** All streams that inflate, as Latin-1 text. */
export function pdfStreams(bytes: Uint8Array): string[] {
  const file = Buffer.from(bytes);
  const text = file.toString("latin1");
  return Array.from(text.matchAll(/\/Length (\d+)[\s\S]{0,80}?stream\n/g), (match) => {
    const start = match.index + match[0].length;
    const body = file.subarray(start, start + Number(match[1]));
    try {
      return inflateSync(body).toString("latin1");
    } catch {
      return "";
    }
  }).filter((stream) => stream !== "");
}

/** The words that a reader of the PDF would select: shown glyphs through their ToUnicode map, a line for each text.
 *  Only for a file with one font. */
export function pdfText(bytes: Uint8Array): string {
  const streams = pdfStreams(bytes);
  const letters = new Map<number, string>();
  for (const map of streams.filter((stream) => stream.includes("beginbfrange"))) {
    for (const [, list] of map.matchAll(/<0000> <[0-9a-f]{4}> \[([^\]]*)\]/gi)) {
      for (const [glyph, code] of Array.from(list.matchAll(/<([0-9a-f]*)>/gi), (m) => m[1]).entries()) {
        letters.set(
          glyph,
          String.fromCharCode(...(code.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16))),
        );
      }
    }
  }
  return streams
    .flatMap((stream) => Array.from(stream.matchAll(/\bBT\n([\s\S]*?)\bET\b/g), (match) => match[1]))
    .map((block) =>
      Array.from(block.matchAll(/<([0-9a-f]{4})> Tj/gi), (m) => letters.get(Number.parseInt(m[1], 16)) ?? "").join(""),
    )
    .join("\n");
}

/** The resolution of a PNG, which a canvas leaves out, so that it is printed at its size.
 *  Source: PNG specification, third edition (W3C), sections 5.3 (chunks), 11.3.4.3 (pHYs) and annex D (CRC). */

const METRES_PER_INCH = 0.0254;
/** Signature and IHDR: what stands before any other chunk. */
const HEAD_BYTES = 8 + 25;

/** The PNG with a pHYs chunk behind its header.
 *  @example await withResolution(blob, 300) */
export async function withResolution(png: Blob, dpi: number): Promise<Blob> {
  const perMetre = Math.round(dpi / METRES_PER_INCH);
  const chunk = new DataView(new ArrayBuffer(4 + 4 + 9 + 4));
  chunk.setUint32(0, 9);
  [..."pHYs"].forEach((letter, i) => {
    chunk.setUint8(4 + i, letter.charCodeAt(0));
  });
  chunk.setUint32(8, perMetre);
  chunk.setUint32(12, perMetre);
  chunk.setUint8(16, 1);
  chunk.setUint32(17, crc32(new Uint8Array(chunk.buffer, 4, 13)));
  return new Blob([png.slice(0, HEAD_BYTES), chunk.buffer, png.slice(HEAD_BYTES)], { type: "image/png" });
}

/** CRC-32 of a chunk's type and data; a few bytes, so bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

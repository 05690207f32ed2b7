/** Compares a picture with the one that people have looked at, in a way that other fonts and other machines pass and a
 *  changed drawing does not: both are brought to a grid of blocks of some pixels, and blocks are compared by their mean
 *  colour. */

/** Blocks along the longer side. */
const BLOCKS = 48;
/** A block differs when one of its colours is off by more than this, of 255. */
const OFF = 28;

/** Share of blocks that differ, and how much the sizes do.
 *  @param page any page: it decodes the two PNGs
 *  @param a, b PNGs as buffers */
export function difference(page, a, b) {
  return page.evaluate(
    async ([pngs, blocks, off]) => {
      const decoded = await Promise.all(
        pngs.map(async (base64) => createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob())),
      );
      const [first] = decoded;
      const scale = blocks / Math.max(first.width, first.height);
      const [width, height] = [first.width, first.height].map((side) => Math.max(1, Math.round(side * scale)));
      const [x, y] = decoded.map((bitmap) => {
        const canvas = new OffscreenCanvas(width, height);
        const context = canvas.getContext("2d");
        context.imageSmoothingQuality = "high";
        context.drawImage(bitmap, 0, 0, width, height);
        return context.getImageData(0, 0, width, height).data;
      });
      let differ = 0;
      for (let i = 0; i < x.length; i += 4) if ([0, 1, 2].some((c) => Math.abs(x[i + c] - y[i + c]) > off)) differ++;
      const [p, q] = decoded;
      const size = Math.max(Math.abs(1 - q.width / p.width), Math.abs(1 - q.height / p.height));
      return { blocks: differ / (x.length / 4), size };
    },
    [[a, b].map((png) => png.toString("base64")), BLOCKS, OFF],
  );
}

/** A PNG at half its size: enough to look at, and small enough to keep. */
export async function halved(page, png) {
  const base64 = await page.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const canvas = new OffscreenCanvas(Math.round(bitmap.width / 2), Math.round(bitmap.height / 2));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  }, png.toString("base64"));
  return Buffer.from(base64, "base64");
}

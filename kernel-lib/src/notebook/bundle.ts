/** What a notebook keeps of a view: the view for our widget, a PNG for everything else that shows notebooks, and text.
 *  All three, always: JupyterLab without the extension shows nothing at all for a lone view. */
import { type Figure, figureOf } from "../figure";
import { VIEW_MIME, type View } from "../view/types";
import { viewSummary, viewText } from "../view/view-text";
import type { Bundle } from "./cell-display";

/** CSS pixels of the picture: what fits into a notebook's column and a code host's page. */
const WIDTH = { one: 520, scatter: 640, several: 900 };
const CSS_DPI = 96;
/** Pixels of the PNG for each CSS pixel: sharp on dense screens. */
const SCALE = 2;

/** View, PNG and text, with a description of the picture for those who do not see it. */
export async function bundle(view: View, figure: Figure = screenFigure(view)): Promise<Bundle> {
  const png = await figure.png({ dpi: CSS_DPI * SCALE });
  const { data, metadata } = quickBundle(view);
  return {
    data: { ...data, "image/png": Buffer.from(png).toString("base64") },
    metadata: { ...metadata, "image/png": { ...cssSize(png), alt: viewSummary(view) } },
  };
}

/** The same without the picture, for the first moment: drawing one takes a while. */
export function quickBundle(view: View): Bundle {
  return {
    data: { [VIEW_MIME]: view, "text/plain": viewText(view) },
    metadata: {},
  };
}

function screenFigure(view: View): Figure {
  if (view.kind === "paths") return figureOf(view, { theme: "light", width: WIDTH.several });
  if (view.kind === "scatter") return figureOf(view, { theme: "light", width: WIDTH.scatter });
  return figureOf(view, { theme: "light", width: view.panels.length > 1 ? WIDTH.several : WIDTH.one });
}

/** Width and height are the first two fields of a PNG's header. */
function cssSize(png: Uint8Array): { width: number; height: number } {
  const header = Buffer.from(png.buffer, png.byteOffset, 24);
  return { width: Math.round(header.readUInt32BE(16) / SCALE), height: Math.round(header.readUInt32BE(20) / SCALE) };
}

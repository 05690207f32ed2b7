/** Paints the picture: the same drawing that is printed. As SVG for up to some hundred curves; with more, all that is not
 *  written goes on a canvas below an SVG of the words, as the browser would have to keep a node for each mark. */
import { type PathsLayout, pathsDrawing, type Theme } from "patchbay/view";
import { el } from "../dom";
import { canvasOf } from "./canvas";

/** Above this the marks are painted on a canvas. */
const SVG_CURVES = 1_000;

export class Picture {
  readonly node = el("div", { class: "pb-picture pb-data", "aria-hidden": "true" });
  private drawn: { layout: PathsLayout; theme: Theme; scale: number } | null = null;

  /** Repaints only when something has changed; hovering never does. */
  show(layout: PathsLayout, theme: Theme): void {
    const scale = window.devicePixelRatio || 1;
    const { drawn } = this;
    if (drawn?.layout === layout && drawn.theme === theme && drawn.scale === scale) return;
    this.drawn = { layout, theme, scale };
    const onCanvas = layout.curves.length > SVG_CURVES;
    // Our own drawing, whose texts are escaped; parsed as XML, in which nothing runs.
    const text = pathsDrawing(layout, theme, { what: onCanvas ? "words" : "all" });
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    if (parsed.localName !== "svg") throw new Error("the drawing of this path graph is not well-formed");
    const picture = document.importNode(parsed, true);
    this.node.replaceChildren(...(onCanvas ? [canvasOf(layout, theme, scale), picture] : [picture]));
  }
}

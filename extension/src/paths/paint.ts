/** Paints the picture: the same drawing that is printed. As SVG for up to some hundred curves; with more, curves, nodes
 *  and bars go on canvases between an SVG of the ground and one of the words, as the browser would have to keep a node
 *  for each mark. */
import { type PathsDrawing, type PathsLayout, pathsDrawing, type Theme } from "patchbay/view";
import { el } from "../dom";
import { canvasesOf } from "./canvas";

/** Above this the marks are painted on canvases. */
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
    const { curves } = layout;
    this.node.replaceChildren(
      ...(curves.length <= SVG_CURVES
        ? [parsed(layout, theme, "all")]
        : [parsed(layout, theme, "ground"), ...canvasesOf(layout, theme, scale), parsed(layout, theme, "words")]),
    );
  }
}

/** Our own drawing, whose texts are escaped; parsed as XML, in which nothing runs. */
function parsed(layout: PathsLayout, theme: Theme, what: PathsDrawing["what"]): Node {
  const text = pathsDrawing(layout, theme, { what });
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (root.localName !== "svg") throw new Error("the drawing of this path graph is not well-formed");
  return document.importNode(root, true);
}

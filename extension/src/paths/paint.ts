/** Paints the picture: the same drawing that is printed. As SVG for up to some hundred curves; with more, curves, nodes
 *  and bars go on canvases between an SVG of the ground and one of the words, as the browser would have to keep a node
 *  for each mark. The names of the rows and the legend are pieces of their own: where the picture is larger than the
 *  stage and scrolls, they stay in sight. */
import { type PathsDrawing, type PathsLayout, pathsDrawing, type Theme } from "patchbay/view";
import { el, svg } from "../dom";
import { canvasesOf } from "./canvas";

/** Above this the marks are painted on canvases. */
const SVG_CURVES = 1_000;

export class Picture {
  readonly node = el("div", { class: "pb-picture pb-data", "aria-hidden": "true" });
  private readonly row = svg("text", { class: "pb-bold-tick", "text-anchor": "end" });
  private drawn: { layout: PathsLayout; theme: Theme; scale: number } | null = null;

  /** Repaints only when something has changed; hovering never does. */
  show(layout: PathsLayout, theme: Theme): void {
    const scale = window.devicePixelRatio || 1;
    const { drawn } = this;
    if (drawn?.layout === layout && drawn.theme === theme && drawn.scale === scale) return;
    this.drawn = { layout, theme, scale };
    const { curves } = layout;
    const rim = piece(layout, theme, "rim");
    rim.append(this.row);
    this.node.replaceChildren(
      ...(curves.length <= SVG_CURVES
        ? [parsed(layout, theme, "lattice")]
        : [parsed(layout, theme, "ground"), ...canvasesOf(layout, theme, scale), parsed(layout, theme, "words")]),
      rim,
      piece(layout, theme, "legend"),
    );
  }

  /** Writes the name of a row in bold, also where there was no room to write each; null: none. */
  emphasise(row: { y: number; text: string } | null): void {
    const { drawn } = this;
    this.row.textContent = row?.text ?? "";
    if (!row || !drawn) return;
    this.row.setAttribute("x", String(drawn.layout.plot.x - 10));
    this.row.setAttribute("y", String(row.y + 4));
  }
}

/** A part of the drawing that stays in sight. */
function piece(layout: PathsLayout, theme: Theme, what: "rim" | "legend"): SVGElement {
  const node = parsed(layout, theme, what);
  node.classList.add(`pb-path-${what}`);
  return node;
}

/** Our own drawing, whose texts are escaped; parsed as XML, in which nothing runs. */
function parsed(layout: PathsLayout, theme: Theme, what: PathsDrawing["what"]): SVGElement {
  const text = pathsDrawing(layout, theme, { what });
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (root.localName !== "svg") throw new Error("the drawing of this path graph is not well-formed");
  return document.importNode(root, true) as Element as SVGElement;
}

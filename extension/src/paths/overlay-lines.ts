/** Shapes of a highlight as nodes over the picture. */
import { HALO, type HighlightShape, rankColour, type Theme } from "patchbay/view";
import { svg } from "../dom";

export function nodesOf(shapes: readonly HighlightShape[], theme: Theme): SVGElement[] {
  return shapes.flatMap((shape) => {
    if (shape.kind === "ends") return [svg("path", { class: "pb-path-end", d: shape.d })];
    const { d, width, rankClass } = shape;
    const of = (name: string, more: number) => svg("path", { class: name, d, "stroke-width": width + more });
    const lit = of("pb-path-lit", 0);
    lit.style.stroke = rankColour(rankClass, theme);
    if (shape.kind === "line") return [of("pb-path-halo", HALO), lit];
    // Ink of 2.5 px on each side, ground between it and the hop.
    return [of("pb-path-halo", 9), of("pb-path-casing", 6.5), of("pb-path-halo", 2), lit];
  });
}

/** Hops over the picture, at full strength: one alone, many as few nodes, the selected one in its casing, and the places
 *  at their ends. */
import { curveData, HALO, nodeRadius, type PathCurve, type PathsLayout, rankColour, type Theme } from "patchbay/view";
import { svg } from "../dom";

/** Thinner lines could not be followed. */
const LEAST = 1.25;

/** A hop in its own width and colour. */
export const full = (curve: PathCurve, { row }: PathsLayout, theme: Theme): SVGElement[] =>
  line(curveData(curve, row), curve, theme);

/** Many hops: those of a colour and nearly a width in one node, the weak below the strong. */
export function together(curves: readonly PathCurve[], { row }: PathsLayout, theme: Theme): SVGElement[] {
  const groups = new Map<string, { width: number; rankClass: number; d: string[] }>();
  for (const curve of curves) {
    const width = Math.max(LEAST, Math.round(curve.width * 2) / 2);
    const key = `${String(width).padStart(4, "0")} ${curve.rankClass}`;
    const group = groups.get(key) ?? { width, rankClass: curve.rankClass, d: [] };
    groups.set(key, group);
    group.d.push(curveData(curve, row));
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => line(group.d.join(""), group, theme));
}

/** The selected hop: ink casing of 2.5 px on each side, ground between it and the hop. */
export function casing(curve: PathCurve, { row }: PathsLayout, theme: Theme): SVGElement[] {
  const d = curveData(curve, row);
  const shown = Math.max(curve.width, LEAST);
  return [
    svg("path", { class: "pb-path-halo", d, "stroke-width": shown + 9 }),
    svg("path", { class: "pb-path-casing", d, "stroke-width": shown + 6.5 }),
    svg("path", { class: "pb-path-halo", d, "stroke-width": shown + 2 }),
    ...line(d, curve, theme).slice(1),
  ];
}

/** The nodes at both ends, over the curves that cover them, as one shape. */
export function ends(curves: readonly PathCurve[], layout: PathsLayout): SVGElement[] {
  const r = nodeRadius(layout);
  const { plot } = layout;
  const places = new Map<string, string>();
  for (const { x1, y1, x2, y2 } of curves)
    for (const [x, y] of [
      [x1, y1],
      [x2, y2],
    ] as const)
      if (x > plot.x - 1 && x < plot.x + plot.width + 1)
        places.set(`${x},${y}`, `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`);
  return places.size === 0 ? [] : [svg("path", { class: "pb-path-end", d: [...places.values()].join("") })];
}

function line(d: string, { width, rankClass }: Pick<PathCurve, "width" | "rankClass">, theme: Theme): SVGElement[] {
  const shown = Math.max(width, LEAST);
  const halo = svg("path", { class: "pb-path-halo", d, "stroke-width": shown + HALO });
  const lit = svg("path", { class: "pb-path-lit", d, "stroke-width": shown });
  lit.style.stroke = rankColour(rankClass, theme);
  return [halo, lit];
}

/** What stands over a path graph's picture because it is selected: the path that is spelled out, or what flows through the
 *  selected hops, in the width and colour of the paths that go by there. Shapes in the order that they are drawn in; the
 *  widget makes nodes of them, print makes text. Pure. */
import { curveData } from "./paths-curve";
import type { PathGraph } from "./paths-graph";
import { type PathCurve, type PathsLayout, pathWidth, rankClass } from "./paths-layout";
import type { PathHop } from "./paths-look";
import { nodeRadius } from "./paths-svg";

export type HighlightShape =
  /** A line over its halo; `cased`: in a casing of ink. */
  | { kind: "line" | "cased"; d: string; width: number; rankClass: number }
  /** The places at the ends of lines, as one shape. */
  | { kind: "ends"; d: string };

export interface Highlighted {
  selection: readonly PathHop[];
  /** Hops of the path that is spelled out, by their index; it goes before the selection. */
  path: readonly number[];
}

/** Thinner lines could not be followed. */
const LEAST = 1.25;
/** A path that is spelled out stands by itself. */
const PATH_WIDTH = 2.5;

/** @param curves of the layout by their hop's index
 *  @returns none when nothing is selected, or nothing of it is drawn */
export function highlightOf(
  { layout, graph, maxRank }: { layout: PathsLayout; graph: PathGraph; maxRank: number },
  { selection, path }: Highlighted,
  curves: ReadonlyMap<number, PathCurve>,
): HighlightShape[] {
  const classOf = (rank: number) => rankClass(rank, maxRank);
  const drawn = (indices: readonly number[]) => indices.flatMap((index) => curves.get(index) ?? []);
  if (path.length > 0) {
    const hops = drawn(path).map((curve) => ({
      ...curve,
      width: Math.max(PATH_WIDTH, curve.width),
      rankClass: classOf(curve.edge.bestRank),
    }));
    return [...hops.map((hop) => oneLine(hop, layout)), ...ends(hops, layout)];
  }
  const hops = selection.flatMap(({ layer, from, to }) => graph.edge(layer, from, to) ?? []);
  const selected = drawn(hops.map(({ index }) => index));
  if (selected.length === 0) return [];
  const stream = graph.stream(selection);
  const width = pathWidth(layout.legend.widths.at(-1)?.paths ?? 1, layout);
  const lit = stream
    ? layout.curves.flatMap((curve): PathCurve[] => {
        const { index } = curve.edge;
        const paths = stream.paths[index] ?? 0;
        return paths > 0 ? [{ ...curve, width: width(paths), rankClass: classOf(stream.bestRank[index] ?? 1) }] : [];
      })
    : drawn(
        [...new Set(hops.flatMap((hop) => [...graph.upstream(hop), ...graph.downstream(hop)]))].map((e) => e.index),
      );
  const cased = stream
    ? selected.map((curve) => ({ ...curve, width: width(stream.paths[curve.edge.index] ?? 1) }))
    : selected;
  return [
    ...manyLines(lit, layout),
    // Where nodes are as close as this, they would hide the lines.
    ...(nodeRadius(layout) < 1.5 ? [] : ends(lit, layout)),
    ...cased.map((curve) => ({ ...oneLine(curve, layout), kind: "cased" as const })),
    ...ends(selected, layout),
  ];
}

/** A hop at full strength, in its own width and colour. */
export const oneLine = (curve: PathCurve, { row }: Pick<PathsLayout, "row">): HighlightShape & { kind: "line" } => ({
  kind: "line",
  d: curveData(curve, row),
  width: Math.max(LEAST, curve.width),
  rankClass: curve.rankClass,
});

/** Many hops as few shapes: those of a colour and nearly a width in one, the weak below the strong. */
export function manyLines(curves: readonly PathCurve[], { row }: Pick<PathsLayout, "row">): HighlightShape[] {
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
    .map(([, { d, ...group }]) => ({ kind: "line", d: d.join(""), ...group }));
}

/** The nodes at both ends of hops, as far as they are in sight. */
export function ends(curves: readonly PathCurve[], layout: PathsLayout): HighlightShape[] {
  const r = nodeRadius(layout);
  const { plot } = layout;
  const two = (value: number) => Math.round(value * 100) / 100;
  const places = new Map<string, string>();
  for (const { x1, y1, x2, y2 } of curves)
    for (const [x, y] of [
      [x1, y1],
      [x2, y2],
    ] as const)
      if (x > plot.x - 1 && x < plot.x + plot.width + 1)
        places.set(`${x},${y}`, `M${two(x - r)},${two(y)}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`);
  return places.size === 0 ? [] : [{ kind: "ends", d: [...places.values()].join("") }];
}

export const curvesByHop = ({ curves }: PathsLayout): Map<number, PathCurve> =>
  new Map(curves.map((curve) => [curve.edge.index, curve]));

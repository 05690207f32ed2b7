/** Everything that moves over a path graph, as one SVG above the picture: the hop under the pointer, what lies up- and
 *  downstream of the selected one, its casing, pins, the keyboard's brackets, what linked views point at, matches.
 *  Pointing changes only this: the picture below fades by its opacity and is never painted anew. */
import {
  CLIP,
  curveData,
  curvePoint,
  curvesByHop,
  ends,
  highlightOf,
  manyLines,
  nodeAt,
  nodeRadius,
  oneLine,
  type PathCurve,
  type PathGraph,
  type PathSpot,
  type PathsLayout,
  type Theme,
} from "patchbay/view";
import { svg } from "../dom";
import { badge, brackets, pinColour } from "../shell/frames";
import type { Linked } from "./links";
import { nodesOf } from "./overlay-lines";
import { type Hop, isHop, type Marks, type Target } from "./state";

export interface OverlayScene {
  layout: PathsLayout;
  graph: PathGraph;
  theme: Theme;
  marks: Marks;
  /** Edges of the path that is spelled out, by index. */
  path: readonly number[];
  maxRank: number;
  /** A column's label. */
  nameOf(column: number): string;
  hover: Target | null;
  /** null while the widget has no keyboard focus. */
  cursor: PathSpot | null;
  linked: Linked;
  /** Positions found by the search field. */
  matches: readonly number[];
}

export class Overlay {
  readonly node = svg("svg", { class: "pb-overlay", "aria-hidden": "true" });
  /** Ends at the lattice's rim, as the curves below do. */
  private readonly streams = svg("svg", { overflow: "hidden" });
  private readonly marks = svg("g");
  private readonly moving = svg("g");
  private of: { layout: PathsLayout; marks: Marks; theme: Theme; path: readonly number[] } | null = null;
  private curves = new Map<number, PathCurve>();
  private highlit = false;

  constructor() {
    this.node.append(this.streams, this.moving, this.marks);
  }

  /** True when the curves below are to fade. */
  update(scene: OverlayScene): boolean {
    const { layout, marks, theme, hover } = scene;
    const { of } = this;
    if (of?.layout !== layout || of.marks !== marks || of.theme !== theme || of.path !== scene.path) {
      if (of?.layout !== layout) this.curves = curvesByHop(layout);
      this.of = { layout, marks, theme, path: scene.path };
      const { plot } = layout;
      const box = [plot.x - CLIP, plot.y - CLIP, plot.width + 2 * CLIP, plot.height + 2 * CLIP];
      for (const [at, name] of ["x", "y", "width", "height"].entries())
        this.streams.setAttribute(name, String(box[at]));
      this.streams.setAttribute("viewBox", box.join(" "));
      const shapes = highlightOf(scene, { selection: marks.selection, path: scene.path }, this.curves);
      this.highlit = shapes.length > 0;
      this.streams.replaceChildren(...nodesOf(shapes, theme));
      this.marks.replaceChildren(...this.pinNodes(scene));
    }
    this.moving.replaceChildren(...this.movingNodes(scene));
    return hover !== null || this.highlit;
  }

  private curveOf({ graph }: OverlayScene, hop: Hop): PathCurve | null {
    const edge = graph.edge(hop.layer, hop.from, hop.to);
    return (edge && this.curves.get(edge.index)) ?? null;
  }

  private pinNodes(scene: OverlayScene): SVGElement[] {
    return scene.marks.pins.flatMap((pin) => {
      if (!isHop(pin)) {
        const node = nodeAt(scene.layout, pin);
        if (!node) return [];
        const r = nodeRadius(scene.layout) + 2.5;
        const ring = svg("circle", { class: "pb-path-pin", cx: node.x, cy: node.y, r });
        ring.style.stroke = pinColour(scene.theme, pin);
        return [ring, ...badge(node.x + r + 3, node.y - r - 3, pin.number, scene.theme)];
      }
      const curve = this.curveOf(scene, pin);
      if (!curve) return [];
      const { x, y } = curvePoint(curve, scene.layout.row, 0.5);
      const { plot } = scene.layout;
      if (x < plot.x || x > plot.x + plot.width) return [];
      return badge(x, y, pin.number, scene.theme);
    });
  }

  private movingNodes(scene: OverlayScene): SVGElement[] {
    const { layout, hover, cursor, linked, matches, theme } = scene;
    const nodes: SVGElement[] = [];
    const { plot, origin, window } = layout;
    const dashed = linked.hops.flatMap((hop) => {
      const curve = this.curveOf(scene, hop);
      return curve ? curveData(curve, layout.row) : [];
    });
    const columnFrame = (position: number, name: string) =>
      position < window.c0 || position > window.c1
        ? []
        : [frame(origin.x + (position - 0.5) * layout.column, plot.y - 6, layout.column, plot.height + 12, name)];
    if (dashed.length > 0) nodes.push(svg("path", { class: "pb-frame pb-path-linked", d: dashed.join("") }));
    else {
      for (const layer of linked.layers)
        if (layer >= window.r0 && layer <= window.r1)
          nodes.push(frame(plot.x, origin.y - (layer + 1) * layout.row, plot.width, layout.row, "pb-frame-linked"));
      for (const position of linked.positions) nodes.push(...columnFrame(position, "pb-frame-linked"));
    }
    for (const position of matches) nodes.push(...columnFrame(position, "pb-frame-match"));
    nodes.push(...spanNodes(scene));
    if (hover && isHop(hover)) {
      const curve = this.curveOf(scene, hover);
      if (curve) nodes.push(...nodesOf([oneLine(curve, layout), ...ends([curve], layout)], theme));
    } else if (hover) {
      const node = nodeAt(layout, hover);
      const curves = scene.graph.at(hover).flatMap((edge) => this.curves.get(edge.index) ?? []);
      nodes.push(...nodesOf([...manyLines(curves, layout), ...ends(curves, layout)], theme));
      if (node)
        nodes.push(svg("circle", { class: "pb-path-hover", cx: node.x, cy: node.y, r: nodeRadius(layout) + 2 }));
    }
    const at = cursor && nodeAt(layout, cursor);
    if (at) nodes.push(...corners(at, nodeRadius(layout) + 5));
    nodes.push(...boldLabels(scene));
    return nodes;
  }
}

/** The chosen columns: a bar below the lattice and a light ground over it. */
function spanNodes({ layout, marks: { span } }: OverlayScene): SVGElement[] {
  const { plot, origin, column, window } = layout;
  if (!span || span.to < window.c0 || span.from > window.c1) return [];
  const x = Math.max(plot.x, origin.x + (span.from - 0.5) * column);
  const width = Math.min(plot.x + plot.width, origin.x + (span.to + 0.5) * column) - x;
  return [
    svg("rect", { class: "pb-path-span", x, y: plot.y - 6, width, height: plot.height + 12 }),
    svg("rect", {
      class: "pb-path-span-bar",
      x: x + 1,
      y: plot.y + plot.height + 7,
      width: Math.max(1, width - 2),
      height: 3,
    }),
  ];
}

function frame(x: number, y: number, width: number, height: number, name: string): SVGElement {
  return svg("rect", { class: `pb-frame ${name}`, x, y, width, height });
}

const corners = ({ x, y }: { x: number; y: number }, half: number): SVGElement[] =>
  brackets({ x: x - half, y: y - half, width: 2 * half, height: 2 * half }, half * 0.55);

/** What the reader is at: pointed at, under the cursor, or selected. */
const inPlay = ({ hover, cursor, marks }: OverlayScene): Target | null => hover ?? cursor ?? marks.selection[0] ?? null;

/** The row in play, whose name the picture writes in bold. */
export function rowInPlay(scene: OverlayScene): number | null {
  const target = inPlay(scene);
  return target && (isHop(target) ? target.layer : target.boundary - 1);
}

/** The tokens in play, written in bold where they are written, or would be if there were room for each. */
function boldLabels(scene: OverlayScene): SVGElement[] {
  const target = inPlay(scene);
  const { layout, nameOf } = scene;
  const any = layout.labels.find(({ role }) => role === "token");
  if (!target || !any) return [];
  const { origin, column, window } = layout;
  const positions = isHop(target) ? [...new Set([target.from, target.to])] : [target.position];
  return positions
    .filter((position) => position >= window.c0 && position <= window.c1)
    .map((position) => {
      const [x, { y, angle }] = [origin.x + position * column + 4, any];
      const place = { x, y, "text-anchor": "end", transform: `rotate(${angle} ${x} ${y})` };
      return svg("text", { class: "pb-bold-tick", "data-role": "token", ...place }, nameOf(position));
    });
}

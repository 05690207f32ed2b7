/** Everything that moves over a path graph, as one SVG above the picture: the hop under the pointer, what lies up- and
 *  downstream of the selected one, its casing, pins, the keyboard's brackets, what linked views point at, matches.
 *  Pointing changes only this: the picture below fades by its opacity and is never painted anew. */
import {
  curvePoint,
  HALO,
  nodeRadius,
  type PathCurve,
  type PathGraph,
  type PathNode,
  type PathSpot,
  type PathsLayout,
  rankColour,
  type Theme,
} from "patchbay/view";
import { svg } from "../dom";
import { badge, brackets, pinColour } from "../shell/frames";
import { type Hop, isHop, type Marks, type Target } from "./state";

export interface OverlayScene {
  layout: PathsLayout;
  graph: PathGraph;
  theme: Theme;
  marks: Marks;
  hover: Target | null;
  /** null while the widget has no keyboard focus. */
  cursor: PathSpot | null;
  linked: Linked;
  /** Positions found by the search field. */
  matches: readonly number[];
}

/** What another view points at: a hop that is there, layers, positions. */
export interface Linked {
  hop: Hop | null;
  layers: readonly number[];
  positions: readonly number[];
}

export class Overlay {
  readonly node = svg("svg", { class: "pb-overlay", "aria-hidden": "true" });
  private readonly streams = svg("g");
  private readonly marks = svg("g");
  private readonly moving = svg("g");
  private of: { layout: PathsLayout; marks: Marks; theme: Theme } | null = null;
  private curves = new Map<number, PathCurve>();

  constructor() {
    this.node.append(this.streams, this.moving, this.marks);
  }

  /** True when the curves below are to fade. */
  update(scene: OverlayScene): boolean {
    const { layout, marks, theme, hover } = scene;
    const { of } = this;
    if (of?.layout !== layout || of.marks !== marks || of.theme !== theme) {
      this.of = { layout, marks, theme };
      this.curves = new Map(layout.curves.map((curve) => [curve.edge.index, curve]));
      this.streams.replaceChildren(...this.streamNodes(scene));
      this.marks.replaceChildren(...this.pinNodes(scene));
    }
    this.moving.replaceChildren(...this.movingNodes(scene));
    return hover !== null || this.selected(scene) !== null;
  }

  private curveOf({ graph }: OverlayScene, hop: Hop): PathCurve | null {
    const edge = graph.edge(hop.layer, hop.from, hop.to);
    return (edge && this.curves.get(edge.index)) ?? null;
  }

  private selected(scene: OverlayScene): PathCurve | null {
    const [hop] = scene.marks.selection;
    return hop ? this.curveOf(scene, hop) : null;
  }

  private streamNodes(scene: OverlayScene): SVGElement[] {
    const selected = this.selected(scene);
    if (!selected) return [];
    const { graph, layout, theme } = scene;
    const lit = new Set([...graph.upstream(selected.edge), ...graph.downstream(selected.edge)].map((e) => e.index));
    const nodes = layout.curves.filter((curve) => lit.has(curve.edge.index)).flatMap((c) => full(c, theme));
    return [...nodes, ...casing(selected, theme), ...ends([selected], scene)];
  }

  private pinNodes(scene: OverlayScene): SVGElement[] {
    return scene.marks.pins.flatMap((pin) => {
      if (!isHop(pin)) {
        const node = nodeOf(scene.layout, pin);
        if (!node) return [];
        const r = nodeRadius(scene.layout) + 2.5;
        const ring = svg("circle", { class: "pb-path-pin", cx: node.x, cy: node.y, r });
        ring.style.stroke = pinColour(scene.theme, pin);
        return [ring, ...badge(node.x + r + 3, node.y - r - 3, pin.number, scene.theme)];
      }
      const curve = this.curveOf(scene, pin);
      if (!curve) return [];
      const { x, y } = curvePoint(curve, scene.layout.row, 0.5);
      return badge(x, y, pin.number, scene.theme);
    });
  }

  private movingNodes(scene: OverlayScene): SVGElement[] {
    const { layout, hover, cursor, linked, matches, theme } = scene;
    const nodes: SVGElement[] = [];
    const [first] = layout.nodes;
    const last = layout.nodes.at(-1);
    if (!first || !last) return nodes;
    const [left, right] = [first.x - layout.column / 2, last.x + layout.column / 2];
    const dashed = linked.hop && this.curveOf(scene, linked.hop);
    if (dashed) nodes.push(svg("path", { class: "pb-frame pb-path-linked", d: dashed.d }));
    else {
      for (const layer of linked.layers) {
        const y = first.y - (layer + 1) * layout.row;
        nodes.push(frame(left, y, right - left, layout.row, "pb-frame-linked"));
      }
      for (const position of linked.positions) {
        const x = left + position * layout.column;
        nodes.push(frame(x, last.y - 6, layout.column, first.y - last.y + 12, "pb-frame-linked"));
      }
    }
    for (const position of matches)
      nodes.push(
        frame(left + position * layout.column, last.y - 6, layout.column, first.y - last.y + 12, "pb-frame-match"),
      );
    if (hover && isHop(hover)) {
      const curve = this.curveOf(scene, hover);
      if (curve) nodes.push(...full(curve, theme), ...ends([curve], scene));
    } else if (hover) {
      const node = nodeOf(layout, hover);
      const curves = scene.graph.at(hover).flatMap((edge) => this.curves.get(edge.index) ?? []);
      nodes.push(...curves.flatMap((curve) => full(curve, theme)), ...ends(curves, scene));
      if (node)
        nodes.push(svg("circle", { class: "pb-path-hover", cx: node.x, cy: node.y, r: nodeRadius(layout) + 2 }));
    }
    const at = cursor && nodeOf(layout, cursor);
    if (at) nodes.push(...corners(at, nodeRadius(layout) + 5));
    nodes.push(...boldLabels(scene));
    return nodes;
  }
}

const nodeOf = (layout: PathsLayout, { boundary, position }: PathSpot): PathNode | null => {
  const [first] = layout.nodes;
  const last = layout.nodes.at(-1);
  const tokens = (last?.position ?? 0) + 1;
  return first ? (layout.nodes[boundary * tokens + position] ?? null) : null;
};

/** A curve at full strength; a thin one takes the ink's colour, so that it can be followed. */
function full({ d, width, rankClass }: PathCurve, theme: Theme): SVGElement[] {
  const shown = Math.max(width, 1.25);
  const halo = svg("path", { class: "pb-path-halo", d, "stroke-width": shown + HALO });
  const line = svg("path", { class: "pb-path-lit", d, "stroke-width": shown });
  line.style.stroke = rankColour(rankClass, theme);
  return [halo, line];
}

/** The selected hop: ink casing of 2.5 px on each side, ground between it and the hop. */
function casing(curve: PathCurve, theme: Theme): SVGElement[] {
  const { d, width } = curve;
  const shown = Math.max(width, 1.25);
  return [
    svg("path", { class: "pb-path-halo", d, "stroke-width": shown + 9 }),
    svg("path", { class: "pb-path-casing", d, "stroke-width": shown + 6.5 }),
    svg("path", { class: "pb-path-halo", d, "stroke-width": shown + 2 }),
    ...full(curve, theme).slice(1),
  ];
}

/** The nodes at both ends, over the curves that cover them. */
function ends(curves: readonly PathCurve[], { layout }: OverlayScene): SVGElement[] {
  const r = nodeRadius(layout);
  return curves.flatMap(({ x1, y1, x2, y2 }) => [
    svg("circle", { class: "pb-path-end", cx: x1, cy: y1, r }),
    svg("circle", { class: "pb-path-end", cx: x2, cy: y2, r }),
  ]);
}

function frame(x: number, y: number, width: number, height: number, name: string): SVGElement {
  return svg("rect", { class: `pb-frame ${name}`, x, y, width, height });
}

const corners = ({ x, y }: PathNode, half: number): SVGElement[] =>
  brackets({ x: x - half, y: y - half, width: 2 * half, height: 2 * half }, half * 0.55);

/** The tokens and the layer in play, written again in bold. */
function boldLabels(scene: OverlayScene): SVGElement[] {
  const { layout, hover, cursor, marks } = scene;
  const target = hover ?? cursor ?? marks.selection[0] ?? null;
  if (!target) return [];
  const positions = isHop(target) ? [target.from, target.to] : [target.position];
  const layer = String(isHop(target) ? target.layer : target.boundary - 1);
  const tokens = layout.labels.filter(({ role }) => role === "token");
  const bold = [
    ...[...new Set(positions)].flatMap((position) => tokens[position] ?? []),
    ...layout.labels.filter(
      ({ role, text }) => role === "layer" && (text === layer || (layer === "-1" && text === "embed")),
    ),
  ];
  return bold.map(({ x, y, angle, anchor, text, role }) =>
    svg(
      "text",
      {
        class: "pb-bold-tick",
        "data-role": role,
        x,
        y,
        "text-anchor": anchor,
        transform: angle === 0 ? null : `rotate(${angle} ${x} ${y})`,
      },
      text,
    ),
  );
}

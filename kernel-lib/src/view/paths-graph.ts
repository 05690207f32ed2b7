/** A path graph as nodes and hops that one can walk: what leads into a node and out of it, what lies up- and downstream
 *  of a hop, which hop is under a point. Pure; built once for a view, or for the hops of it that a layout shows. */
import type { PathCurve, PathsLayout } from "./paths-layout";
import type { PathEdge } from "./paths-types";

/** A token's place in the residual stream: boundary 0 is the embedding, b the state after layer b - 1. */
export interface PathSpot {
  boundary: number;
  position: number;
}

export class PathGraph {
  private readonly into = new Map<string, PathEdge[]>();
  private readonly outOf = new Map<string, PathEdge[]>();
  private readonly known = new Map<string, PathEdge>();

  constructor(readonly edges: readonly PathEdge[]) {
    for (const edge of edges) {
      add(this.outOf, key(edge.layer, edge.from), edge);
      add(this.into, key(edge.layer + 1, edge.to), edge);
      this.known.set(`${edge.layer},${edge.from},${edge.to}`, edge);
    }
    for (const lists of [this.into, this.outOf])
      for (const list of lists.values()) list.sort((a, b) => b.paths - a.paths || a.index - b.index);
  }

  /** The hop between two tokens in a layer; null when no kept path takes it. */
  edge(layer: number, from: number, to: number): PathEdge | null {
    return this.known.get(`${layer},${from},${to}`) ?? null;
  }

  /** Hops that end at a node, most paths first. */
  ending({ boundary, position }: PathSpot): readonly PathEdge[] {
    return this.into.get(key(boundary, position)) ?? [];
  }

  /** Hops that start at a node, most paths first. */
  starting({ boundary, position }: PathSpot): readonly PathEdge[] {
    return this.outOf.get(key(boundary, position)) ?? [];
  }

  /** All hops of a node, most paths first. */
  at(spot: PathSpot): PathEdge[] {
    return [...this.ending(spot), ...this.starting(spot)].sort((a, b) => b.paths - a.paths || a.index - b.index);
  }

  has(spot: PathSpot): boolean {
    return this.ending(spot).length > 0 || this.starting(spot).length > 0;
  }

  /** Hops from which `edge` can be reached, itself left out. */
  upstream(edge: PathEdge): PathEdge[] {
    return this.walk(edge, (e) => this.ending({ boundary: e.layer, position: e.from }));
  }

  /** Hops that can be reached over `edge`, itself left out. */
  downstream(edge: PathEdge): PathEdge[] {
    return this.walk(edge, (e) => this.starting({ boundary: e.layer + 1, position: e.to }));
  }

  private walk(edge: PathEdge, next: (edge: PathEdge) => readonly PathEdge[]): PathEdge[] {
    const seen = new Set([edge]);
    for (const here of seen) for (const there of next(here)) seen.add(there);
    seen.delete(edge);
    return [...seen];
  }

  /** One step of a keyboard: along a row to the next token with hops; to the next layer in the same column, or, where
   *  nothing is in that column, to the nearest token of that layer. The same spot at the rim. */
  step(from: PathSpot, direction: "left" | "right" | "up" | "down" | "home" | "end", tokens: number): PathSpot {
    const { boundary, position } = from;
    if (direction === "up" || direction === "down") {
      const row = boundary + (direction === "up" ? 1 : -1);
      const live = this.row(row, tokens);
      if (live.length === 0) return from;
      const distance = (p: number) => Math.abs(p - position);
      return { boundary: row, position: live.reduce((best, p) => (distance(p) < distance(best) ? p : best)) };
    }
    const live = this.row(boundary, tokens);
    const right = live.filter((p) => p > position);
    const left = live.filter((p) => p < position);
    const to = { left: left.at(-1), right: right[0], home: left[0], end: right.at(-1) }[direction];
    return to === undefined ? from : { boundary, position: to };
  }

  private row(boundary: number, tokens: number): number[] {
    const live: number[] = [];
    for (let position = 0; position < tokens; position++) if (this.has({ boundary, position })) live.push(position);
    return live;
  }
}

const key = (boundary: number, position: number): string => `${boundary},${position}`;

function add(to: Map<string, PathEdge[]>, at: string, edge: PathEdge): void {
  const list = to.get(at);
  if (list) list.push(edge);
  else to.set(at, [edge]);
}

/** How far from a hop's line a pointer may be: 5 px beside one that is drawn in full, 3 px beside a thin one. */
const REACH = { full: 5, thin: 3 };
/** A thin hop counts as this much further away. */
const THIN_HANDICAP = 2;
/** Points by which a curve is measured. */
const SAMPLES = 24;

/** The hop under a point of the picture; the nearest; at a crossing the one drawn in full. */
export function curveAt(layout: PathsLayout, x: number, y: number): PathCurve | null {
  let best: PathCurve | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const curve of layout.curves) {
    const full = curve.rankClass >= 0;
    const reach = curve.width / 2 + (full ? REACH.full : REACH.thin);
    if (y > curve.y1 + reach || y < curve.y2 - reach) continue;
    if (x < Math.min(curve.x1, curve.x2) - reach || x > Math.max(curve.x1, curve.x2) + reach) continue;
    const away = Math.max(0, distanceTo(curve, x, y, layout.row) - curve.width / 2);
    const counted = full ? away : away + THIN_HANDICAP;
    if (away > (full ? REACH.full : REACH.thin) || counted >= least) continue;
    [best, least] = [curve, counted];
  }
  return best;
}

/** The point of a hop's curve at `t` from 0 (below) to 1: the Bézier curve that the layout writes. */
export function curvePoint({ x1, y1, x2, y2 }: PathCurve, row: number, t: number): { x: number; y: number } {
  const bend = x1 === x2 ? row / 3 : row * BEND;
  const s = 1 - t;
  const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return { x: a * x1 + b * x1 + c * x2 + d * x2, y: a * y1 + b * (y1 - bend) + c * (y2 + bend) + d * y2 };
}

/** How far a curve leaves its ends upright, as a share of a layer's height. */
export const BEND = 0.62;

function distanceTo(curve: PathCurve, x: number, y: number, row: number): number {
  if (curve.x1 === curve.x2) return Math.hypot(x - curve.x1, y - Math.min(curve.y1, Math.max(curve.y2, y)));
  let least = Number.POSITIVE_INFINITY;
  let from = curvePoint(curve, row, 0);
  for (let i = 1; i <= SAMPLES; i++) {
    const to = curvePoint(curve, row, i / SAMPLES);
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const along = Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy)));
    least = Math.min(least, Math.hypot(x - from.x - along * dx, y - from.y - along * dy));
    from = to;
  }
  return least;
}

/** The node with hops under a point, at most `reach` pixels away. */
export function spotAt(layout: PathsLayout, graph: PathGraph, x: number, y: number, reach: number): PathSpot | null {
  const [first] = layout.nodes;
  if (!first) return null;
  const position = Math.round((x - first.x) / layout.column);
  const boundary = Math.round((first.y - y) / layout.row);
  const spot = { boundary, position };
  const away = Math.hypot(x - first.x - position * layout.column, y - first.y + boundary * layout.row);
  return away <= reach && graph.has(spot) ? spot : null;
}

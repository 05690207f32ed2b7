/** A path graph as nodes and hops that one can walk: what leads into a node and out of it, what lies up- and downstream
 *  of a hop, in whole paths. Pure; built once for a lattice. */
import type { Flow } from "./paths-lattice";
import type { PathEdge } from "./paths-types";
import { type PathTarget, pathsThrough, type Stream, streamOf } from "./paths-weave";

/** A token's place in the residual stream: boundary 0 is the embedding, b the state after layer b - 1. */
export interface PathSpot {
  boundary: number;
  position: number;
}

export class PathGraph {
  /** Hops by the node that they end at, and that they start at; and by their own place. */
  private readonly into = new Map<number, PathEdge[]>();
  private readonly outOf = new Map<number, PathEdge[]>();
  private readonly known = new Map<number, PathEdge>();
  /** All hops, most paths first. */
  readonly strongest: readonly PathEdge[];
  /** One more than the rightmost position. */
  private readonly columns: number;
  private readonly counted = new Map<PathEdge, { upstream: number; downstream: number }>();
  private streamed: { key: string; stream: Stream & { through: number } } | null = null;

  /** @param flow the paths behind the hops, where they are known: then streams are exact */
  constructor(
    readonly edges: readonly PathEdge[],
    private readonly flow: Flow | null = null,
  ) {
    this.columns = edges.reduce((most, { from, to }) => Math.max(most, from, to), 0) + 1;
    this.strongest = [...edges].sort((a, b) => b.paths - a.paths || a.index - b.index);
    for (const edge of this.strongest) {
      add(this.outOf, this.node(edge.layer, edge.from), edge);
      add(this.into, this.node(edge.layer + 1, edge.to), edge);
      this.known.set(this.node(edge.layer, edge.from) * this.columns + edge.to, edge);
    }
  }

  /** A number for a node; -1 for one that lies right of all hops. */
  private node(boundary: number, position: number): number {
    return position < this.columns ? boundary * this.columns + position : -1;
  }

  /** The hop between two tokens in a layer; null when no kept path takes it. */
  edge(layer: number, from: number, to: number): PathEdge | null {
    const inside = from < this.columns && to < this.columns;
    return (inside && this.known.get(this.node(layer, from) * this.columns + to)) || null;
  }

  /** Hops that end at a node, most paths first. */
  ending({ boundary, position }: PathSpot): readonly PathEdge[] {
    return this.into.get(this.node(boundary, position)) ?? NO_EDGES;
  }

  /** Hops that start at a node, most paths first. */
  starting({ boundary, position }: PathSpot): readonly PathEdge[] {
    return this.outOf.get(this.node(boundary, position)) ?? NO_EDGES;
  }

  /** All hops of a node, most paths first. */
  at(spot: PathSpot): PathEdge[] {
    return [...this.ending(spot), ...this.starting(spot)].sort((a, b) => b.paths - a.paths || a.index - b.index);
  }

  has(spot: PathSpot): boolean {
    return this.ending(spot).length > 0 || this.starting(spot).length > 0;
  }

  /** Hops below `edge` that paths over it take; without single paths, all from which it can be reached. */
  upstream(edge: PathEdge): PathEdge[] {
    const stream = this.stream([edge]);
    if (stream) return this.edges.filter((e) => e.layer < edge.layer && stream.paths[e.index] > 0);
    const below = ({ layer, from }: PathEdge) => ({ boundary: layer, position: from });
    return this.walk(below(edge), (spot) => this.ending(spot), below);
  }

  /** The same above it. */
  downstream(edge: PathEdge): PathEdge[] {
    const stream = this.stream([edge]);
    if (stream) return this.edges.filter((e) => e.layer > edge.layer && stream.paths[e.index] > 0);
    const above = ({ layer, to }: PathEdge) => ({ boundary: layer + 1, position: to });
    return this.walk(above(edge), (spot) => this.starting(spot), above);
  }

  /** How many hops are up- and downstream: what the read-out says of each hop that the pointer meets. */
  around(edge: PathEdge): { upstream: number; downstream: number } {
    const known = this.counted.get(edge);
    if (known) return known;
    const found = { upstream: this.upstream(edge).length, downstream: this.downstream(edge).length };
    this.counted.set(edge, found);
    return found;
  }

  /** Whether streams are those of whole paths. */
  get exact(): boolean {
    return this.flow !== null;
  }

  /** How many paths over at least one of the targets take each hop; null where single paths are not known. */
  stream(targets: readonly PathTarget[]): (Stream & { through: number }) | null {
    const { flow } = this;
    if (!flow) return null;
    const key = JSON.stringify(
      targets.map((t) => ("boundary" in t ? [t.boundary, t.position] : [t.layer, t.from, t.to])),
    );
    if (this.streamed?.key !== key) {
      const through = pathsThrough(flow, this, targets);
      this.streamed = { key, stream: { ...streamOf(flow, this.edges.length, through), through: through.length } };
    }
    return this.streamed.stream;
  }

  /** Hops of a node and, from each, those of the node that it leads to: every node once. */
  private walk(first: PathSpot, hopsOf: (spot: PathSpot) => readonly PathEdge[], to: (edge: PathEdge) => PathSpot) {
    const seen = new Set<number>();
    const found: PathEdge[] = [];
    const ahead = [first];
    for (let spot = ahead.pop(); spot; spot = ahead.pop()) {
      const node = this.node(spot.boundary, spot.position);
      if (seen.has(node)) continue;
      seen.add(node);
      for (const edge of hopsOf(spot)) {
        found.push(edge);
        ahead.push(to(edge));
      }
    }
    return found;
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

const NO_EDGES: readonly PathEdge[] = [];

function add(to: Map<number, PathEdge[]>, at: number, edge: PathEdge): void {
  const list = to.get(at);
  if (list) list.push(edge);
  else to.set(at, [edge]);
}

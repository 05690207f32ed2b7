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
  private readonly into = new Map<string, PathEdge[]>();
  private readonly outOf = new Map<string, PathEdge[]>();
  private readonly known = new Map<string, PathEdge>();
  private streamed: { key: string; stream: Stream & { through: number } } | null = null;

  /** @param flow the paths behind the hops, where they are known: then streams are exact */
  constructor(
    readonly edges: readonly PathEdge[],
    private readonly flow: Flow | null = null,
  ) {
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

  /** Hops below `edge` that paths over it take; without single paths, all from which it can be reached. */
  upstream(edge: PathEdge): PathEdge[] {
    const stream = this.stream([edge]);
    if (stream) return this.edges.filter((e) => e.layer < edge.layer && stream.paths[e.index] > 0);
    return this.walk(edge, (e) => this.ending({ boundary: e.layer, position: e.from }));
  }

  /** The same above it. */
  downstream(edge: PathEdge): PathEdge[] {
    const stream = this.stream([edge]);
    if (stream) return this.edges.filter((e) => e.layer > edge.layer && stream.paths[e.index] > 0);
    return this.walk(edge, (e) => this.starting({ boundary: e.layer + 1, position: e.to }));
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
      const through = pathsThrough(flow, this.edges, targets);
      this.streamed = { key, stream: { ...streamOf(flow, this.edges.length, through), through: through.length } };
    }
    return this.streamed.stream;
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

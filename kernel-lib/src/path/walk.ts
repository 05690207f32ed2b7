/** Walks many paths at once: nodes of the prefix trie wait in one queue per layer boundary, and a full batch is taken
 *  from the deepest queue that has one. So every prefix is carried once, batches stay full, and no queue outgrows
 *  a batch times the branching. */
import type { LayerEdges, LinearMaps } from "./types";

/** Prefixes that have reached one boundary. */
export interface Nodes {
  /** [n, d] */
  vectors: Float32Array;
  /** Positions so far, from the embedding on: [n, boundary + 1]. */
  trail: Int32Array;
  /** For walks that are told where to go: the slice of `Wanted.suffix` each node still has to serve, [n] each. */
  lo?: Int32Array;
  hi?: Int32Array;
}

/** Suffixes to be walked, as positions [count, L + 1 - boundary], sorted for each node. */
export interface Wanted {
  /** Indices into `positions`, in slices per start node. */
  suffix: Int32Array;
  positions: Int32Array;
  width: number;
  /** Boundary of the suffixes' first position. */
  boundary: number;
}

export interface WalkOptions {
  /** Boundary the nodes start at, and the one at which they are handed over. */
  start: number;
  stop: number;
  /** Rows per call of the linear maps. */
  batch: number;
  /** Paths from (boundary, position) to the end; nodes that lead nowhere are not made. */
  toEnd: readonly Float64Array[];
  /** Only these continuations, instead of all. */
  wanted?: Wanted;
  signal?: AbortSignal;
}

/** Carries `nodes` from boundary `start` to `stop` and hands them over in batches, in no particular order.
 *  @returns block applications made (rows of all calls). */
export async function walk(
  maps: LinearMaps,
  edges: readonly LayerEdges[],
  nodes: Nodes,
  options: WalkOptions,
  arrive: (nodes: Nodes) => Promise<void>,
): Promise<number> {
  const { start, stop, batch } = options;
  const queues = Array.from({ length: stop - start + 1 }, () => new Queue(maps.dModel));
  queues[0].push(nodes, start + 1);
  let rows = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const at = chooseQueue(queues, batch);
    if (at < 0) return rows;
    const layer = start + at;
    const width = layer + 1;
    const taken = queues[at].take(batch, width);
    if (layer === stop) {
      await arrive(taken);
      continue;
    }
    // Expansions are cut into full calls; a node with many edges may span two of them.
    const plan = expand(taken, edges[layer], layer, width, options);
    for (let r = 0; r < plan.of.length; r += batch) {
      const of = plan.of.subarray(r, r + batch);
      const vectors = await maps.forward(layer, taken.vectors, of, plan.edge.subarray(r, r + batch));
      queues[at + 1].push(follow(taken, plan, r, of.length, vectors, edges[layer], width), width + 1);
      rows += of.length;
    }
  }
}

/** The deepest queue with a full batch; else the shallowest that holds anything, to fill the deeper ones; else -1. */
function chooseQueue(queues: readonly Queue[], batch: number): number {
  for (let q = queues.length - 1; q >= 0; q--) if (queues[q].length >= batch) return q;
  return queues.findIndex((queue) => queue.length > 0);
}

interface Expansion {
  of: Int32Array;
  edge: Int32Array;
  lo?: Int32Array;
  hi?: Int32Array;
}

/** Which node goes along which edge. */
function expand(nodes: Nodes, edges: LayerEdges, layer: number, width: number, options: WalkOptions): Expansion {
  const of: number[] = [];
  const edge: number[] = [];
  const lo: number[] = [];
  const hi: number[] = [];
  const { wanted } = options;
  for (let n = 0; n * width < nodes.trail.length; n++) {
    const here = nodes.trail[n * width + width - 1];
    let at = nodes.lo?.[n] ?? 0;
    for (let o = edges.start[here]; o < edges.start[here + 1]; o++) {
      const e = edges.outgoing[o];
      const to = edges.to[e];
      if (options.toEnd[layer + 1][to] === 0) continue;
      if (wanted && nodes.hi) {
        // Both the edges out of a position and a node's suffixes are sorted by where they go.
        const from = at;
        while (
          at < nodes.hi[n] &&
          wanted.positions[wanted.suffix[at] * wanted.width + layer + 1 - wanted.boundary] === to
        )
          at++;
        if (at === from) continue;
        lo.push(from);
        hi.push(at);
      }
      of.push(n);
      edge.push(e);
    }
  }
  const plan: Expansion = { of: Int32Array.from(of), edge: Int32Array.from(edge) };
  return wanted ? { ...plan, lo: Int32Array.from(lo), hi: Int32Array.from(hi) } : plan;
}

/** The children of a batch as nodes of the next boundary. */
function follow(
  parents: Nodes,
  plan: Expansion,
  at: number,
  count: number,
  vectors: Float32Array,
  edges: LayerEdges,
  width: number,
): Nodes {
  const trail = new Int32Array(count * (width + 1));
  for (let r = 0; r < count; r++) {
    const parent = plan.of[at + r];
    trail.set(parents.trail.subarray(parent * width, (parent + 1) * width), r * (width + 1));
    trail[r * (width + 1) + width] = edges.to[plan.edge[at + r]];
  }
  return { vectors, trail, lo: plan.lo?.slice(at, at + count), hi: plan.hi?.slice(at, at + count) };
}

/** Nodes of one boundary, in the batches they came in. */
class Queue {
  length = 0;
  private readonly parts: Nodes[] = [];
  constructor(private readonly d: number) {}

  push(nodes: Nodes, width: number): void {
    const n = nodes.trail.length / width;
    if (n === 0) return;
    this.parts.push(nodes);
    this.length += n;
  }

  /** Up to `count` nodes from the end; what is left of a part stays. */
  take(count: number, width: number): Nodes {
    const out: Nodes[] = [];
    let need = count;
    while (need > 0 && this.parts.length > 0) {
      const last = this.parts[this.parts.length - 1];
      const n = last.trail.length / width;
      if (n <= need) {
        out.push(last);
        this.parts.pop();
      } else {
        out.push(slice(last, n - need, n, width, this.d));
        this.parts[this.parts.length - 1] = slice(last, 0, n - need, width, this.d);
      }
      need -= Math.min(n, need);
    }
    this.length -= count - need;
    return join(out);
  }
}

function slice(nodes: Nodes, from: number, to: number, width: number, d: number): Nodes {
  return {
    vectors: nodes.vectors.subarray(from * d, to * d),
    trail: nodes.trail.subarray(from * width, to * width),
    lo: nodes.lo?.subarray(from, to),
    hi: nodes.hi?.subarray(from, to),
  };
}

/** Nodes of one boundary as one list. */
export function join(parts: readonly Nodes[]): Nodes {
  if (parts.length === 1) return parts[0];
  const int = (pick: (nodes: Nodes) => Int32Array | undefined) => {
    const arrays = parts.map((part) => pick(part) ?? new Int32Array(0));
    const out = new Int32Array(arrays.reduce((n, a) => n + a.length, 0));
    let at = 0;
    for (const array of arrays) {
      out.set(array, at);
      at += array.length;
    }
    return out;
  };
  const vectors = new Float32Array(parts.reduce((n, part) => n + part.vectors.length, 0));
  let at = 0;
  for (const part of parts) {
    vectors.set(part.vectors, at);
    at += part.vectors.length;
  }
  const told = parts[0].hi !== undefined;
  return {
    vectors,
    trail: int((nodes) => nodes.trail),
    lo: told ? int((nodes) => nodes.lo) : undefined,
    hi: told ? int((nodes) => nodes.hi) : undefined,
  };
}

/** Walks many paths at once: nodes of the prefix trie wait in one queue per layer boundary, and in one for each edge
 *  that has a matrix of its own; a full batch is taken from the deepest queue that has one. So every prefix is carried
 *  once, batches stay full, and no queue outgrows a batch times the branching. */
import type { EdgeMaps } from "./edge-maps";
import { gatherRows } from "./rows";
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
  /** Matrices of busy edges. */
  edgeMaps?: EdgeMaps;
  signal?: AbortSignal;
}

/** Rows carried: through whole blocks, and by matrices of single edges. */
export interface Carried {
  blocks: number;
  mapped: number;
}

/** Carries `nodes` from boundary `start` to `stop` and hands them over in batches, in no particular order. */
export async function walk(
  maps: LinearMaps,
  edges: readonly LayerEdges[],
  nodes: Nodes,
  options: WalkOptions,
  arrive: (nodes: Nodes) => Promise<void>,
): Promise<Carried> {
  const { start, stop, batch, edgeMaps } = options;
  const d = maps.dModel;
  const arrived = Array.from({ length: stop - start + 1 }, () => new Queue(d));
  /** Nodes about to take an edge that has a matrix, by layer. */
  const leaving = Array.from({ length: stop - start }, () => new Map<number, Queue>());
  arrived[0].push(nodes, start + 1);
  const carried: Carried = { blocks: 0, mapped: 0 };

  /** Carries a batch along an edge by its matrix. */
  const take = async (at: number, e: number, queue: Queue): Promise<void> => {
    const layer = start + at;
    const taken = queue.take(batch, layer + 1);
    const matrix = edgeMaps?.get(layer, e);
    if (matrix === undefined) throw new Error(`edge ${e} of layer ${layer} has no matrix`);
    const vectors = await matrix.times(taken.vectors);
    const count = taken.trail.length / (layer + 1);
    const all = { of: Int32Array.from({ length: count }, (_, r) => r), edge: new Int32Array(count).fill(e) };
    const plan = { ...all, lo: taken.lo, hi: taken.hi };
    arrived[at + 1].push(follow(taken, plan, 0, count, vectors, edges[layer], layer + 1), layer + 2);
    carried.mapped += count;
  };

  /** Carries a batch one layer on, each node along all its edges; those with a matrix wait for more of their kind. */
  const expandNext = async (at: number): Promise<void> => {
    const layer = start + at;
    const width = layer + 1;
    const taken = arrived[at].take(batch, width);
    const [plan, waiting] = split(expand(taken, edges[layer], layer, width, options), (e) => edgeMaps?.get(layer, e));
    for (const [e, some] of waiting) {
      const queue = leaving[at].get(e) ?? new Queue(d);
      leaving[at].set(e, queue);
      const trail = gatherRows(taken.trail, some.of, width);
      queue.push({ vectors: gatherRows(taken.vectors, some.of, d), trail, lo: some.lo, hi: some.hi }, width);
    }
    // Expansions are cut into full calls; a node with many edges may span two of them.
    for (let r = 0; r < plan.of.length; r += batch) {
      const of = plan.of.subarray(r, r + batch);
      const vectors = await maps.forward(layer, taken.vectors, of, plan.edge.subarray(r, r + batch));
      arrived[at + 1].push(follow(taken, plan, r, of.length, vectors, edges[layer], width), width + 1);
      carried.blocks += of.length;
    }
  };

  for (;;) {
    options.signal?.throwIfAborted();
    const next = chooseQueue(arrived, leaving, batch);
    if (next === null) return carried;
    const { at, edge } = next;
    if (edge !== null) await take(at, edge.number, edge.queue);
    else if (start + at === stop) await arrive(arrived[at].take(batch, stop + 1));
    else await expandNext(at);
  }
}

interface Next {
  at: number;
  /** The matrix's edge, or null for the whole block. */
  edge: { number: number; queue: Queue } | null;
}

/** The deepest queue with a full batch; else the shallowest that holds anything, to fill the deeper ones; else null. */
function chooseQueue(
  arrived: readonly Queue[],
  leaving: readonly ReadonlyMap<number, Queue>[],
  batch: number,
): Next | null {
  const first = (at: number, least: number): Next | null => {
    for (const [number, queue] of leaving[at] ?? []) if (queue.length >= least) return { at, edge: { number, queue } };
    return null;
  };
  for (let at = arrived.length - 1; at >= 0; at--) {
    const full = first(at, batch) ?? (arrived[at].length >= batch ? { at, edge: null } : null);
    if (full !== null) return full;
  }
  for (let at = 0; at < arrived.length; at++) {
    const some = arrived[at].length > 0 ? { at, edge: null } : first(at, 1);
    if (some !== null) return some;
  }
  return null;
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

/** What goes through the whole block, and what goes along edges that have matrices, by edge. */
function split(plan: Expansion, mapped: (edge: number) => unknown): [Expansion, Map<number, Expansion>] {
  const rest: number[] = [];
  const byEdge = new Map<number, number[]>();
  for (let r = 0; r < plan.edge.length; r++) {
    const e = plan.edge[r];
    if (mapped(e) === undefined) rest.push(r);
    else if (byEdge.get(e)?.push(r) === undefined) byEdge.set(e, [r]);
  }
  if (byEdge.size === 0) return [plan, new Map()];
  const part = (rows: readonly number[]): Expansion => {
    const pick = (values: Int32Array) => Int32Array.from(rows, (r) => values[r]);
    return { of: pick(plan.of), edge: pick(plan.edge), lo: plan.lo && pick(plan.lo), hi: plan.hi && pick(plan.hi) };
  };
  return [part(rest), new Map([...byEdge].map(([e, rows]) => [e, part(rows)]))];
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

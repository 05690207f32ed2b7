/** Traces paths fast and exactly: the prefix trie in full batches (walk.ts), matrices of busy edges (edge-maps.ts), early
 *  rejection (probes.ts) and meeting in the middle (meet.ts). Each can be switched off; all give the same kept paths as
 *  reference.ts. */
import { PatchbayError } from "../errors";
import { cheapestBoundary, mapsFor, type Ways } from "./cost";
import { pathsToEnd, prefixesTo } from "./count";
import { EdgeMaps } from "./edge-maps";
import { dropSuffixes, meet, suffixes } from "./meet";
import { Probes } from "./probes";
import { completeness } from "./reference";
import { carries, gatherRows, NOTHING, SCALE } from "./rows";
import { sampleVectors } from "./sample";
import { sumOfPaths } from "./sum";
import type { Frozen, KeptPath, LayerEdges, LinearMaps, Trace, TraceRequest } from "./types";
import { join, type Nodes, type Wanted, walk } from "./walk";

export interface TracerOptions {
  /** Rows per call of the linear maps. */
  batch?: number;
  /** Vocabulary rows for early rejection; 0 ranks every path in full. */
  probes?: number;
  /** Boundary to meet at, 1 to L - 1; 0 walks every path to its end; `auto` lets the cost model choose. */
  meetAt?: number | "auto";
  /** Whether busy edges get matrices of their own; true unless said. */
  edgeMaps?: boolean;
  /** Bytes that matrices may take: a GiB unless said. */
  matrixMemory?: number;
  /** Most paths to enumerate; more is an error before the walk. */
  budget?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** What a trace cost, for benchmarks and for the plan's text. */
export interface TraceCost {
  /** Rows of forward and backward calls: one block application each; backward, once for all edges into a position. */
  forwardRows: number;
  backwardRows: number;
  /** Rows carried by matrices of single edges, and the block applications that those matrices took. */
  mappedRows: number;
  mapRows: number;
  /** Rows of the sample that probes and boundary were chosen from. */
  sampleRows: number;
  /** Paths ranked over the whole vocabulary. */
  ranked: number;
  /** Prefix x suffix pairs decided by a product. */
  pairs: number;
  meetAt: number;
}

/** Paths that a trace walks unless told otherwise: about a minute of a 1B model. */
export const DEFAULT_BUDGET = 200_000;
/** Rows per call: weights are packed anew in each, which 512 rows make up for. */
export const DEFAULT_BATCH = 512;
const MATRIX_MEMORY = 1 << 30;
/** Complete paths looked at before probes are chosen: one half to choose, the other to judge. A few per cent of the
 *  trace, as each is carried by itself. */
const SAMPLE = { share: 1 / 32, least: 128, most: 512 };
/** Below this many the sample would cost more than a meeting saves. */
const WORTH_A_SAMPLE = 2048;
/** From here on it pays to look for the best number of probes. */
const MANY_PATHS = 30_000;

/** Traces on a frozen prompt. Throws a PatchbayError when there are more paths than the budget, naming what would fit. */
export async function trace(
  maps: LinearMaps,
  frozen: Frozen,
  edges: readonly LayerEdges[],
  request: TraceRequest,
  options: TracerOptions = {},
): Promise<Trace & { cost: TraceCost }> {
  const length = frozen.tokens.length;
  const sources = [...request.sources].sort((a, b) => a - b);
  const toEnd = pathsToEnd(edges, length);
  const total = sources.reduce((n, s) => n + toEnd[0][s], 0);
  checkBudget(total, toEnd[0], sources, options.budget ?? DEFAULT_BUDGET, request.topK);

  const batch = options.batch ?? DEFAULT_BATCH;
  const firstProbes = options.probes ?? 2 * request.maxRank + 56;
  const probes = new Probes(maps, request.answer, request.maxRank, firstProbes);
  /** Ids asked of a full ranking: what probes are chosen from. */
  const top = 4 * request.maxRank;
  const cost: TraceCost = {
    forwardRows: 0,
    backwardRows: 0,
    mappedRows: 0,
    mapRows: 0,
    sampleRows: 0,
    ranked: 0,
    pairs: 0,
    meetAt: 0,
  };
  const kept: KeptPath[] = [];
  let done = 0;
  const report = (paths: number) => {
    done += paths;
    options.onProgress?.(done, total);
  };

  const rank = async (nodes: Nodes): Promise<void> => {
    const width = edges.length + 1;
    const alive = await probes.survivors(nodes.vectors);
    if (alive.length === 0) return;
    // The largest tokens are dear to find, and asked for only while something is to be learnt from them.
    const learning = probes.learning && cost.meetAt === 0;
    const found = await maps.head(gatherRows(nodes.vectors, alive, maps.dModel), learning ? top : 0);
    cost.ranked += alive.length;
    if (learning) probes.learn(found.topIds, found.rank);
    // Suffix matrices stand for the probes they were made with, so a meeting keeps its probes.
    if (learning) await probes.adapt();
    alive.forEach((r, a) => {
      if (found.rank[a] <= request.maxRank && carries(nodes.vectors, r * d, d, NOTHING))
        kept.push({
          positions: nodes.trail.slice(r * width, (r + 1) * width),
          rank: found.rank[a],
          logit: found.logit[a] / SCALE,
        });
    });
  };

  /** Walks, and counts after: what is met on the way may walk too. */
  const carry = async (...walked: Parameters<typeof walk>): Promise<void> => {
    const { blocks, mapped } = await walk(...walked);
    cost.forwardRows += blocks;
    cost.mappedRows += mapped;
  };
  const roots = startNodes(frozen, maps.dModel, sources, toEnd[0]);
  const reached = prefixesTo(edges, length, sources);
  const { dModel: d, shares } = maps;
  const { edgeMaps: mapped = true, matrixMemory: memory = MATRIX_MEMORY } = options;
  const ways: Ways = { edges, reached, toEnd, d, shares, edgeMaps: mapped, memory };
  const { boundary, survive } = await meetingBoundary();
  cost.meetAt = boundary;
  const { targets } = boundary === 0 ? mapsFor(ways, edges.length, 1) : mapsFor(ways, boundary, survive);
  const edgeMaps = await EdgeMaps.open(maps, edges.length, targets, batch);
  cost.mapRows = edgeMaps.rows;
  const walkOptions = { batch, toEnd, edgeMaps, signal: options.signal };
  try {
    if (boundary === 0) {
      await carry(maps, edges, roots, { ...walkOptions, start: 0, stop: edges.length }, async (nodes) => {
        await rank(nodes);
        report(nodes.trail.length / (edges.length + 1));
      });
    } else {
      await traceMeeting(boundary);
    }
  } finally {
    await edgeMaps.drop();
    await probes.drop();
  }

  return {
    totalPaths: request.sources.map((s) => toEnd[0][s]),
    kept: kept.sort((a, b) => comparePositions(a.positions, b.positions)),
    completeness: completeness(await sumOfPaths(maps, edges, frozen, sources), frozen.logits, request.answer),
    edges,
    cost,
  };

  /** The boundary to meet at, with probes chosen when there is one, and the share of paths that they let through. */
  async function meetingBoundary(): Promise<{ boundary: number; survive: number }> {
    const asked = options.meetAt ?? "auto";
    const walkAll = { boundary: 0, survive: 1 };
    if (asked === 0 || edges.length < 2 || total === 0) return walkAll;
    if (asked === "auto" && total < WORTH_A_SAMPLE) return walkAll;
    const size = Math.min(total, SAMPLE.most, Math.max(SAMPLE.least, Math.ceil(total * SAMPLE.share)));
    const sample = await sampleVectors(maps, edges, frozen, sources, toEnd, size);
    cost.sampleRows = sample.rows;
    // Probes are chosen from one half and judged by the other.
    const half = (sample.vectors.length / d) >> 1;
    const found = await maps.head(sample.vectors.subarray(0, half * d), top);
    const others = sample.vectors.subarray(half * d);
    probes.learn(found.topIds, found.rank);
    await probes.adapt();
    if (!probes.ready) return walkAll;
    const passing = async () => (await probes.passing(others)) / (others.length / d);
    if (asked !== "auto") return { boundary: asked, survive: await passing() };
    let best = { boundary: 0, cost: Number.POSITIVE_INFINITY, count: 0, survive: 1 };
    const sizes = options.probes !== undefined || total < MANY_PATHS ? [1] : [1, 2, 4, 8];
    for (const times of sizes) {
      const count = times * firstProbes;
      if (times > 1) {
        if (count > maps.vocab / 4) break;
        await probes.resize(count);
      }
      const survive = await passing();
      const found = cheapestBoundary(ways, probes.rows.length / d, survive);
      if (found.cost < best.cost) best = { ...found, count, survive };
    }
    if (best.boundary === 0) await probes.resize(firstProbes);
    else if (best.count !== probes.size) await probes.resize(best.count);
    return best;
  }

  async function traceMeeting(at: number): Promise<void> {
    const found = await suffixes(maps, edges, reached, at, probes, batch);
    cost.backwardRows += found.rows;
    let waiting: { nodes: Nodes; wanted: Wanted }[] = [];
    let waitingPaths = 0;
    const finish = async () => {
      for (const { nodes, wanted } of mergeWaiting(waiting))
        await carry(maps, edges, nodes, { ...walkOptions, start: at, stop: edges.length, wanted }, rank);
      waiting = [];
      waitingPaths = 0;
    };
    let arrived: Nodes[] = [];
    let arrivedRows = 0;
    const meetArrived = async () => {
      if (arrivedRows === 0) return;
      const met = await meet(maps, join(arrived), found, probes);
      arrived = [];
      arrivedRows = 0;
      cost.pairs += met.pairs;
      if (met.wanted.suffix.length > 0) waiting.push(met);
      waitingPaths += met.wanted.suffix.length;
      if (waitingPaths >= 16 * batch) await finish();
      report(met.pairs);
    };
    await carry(maps, edges, roots, { ...walkOptions, start: 0, stop: at }, async (nodes) => {
      arrived.push(nodes);
      arrivedRows += nodes.trail.length / (at + 1);
      // Prefixes meet by position: many together make each product one worth its call.
      if (arrivedRows >= 8 * batch) await meetArrived();
    });
    await meetArrived();
    await finish();
    await dropSuffixes(found);
  }
}

/** One walk for several meetings: their slices are moved into one list of suffixes. */
function mergeWaiting(parts: readonly { nodes: Nodes; wanted: Wanted }[]): { nodes: Nodes; wanted: Wanted }[] {
  if (parts.length === 0) return [];
  let offset = 0;
  const moved = parts.map(({ nodes, wanted }) => {
    const by = offset;
    offset += wanted.suffix.length;
    return { ...nodes, lo: nodes.lo?.map((x) => x + by), hi: nodes.hi?.map((x) => x + by) };
  });
  const ints = (pick: (nodes: Nodes) => Int32Array | undefined) =>
    Int32Array.from(moved.flatMap((nodes) => Array.from(pick(nodes) ?? [])));
  const vectors = new Float32Array(moved.reduce((n, nodes) => n + nodes.vectors.length, 0));
  let at = 0;
  for (const nodes of moved) {
    vectors.set(nodes.vectors, at);
    at += nodes.vectors.length;
  }
  return [
    {
      nodes: { vectors, trail: ints((n) => n.trail), lo: ints((n) => n.lo), hi: ints((n) => n.hi) },
      wanted: { ...parts[0].wanted, suffix: Int32Array.from(parts.flatMap((p) => Array.from(p.wanted.suffix))) },
    },
  ];
}

function checkBudget(
  total: number,
  fromSource: Float64Array,
  sources: readonly number[],
  budget: number,
  topK: number,
): void {
  if (total <= budget) return;
  const fit = [...sources]
    .sort((a, b) => b - a)
    .filter((s, i, all) => {
      const running = all.slice(0, i + 1).reduce((n, p) => n + fromSource[p], 0);
      return fromSource[s] > 0 && running <= budget;
    });
  const smaller = topK > 1 ? `, a topK below ${topK}` : "";
  throw new PatchbayError({
    thing: `path trace: ${total.toLocaleString("en")} paths from ${sources.length} source${sources.length === 1 ? "" : "s"}`,
    rule: `there may be at most ${budget.toLocaleString("en")} (the budget)`,
    wayOut: `Ask for fewer sources (${fit.length > 0 ? `${fit.slice(0, 8).join(", ")} would fit` : "none would fit alone"})${smaller} or a larger budget`,
  });
}

/** The embeddings of the sources that reach the end, scaled for the walk. */
function startNodes(frozen: Frozen, d: number, sources: readonly number[], toEnd: Float64Array): Nodes {
  const reaching = sources.filter((s) => toEnd[s] > 0);
  return { vectors: gatherRows(frozen.embed, reaching, d).map((x) => SCALE * x), trail: Int32Array.from(reaching) };
}

function comparePositions(a: Int32Array, b: Int32Array): number {
  for (let p = 0; p < a.length; p++) if (a[p] !== b[p]) return a[p] - b[p];
  return 0;
}

/** Path tracing over samples (arXiv:2602.07930, section 6): freeze each prompt, walk its paths, and sum up what kept
 *  paths have in common: how many per source, through which hops, with which heads. */
import type { Model } from "../forward/types";
import { prefixesAt } from "../path/count";
import { layerEdges } from "../path/edges";
import { freeze } from "../path/freeze";
import { openMaps } from "../path/maps";
import { type TraceCost, type TracerOptions, trace } from "../path/tracer";
import type { KeptPath, LayerEdges, Trace } from "../path/types";
import type { PathTraceSpec, SampleTrace, TracedEdge, TraceSample } from "./trace-types";

export interface TraceProgress {
  sample: number;
  /** Paths walked of this sample, and how many it has. */
  done: number;
  total: number;
}

/** How many paths a sample has, and how many block applications the plain trie would take; one forward pass. */
export async function countPaths(
  model: Model,
  sample: TraceSample,
  { topK, equation }: Pick<PathTraceSpec, "topK" | "equation">,
): Promise<{ paths: number; blocks: number }> {
  const length = sample.tokens.length;
  const sources = positionsOf(sample);
  const { layers } = await freeze(model, sample.tokens);
  const edges = layers.map(({ pattern }) => layerEdges(pattern, model.config.nHeads, length, topK, equation));
  const sizes = prefixesAt(edges, length, sources);
  return { paths: sizes[sizes.length - 1], blocks: sizes.slice(1).reduce((a, b) => a + b, 0) };
}

/** Sources as positions counted from the front. */
function positionsOf({ tokens: { length }, sources }: TraceSample): number[] {
  if (sources === "all") return Array.from({ length }, (_, p) => p);
  return sources.map((p) => (p < 0 ? length + p : p));
}

/** Traces one sample. Throws a PatchbayError when it has more paths than the budget. */
export async function traceSample(
  model: Model,
  sample: TraceSample,
  { topK, maxRank, equation, budget }: Pick<PathTraceSpec, "topK" | "maxRank" | "equation" | "budget">,
  options: Omit<TracerOptions, "budget"> = {},
): Promise<SampleTrace & { cost: TraceCost }> {
  const length = sample.tokens.length;
  const sources = positionsOf(sample);
  const frozen = await freeze(model, sample.tokens, options.signal);
  const edges = frozen.layers.map(({ pattern }) => layerEdges(pattern, model.config.nHeads, length, topK, equation));
  const maps = await openMaps(model, frozen, edges, sample.answer, options.signal);
  try {
    const request = { answer: sample.answer, sources, topK, maxRank, equation };
    const matrixMemory = options.matrixMemory ?? model.memory.matrixBytes;
    const found = await trace(maps, frozen, edges, request, { ...options, matrixMemory, budget });
    return { ...summarise(found, sources, model.config.nHeads), cost: found.cost };
  } finally {
    await maps.close();
  }
}

/** Traces every sample of a spec in order, one at a time: a trace fills the machine by itself. `known`: so many at the
 *  beginning are traced already. */
export async function* traceSamples(
  model: Model,
  spec: PathTraceSpec,
  options: Omit<TracerOptions, "budget" | "onProgress"> & {
    known?: number;
    onProgress?: (progress: TraceProgress) => void;
  } = {},
): AsyncGenerator<SampleTrace> {
  for (const [sample, one] of spec.samples.entries()) {
    if (sample < (options.known ?? 0)) continue;
    if (options.signal?.aborted) return;
    try {
      yield await traceSample(model, one, spec, {
        ...options,
        onProgress: (done, total) => options.onProgress?.({ sample, done, total }),
      });
    } catch (error) {
      // A stopped trace keeps the samples before it.
      if (options.signal?.aborted) return;
      throw error;
    }
  }
}

/** Kept paths as arrays, and what they share. */
export function summarise(found: Trace, sources: readonly number[], nHeads: number): SampleTrace {
  const { kept, edges } = found;
  const layers = edges.length;
  const positions = new Int32Array(kept.length * (layers + 1));
  kept.forEach((path, k) => {
    positions.set(path.positions, k * (layers + 1));
  });
  return {
    sources,
    totalPaths: found.totalPaths,
    highRanking: sources.map((s) => kept.filter((path) => path.positions[0] === s).length),
    positions,
    rank: Int32Array.from(kept, (path) => path.rank),
    logit: Float32Array.from(kept, (path) => path.logit),
    headActivity: headActivity(kept, edges, sources, nHeads),
    edges: tracedEdges(kept, edges, nHeads),
    completeness: found.completeness,
  };
}

/** [sources, L, H]: in what share of a source's kept paths a head is among those that chose the hop. */
function headActivity(
  kept: readonly KeptPath[],
  edges: readonly LayerEdges[],
  sources: readonly number[],
  nHeads: number,
): Float32Array {
  const layers = edges.length;
  const activity = new Float32Array(sources.length * layers * nHeads);
  const numberOf = edges.map(edgeNumbers);
  sources.forEach((source, s) => {
    const own = kept.filter((path) => path.positions[0] === source);
    const at = s * layers * nHeads;
    for (const { positions } of own)
      for (let l = 0; l < layers; l++) {
        const e = numberOf[l](positions[l], positions[l + 1]);
        for (let h = 0; h < nHeads; h++) activity[at + l * nHeads + h] += edges[l].mask[e * nHeads + h];
      }
    for (let c = at; c < at + layers * nHeads; c++) activity[c] /= own.length;
  });
  return activity;
}

/** The hops of kept paths, by layer, source and target position. */
function tracedEdges(kept: readonly KeptPath[], edges: readonly LayerEdges[], nHeads: number): TracedEdge[] {
  return edges.flatMap((layer, l) => {
    const number = edgeNumbers(layer);
    const paths = new Int32Array(layer.from.length);
    const best = new Int32Array(layer.from.length);
    for (const path of kept) {
      const e = number(path.positions[l], path.positions[l + 1]);
      paths[e]++;
      best[e] = best[e] === 0 ? path.rank : Math.min(best[e], path.rank);
    }
    const used = Array.from(paths.keys()).filter((e) => paths[e] > 0);
    return used.map((e) => ({
      layer: l,
      from: layer.from[e],
      to: layer.to[e],
      paths: paths[e],
      bestRank: best[e],
      heads: Array.from({ length: nHeads }, (_, h) => h).filter((h) => layer.mask[e * nHeads + h] === 1),
    }));
  });
}

/** Finds the edge j -> i of a layer. */
function edgeNumbers({ from, to }: LayerEdges): (j: number, i: number) => number {
  const numbers = new Map<number, number>();
  const length = to[to.length - 1] + 1;
  from.forEach((j, e) => {
    numbers.set(j * length + to[e], e);
  });
  return (j, i) => {
    const e = numbers.get(j * length + i);
    if (e === undefined) throw new Error(`no edge ${j} -> ${i}`);
    return e;
  };
}

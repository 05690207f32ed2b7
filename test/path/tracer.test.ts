/** The tracer against the plain depth-first walk, on random frozen models: pure arithmetic, no onnxruntime. */
import { expect, test } from "vitest";
import { pathsToEnd, prefixesAt } from "../../kernel-lib/src/path/count";
import { chooseMaps } from "../../kernel-lib/src/path/edge-maps";
import { layerEdges } from "../../kernel-lib/src/path/edges";
import { erf } from "../../kernel-lib/src/path/freeze";
import { type PathWeights, traceReference } from "../../kernel-lib/src/path/reference";
import { type TracerOptions, trace } from "../../kernel-lib/src/path/tracer";
import type { Equation, Frozen, FrozenLayer, LayerEdges, TraceRequest } from "../../kernel-lib/src/path/types";
import { plainMaps } from "../support/plain-maps";

/** mulberry32: seeded, so that every run sees the same models. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Shape {
  layers: number;
  heads: number;
  kvHeads: number;
  length: number;
  placement: "pre" | "post";
  vocab?: number;
}

function randomModel(seed: number, { layers, heads, kvHeads, length, placement, vocab = 400 }: Shape) {
  const random = seeded(seed);
  const [d, dHead, f] = [8, 4, 12];
  const normal = (n: number, size: number) =>
    Float32Array.from({ length: n }, () => (random() + random() + random() - 1.5) * size);
  const around1 = (n: number) => Float32Array.from({ length: n }, () => 0.5 + random());
  const weights: PathWeights = {
    nHeads: heads,
    nKvHeads: kvHeads,
    dModel: d,
    dHead,
    dMlp: f,
    vocab,
    layers: Array.from({ length: layers }, () => ({
      v: normal(kvHeads * dHead * d, 0.6),
      o: normal(d * heads * dHead, 0.6),
      up: normal(f * d, 0.5),
      down: normal(d * f, 0.5),
    })),
    unembed: normal(vocab * d, 1),
  };
  const pattern = () => {
    const p = new Float32Array(heads * length * length);
    for (let h = 0; h < heads; h++)
      for (let i = 0; i < length; i++) {
        const row = Array.from({ length: i + 1 }, () => Math.exp(3 * random()));
        const sum = row.reduce((a, b) => a + b, 0);
        row.forEach((x, j) => {
          p[(h * length + i) * length + j] = x / sum;
        });
      }
    return p;
  };
  const pre = placement === "pre";
  const layer = (): FrozenLayer => ({
    pattern: pattern(),
    attnIn: pre ? around1(length * d) : null,
    attnOut: pre ? null : around1(length * d),
    mlpIn: pre ? around1(length * d) : null,
    gate: normal(length * f, 1),
    mlpOut: pre ? null : around1(length * d),
  });
  const frozen: Frozen = {
    tokens: Array.from({ length }, (_, t) => t),
    embed: normal(length * d, 1),
    layers: Array.from({ length: layers }, layer),
    final: around1(d),
    logits: normal(vocab, 1),
  };
  return { frozen, weights };
}

const SHAPES: Shape[] = [
  { layers: 2, heads: 2, kvHeads: 2, length: 5, placement: "post" },
  { layers: 3, heads: 4, kvHeads: 2, length: 6, placement: "pre" },
  { layers: 4, heads: 4, kvHeads: 1, length: 6, placement: "post" },
  { layers: 5, heads: 2, kvHeads: 2, length: 7, placement: "pre" },
];
const VARIANTS: Record<string, TracerOptions> = {
  "trie alone": { probes: 0, meetAt: 0, batch: 7 },
  "trie with probes": { probes: 120, meetAt: 0, batch: 16 },
  "met after layer 1": { probes: 120, meetAt: 1, batch: 9 },
  "met before the last layer": { probes: 160, meetAt: -1, batch: 64 },
  "as the cost model says": { probes: 120, meetAt: "auto" },
  "in whole blocks": { probes: 120, meetAt: 2, edgeMaps: false },
};

async function compare(
  seed: number,
  shape: Shape,
  topK: number,
  equation: Equation,
  options: TracerOptions,
  maxRank = 40,
) {
  const { frozen, weights } = randomModel(seed, shape);
  const request: TraceRequest = {
    answer: seed % weights.vocab,
    sources: seed % 3 === 0 ? [1, 3] : frozen.tokens.map((_, p) => p),
    topK,
    maxRank,
    equation,
  };
  const expected = traceReference(frozen, weights, request);
  const plain = plainMaps(frozen, weights, expected.edges, request.answer);
  let carried = 0;
  const maps: typeof plain = {
    ...plain,
    forward: (layer, v, of, edge) => {
      carried += of.length;
      return plain.forward(layer, v, of, edge);
    },
  };
  const meetAt = options.meetAt === -1 ? shape.layers - 1 : options.meetAt;
  const found = await trace(maps, frozen, expected.edges, request, { ...options, meetAt });

  expect(found.totalPaths).toEqual(expected.totalPaths);
  expect(found.kept.map((p) => [...p.positions].join(">"))).toEqual(
    expected.kept.map((p) => [...p.positions].join(">")),
  );
  expect(found.kept.map((p) => p.rank)).toEqual(expected.kept.map((p) => p.rank));
  found.kept.forEach((path, i) => {
    expect(Math.abs(path.logit - expected.kept[i].logit)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(path.logit)));
  });
  // The sum over all paths goes along each edge once.
  const summed = expected.edges.reduce((n, { from }) => n + from.length, 0);
  expect(found.cost.forwardRows + found.cost.sampleRows + summed).toBe(carried);
  for (const key of ["pathsLogit", "cosine", "normRatio"] as const)
    expect(found.completeness[key]).toBeCloseTo(expected.completeness[key], 3);
  return { expected, found };
}

for (const [name, options] of Object.entries(VARIANTS))
  test(`trace() keeps the same paths, ranks and logits as the depth-first walk: ${name}`, async () => {
    let kept = 0;
    for (const [s, shape] of SHAPES.entries())
      for (const topK of [1, 2, 3])
        for (const equation of ["eq3", "released-code"] as const) {
          const { expected } = await compare(100 * s + 10 * topK + 1, shape, topK, equation, options);
          kept += expected.kept.length;
        }
    await compare(33, SHAPES[1], 6, "eq3", options);
    expect(kept).toBeGreaterThan(100);
  });

test("each way of saving work saves some: fewer paths ranked, fewer blocks applied", async () => {
  const shape: Shape = { layers: 6, heads: 3, kvHeads: 3, length: 8, placement: "post" };
  const cost = async (options: TracerOptions) => (await compare(7, shape, 2, "eq3", options)).found;
  const plain = await cost({ probes: 0, meetAt: 0 });
  const probed = await cost({ probes: 120, meetAt: 0, batch: 64 });
  const met = await cost({ probes: 120, meetAt: 4, batch: 64 });
  const paths = plain.totalPaths.reduce((a, b) => a + b, 0);
  expect(plain.cost.ranked).toBe(paths);
  expect(probed.cost.ranked).toBeLessThan(paths / 2);
  expect(met.cost.pairs).toBe(paths);
  expect(met.cost.forwardRows).toBeLessThan(plain.cost.forwardRows);
});

test("busy edges get matrices, which spare whole blocks, and the kept paths stay the same", async () => {
  const shape: Shape = { layers: 8, heads: 4, kvHeads: 2, length: 9, placement: "pre" };
  const ways: TracerOptions[] = [{ meetAt: 0 }, { meetAt: 5 }];
  for (const way of ways) {
    const { cost } = (await compare(7, shape, 2, "eq3", { ...way, batch: 32 })).found;
    expect(cost.mappedRows).toBeGreaterThan(1000);
    expect(cost.mapRows).toBeGreaterThan(0);
    const without = (await compare(7, shape, 2, "eq3", { ...way, batch: 32, edgeMaps: false })).found.cost;
    expect([without.mappedRows, without.mapRows]).toEqual([0, 0]);
    expect(cost.forwardRows + cost.mapRows).toBeLessThan(without.forwardRows);
    // No room for a single matrix.
    const { mappedRows } = (await compare(7, shape, 2, "eq3", { ...way, matrixMemory: 2 * 8 * 8 * 4 - 1 })).found.cost;
    expect(mappedRows).toBe(0);
  }
});

test("chooseMaps() takes the edges whose matrices save most for their memory, and counts what is left to do", () => {
  // Into position 2 from 0, 1 and 2; into 1 from 0.
  const edges = [{ from: [0, 0, 1, 2], to: [1, 2, 2, 2] }].map(
    (layer) => ({ from: Int32Array.from(layer.from), to: Int32Array.from(layer.to) }) as LayerEdges,
  );
  const rows = [Float64Array.of(5000, 20, 3000, 4000)];
  const [d, shares] = [100, { map: 0.1, values: 0.25 }];
  const all = chooseMaps(edges, rows, { d, shares, memory: 1e9 });
  // 20 rows are fewer than the 25 block applications of their edge's own product.
  expect(all.targets.map(({ layer, to, edges: e }) => ({ layer, to, e }))).toEqual([
    { layer: 0, to: 1, e: [0] },
    { layer: 0, to: 2, e: [2, 3] },
  ]);
  const first = 100 + 0.1 * 5000;
  const second = 75 + 2 * 25 + 0.1 * 7000 + 20;
  expect(all.cost[0]).toBeCloseTo(first + second, 6);
  const one = chooseMaps(edges, rows, { d, shares, memory: 100 * 100 * 4 });
  expect(one.targets.map(({ to }) => to)).toEqual([1]);
  expect(one.cost[0]).toBeCloseTo(first + 7020, 6);
  expect(chooseMaps(edges, rows, { d, shares, memory: 0 })).toMatchObject({ targets: [], cost: [12020] });
});

test("suffixes begin only where prefixes from the sources stand", async () => {
  const { frozen, weights } = randomModel(12, { layers: 5, heads: 4, kvHeads: 2, length: 8, placement: "post" });
  const earliest = async (sources: number[]) => {
    const request: TraceRequest = { answer: 3, sources, topK: 2, maxRank: 40, equation: "eq3" };
    const { edges } = traceReference(frozen, weights, request);
    const maps = plainMaps(frozen, weights, edges, request.answer);
    let first = frozen.tokens.length;
    const spied: typeof maps = {
      ...maps,
      backward: (layer, g, of, edge) => {
        first = edge.reduce((least, e) => Math.min(least, edges[layer].from[e]), first);
        return maps.backward(layer, g, of, edge);
      },
    };
    const { cost } = await trace(spied, frozen, edges, request, { probes: 120, meetAt: 2 });
    expect(cost.meetAt).toBe(2);
    expect(cost.backwardRows).toBeGreaterThan(0);
    return first;
  };
  expect(await earliest([0])).toBeLessThan(3);
  expect(await earliest([3, 4])).toBe(3);
});

test("with many paths the number of probes is chosen too, and the kept paths stay the same", async () => {
  const shape: Shape = { layers: 9, heads: 6, kvHeads: 6, length: 11, placement: "post", vocab: 1200 };
  const { found } = await compare(41, shape, 2, "eq3", { batch: 4 }, 15);
  const paths = found.totalPaths.reduce((a, b) => a + b, 0);
  expect(paths).toBeGreaterThan(30_000);
  expect(found.kept.length).toBeGreaterThan(10);
  expect(found.cost.pairs).toBe(paths);
  expect(found.cost.ranked).toBeLessThan(paths / 4);
});

test("counts before the walk equal the paths that a walk meets, and the trie's nodes", () => {
  const { frozen, weights } = randomModel(5, SHAPES[3]);
  const request: TraceRequest = { answer: 3, sources: [0, 2, 4], topK: 2, maxRank: weights.vocab, equation: "eq3" };
  const walked = traceReference(frozen, weights, request);
  expect(walked.kept.length).toBe(walked.totalPaths.reduce((a, b) => a + b, 0));
  const prefixes = (at: number) => new Set(walked.kept.map((p) => [...p.positions.slice(0, at + 1)].join())).size;
  expect(prefixesAt(walked.edges, 7, [0, 2, 4])).toEqual(Array.from({ length: 6 }, (_, l) => prefixes(l)));
  expect(pathsToEnd(walked.edges, 7)[5][6]).toBe(1);
});

test("an edge exists for each head's topK positions and always from i to i; heads that agree share it", () => {
  // One head looks at 0, the other at itself; equal weights take the earlier position.
  const pattern = Float32Array.of(1, 0, 0.6, 0.4, 1, 0, 0.5, 0.5);
  const edges = layerEdges(pattern, 2, 2, 1, "eq3");
  expect([...edges.from].map((j, e) => `${j}>${edges.to[e]}`)).toEqual(["0>0", "0>1", "1>1"]);
  expect([...edges.mask]).toEqual([1, 1, 1, 1, 0, 0]);
  expect([...edges.weight].map((w) => Number(w.toFixed(3)))).toEqual([1, 1, 0.6, 0.5, 0, 0]);
  expect([...edges.identity]).toEqual([1, 0, 1]);
});

test("a path through attention weights of 0 carries nothing and is not kept; tiny ones are ranked as exactly as others", async () => {
  const { frozen, weights } = randomModel(6, SHAPES[1]);
  const length = frozen.tokens.length;
  // Position 1 is hardly attended from later ones, but among the topK of all of them; 1e-20 twice is beyond F32.
  for (const weight of [0, 1e-20])
    for (const [maxRank, options] of [
      [weights.vocab, { probes: 0, meetAt: 0 }],
      [60, { probes: 120, meetAt: 2 }],
    ] as const) {
      for (const { pattern } of frozen.layers)
        for (let h = 0; h < weights.nHeads; h++)
          for (let i = 2; i < length; i++) {
            pattern[(h * length + i) * length + 1] = weight;
            if (i > 3) pattern[(h * length + i) * length + 3] = weight;
          }
      const request = { answer: 3, sources: [0, 1, 2], topK: length, maxRank, equation: "eq3" } as const;
      const { edges, kept } = traceReference(frozen, weights, request);
      const found = await trace(plainMaps(frozen, weights, edges, 3), frozen, edges, request, options);
      const told = (paths: typeof kept) => paths.map(({ positions, rank }) => [...positions, rank].join());
      expect(told(found.kept)).toEqual(told(kept));
      const through = kept.filter(({ positions: p }) => [1, 2].some((l) => p[l] === 1 && p[l + 1] > 1));
      if (weight === 0) expect(through).toEqual([]);
      else if (maxRank === weights.vocab)
        expect(through.some(({ positions: p }) => p[1] === 1 && p[2] === 3 && p[3] === 5)).toBe(true);
    }
});

test("a trace beyond its budget is refused before the walk, saying what would fit", async () => {
  const { frozen, weights } = randomModel(5, SHAPES[3]);
  const request: TraceRequest = { answer: 3, sources: [0, 5], topK: 2, maxRank: 5, equation: "eq3" };
  const { edges, totalPaths } = traceReference(frozen, weights, request);
  const maps = { ...plainMaps(frozen, weights, edges, 3), forward: () => Promise.reject(new Error("walked")) };
  await expect(trace(maps, frozen, edges, request, { budget: totalPaths[1] })).rejects.toThrow(
    /at most .* \(the budget\)\. Ask for fewer sources \(5 would fit\), a topK below 2 or a larger budget/,
  );
});

test("a trace can be stopped", async () => {
  const { frozen, weights } = randomModel(5, SHAPES[3]);
  const request: TraceRequest = { answer: 3, sources: [0], topK: 2, maxRank: 5, equation: "eq3" };
  const { edges } = traceReference(frozen, weights, request);
  const signal = AbortSignal.abort();
  await expect(trace(plainMaps(frozen, weights, edges, 3), frozen, edges, request, { signal })).rejects.toThrow(
    /abort/i,
  );
});

test("erf() agrees with SciPy 1.17 where both its ways meet and in the tails", () => {
  // scipy.special.erf at these points
  const known: [number, number][] = [
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497148],
    [2.9999, 0.9999778955735178],
    [3, 0.9999779095030014],
    [5, 0.9999999999984626],
    [-1.5, -0.9661051464753108],
  ];
  for (const [x, y] of known) expect(Math.abs(erf(x) - y)).toBeLessThan(1e-12);
});

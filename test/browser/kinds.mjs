/** One stored view of each kind of widget, of seeded numbers, with the same layers, heads, tokens and samples in all of
 *  them: for what every widget must do, and for what they tell each other. */
import { createRequire } from "node:module";
import { heads, heatmap, positions } from "./stored.mjs";

const { chartViewOf, pack, validateView } = createRequire(import.meta.url)("patchbay/view");

/** The prompt that `positions` of stored.mjs patches. */
export const TOKENS = positions().x.labels;

const checked = (view) => {
  const { ok, message } = validateView(view);
  if (!ok) throw new Error(message);
  return view;
};
const about = (id, title) => ({
  schema: "patchbay.view/1",
  id,
  state: "done",
  run: null,
  error: null,
  title,
  model: { name: "demo/dpo", stage: "dpo", fingerprint: "sha256:0" },
  device: "cpu · fp32",
  warnings: [],
  code: "pb.show(result);",
  caption: "Caption",
  hashes: { spec: "0", result: "0" },
});

/** A path graph: every token's residual from layer to layer, and hops to later tokens.
 *  @param hops hops between tokens in each layer, at most; each token's residual comes on top */
export function paths({ layers = 8, tokens = TOKENS, hops = 4, id = "paths", ...more } = {}) {
  const T = tokens.length;
  const edges = [];
  for (let layer = 0; layer < layers; layer++) {
    for (let at = 0; at < T; at++)
      edges.push({ layer, from: at, to: at, paths: 5 + ((at * 7 + layer) % 20), heads: [] });
    const all = Array.from({ length: T }, (_, to) => Array.from({ length: to }, (_, from) => [from, to])).flat();
    const step = Math.max(1, Math.floor(all.length / hops));
    for (let i = 0; i < Math.min(hops, all.length); i++) {
      const [from, to] = all[(i * step + layer) % all.length];
      edges.push({ layer, from, to, paths: 1 + ((i * 13 + layer * 5) % 40), heads: [(i + layer) % 4] });
    }
  }
  const column = (pick) => pack(Int32Array.from(edges, pick));
  const sources = [1, 4];
  return checked({
    ...about(id, "Paths to the answer: capital"),
    kind: "paths",
    tokens,
    layers,
    heads: 4,
    vocab: 1700,
    answer: " Paris",
    instructionEnd: 4,
    sample: { index: 0, of: 2, label: "country 1" },
    topK: 1,
    maxRank: 30,
    equation: "eq3",
    kept: 400,
    sources,
    totalPaths: pack(Float64Array.from(sources, () => 5000)),
    highRanking: pack(Int32Array.from(sources, () => 200)),
    edges: {
      layer: column((e) => e.layer),
      from: column((e) => e.from),
      to: column((e) => e.to),
      paths: column((e) => e.paths),
      bestRank: column((e) => 1 + ((e.paths * 3) % 30)),
    },
    edgeHeads: edges.map((e) => e.heads),
    completeness: { modelLogit: 12.5, pathsLogit: 11.9, cosine: 0.98, normRatio: 0.95 },
    ...more,
  });
}

/** Clouds of prompts, one for each class, in `layers` layers. Prompts are named like the samples of the heatmaps. */
export function scatter({ layers = 8, perClass = 10, id = "scatter", ...more } = {}) {
  let state = 9;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  const classes = ["antonym", "comparative", "superlative", "noun"];
  const n = classes.length * perClass;
  const place = (layer) =>
    Float32Array.from({ length: 3 * n }, (_, at) => {
      const [k, axis] = [Math.floor(at / 3 / perClass), at % 3];
      const middle = (layer + 2) * (axis === 0 ? Math.cos(k * 1.6) : Math.sin(k * 1.6));
      return middle + random() + random() + random() - 1.5;
    });
  const all = Array.from({ length: layers }, (_, layer) => layer);
  return checked({
    ...about(id, "Geometry: four tasks"),
    kind: "scatter",
    classes: classes.map((label) => ({ label, family: "adjectives" })),
    classOf: pack(Int32Array.from({ length: n }, (_, i) => Math.floor(i / perClass))),
    prompts: Array.from({ length: n }, (_, i) => `country ${i + 1}`),
    position: -1,
    sites: ["resid_post"],
    methods: ["lda"],
    layers: all,
    modelLayers: layers,
    frames: all.map((layer) => ({
      site: "resid_post",
      layer,
      method: "lda",
      points: pack(place(layer), [n, 3]),
      ratios: [0.5, 0.3, 0.1],
    })),
    probes: all.map((layer) => ({
      site: "resid_post",
      layer,
      accuracy: 0.4 + 0.07 * layer,
      low: 0.3 + 0.07 * layer,
      high: 1,
      control: 0.25,
      chance: 0.25,
    })),
    shown: { site: "resid_post", method: "lda", layer: 3 },
    ...more,
  });
}

const MAKING = {
  patchbay: "0.1.0",
  model: {
    name: "demo",
    fingerprint: "sha256:0",
    modelType: "olmo2",
    nLayers: 8,
    nHeads: 4,
    dModel: 128,
    vocab: 1700,
    parameters: 1e6,
  },
  provider: { device: "cpu", precision: "fp32", reason: "asked", onnxruntime: "1.30.0" },
  plan: "planned",
  seed: 0,
  started: "2026-01-01T00:00:00Z",
  seconds: 1,
  node: "20",
  platform: "linux",
  specHash: "sha256:0",
  warnings: [],
};
const charted = { makings: [MAKING], code: "pb.show(result);", caption: "Caption" };

/** Probe accuracy over layers. */
export const byLayer = ({ layers = 8, id = "by-layer" } = {}) =>
  chartViewOf({
    ...charted,
    id,
    title: "Probe accuracy by layer",
    mark: "lines",
    x: { title: "layer", field: "layer" },
    y: { title: "accuracy of the probe (%)", format: "percent" },
    interval: "95 % interval",
    rows: ["resid_post", "attn_out"].flatMap((series, s) =>
      Array.from({ length: layers }, (_, layer) => {
        const value = 0.5 + 0.4 * (1 - Math.exp(-layer / (2 + 2 * s)));
        return { series, x: String(layer), value, low: value - 0.05, high: value + 0.04, n: 400 };
      }),
    ),
  });

/** Kept paths by the token that they start from. */
export const byToken = ({ id = "by-token" } = {}) =>
  chartViewOf({
    ...charted,
    id,
    title: "Paths by token",
    mark: "shares",
    x: { title: "source token", field: "token" },
    y: { title: "share of kept paths (%)", format: "percent" },
    rows: [...new Set(TOKENS)].map((x, t) => ({ series: "k = 1", x, value: ((t * 7) % 5) / 20 })),
  });

/** One of each kind, by kind. */
export const oneOfEach = () => ({
  heatmap: heatmap({ id: "pairs" }),
  scatter: scatter(),
  paths: paths(),
  chart: byLayer(),
});

/** Views that have layers, heads, tokens and samples in common, by name. */
export const relatives = () => ({
  pairs: heatmap({ id: "pairs" }),
  scatter: scatter(),
  paths: paths(),
  byLayer: byLayer(),
  positions: positions(),
  heads: heads({ count: 4 }),
  byToken: byToken(),
});

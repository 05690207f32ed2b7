/** Path graphs as a notebook would hold them, of seeded paths: small, dense, with odd tokens. */
import { createRequire } from "node:module";

const { pack, validateView } = createRequire(import.meta.url)("patchbay/view");

/** mulberry32: small, seeded, the same everywhere. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const WORDS = " State the capital of given country , not language . Country : France Answer spoken city help".split(
  " ",
);
/** Right-to-left, wide, long, invisible, half a character, markup. */
const ODD = [
  "<s>",
  " مرحبا",
  "שלום",
  " 東京都",
  "\u200b",
  " Donaudampfschifffahrtsgesellschaft",
  "👩‍👩‍👧",
  "\u202eabc",
  "<0xE6><0x9D>",
  "\n",
  "<b>&",
  "\t",
  " नमस्ते",
  " :",
];

/** Kept paths that wander to the right, summed up into hops.
 *  @param keep false: only the sums, as of a trace with too many paths */
export function pathsView({
  layers = 8,
  tokens = 16,
  paths = 300,
  odd = false,
  keep = true,
  id = "paths",
  ...more
} = {}) {
  const rand = random(layers * 131 + tokens);
  const width = layers + 1;
  const walks = Array.from({ length: paths }, () => {
    let at = Math.floor(tokens * rand() ** 1.5 * 0.9);
    const walk = [at];
    const moves = 1 + Math.floor(rand() * Math.min(5, layers));
    const when = new Set(Array.from({ length: moves }, () => Math.floor(rand() * layers)));
    const last = Math.max(...when);
    for (let layer = 0; layer < layers; layer++) {
      if (layer === last) at = tokens - 1;
      else if (when.has(layer)) at = Math.min(tokens - 1, at + Math.floor((tokens - at) * rand() * 0.8));
      walk.push(at);
    }
    return { walk, rank: 1 + Math.floor(10 * rand() ** 2), logit: 2 * rand() - 0.4 };
  }).sort((a, b) => a.walk[0] - b.walk[0]);
  const hops = new Map();
  for (const { walk, rank } of walks)
    for (let layer = 0; layer < layers; layer++) {
      const key = `${layer},${walk[layer]},${walk[layer + 1]}`;
      const hop = hops.get(key) ?? { layer, from: walk[layer], to: walk[layer + 1], paths: 0, best: rank };
      hop.paths++;
      hop.best = Math.min(hop.best, rank);
      hops.set(key, hop);
    }
  const edges = [...hops.values()];
  const column = (key) => pack(Int32Array.from(edges, (edge) => edge[key]));
  const sources = [...new Set(walks.map(({ walk }) => walk[0]))];
  const from = sources.map((source) => walks.filter(({ walk }) => walk[0] === source).length);
  const view = {
    schema: "patchbay.view/1",
    kind: "paths",
    id,
    state: "done",
    run: null,
    error: null,
    title: "Paths to the answer: capital",
    model: { name: "demo/dpo", stage: "dpo", fingerprint: "sha256:0123456789abcdef" },
    device: "cpu · fp32",
    warnings: [],
    code: 'const run = pb.pathTrace(model, { task: "capital" });',
    caption: "Paths.",
    hashes: { spec: "", result: "" },
    tokens: Array.from({ length: tokens }, (_, p) => (odd ? ODD[p % ODD.length] : ` ${WORDS[p % WORDS.length]}`)),
    layers,
    heads: 4,
    vocab: 1700,
    answer: odd ? " القاهرة" : " Paris",
    instructionEnd: Math.floor(tokens * 0.6),
    sample: { index: 0, of: 1, label: "" },
    topK: 1,
    maxRank: 10,
    equation: "eq3",
    kept: paths,
    sources,
    totalPaths: pack(Float64Array.from(from, (n) => n * 7)),
    highRanking: pack(Int32Array.from(from)),
    edges: {
      layer: column("layer"),
      from: column("from"),
      to: column("to"),
      paths: column("paths"),
      bestRank: column("best"),
    },
    edgeHeads: edges.map(({ layer, from, to }) => (from === to ? [] : [(layer + to) % 4])),
    completeness: { modelLogit: 9.4, pathsLogit: 8.1, cosine: 0.93, normRatio: 0.9 },
    paths: keep
      ? {
          positions: pack(Uint8Array.from(walks.flatMap(({ walk }) => walk)), [paths, width]),
          rank: pack(Int32Array.from(walks, ({ rank }) => rank)),
          logit: pack(Float32Array.from(walks, ({ logit }) => logit)),
        }
      : null,
    ...more,
  };
  const checked = validateView(view);
  if (!checked.ok) throw new Error(checked.message);
  return view;
}

/** Path tracing of one prompt at about a given number of paths, in a process of its own: by all means, as `pathTrace`
 *  does, and by the batched trie in whole blocks alone.
 *
 *      node trace.mjs FOLDER PROMPTS.json --paths 100000 [--no-trie] [--export FILE.json] [--device NAME]
 *
 *  Prompt length, topK and sources are chosen so that the count comes close. Prints one JSON object. `--export` writes
 *  some kept paths with their logits and ranks, for other programs to walk. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { built, peakMegabytes, productRate, answer as reply } from "./rate.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    paths: { type: "string" },
    "no-trie": { type: "boolean" },
    export: { type: "string" },
    device: { type: "string", default: "cpu" },
  },
});
const [folder, prompts] = positionals;
const wanted = Number(values.paths);
const { loadModel } = built("forward/model.js");
const { freeze } = built("path/freeze.js");
const { layerEdges } = built("path/edges.js");
const { pathsToEnd } = built("path/count.js");
const { openMaps } = built("path/maps.js");
const { DEFAULT_BATCH, trace } = built("path/tracer.js");
const { headRows } = built("session/limits.js");

const MAX_RANK = 100;
/** Kept paths that are handed to other programs. */
const EXPORTED = 64;

const model = await loadModel(folder, { device: values.device });
const tokens = JSON.parse(readFileSync(prompts, "utf8"))[0].reference;
const { frozen, edges, sources, topK, paths } = await choose();
const answer = frozen.logits.indexOf(frozen.logits.reduce((a, b) => Math.max(a, b)));
const request = { answer, sources, topK, maxRank: MAX_RANK, equation: "eq3" };
const maps = await openMaps(model, frozen, edges, answer);
const linear = await productRate(model, "linear", DEFAULT_BATCH);
const head = await productRate(model, "head", headRows(model.config));
await linear.measure(500);
await head.measure(200);

/** The choice of length, topK and first sources whose paths are nearest to what is wanted. */
async function choose() {
  let best = null;
  for (let length = 2; length <= tokens.length; length++) {
    const frozen = await freeze(model, tokens.slice(0, length));
    for (const topK of [1, 2, 3]) {
      const edges = frozen.layers.map(({ pattern }) => layerEdges(pattern, model.config.nHeads, length, topK, "eq3"));
      const counts = pathsToEnd(edges, length)[0];
      for (let n = 1; n <= length; n++) {
        const sources = Array.from({ length: n }, (_, i) => length - 1 - i);
        const paths = sources.reduce((sum, s) => sum + counts[s], 0);
        const miss = Math.abs(Math.log(paths / wanted));
        if (best === null || miss < best.miss) best = { miss, frozen, edges, sources, topK, paths };
      }
    }
  }
  return best;
}

/** The rates are measured just before and after, as the machine may have neighbours. */
async function timed(options) {
  const before = [await linear.measure(500), await head.measure(200)];
  const cpu = process.cpuUsage();
  const began = performance.now();
  const matrixMemory = model.memory.matrixBytes;
  const found = await trace(maps, frozen, edges, request, { budget: 1e9, matrixMemory, ...options });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const after = [await linear.measure(500), await head.measure(200)];
  return {
    seconds,
    gflops: (before[0] + after[0]) / 2,
    headGflops: (before[1] + after[1]) / 2,
    cpuSeconds: (user + system) / 1e6,
    found,
  };
}

const summary = ({ seconds, cpuSeconds, gflops, headGflops, found: { cost } }) => {
  const { forwardRows, backwardRows, sampleRows, mapRows, mappedRows } = cost;
  const blocks = forwardRows + backwardRows + sampleRows + mapRows;
  const rows = blocks + mappedRows * maps.shares.map;
  const mapsSeconds = (rows * linear.flopsPerRow) / gflops / 1e9;
  const rankSeconds = (cost.ranked * head.flopsPerRow) / headGflops / 1e9;
  return {
    ...cost,
    blockApplications: Math.round(rows),
    seconds,
    cpuSeconds,
    pathsPerSecond: paths / seconds,
    rowGflops: (rows * linear.flopsPerRow) / seconds / 1e9,
    productGflops: gflops,
    shareOfMaps: mapsSeconds / seconds,
    shareOfProducts: (mapsSeconds + rankSeconds) / seconds,
  };
};
const keys = ({ found }) => found.kept.map(({ positions, rank }) => `${positions.join(">")}:${rank}`).join(" ");

// Opens the sessions: nobody pays for the first touch of the weights.
const row = frozen.embed.slice(0, model.config.dModel);
for (let layer = 0; layer < edges.length; layer++) {
  await maps.forward(layer, row, Int32Array.of(0), Int32Array.of(0));
  await maps.backward(layer, row, Int32Array.of(0), Int32Array.of(0));
}
await maps.head(row, 0);
const met = await timed({ meetAt: "auto" });
const trie = values["no-trie"] ? null : await timed({ meetAt: 0, edgeMaps: false });
if (values.export) {
  const { kept } = met.found;
  const step = Math.max(1, Math.floor(kept.length / EXPORTED));
  const some = kept.filter((_, i) => i % step === 0).slice(0, EXPORTED);
  const rows = some.map(({ positions, rank, logit }) => ({ positions: [...positions], rank, logit }));
  writeFileSync(values.export, JSON.stringify({ tokens: frozen.tokens, answer, topK, paths: rows }));
}
reply({
  device: model.provider.device,
  precision: model.provider.precision,
  paths,
  tokens: frozen.tokens.length,
  topK,
  sources: sources.length,
  kept: met.found.kept.length,
  met: summary(met),
  trie: trie && summary(trie),
  same: trie && keys(met) === keys(trie),
  speedup: trie && trie.seconds / met.seconds,
  cpuSpeedup: trie && trie.cpuSeconds / met.cpuSeconds,
  peakMb: peakMegabytes(),
});
await maps.close();
await linear.close();
await head.close();
await model.close();

/** What it would save to walk path prefixes once for all samples of a task: the trie's nodes on positions before the first
 *  token that differs, where every sample's frozen values and edges are the same.
 *
 *      node sharing.mjs [--task capital] [--samples 8]
 *
 *  Counts, not times, on demo/dpo: of all nodes but the roots, those on shared positions that reach an end. Prints one
 *  JSON object. */
import { parseArgs } from "node:util";
import { answer, built } from "./rate.mjs";

const { values } = parseArgs({
  options: { task: { type: "string", default: "capital" }, samples: { type: "string", default: "8" } },
});
const pb = built("index.js");
const { freeze } = built("path/freeze.js");
const { layerEdges } = built("path/edges.js");
const { pathsToEnd } = built("path/count.js");

const model = await pb.load("demo/dpo");
const { samples } = pb.samplesOf(model, pb.task(values.task));
const prompts = samples.slice(0, Number(values.samples)).map(({ reference }) => reference);
const shared = Math.min(
  ...prompts[0].map((token, at) => (prompts.every((prompt) => prompt[at] === token) ? prompts[0].length : at)),
);

const rows = [];
for (const topK of [1, 2, 3]) {
  let all = 0;
  let onShared = 0;
  for (const tokens of prompts) {
    const { layers } = await freeze(model, tokens);
    const edges = layers.map(({ pattern }) => layerEdges(pattern, model.config.nHeads, tokens.length, topK, "eq3"));
    const toEnd = pathsToEnd(edges, tokens.length);
    let here = toEnd[0].map((count) => (count > 0 ? 1 : 0));
    edges.forEach(({ from, to }, layer) => {
      const next = new Float64Array(tokens.length);
      for (let e = 0; e < from.length; e++) if (toEnd[layer + 1][to[e]] > 0) next[to[e]] += here[from[e]];
      here = next;
      all += here.reduce((sum, n) => sum + n, 0);
      onShared += here.subarray(0, shared).reduce((sum, n) => sum + n, 0);
    });
  }
  rows.push({ topK, nodesPerSample: all / prompts.length, sharedShare: onShared / all });
}
answer({ task: values.task, samples: prompts.length, tokens: prompts[0].length, sharedTokens: shared, rows });
await model.close();

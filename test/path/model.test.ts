/** Path tracing on real checkpoints through onnxruntime, against the plain walk in double precision. */
import { afterAll, expect, test } from "vitest";
import type { Role } from "../../kernel-lib/src/checkpoint/architectures";
import { readValues } from "../../kernel-lib/src/checkpoint/values";
import { traceSample } from "../../kernel-lib/src/experiment/trace";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { layerEdges } from "../../kernel-lib/src/path/edges";
import { freeze } from "../../kernel-lib/src/path/freeze";
import { openMaps } from "../../kernel-lib/src/path/maps";
import { type PathWeights, traceReference } from "../../kernel-lib/src/path/reference";
import { sumOfPaths } from "../../kernel-lib/src/path/sum";
import { type TracerOptions, trace } from "../../kernel-lib/src/path/tracer";
import type { Equation, TraceRequest } from "../../kernel-lib/src/path/types";
import { cutsOf, verifyCuts } from "../../kernel-lib/src/path/verify";
import { plainMaps } from "../support/plain-maps";
import { temporaryFolder } from "../support/temporary";
import { type TinyOptions, writeTinyCheckpoint } from "../support/tiny-checkpoint";

const CHECKPOINTS: Record<string, TinyOptions> = {
  "OLMo-2 with as many value heads as heads": { architecture: "olmo2", nLayers: 3, nHeads: 4, nKvHeads: 4, seed: 1 },
  "OLMo-2 with grouped heads": { architecture: "olmo2", nLayers: 3, nHeads: 4, nKvHeads: 2, seed: 2 },
  "Llama with one value head, tied": { architecture: "llama", nLayers: 3, nHeads: 4, nKvHeads: 1, tied: true, seed: 3 },
};
const PROMPT = [1, 7, 3, 9, 4, 11];
const open: Model[] = [];
afterAll(async () => {
  for (const model of open) await model.close();
});

async function tiny(name: string): Promise<Model> {
  const model = await loadModel(writeTinyCheckpoint(temporaryFolder(), CHECKPOINTS[name]), { host: "inline" });
  open.push(model);
  return model;
}

async function weightsOf({ checkpoint, config }: Model): Promise<PathWeights> {
  const read = async (role: string) => {
    const tensor = checkpoint.weights.get(role as Role);
    if (tensor === undefined) throw new Error(`no ${role}`);
    return (await readValues(tensor)).data;
  };
  const layers = [];
  for (let l = 0; l < config.nLayers; l++) {
    const part = (name: string) => read(`blocks.${l}.${name}.weight`);
    layers.push({
      v: await part("attn.v"),
      o: await part("attn.o"),
      up: await part("mlp.up"),
      down: await part("mlp.down"),
    });
  }
  const { nHeads, nKvHeads, dModel, dHead, dMlp, vocab } = config;
  return { nHeads, nKvHeads, dModel, dHead, dMlp, vocab, layers, unembed: await read("unembed.weight") };
}

const request = (topK: number, equation: Equation = "eq3"): TraceRequest => ({
  answer: 5,
  sources: PROMPT.map((_, p) => p),
  topK,
  maxRank: 12,
  equation,
});

for (const name of Object.keys(CHECKPOINTS)) {
  test(`with every position attended, all paths sum to the model's logits: ${name}`, async () => {
    const model = await tiny(name);
    const frozen = await freeze(model, PROMPT);
    const exact = traceReference(frozen, await weightsOf(model), request(PROMPT.length));
    expect(Math.abs(exact.completeness.pathsLogit / exact.completeness.modelLogit - 1)).toBeLessThan(1e-4);
    expect(exact.completeness.cosine).toBeGreaterThan(1 - 1e-8);
    expect(Math.abs(exact.completeness.normRatio - 1)).toBeLessThan(1e-5);
    const maps = await openMaps(model, frozen, exact.edges, 5);
    const found = await trace(maps, frozen, exact.edges, request(PROMPT.length));
    expect(Math.abs(found.completeness.pathsLogit / found.completeness.modelLogit - 1)).toBeLessThan(1e-4);
    expect(found.totalPaths).toEqual(exact.totalPaths);
    await maps.close();
  });

  test(`traced on onnxruntime as by the plain walk, in each mode: ${name}`, async () => {
    const model = await tiny(name);
    const frozen = await freeze(model, PROMPT);
    const weights = await weightsOf(model);
    for (const topK of [1, 2])
      for (const equation of ["eq3", "released-code"] as const) {
        const asked = request(topK, equation);
        const expected = traceReference(frozen, weights, asked);
        const maps = await openMaps(model, frozen, expected.edges, asked.answer);
        const modes: TracerOptions[] = [
          { probes: 0, meetAt: 0, batch: 5 },
          { probes: 20, meetAt: 0 },
          { probes: 20, meetAt: 1, batch: 16 },
          { probes: 20, meetAt: 2 },
        ];
        for (const mode of modes) {
          const found = await trace(maps, frozen, expected.edges, asked, mode);
          expect(found.kept.map((p) => [...p.positions].join())).toEqual(
            expected.kept.map((p) => [...p.positions].join()),
          );
          expect(found.kept.map((p) => p.rank)).toEqual(expected.kept.map((p) => p.rank));
          found.kept.forEach((p, i) => {
            const e = expected.kept[i].logit;
            expect(Math.abs(p.logit - e)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(e)));
          });
        }
        await maps.close();
      }
  });

  test(`the maps of onnxruntime are those of plain loops, forward and backward: ${name}`, async () => {
    const model = await tiny(name);
    const { dModel: d, nHeads } = model.config;
    const frozen = await freeze(model, PROMPT);
    const edges = frozen.layers.map(({ pattern }) => layerEdges(pattern, nHeads, PROMPT.length, 2, "eq3"));
    const [onnx, plain] = [
      await openMaps(model, frozen, edges, 5),
      plainMaps(frozen, await weightsOf(model), edges, 5),
    ];
    for (let layer = 0; layer < edges.length; layer++) {
      const all = Int32Array.from(edges[layer].from, (_, e) => e);
      // In the forward direction row j of x stands at position j; backward a row of its own for each edge.
      const x = frozen.embed;
      const near = (a: Float32Array, b: Float32Array) => {
        const size = Math.max(...b.map(Math.abs));
        expect(a.length).toBe(b.length);
        a.forEach((value, i) => {
          expect(Math.abs(value - b[i])).toBeLessThanOrEqual(1e-5 * size);
        });
      };
      near(await onnx.forward(layer, x, edges[layer].from, all), await plain.forward(layer, x, edges[layer].from, all));
      near(await onnx.backward(layer, x, edges[layer].to, all), await plain.backward(layer, x, edges[layer].to, all));
      // <g, A v> = <A^T g, v>: the backward map is the transpose.
      const [j, e] = [edges[layer].from[0], 0];
      const v = x.subarray(j * d, (j + 1) * d);
      const g = x.subarray(d, 2 * d);
      const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, c) => sum + value * b[c], 0);
      const there = dot(g, await onnx.forward(layer, v, Int32Array.of(0), Int32Array.of(e)));
      const back = dot(await onnx.backward(layer, g, Int32Array.of(0), Int32Array.of(e)), v);
      expect(Math.abs(there - back)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(there)));
    }
    await onnx.close();
  });
}

test("traceSample() counts kept paths per source, hop and head alike", async () => {
  const model = await tiny("OLMo-2 with grouped heads");
  const found = await traceSample(
    model,
    { tokens: PROMPT, answer: 5, sources: [0, -2] },
    { topK: 2, maxRank: 40, equation: "eq3", budget: 100_000 },
  );
  const { nLayers, nHeads } = model.config;
  const kept = found.rank.length;
  expect(kept).toBeGreaterThan(5);
  expect(found.sources).toEqual([0, 4]);
  expect(found.highRanking.reduce((a, b) => a + b, 0)).toBe(kept);
  expect(found.positions.length).toBe(kept * (nLayers + 1));
  for (let l = 0; l < nLayers; l++) {
    const hops = found.edges.filter((edge) => edge.layer === l);
    expect(hops.reduce((n, edge) => n + edge.paths, 0)).toBe(kept);
    for (let h = 0; h < nHeads; h++) {
      const byEdges = hops.filter((edge) => edge.heads.includes(h)).reduce((n, edge) => n + edge.paths, 0);
      const byActivity = found.highRanking.reduce(
        (n, count, s) => n + (count === 0 ? 0 : count * found.headActivity[(s * nLayers + l) * nHeads + h]),
        0,
      );
      expect(byActivity).toBeCloseTo(byEdges, 3);
    }
  }
});

test("verifyCuts() predicts what plain loops predict, measures the cut model, and without a cut changes nothing", async () => {
  const model = await tiny("OLMo-2 with grouped heads");
  const frozen = await freeze(model, PROMPT);
  const none = await verifyCuts(model, frozen, [], 5);
  expect(Math.abs(none.logit.predicted - none.logit.before)).toBeLessThan(1e-4 * Math.abs(none.logit.before));
  // A run that captures hooks may differ from one that does not in the last bit.
  expect(Math.abs(none.logit.after - none.logit.before)).toBeLessThan(1e-6);

  const edges = frozen.layers.map(({ pattern }) => layerEdges(pattern, 4, PROMPT.length, PROMPT.length, "eq3"));
  const cuts = cutsOf([2, 2, 5, 5], edges, 4);
  expect(cuts.map(({ layer, from, to }) => `${layer}:${from}>${to}`)).toEqual(["0:2>2", "1:2>5", "2:5>5"]);
  const cut = await verifyCuts(model, frozen, cuts, 5);
  for (const { layer, from, to } of cuts) {
    const e = edges[layer].from.findIndex((j, n) => j === from && edges[layer].to[n] === to);
    edges[layer].weight.fill(0, 4 * e, 4 * e + 4);
  }
  const plain = await sumOfPaths(
    plainMaps(frozen, await weightsOf(model), edges, 5),
    edges,
    frozen,
    request(1).sources,
  );
  expect(Math.abs(cut.logit.predicted - plain[5])).toBeLessThan(1e-5);
  expect(Math.abs(cut.logit.predicted - cut.logit.before)).toBeGreaterThan(1e-3);
  expect(Math.abs(cut.logit.after - cut.logit.before)).toBeGreaterThan(1e-3);
});

test("on the demo model a trace through the worker gives the same as inline", async () => {
  const [worker, inline] = [await loadModel("demo/dpo"), await loadModel("demo/dpo", { host: "inline" })];
  open.push(worker, inline);
  const text = "State the capital of the given country, not the language. Country: France. Answer:";
  const tokens = [1, ...(worker.tokenizer?.encode(text) ?? [])];
  const answer = worker.tokenizer?.encode(" Paris")[0] ?? 0;
  const asked = { topK: 1, maxRank: 10, equation: "eq3", budget: 100_000 } as const;
  const found = await traceSample(worker, { tokens, answer, sources: "all" }, asked);
  const again = await traceSample(inline, { tokens, answer, sources: "all" }, asked);
  expect(found.totalPaths.reduce((a, b) => a + b, 0)).toBeGreaterThan(1000);
  expect(found.rank.length).toBeGreaterThan(10);
  expect([...found.positions]).toEqual([...again.positions]);
  expect([...found.logit]).toEqual([...again.logit]);
});

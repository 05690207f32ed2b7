/** Made-up sweeps for the tests of results, made by a seed: no model runs here. */
import { listTuples } from "../../kernel-lib/src/experiment/tuples";
import type { Measure, Protocol } from "../../kernel-lib/src/experiment/types";
import { SweepResult } from "../../kernel-lib/src/result/sweep";
import type { Making, SweepData } from "../../kernel-lib/src/result/types";
import { seeded } from "../../kernel-lib/src/stats/random";

export const VOCAB = 5000;

export function making(nLayers: number, seed = 0): Making {
  return {
    patchbay: "0.1.0",
    model: {
      name: "made-up",
      fingerprint: "sha256:0",
      modelType: "olmo2",
      nLayers,
      nHeads: 2,
      dModel: 8,
      vocab: VOCAB,
      parameters: 1000,
    },
    provider: { device: "cpu", precision: "fp32", reason: "asked", onnxruntime: "1.30.0" },
    plan: "planned",
    seed,
    started: "2026-01-01T00:00:00.000Z",
    seconds: 1.5,
    node: "v20.20.2",
    platform: "linux-x64",
    specHash: "sha256:1",
    warnings: [],
  };
}

interface Wish {
  samples?: number;
  nLayers?: number;
  sizes?: number[];
  protocol?: Protocol;
  reference?: boolean;
  /** Largest rank drawn. */
  ranks?: number;
  /** Share of cells that are not measured. */
  missing?: number;
  state?: SweepData["state"];
  seed?: number;
}

/** A sweep whose effects grow with the number of layers. */
export function madeUp({
  samples = 12,
  nLayers = 4,
  sizes = [1, 2],
  protocol = "paper",
  reference = true,
  ranks = 60,
  missing = 0,
  state = "done",
  seed = 1,
}: Wish = {}): SweepResult {
  const random = seeded(seed);
  const tuples = listTuples(nLayers, sizes);
  const cells = samples * tuples.length;
  const gone = Float64Array.from({ length: cells }, () => (random.uniform() < missing ? Number.NaN : 0));
  const lift = (at: number) => tuples[at % tuples.length].length ** 1.5;
  const draw = (one: (at: number) => number) => gone.map((hole, at) => hole + one(at));
  const measure = (): Measure => ({
    logit: 4 * random.uniform(),
    rank: 1 + random.below(ranks),
    logprob: -8 * random.uniform(),
  });
  return new SweepResult({
    schema: "patchbay.result/1",
    kind: "patch-sweep",
    state,
    spec: {
      schema: "patchbay.spec/1",
      kind: "patch-sweep",
      model: "made-up",
      protocol,
      site: "resid_post",
      task: "capital",
      tuples: { sizes },
      samples: Array.from({ length: samples }, (_, i) => ({
        source: [1, 2, 3],
        sourcePosition: -1,
        target: [0, 10 + i],
        targetPosition: 0,
        answer: 7,
        ...(reference ? { reference: [1, 2, 3, 10 + i] } : {}),
        ...(i === 0 ? { label: 'France, "la"' } : {}),
      })),
    },
    values: {
      tuples,
      logit: draw((at) => 4 * random.uniform() + lift(at)),
      rank: draw(() => 1 + random.below(ranks)),
      logprob: draw((at) => -8 * random.uniform() - 1 / lift(at)),
      kl: draw(() => random.uniform()),
      target: Array.from({ length: samples }, measure),
      reference: Array.from({ length: samples }, () => (reference ? measure() : null)),
    },
    tokenText: { 11: "·Peru", 7: "Lima" },
    making: making(nLayers, seed),
  });
}

/** The same sweep with some of its data replaced. */
export function changed(result: SweepResult, change: Partial<SweepData>): SweepResult {
  return new SweepResult({ ...result.data, ...change });
}

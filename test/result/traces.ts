/** Made-up path traces for the tests of results: no model runs here. */
import type { SampleTrace, TraceSample } from "../../kernel-lib/src/experiment/trace-types";
import { TraceResult } from "../../kernel-lib/src/result/trace";
import { making } from "./sweeps";

interface Wish {
  model?: string;
  task?: string;
  topK?: number;
  nLayers: number;
  nHeads: number;
  /** Per sample: prompt, its instruction's end, and per source paths, kept paths and activity [L x H]. */
  samples: readonly {
    tokens: readonly number[];
    instructionEnd?: number;
    label?: string;
    sources: readonly { at: number; total: number; kept: number; activity?: readonly (number | null)[] }[];
  }[];
  words?: Record<number, string>;
  equation?: "eq3" | "released-code";
}

export function madeUpTrace({
  model = "made-up",
  task,
  topK = 1,
  nLayers,
  nHeads,
  samples,
  words = {},
  equation = "eq3",
}: Wish): TraceResult {
  const made = making(nLayers);
  const blank = Array.from({ length: nLayers * nHeads }, () => null);
  return new TraceResult({
    schema: "patchbay.result/1",
    kind: "path-trace",
    state: "done",
    spec: {
      schema: "patchbay.spec/1",
      kind: "path-trace",
      model,
      samples: samples.map(
        ({ tokens, instructionEnd, label, sources }): TraceSample => ({
          tokens,
          answer: 1,
          sources: sources.map(({ at }) => at),
          ...(instructionEnd === undefined ? {} : { instructionEnd }),
          ...(label === undefined ? {} : { label }),
        }),
      ),
      topK,
      maxRank: 10,
      equation,
      budget: 1000,
      ...(task === undefined ? {} : { task }),
    },
    samples: samples.map(
      ({ sources }): SampleTrace => ({
        sources: sources.map(({ at }) => at),
        totalPaths: sources.map(({ total }) => total),
        highRanking: sources.map(({ kept }) => kept),
        positions: new Int32Array(0),
        rank: new Int32Array(0),
        logit: new Float32Array(0),
        headActivity: Float32Array.from(
          sources.flatMap(({ activity = blank }) => activity.map((share) => share ?? Number.NaN)),
        ),
        edges: [],
        completeness: { modelLogit: 1, pathsLogit: 1, cosine: 1, normRatio: 1 },
      }),
    ),
    tokenText: words,
    making: { ...made, model: { ...made.model, name: model, fingerprint: `sha256:${model}`, nHeads } },
  });
}

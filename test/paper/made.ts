/** Made-up results as if they were of models and tasks: no model runs here. */
import { SweepResult } from "../../kernel-lib/src/result/sweep";
import type { TraceResult } from "../../kernel-lib/src/result/trace";
import { madeUp } from "../result/sweeps";
import { madeUpTrace } from "../result/traces";

/** A sweep of a model and a task. */
export function sweepOf(model: string, task: string, wish: Parameters<typeof madeUp>[0] = {}): SweepResult {
  const { data } = madeUp(wish);
  const making = { ...data.making, model: { ...data.making.model, name: model, fingerprint: `sha256:${model}` } };
  return new SweepResult({ ...data, spec: { ...data.spec, model, task }, making });
}

/** A trace over two layers of three heads, from four tokens around T_inst. */
export function traceOf(model: string, task: string, topK: number, shift = 0, instructionEnd = 1): TraceResult {
  return madeUpTrace({
    model,
    task,
    topK,
    nLayers: 2,
    nHeads: 3,
    words: { 1: " Say", 2: ".", 3: " big", 4: ":" },
    samples: [0, 1, 2].map((i) => ({
      tokens: [1, 2, 3, 4],
      instructionEnd,
      label: `q${i}`,
      sources: [0, 1, 2, 3].map((at) => ({
        at,
        total: 10 - 2 * at,
        kept: (i + at + shift) % 3,
        activity: Array.from({ length: 6 }, (_, cell) =>
          (i + at + shift) % 3 === 0 ? null : ((cell * 7 + i + at + shift) % 9) / 8,
        ),
      })),
    })),
  });
}

/** A path trace that is going on, sample by sample. */
import { traceSamples } from "../experiment/trace";
import { resolveTraceSpec } from "../experiment/trace-spec";
import type { PathTraceSpec, SampleTrace } from "../experiment/trace-types";
import type { Model } from "../forward/types";
import type { TracerOptions } from "../path/tracer";
import { TraceResult } from "../result/trace";
import type { ExperimentOptions } from "./experiment-run";
import { ItemRun } from "./item-run";
import { tokenTextOf } from "./making";
import { traceRecords } from "./trace-records";

export interface TraceRunOptions
  extends ExperimentOptions,
    Pick<TracerOptions, "batch" | "probes" | "meetAt" | "edgeMaps"> {}

/** A trace that runs; show it, and await it for its TraceResult. */
export class TraceRun extends ItemRun<SampleTrace, TraceResult> {
  /** @throws PatchbayError when the journal is of another run or in use. */
  constructor(model: Model, spec: PathTraceSpec, options: TraceRunOptions = {}, warnings: readonly string[] = []) {
    const { batch, probes, meetAt, edgeMaps } = options;
    super(
      model,
      {
        prefix: "trace",
        spec,
        warnings,
        unit: "samples",
        records: traceRecords(spec, model.config),
        how: { batch: batch ?? null, probes: probes ?? null, meetAt: meetAt ?? null, edgeMaps: edgeMaps ?? null },
        work: ({ known, signal, onShare }) =>
          traceSamples(model, spec, {
            ...{ batch, probes, meetAt, edgeMaps, signal, known },
            onProgress: ({ done, total }) => onShare(total === 0 ? 0 : done / total),
          }),
        result: (state, samples, making) =>
          new TraceResult({
            schema: "patchbay.result/1",
            kind: "path-trace",
            state,
            spec,
            samples,
            tokenText: tokenTextOf(
              model,
              spec.samples.flatMap(({ tokens, answer }) => [...tokens, answer]),
            ),
            making,
          }),
      },
      options,
    );
  }
}

/** Starts a path trace from a spec's JSON.
 *  @throws SpecError before anything runs, when a field is wrong.
 *  @example const result = await traceSpec(model, { schema: "patchbay.spec/1", kind: "path-trace", model: model.name, samples }); */
export const traceSpec = (model: Model, json: unknown, options: TraceRunOptions = {}): TraceRun =>
  new TraceRun(model, resolveTraceSpec(json, model), options);

/** Samples of a path trace as records of its journal, in the form that result files have. */
import type { PathTraceSpec, SampleTrace } from "../experiment/trace-types";
import { packSample, unpackSample } from "../result/trace-file";
import type { Making } from "../result/types";
import type { Records } from "./journal";

/** Records of a spec's samples.
 *  @example Journal.open("out.journal", { key, records: traceRecords(spec, model.config), resume: true }) */
export function traceRecords(
  spec: PathTraceSpec,
  model: Pick<Making["model"], "nLayers" | "nHeads">,
): Records<SampleTrace> {
  return {
    count: spec.samples.length,
    toJson: packSample,
    fromJson: (json, index, where) => unpackSample(where, json, spec.samples[index], spec, model),
  };
}

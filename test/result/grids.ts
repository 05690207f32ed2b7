/** Made-up grids for the tests of results: no model runs here. */
import { type GridData, GridResult } from "../../kernel-lib/src/result/grid-result";

const { NaN: none } = Number;

/** Two layers, one coefficient, two samples. */
export function madeUpGrid(change: Partial<GridData> = {}): GridResult {
  const axis = { name: "layer", title: "layer steered", field: "layer" as const, keys: [0, 1], labels: ["0", "1"] };
  return new GridResult({
    schema: "patchbay.result/1",
    kind: "steer",
    state: "stopped",
    spec: { schema: "patchbay.spec/1", kind: "steer", model: "m", vector: { values: [1 / 3, 2] } },
    rows: axis,
    columns: { ...axis, name: "coefficient", field: "coefficient", keys: [0.5], labels: ["0.5"] },
    sampleLabels: ["a", "b"],
    values: { rr_diff: Float64Array.of(1 / 3, none, 0.1, -0), exact_match: Float64Array.of(1, 0, none, 1) },
    baselines: { target_rank: Float64Array.of(3, none) },
    outputs: [" one", null, "", " two"],
    tokenText: { 3: " x" },
    making: {
      patchbay: "0.1.0",
      model: {
        ...{ name: "m", fingerprint: "sha256:0", modelType: "plain", nLayers: 2, nHeads: 1, dModel: 2 },
        ...{ vocab: 9, parameters: 1 },
      },
      provider: { device: "cpu", precision: "fp32", reason: "asked", onnxruntime: "1.30.0" },
      ...{ plan: "planned", seed: 0, started: "now", seconds: 1, node: "v20", platform: "x", specHash: "sha256:0" },
      warnings: [],
    },
    ...change,
  });
}

/** A made-up heatmap view with the values of a small sweep, for tests of what is drawn. */
import { type HeatmapView, pack, type ViewState } from "../../kernel-lib/src/view";

/** Effects of eight layers: row j holds layers (0, j) to (j, j). */
const EFFECTS = [
  [0.04],
  [0.13, 0.04],
  [0.85, 0.38, 0.27],
  [0.28, 0.14, 0.27, 0.15],
  [0.26, 0.15, 0.28, 0.21, 0.1],
  [0.09, 0.07, 0.26, 0.15, 0.1, 0.01],
  [0.05, 0.05, 0.27, 0.15, 0.1, 0.01, 0],
  [0.04, 0.04, 0.27, 0.15, 0.1, 0.01, 0, -0.01],
];
const N = 41;

export interface MadeUp {
  layers?: number;
  panels?: number;
  state?: ViewState;
  /** Rows from this one on were not measured. */
  measuredRows?: number;
}

/** Panel p holds the effects times 1 / (p + 1), with the sign of every second panel turned. */
export function madeUpView({
  layers = 8,
  panels = 1,
  state = "done",
  measuredRows = layers,
}: MadeUp = {}): HeatmapView {
  const shape = [panels, layers, layers];
  const size = panels * layers * layers;
  const missing = () => new Float64Array(size).fill(Number.NaN);
  const [mean, low, high] = [missing(), missing(), missing()];
  const interaction = { mean: missing(), low: missing(), high: missing(), p: missing(), positive: missing() };
  const n = new Int32Array(size).fill(-1);
  const notSignificant = new Uint8Array(size).fill(255);
  const effect = (p: number, x: number, y: number) =>
    ((EFFECTS[y % 8][x % 8] ?? 0.02) / (p + 1)) * (p % 2 === 0 ? 1 : -1);
  for (let p = 0; p < panels; p++) {
    for (let y = 0; y < layers; y++) {
      for (let x = 0; x <= y; x++) {
        const at = (p * layers + y) * layers + x;
        n[at] = y < measuredRows ? N : 0;
        if (y >= measuredRows) continue;
        mean[at] = effect(p, x, y);
        low[at] = mean[at] - 0.04;
        high[at] = mean[at] + 0.03;
        notSignificant[at] = Math.abs(mean[at]) < 0.075 ? 1 : 0;
        if (x === y) continue;
        interaction.mean[at] = mean[at] - effect(p, x, x) - effect(p, y, y);
        interaction.low[at] = interaction.mean[at] - 0.05;
        interaction.high[at] = interaction.mean[at] + 0.05;
        interaction.p[at] = Math.abs(interaction.mean[at]) > 0.1 ? 2.5e-11 : 0.4;
        interaction.positive[at] = interaction.mean[at] > 0 ? N : 3;
      }
    }
  }
  const labels = Array.from({ length: layers }, (_, layer) => String(layer));
  const stages = ["base", "sft", "dpo"] as const;
  return {
    schema: "patchbay.view/1",
    kind: "heatmap",
    id: "made-up",
    state,
    run: null,
    error: null,
    title: "Patch sweep: capital",
    model: { name: "demo/dpo", stage: "dpo", fingerprint: "sha256:4f1c" },
    device: "cpu · fp32",
    warnings: [],
    code: "pb.show(result);",
    caption: "Cells & means of <41> samples.",
    hashes: { spec: "sha256:5bec", result: "sha256:4e5u" },
    layout: "pairs",
    x: { title: "earlier layer patched", labels, field: "layer" },
    y: { title: "later layer patched", labels, field: "layer" },
    panels: Array.from({ length: panels }, (_, p) => ({
      name: ["base", "SFT", "DPO"][p] ?? `model ${p}`,
      stage: stages[p] ?? null,
      note: `alone 0.${p}3`,
    })),
    n: N,
    metrics: [
      {
        key: "rr_diff_target",
        label: "Δ reciprocal rank",
        meaning: "of the answer, patched against query alone",
        zero: "query alone = 0",
        digits: { cell: 2, readout: 2 },
        signed: true,
        mean: pack(mean, shape),
        low: pack(low, shape),
        high: pack(high, shape),
        n: pack(n, shape),
        notSignificant: pack(notSignificant, shape),
        interaction: {
          mean: pack(interaction.mean, shape),
          low: pack(interaction.low, shape),
          high: pack(interaction.high, shape),
          p: pack(interaction.p, shape),
          positive: pack(interaction.positive, shape),
        },
        samples: null,
        test: "sign test, Holm over 36 tuples, 5 %",
      },
      {
        key: "kl_target",
        label: "KL divergence",
        meaning: "of patched from query alone",
        zero: "",
        digits: { cell: 1, readout: 2 },
        signed: false,
        mean: pack(mean.map(Math.abs), shape),
        low: pack(missing(), shape),
        high: pack(missing(), shape),
        n: pack(n, shape),
        notSignificant: pack(new Uint8Array(size).fill(255), shape),
        interaction: null,
        samples: null,
        test: null,
      },
    ],
    metric: "rr_diff_target",
    sampleLabels: [],
  };
}

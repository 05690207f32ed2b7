/** Made-up charts of each kind, for tests of what is drawn and said. */
import type { Making } from "../../kernel-lib/src/result/types";
import { type ChartRow, type ChartView, chartViewOf } from "../../kernel-lib/src/view";

export const MAKING: Making = {
  patchbay: "0.1.0",
  model: {
    ...{ name: "demo/dpo", fingerprint: "sha256:4f1c9a", modelType: "olmo2", nLayers: 8, nHeads: 4, dModel: 128 },
    ...{ vocab: 1700, parameters: 1e6 },
  },
  provider: { device: "cpu", precision: "fp32", reason: "asked", onnxruntime: "1.30.0" },
  ...{ plan: "planned", seed: 0, started: "2026-01-01T00:00:00Z", seconds: 1, node: "20", platform: "linux" },
  ...{ specHash: "sha256:5bec", warnings: [] },
};

const STAGES = ["base", "sft", "dpo"] as const;
const about = { makings: [MAKING], code: "pb.show(result);", caption: "Made up." };

/** Accuracy of three models on four tasks, with an instructional accuracy behind. */
export function madeUpBars(): ChartView {
  const tasks = ["capital", "language", "adjectives.comparative", "animals.can_fly"];
  const rows = tasks.flatMap((x, t) =>
    STAGES.map((stage, s): ChartRow => {
      const value = 0.2 + 0.15 * t + 0.12 * s - (t === 3 ? 0.4 : 0);
      const behind = { value: Math.min(1, value + 0.2) };
      const significant = !(t === 3 && s === 2);
      return { series: stage, x, value, low: value - 0.08, high: value + 0.09, n: 41, behind, significant };
    }),
  );
  return chartViewOf({
    ...about,
    ...{ id: "bars", title: "Accuracy", mark: "bars", x: { title: "task", field: "task" }, rows },
    y: { title: "accuracy (%)", format: "percent", domain: [0, 1], digits: 2 },
    series: STAGES.map((stage) => ({ name: stage, stage })),
    ...{ label: "exact match", behind: "instructional accuracy", interval: "95 % Wilson interval", unit: "items" },
    test: "exact McNemar test, Holm over 4 differences, 5 %",
  });
}

/** Probe accuracy over layers at three sites in two panels; one value of one line is missing. */
export function madeUpLines(): ChartView {
  const rows = ["demo/base", "demo/dpo"].flatMap((panel, p) =>
    ["resid_post", "attn_out", "mlp_out"].flatMap((series, s) =>
      Array.from({ length: 8 }, (_, layer): ChartRow => {
        const value = 0.5 + 0.45 * (1 - Math.exp(-layer / (1 + s + p)));
        const isMissing = s === 1 && layer === 3;
        const band = isMissing ? {} : { low: value - 0.05, high: Math.min(1, value + 0.04) };
        return { panel, series, x: String(layer), value: isMissing ? null : value, n: 400, ...band };
      }),
    ),
  );
  return chartViewOf({
    ...about,
    ...{ id: "lines", title: "Probe accuracy", mark: "lines", x: { title: "layer", field: "layer" }, rows },
    y: { title: "accuracy of the probe (%)", format: "percent", digits: 2 },
    references: [{ value: 0.5, label: "chance" }],
  });
}

/** Shares of paths by token and by k, with the instruction's end marked. */
export function madeUpShares(): ChartView {
  const labels = ["<s>", "State", " the", " capital", ".", " Country", ":", " France"];
  const rows = labels.flatMap((x, t) =>
    ["k = 1", "k = 2", "k = 3"].map((series, s): ChartRow => ({ series, x, value: ((t * 7 + s * 3) % 5) / 20 })),
  );
  return chartViewOf({
    ...about,
    ...{
      id: "shares",
      title: "Paths by token",
      mark: "shares",
      x: { title: "source token", field: "token", labels },
      rows,
    },
    y: { title: "share of kept paths (%)", format: "percent" },
    panels: [{ name: "", emphasis: [4] }],
  });
}

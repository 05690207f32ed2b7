/** A made-up scatter with seeded clouds, one for each class, that part as layers go up: for tests of what is drawn. */
import { pack } from "../../kernel-lib/src/result/pack";
import { seeded } from "../../kernel-lib/src/stats";
import type { ScatterView } from "../../kernel-lib/src/view/scatter-types";
import type { ViewState } from "../../kernel-lib/src/view/types";

export interface MadeUpScatter {
  classes?: readonly { label: string; family: string | null }[];
  perClass?: number;
  layers?: readonly number[];
  modelLayers?: number;
  /** Layers that are finished; default all. */
  finished?: number;
  axes?: number;
  sites?: readonly string[];
  state?: ViewState;
}

export const EIGHT: readonly { label: string; family: string | null }[] = [
  ...["antonym", "comparative", "superlative", "noun"].map((label) => ({ label, family: "adjectives" })),
  ...["color", "can_fly", "category", "habitat"].map((label) => ({ label, family: "animals" })),
];

export function madeUpScatter({
  classes = EIGHT,
  perClass = 20,
  layers = [0, 1, 2, 4],
  modelLayers = 8,
  finished = layers.length,
  axes = 4,
  sites = ["resid_post"],
  state = "done",
}: MadeUpScatter = {}): ScatterView {
  const random = seeded(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const points = classes.length * perClass;
  const classOf = Int32Array.from({ length: points }, (_, i) => Math.floor(i / perClass));
  const means = classes.map((_, k) =>
    Array.from({ length: axes }, (_, axis) =>
      axis < 2
        ? 4.5 *
          (axis === 0 ? Math.cos : Math.sin)((2 * Math.PI * k) / classes.length + 0.4 * (k % 2)) *
          (1 + 0.3 * (k % 3))
        : normal(),
    ),
  );
  const noise = Array.from({ length: points * axes }, normal);
  const frames = sites.flatMap((site, s) =>
    (["lda", "pca"] as const).flatMap((method) =>
      layers.slice(0, finished).map((layer, step) => {
        const apart = (step + 1) / layers.length;
        const coordinates = Float32Array.from(noise, (value, i) => {
          const [point, axis] = [Math.floor(i / axes), i % axes];
          return (
            means[classOf[point]][axis] * apart * (method === "lda" ? 1 : 0.6) + value * (0.5 + 0.25 * (axis % 2)) + s
          );
        });
        return {
          site,
          layer,
          method,
          points: pack(coordinates, [points, axes]),
          ratios: [0.41, 0.23, 0.12, 0.05, 0.03, 0.02].slice(0, axes),
        };
      }),
    ),
  );
  return {
    schema: "patchbay.view/1",
    kind: "scatter",
    id: "made-up",
    state,
    run: null,
    error: null,
    title: "Geometry: eight tasks",
    model: { name: "demo/dpo", stage: "dpo", fingerprint: "sha256:0123456789abcdef" },
    device: "cpu · fp32",
    warnings: [],
    code: "const result = await pb.run(spec);",
    caption: "Caption",
    hashes: { spec: "s", result: "r" },
    classes,
    classOf: pack(classOf),
    prompts: Array.from(
      { length: points },
      (_, i) => `Give the ${classes[classOf[i]].label}, wording ${(i % perClass) + 1}.`,
    ),
    position: -1,
    sites,
    methods: ["lda", "pca"],
    layers,
    modelLayers,
    frames,
    probes: sites.flatMap((site) =>
      layers.slice(0, finished).map((layer, step) => {
        const accuracy = Math.min(1, 0.62 + 0.19 * step);
        return {
          site,
          layer,
          accuracy,
          low: Math.max(0, accuracy - 0.05),
          high: Math.min(1, accuracy + 0.04),
          control: 0.11,
          chance: 1 / classes.length,
        };
      }),
    ),
    shown: { site: sites[0], method: "lda", layer: layers[Math.min(2, layers.length - 1)] },
  };
}

/** A scatter as text: what a notebook shows where nothing can be drawn. */
import { count, plain } from "./format";
import { classSizes, frameName, sizesOf } from "./scatter-describe";
import { classStats, frameOf, planeOf, probeOf } from "./scatter-frame";
import type { ScatterView } from "./scatter-types";

/** Layers and classes that are listed. */
const LISTED = 40;

/** Title, accuracy layer by layer, and where the class means lie. */
export function scatterText(view: ScatterView): string {
  const { shown } = view;
  const probes = view.layers.flatMap((layer) => {
    const probe = probeOf(view, { ...shown, layer });
    if (probe === null) return [];
    return [
      [
        String(layer),
        plain(probe.accuracy, 2),
        `[${plain(probe.low, 2)}, ${plain(probe.high, 2)}]`,
        plain(probe.control, 2),
      ],
    ];
  });
  const frame = frameOf(view, shown);
  const stats = frame === null ? [] : classStats(view, planeOf(view, frame, [0, 1]));
  const sizes = classSizes(view);
  const means = stats.slice(0, LISTED).map((of, k) => {
    const [x, y] = of?.mean ?? [null, null];
    return [view.classes[k].label, count(sizes[k]), plain(x, 1), frame?.points.shape[1] === 1 ? "–" : plain(y, 1)];
  });
  return [
    view.title,
    `${frameName(shown)} · ${sizesOf(view)} · ${view.model.name} · ${view.device}`,
    ...(probes.length === 0
      ? []
      : ["", ...columns([["layer", "accuracy", "95 % CI", "shuffled"], ...probes.slice(0, LISTED)])]),
    ...(means.length === 0 ? [] : ["", ...columns([["class", "n", "axis 1", "axis 2"], ...means])]),
  ].join("\n");
}

/** Left-aligned columns, as wide as their longest entry. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => [...row[c]].length)));
  return rows.map((row) =>
    row
      .map((cell, c) => cell + " ".repeat(widths[c] - [...cell].length))
      .join("  ")
      .trimEnd(),
  );
}

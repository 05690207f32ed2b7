/** Code that goes on from a cell: the sweep of this tuple alone, and the path graph of the task it belongs to. Pure; made
 *  from the view's own code, so that model and task are those of the run. */
import type { HeatmapView } from "patchbay/view";
import type { Spot } from "./state";

/** Samples traced at once: each is a graph of its own. */
const TRACED = 3;

/** The layers that a cell stands for, the held one included; empty where it stands for something else. */
export function layersOf(view: HeatmapView, { x, y }: Spot): string[] {
  const held = view.held ? [view.held] : [];
  const labels =
    view.layout === "pairs"
      ? [view.x.labels[x], view.y.labels[y]]
      : view.layout === "singles"
        ? [view.x.labels[x]]
        : [];
  const grid =
    view.layout === "grid"
      ? [view.x.field === "layer" && view.x.labels[x], view.y.field === "layer" && view.y.labels[y]]
      : [];
  const all = [...labels, ...grid, ...held].filter((label): label is string => typeof label === "string");
  return [...new Set(all)].sort((a, b) => Number(a) - Number(b));
}

/** The call that measures this cell alone; null where the view's code cannot be narrowed. */
export function cellCode(view: HeatmapView, spot: Spot): string | null {
  const tuples = /(?:sizes: \[[\d, ]*\]|tuples: \[\[[\d,[\] ]*\]\])/;
  if (view.layout === "grid" || !tuples.test(view.code)) return null;
  return view.code.replaceAll(new RegExp(tuples, "g"), `tuples: [[${layersOf(view, spot).join(", ")}]]`);
}

/** The call that traces the paths of the cell's task; null where the view's code names no task. */
export function pathCode(view: HeatmapView, spot: Spot): string | null {
  const model = /pb\.load\(("(?:[^"\\]|\\.)*")\)/.exec(view.code)?.[1];
  const task = /task: (?:pb\.task\()?("(?:[^"\\]|\\.)*")/.exec(view.code)?.[1];
  const layers = layersOf(view, spot);
  if (!model || !task || layers.length === 0) return null;
  const named = layers.length === 1 ? `layer ${layers[0]}` : `layers ${layers.join(" and ")}`;
  return [
    'import * as pb from "patchbay";',
    "",
    `// Paths to the answer of ${TRACED} samples; shown are those that move in ${named}, until the filter is taken off.`,
    `const model = await pb.load(${model});`,
    `const run = pb.pathTrace(model, { task: ${task}, n: ${TRACED} });`,
    `pb.show(run, { layers: [${layers.join(", ")}] });`,
  ].join("\n");
}

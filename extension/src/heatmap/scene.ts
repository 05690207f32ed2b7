/** From a view and the room it has to what is drawn: width class, options, layout. Pure. */
import {
  bestCell,
  type HeatmapLayout,
  type HeatmapOptions,
  type HeatmapView,
  heatmapLayout,
  heatmapOptions,
  type Size,
  type Theme,
  type ViewState,
} from "patchbay/view";
import { SIDE, widthClass } from "../shell/size";
import type { WidthClass } from "../shell/types";
import type { Choices } from "./choices";
import type { Extent, Place } from "./state";

export interface Arrangement {
  width: WidthClass;
  options: HeatmapOptions;
  layout: HeatmapLayout;
  size: Size;
  /** Beside the stage, or folded below it. */
  sideBeside: boolean;
  /** Of several panels one at a time is drawn, for want of room. */
  single: boolean;
}

/** Lays the view out in `width` x `height` pixels. With room for both, the side panel stands beside the stage, unless the
 *  cells would then become too small.
 *  @param previous limits drawn so far; they only grow while the run goes on */
export function arrange(
  view: HeatmapView,
  theme: Theme,
  { width, height }: { width: number; height: number },
  choices: Choices,
  previous: HeatmapOptions["previousLimit"],
): Arrangement {
  const kind = widthClass(width);
  const narrow = kind === "narrow" || kind === "tiny";
  const many = arrangeAs(narrow && view.panels.length > 1, view, theme, { width, height }, choices, previous);
  if (!many.layout.tooNarrow || many.single || view.panels.length < 2) return many;
  return arrangeAs(true, view, theme, { width, height }, choices, previous);
}

function arrangeAs(
  one: boolean,
  view: HeatmapView,
  theme: Theme,
  { width, height }: { width: number; height: number },
  choices: Choices,
  previous: HeatmapOptions["previousLimit"],
): Arrangement {
  const kind = widthClass(width);
  const metric = view.metrics.find(({ key }) => key === choices.metric)?.key ?? view.metric;
  const hasInteraction = view.metrics.find(({ key }) => key === metric)?.interaction;
  const options = heatmapOptions(view, {
    metric,
    mode: hasInteraction ? choices.mode : "effect",
    hatch: choices.hatch,
    difference: choices.difference,
    previousLimit: previous,
    limits: choices.limits,
    threshold: choices.threshold,
    window: choices.window,
    ...(one && {
      panels: choices.difference ? [] : [choices.panels?.[0] ?? view.panels.length - 1],
      legend: view.layout === "pairs" ? "inside" : "below",
    }),
    ...(kind !== "wide" && { marginal: false }),
  });
  const beside = kind === "wide" && (one || view.panels.length === 1);
  const sized = (stage: number) => ({ width: Math.max(1, Math.floor(stage)), height });
  const attempt = (stage: number) => heatmapLayout(view, theme, sized(stage), options);
  const layout = attempt(beside ? width - SIDE : width);
  if (beside && layout.tooNarrow)
    return { width: kind, options, layout: attempt(width), size: sized(width), sideBeside: false, single: one };
  return { width: kind, options, layout, size: sized(beside ? width - SIDE : width), sideBeside: beside, single: one };
}

/** Cells that cursor and marks may stand on: those drawn in any panel. */
export function extentOf(layout: HeatmapLayout): Extent {
  return {
    panels: layout.panels.length,
    nx: layout.nx,
    ny: layout.ny,
    exists: (x, y) => layout.panels.some((panel) => panel.cells[y * layout.nx + x].kind !== "absent"),
  };
}

/** Where the largest value stands; null when nothing has a value. */
export function bestPlace(
  view: HeatmapView,
  { options, layout }: Pick<Arrangement, "options" | "layout">,
): Place | null {
  const best = bestCell(view, options, layout.panels);
  return best && { panel: best.panel, x: best.ix, y: best.iy };
}

export const isRunning = (state: ViewState): boolean => state === "loading" || state === "partial";

/** Cells whose labels hold every word that is searched for: "0 2" finds layers 0 and 2 in either order. */
export function find(view: HeatmapView, extent: Extent, text: string): { x: number; y: number }[] {
  const words = wordsOf(text);
  if (words.length === 0) return [];
  const found: { x: number; y: number }[] = [];
  for (let y = 0; y < extent.ny; y++)
    for (let x = 0; x < extent.nx; x++) {
      if (!extent.exists(x, y)) continue;
      const labels = view.layout === "singles" ? [view.x.labels[x]] : [view.x.labels[x], view.y.labels[y]];
      const lower = labels.map((label) => label.toLowerCase());
      if (
        words.every((word) => lower.some((label) => (/^-?[\d.]+$/.test(word) ? label === word : label.includes(word))))
      )
        found.push({ x, y });
    }
  return found;
}

/** Samples whose label holds every word that is searched for; numbers alone are never samples. */
export function findSamples(view: HeatmapView, text: string): number[] {
  const words = wordsOf(text);
  // Numbers alone are layers.
  if (words.every((word) => /^-?[\d.]+$/.test(word))) return [];
  return view.sampleLabels.flatMap((label, sample) =>
    words.every((word) => holds(label.toLowerCase(), word)) ? [sample] : [],
  );
}

/** A number is meant whole: "country 7" is not country 17. */
const holds = (label: string, word: string): boolean =>
  /^-?[\d.]+$/.test(word) ? label.split(/[^\w.-]+/).includes(word) : label.includes(word);

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[\s,+]+/)
    .filter(Boolean);

/** A view of any kind in words: whole, for terminals and readers without scripts, and in one sentence. */
import { chartSummary, chartText } from "./chart-text";
import { summary } from "./describe";
import { heatmapOptions } from "./heatmap-grid";
import { heatmapText } from "./heatmap-text";
import { pathsSummary, pathsText } from "./paths-text";
import { scatterSummary } from "./scatter-describe";
import { scatterText } from "./scatter-text";
import type { View } from "./types";

/** The view as lines of text.
 *  @example console.log(viewText(view)) */
export function viewText(view: View): string {
  if (view.kind === "paths") return pathsText(view);
  if (view.kind === "scatter") return scatterText(view);
  return view.kind === "chart" ? chartText(view) : heatmapText(view);
}

/** "Patch sweep: capital, heatmap, 36 cells, largest layers 0 and 2, plus 0.85." */
export function viewSummary(view: View): string {
  if (view.kind === "paths") return pathsSummary(view);
  if (view.kind === "scatter") return scatterSummary(view);
  return view.kind === "chart" ? chartSummary(view) : summary(view, heatmapOptions(view, {}));
}

/** The kinds of widgets: a new one is one line here. */
import type { View } from "patchbay/view";
import { chartKind } from "./chart/part";
import { heatmapKind } from "./heatmap/part";
import type { Host } from "./host";
import { pathsKind } from "./paths/part";
import { scatterKind } from "./scatter/part";
import type { Mounted, Saved, Tied } from "./shell/mounted";
import { ShellWidget } from "./shell/widget";

/** Puts the widget of a view's kind into `root`. */
export function mount(root: HTMLElement, view: View, host: Host, tie: Tied, saved: Saved): Mounted {
  switch (view.kind) {
    case "heatmap":
      return new ShellWidget(heatmapKind, root, view, host, tie, saved);
    case "paths":
      return new ShellWidget(pathsKind, root, view, host, tie, saved);
    case "scatter":
      return new ShellWidget(scatterKind, root, view, host, tie, saved);
    case "chart":
      return new ShellWidget(chartKind, root, view, host, tie, saved);
  }
}

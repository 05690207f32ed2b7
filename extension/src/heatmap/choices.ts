/** What a reader chose to see of a heatmap: quantity, panels, threshold, the part drawn larger, the third layer. Pure.
 *  Nothing chosen is null, so that the same choices fit every view. */
import type { CellWindow, HeatmapOptions, HeatmapView } from "patchbay/view";

export interface Choices {
  /** null: the view's own. */
  readonly metric: string | null;
  readonly mode: HeatmapOptions["mode"];
  readonly hatch: boolean;
  readonly difference: HeatmapOptions["difference"];
  /** The panel shown when there is room for one only; null: the last. */
  readonly panels: readonly number[] | null;
  readonly limits: HeatmapOptions["limits"];
  readonly threshold: number | null;
  readonly window: CellWindow | null;
  /** Index into the view's slices; null: the one it came with. */
  readonly slice: number | null;
}

export const NO_CHOICES: Choices = {
  metric: null,
  mode: "effect",
  hatch: true,
  difference: null,
  panels: null,
  limits: "robust",
  threshold: null,
  window: null,
  slice: null,
};

const fields = (value: unknown): Record<string, unknown> =>
  (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
const whole = (n: unknown, below: number): n is number =>
  Number.isInteger(n) && (n as number) >= 0 && (n as number) < below;

/** Choices from outside (a notebook's metadata), each as far as it fits this view. */
export function readChoices(value: unknown, view: HeatmapView): Choices {
  const all = fields(value);
  const panels = view.panels.length;
  const { a, b } = fields(all.difference);
  const difference = whole(a, panels) && whole(b, panels) && a !== b ? { a, b } : null;
  const [panel] = Array.isArray(all.panels) ? all.panels : [];
  return {
    metric: view.metrics.some(({ key }) => key === all.metric) ? (all.metric as string) : null,
    mode: all.mode === "interaction" ? "interaction" : "effect",
    hatch: all.hatch !== false,
    difference,
    panels: whole(panel, panels) ? [panel] : null,
    limits: all.limits === "full" ? "full" : "robust",
    threshold: typeof all.threshold === "number" && all.threshold >= 0 && all.threshold < 1e300 ? all.threshold : null,
    window: readWindow(all.window, view),
    slice: whole(all.slice, view.slices?.held.length ?? 0) ? all.slice : null,
  };
}

function readWindow(value: unknown, { x, y }: HeatmapView): CellWindow | null {
  const { x0, x1, y0, y1 } = fields(value);
  if (!whole(x0, x.labels.length) || !whole(x1, x.labels.length) || x0 > x1) return null;
  if (!whole(y0, y.labels.length) || !whole(y1, y.labels.length) || y0 > y1) return null;
  return { x0, x1, y0, y1 };
}

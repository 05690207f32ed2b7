/** New numbers of a run come in over 180 ms instead of at once: a veil in the surface's colour that goes by itself. */
import { cellRect, type HeatmapLayout, inWindow } from "patchbay/view";
import { svg } from "../dom";

/** More at a time than this would flicker rather than tell. */
const MOST = 400;

export class Fresh {
  readonly node = svg("g", { class: "pb-fresh" });
  private known: ReadonlySet<string> | null = null;

  /** Cells that have a value now and had none at the last call; none at the first, when the picture is new. */
  since(layout: HeatmapLayout, running: boolean): string[] {
    const before = this.known;
    if (!running) {
      this.known = null;
      return [];
    }
    const now = new Set<string>();
    for (const panel of layout.panels)
      for (const cell of panel.cells) if (cell.kind === "value") now.add(`${cell.panel},${cell.ix},${cell.iy}`);
    this.known = now;
    return before === null ? [] : [...now].filter((key) => !before.has(key));
  }

  /** Lays veils over these cells; each takes itself off when its animation has ended. */
  show(layout: HeatmapLayout, keys: readonly string[]): void {
    if (keys.length === 0 || keys.length > MOST) return;
    for (const key of keys) {
      const [panel, x, y] = key.split(",").map(Number);
      if (panel >= layout.panels.length || !inWindow(layout, x, y)) continue;
      const rect = cellRect(layout, panel, x, y);
      const veil = svg("rect", { class: "pb-fresh-veil", ...rect });
      veil.addEventListener("animationend", () => veil.remove());
      this.node.append(veil);
    }
  }
}

/** Where the picture stands, with the overlay above it, or what stands there instead: the table, or the reason why
 *  nothing can be drawn. What is there already stays, and with it the focus and the place it is scrolled to. */
import { type HeatmapView, heatmapSpec, type Theme } from "patchbay/view";
import { button, el } from "../dom";
import { Picture } from "../picture";
import { type Notice, noticeNode } from "../shell/notices";
import type { Numbers } from "./numbers";
import { Overlay } from "./overlay";
import { type Arrangement, extentOf } from "./scene";
import { tableNode } from "./table";
import { bestInWords } from "./words";

/** Above this the picture is a canvas: as SVG it would hold a node for each cell. */
const SVG_CELLS = 2_000;

export interface StageScene {
  view: HeatmapView;
  theme: Theme;
  arrangement: Arrangement;
  numbers: Numbers;
  /** The table instead of the picture. */
  table: boolean;
}

export interface StageActs {
  copy(text: string): void;
  table(): void;
}

export class Stage {
  readonly overlay = new Overlay();
  private readonly picture = new Picture();
  private readonly canvas = el("div", { class: "pb-canvas" }, this.picture.node, this.overlay.node);
  readonly node = el(
    "div",
    { class: "pb-stage", tabindex: 0, role: "application", "aria-roledescription": "heatmap" },
    this.canvas,
  );
  private drawn = "";
  /** What stands there instead of the picture; null for the picture. */
  private shown: string | null = null;

  constructor(private readonly acts: StageActs) {}

  draw(scene: StageScene): void {
    const { view, theme } = scene;
    const { layout, options, size } = scene.arrangement;
    const instead = this.instead(scene);
    this.node.classList.toggle("pb-instead", instead !== null);
    const key = instead && JSON.stringify([instead.key, options.metric, view.hashes, view.run, view.state]);
    if (key !== this.shown) this.node.replaceChildren(instead ? instead.make() : this.canvas);
    this.shown = key;
    if (instead) return;
    this.canvas.style.width = `${layout.width}px`;
    this.canvas.style.height = `${layout.height}px`;
    const spec = heatmapSpec(view, theme, size, options);
    const text = JSON.stringify(spec);
    if (text === this.drawn) return;
    this.drawn = text;
    const cells = layout.panels.reduce((sum, panel) => sum + panel.cells.length, 0);
    this.picture.show(spec, cells > SVG_CELLS ? "canvas" : "svg").catch((error: unknown) => {
      this.drawn = "";
      const message = String(error);
      this.shown = message;
      const notice = { icon: "warning", title: "The picture could not be drawn", text: message, message } as const;
      this.node.replaceChildren(noticeNode(notice, this.acts.copy));
    });
  }

  private instead({ view, arrangement, numbers, table }: StageScene): { key: string; make(): HTMLElement } | null {
    const { layout, options, width } = arrangement;
    const say = (notice: Notice, ...more: HTMLElement[]) => ({
      key: notice.title + notice.text,
      make: () => noticeNode(notice, this.acts.copy, more),
    });
    if (table) return { key: "table", make: () => tableNode(numbers, options.metric, extentOf(layout)) };
    if (view.state === "error") {
      const message = view.error?.message ?? "";
      const call = view.error?.call ?? view.code;
      return say({ icon: "warning", title: "The run failed", text: message, call, message });
    }
    const cells = layout.panels[0]?.cells.filter((cell) => cell.kind !== "absent").length ?? 0;
    if (cells === 0) {
      const text = "The sweep has no layers. Give sizes: [1] or more.";
      return say({ icon: "table", title: "No tuples to draw", text, call: view.code });
    }
    if (!layout.tooNarrow && width !== "tiny") return null;
    const text = `${cells} cells need more room than there is here; ${bestInWords(view, options)}`;
    const tableButton = button({ label: "Table", icon: "table", look: "outlined" }, this.acts.table);
    return say({ icon: "grid", title: view.title, text }, tableButton);
  }

  dispose(): void {
    this.picture.dispose();
  }
}

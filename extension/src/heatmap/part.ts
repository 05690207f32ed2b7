/** The heatmap: what the shell needs to show one. Keeps the choices of its toolbar and the picture that follows them. */
import { type HeatmapOptions, type HeatmapView, heatmapSpec } from "patchbay/view";
import { el } from "../dom";
import { Picture } from "../picture";
import { modelMark } from "../shell/header";
import type { Drawn, Part, ReaderActs, ReadoutText, Scene, ShellActs, WidgetKind } from "../shell/types";
import { heatmapExports } from "./exports";
import { KEYS } from "./keys";
import { Numbers } from "./numbers";
import { Overlay } from "./overlay";
import { listenToPointer } from "./pointer";
import { HeatmapReader } from "./reader";
import {
  type Arrangement,
  arrange,
  bestPlace,
  type Choices,
  changed,
  extentOf,
  initialChoices,
  isRunning,
} from "./scene";
import { Side } from "./side";
import type { Marks, Place } from "./state";
import { tableNode } from "./table";
import { heatmapToolbar } from "./toolbar";
import { bestInWords, describePlace, describeView } from "./words";

/** Above this the picture is a canvas: as SVG it would hold a node for each cell. */
const SVG_CELLS = 2_000;

type HeatmapScene = Scene<HeatmapView>;

class HeatmapPart implements Part<HeatmapView, Place, Marks> {
  readonly role = "heatmap";
  readonly fields = ["layer", "head", "position", "sample"] as const;
  readonly keys = KEYS;
  readonly words = {
    side: "Selected cell and pins",
    folded: "Samples, pins and code",
    find: { label: "Find by label", placeholder: "labels, as 0 2" },
  };
  readonly reader: HeatmapReader;
  readonly toolbar;
  readonly picture;
  readonly overlay;

  private choices: Choices;
  private numbers: Numbers;
  private arrangement: Arrangement | null = null;
  private limit: HeatmapOptions["previousLimit"] = null;
  /** The drawn specification, and the one that could not be drawn. */
  private drawn = "";
  private failed: { spec: string; message: string } | null = null;
  private readonly canvas = new Picture();
  private readonly marks = new Overlay();
  private readonly panel: Side;

  constructor(
    private readonly shell: ShellActs<HeatmapView>,
    readerActs: ReaderActs<Marks>,
    private view: HeatmapView,
  ) {
    this.choices = initialChoices(view);
    this.numbers = new Numbers(view);
    this.picture = this.canvas.node;
    this.overlay = this.marks.node;
    this.reader = new HeatmapReader(readerActs, { view: () => this.view, arrangement: () => this.arrangement });
    this.toolbar = heatmapToolbar({
      options: () => this.options,
      change: (options) => {
        this.choices = changed(this.choices, options);
        this.limit = null;
        shell.redraw();
      },
    });
    this.panel = new Side({
      copyCode: () => shell.copy(this.view.code, "Code copied"),
      goTo: (spot) => {
        this.reader.goTo(spot);
        shell.focus();
      },
    });
  }

  private get options(): HeatmapOptions {
    return (this.arrangement as Arrangement).options;
  }

  take(view: HeatmapView, another: boolean): void {
    this.view = view;
    this.numbers = new Numbers(view);
    if (!another) return;
    this.choices = initialChoices(view);
    this.limit = null;
  }

  draw(scene: HeatmapScene): Drawn {
    const { view, theme, room } = scene;
    const running = isRunning(view.state);
    const arrangement = arrange(view, theme, room, this.choices, running ? this.limit : null);
    const { layout, options } = arrangement;
    this.arrangement = arrangement;
    this.limit = running ? layout.domain : null;
    const notice = this.notice(scene, arrangement);
    if (!notice && !scene.table) this.paint(scene, arrangement);
    return {
      width: layout.width,
      height: layout.height,
      // A table takes the whole width.
      sideBeside: arrangement.sideBeside && !scene.table,
      spoken: describeView(view, options, layout, scene.state).spoken,
      notice: this.failed
        ? {
            icon: "warning",
            title: "The picture could not be drawn",
            text: this.failed.message,
            message: this.failed.message,
          }
        : notice,
    };
  }

  private paint({ view, theme }: HeatmapScene, { layout, options, size }: Arrangement): void {
    const spec = heatmapSpec(view, theme, size, options);
    const text = JSON.stringify(spec);
    if (this.failed?.spec !== text) this.failed = null;
    if (text === this.drawn) return;
    this.drawn = text;
    const cells = layout.panels.reduce((sum, panel) => sum + panel.cells.length, 0);
    this.canvas.show(spec, cells > SVG_CELLS ? "canvas" : "svg").catch((error: unknown) => {
      this.failed = { spec: text, message: String(error) };
      this.shell.redraw();
    });
  }

  private notice({ view }: HeatmapScene, { layout, options, width }: Arrangement): Drawn["notice"] {
    const cells = layout.panels[0]?.cells.filter((cell) => cell.kind !== "absent").length ?? 0;
    if (cells === 0) {
      const text = "The sweep has no layers. Give sizes: [1] or more.";
      return { icon: "table", title: "No tuples to draw", text, call: view.code };
    }
    if (!layout.tooNarrow && width !== "tiny") return null;
    const text = `${cells} cells need more room than there is here; ${bestInWords(view, options)}`;
    return { icon: "grid", title: view.title, text, offersTable: true };
  }

  mark({ view, theme, state }: HeatmapScene, focused: boolean): ReadoutText {
    const { reader } = this;
    const { layout, options } = this.arrangement as Arrangement;
    this.marks.update({
      layout,
      theme,
      extent: extentOf(layout),
      marks: reader.state.marks,
      hover: reader.fitting(reader.hover),
      cursor: focused ? reader.fitting(reader.state.cursor) : null,
      linked: reader.linked,
      matches: reader.matches,
    });
    const place = reader.target(focused);
    return place ? describePlace(view, options, layout, place) : describeView(view, options, layout, state);
  }

  subtitle({ view, theme }: HeatmapScene) {
    const metric = this.numbers.metric(this.options.metric);
    return [
      ...(metric ? [el("b", {}, metric.label), el("span", { class: "pb-meaning" }, ` ${metric.meaning}`), " · "] : []),
      el("b", { class: "pb-number" }, `n = ${view.n}`),
      " · ",
      ...modelMark(view.model, theme),
    ];
  }

  side({ view, theme }: HeatmapScene, width: number): HTMLElement[] {
    const { reader, numbers } = this;
    const { layout, options } = this.arrangement as Arrangement;
    return this.panel.content({
      view,
      numbers,
      options,
      layout,
      theme,
      marks: reader.state.marks,
      best: bestPlace(view, options),
      panel: (reader.hover ?? reader.state.cursor)?.panel ?? 0,
      width,
    });
  }

  table() {
    const { layout, options } = this.arrangement as Arrangement;
    return { key: options.metric, make: () => tableNode(this.numbers, options.metric, extentOf(layout)) };
  }

  exports({ view }: HeatmapScene) {
    const { layout, options } = this.arrangement as Arrangement;
    const { pins } = this.reader.state.marks;
    return heatmapExports({ view, options, numbers: this.numbers, extent: extentOf(layout), pins });
  }

  listen(overlay: SVGSVGElement, shell: ShellActs<HeatmapView>): () => void {
    const { reader } = this;
    const byMouse = (act: (place: Place) => void) => (place: Place) => {
      reader.keyboard = false;
      shell.focus();
      act(place);
    };
    return listenToPointer(overlay, {
      layout: () => this.arrangement?.layout ?? null,
      hover: (place) => reader.pointAt(place),
      select: (place, add) => byMouse((p) => reader.select(p, add))(place),
      range: (from, to, first) => byMouse((p) => reader.range(from, p, first))(to),
      pin: byMouse((place) => reader.pin(place)),
      clear: () => reader.clickedOutside(),
    });
  }

  selection({ selection, pins }: Marks): unknown {
    const named = (spots: Marks["selection"]) =>
      spots.map(({ x, y }) => ({ x: this.view.x.labels[x], y: this.view.y.labels[y] }));
    return { selected: named(selection), pinned: named(pins) };
  }

  dispose(): void {
    this.canvas.dispose();
  }
}

export const heatmapKind: WidgetKind<HeatmapView, Place, Marks> = {
  kind: "heatmap",
  create: (shell, readerActs, view) => new HeatmapPart(shell, readerActs, view),
};

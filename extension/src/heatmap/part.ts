/** The heatmap: what the shell needs to show one. Keeps the choices of its toolbar and the picture that follows them. */
import {
  type CellWindow,
  cellAt,
  type HeatmapOptions,
  type HeatmapView,
  heatmapSpec,
  inWindow,
  sliceOf,
} from "patchbay/view";
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
import { holding, windowWords, zoomed } from "./zoom";

/** Above this the picture is a canvas: as SVG it would hold a node for each cell. */
const SVG_CELLS = 2_000;

type HeatmapScene = Scene<HeatmapView>;

class HeatmapPart implements Part<HeatmapView, Place, Marks> {
  readonly role = "heatmap";
  get fields() {
    const { x, y } = this.view;
    const tokens = x.keys || y.keys ? (["token"] as const) : [];
    return [...new Set([x.field, y.field, ...tokens, "sample"] as const)];
  }
  readonly keys = KEYS;
  readonly words = {
    side: "Selected cell and pins",
    folded: "Samples, pins and code",
    find: { label: "Find by label or sample", placeholder: "labels, as 0 2, or a sample" },
  };
  readonly reader: HeatmapReader;
  readonly toolbar;
  readonly picture;
  readonly overlay;

  /** The view's numbers at the chosen third layer. */
  private shown: HeatmapView;
  private slice: number;
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
    this.slice = view.slices?.shown ?? 0;
    this.shown = sliceOf(view, this.slice);
    this.numbers = new Numbers(this.shown);
    this.picture = this.canvas.node;
    this.overlay = this.marks.node;
    this.reader = new HeatmapReader(readerActs, {
      view: () => this.shown,
      arrangement: () => this.arrangement,
      sampleValue: (sample, { x, y }) => {
        const source = this.arrangement?.layout.panels[0]?.source ?? 0;
        return this.numbers.samples(this.options.metric, source, x, y)[sample] ?? null;
      },
      arrived: (spot) => this.show(holding(this.shown, this.choices.window, spot)),
    });
    this.toolbar = heatmapToolbar({
      options: () => this.options,
      change: (options) => {
        this.choices = changed(this.choices, options);
        this.limit = null;
        shell.redraw();
      },
      slice: () => this.slice,
      chooseSlice: (at) => this.chooseSlice(at),
      most: () =>
        Math.max(...this.cells().flatMap(({ value }) => (value === null ? [] : [Math.abs(value)])), Number.MIN_VALUE),
    });
    this.panel = new Side({
      copyCode: () => shell.copy(this.view.code, "Code copied"),
      copyCell: (code) => shell.copy(code, "Code copied"),
      insert: (code) => shell.insertCode(code),
      sample: (sample) => this.reader.pointAtSample(sample),
      selectSample: (sample) => this.reader.selectSample(sample),
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
    if (another) {
      this.choices = initialChoices(view);
      this.limit = null;
    }
    const last = (view.slices?.sets.length ?? 1) - 1;
    this.slice = another ? (view.slices?.shown ?? 0) : Math.min(this.slice, last);
    this.shown = sliceOf(view, this.slice);
    this.numbers = new Numbers(this.shown);
  }

  private chooseSlice(at: number): void {
    const sets = this.view.slices?.sets ?? [];
    if (at === this.slice || !sets[at]) return;
    this.slice = at;
    this.shown = sliceOf(this.view, at);
    this.numbers = new Numbers(this.shown);
    this.shell.redraw();
    const { held } = sets[at];
    this.shell.say(held === null ? "Without a third layer." : `With layer ${held}.`);
  }

  act(name: string): void {
    if (name === "slice-before") this.chooseSlice(this.slice - 1);
    if (name === "slice-after") this.chooseSlice(this.slice + 1);
  }

  zoom(direction: "in" | "out" | "reset", at: { x: number; y: number } | null): boolean {
    const { arrangement, shown, reader } = this;
    if (!arrangement) return false;
    const { layout } = arrangement;
    const cell = at && cellAt(layout, at.x, at.y);
    const middle = {
      x: (layout.window.x0 + layout.window.x1) / 2,
      y: (layout.window.y0 + layout.window.y1) / 2,
    };
    const around = cell ? { x: cell.ix, y: cell.iy } : ((at ? null : reader.state.cursor) ?? middle);
    return this.show(zoomed(shown, this.choices.window, direction, around));
  }

  /** Draws this part; false when it is drawn already. */
  private show(window: CellWindow | null): boolean {
    if (JSON.stringify(window) === JSON.stringify(this.choices.window)) return false;
    this.choices = { ...this.choices, window };
    this.shell.redraw();
    this.shell.say(window ? `${windowWords(this.shown, window)}.` : "All of it.");
    return true;
  }

  private cells() {
    return this.arrangement?.layout.panels.flatMap(({ cells }) => cells) ?? [];
  }

  draw(scene: HeatmapScene): Drawn {
    const { theme, room } = scene;
    const view = this.shown;
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

  private paint({ theme }: HeatmapScene, { layout, options, size }: Arrangement): void {
    const spec = heatmapSpec(this.shown, theme, size, options);
    const text = JSON.stringify(spec);
    if (this.failed?.spec !== text) this.failed = null;
    if (text === this.drawn) return;
    this.drawn = text;
    const cells = layout.panels.reduce((sum, panel) => sum + panel.cells.length, 0);
    const fresh = this.marks.fresh.since(layout, isRunning(this.shown.state));
    this.canvas.show(spec, cells > SVG_CELLS ? "canvas" : "svg").then(
      () => this.marks.fresh.show(layout, fresh),
      (error: unknown) => {
        this.failed = { spec: text, message: String(error) };
        this.shell.redraw();
      },
    );
  }

  private notice({ view }: HeatmapScene, { layout, options, width }: Arrangement): Drawn["notice"] {
    const cells = layout.panels[0]?.cells.filter((cell) => cell.kind !== "absent").length ?? 0;
    if (cells === 0) {
      const text = "The sweep has no layers. Give sizes: [1] or more.";
      return { icon: "table", title: "No tuples to draw", text, call: view.code };
    }
    if (!layout.tooNarrow && width !== "tiny") return null;
    const text = `${cells} cells need more room than there is here; ${bestInWords(this.shown, options, layout)}`;
    return { icon: "grid", title: view.title, text, offersTable: true };
  }

  mark({ theme, state }: HeatmapScene, focused: boolean): ReadoutText {
    const { reader, shown: view } = this;
    const { layout, options } = this.arrangement as Arrangement;
    const inSight = (place: Place | null) => (place && inWindow(layout, place.x, place.y) ? place : null);
    this.marks.update({
      layout,
      theme,
      extent: extentOf(layout),
      marks: reader.state.marks,
      hover: inSight(reader.fitting(reader.hover)),
      cursor: focused ? inSight(reader.fitting(reader.state.cursor)) : null,
      linked: reader.linked,
      matches: reader.matches,
    });
    this.panel.markSamples(reader.samples);
    const place = reader.target(focused);
    return place ? describePlace(view, options, layout, place) : describeView(view, options, layout, state);
  }

  subtitle({ view, theme }: HeatmapScene) {
    const metric = this.numbers.metric(this.options.metric);
    return [
      ...(metric ? [el("b", {}, metric.label), el("span", { class: "pb-meaning" }, ` ${metric.meaning}`), " · "] : []),
      ...(this.shown.held ? ["with layer ", el("b", {}, this.shown.held), " · "] : []),
      el("b", { class: "pb-number" }, `n = ${view.n}`),
      " · ",
      ...modelMark(view.model, theme),
    ];
  }

  side({ theme }: HeatmapScene, width: number): readonly HTMLElement[] {
    const { reader, numbers, shown: view } = this;
    const arrangement = this.arrangement as Arrangement;
    const { layout, options } = arrangement;
    return this.panel.content({
      view,
      numbers,
      options,
      layout,
      theme,
      marks: reader.state.marks,
      best: bestPlace(view, arrangement),
      panel: (reader.hover ?? reader.state.cursor)?.panel ?? 0,
      width,
    });
  }

  table() {
    const { layout, options } = this.arrangement as Arrangement;
    return { key: [options.metric, this.slice], make: () => tableNode(this.numbers, options.metric, extentOf(layout)) };
  }

  exports(_: HeatmapScene) {
    const view = this.shown;
    const { layout, options } = this.arrangement as Arrangement;
    const { pins } = this.reader.state.marks;
    return heatmapExports({
      view,
      options,
      numbers: this.numbers,
      extent: extentOf(layout),
      pins,
      slice: view.slices ? this.slice : null,
    });
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

/** The heatmap: what the shell needs to show one. Puts together the choices that the reader keeps, the numbers they
 *  stand for, the picture and what lies over it. */
import { type CellWindow, cellAt, type HeatmapOptions, type HeatmapView, inWindow, plain } from "patchbay/view";
import { el } from "../dom";
import { burst, type Gesture } from "../shell/gesture";
import { modelMark } from "../shell/header";
import type { Drawn, Part, ReaderActs, ReadoutText, Scene, ShellActs, WidgetKind } from "../shell/types";
import type { Choices } from "./choices";
import { Drawing } from "./drawing";
import { heatmapExports } from "./exports";
import { KEYS } from "./keys";
import type { Numbers } from "./numbers";
import { Overlay } from "./overlay";
import { listenToPointer } from "./pointer";
import { HeatmapReader } from "./reader";
import { type Arrangement, arrange, bestPlace, extentOf, isRunning } from "./scene";
import { Shown } from "./shown";
import { Side } from "./side";
import type { Marks, Place } from "./state";
import { tableNode } from "./table";
import { heatmapToolbar } from "./toolbar";
import { bestInWords, describePlace, describeView } from "./words";
import { holding, moved, type PanDirection, stepOf, windowWords, zoomed } from "./zoom";

type HeatmapScene = Scene<HeatmapView>;

/** Keys that move what is zoomed in on. */
const PANS: Readonly<Record<string, PanDirection>> = {
  "pan-left": "left",
  "pan-right": "right",
  "pan-up": "up",
  "pan-down": "down",
};

class HeatmapPart implements Part<HeatmapView, Place, Marks> {
  readonly role = "heatmap";
  get fields() {
    const { x, y } = this.of.whole;
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

  private of: Shown;
  private arrangement: Arrangement | null = null;
  /** Limits that were drawn while a run goes on, and what they are limits of. */
  private limit: { of: string; domain: HeatmapOptions["previousLimit"] } = { of: "", domain: null };
  /** What was drawn when a drag of it began. */
  private held: { gesture: Gesture; window: CellWindow } | null = null;
  private readonly marks = new Overlay();
  private readonly drawing: Drawing;
  private readonly panel: Side;

  constructor(
    private readonly shell: ShellActs<HeatmapView>,
    readerActs: ReaderActs<Marks>,
    view: HeatmapView,
  ) {
    this.of = new Shown(view);
    this.drawing = new Drawing(this.marks.fresh, () => shell.redraw());
    this.picture = this.drawing.node;
    this.overlay = this.marks.node;
    this.reader = new HeatmapReader(readerActs, {
      view: () => this.shown,
      whole: () => this.of.whole,
      arrangement: () => this.arrangement,
      sampleValue: (sample, { x, y }) => {
        const source = this.arrangement?.layout.panels[0]?.source ?? 0;
        return this.numbers.samples(this.options.metric, source, x, y)[sample] ?? null;
      },
      arrived: (spot) => {
        const { marks } = this.reader.state;
        const window = holding(this.shown, marks.window, spot);
        if (window !== marks.window) this.reader.adjust({ ...marks, window });
      },
    });
    this.toolbar = heatmapToolbar({
      options: () => this.options,
      change: (choices, gesture) => this.reader.choose(choices, saidOf(choices), gesture),
      slice: () => this.of.slice(this.choices.slice),
      chooseSlice: (at, gesture) => this.chooseSlice(at, gesture),
      shown: () => this.shown,
      held: () => this.of.held,
      single: () => this.arrangement?.single ?? false,
      clipped: () => this.arrangement?.layout.domain.clipped ?? 0,
      most: () =>
        Math.max(...this.cells().flatMap(({ value }) => (value === null ? [] : [Math.abs(value)])), Number.MIN_VALUE),
    });
    this.panel = new Side({
      copyCode: () => shell.copy(this.of.whole.code, "Code copied"),
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

  private get choices(): Choices {
    return this.reader.state.marks;
  }

  /** The numbers at the chosen third layer, and the view that they are of. */
  private get numbers(): Numbers {
    return this.of.at(this.choices.slice);
  }
  private get shown(): HeatmapView {
    return this.numbers.view;
  }

  take(view: HeatmapView): void {
    this.of = new Shown(view);
  }

  private chooseSlice(at: number, gesture: Gesture | null = null): void {
    const held = this.of.held[at];
    if (held === undefined || at === this.of.slice(this.choices.slice)) return;
    this.reader.choose({ slice: at }, held === null ? "Without a third layer." : `With layer ${held}.`, gesture);
  }

  act(name: string): void {
    const by = { "slice-before": -1, "slice-after": 1 }[name];
    if (by !== undefined) this.chooseSlice(this.of.slice(this.choices.slice) + by);
    const { window } = this.choices;
    const direction = PANS[name];
    if (direction && window) this.moveTo(moved(this.shown, window, stepOf(window, direction)), burst("pan"));
    else if (direction) this.shell.say("All of it is drawn.");
  }

  scroll(direction: "left" | "right", gesture: Gesture): boolean {
    const { window } = this.choices;
    return window !== null && this.moveTo(moved(this.shown, window, stepOf(window, direction)), gesture);
  }

  /** A drag counts from where it began. */
  private pan(by: { columns: number; rows: number }, gesture: Gesture): void {
    const { window } = this.choices;
    if (!window) return;
    if (this.held?.gesture !== gesture) this.held = { gesture, window };
    this.moveTo(moved(this.shown, this.held.window, by), gesture);
  }

  private moveTo(window: CellWindow, gesture: Gesture): boolean {
    const before = this.choices.window;
    if (before && before.x0 === window.x0 && before.y0 === window.y0) return false;
    this.reader.choose({ window }, `${windowWords(this.shown, window)}.`, gesture);
    return true;
  }

  zoom(direction: "in" | "out" | "reset", at: { x: number; y: number } | null, gesture: Gesture | null): boolean {
    const { arrangement, shown, reader } = this;
    if (!arrangement) return false;
    const { layout } = arrangement;
    const cell = at && cellAt(layout, at.x, at.y);
    const middle = {
      x: (layout.window.x0 + layout.window.x1) / 2,
      y: (layout.window.y0 + layout.window.y1) / 2,
    };
    const around = cell ? { x: cell.ix, y: cell.iy } : ((at ? null : reader.state.cursor) ?? middle);
    const before = this.choices.window;
    const window = zoomed(shown, before, direction, around);
    if (JSON.stringify(window) === JSON.stringify(before)) return false;
    this.reader.choose({ window }, window ? `${windowWords(shown, window)}.` : "All of it.", gesture);
    return true;
  }

  private cells() {
    return this.arrangement?.layout.panels.flatMap(({ cells }) => cells) ?? [];
  }

  draw(scene: HeatmapScene): Drawn {
    const { theme, room } = scene;
    const view = this.shown;
    const { metric, mode, difference, limits, panels, slice } = this.choices;
    const of = JSON.stringify([metric, mode, difference, limits, panels, slice]);
    const running = isRunning(view.state);
    const arrangement = arrange(
      view,
      theme,
      room,
      this.choices,
      running && this.limit.of === of ? this.limit.domain : null,
    );
    const { layout, options } = arrangement;
    this.arrangement = arrangement;
    this.limit = { of, domain: layout.domain };
    const notice = this.notice(scene, arrangement);
    if (!notice && !scene.table) this.drawing.show(view, theme, arrangement);
    return {
      width: layout.width,
      height: layout.height,
      // A table takes the whole width.
      sideBeside: arrangement.sideBeside && !scene.table,
      spoken: describeView(view, options, layout, scene.state).spoken,
      notice: this.drawing.notice ?? notice,
    };
  }

  private notice({ view }: HeatmapScene, { layout, options, width }: Arrangement): Drawn["notice"] {
    const cells = layout.panels[0]?.cells.filter((cell) => cell.kind !== "absent").length ?? 0;
    if (cells === 0) {
      const text = "The sweep has no layers. Give sizes: [1] or more.";
      return { icon: "table", title: "No tuples to draw", text, call: view.code };
    }
    if (!layout.tooNarrow && width !== "tiny") return null;
    const text = `${cells} cells need more room than there is here; ${bestInWords(this.shown, options, layout)}`;
    const offer = { label: "Show a part", icon: "find", act: () => this.showPart() } as const;
    return { icon: "grid", title: view.title, text, offersTable: true, ...(width !== "tiny" && { offer }) };
  }

  /** Zooms in on the best cell until the cells can be told apart. */
  private showPart(): void {
    const { shown, arrangement, shell } = this;
    const scene = shell.scene();
    if (!scene || !arrangement) return;
    const around = bestPlace(shown, arrangement) ?? { x: 0, y: 0 };
    let { window } = this.choices;
    let part = arrangement;
    while (part.layout.tooNarrow) {
      const next = zoomed(shown, window, "in", around);
      if (JSON.stringify(next) === JSON.stringify(window)) return;
      window = next;
      part = arrange(shown, scene.theme, scene.room, { ...this.choices, window }, null);
    }
    this.reader.choose({ window }, window ? `${windowWords(shown, window)}.` : undefined);
    shell.focus();
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
    return {
      key: [options.metric, this.shown.held],
      make: () => tableNode(this.numbers, options.metric, extentOf(layout)),
    };
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
      slice: this.of.held.length > 0 ? this.of.slice(this.choices.slice) : null,
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
      range: (from, to, gesture) => byMouse((p) => reader.range(from, p, gesture))(to),
      pin: byMouse((place) => reader.pin(place)),
      clear: () => reader.clickedOutside(),
      canPan: () => this.choices.window !== null,
      pan: (by, gesture) => this.pan(by, gesture),
    });
  }

  selection({ selection, pins }: Marks): unknown {
    const named = (spots: Marks["selection"]) =>
      spots.map(({ x, y }) => ({ x: this.shown.x.labels[x], y: this.shown.y.labels[y] }));
    const { held } = this.shown;
    return { selected: named(selection), pinned: named(pins), ...(held && { with: held }) };
  }

  dispose(): void {
    this.drawing.dispose();
  }
}

/** What is said of a choice; the picture says the rest. */
function saidOf({ metric, mode, threshold, hatch, limits }: Partial<Choices>): string | undefined {
  if (threshold !== undefined) return threshold === null ? "No threshold." : `At least ${plain(threshold, 2)}.`;
  if (limits !== undefined)
    return limits === "full" ? "Colours up to the largest value." : "Outliers beyond the colours.";
  if (mode !== undefined) return mode === "interaction" ? "Interactions." : "Effects.";
  if (hatch !== undefined) return hatch ? "Hatched." : "Not hatched.";
  return metric === undefined ? undefined : `Metric ${metric}.`;
}

export const heatmapKind: WidgetKind<HeatmapView, Place, Marks> = {
  kind: "heatmap",
  create: (shell, readerActs, view) => new HeatmapPart(shell, readerActs, view),
};

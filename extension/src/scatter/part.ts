/** The scatter: what the shell needs to show one. Keeps the choices of its toolbar, the layout that follows them, and
 *  moves from one to the next. */
import {
  classesOf,
  count,
  describeScatter,
  frameName,
  frameOf,
  type ScatterLayout,
  type ScatterOptions,
  type ScatterView,
  scatterLayout,
  scatterOptions,
  scatterSummary,
  sizesOf,
  spokenLayer,
  spokenSelection,
  summariseSelection,
  valueAt,
} from "patchbay/view";
import { el } from "../dom";
import { modelMark } from "../shell/header";
import { SIDE } from "../shell/size";
import type { Drawn, Part, ReaderActs, ReadoutText, Scene, ShellActs, WidgetKind } from "../shell/types";
import { scatterExports } from "./exports";
import { PointGrid } from "./grid";
import { KEYS } from "./keys";
import { Motion } from "./motion";
import { type Outline, Overlay } from "./overlay";
import { Painter } from "./paint";
import { Player } from "./player";
import { listenToPointer } from "./pointer";
import { ScatterReader } from "./reader";
import { sideContent } from "./side";
import type { Marks, Target } from "./state";
import { STRIP_HEIGHT, type Strip, stripOf } from "./strip";
import { tableNode } from "./table";
import { scatterToolbar, type Tool } from "./toolbar";
import { around, dragged, zoomed } from "./zoom";

type ScatterScene = Scene<ScatterView>;

/** Tallest plot, and how high it is for its width. */
const TALLEST = 560;
const LEAST_HEIGHT = 240;
const ASPECT = 0.74;

class ScatterPart implements Part<ScatterView, Target, Marks> {
  readonly role = "scatter plot";
  readonly fields = ["layer", "sample"] as const;
  readonly keys = KEYS;
  readonly words = {
    side: "Classes, selection and pins",
    folded: "Classes and selection",
    find: { label: "Find a prompt", placeholder: "words of a prompt or a class" },
  };
  readonly reader: ScatterReader;
  readonly toolbar;
  readonly picture;
  readonly overlay;

  /** What the toolbar chose; classes are hidden by the marks. */
  private choices: Partial<ScatterOptions> = {};
  private tool: Tool = "lasso";
  private laidOut = "";
  private goal: ScatterLayout | null = null;
  /** Room and theme of the last drawing: only what is seen in the same place moves. */
  private place = "";
  private how: "moving" | "at-once" = "moving";
  private strip: Strip | null = null;
  private grid: PointGrid | null = null;
  private outline: { path: Outline; points: readonly number[] } | null = null;
  private said: { of: Marks["selection"]; view: ScatterView; key: string; text: ReadoutText } | null = null;
  private readonly motion: Motion;
  private readonly player: Player;
  private readonly painter = new Painter();
  private readonly marks = new Overlay();

  constructor(
    private readonly shell: ShellActs<ScatterView>,
    readerActs: ReaderActs<Marks>,
    private view: ScatterView,
  ) {
    this.picture = this.painter.node;
    this.overlay = this.marks.node;
    this.reader = new ScatterReader(
      {
        ...readerActs,
        marked: (marks) => this.marked(marks, readerActs),
        pointedElsewhere: (speak) => {
          this.keepInSight();
          readerActs.pointedElsewhere(speak);
        },
      },
      { view: () => this.view, options: () => this.options, grid: () => this.points() },
    );
    this.motion = new Motion(() => {
      this.paint();
      shell.remark(false);
    });
    this.player = new Player({
      layers: () => this.sortedLayers().filter((layer) => frameOf(this.view, { ...this.options, layer }) !== null),
      layer: () => this.options.layer,
      show: (layer) => this.change({ layer }),
    });
    this.toolbar = scatterToolbar({
      options: () => this.options,
      tool: () => this.tool,
      change: (options) => this.change(options),
      setTool: (tool) => {
        this.tool = tool;
        shell.redraw();
      },
      playing: () => this.player.playing,
      play: () => this.player.toggle(),
    });
  }

  private get options(): ScatterOptions {
    return scatterOptions(this.view, { ...this.choices, hidden: this.reader.state.marks.hidden });
  }

  /** @param how `at-once`: follows the pointer, which is a motion of its own */
  private change(options: Partial<ScatterOptions>, how: "moving" | "at-once" = "moving"): void {
    this.how = how;
    const layer = this.options.layer;
    this.choices = { ...this.choices, ...options };
    this.shell.redraw();
    this.how = "moving";
    if (this.options.layer !== layer) this.shell.say(spokenLayer(this.view, this.options));
  }

  /** Hidden classes change the picture, and selected points are part of it. */
  private marked(marks: Marks, acts: ReaderActs<Marks>): void {
    this.shell.redraw();
    acts.marked(marks);
  }

  take(view: ScatterView, another: boolean): void {
    this.view = view;
    this.laidOut = "";
    if (!another) return;
    this.choices = {};
    this.player.stop();
  }

  draw(scene: ScatterScene): Drawn {
    const { view, theme, width, room } = scene;
    const { options } = this;
    const beside = width === "wide";
    const plotWidth = beside ? room.width - SIDE : room.width - 2;
    const stripHeight = view.modelLayers > 1 && width !== "tiny" ? STRIP_HEIGHT : 0;
    const height = Math.round(
      Math.min(Math.max(LEAST_HEIGHT, plotWidth * ASPECT), Math.max(LEAST_HEIGHT, room.height - stripHeight), TALLEST),
    );
    const place = JSON.stringify([plotWidth, height, theme]);
    const key = JSON.stringify([place, options]);
    if (key !== this.laidOut || !this.goal) {
      const moving = place === this.place && this.laidOut !== "";
      this.laidOut = key;
      this.place = place;
      this.goal = scatterLayout(view, theme, { width: plotWidth, height }, options);
      this.motion.go(this.goal, moving ? this.how : "at-once", this.shell.root);
    }
    this.strip = stripHeight === 0 ? null : stripOf(view, options, { y: height, width: plotWidth });
    const notice = this.notice(scene);
    if (!notice && !scene.table) this.paint(scene);
    return {
      width: plotWidth,
      height: height + stripHeight,
      sideBeside: beside && !scene.table,
      spoken: scatterSummary(view, options),
      notice,
    };
  }

  private paint(scene = this.shell.scene()): void {
    const layout = this.motion.shown;
    if (!scene || !layout) return;
    const selected = new Uint8Array(this.view.prompts.length);
    for (const { point } of this.reader.state.marks.selection) selected[point] = 1;
    this.painter.paint({
      layout,
      theme: scene.theme,
      classOf: classesOf(this.view),
      selected,
      means: this.options.means,
      strip: this.strip,
    });
  }

  private notice({ view, width }: ScatterScene): Drawn["notice"] {
    if (view.frames.length === 0 && (view.state === "done" || view.state === "stopped")) {
      const text = "No layer was finished, or its prompts do not differ along any axis.";
      return { icon: "table", title: "No points to draw", text, call: view.code };
    }
    if (width !== "tiny") return null;
    const text = `${scatterSummary(view, this.options)} It needs more room.`;
    return { icon: "grid", title: view.title, text, offersTable: true };
  }

  /** Points where they are seen now. */
  private points(): PointGrid | null {
    const layout = this.motion.shown;
    if (layout && this.grid?.points !== layout.points) this.grid = new PointGrid(layout.points);
    return layout ? this.grid : null;
  }

  mark({ view, theme, state }: ScatterScene, focused: boolean): ReadoutText {
    const { reader } = this;
    const layout = this.motion.shown as ScatterLayout;
    const { marks } = reader.state;
    this.marks.update({
      layout,
      theme,
      marks,
      hover: this.outline ? null : reader.fitting(reader.hover),
      cursor: focused ? reader.fitting(reader.state.cursor) : null,
      linked: reader.linked,
      matches: reader.matches,
      outline: this.outline?.path ?? null,
      box: focused ? reader.box : null,
      strip: this.strip,
    });
    if (this.outline) return counted(view, this.outline.points);
    const target = reader.target(focused);
    if (target) return reader.words(target);
    const points = marks.selection.map(({ point }) => point);
    if (points.length > 0 && state === "done") return this.selectionWords(points);
    return describeScatter(view, this.options, state, { selected: points.length, missing: layout.missing });
  }

  /** Kept while neither selection nor frame changes: the pointer leaves points many times a second. */
  private selectionWords(points: readonly number[]): ReadoutText {
    const key = JSON.stringify(this.options);
    const { selection } = this.reader.state.marks;
    if (this.said?.of === selection && this.said.view === this.view && this.said.key === key) return this.said.text;
    const text = this.wordsOf(points);
    this.said = { of: selection, view: this.view, key, text };
    return text;
  }

  private wordsOf(points: readonly number[]): ReadoutText {
    const { own } = summariseSelection(this.view, this.options, points);
    const text = counted(this.view, points);
    const near = own === null ? "" : `nearest mean is of their own class: ${count(own)} of ${count(points.length)}`;
    const rest = text.second.map((segment) => segment.text).concat(near);
    return { ...text, second: [{ text: rest.filter(Boolean).join(" · "), tone: "weak" }] };
  }

  subtitle({ view, theme }: ScatterScene) {
    const { options } = this;
    const [method, rest] = [frameName(options).slice(0, 3), frameName(options).slice(3)];
    const end = view.position === -1 ? "last token" : `position ${view.position}`;
    return [
      el("b", {}, method),
      `${rest}`,
      el("span", { class: "pb-meaning" }, `, ${end}, ${sizesOf(view)}`),
      " · ",
      el("b", { class: "pb-number" }, `n = ${count(view.prompts.length)}`),
      " · ",
      ...modelMark(view.model, theme),
    ];
  }

  side({ view, theme }: ScatterScene): HTMLElement[] {
    const { reader, shell } = this;
    const { marks } = reader.state;
    return sideContent(
      { view, theme, options: this.options, marks, live: shell.kernel() !== null },
      {
        toggleClass: (k) => reader.toggleClass(k),
        onlyClass: (k) => reader.onlyClass(k),
        selectClass: (k) => {
          const classOf = classesOf(view);
          reader.take(
            view.prompts.flatMap((_, i) => (classOf[i] === k ? [i] : [])),
            "replace",
          );
        },
        goTo: (target) => {
          reader.goTo(target);
          reader.keyboard = true;
          shell.focus();
        },
        clear: () => reader.take([], "replace"),
        zoomTo: (points) => this.zoomTo(points),
        insertCode: (code) => shell.insertCode(code),
        copyCode: () => shell.copy(view.code, "Code copied"),
      },
    );
  }

  table({ view }: ScatterScene) {
    return { key: this.options, make: () => tableNode(view, this.options) };
  }

  exports({ view }: ScatterScene) {
    const { pins, selection } = this.reader.state.marks;
    return scatterExports({ view, options: this.options, pins, selected: new Set(selection.map((t) => t.point)) });
  }

  listen(overlay: SVGSVGElement, shell: ShellActs<ScatterView>): () => void {
    const { reader } = this;
    const byMouse = <A extends unknown[]>(act: (...args: A) => void) => {
      return (...args: A) => {
        reader.keyboard = false;
        shell.focus();
        act(...args);
      };
    };
    const target = (point: number): Target => ({ point });
    return listenToPointer(overlay, {
      scene: () => {
        const [layout, grid] = [this.motion.shown, this.points()];
        return layout && grid && { layout, grid, strip: this.strip };
      },
      tool: () => this.tool,
      hover: (point) => reader.pointAt(point === null ? null : target(point)),
      select: byMouse((point, add) => reader.select(target(point), add)),
      pin: byMouse((point) => reader.pin(target(point))),
      clear: () => reader.clickedOutside(),
      outline: (path, points) => {
        this.outline = path && { path, points };
        shell.remark(false);
      },
      take: byMouse((points, taking) => reader.take(points, taking)),
      pan: (dx, dy) => this.pan(dx, dy),
      layer: byMouse((layer) => {
        this.player.stop();
        if (layer !== this.options.layer) this.change({ layer });
      }),
    });
  }

  act(name: string): void {
    if (name === "box") this.reader.toggleBox();
    if (name === "layer-down") this.stepLayer(-1);
    if (name === "layer-up") this.stepLayer(1);
  }

  private sortedLayers(): number[] {
    return [...this.view.layers].sort((a, b) => a - b);
  }

  private stepLayer(by: -1 | 1): boolean {
    const sorted = this.sortedLayers();
    const next = sorted[sorted.indexOf(this.options.layer) + by];
    if (next === undefined) {
      this.shell.say(by < 0 ? "This is the first layer." : "This is the last layer.");
      return false;
    }
    this.change({ layer: next });
    return true;
  }

  // ---- zoom

  zoom(direction: "in" | "out" | "reset", at: { x: number; y: number } | null): boolean {
    const layout = this.goal;
    if (!layout?.ready) return false;
    const { zoom } = this.options;
    if (direction === "reset") {
      if (zoom) this.change({ zoom: null });
      return zoom !== null;
    }
    const { window } = layout;
    const cursor = this.reader.state.cursor?.point;
    const spot =
      at ?? (cursor === undefined ? null : { x: layout.points[2 * cursor], y: layout.points[2 * cursor + 1] });
    const known = spot && Number.isFinite((spot.x ?? Number.NaN) + (spot.y ?? Number.NaN));
    const [x, y] = known
      ? valueAt(layout, spot.x as number, spot.y as number)
      : [(window.x0 + window.x1) / 2, (window.y0 + window.y1) / 2];
    const whole = scatterLayout(this.view, (this.shell.scene() as ScatterScene).theme, layout, {
      ...this.options,
      zoom: null,
      density: "off",
    }).window;
    const next = zoomed(window, whole, [x, y], direction);
    if (next === null || (next === "whole" && zoom === null)) return false;
    this.change({ zoom: next === "whole" ? null : next });
    return true;
  }

  /** A drag with Ctrl moves what is zoomed in on. */
  private pan(dx: number, dy: number): void {
    const { zoom } = this.options;
    if (!zoom || !this.goal) return;
    this.change({ zoom: dragged(zoom, this.goal, dx, dy) }, "at-once");
  }

  /** The keyboard's cursor may leave what is zoomed in on: the picture follows it. */
  private keepInSight(): void {
    const { reader, goal } = this;
    const point = reader.state.cursor?.point;
    if (!this.choices.zoom || !goal || point === undefined || !reader.keyboard) return;
    const [x, y] = [goal.points[2 * point] as number, goal.points[2 * point + 1] as number];
    const { plot } = goal;
    const inside = x >= plot.x && x <= plot.x + plot.width && y >= plot.y && y <= plot.y + plot.height;
    if (inside || !Number.isFinite(x + y)) return;
    this.pan(plot.x + plot.width / 2 - x, plot.y + plot.height / 2 - y);
  }

  private zoomTo(points: readonly number[]): void {
    const zoom = this.goal && around(this.goal, points);
    if (zoom) this.change({ zoom });
  }

  /** By class and number within the spec, so that code can use it; and where it was selected. */
  selection({ selection, pins, hidden }: Marks): unknown {
    const { view, options } = this;
    const classOf = classesOf(view);
    const seen = view.classes.map(() => 0);
    const within = Array.from(classOf, (k) => {
      const n = seen[k] ?? 0;
      seen[k] = n + 1;
      return n;
    });
    const named = (targets: readonly Target[]) =>
      targets.map(({ point }) => ({
        index: point,
        label: view.classes[classOf[point] as number]?.label,
        prompt: within[point],
        text: view.prompts[point],
      }));
    const { site, layer, method } = options;
    return {
      selected: named(selection),
      pinned: named(pins),
      hidden: hidden.map((k) => view.classes[k]?.label),
      site,
      layer,
      method,
    };
  }

  dispose(): void {
    this.player.stop();
    this.motion.stop();
  }
}

/** "20 prompts selected", and of which classes. */
function counted(view: ScatterView, points: readonly number[]): ReadoutText {
  const spoken = spokenSelection(view, points);
  const [head, ...classes] = spoken.slice(0, -1).split(", ");
  return {
    first: [{ text: head ?? "", tone: "strong" }],
    second: classes.length === 0 ? [] : [{ text: classes.join(", "), tone: "weak" }],
    spoken,
  };
}

export const scatterKind: WidgetKind<ScatterView, Target, Marks> = {
  kind: "scatter",
  create: (shell, readerActs, view) => new ScatterPart(shell, readerActs, view),
};

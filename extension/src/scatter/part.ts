/** The scatter: what the shell needs to show one. Puts together the choices that the reader keeps, the picture that
 *  follows them, and what lies over it. */
import {
  classesOf,
  count,
  describeScatter,
  frameName,
  frameOf,
  type ScatterLayout,
  type ScatterOptions,
  type ScatterView,
  scatterOptions,
  scatterSummary,
  sizesOf,
} from "patchbay/view";
import { el } from "../dom";
import { burst, type Gesture } from "../shell/gesture";
import { modelMark } from "../shell/header";
import { SIDE } from "../shell/size";
import type { Drawn, Part, ReaderActs, ReadoutText, Scene, ShellActs, WidgetKind } from "../shell/types";
import type { Choices } from "./choices";
import { scatterExports } from "./exports";
import { KEYS } from "./keys";
import { Magnifier } from "./magnifier";
import { type Outline, Overlay } from "./overlay";
import { Player } from "./player";
import { type How, Plot } from "./plot";
import { listenToPointer } from "./pointer";
import { ScatterReader } from "./reader";
import { sideContent } from "./side";
import type { Marks, Target } from "./state";
import { tableNode } from "./table";
import { scatterToolbar } from "./toolbar";
import { counted, SelectionWords, selectionOf } from "./words";

type ScatterScene = Scene<ScatterView>;

/** Keys that move what is zoomed in on: to the right, and up. */
const PANS: Readonly<Record<string, readonly [number, number]>> = {
  "pan-left": [-1, 0],
  "pan-right": [1, 0],
  "pan-up": [0, 1],
  "pan-down": [0, -1],
};

class ScatterPart implements Part<ScatterView, Target, Marks> {
  readonly role = "scatter plot";
  readonly picturesSelection = true;
  readonly fields = ["layer", "task", "sample"] as const;
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

  private how: How = "moving";
  private outline: { path: Outline; points: readonly number[] } | null = null;
  private readonly plot: Plot;
  private readonly magnifier: Magnifier;
  private readonly player: Player;
  private readonly marks = new Overlay();
  private readonly selectionWords = new SelectionWords();

  constructor(
    private readonly shell: ShellActs<ScatterView>,
    readerActs: ReaderActs<Marks>,
    private view: ScatterView,
  ) {
    this.plot = new Plot(shell.root, () => {
      this.paint();
      shell.remark(false);
    });
    this.picture = this.plot.node;
    this.overlay = this.marks.node;
    this.reader = new ScatterReader(readerActs, {
      view: () => this.view,
      options: () => this.options,
      grid: () => this.plot.points,
      inSight: (point) => this.plot.inSight(point),
      arrived: () => this.magnifier.keepInSight(),
    });
    this.magnifier = new Magnifier({
      view: () => this.view,
      options: () => this.options,
      goal: () => this.plot.goal,
      theme: () => (shell.scene() as ScatterScene).theme,
      cursor: () => this.reader.state.cursor?.point,
      inSight: (point) => this.plot.inSight(point),
      zoom: (zoom, gesture) => this.change({ zoom }, gesture),
      drag: (zoom, gesture) => this.atOnce(() => this.change({ zoom }, gesture)),
      follow: (zoom) => this.atOnce(() => this.reader.follow({ zoom })),
    });
    this.player = new Player({
      layers: () => this.sortedLayers().filter((layer) => frameOf(this.view, { ...this.options, layer }) !== null),
      layer: () => this.options.layer,
      show: (layer, gesture) => this.change({ layer }, gesture),
    });
    this.toolbar = scatterToolbar({
      options: () => this.options,
      tool: () => this.tool,
      change: (choices) => this.change(choices),
      playing: () => this.player.playing,
      play: () => this.player.toggle(),
    });
  }

  private get options(): ScatterOptions {
    const { choices, hidden } = this.reader.state.marks;
    const { tool: _, ...options } = choices;
    return scatterOptions(this.view, { ...options, hidden });
  }

  private get tool() {
    return this.reader.state.marks.choices.tool ?? "lasso";
  }

  private change(choices: Choices, gesture: Gesture | null = null): void {
    this.reader.choose(choices, gesture);
  }

  private atOnce(change: () => void): void {
    this.how = "at-once";
    change();
    this.how = "moving";
  }

  take(view: ScatterView, another: boolean): void {
    this.view = view;
    this.plot.forget();
    if (another) this.player.stop();
  }

  draw(scene: ScatterScene): Drawn {
    const { view, width, room } = scene;
    const beside = width === "wide";
    const { options } = this;
    const size = this.plot.layOut(scene, options, beside ? room.width - SIDE : room.width - 2, this.how);
    const notice = this.notice(scene);
    if (!notice && !scene.table) this.paint(scene);
    return { ...size, sideBeside: beside && !scene.table, spoken: scatterSummary(view, options), notice };
  }

  private paint(scene = this.shell.scene()): void {
    if (scene) this.plot.paint(scene, this.reader.state.marks, this.options.means);
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

  mark({ view, theme, state }: ScatterScene, focused: boolean): ReadoutText {
    const { reader } = this;
    const layout = this.plot.shown as ScatterLayout;
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
      strip: this.plot.strip,
    });
    if (this.outline) return counted(view, this.outline.points);
    const target = reader.target(focused);
    if (target) return reader.words(target);
    const points = marks.selection.map(({ point }) => point);
    if (points.length > 0 && state === "done") return this.selectionWords.of(view, this.options, marks.selection);
    return describeScatter(view, this.options, state, { selected: points.length, missing: layout.missing });
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
        zoomTo: (points) => this.magnifier.zoomTo(points),
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
        const { shown: layout, points: grid, strip } = this.plot;
        return layout && grid && { layout, grid, strip };
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
      canPan: () => this.options.zoom !== null,
      pan: (dx, dy, gesture) => this.magnifier.pan(dx, dy, gesture),
      layer: byMouse((layer, gesture) => {
        this.player.stop();
        if (layer !== this.options.layer) this.change({ layer }, gesture);
      }),
    });
  }

  act(name: string): void {
    if (name === "box") this.reader.toggleBox();
    if (name === "layer-down") this.stepLayer(-1);
    if (name === "layer-up") this.stepLayer(1);
    const way = PANS[name];
    if (way && !this.magnifier.panBy(way, burst("pan"))) this.shell.say("All of it is drawn.");
  }

  scroll(direction: "left" | "right", gesture: Gesture): boolean {
    return this.magnifier.panBy(direction === "left" ? [-1, 0] : [1, 0], gesture);
  }

  private sortedLayers(): number[] {
    return [...this.view.layers].sort((a, b) => a - b);
  }

  private stepLayer(by: -1 | 1): void {
    const sorted = this.sortedLayers();
    const next = sorted[sorted.indexOf(this.options.layer) + by];
    if (next === undefined) {
      this.shell.say(by < 0 ? "This is the first layer." : "This is the last layer.");
      return;
    }
    this.change({ layer: next });
  }

  zoom(direction: "in" | "out" | "reset", at: { x: number; y: number } | null, gesture: Gesture | null): boolean {
    return this.magnifier.step(direction, at, gesture);
  }

  selection(marks: Marks): unknown {
    return selectionOf(this.view, this.options, marks);
  }

  dispose(): void {
    this.player.stop();
    this.plot.dispose();
  }
}

export const scatterKind: WidgetKind<ScatterView, Target, Marks> = {
  kind: "scatter",
  create: (shell, readerActs, view) => new ScatterPart(shell, readerActs, view),
};

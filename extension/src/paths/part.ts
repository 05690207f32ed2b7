/** The path graph: what the shell needs to show one. Its choices are marks, so that they are undone and saved; the graph
 *  and its lattice follow them (graphs.ts), the layout follows those, and the kernel is asked for what lies behind. */
import {
  describePaths,
  hopsOf,
  type PathEdge,
  type PathsLayout,
  type PathsOptions,
  type PathsView,
  pathsLayout,
  pathsQuestion,
  pathsSummary,
  spellPath,
  tokenLabel,
  wholeWindow,
} from "patchbay/view";
import { el, isolated } from "../dom";
import { modelMark } from "../shell/header";
import { SIDE } from "../shell/size";
import type { Drawn, Part, ReaderActs, ReadoutText, Scene, ShellActs, WidgetKind } from "../shell/types";
import { Changes } from "./changes";
import { Cuts } from "./cuts";
import { Drill } from "./drill";
import { pathsExports } from "./exports";
import { Graphs, type Shown } from "./graphs";
import { KEYS } from "./keys";
import { Listing } from "./listing";
import { Overlay } from "./overlay";
import { Picture } from "./paint";
import { listenToPointer } from "./pointer";
import { PathsReader } from "./reader";
import { Side } from "./side";
import type { Marks, Target } from "./state";
import { tableNode } from "./table";
import { pathsToolbar } from "./toolbar";
import { Near, windowWords } from "./window";

type PathsScene = Scene<PathsView>;

class PathsPart implements Part<PathsView, Target, Marks> {
  readonly role = "path graph";
  readonly fields = ["layer", "head", "position", "token"] as const;
  readonly keys = KEYS;
  readonly words = {
    side: "Selected edges, paths and pins",
    folded: "Edges, paths, pins and code",
    find: { label: "Find a token", placeholder: "token or position" },
  };
  readonly reader: PathsReader;
  readonly toolbar;
  readonly picture;
  readonly overlay;

  private layout: PathsLayout | null = null;
  private laidOut: { of: PathsView; key: string; fits: string } | null = null;
  private readonly near = new Near();
  private readonly list = new Listing();
  private settled: PathsView | null = null;
  private readonly graphs: Graphs;
  private readonly changes: Changes;
  private readonly drill: Drill;
  private readonly cuts: Cuts;
  private readonly painter = new Picture();
  private readonly marks = new Overlay();
  private readonly panel: Side;

  constructor(
    private readonly shell: ShellActs<PathsView>,
    readerActs: ReaderActs<Marks>,
    view: PathsView,
  ) {
    this.picture = this.painter.node;
    this.overlay = this.marks.node;
    this.graphs = new Graphs(view);
    this.reader = new PathsReader(
      {
        ...readerActs,
        marked: (marks) => {
          readerActs.marked(marks);
          // Undo may bring back a filter, a group or another sample.
          if (this.laidOut && this.laidOut.key !== this.layoutKey()) shell.redraw();
        },
      },
      {
        view: () => this.now.view,
        graph: () => this.now.graph,
        stored: () => this.now.stored,
        paths: () => this.list.paths(this.now),
      },
    );
    this.changes = new Changes(this.reader, this.graphs, shell, {
      changed: () => shell.redraw(),
      startName: (column) => this.panel.tokens.name(this.now.view, column),
    });
    this.drill = new Drill({ call: () => shell.kernel(), changed: () => shell.redrawSide() });
    this.cuts = new Cuts(shell, this.drill, {
      shown: () => this.now,
      place: () => this.changes.place,
      path: () => this.reader.state.marks.path,
      selected: () => this.selected(),
    });
    this.toolbar = pathsToolbar({
      marks: () => this.reader.state.marks,
      stored: () => this.now.stored,
      drawn: () => this.now.view,
      place: () => this.changes.place,
      layout: () => this.layout,
      change: (options: Partial<PathsOptions>) => this.reader.change(options),
      go: (place) => this.changes.go(place),
      band: (layers) => this.changes.band(layers),
      tokens: () => this.changes.items(),
    });
    this.panel = new Side({
      copyCode: () => shell.copy(this.now.stored.code, "Code copied"),
      goTo: (target) => {
        this.reader.goTo(target);
        shell.focus();
      },
      cut: () => this.cuts.run(),
      changed: () => shell.redrawSide(),
      move: (column, row) => {
        this.reader.keyboard = false;
        if (this.near.centre(wholeWindow(this.now.view), column, row)) shell.redraw();
      },
      paths: {
        show: (path) => this.reader.showPath(path),
        step: (by) => this.reader.stepPath(by),
        order: (by) => {
          this.list.order = by;
          shell.redrawSide();
        },
        copy: (text) => shell.copy(text, "Path copied"),
      },
      tokens: {
        group: () => this.changes.group(),
        ungroup: (column) => this.changes.ungroup(column),
        instruction: () => this.changes.instruction(),
        rename: (column, name) => this.changes.rename(column, name),
        changed: () => shell.redrawSide(),
        focus: () => shell.focus(),
      },
    });
  }

  private get now(): Shown {
    return this.graphs.show(this.reader.state.marks);
  }

  take(view: PathsView, another: boolean): void {
    this.graphs.take(view, another);
    this.laidOut = null;
    if (another) this.near.reset();
    this.panel.tokens.forget();
  }

  /** All that a layout depends on but the room. */
  private layoutKey(): string {
    const { place, share, source, rank, groups, names, band } = this.reader.state.marks;
    return JSON.stringify([place, share, source, rank, groups, names, band]);
  }

  draw(scene: PathsScene): Drawn {
    const { theme, width, room } = scene;
    const { view, stored } = this.now;
    this.changes.fetchSaved();
    const beside = width === "wide";
    const size = { width: beside ? room.width - SIDE : room.width - 2, height: room.height };
    if (this.settled !== view) {
      const { tokens = [], layers = 0 } = this.settled ?? {};
      if (tokens.length !== view.tokens.length || layers !== view.layers) this.near.reset();
      this.settled = view;
      this.reader.settle();
    }
    const key = this.layoutKey();
    const { share } = this.reader.state.marks;
    const fits = JSON.stringify([size, this.near.window]);
    if (this.laidOut?.of !== view || this.laidOut.key !== key || this.laidOut.fits !== fits || !this.layout) {
      this.laidOut = { of: view, key, fits };
      this.layout = pathsLayout(view, size, { share, window: this.near.window });
    }
    const { layout } = this;
    this.drill.restart(JSON.stringify([view.id, this.changes.place, stored.kept]));
    const notice = this.notice(scene, stored);
    if (!notice && !scene.table) this.painter.show(layout, theme);
    return { width: layout.width, height: layout.height, sideBeside: beside, spoken: pathsSummary(stored), notice };
  }
  private notice({ state, width, view }: PathsScene, stored: PathsView): Drawn["notice"] {
    if (state === "done" && stored.kept === 0) {
      const text = `No path ranks the answer within ${stored.maxRank}. Give a larger maxRank or topK.`;
      return { icon: "table", title: "No path was kept", text, call: view.code };
    }
    if (width !== "tiny") return null;
    return { icon: "grid", title: view.title, text: `${pathsSummary(stored)} It needs more room.`, offersTable: true };
  }

  mark({ theme, state }: PathsScene, focused: boolean): ReadoutText {
    const { reader } = this;
    const { view, graph } = this.now;
    if (focused && reader.keyboard && reader.cursor && this.near.hold(wholeWindow(view), reader.cursor))
      this.shell.redraw();
    const layout = this.layout as PathsLayout;
    const faded = this.marks.update({
      layout,
      graph,
      theme,
      marks: reader.state.marks,
      path: this.list.edges(this.now, reader.state.marks.path),
      maxRank: view.maxRank,
      hover: reader.hover,
      cursor: focused ? reader.cursor : null,
      linked: reader.linked,
      matches: reader.matches,
    });
    this.picture.parentElement?.classList.toggle("pb-faded", faded);
    // A large graph scrolls inside the stage; the cursor stays in sight.
    if (focused && reader.keyboard)
      this.overlay.querySelector(".pb-frame-cursor")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const target = reader.target(focused);
    const { share, source, rank } = reader.state.marks;
    return (target && reader.words(target)) ?? describePaths(view, layout, { share, source, rank }, state);
  }

  subtitle({ theme }: PathsScene) {
    const { stored } = this.now;
    const { sample, answer, model } = stored;
    return [
      el("b", {}, "Kept paths"),
      el("span", { class: "pb-meaning" }, `: ${pathsQuestion(stored)}`),
      ` · sample ${sample.index + 1} of ${sample.of}`,
      ...(sample.label === "" ? [] : [", ", isolated(sample.label)]),
      " → “",
      isolated(tokenLabel(answer)),
      "” · ",
      ...modelMark(model, theme),
    ];
  }

  side({ theme }: PathsScene, width: number): HTMLElement[] {
    const { view, graph, stored } = this.now;
    const { marks } = this.reader.state;
    const selected = this.selected();
    const [edge] = selected;
    const hops = edge ? hopsOf(stored, view, edge) : [];
    const only = selected.length === 1 && hops.length === 1 ? hops[0] : undefined;
    return this.panel.content({
      view,
      graph,
      layout: this.layout as PathsLayout,
      theme,
      marks,
      selected,
      hops,
      detail: only ? this.drill.look(view.id, only, this.changes.place) : null,
      cut: this.cuts.plan(),
      path: {
        stored,
        paths: this.list.paths(this.now),
        order: this.list.order,
        chosen: marks.path === null ? null : spellPath(stored, marks.path),
      },
      overview: { whole: wholeWindow(view), window: this.near.window },
      width,
    });
  }

  private selected(): PathEdge[] {
    const { graph } = this.now;
    return this.reader.state.marks.selection.flatMap(({ layer, from, to }) => graph.edge(layer, from, to) ?? []);
  }

  table() {
    const { view } = this.now;
    return { key: [this.layoutKey(), view.kept], make: () => tableNode(view, this.now.graph.edges) };
  }

  exports() {
    const { view, stored } = this.now;
    const { pins, share, source, rank } = this.reader.state.marks;
    const { place } = this.changes;
    const options = { share, source, rank };
    return pathsExports({
      view,
      stored,
      options,
      window: this.near.window,
      place,
      paths: this.list.paths(this.now),
      pins,
    });
  }

  listen(overlay: SVGSVGElement, shell: ShellActs<PathsView>): () => void {
    const { reader } = this;
    const byMouse = (act: () => void) => {
      reader.keyboard = false;
      shell.focus();
      act();
    };
    return listenToPointer(overlay, {
      scene: () => this.layout && { layout: this.layout, graph: this.now.graph },
      hover: (target) => reader.pointAt(target),
      select: (target, add) => byMouse(() => reader.select(target, add)),
      pin: (target) => byMouse(() => reader.pin(target)),
      clear: () => reader.clickedOutside(),
      choose: (span, extend) => byMouse(() => reader.chooseUpTo(span, extend)),
      pan: (columns, rows, first) => {
        // The cursor of the keys would hold the window where it is.
        reader.keyboard = false;
        if (!this.near.drag(wholeWindow(this.now.view), columns, rows, first)) return false;
        shell.redraw();
        return true;
      },
    });
  }

  act(name: string): void {
    const { changes, reader } = this;
    const acts: Record<string, () => void> = {
      verify: () => this.cuts.run(),
      add: () => reader.addAtCursor(),
      "path-before": () => reader.stepPath(-1),
      "path-after": () => reader.stepPath(1),
      group: () => changes.group(),
      name: () => changes.startName(),
      open: () => changes.open(),
      band: () => changes.nextBand(),
      trace: () => changes.nextTrace(),
      "sample-before": () => changes.stepSample(-1),
      "sample-after": () => changes.stepSample(1),
    };
    acts[name]?.();
  }

  /** One step in or out around the pointer, or the cursor. */
  zoom(direction: "in" | "out" | "reset", at: { x: number; y: number } | null): boolean {
    const { layout, reader } = this;
    const { view } = this.now;
    const whole = wholeWindow(view);
    if (at) reader.keyboard = false;
    const middle = { boundary: Math.ceil(view.layers / 2), position: Math.floor(view.tokens.length / 2) };
    const spot =
      at && layout
        ? {
            position: Math.round((at.x - layout.origin.x) / layout.column),
            boundary: Math.round((layout.origin.y - at.y) / layout.row),
          }
        : (reader.cursor ?? middle);
    if (!this.near.step(whole, direction, spot)) return false;
    this.shell.redraw();
    this.shell.say(this.near.window ? windowWords(view, this.near.window) : "All of it.");
    return true;
  }

  selection({ selection, pins, path, place }: Marks): unknown {
    return { selected: selection, pinned: pins, path, ...(place && { place }) };
  }
}

export const pathsKind: WidgetKind<PathsView, Target, Marks> = {
  kind: "paths",
  create: (shell, readerActs, view) => new PathsPart(shell, readerActs, view),
};

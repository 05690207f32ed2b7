/** The path graph: what the shell needs to show one. Its choices are marks, so that they are undone and saved; the graph
 *  and its lattice follow them (graphs.ts), the layout follows those (drawing.ts), and the kernel is asked for what lies
 *  behind (drill.ts, cuts.ts). */
import {
  columnLabel,
  describePaths,
  hopsOf,
  type PathEdge,
  type PathsLayout,
  type PathsPlace,
  type PathsView,
  pathsSummary,
  spellPath,
  wholeWindow,
} from "patchbay/view";
import type { Pointing } from "../link";
import type { Gesture } from "../shell/gesture";
import { SIDE, SIDE_PADDING } from "../shell/size";
import type { Drawn, Part, ReaderActs, ReadoutText, Scene, ShellActs, WidgetKind, WidthClass } from "../shell/types";
import { Changes } from "./changes";
import { Cuts } from "./cuts";
import { Drawing } from "./drawing";
import { Drill } from "./drill";
import { pathsExports } from "./exports";
import { Graphs, type Shown } from "./graphs";
import { noticeOf, subtitleOf } from "./heading";
import { KEYS } from "./keys";
import { sampleAt } from "./links";
import { Listing } from "./listing";
import { Moving } from "./moving";
import { Overlay, rowInPlay } from "./overlay";
import { panelOf } from "./panel";
import { listenToPointer } from "./pointer";
import { Preview } from "./preview";
import { PathsReader } from "./reader";
import type { Side } from "./side";
import { lookOf, type Marks, moved, type Target } from "./state";
import { tableNode } from "./table";
import { pathsToolbar } from "./toolbar";

type PathsScene = Scene<PathsView>;

/** Most width of the side panel beside the stage. */
const MOST_SIDE = 345;
/** What header, controls and read-out take of the window's height: they are to be in sight together with the picture,
 *  which scrolls inside its stage where it cannot be that low. */
const AROUND: Readonly<Record<WidthClass, number>> = { wide: 80, middle: 130, narrow: 180, tiny: 180 };
const LEAST_HEIGHT = 400;
/** Of the stage, above and below. */
const STAGE_PADDING = 20;

class PathsPart implements Part<PathsView, Target, Marks> {
  readonly role = "path graph";
  readonly fields = ["layer", "head", "position", "token", "sample"] as const;
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

  private readonly drawing = new Drawing();
  private readonly list = new Listing();
  private readonly graphs: Graphs;
  private readonly changes: Changes;
  private readonly preview: Preview;
  private readonly moving: Moving;
  private readonly drill: Drill;
  private readonly cuts: Cuts;
  private readonly lit = new Overlay();
  private readonly panel: Side;
  private settled: PathsView | null = null;
  /** Of the side panel beside the stage: it takes some of the room that a small graph leaves. */
  private panelWidth = SIDE;
  /** A graph that is wider than its stage begins at the answer, where all paths come together. */
  private begun = false;

  constructor(
    private readonly shell: ShellActs<PathsView>,
    readerActs: ReaderActs<Marks>,
    view: PathsView,
  ) {
    this.picture = this.drawing.picture.node;
    this.overlay = this.lit.node;
    this.graphs = new Graphs(view);
    this.reader = new PathsReader(readerActs, {
      view: () => this.now.view,
      graph: () => this.now.graph,
      stored: () => this.now.stored,
      paths: () => this.paths,
      at: (place) => this.graphs.at(place),
      sample: (at, how) => (how === "pointed" ? this.preview.point(at) : this.goToSample(at)),
    });
    this.changes = new Changes(this.reader, this.graphs, shell, {
      changed: () => shell.redraw(),
      startName: (column) => this.panel.tokens.name(this.now.view, column),
    });
    this.preview = new Preview({
      place: () => this.changes.place,
      choices: () => this.now.stored.choices,
      holds: (place) => (this.graphs.at(place)?.kept ?? 0) > 0,
      changed: () => shell.redraw(),
    });
    this.moving = new Moving(this.reader, {
      view: () => this.now.view,
      layout: () => this.drawing.layout,
      window: () => this.drawing.window(this.now.view, this.marks),
    });
    this.drill = new Drill({ call: () => shell.kernel(), changed: () => shell.redrawSide() });
    this.cuts = new Cuts(shell, this.drill, {
      shown: () => this.now,
      place: () => this.place,
      path: () => this.marks.path,
      selected: () => this.selected(),
    });
    const { reader, changes, cuts, moving } = this;
    this.toolbar = pathsToolbar({
      marks: () => this.marks,
      stored: () => this.now.stored,
      drawn: () => this.now.view,
      place: () => this.place,
      layout: () => this.drawing.layout,
      change: (options) => reader.change(options),
      through: (layer) => changes.through(layer),
      go: (place) => changes.go(place),
      band: (layers) => changes.band(layers),
      tokens: () => changes.items(),
      nearer: () => this.drawing.window(this.now.view, this.marks) !== null,
      zoom: (direction) => moving.zoom(direction, null, null),
    });
    this.panel = panelOf(shell, { reader, changes, cuts, moving, stored: () => this.now.stored });
  }

  /** The reader's marks; while another sample is previewed, what of them fits it. */
  private get marks(): Marks {
    const { marks } = this.reader.state;
    const { place } = this.preview;
    const [own, other] = [this.graphs.at(marks.place), place && this.graphs.at(place)];
    if (!place || !other) return marks;
    return moved(marks, place, JSON.stringify(own?.tokens) === JSON.stringify(other.tokens));
  }
  private get place(): PathsPlace {
    return this.preview.place ?? this.changes.place;
  }
  private get now(): Shown {
    return this.graphs.show(this.marks);
  }
  private get paths(): readonly number[] {
    return this.list.paths(this.now, this.marks.order);
  }

  /** A sample that has been selected in another view. */
  private goToSample(at: Pointing): void {
    const sample = sampleAt(at, this.now.stored.choices);
    this.preview.end();
    if (sample !== null) this.changes.goIfTraced({ ...this.changes.place, sample });
    this.shell.redraw();
  }

  take(view: PathsView, another: boolean): void {
    this.graphs.take(view, another);
    if (another) this.preview.end();
    this.panel.tokens.forget();
  }

  draw(scene: PathsScene): Drawn {
    const { theme, width, room } = scene;
    const { view, stored } = this.now;
    this.changes.fetchSaved();
    const beside = width === "wide";
    if (this.settled !== view) {
      this.settled = view;
      if (!this.preview.place) this.reader.settle();
    }
    const height = Math.max(LEAST_HEIGHT, room.height - AROUND[width]);
    const size = { width: beside ? room.width - SIDE : room.width - 2, height };
    const layout = this.drawing.lay(view, this.marks, size);
    this.panelWidth = beside ? Math.max(SIDE, Math.min(MOST_SIDE, room.width - layout.width - 1)) : SIDE;
    const { style } = this.shell.root;
    style.setProperty("--pb-side-width", `${this.panelWidth}px`);
    style.setProperty("--pb-stage-height", `${height + STAGE_PADDING}px`);
    this.drill.restart(JSON.stringify([view.id, this.place, stored.kept]));
    // Only then its pieces lie over what scrolls below them; otherwise a click on them is one on nothing.
    const scrolls = layout.width > size.width || layout.height > size.height;
    this.picture.classList.toggle("pb-scrolls", scrolls);
    const notice = noticeOf(scene, stored);
    if (!notice && !scene.table) this.drawing.paint(theme);
    return { width: layout.width, height: layout.height, sideBeside: beside, spoken: pathsSummary(stored), notice };
  }
  mark({ theme, state, room }: PathsScene, focused: boolean): ReadoutText {
    const { reader } = this;
    if (focused && reader.keyboard) this.moving.follow();
    const { marks } = this;
    const { view, graph } = this.now;
    const layout = this.drawing.layout as PathsLayout;
    if (!this.begun && layout.width > room.width) {
      this.begun = true;
      this.overlay.closest(".pb-stage")?.scrollTo({ left: layout.width });
    }
    const scene = {
      layout,
      graph,
      theme,
      marks,
      path: this.list.edges(this.now, marks.path),
      maxRank: view.maxRank,
      nameOf: (column: number) => columnLabel(view, column),
      hover: reader.hover,
      cursor: focused ? reader.cursor : null,
      linked: reader.linked,
      matches: reader.matches,
    };
    const faded = this.lit.update(scene);
    this.drawing.nameRow(view, rowInPlay(scene));
    this.picture.parentElement?.classList.toggle("pb-faded", faded);
    // A large graph scrolls inside the stage; the cursor stays in sight.
    if (focused && reader.keyboard)
      this.overlay.querySelector(".pb-frame-cursor")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const target = reader.target(focused);
    return (target && reader.words(target)) ?? describePaths(view, layout, marks, state);
  }

  subtitle({ theme }: PathsScene) {
    return subtitleOf(this.now.stored, theme, this.preview.place !== null ? "preview" : "shown");
  }

  side({ theme, width: room }: PathsScene, most: number): HTMLElement[] {
    const width = room === "wide" ? Math.min(most, this.panelWidth - SIDE_PADDING) : most;
    const { marks } = this;
    const { view, graph, stored } = this.now;
    const selected = this.selected();
    const [edge] = selected;
    const hops = edge ? hopsOf(stored, view, edge) : [];
    const only = selected.length === 1 && hops.length === 1 ? hops[0] : undefined;
    return this.panel.content({
      view,
      graph,
      layout: this.drawing.layout as PathsLayout,
      theme,
      marks,
      selected,
      hops,
      detail: only ? this.drill.look(view.id, only, this.place) : null,
      cut: this.cuts.plan(),
      path: {
        stored,
        paths: this.paths,
        order: marks.order,
        chosen: marks.path === null ? null : spellPath(stored, marks.path),
        missing: this.changes.missing,
      },
      overview: { whole: wholeWindow(view), window: this.drawing.window(view, marks) },
      width,
    });
  }

  private selected(): PathEdge[] {
    const { graph } = this.now;
    return this.marks.selection.flatMap(({ layer, from, to }) => graph.edge(layer, from, to) ?? []);
  }

  table() {
    const { view, graph } = this.now;
    const { place, source, rank, through, groups, names, band } = this.marks;
    return {
      key: [place, source, rank, through, groups, names, band, view.kept],
      make: () => tableNode(view, graph.edges),
    };
  }

  exports() {
    const { view, stored } = this.now;
    const { place } = this;
    const look = { ...lookOf(this.marks), window: this.drawing.window(view, this.marks) };
    return pathsExports({ view, stored, look, place, whole: this.graphs.isWhole(place), paths: this.paths });
  }

  listen(overlay: SVGSVGElement, shell: ShellActs<PathsView>): () => void {
    const { reader } = this;
    const byMouse = (act: () => void) => {
      reader.keyboard = false;
      shell.focus();
      act();
    };
    return listenToPointer(overlay, {
      scene: () => this.drawing.layout && { layout: this.drawing.layout, graph: this.now.graph },
      hover: (target) => reader.pointAt(target),
      select: (target, add) => byMouse(() => reader.select(target, add)),
      pin: (target) => byMouse(() => reader.pin(target)),
      clear: () => reader.clickedOutside(),
      choose: (span, extend) => byMouse(() => reader.chooseUpTo(span, extend)),
      pan: (columns, rows, first) => this.moving.pan(columns, rows, first),
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

  zoom(direction: "in" | "out" | "reset", at: { x: number; y: number } | null, gesture: Gesture | null): boolean {
    return this.moving.zoom(direction, at, gesture);
  }

  selection({ selection, pins, path, place }: Marks): unknown {
    return { selected: selection, pinned: pins, path, ...(place && { place }) };
  }

  dispose(): void {
    this.preview.stop();
  }
}

export const pathsKind: WidgetKind<PathsView, Target, Marks> = {
  kind: "paths",
  create: (shell, readerActs, view) => new PathsPart(shell, readerActs, view),
};

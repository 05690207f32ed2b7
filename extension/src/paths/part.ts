/** The path graph: what the shell needs to show one. Keeps the choices of its toolbar and the layout that follows them,
 *  and asks the kernel for what lies behind a hop. */
import {
  describePaths,
  PATHS_DEFAULTS,
  type PathEdge,
  PathGraph,
  type PathsLayout,
  type PathsOptions,
  type PathsView,
  pathsLayout,
  pathsQuestion,
  pathsSummary,
  plain,
  spokenNumber,
  tokenLabel,
} from "patchbay/view";
import { el, isolated } from "../dom";
import { modelMark } from "../shell/header";
import { SIDE } from "../shell/size";
import type { Drawn, Part, ReaderActs, ReadoutText, Scene, ShellActs, WidgetKind } from "../shell/types";
import { Drill } from "./drill";
import { pathsExports } from "./exports";
import { KEYS } from "./keys";
import { Overlay } from "./overlay";
import { Picture } from "./paint";
import { listenToPointer } from "./pointer";
import { PathsReader } from "./reader";
import { Side } from "./side";
import type { Marks, Target } from "./state";
import { tableNode } from "./table";
import { pathsToolbar } from "./toolbar";

type PathsScene = Scene<PathsView>;

class PathsPart implements Part<PathsView, Target, Marks> {
  readonly role = "path graph";
  readonly fields = ["layer", "head", "position", "token"] as const;
  readonly keys = KEYS;
  readonly words = {
    side: "Selected edge and pins",
    folded: "Edge, pins and code",
    find: { label: "Find a token", placeholder: "token or position" },
  };
  readonly reader: PathsReader;
  readonly toolbar;
  readonly picture;
  readonly overlay;

  private options: PathsOptions = PATHS_DEFAULTS;
  private layout: PathsLayout | null = null;
  private laidOut = "";
  private graph = new PathGraph([]);
  private readonly drill: Drill;
  private readonly painter = new Picture();
  private readonly marks = new Overlay();
  private readonly panel: Side;

  constructor(
    private readonly shell: ShellActs<PathsView>,
    readerActs: ReaderActs<Marks>,
    private view: PathsView,
  ) {
    this.picture = this.painter.node;
    this.overlay = this.marks.node;
    this.reader = new PathsReader(readerActs, { view: () => this.view, graph: () => this.graph });
    this.drill = new Drill({ call: () => shell.kernel(), changed: () => shell.redrawSide() });
    this.toolbar = pathsToolbar({
      options: () => this.options,
      layout: () => this.layout,
      change: (options) => {
        this.options = { ...this.options, ...options };
        shell.redraw();
      },
    });
    this.panel = new Side({
      copyCode: () => shell.copy(this.view.code, "Code copied"),
      goTo: (target) => {
        this.reader.goTo(target);
        shell.focus();
      },
      cut: () => this.verify(),
      changed: () => shell.redrawSide(),
    });
  }

  take(view: PathsView, another: boolean): void {
    this.view = view;
    this.laidOut = "";
    if (another) this.options = PATHS_DEFAULTS;
  }

  draw(scene: PathsScene): Drawn {
    const { view, theme, width } = scene;
    const beside = width === "wide";
    const { room } = scene;
    const size = { width: beside ? room.width - SIDE : room.width - 2, height: room.height };
    const key = JSON.stringify([size, this.options]);
    if (key !== this.laidOut || !this.layout) {
      this.laidOut = key;
      this.layout = pathsLayout(view, size, this.options);
      this.graph = new PathGraph(this.layout.curves.map((curve) => curve.edge));
    }
    const { layout } = this;
    this.drill.restart(JSON.stringify([view.id, view.sample, view.kept]));
    const notice = this.notice(scene);
    if (!notice && !scene.table) this.painter.show(layout, theme);
    return {
      width: layout.width,
      height: layout.height,
      sideBeside: beside,
      spoken: pathsSummary(view),
      notice,
    };
  }

  private notice({ view, width }: PathsScene): Drawn["notice"] {
    if (view.state === "done" && view.kept === 0) {
      const text = `No path ranks the answer within ${view.maxRank}. Give a larger maxRank or topK.`;
      return { icon: "table", title: "No path was kept", text, call: view.code };
    }
    if (width !== "tiny") return null;
    return {
      icon: "grid",
      title: view.title,
      text: `${pathsSummary(view)} It needs more room.`,
      offersTable: true,
    };
  }

  mark({ view, theme, state }: PathsScene, focused: boolean): ReadoutText {
    const { reader, graph } = this;
    const layout = this.layout as PathsLayout;
    const faded = this.marks.update({
      layout,
      graph,
      theme,
      marks: reader.state.marks,
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
    return (target && reader.words(target)) ?? describePaths(view, layout, this.options, state);
  }

  subtitle({ view, theme }: PathsScene) {
    const { sample, answer, model } = view;
    return [
      el("b", {}, "Kept paths"),
      el("span", { class: "pb-meaning" }, `: ${pathsQuestion(view)}`),
      ` · sample ${sample.index + 1} of ${sample.of}`,
      ...(sample.label === "" ? [] : [", ", isolated(sample.label)]),
      " → “",
      isolated(tokenLabel(answer)),
      "” · ",
      ...modelMark(model, theme),
    ];
  }

  side({ view, theme }: PathsScene, width: number): HTMLElement[] {
    const { graph, drill } = this;
    const edge = this.selected();
    return this.panel.content({
      view,
      graph,
      layout: this.layout as PathsLayout,
      theme,
      marks: this.reader.state.marks,
      known: edge && drill.look(view.id, edge),
      canCut: edge !== null && drill.canCut(edge),
      width,
    });
  }

  private selected(): PathEdge | null {
    const [hop] = this.reader.state.marks.selection;
    return hop ? this.graph.edge(hop.layer, hop.from, hop.to) : null;
  }

  table({ view }: PathsScene) {
    return { key: [this.options, view.kept], make: () => tableNode(view, this.graph.edges) };
  }

  exports({ view }: PathsScene) {
    const { pins } = this.reader.state.marks;
    return pathsExports({ view, options: this.options, edges: this.graph.edges, pins });
  }

  listen(overlay: SVGSVGElement, shell: ShellActs<PathsView>): () => void {
    const { reader } = this;
    const byMouse = (act: (target: Target) => void) => (target: Target) => {
      reader.keyboard = false;
      shell.focus();
      act(target);
    };
    return listenToPointer(overlay, {
      scene: () => this.layout && { layout: this.layout, graph: this.graph },
      hover: (target) => reader.pointAt(target),
      select: byMouse((target) => reader.select(target)),
      pin: byMouse((target) => reader.pin(target)),
      clear: () => reader.clickedOutside(),
    });
  }

  act(name: string): void {
    if (name === "verify") this.verify();
  }

  /** Cuts the selected hop in a real run; says why where that cannot be done. */
  private verify(): void {
    const { shell, drill } = this;
    const edge = this.selected();
    if (!edge || !drill.canCut(edge)) {
      shell.say(edge ? "This edge cannot be cut here." : "Select an edge first.");
      return;
    }
    shell.say("Cutting and running.");
    drill.cut(this.view.id, edge).then(
      ({ logit, rank }) =>
        shell.say(
          `Answer rank ${rank.before} to ${rank.after}, predicted logit change ` +
            `${spokenNumber(logit.predicted - logit.before, 2, true)}, measured ${spokenNumber(logit.after - logit.before, 2, true)}, ` +
            `from ${plain(logit.before, 2)}.`,
        ),
      (error: Error) => shell.tell(`Not cut: ${error.message}`),
    );
  }

  selection({ selection, pins }: Marks): unknown {
    return { selected: selection, pinned: pins };
  }
}

export const pathsKind: WidgetKind<PathsView, Target, Marks> = {
  kind: "paths",
  create: (shell, readerActs, view) => new PathsPart(shell, readerActs, view),
};

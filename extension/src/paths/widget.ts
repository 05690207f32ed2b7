/** The path-graph widget: puts header, controls, picture, overlay, side panel, read-out and footer together and takes new
 *  numbers in place. Owns everything it makes and gives it up in `dispose`. */
import {
  describePaths,
  PATHS_DEFAULTS,
  PathGraph,
  type PathsLayout,
  type PathsOptions,
  type PathsView,
  pathsLayout,
  pathsSummary,
  plain,
  spokenNumber,
} from "patchbay/view";
import { button, el } from "../dom";
import { widthClass } from "../heatmap/scene";
import type { Host } from "../host";
import { Link, type Linked, type Pointing } from "../link";
import { closeMenus, showMenu } from "../menu";
import { copyText } from "../save-file";
import { Finder } from "../shell/finder";
import { Footer } from "../shell/footer";
import { helpNode } from "../shell/help";
import { type Notice, noticeNode } from "../shell/notices";
import { Readout } from "../shell/readout";
import { onThemeChange, themeAt } from "../theme";
import type { Tie } from "../tie";
import { Toast } from "../toast";
import { Drill } from "./drill";
import { exportItems } from "./exports";
import { Header } from "./header";
import { KEY_HELP, type KeyAction, keyAction } from "./keys";
import { Overlay } from "./overlay";
import { Stage } from "./paint";
import { listenToPointer } from "./pointer";
import { Reader } from "./reader";
import { Side } from "./side";
import type { Marks, Target } from "./state";
import { tableNode } from "./table";
import { Toolbar } from "./toolbar";

/** Least width of the side panel, its rule included. */
const SIDE = 246;
const SIDE_PADDING = 24;
/** Tallest picture, as a share of the window, and never under 360 px. */
const TALL = 0.85;

/** Marks kept with the notebook. */
export interface Saved {
  load(): unknown;
  save(marks: Marks): void;
  /** Writes at once what was saved last. */
  flush(): void;
}

export class PathsWidget implements Linked {
  private options: PathsOptions = PATHS_DEFAULTS;
  private layout: PathsLayout | null = null;
  private laidOut = "";
  private graph: PathGraph;
  private theme;
  private linking = true;
  private tableOpen = false;
  private frame = 0;
  private shownInstead: string | null = null;
  private help: HTMLElement | null = null;

  private readonly reader: Reader;
  private readonly drill: Drill;
  private readonly link: Link;
  private readonly header = new Header();
  private readonly toolbar: Toolbar;
  private readonly picture = new Stage();
  private readonly overlay = new Overlay();
  private readonly canvas = el("div", { class: "pb-canvas" }, this.picture.node, this.overlay.node);
  private readonly stage = el("div", {
    class: "pb-stage",
    tabindex: 0,
    role: "application",
    "aria-roledescription": "path graph",
  });
  private readonly main = el("div", { class: "pb-main" }, this.stage);
  private readonly side = new Side({
    copyCode: () => this.copy(this.view.code, "Code copied"),
    goTo: (target) => {
      this.reader.goTo(target);
      this.focus();
    },
    cut: () => this.verify(),
  });
  private readonly readout = new Readout({ link: (anchor) => this.linkMenu(anchor), help: () => this.toggleHelp() });
  private readonly footer = new Footer();
  private readonly toast = new Toast();
  private readonly finder: Finder;
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly root: HTMLElement,
    private view: PathsView,
    private readonly host: Host,
    private readonly tie: Tie,
    private readonly saved: Saved,
  ) {
    this.graph = new PathGraph([]);
    this.reader = new Reader({
      view: () => this.view,
      graph: () => this.graph,
      pointedElsewhere: (speak) => this.drawMarks(speak),
      marked: (marks) => this.marked(marks),
      say: (sentence) => this.readout.say(sentence),
      tellOthers: (at) => this.linking && this.link.point(this, at),
      leave: () => host.leave(root),
    });
    this.drill = new Drill({
      call: () => (tie.connection === "live" ? (request) => tie.call(request) : null),
      changed: () => this.drawSide(),
    });
    this.toolbar = new Toolbar(root, {
      change: (options) => {
        this.options = { ...this.options, ...options };
        this.draw();
      },
      table: () => this.toggleTable(),
      exportItems: () => this.exports(),
      find: () => this.finder.open(),
      help: () => this.toggleHelp(),
    });
    this.finder = new Finder(
      {
        search: (text) => this.reader.search(text),
        next: () => this.reader.nextMatch(),
        close: () => this.closeFinder(),
      },
      { label: "Find a token", placeholder: "token or position" },
    );
    this.stage.append(this.canvas);
    const { header, toolbar, finder, main, side, readout, footer, toast } = this;
    root.replaceChildren(
      header.node,
      toolbar.node,
      finder.node,
      main,
      side.folded,
      readout.node,
      footer.node,
      toast.node,
    );
    this.theme = themeAt(root);
    this.link = Link.of(host.document());
    this.link.join(this);
    this.reader.restart(saved.load());
    this.listen();
    this.refresh();
  }

  /** New numbers for the same view, or another view in its place. Marks, cursor and choices stay where they fit. */
  update(view: PathsView): void {
    const another = view.id !== this.view.id;
    this.view = view;
    this.laidOut = "";
    if (another) {
      this.options = PATHS_DEFAULTS;
      this.reader.restart(this.saved.load());
    }
    this.refresh();
  }

  /** Draws everything anew in the next frame; what is read from outside (`data-state`) changes at once. */
  refresh(): void {
    this.root.dataset.kind = this.view.kind;
    this.root.dataset.state = this.tie.shownState(this.view.state);
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const { clientWidth: width } = this.root;
    if (width === 0) return;
    const { view, tie, theme } = this;
    const state = tie.shownState(view.state);
    const kind = widthClass(width);
    const beside = kind === "wide";
    const room = {
      width: beside ? width - SIDE : width - 2,
      height: Math.max(360, Math.round(window.innerHeight * TALL)),
    };
    const key = JSON.stringify([room, this.options]);
    if (key !== this.laidOut || !this.layout) {
      this.laidOut = key;
      this.layout = pathsLayout(view, room, this.options);
      this.graph = new PathGraph(this.layout.curves.map((curve) => curve.edge));
    }
    const { layout } = this;
    this.drill.restart(JSON.stringify([view.id, view.sample, view.kept]));
    this.root.dataset.width = kind;
    this.root.setAttribute("aria-label", view.title);
    this.header.update(view, state, tie.connection, theme);
    this.toolbar.update({ view, options: this.options, layout, width: kind, table: this.tableOpen });
    this.main.style.setProperty("--pb-side-width", beside ? `${SIDE}px` : "0px");
    this.drawStage(layout);
    this.drawSide();
    const { run } = view;
    this.footer.update(view, state, {
      cancel: tie.connection === "live" && run ? () => this.cancel(run.id) : null,
      resume: null,
      runAgain: this.host.kernel() ? this.host.runAgain(this.root) : null,
    });
    this.stage.setAttribute("aria-label", `${pathsSummary(view)} Press question mark for keys.`);
    this.drawMarks(false);
  }

  private drawStage(layout: PathsLayout): void {
    const instead = this.instead();
    this.stage.classList.toggle("pb-instead", instead !== null);
    // What is there already stays, and with it the focus and the place it is scrolled to.
    const key = instead && JSON.stringify([instead.key, this.options, this.view.hashes, this.view.kept]);
    if (key !== this.shownInstead) this.stage.replaceChildren(instead ? instead.make() : this.canvas);
    this.shownInstead = key;
    if (instead) return;
    this.canvas.style.width = `${layout.width}px`;
    this.canvas.style.height = `${layout.height}px`;
    this.picture.show(layout, this.theme);
  }

  /** What stands on the stage instead of the picture: a table, or the reason why there is none; null for the picture. */
  private instead(): { key: string; make(): HTMLElement } | null {
    const { view } = this;
    const say = (notice: Notice, ...more: HTMLElement[]) => ({
      key: notice.title + notice.text,
      make: () => noticeNode(notice, (text) => this.copy(text), more),
    });
    if (this.tableOpen) return { key: "table", make: () => tableNode(view, this.graph.edges) };
    if (view.state === "error") {
      const message = view.error?.message ?? "";
      const call = view.error?.call ?? view.code;
      return say({ icon: "warning", title: "The run failed", text: message, call, message });
    }
    if (view.state === "done" && view.kept === 0) {
      const text = `No path ranks the answer within ${view.maxRank}. Give a larger maxRank or topK.`;
      return say({ icon: "table", title: "No path was kept", text, call: view.code });
    }
    if (this.root.dataset.width !== "tiny") return null;
    const table = button({ label: "Table", icon: "table", look: "outlined" }, () => this.toggleTable());
    return say({ icon: "grid", title: view.title, text: `${pathsSummary(view)} It needs more room.` }, table);
  }

  private drawSide(): void {
    const { side, view, layout, graph } = this;
    if (!layout) return;
    const beside = this.root.dataset.width === "wide";
    const shown = view.state !== "error";
    side.folded.hidden = beside || !shown;
    if (!shown) side.node.remove();
    else if (beside && side.node.parentElement !== this.main) this.main.append(side.node);
    else if (!beside && side.node.parentElement !== side.folded) side.folded.append(side.node);
    if (!shown) return;
    const { marks } = this.reader.state;
    const edge = this.selected();
    const known = edge && this.drill.look(view.id, edge);
    const room = beside ? Math.max(SIDE, this.root.clientWidth - layout.width) : this.root.clientWidth;
    side.update({
      view,
      graph,
      layout,
      theme: this.theme,
      marks,
      known,
      canCut: edge !== null && this.drill.canCut(edge),
      width: Math.min(320, room - SIDE_PADDING - 4),
    });
  }

  private selected() {
    const [hop] = this.reader.state.marks.selection;
    return hop ? this.graph.edge(hop.layer, hop.from, hop.to) : null;
  }

  /** The overlay and the read-out: all that pointing changes. */
  private drawMarks(speak: boolean): void {
    const { reader, view, layout, graph, theme } = this;
    if (!layout) return;
    const focused = reader.keyboard && document.activeElement === this.stage;
    const faded = this.overlay.update({
      layout,
      graph,
      theme,
      marks: reader.state.marks,
      hover: reader.hover,
      cursor: focused ? reader.state.cursor : null,
      linked: reader.linked,
      matches: reader.matches,
    });
    this.canvas.classList.toggle("pb-faded", faded);
    const target = reader.target(focused);
    const state = this.tie.shownState(view.state);
    const text = (target && reader.words(target)) ?? describePaths(view, layout, this.options, state);
    this.readout.show(text, speak);
    this.readout.frozen(reader.state.frozen !== null);
    if (focused && speak) this.keepInSight();
  }

  /** A large graph scrolls inside the stage; the cursor stays in sight. */
  private keepInSight(): void {
    this.overlay.node.querySelector(".pb-frame-cursor")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // ---- what the reader does

  private listen(): void {
    const { stage, root, reader } = this;
    const on = <K extends keyof HTMLElementEventMap>(
      node: HTMLElement,
      name: K,
      act: (event: HTMLElementEventMap[K]) => void,
    ) => {
      node.addEventListener(name, act);
      this.stops.push(() => node.removeEventListener(name, act));
    };
    on(root, "keydown", (event) => this.onKey(event));
    // The root itself only hands the focus on.
    on(root, "focus", () => this.focus());
    on(stage, "focus", () => {
      reader.keyboard ||= stage.matches(":focus-visible");
      reader.enter();
      this.drawMarks(false);
    });
    on(stage, "blur", () => {
      this.linking && this.link.point(this, null);
      this.drawMarks(false);
    });
    const byMouse = (act: (target: Target) => void) => (target: Target) => {
      reader.keyboard = false;
      this.focus();
      act(target);
    };
    this.stops.push(
      listenToPointer(this.overlay.node, {
        scene: () => this.layout && { layout: this.layout, graph: this.graph },
        hover: (target) => reader.pointAt(target),
        select: byMouse((target) => reader.select(target)),
        pin: byMouse((target) => reader.pin(target)),
        clear: () => reader.clickedOutside(),
      }),
      onThemeChange(() => {
        this.theme = themeAt(root);
        this.refresh();
      }),
    );
    const resize = new ResizeObserver(() => this.refresh());
    resize.observe(root);
    this.stops.push(() => resize.disconnect());
  }

  private onKey(event: KeyboardEvent): void {
    const action = keyAction(event);
    if (!action || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (action.do !== "save" && action.do !== "escape") {
      if (target.matches("input, select, textarea")) return;
      // Buttons, the folded row and the scrolling table keep the keys that work them.
      if (target !== this.stage && (action.do === "move" || action.do === "select" || action.do === "pin")) return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.reader.keyboard = true;
    this.do(action);
  }

  private do(action: KeyAction): void {
    if (action.do === "save") {
      this.saved.flush();
      this.host.save();
    } else if (action.do === "table") this.toggleTable();
    else if (action.do === "export") showMenu(this.root, this.toolbar.exportButton, "Export", this.exports());
    else if (action.do === "find") this.finder.open();
    else if (action.do === "help") this.toggleHelp();
    else if (action.do === "verify") this.verify();
    else if (action.do === "escape" && this.closeWhatIsOpen()) return;
    else this.reader.do(action);
  }

  private closeWhatIsOpen(): boolean {
    if (closeMenus()) return true;
    if (this.help) this.toggleHelp();
    else if (this.finder.isOpen) this.closeFinder();
    else if (this.tableOpen) this.toggleTable();
    else return false;
    return true;
  }

  private marked(marks: Marks): void {
    this.saved.save(marks);
    this.drawSide();
    if (this.tie.connection !== "live") return;
    const selection = { selected: marks.selection, pinned: marks.pins };
    // A kernel that restarts meanwhile has no use for the selection.
    this.tie.call({ op: "select", view: this.view.id, selection }).catch(() => undefined);
  }

  /** Cuts the selected hop in a real run; says why where that cannot be done. */
  private verify(): void {
    const edge = this.selected();
    if (!edge || !this.drill.canCut(edge)) {
      this.readout.say(edge ? "This edge cannot be cut here." : "Select an edge first.");
      return;
    }
    this.readout.say("Cutting and running.");
    this.drill.cut(this.view.id, edge).then(
      ({ logit, rank }) =>
        this.readout.say(
          `Answer rank ${rank.before} to ${rank.after}, predicted logit change ` +
            `${spokenNumber(logit.predicted - logit.before, 2, true)}, measured ${spokenNumber(logit.after - logit.before, 2, true)}, ` +
            `from ${plain(logit.before, 2)}.`,
        ),
      (error: Error) => this.tell(`Not cut: ${error.message}`),
    );
  }

  private focus(): void {
    this.stage.focus({ preventScroll: true });
  }

  private toggleTable(): void {
    this.tableOpen = !this.tableOpen;
    this.draw();
    const table = this.stage.querySelector<HTMLElement>(".pb-table-scroll");
    if (table) table.focus({ preventScroll: true });
    else this.focus();
  }

  private closeFinder(): void {
    this.finder.close();
    this.focus();
  }

  private toggleHelp(): void {
    if (this.help) {
      this.help.remove();
      this.help = null;
      this.focus();
      return;
    }
    this.help = helpNode(() => this.toggleHelp(), KEY_HELP);
    this.root.append(this.help);
    this.help.querySelector("button")?.focus({ preventScroll: true });
  }

  // ---- other views of the document

  pointed(at: Pointing): void {
    this.reader.pointed(this.linking ? at : null);
  }

  counted(views: number): void {
    this.readout.linked(this.linking ? views : 0);
  }

  private linkMenu(anchor: HTMLElement): void {
    const act = () => {
      this.linking = !this.linking;
      this.pointed(null);
      this.link.recount();
    };
    showMenu(this.root, anchor, "Links", [{ label: "Link this view with the others", checked: this.linking, act }]);
  }

  // ---- kernel and files

  private exports() {
    const { tie } = this;
    return exportItems({
      scene: () => ({
        view: this.view,
        options: this.options,
        edges: this.graph.edges,
        pins: this.reader.state.marks.pins,
      }),
      kernel: tie.connection === "live" ? (format) => tie.call({ op: "export", view: this.view.id, format }) : null,
      copyCode: () => this.copy(this.view.code, "Code copied"),
      done: (message) => this.tell(message),
      failed: (what, error) =>
        this.tell(`${what} was not saved: ${error instanceof Error ? error.message : String(error)}`),
    });
  }

  private copy(text: string, done = "Copied"): void {
    copyText(text).then(
      () => this.tell(done),
      (error: Error) => this.tell(`Not copied: ${error.message}`),
    );
  }

  private cancel(run: string): void {
    this.tie.call({ op: "cancel", run }).catch((error: Error) => this.tell(`cancel: ${error.message}`));
  }

  private tell(message: string): void {
    this.toast.show(message);
    this.readout.say(`${message}.`);
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.link.point(this, null);
    this.link.leave(this);
    for (const stop of this.stops) stop();
    this.readout.dispose();
    this.toast.dispose();
    closeMenus();
    this.root.replaceChildren();
  }
}

/** The heatmap widget: puts header, controls, picture, overlay, side panel, read-out and footer together and takes new
 *  numbers in place. Owns everything it makes and gives it up in `dispose`. */
import type { HeatmapOptions, HeatmapView, Theme } from "patchbay/view";
import { el } from "../dom";
import type { Host } from "../host";
import { Link, type Linked, type Pointing } from "../link";
import { closeMenus, showMenu } from "../menu";
import { copyText } from "../save-file";
import { Finder } from "../shell/finder";
import { Footer } from "../shell/footer";
import { Header } from "../shell/header";
import { helpNode } from "../shell/help";
import { Readout } from "../shell/readout";
import { onThemeChange, themeAt } from "../theme";
import type { Tie } from "../tie";
import { Toast } from "../toast";
import { exportItems } from "./exports";
import { KEY_HELP, type KeyAction, keyAction } from "./keys";
import { Numbers } from "./numbers";
import { listenToPointer } from "./pointer";
import { Reader } from "./reader";
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
import { Stage } from "./stage";
import type { Marks, Place } from "./state";
import { Toolbar } from "./toolbar";
import { describePlace, describeView } from "./words";

/** Tallest picture, as a share of the window, and never under 320 px. */
const TALL = 0.8;
/** A theme's name changes before its styles have come; by then they have. */
const SETTLE_MS = 250;
/** Inside the side panel: its padding on both sides. */
const SIDE_PADDING = 24;

/** Marks kept with the notebook. */
export interface Saved {
  load(): unknown;
  save(marks: Marks): void;
  /** Writes at once what was saved last. */
  flush(): void;
}

export class HeatmapWidget implements Linked {
  private choices: Choices;
  private numbers: Numbers;
  private theme: Theme;
  private arrangement: Arrangement | null = null;
  private limit: HeatmapOptions["previousLimit"] = null;
  private linking = true;
  private tableOpen = false;
  private frame = 0;
  private later: ReturnType<typeof setTimeout> | null = null;
  private help: HTMLElement | null = null;

  private readonly reader: Reader;
  private readonly link: Link;
  private readonly header = new Header();
  private readonly toolbar: Toolbar;
  private readonly stage = new Stage({ copy: (text) => this.copy(text), table: () => this.toggleTable() });
  private readonly main = el("div", { class: "pb-main" }, this.stage.node);
  private readonly side = new Side({
    copyCode: () => this.copyCode(),
    goTo: (spot) => {
      this.reader.goTo(spot);
      this.focus();
    },
  });
  private readonly readout = new Readout({ link: (anchor) => this.linkMenu(anchor), help: () => this.toggleHelp() });
  private readonly footer = new Footer();
  private readonly toast = new Toast();
  private readonly finder: Finder;
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly root: HTMLElement,
    private view: HeatmapView,
    private readonly host: Host,
    private readonly tie: Tie,
    private readonly saved: Saved,
  ) {
    this.choices = initialChoices(view);
    this.numbers = new Numbers(view);
    this.reader = new Reader({
      view: () => this.view,
      arrangement: () => this.arrangement,
      pointedElsewhere: (speak) => this.drawMarks(speak),
      marked: (marks) => this.marked(marks),
      say: (sentence) => this.readout.say(sentence),
      tellOthers: (at) => this.linking && this.link.point(this, at),
      leave: () => host.leave(root),
    });
    this.toolbar = new Toolbar(root, {
      change: (options) => this.choose(options),
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
      { label: "Find by label", placeholder: "labels, as 0 2" },
    );
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
  update(view: HeatmapView): void {
    const another = view.id !== this.view.id;
    this.view = view;
    this.numbers = new Numbers(view);
    if (another) {
      this.choices = initialChoices(view);
      this.limit = null;
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

  /** Looks at the theme again once its styles have come. */
  private again(): void {
    if (this.later !== null) clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.later = null;
      if (!this.root.isConnected) return;
      this.theme = themeAt(this.root);
      this.refresh();
    }, SETTLE_MS);
  }

  private draw(): void {
    const width = this.root.clientWidth;
    // Out of sight; the observer of the size calls again.
    if (width === 0) return;
    const { view, theme, tie, choices } = this;
    const state = tie.shownState(view.state);
    const running = isRunning(view.state);
    const height = Math.max(320, Math.round(window.innerHeight * TALL));
    const arrangement = arrange(view, theme, { width, height }, choices, running ? this.limit : null);
    const { layout, options } = arrangement;
    this.arrangement = arrangement;
    this.limit = running ? layout.domain : null;
    this.root.dataset.width = arrangement.width;
    this.root.setAttribute("aria-label", view.title);
    this.header.update(view, state, tie.connection, options.metric, theme);
    this.toolbar.update({ view, options, width: arrangement.width, table: this.tableOpen });
    this.stage.draw({ view, theme, arrangement, numbers: this.numbers, table: this.tableOpen });
    this.drawSide(arrangement);
    this.footer.update(view, state, {
      cancel: tie.connection === "live" ? () => this.ask("cancel") : null,
      resume: tie.connection === "live" ? () => this.ask("resume") : null,
      runAgain: this.host.kernel() ? this.host.runAgain(this.root) : null,
    });
    const { spoken } = describeView(view, options, layout, state);
    this.stage.node.setAttribute("aria-label", `${spoken} Press question mark for keys.`);
    this.drawMarks(false);
  }

  private drawSide({ options, layout, ...arrangement }: Arrangement): void {
    const { side, view } = this;
    // A table takes the whole width.
    const sideBeside = arrangement.sideBeside && !this.tableOpen;
    const shown = view.state !== "error";
    side.folded.hidden = sideBeside || !shown;
    if (!shown) side.node.remove();
    else if (sideBeside) this.main.append(side.node);
    else side.folded.append(side.node);
    if (!shown) return;
    const room = sideBeside ? this.root.clientWidth - layout.width - 1 : this.root.clientWidth;
    side.update({
      view,
      numbers: this.numbers,
      options,
      layout,
      theme: this.theme,
      marks: this.reader.state.marks,
      best: bestPlace(view, options),
      panel: (this.reader.hover ?? this.reader.state.cursor)?.panel ?? 0,
      width: Math.min(320, Math.max(200, room - SIDE_PADDING)),
    });
  }

  /** The overlay and the read-out: all that pointing changes. */
  private drawMarks(speak: boolean): void {
    if (!this.arrangement) return;
    const { reader, view } = this;
    const { layout, options } = this.arrangement;
    // While something is searched, the cursor stands on the match.
    const focused = reader.matches.length > 0 || (reader.keyboard && document.activeElement === this.stage.node);
    this.stage.overlay.update({
      layout,
      theme: this.theme,
      extent: extentOf(layout),
      marks: reader.state.marks,
      hover: reader.fitting(reader.hover),
      cursor: focused ? reader.fitting(reader.state.cursor) : null,
      linked: reader.linked,
      matches: reader.matches,
    });
    const place = reader.place(focused);
    const state = this.tie.shownState(view.state);
    const text = place ? describePlace(view, options, layout, place) : describeView(view, options, layout, state);
    this.readout.show(text, speak);
    this.readout.frozen(reader.state.frozen !== null);
  }

  // ---- what the reader does

  private listen(): void {
    const { root, reader } = this;
    const stage = this.stage.node;
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
    const byMouse = (act: (place: Place) => void) => (place: Place) => {
      reader.keyboard = false;
      this.focus();
      act(place);
    };
    this.stops.push(
      listenToPointer(this.stage.overlay.node, {
        layout: () => this.arrangement?.layout ?? null,
        hover: (place) => reader.pointAt(place),
        select: (place, add) => byMouse((p) => reader.select(p, add))(place),
        range: (from, to, first) => byMouse((p) => reader.range(from, p, first))(to),
        pin: byMouse((place) => reader.pin(place)),
        clear: () => reader.clickedOutside(),
      }),
      onThemeChange(() => {
        this.theme = themeAt(root);
        this.refresh();
        this.again();
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
      if (target !== this.stage.node && (action.do === "move" || action.do === "select" || action.do === "pin")) return;
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
    if (this.arrangement) this.drawSide(this.arrangement);
    if (this.tie.connection !== "live") return;
    const named = (spots: Marks["selection"]) =>
      spots.map(({ x, y }) => ({ x: this.view.x.labels[x], y: this.view.y.labels[y] }));
    const selection = { selected: named(marks.selection), pinned: named(marks.pins) };
    // A kernel that restarts meanwhile has no use for the selection.
    this.tie.call({ op: "select", view: this.view.id, selection }).catch(() => undefined);
  }

  private choose(options: Partial<HeatmapOptions>): void {
    this.choices = changed(this.choices, options);
    this.limit = null;
    this.draw();
  }

  private focus(): void {
    this.stage.node.focus({ preventScroll: true });
  }

  private toggleTable(): void {
    this.tableOpen = !this.tableOpen;
    this.draw();
    const table = this.stage.node.querySelector<HTMLElement>(".pb-table-scroll");
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
      scene: () => {
        const { options, layout } = this.arrangement as Arrangement;
        return {
          view: this.view,
          options,
          numbers: this.numbers,
          extent: extentOf(layout),
          pins: this.reader.state.marks.pins,
        };
      },
      kernel:
        tie.connection === "live"
          ? (format, metric) => tie.call({ op: "export", view: this.view.id, format, metric })
          : null,
      copyCode: () => this.copyCode(),
      done: (message) => this.tell(message),
      failed: (what, error) =>
        this.tell(`${what} was not saved: ${error instanceof Error ? error.message : String(error)}`),
    });
  }

  private copyCode(): void {
    this.copy(this.view.code, "Code copied");
  }

  private copy(text: string, done = "Copied"): void {
    copyText(text).then(
      () => this.tell(done),
      (error: Error) => this.tell(`Not copied: ${error.message}`),
    );
  }

  private ask(op: "cancel" | "resume"): void {
    const { run } = this.view;
    if (run) this.tie.call({ op, run: run.id }).catch((error: Error) => this.tell(`${op}: ${error.message}`));
  }

  private tell(message: string): void {
    this.toast.show(message);
    this.readout.say(`${message}.`);
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    if (this.later !== null) clearTimeout(this.later);
    this.link.point(this, null);
    this.link.leave(this);
    for (const stop of this.stops) stop();
    this.readout.dispose();
    this.toast.dispose();
    this.stage.dispose();
    closeMenus();
    this.root.replaceChildren();
  }
}

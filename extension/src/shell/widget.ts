/** The shell of every widget: puts header, controls, stage, side panel, read-out and footer around a kind's part and
 *  takes new numbers in place. Owns everything it makes and gives it up in `dispose`. */
import type { View } from "patchbay/view";
import { el } from "../dom";
import type { Host } from "../host";
import { closeMenus, type MenuItem, showMenu } from "../menu";
import { copyText } from "../save-file";
import { themeAt } from "../theme";
import { Toast } from "../toast";
import { Desk } from "./desk";
import { exportItems } from "./exports";
import { Footer } from "./footer";
import { Header } from "./header";
import { Linking } from "./linking";
import { listenToFocus, watchSize, watchTheme } from "./listen";
import { Marking } from "./marking";
import type { Mounted, Saved, Tied } from "./mounted";
import { Readout } from "./readout";
import { Side } from "./side";
import { chartWidth, pictureHeight, widthClass } from "./size";
import { Stage } from "./stage";
import { Toolbar } from "./toolbar";
import type { Drawn, Marks, Part, Scene, ShellActs, WidgetKind } from "./types";
import { listenToWheel } from "./wheel";

export class ShellWidget<V extends View, T extends object, M extends Marks> implements Mounted {
  readonly kind: V["kind"];
  private readonly part: Part<V, T, M>;
  private readonly acts: ShellActs<V>;
  private readonly linking: Linking;
  private readonly header = new Header();
  private readonly toolbar: Toolbar<V>;
  private readonly stage: Stage<V>;
  private readonly main: HTMLElement;
  private readonly side: Side;
  private readonly readout: Readout;
  private readonly footer = new Footer();
  private readonly toast = new Toast();
  private readonly desk: Desk<V>;
  private readonly marking: Marking<M>;
  private readonly stops: (() => void)[] = [];
  private scene: Scene<V> | null = null;
  private drawn: Drawn | null = null;
  private theme;
  private frame = 0;
  /** It should have been drawn while it was out of sight. */
  private missed = false;

  constructor(
    of: WidgetKind<V, T, M>,
    private readonly root: HTMLElement,
    private view: V,
    private readonly host: Host,
    private readonly tie: Tied,
    private readonly saved: Saved,
  ) {
    this.kind = of.kind;
    this.acts = this.shellActs();
    this.part = of.create(
      this.acts,
      {
        pointedElsewhere: (speak) => this.remark(speak),
        marked: (marks) => this.marking.changed(marks),
        say: (sentence) => this.readout.say(sentence),
        tellOthers: (at) => this.linking.point(at),
        tellSelected: (at) => this.linking.select(at),
        leave: () => host.leave(root),
      },
      view,
    );
    const { part } = this;
    const { reader, words } = part;
    this.readout = new Readout({
      link: (anchor) => showMenu(root, anchor, "Links", this.linking.items()),
      help: () => this.desk.toggleHelp(),
    });
    this.toolbar = new Toolbar<V>(root, part.toolbar, {
      table: () => this.desk.toggleTable(),
      exportItems: () => this.exports(),
      find: () => this.desk.finder.open(),
      history: () => reader.state,
      walk: (way) => reader.do({ do: way }),
      help: () => this.desk.toggleHelp(),
    });
    this.stage = new Stage<V>(part, { copy: (text) => this.acts.copy(text), table: () => this.desk.toggleTable() });
    this.main = el("div", { class: "pb-main" }, this.stage.node);
    this.side = new Side(this.main, words);
    this.desk = new Desk<V>(root, part, {
      stage: this.stage.node,
      redraw: () => this.draw(),
      exports: () => showMenu(root, this.toolbar.exportButton, "Export", this.exports()),
      save:
        host.save &&
        (() => {
          saved.flush();
          host.save?.();
        }),
    });
    root.replaceChildren(
      this.header.node,
      this.toolbar.node,
      this.desk.finder.node,
      this.main,
      this.side.folded,
      this.readout.node,
      this.footer.node,
      this.toast.node,
    );
    this.theme = themeAt(root);
    this.linking = new Linking(host.document(), () => part.fields, {
      pointed: (at) => reader.pointed(at),
      selected: (at) => reader.selectedElsewhere(at),
      counted: (views) => this.readout.linked(views),
    });
    reader.restart(saved.load());
    this.marking = this.marker();
    this.listen();
    this.refresh();
  }

  update(view: View): void {
    const another = view.id !== this.view.id;
    this.view = view as V;
    this.part.take(this.view, another);
    if (another) {
      this.part.reader.restart(this.saved.load());
      this.marking.restart(this.part.reader.state.marks);
    }
    this.refresh();
  }

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
    const width = this.root.clientWidth;
    // Out of sight; the observer of the size calls again.
    this.missed = width === 0;
    if (this.missed) return;
    const { view, tie, part } = this;
    const scene: Scene<V> = {
      view,
      state: tie.shownState(view.state),
      theme: this.theme,
      width: widthClass(width),
      room: { width, height: pictureHeight(window.innerHeight) },
      table: this.desk.tableOpen,
    };
    this.scene = scene;
    const drawn = part.draw(scene);
    this.drawn = drawn;
    this.root.dataset.width = scene.width;
    this.root.setAttribute("aria-label", view.title);
    this.header.update(view, scene.state, tie.connection, part.subtitle(scene));
    this.toolbar.update(scene);
    this.stage.draw(scene, drawn);
    this.drawSide();
    const ask = (op: "cancel" | "resume") => (tie.connection === "live" ? () => this.ask(op) : null);
    this.footer.update(view, scene.state, {
      cancel: ask("cancel"),
      resume: ask("resume"),
      runAgain: this.host.kernel() ? this.host.runAgain(this.root) : null,
    });
    this.remark(false);
  }

  private drawSide(): void {
    const { scene, drawn } = this;
    if (!scene || !drawn) return;
    const shown = scene.view.state !== "error";
    this.side.stand(!shown ? null : drawn.sideBeside ? "beside" : "folded");
    if (!shown) return;
    const { width } = scene.room;
    this.side.fill(this.part.side(scene, chartWidth(width, drawn.sideBeside ? width - drawn.width - 1 : null)));
  }

  /** The overlay and the read-out: all that pointing changes. */
  private remark(speak: boolean): void {
    if (!this.scene) return;
    const { reader } = this.part;
    const focused = reader.searching || (reader.keyboard && document.activeElement === this.stage.node);
    this.readout.show(this.part.mark(this.scene, focused), speak);
    this.readout.frozen(reader.state.frozen !== null);
  }

  private shellActs(): ShellActs<V> {
    const tell = (message: string) => {
      this.toast.show(message);
      this.readout.say(`${message}.`);
    };
    const copy = (text: string, done = "Copied") => {
      copyText(text).then(
        () => tell(done),
        (error: Error) => tell(`Not copied: ${error.message}`),
      );
    };
    return {
      root: this.root,
      scene: () => this.scene,
      redraw: () => this.draw(),
      remark: (speak) => this.remark(speak),
      redrawSide: () => this.drawSide(),
      focus: () => this.desk.focus(),
      say: (sentence) => this.readout.say(sentence),
      tell,
      copy,
      insertCode: (code) => {
        if (this.host.insertBelow(this.root, code)) tell("Inserted below");
        else copy(code, "Code copied");
      },
      toggleTable: () => this.desk.toggleTable(),
      kernel: () => (this.tie.connection === "live" ? (request) => this.tie.call(request) : null),
    };
  }

  private listen(): void {
    const { root, part, stops } = this;
    stops.push(
      listenToFocus(root, this.stage.node, {
        key: (event) => this.desk.key(event),
        focus: () => this.desk.focus(),
        entered: (byKeys) => {
          part.reader.keyboard ||= byKeys;
          part.reader.enter();
          this.remark(false);
        },
        left: () => {
          this.linking.point(null);
          this.remark(false);
        },
      }),
      part.listen(part.overlay, this.acts),
      listenToWheel(part.overlay, () => document.activeElement === this.stage.node, {
        zoom: part.zoom?.bind(part),
        scroll: part.scroll?.bind(part),
      }),
      watchTheme(root, (theme) => {
        this.theme = theme;
        this.refresh();
      }),
      // What comes back into sight as it was is not drawn again.
      watchSize(root, () => {
        const width = root.clientWidth;
        if (width > 0 && (this.missed || width !== this.scene?.room.width)) this.refresh();
      }),
    );
  }

  private marker(): Marking<M> {
    const { part, tie, saved } = this;
    const { reader } = part;
    return new Marking<M>(reader.state.marks, {
      unmarked: () => reader.unmarked,
      keep: (marks) => saved.save(marks),
      draw: () => this.draw(),
      drawSide: () => this.drawSide(),
      picturesSelection: part.picturesSelection ?? false,
      request: () =>
        tie.connection === "live"
          ? { op: "select", view: this.view.id, selection: part.selection(reader.state.marks) }
          : null,
      send: (request) => tie.call(request),
    });
  }

  // ---- kernel and files

  private exports(): MenuItem[] {
    const { scene, view, acts } = this;
    if (!scene) return [];
    const { reader } = this.part;
    return exportItems(this.part.exports(scene), {
      // A file that is opened again begins as it was left.
      view: reader.unmarked ? view : { ...view, marks: reader.state.marks },
      kernel: acts.kernel(),
      page: () => this.host.page(),
      copyCode: () => acts.copy(view.code, "Code copied"),
      done: acts.tell,
      failed: (what, error) =>
        acts.tell(`${what} was not saved: ${error instanceof Error ? error.message : String(error)}`),
    });
  }

  private ask(op: "cancel" | "resume"): void {
    const { run } = this.view;
    if (run) this.tie.call({ op, run: run.id }).catch((error: Error) => this.acts.tell(`${op}: ${error.message}`));
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.linking.leave();
    this.marking.stop();
    for (const stop of this.stops) stop();
    this.readout.dispose();
    this.toast.dispose();
    this.part.dispose?.();
    closeMenus();
    this.root.replaceChildren();
  }
}

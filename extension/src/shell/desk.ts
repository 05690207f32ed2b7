/** What lies about a widget and comes and goes: search field, keys sheet, table, menus; and which key does what. */
import type { View } from "patchbay/view";
import { closeMenus } from "../menu";
import { Finder } from "./finder";
import { helpNode } from "./help";
import { type KeyAction, keyAction } from "./keys";
import type { AnyPart } from "./types";

export interface DeskActs {
  stage: HTMLElement;
  redraw(): void;
  /** Opens the export menu. */
  exports(): void;
  /** Saves the notebook; null where the browser may have the key. */
  save: (() => void) | null;
}

export class Desk<V extends View> {
  readonly finder: Finder;
  tableOpen = false;
  private help: HTMLElement | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly part: AnyPart<V>,
    private readonly acts: DeskActs,
  ) {
    const { reader, words } = part;
    this.finder = new Finder(
      {
        search: (text) => reader.search(text),
        next: (by) => reader.nextMatch(by),
        close: () => this.closeFinder(),
      },
      words.find,
    );
  }

  focus(): void {
    this.acts.stage.focus({ preventScroll: true });
  }

  key(event: KeyboardEvent): void {
    const action = keyAction(event, this.part.keys);
    if (!action || event.defaultPrevented || (action.do === "save" && !this.acts.save)) return;
    const target = event.target as HTMLElement;
    if (action.do !== "save" && action.do !== "escape") {
      // What is written has an undo of its own; sliders and lists have none.
      const back = action.do === "undo" || action.do === "redo";
      const command = event.ctrlKey || event.metaKey;
      const own = back && command ? "input:not([type=range]), textarea" : "input, select, textarea";
      if (target.matches(own)) return;
      // Buttons, the folded row and the scrolling table keep the keys that work them.
      if (target !== this.acts.stage && ["move", "select", "pin"].includes(action.do)) return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.part.reader.keyboard = true;
    this.do(action);
  }

  private do(action: KeyAction): void {
    const { part } = this;
    const zoom = { "zoom-in": "in", "zoom-out": "out", "zoom-reset": "reset" } as const;
    if (action.do === "save") this.acts.save?.();
    else if (action.do === "table") this.toggleTable();
    else if (action.do === "export") this.acts.exports();
    else if (action.do === "find") this.finder.open();
    else if (action.do === "help") this.toggleHelp();
    else if (action.do in zoom) part.zoom?.(zoom[action.do as keyof typeof zoom], null, null);
    else if (action.do === "escape" && this.closeWhatIsOpen()) return;
    else if (!part.reader.do(action)) part.act?.(action.do);
  }

  private closeWhatIsOpen(): boolean {
    if (closeMenus()) return true;
    if (this.help) this.toggleHelp();
    else if (this.finder.isOpen) this.closeFinder();
    else if (this.tableOpen) this.toggleTable();
    else return false;
    return true;
  }

  toggleTable(): void {
    this.tableOpen = !this.tableOpen;
    this.acts.redraw();
    const table = this.acts.stage.querySelector<HTMLElement>(".pb-table-scroll");
    if (table) table.focus({ preventScroll: true });
    else this.focus();
  }

  /** The focus goes to what was found. */
  private closeFinder(): void {
    this.part.reader.keyboard ||= this.finder.found;
    this.finder.close();
    this.focus();
  }

  toggleHelp(): void {
    if (this.help) {
      this.help.remove();
      this.help = null;
      this.focus();
      return;
    }
    this.help = helpNode(() => this.toggleHelp(), this.part.keys.help);
    this.root.append(this.help);
    this.help.querySelector("button")?.focus({ preventScroll: true });
  }
}

/** What a reader does to a widget, by pointer or keys: keeps the state, changes it, says what happened. Knows nothing
 *  of the DOM; the part draws what is kept here. A kind adds where its cursor goes and what its targets mean. */
import type { Pointing } from "../link";
import type { Gesture } from "./gesture";
import * as S from "./state";
import type { Marks, ReaderActs } from "./types";

/** What the search field says: which match it is ("2 of 7"), or that there is none, and what it is called. */
export interface Found {
  readonly place: string;
  readonly name: string;
}

const NOTHING: Found = { place: "", name: "" };

export abstract class Reader<T extends object, M extends Marks> {
  state: S.ReaderState<T, M>;
  hover: T | null = null;
  /** The cursor shows only for people who use keys. */
  keyboard = false;

  constructor(
    protected readonly acts: ReaderActs<M>,
    private readonly noMarks: M,
  ) {
    this.state = S.initialState(noMarks);
  }

  // ---- what a kind says

  /** Marks that a notebook kept, as far as they fit this view. Whatever comes in, marks come out. */
  protected abstract read(saved: unknown): M;
  abstract same(a: T | null, b: T | null): boolean;
  /** What a target is to the other views. */
  protected abstract pointing(target: T): Pointing;
  /** Keeps what another view points at; null: nothing. */
  protected abstract linkTo(at: Pointing): void;
  /** Puts the cursor somewhere sensible if it is nowhere. */
  abstract enter(): void;
  protected abstract move(direction: string, extend: boolean): void;
  /** Space and Enter. */
  protected abstract selectAtCursor(): void;
  protected abstract pinAtCursor(): void;
  /** A click, Ctrl- or Cmd-click (`add`), and Alt-click. */
  abstract select(target: T, add?: boolean): void;
  abstract pin(target: T): void;
  /** What the search field rings, in the order of Enter. */
  abstract readonly matches: readonly unknown[];
  /** Finds what is searched for and keeps it as `matches`; answers why there is none where that is not plain. */
  protected abstract find(text: string): string | undefined;
  /** Puts the cursor to a match, and answers what it is called. */
  protected abstract goToMatch(at: number): string;
  /** Where the read-out is when nothing is frozen or hovered: the cursor, else the selection. */
  protected abstract resting(focused: boolean): T | null;
  /** A target that is drawn now; null when it is not. */
  fitting(target: T | null): T | null {
    return target;
  }

  // ---- what is the same in all of them

  /** Which of the matches the cursor was put to last. */
  private match = 0;

  /** True while the search field rings something. */
  get searching(): boolean {
    return this.matches.length > 0;
  }

  /** Marks what is found, goes to the first of it, and answers with the line that says so. */
  search(text: string): Found {
    const why = this.find(text) ?? "no match";
    this.match = 0;
    if (this.searching) return this.stepTo(0);
    this.acts.pointedElsewhere(false);
    return { place: text.trim() === "" ? "" : why, name: "" };
  }

  /** To the match after the last one, or to the one before it; round and round. */
  nextMatch(by: 1 | -1): Found {
    const many = this.matches.length;
    return many === 0 ? NOTHING : this.stepTo((this.match + by + many) % many);
  }

  private stepTo(match: number): Found {
    this.match = match;
    const name = this.goToMatch(match);
    this.acts.pointedElsewhere(true);
    return { place: `${match + 1} of ${this.matches.length}`, name };
  }

  /** Nothing is marked: there is nothing to save. */
  get unmarked(): boolean {
    return JSON.stringify(this.state.marks) === JSON.stringify(this.noMarks);
  }

  /** Forgets all, for another view; `saved` are marks that a notebook kept. */
  restart(saved: unknown): void {
    this.state = S.initialState(this.read(saved));
    this.hover = null;
    this.linkTo(null);
  }

  /** Where the read-out is: frozen, hovered, under the cursor, selected; null for none. */
  target(focused: boolean): T | null {
    return this.fitting(this.state.frozen ?? this.hover ?? this.resting(focused));
  }

  pointAt(target: T | null): void {
    if (this.same(target, this.hover)) return;
    this.hover = target;
    this.acts.tellOthers(target && this.pointing(target));
    this.acts.pointedElsewhere(false);
  }

  /** Another view points at something. */
  pointed(at: Pointing): void {
    this.linkTo(at);
    this.acts.pointedElsewhere(false);
  }

  /** Something has been selected in another view; a kind that shows one sample at a time goes to it. */
  selectedElsewhere(_at: Pointing): void {}

  /** Does what a key asks for; false when the key is not the reader's business. */
  do(action: { do: string; direction?: string; extend?: boolean }): boolean {
    const { state } = this;
    this.enter();
    switch (action.do) {
      case "move":
        this.hover = null;
        this.move(action.direction ?? "", action.extend ?? false);
        this.acts.tellOthers(this.state.cursor && this.pointing(this.state.cursor));
        this.acts.pointedElsewhere(!action.extend);
        return true;
      case "select":
        this.selectAtCursor();
        return true;
      case "pin":
        this.pinAtCursor();
        return true;
      case "freeze": {
        const frozen = state.frozen ? null : this.target(true);
        this.set({ ...this.state, frozen }, frozen ? "Frozen." : "Following again.");
        return true;
      }
      case "undo":
        this.walk(S.undo(state), "undo", state.past.at(-1));
        return true;
      case "redo":
        this.walk(S.redo(state), "redo", state.future[0]);
        return true;
      case "escape":
        this.clear();
        return true;
      default:
        return false;
    }
  }

  /** One rung of the Esc ladder: frozen read-out, selection, pins; then the focus leaves. */
  clear(): void {
    const { state, cleared } = S.clear(this.state);
    if (cleared === "nothing") this.acts.leave();
    else
      this.set(state, { frozen: "Following again.", selection: "Selection cleared.", pins: "Pins cleared." }[cleared]);
  }

  /** A click on nothing lets the selection go; pins stay. */
  clickedOutside(): void {
    if (this.state.marks.selection.length > 0) this.clear();
  }

  /** Changes marks as one step that undo takes back; the steps of a gesture are one (gesture.ts). */
  remark(marks: M, say?: string, gesture: Gesture | null = null): void {
    this.set(S.marked(this.state, marks, gesture), say);
  }

  /** Changes marks because something else has changed (a window goes after the cursor): undo does not stop here. */
  adjust(marks: M): void {
    this.state = S.adjusted(this.state, marks);
    this.acts.marked(marks);
  }

  /** Back or forth, and what that was. */
  private walk(next: S.ReaderState<T, M>, verb: string, step: S.Step<M> | undefined): void {
    if (!step) this.acts.say(`Nothing to ${verb}.`);
    else this.put(next, `${verb === "undo" ? "Undone" : "Done again"}${step.did === "" ? "." : `: ${step.did}`}`);
  }

  /** What is said of a step is said again when it is undone. */
  protected set(next: S.ReaderState<T, M>, say?: string): void {
    const stepped = next.marks !== this.state.marks && next.past.length >= this.state.past.length;
    this.put(stepped && say ? S.named(next, say) : next, say);
  }

  private put(next: S.ReaderState<T, M>, say?: string): void {
    const marked = next.marks !== this.state.marks;
    this.state = next;
    if (marked) this.acts.marked(next.marks);
    this.acts.pointedElsewhere(false);
    if (say) this.acts.say(say);
  }

  /** After `togglePin`: under which number, or that it is out, or that all numbers are taken. */
  protected setPins(next: S.ReaderState<T, M>, number: number | undefined): void {
    const full = next.marks === this.state.marks;
    const said = number === undefined ? "Pin removed." : `Pinned as ${number}.`;
    this.set(next, full ? `All ${S.MAX_PINS} pins are in use.` : said);
  }
}

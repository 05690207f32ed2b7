/** What a reader does to a heatmap, by pointer or keys: keeps the state, changes it, says what happened. Knows nothing
 *  of the DOM; the widget draws what is kept here. */
import { cellName, type HeatmapView } from "patchbay/view";
import type { Pointing } from "../link";
import type { KeyAction } from "./keys";
import { type Arrangement, bestPlace, extentOf, find } from "./scene";
import * as S from "./state";
import { describePlace, linkedSpots, pointingAt } from "./words";

export interface ReaderActs {
  view(): HeatmapView;
  arrangement(): Arrangement | null;
  /** Hover, cursor, links: only overlay and read-out change. `speak`: the place under the cursor is said. */
  pointedElsewhere(speak: boolean): void;
  /** Selection or pins changed. */
  marked(marks: S.Marks): void;
  say(sentence: string): void;
  /** The other views of the document. */
  tellOthers(at: Pointing): void;
  /** There is nothing left to clear: the focus goes back to the notebook. */
  leave(): void;
}

export class Reader {
  state = S.initialState();
  hover: S.Place | null = null;
  linked: readonly S.Spot[] = [];
  matches: readonly S.Spot[] = [];
  /** The cursor shows only for people who use keys. */
  keyboard = false;

  constructor(private readonly acts: ReaderActs) {}

  /** Forgets all, for another view; `saved` are marks that a notebook kept. */
  restart(saved: unknown): void {
    this.state = { ...S.initialState(), marks: S.readMarks(saved, savedExtent(this.acts.view())) };
    this.hover = null;
    this.linked = [];
    this.matches = [];
  }

  /** Where the read-out is: frozen, hovered, under the cursor, selected; null for none. */
  place(focused: boolean): S.Place | null {
    const { frozen, cursor, marks } = this.state;
    const [selected] = marks.selection;
    const place =
      frozen ??
      this.hover ??
      (focused ? cursor : null) ??
      (selected ? { panel: cursor?.panel ?? 0, ...selected } : null);
    return this.fitting(place);
  }

  /** A place that is drawn now; panels come and go with the width. */
  fitting(place: S.Place | null): S.Place | null {
    const layout = this.acts.arrangement()?.layout;
    if (!place || !layout || place.x >= layout.nx || place.y >= layout.ny) return null;
    return place.panel < layout.panels.length ? place : { ...place, panel: 0 };
  }

  enter(): void {
    const arrangement = this.acts.arrangement();
    if (this.state.cursor || !arrangement) return;
    const cursor = bestPlace(this.acts.view(), arrangement.options) ?? S.firstPlace(extentOf(arrangement.layout));
    this.state = { ...this.state, cursor };
  }

  pointAt(place: S.Place | null): void {
    if (S.samePlace(place, this.hover)) return;
    this.hover = place;
    this.acts.tellOthers(place && pointingAt(this.acts.view(), place));
    this.acts.pointedElsewhere(false);
  }

  /** Another view points at something. */
  pointed(at: Pointing): void {
    const arrangement = this.acts.arrangement();
    this.linked = arrangement ? linkedSpots(this.acts.view(), extentOf(arrangement.layout), at) : [];
    this.acts.pointedElsewhere(false);
  }

  /** Does what a key asks for; false when the key is not the reader's business. */
  do(action: KeyAction): boolean {
    const arrangement = this.acts.arrangement();
    if (!arrangement) return false;
    const { state } = this;
    const extent = extentOf(arrangement.layout);
    const cursor = this.fitting(state.cursor) ?? S.firstPlace(extent);
    switch (action.do) {
      case "move":
        this.hover = null;
        this.set(S.move({ ...state, cursor }, extent, action.direction, action.extend));
        if (action.extend) this.acts.say(`${this.state.marks.selection.length} cells selected.`);
        this.acts.tellOthers(this.state.cursor && pointingAt(this.acts.view(), this.state.cursor));
        this.acts.pointedElsewhere(!action.extend);
        return true;
      case "select":
        if (cursor) this.select(cursor, false);
        return true;
      case "pin":
        if (cursor) this.pin(cursor);
        return true;
      case "freeze": {
        const frozen = state.frozen ? null : (this.hover ?? cursor);
        this.set({ ...state, frozen }, frozen ? "Frozen." : "Following again.");
        return true;
      }
      case "undo":
        this.set(S.undo(state), state.past.length > 0 ? "Undone." : "Nothing to undo.");
        return true;
      case "redo":
        this.set(S.redo(state), state.future.length > 0 ? "Done again." : "Nothing to do again.");
        return true;
      case "escape":
        this.clear();
        return true;
      default:
        return false;
    }
  }

  select(place: S.Place, add: boolean): void {
    const arrangement = this.acts.arrangement();
    if (!arrangement) return;
    this.set(S.select({ ...this.state, cursor: place }, place, add));
    const { selection } = this.state.marks;
    if (selection.length === 0) this.acts.say("Selection cleared.");
    else if (selection.length > 1) this.acts.say(`${selection.length} cells selected.`);
    else
      this.acts.say(
        `Selected. ${describePlace(this.acts.view(), arrangement.options, arrangement.layout, place).spoken}`,
      );
  }

  range(from: S.Place, to: S.Place, first: boolean): void {
    const arrangement = this.acts.arrangement();
    if (!arrangement) return;
    const selection = S.box(extentOf(arrangement.layout), from, to);
    this.set(S.selectRange({ ...this.state, cursor: to }, selection, first), `${selection.length} cells selected.`);
  }

  pin(place: S.Place): void {
    const before = this.state.marks;
    const next = S.togglePin({ ...this.state, cursor: place }, place);
    const added = next.marks.pins.find((pin) => S.sameSpot(pin, place));
    const full = next.marks === before;
    this.set(next, full ? `All ${S.MAX_PINS} pins are in use.` : added ? `Pinned as ${added.number}.` : "Pin removed.");
  }

  goTo(spot: S.Spot): void {
    this.set({ ...this.state, cursor: { panel: this.state.cursor?.panel ?? 0, ...spot } });
  }

  /** One rung of the Esc ladder. */
  clear(): void {
    const { state, cleared } = S.clear(this.state);
    if (cleared === "nothing") this.acts.leave();
    else
      this.set(state, { frozen: "Following again.", selection: "Selection cleared.", pins: "Pins cleared." }[cleared]);
  }

  /** A click beside the cells lets the selection go; pins stay. */
  clickedOutside(): void {
    if (this.state.marks.selection.length > 0) this.clear();
  }

  search(text: string): string {
    const arrangement = this.acts.arrangement();
    if (!arrangement) return "";
    this.matches = find(this.acts.view(), extentOf(arrangement.layout), text);
    const [first] = this.matches;
    if (first) this.goTo(first);
    else this.acts.pointedElsewhere(false);
    if (text.trim() === "") return "";
    if (!first) return "no match";
    const many = this.matches.length === 1 ? "1 match" : `${this.matches.length} matches`;
    return `${many}, 1: ${cellName(this.acts.view(), first.x, first.y)}`;
  }

  nextMatch(): void {
    if (this.matches.length === 0) return;
    const at = this.matches.findIndex((spot) => S.sameSpot(spot, this.state.cursor));
    this.goTo(this.matches[(at + 1) % this.matches.length]);
    this.acts.pointedElsewhere(true);
  }

  private set(next: S.HeatmapState, say?: string): void {
    const marked = next.marks !== this.state.marks;
    this.state = next;
    if (marked) this.acts.marked(next.marks);
    this.acts.pointedElsewhere(false);
    if (say) this.acts.say(say);
  }
}

/** Every cell inside the axes; a saved mark on a tuple that was not asked does no harm. */
function savedExtent(view: HeatmapView): S.Extent {
  const pairs = view.layout === "pairs";
  return {
    panels: view.panels.length,
    nx: view.x.labels.length,
    ny: view.y.labels.length,
    exists: (x, y) => !pairs || y >= x,
  };
}

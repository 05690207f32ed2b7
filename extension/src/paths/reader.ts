/** What a reader does to a path graph, by pointer or keys: keeps the state, changes it, says what happened. Knows nothing
 *  of the DOM; the widget draws what is kept here. */
import {
  describeHop,
  describeSpot,
  type PathGraph,
  type PathSpot,
  type PathsView,
  type PathWords,
  tokenLabel,
  tokenName,
} from "patchbay/view";
import type { Pointing } from "../link";
import type { KeyAction } from "./keys";
import type { Linked } from "./overlay";
import * as S from "./state";

export interface ReaderActs {
  view(): PathsView;
  graph(): PathGraph;
  /** Hover, cursor, links: only overlay and read-out change. `speak`: what is under the cursor is said. */
  pointedElsewhere(speak: boolean): void;
  /** Selection or pins changed. */
  marked(marks: S.Marks): void;
  say(sentence: string): void;
  /** The other views of the document. */
  tellOthers(at: Pointing): void;
  /** There is nothing left to clear: the focus goes back to the notebook. */
  leave(): void;
}

const NOT_LINKED: Linked = { hop: null, layers: [], positions: [] };

export class Reader {
  state = S.initialState();
  hover: S.Target | null = null;
  linked: Linked = NOT_LINKED;
  /** Positions that the search field has found. */
  matches: readonly number[] = [];
  /** The cursor shows only for people who use keys. */
  keyboard = false;

  constructor(private readonly acts: ReaderActs) {}

  /** Forgets all, for another view; `saved` are marks that a notebook kept. */
  restart(saved: unknown): void {
    const { layers, tokens } = this.acts.view();
    this.state = { ...S.initialState(), marks: S.readMarks(saved, layers, tokens.length) };
    this.hover = null;
    this.linked = NOT_LINKED;
    this.matches = [];
  }

  /** Where the read-out is: frozen, hovered, under the cursor, selected; null for none. */
  target(focused: boolean): S.Target | null {
    const { frozen, cursor, marks } = this.state;
    const [selected] = marks.selection;
    // A hop that was just selected at the cursor's node says more than the node.
    const at = focused && cursor ? (selected && S.touches(selected, cursor) ? selected : cursor) : (selected ?? null);
    return frozen ?? this.hover ?? at;
  }

  /** What is said of a target; null for a hop that is not there any more. */
  words(target: S.Target): PathWords | null {
    const [view, graph] = [this.acts.view(), this.acts.graph()];
    if (!S.isHop(target)) return describeSpot(view, graph, target);
    const edge = graph.edge(target.layer, target.from, target.to);
    return edge && describeHop(view, graph, edge);
  }

  /** The cursor begins where the strongest hop between tokens ends, or at the answer. */
  enter(): void {
    if (this.state.cursor) return;
    const { layers, tokens } = this.acts.view();
    const [best] = this.acts
      .graph()
      .edges.filter((e) => e.from !== e.to)
      .sort((a, b) => b.paths - a.paths || a.index - b.index);
    const cursor = best
      ? { boundary: best.layer + 1, position: best.to }
      : { boundary: layers, position: tokens.length - 1 };
    this.state = { ...this.state, cursor };
  }

  pointAt(target: S.Target | null): void {
    if (S.same(target, this.hover)) return;
    this.hover = target;
    this.acts.tellOthers(target && this.pointing(target));
    this.acts.pointedElsewhere(false);
  }

  /** Another view points at something. */
  pointed(at: Pointing): void {
    const { layers, tokens } = this.acts.view();
    const numbers = (labels: readonly string[] = [], most: number) =>
      labels.map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < most);
    const onLayers = numbers(at?.layer, layers);
    const positions = numbers(at?.position, tokens.length);
    const [from, to = from] = positions;
    const hop =
      onLayers.length === 1 && from !== undefined && to !== undefined
        ? this.acts.graph().edge(onLayers[0] as number, from, to)
        : null;
    // Another prompt has other tokens at the same positions.
    const fits = !at?.token || at.token.every((token) => tokens.includes(token));
    this.linked = { hop: fits ? hop : null, layers: onLayers, positions: fits ? positions : [] };
    this.acts.pointedElsewhere(false);
  }

  private pointing(target: S.Target): Pointing {
    const { tokens } = this.acts.view();
    const token = (...positions: number[]) => positions.map((p) => tokens[p] ?? "");
    if (!S.isHop(target)) {
      const { boundary, position } = target;
      const layer = boundary === 0 ? {} : { layer: [String(boundary - 1)] };
      return { ...layer, position: [String(position)], token: token(position) };
    }
    const { layer, from, to } = target;
    const heads = this.acts.graph().edge(layer, from, to)?.heads ?? [];
    return {
      layer: [String(layer)],
      position: from === to ? [String(to)] : [String(from), String(to)],
      token: from === to ? token(to) : token(from, to),
      ...(heads.length > 0 && { head: heads.map(String) }),
    };
  }

  /** Does what a key asks for; false when the key is not the reader's business. */
  do(action: KeyAction): boolean {
    const { state } = this;
    const graph = this.acts.graph();
    this.enter();
    const cursor = this.state.cursor as PathSpot;
    switch (action.do) {
      case "move":
        this.hover = null;
        this.set({ ...this.state, cursor: graph.step(cursor, action.direction, this.acts.view().tokens.length) });
        this.acts.tellOthers(this.state.cursor && this.pointing(this.state.cursor));
        this.acts.pointedElsewhere(true);
        return true;
      case "select":
        this.selectNext(cursor);
        return true;
      case "pin": {
        const [selected] = state.marks.selection;
        this.pin(selected && S.touches(selected, cursor) ? selected : cursor);
        return true;
      }
      case "freeze": {
        const frozen = state.frozen ? null : this.target(true);
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

  /** The strongest hop at a node; while one of them is selected, the next strongest. */
  private selectNext(cursor: PathSpot): void {
    const hops = this.acts.graph().at(cursor);
    const [selected] = this.state.marks.selection;
    const at = hops.findIndex((hop) => S.same({ layer: hop.layer, from: hop.from, to: hop.to }, selected ?? null));
    const next = hops[(at + 1) % Math.max(1, hops.length)];
    if (next && !S.same({ layer: next.layer, from: next.from, to: next.to }, selected ?? null)) this.select(next);
  }

  /** A hop, or the strongest hop at a node. */
  select(target: S.Target): void {
    if (!S.isHop(target)) {
      this.state = { ...this.state, cursor: target };
      this.selectNext(target);
      return;
    }
    const cursor = this.state.cursor;
    const end = { boundary: target.layer + 1, position: target.to };
    this.set(S.select({ ...this.state, cursor: cursor && S.touches(target, cursor) ? cursor : end }, target));
    const chosen = this.state.marks.selection.length > 0;
    this.acts.say(chosen ? `Selected. ${this.words(target)?.spoken ?? ""}` : "Selection cleared.");
  }

  pin(target: S.Target): void {
    const before = this.state.marks;
    const next = S.togglePin(this.state, target);
    const added = next.marks.pins.find((pin) => S.same(pin, target));
    const full = next.marks === before;
    this.set(next, full ? `All ${S.MAX_PINS} pins are in use.` : added ? `Pinned as ${added.number}.` : "Pin removed.");
  }

  /** From a list in the side panel: a hop is selected, a node takes the cursor. */
  goTo(target: S.Target): void {
    if (!S.isHop(target)) this.set({ ...this.state, cursor: { boundary: target.boundary, position: target.position } });
    else if (!this.state.marks.selection.some((hop) => S.same(hop, target))) this.select(target);
  }

  /** One rung of the Esc ladder. */
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

  /** Tokens whose text or position is searched for. */
  search(text: string): string {
    const view = this.acts.view();
    const wanted = text.trim().toLowerCase();
    this.matches = view.tokens.flatMap((token, position) => {
      const found =
        /^\d+$/.test(wanted) && Number(wanted) === position
          ? true
          : token.toLowerCase().includes(wanted) || tokenLabel(token).toLowerCase().includes(wanted);
      return wanted !== "" && found ? [position] : [];
    });
    const [first] = this.matches;
    if (first !== undefined) this.goToToken(first);
    this.acts.pointedElsewhere(false);
    if (wanted === "") return "";
    if (first === undefined) return "no match";
    const many = this.matches.length === 1 ? "1 match" : `${this.matches.length} matches`;
    return `${many}, 1: ${tokenName(view, first)}`;
  }

  nextMatch(): void {
    const at = this.matches.indexOf(this.state.cursor?.position ?? -1);
    const next = this.matches[(at + 1) % Math.max(1, this.matches.length)];
    if (next === undefined) return;
    this.goToToken(next);
    this.acts.pointedElsewhere(true);
  }

  /** The lowest node of the token's column that paths come by. */
  private goToToken(position: number): void {
    const graph = this.acts.graph();
    const { layers } = this.acts.view();
    let boundary = 0;
    while (boundary < layers && !graph.has({ boundary, position })) boundary++;
    const cursor = { boundary: graph.has({ boundary, position }) ? boundary : 0, position };
    this.keyboard = true;
    this.state = { ...this.state, cursor };
  }

  private set(next: S.PathsState, say?: string): void {
    const marked = next.marks !== this.state.marks;
    this.state = next;
    if (marked) this.acts.marked(next.marks);
    this.acts.pointedElsewhere(false);
    if (say) this.acts.say(say);
  }
}

/** What a reader does to a path graph: where the cursor goes from node to node, which hop is selected, what is found
 *  and linked. */
import {
  describeHop,
  describeSpot,
  type PathEdge,
  type PathGraph,
  type PathSpot,
  type PathsPlace,
  type PathsView,
  type PathWords,
  pathNumbers,
  pathWords,
  spellPath,
  tokenName,
} from "patchbay/view";
import type { Pointing } from "../link";
import { Reader } from "../shell/reader";
import { togglePin } from "../shell/state";
import type { ReaderActs } from "../shell/types";
import { columnsFound, type Linked, linkedOf, NOT_LINKED, pointingOf } from "./links";
import * as S from "./state";

export class PathsReader extends Reader<S.Target, S.Marks> {
  linked: Linked = NOT_LINKED;
  /** Positions that the search field has found. */
  matches: readonly number[] = [];

  constructor(
    acts: ReaderActs<S.Marks>,
    /** What is drawn, the stored view behind it, its paths in the order that they are listed in. */
    private readonly of: {
      view(): PathsView;
      graph(): PathGraph;
      stored(): PathsView;
      paths(): readonly number[];
      /** The graph of a place; null while it is not here. */
      at?(place: PathsPlace | null): PathsView | null;
      /** Another view points at something, or something has been selected there: perhaps a sample of this graph. */
      sample?(at: Pointing, how: "pointed" | "selected"): void;
    },
  ) {
    super(acts, S.NO_MARKS);
  }

  override restart(saved: unknown): void {
    this.matches = [];
    super.restart(saved);
  }

  protected read(saved: unknown): S.Marks {
    // They may be of another sample than the view came with, which has tokens of its own.
    const base = this.of.stored();
    const { place } = S.readMarks(saved, base);
    return S.readMarks(saved, this.of.at?.(place) ?? base);
  }

  /** A view that came with a filter must not get it back once its reader has taken it off. */
  override get unmarked(): boolean {
    return super.unmarked && this.of.stored().marks === undefined;
  }

  same(a: S.Target | null, b: S.Target | null): boolean {
    return S.same(a, b);
  }

  /** The cursor stands on nodes only. */
  get cursor(): PathSpot | null {
    return this.state.cursor as PathSpot | null;
  }

  protected resting(focused: boolean): S.Target | null {
    const { cursor } = this;
    const [selected] = this.state.marks.selection;
    // A hop that was just selected at the cursor's node says more than the node.
    return focused && cursor ? (selected && S.touches(selected, cursor) ? selected : cursor) : (selected ?? null);
  }

  /** What is said of a target; null for a hop that is not there any more. */
  words(target: S.Target): PathWords | null {
    const [view, graph] = [this.of.view(), this.of.graph()];
    if (!S.isHop(target)) return describeSpot(view, graph, target);
    const edge = graph.edge(target.layer, target.from, target.to);
    return edge && describeHop(view, graph, edge);
  }

  /** The cursor begins where the strongest hop between tokens ends, or at the answer. */
  enter(): void {
    if (this.state.cursor) return;
    const { layers, tokens } = this.of.view();
    const best = this.of.graph().strongest.find((e) => e.from !== e.to);
    const cursor = best
      ? { boundary: best.layer + 1, position: best.to }
      : { boundary: layers, position: tokens.length - 1 };
    this.state = { ...this.state, cursor };
  }

  protected linkTo(at: Pointing): void {
    this.of.sample?.(at, "pointed");
    this.linked = linkedOf(at, this.of.stored(), this.of.view(), this.of.graph());
  }

  override selectedElsewhere(at: Pointing): void {
    this.of.sample?.(at, "selected");
  }

  protected pointing(target: S.Target): Pointing {
    return pointingOf(target, this.of.stored(), this.of.view(), this.of.graph());
  }

  protected move(direction: string, extend: boolean): void {
    const { cursor } = this;
    if (!cursor) return;
    const { tokens } = this.of.view();
    if (extend) {
      this.extend(direction, cursor.position, tokens.length);
      return;
    }
    const to = this.of.graph().step(cursor, direction as Parameters<PathGraph["step"]>[1], tokens.length);
    this.set({ ...this.state, cursor: to });
  }

  /** Shift with Left and Right chooses tokens next to each other, from the cursor's on. */
  private extend(direction: string, at: number, columns: number): void {
    const by = { left: -1, right: 1 }[direction];
    if (by === undefined) return;
    const { span } = this.state.marks;
    const [anchor, end] =
      span && (span.from === at || span.to === at) ? [at, span.from === at ? span.to : span.from] : [at, at];
    const next = span ? Math.max(0, Math.min(columns - 1, end + by)) : at;
    this.choose({ from: Math.min(anchor, next), to: Math.max(anchor, next) });
  }

  /** By the pointer: columns, or up to them from those that are chosen. */
  chooseUpTo({ from, to }: S.Span, extend: boolean): void {
    const { span } = this.state.marks;
    this.choose(extend && span ? { from: Math.min(span.from, from), to: Math.max(span.to, to) } : { from, to });
  }

  /** Chooses columns, to be grouped or named; null: none. */
  choose(span: S.Span | null): void {
    const { marks } = this.state;
    this.set({ ...this.state, marks: { ...marks, span } });
    if (!span) return;
    const view = this.of.view();
    const words = span.from === span.to ? "" : ` to ${tokenName(view, span.to)}`;
    this.acts.say(`${tokenName(view, span.from)}${words} chosen. g groups, n names.`);
  }

  /** Changes choices as one step that undo takes back. */
  change(marks: Partial<S.Marks>, say?: string): void {
    this.remark({ ...this.state.marks, ...marks }, say);
  }

  /** The next or the previous path of the list; the first to begin with. */
  stepPath(by: 1 | -1): void {
    const all = this.of.paths();
    if (all.length === 0) {
      this.acts.say("No single paths are kept with this view.");
      return;
    }
    const at = all.indexOf(this.state.marks.path ?? -1);
    const next = at < 0 ? (by === 1 ? 0 : all.length - 1) : (at + by + all.length) % all.length;
    this.showPath(all[next] ?? null);
  }

  /** Spells out one kept path; null puts it aside. */
  showPath(path: number | null): void {
    this.change({ path, selection: [] });
    const at = path === null ? -1 : this.of.paths().indexOf(path);
    const spelled = path === null ? null : spellPath(this.of.stored(), path);
    if (!spelled) return;
    const words = pathWords(this.of.stored(), spelled);
    this.acts.say(`Path ${at + 1} of ${this.of.paths().length}, ${pathNumbers(spelled)}: ${words}.`);
  }

  /** Esc puts a spelled-out path and chosen tokens aside before anything else. */
  override clear(): void {
    const { marks, frozen } = this.state;
    if (!frozen && (marks.path !== null || marks.span))
      this.remark({ ...marks, path: null, span: null }, marks.path !== null ? "Path put aside." : "Nothing chosen.");
    else super.clear();
  }

  override clickedOutside(): void {
    const { path, span, selection } = this.state.marks;
    if (path !== null || span || selection.length > 0) this.clear();
  }

  /** After groups, bands, or the graph itself changed. */
  settle(): void {
    const { tokens, layers } = this.of.view();
    const { cursor } = this;
    this.hover = null;
    this.matches = [];
    this.linked = NOT_LINKED;
    if (!cursor) return;
    const fits = cursor.position < tokens.length && cursor.boundary <= layers && this.of.graph().has(cursor);
    this.state = { ...this.state, cursor: fits ? cursor : null, frozen: null };
    if (!fits) this.enter();
  }

  protected selectAtCursor(): void {
    if (this.cursor) this.selectNext(this.cursor);
  }

  protected pinAtCursor(): void {
    const { cursor } = this;
    const [selected] = this.state.marks.selection;
    if (cursor) this.pin(selected && S.touches(selected, cursor) ? selected : cursor);
  }

  /** Hops of a node, those between tokens first: they are what heads do. */
  private hopsAt(spot: PathSpot): PathEdge[] {
    return [...this.of.graph().at(spot)].sort((a, b) => Number(a.from === a.to) - Number(b.from === b.to));
  }

  /** The strongest hop at a node; while one of them is selected, the next strongest. */
  private selectNext(cursor: PathSpot): void {
    const hops = this.hopsAt(cursor);
    const [selected] = this.state.marks.selection;
    const at = hops.findIndex((hop) => S.same({ layer: hop.layer, from: hop.from, to: hop.to }, selected ?? null));
    const next = hops[(at + 1) % Math.max(1, hops.length)];
    if (next && !S.same({ layer: next.layer, from: next.from, to: next.to }, selected ?? null)) this.select(next);
  }

  /** The strongest hop at the cursor that is not selected yet, beside those that are. */
  addAtCursor(): void {
    const { cursor } = this;
    const { selection } = this.state.marks;
    const next =
      cursor &&
      this.of
        .graph()
        .at(cursor)
        .find((hop) => !selection.some((s) => S.same(s, S.bare(hop))));
    if (next) this.select(next, true);
    else this.acts.say("All edges here are selected.");
  }

  /** A hop, or the strongest hop at a node; `add`: beside those that are selected. */
  select(target: S.Target, add = false): void {
    if (!S.isHop(target)) {
      this.state = { ...this.state, cursor: target };
      if (add) this.addAtCursor();
      else this.selectNext(target);
      return;
    }
    const { cursor } = this;
    const end = { boundary: target.layer + 1, position: target.to };
    const stays = cursor && S.touches(target, cursor) ? cursor : end;
    this.set(S.select({ ...this.state, cursor: stays }, target, add));
    const { selection } = this.state.marks;
    const words = this.words(target)?.spoken ?? "";
    if (selection.length > 1) this.acts.say(`${selection.length} edges selected. ${words}`);
    else this.acts.say(selection.length === 1 ? `Selected. ${words}` : "Selection cleared.");
  }

  pin(target: S.Target): void {
    const next = togglePin(this.state, S.bare(target), S.same);
    this.setPins(next, next.marks.pins.find((pin) => S.same(pin, target))?.number);
  }

  /** From a list in the side panel: a hop is selected, a node takes the cursor. */
  goTo(target: S.Target): void {
    if (!S.isHop(target)) this.set({ ...this.state, cursor: { boundary: target.boundary, position: target.position } });
    else if (!this.state.marks.selection.some((hop) => S.same(hop, target))) this.select(target);
  }

  /** Tokens whose text or position is searched for. */
  protected find(text: string): undefined {
    const wanted = text.trim().toLowerCase();
    this.matches = wanted === "" ? [] : columnsFound(this.of.stored(), this.of.view(), wanted);
  }

  protected goToMatch(at: number): string {
    const position = this.matches[at] as number;
    this.goToToken(position);
    return tokenName(this.of.view(), position);
  }

  /** The lowest node of the token's column that paths come by. */
  private goToToken(position: number): void {
    const graph = this.of.graph();
    const { layers } = this.of.view();
    let boundary = 0;
    while (boundary < layers && !graph.has({ boundary, position })) boundary++;
    const cursor = { boundary: graph.has({ boundary, position }) ? boundary : 0, position };
    this.keyboard = true;
    this.state = { ...this.state, cursor };
  }
}

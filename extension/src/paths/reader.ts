/** What a reader does to a path graph: where the cursor goes from node to node, which hop is selected, what is found
 *  and linked. */
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
import { Reader } from "../shell/reader";
import { togglePin } from "../shell/state";
import type { ReaderActs } from "../shell/types";
import type { Linked } from "./overlay";
import * as S from "./state";

const NOT_LINKED: Linked = { hop: null, layers: [], positions: [] };

export class PathsReader extends Reader<S.Target, S.Marks> {
  linked: Linked = NOT_LINKED;
  /** Positions that the search field has found. */
  matches: readonly number[] = [];

  constructor(
    acts: ReaderActs<S.Marks>,
    private readonly of: { view(): PathsView; graph(): PathGraph },
  ) {
    super(acts, S.NO_MARKS);
  }

  override restart(saved: unknown): void {
    this.matches = [];
    super.restart(saved);
  }

  protected read(saved: unknown): S.Marks {
    const { layers, tokens } = this.of.view();
    return S.readMarks(saved, layers, tokens.length);
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
    const [best] = this.of
      .graph()
      .edges.filter((e) => e.from !== e.to)
      .sort((a, b) => b.paths - a.paths || a.index - b.index);
    const cursor = best
      ? { boundary: best.layer + 1, position: best.to }
      : { boundary: layers, position: tokens.length - 1 };
    this.state = { ...this.state, cursor };
  }

  protected linkTo(at: Pointing): void {
    const { layers, tokens } = this.of.view();
    const numbers = (labels: readonly string[] = [], most: number) =>
      labels.map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < most);
    const onLayers = numbers(at?.layer, layers);
    // Views of several prompts count from the end.
    const ends = (at?.position ?? []).map((p) => (p.startsWith("-") ? String(tokens.length + Number(p)) : p));
    const positions = [...new Set(numbers(ends, tokens.length))];
    const [from, to = from] = positions;
    const hop =
      onLayers.length === 1 && from !== undefined && to !== undefined
        ? this.of.graph().edge(onLayers[0] as number, from, to)
        : null;
    // Another prompt has other tokens at the same positions.
    const fits = !at?.token || at.token.every((token) => tokens.includes(token));
    this.linked = { hop: fits ? hop : null, layers: onLayers, positions: fits ? positions : [] };
  }

  protected pointing(target: S.Target): Pointing {
    const { tokens } = this.of.view();
    const token = (...positions: number[]) => positions.map((p) => tokens[p] ?? "");
    // From both ends: views of several prompts count from theirs.
    const places = (...positions: number[]) => [
      ...positions.map(String),
      ...positions.map((p) => String(p - tokens.length)),
    ];
    if (!S.isHop(target)) {
      const { boundary, position } = target;
      const layer = boundary === 0 ? {} : { layer: [String(boundary - 1)] };
      return { ...layer, position: places(position), token: token(position) };
    }
    const { layer, from, to } = target;
    const heads = this.of.graph().edge(layer, from, to)?.heads ?? [];
    return {
      layer: [String(layer)],
      position: from === to ? places(to) : places(from, to),
      token: from === to ? token(to) : token(from, to),
      ...(heads.length > 0 && { head: heads.map(String) }),
    };
  }

  protected move(direction: string): void {
    if (!this.cursor) return;
    const cursor = this.of
      .graph()
      .step(this.cursor, direction as Parameters<PathGraph["step"]>[1], this.of.view().tokens.length);
    this.set({ ...this.state, cursor });
  }

  protected selectAtCursor(): void {
    if (this.cursor) this.selectNext(this.cursor);
  }

  protected pinAtCursor(): void {
    const { cursor } = this;
    const [selected] = this.state.marks.selection;
    if (cursor) this.pin(selected && S.touches(selected, cursor) ? selected : cursor);
  }

  /** The strongest hop at a node; while one of them is selected, the next strongest. */
  private selectNext(cursor: PathSpot): void {
    const hops = this.of.graph().at(cursor);
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
    const { cursor } = this;
    const end = { boundary: target.layer + 1, position: target.to };
    this.set(S.select({ ...this.state, cursor: cursor && S.touches(target, cursor) ? cursor : end }, target));
    const chosen = this.state.marks.selection.length > 0;
    this.acts.say(chosen ? `Selected. ${this.words(target)?.spoken ?? ""}` : "Selection cleared.");
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
  search(text: string): string {
    const view = this.of.view();
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
    const at = this.matches.indexOf(this.cursor?.position ?? -1);
    const next = this.matches[(at + 1) % Math.max(1, this.matches.length)];
    if (next === undefined) return;
    this.goToToken(next);
    this.acts.pointedElsewhere(true);
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

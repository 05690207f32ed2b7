/** What a reader has done to a path graph: where the cursor stands, which hops are selected, what is pinned, filtered,
 *  grouped and named, which path is spelled out; and the way back. Pure: every function takes a state and returns the
 *  next one. Hops, nodes and spans count the rows and columns of the marks' own groups and bands; filters, groups,
 *  names and the place count layers and positions of the prompt. */
import type {
  Column,
  PathHop,
  PathOrder,
  PathSpot,
  PathsChoices,
  PathsLook,
  PathsPlace,
  PathsView,
  PathWindow,
  Row,
} from "patchbay/view";
import { PLAIN_LOOK, readLook } from "patchbay/view";
import { marked, type ReaderState } from "../shell/state";
import type { Marks as ShellMarks } from "../shell/types";

export type Hop = PathHop;
export type Target = Hop | PathSpot;
/** Pins stand on hops and on nodes; the number is the numeral on the badge, 1 to 6. */
export type Pin = Target & { number: number };
/** First and last of the columns that are chosen to be grouped or named. */
export interface Span {
  from: number;
  to: number;
}
export interface Marks extends ShellMarks<Hop, Target>, Readonly<Omit<PathsLook, "selection" | "pins">> {
  /** Trace and sample that are shown; null: those that the view came with. */
  readonly place: PathsPlace | null;
  readonly span: Span | null;
  /** Of the list of paths. */
  readonly order: PathOrder;
}
/** The cursor stands on nodes only. */
export type PathsState = ReaderState<Target, Marks>;

export const NO_MARKS: Marks = { ...PLAIN_LOOK, place: null, span: null, order: "rank" };

export const isHop = (target: Target): target is Hop => "layer" in target;

export function same(a: Target | null, b: Target | null): boolean {
  if (a === null || b === null) return a === b;
  if (isHop(a) !== isHop(b)) return false;
  return isHop(a)
    ? a.layer === (b as Hop).layer && a.from === (b as Hop).from && a.to === (b as Hop).to
    : a.boundary === (b as PathSpot).boundary && a.position === (b as PathSpot).position;
}

/** Whether a hop starts or ends at a node. */
export const touches = (hop: Hop, { boundary, position }: PathSpot): boolean =>
  (hop.layer === boundary && hop.from === position) || (hop.layer + 1 === boundary && hop.to === position);

/** Nothing but the place. */
export const bare = (target: Target): Target =>
  isHop(target)
    ? { layer: target.layer, from: target.from, to: target.to }
    : { boundary: target.boundary, position: target.position };

/** Selects one hop, and the path that was spelled out is put aside; `add`: beside those that are selected, or lets it go. */
export function select(state: PathsState, hop: Hop, add = false): PathsState {
  const { marks } = state;
  const has = marks.selection.some((s) => same(s, hop));
  const others = add ? marks.selection.filter((s) => !same(s, hop)) : [];
  const selection = has && (add || marks.selection.length === 1) ? others : [...others, bare(hop) as Hop];
  return marked(state, { ...marks, selection, path: null, span: null });
}

/** The columns and rows of a lattice, as far as marks need them. */
export interface Places {
  columns: readonly Column[];
  rows: readonly Row[];
}

/** Marks after groups or bands have changed: pins stand where their first token and layer went, the rest is let go. */
export function regrouped(marks: Marks, before: Places, after: Places): Marks {
  const column = (c: number) => at(after.columns, before.columns[c]?.from ?? 0);
  const row = (r: number) => at(after.rows, before.rows[r]?.from ?? 0);
  const move = (pin: Pin): Pin =>
    isHop(pin)
      ? { layer: row(pin.layer), from: column(pin.from), to: column(pin.to), number: pin.number }
      : {
          boundary: pin.boundary === 0 ? 0 : row(pin.boundary - 1) + 1,
          position: column(pin.position),
          number: pin.number,
        };
  return {
    ...marks,
    selection: [],
    span: null,
    pins: marks.pins.map(move),
    window: movedWindow(marks.window, before, after),
  };
}

/** The part that is drawn, where its tokens and layers went; null where that is all of it. */
function movedWindow(window: PathWindow | null, before: Places, after: Places): PathWindow | null {
  if (!window) return null;
  const [c0, c1] = [before.columns[window.c0]?.from ?? 0, before.columns[window.c1]?.to ?? 0];
  const [r0, r1] = [before.rows[window.r0]?.from ?? 0, before.rows[window.r1]?.to ?? 0];
  const next = { c0: at(after.columns, c0), c1: at(after.columns, c1), r0: at(after.rows, r0), r1: at(after.rows, r1) };
  const all =
    next.c0 === 0 && next.c1 === after.columns.length - 1 && next.r0 === 0 && next.r1 === after.rows.length - 1;
  return all ? null : next;
}

const at = (ranges: readonly { from: number; to: number }[], place: number): number =>
  Math.max(
    0,
    ranges.findIndex(({ from, to }) => from <= place && place <= to),
  );

/** What of the marks makes the drawing. */
export function lookOf({ place: _place, span: _span, order: _order, ...look }: Marks): PathsLook {
  return look;
}

/** Another trace or sample: what stands on tokens is let go where they are others. */
export function moved(marks: Marks, place: PathsPlace, sameTokens: boolean): Marks {
  const kept = sameTokens
    ? marks
    : { ...marks, selection: [], pins: [], groups: [], names: [], source: null, window: null };
  return { ...kept, place, span: null, path: null };
}

/** Marks from outside (a notebook's metadata), keeping only what lies in the view. */
export function readMarks(value: unknown, view: PathsView): Marks {
  const { place, order } = fields(value);
  return {
    ...readLook(value, view),
    place: readPlace(place, view.choices),
    span: null,
    order: order === "logit" ? "logit" : "rank",
  };
}

export function readPlace(value: unknown, choices: PathsChoices | undefined): PathsPlace | null {
  const { trace, sample } = fields(value);
  const among = (n: unknown, all: readonly unknown[]) =>
    Number.isInteger(n) && (n as number) >= 0 && (n as number) < all.length;
  const found = choices && among(trace, choices.traces) && among(sample, choices.samples);
  return found ? { trace: trace as number, sample: sample as number } : null;
}

const fields = (value: unknown): Record<string, unknown> =>
  (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;

/** What a reader has done to a path graph: where the cursor stands, which hops are selected, what is pinned, filtered,
 *  grouped and named, which path is spelled out; and the way back. Pure: every function takes a state and returns the
 *  next one. Hops, nodes and spans count the rows and columns of the marks' own groups and bands; filters, groups,
 *  names and the place count layers and positions of the prompt. */
import type { Column, Grouping, PathSpot, PathsChoices, PathsOptions, PathsPlace, PathsView, Row } from "patchbay/view";
import { PATHS_DEFAULTS } from "patchbay/view";
import { marked, type ReaderState, readPins } from "../shell/state";
import type { Marks as ShellMarks } from "../shell/types";

export interface Hop {
  layer: number;
  from: number;
  to: number;
}
export type Target = Hop | PathSpot;
/** Pins stand on hops and on nodes; the number is the numeral on the badge, 1 to 6. */
export type Pin = Target & { number: number };
/** First and last of the columns that are chosen to be grouped or named. */
export interface Span {
  from: number;
  to: number;
}
export interface Marks extends ShellMarks<Hop, Target>, PathsOptions, Grouping {
  /** Trace and sample that are shown; null: those that the view came with. */
  readonly place: PathsPlace | null;
  readonly span: Span | null;
  /** The kept path that is spelled out. */
  readonly path: number | null;
}
/** The cursor stands on nodes only. */
export type PathsState = ReaderState<Target, Marks>;

export const NO_MARKS: Marks = {
  selection: [],
  pins: [],
  place: null,
  ...PATHS_DEFAULTS,
  groups: [],
  names: [],
  band: 1,
  span: null,
  path: null,
};

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
  return { ...marks, selection: [], span: null, pins: marks.pins.map(move) };
}

const at = (ranges: readonly { from: number; to: number }[], place: number): number =>
  Math.max(
    0,
    ranges.findIndex(({ from, to }) => from <= place && place <= to),
  );

/** Groups with one more; those that it covers or touches are let go. */
export const withGroup = (groups: Grouping["groups"], { from, to }: Span): Grouping["groups"] =>
  [...groups.filter((g) => g.to < from || g.from > to), { from, to }].sort((a, b) => a.from - b.from);

/** Names with one changed; an empty one gives the token its own words back. */
export const withName = (names: Grouping["names"], position: number, name: string): Grouping["names"] =>
  [
    ...names.filter((n) => n.position !== position),
    ...(clean(name) === "" ? [] : [{ position, name: clean(name) }]),
  ].sort((a, b) => a.position - b.position);

/** One line without anything that is not seen or turns the line around. */
const clean = (name: string): string =>
  name
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "")
    .trim()
    .slice(0, 40);

/** Another trace or sample: what stands on tokens is let go where they are others. */
export function moved(marks: Marks, place: PathsPlace, sameTokens: boolean): Marks {
  const kept = sameTokens ? marks : { ...marks, selection: [], pins: [], groups: [], names: [], source: null };
  return { ...kept, place, span: null, path: null };
}

const whole = (n: unknown, least: number, most: number): n is number =>
  Number.isInteger(n) && (n as number) >= least && (n as number) <= most;
const fields = (value: unknown): Record<string, unknown> =>
  (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Marks from outside (a notebook's metadata), keeping only what lies in a graph of this size. */
export function readMarks(
  value: unknown,
  {
    layers,
    tokens,
    maxRank,
    sources,
    choices,
  }: Pick<PathsView, "layers" | "maxRank" | "sources" | "choices"> & { tokens: number },
): Marks {
  const read = (item: unknown): Target | null => {
    const { layer, from, to, boundary, position } = fields(item);
    if (whole(layer, 0, layers - 1) && whole(to, 0, tokens - 1) && whole(from, 0, to)) return { layer, from, to };
    return whole(boundary, 0, layers) && whole(position, 0, tokens - 1) ? { boundary, position } : null;
  };
  const all = fields(value);
  const hops = listOf(all.selection)
    .map(read)
    .filter((t) => t !== null && isHop(t)) as Hop[];
  const groups = listOf(all.groups).reduce<Grouping["groups"]>((found, item) => {
    const { from, to } = fields(item);
    return whole(from, 0, tokens - 1) && whole(to, from + 1, tokens - 1) ? withGroup(found, { from, to }) : found;
  }, []);
  const names = listOf(all.names).reduce<Grouping["names"]>((found, item) => {
    const { position, name } = fields(item);
    return whole(position, 0, tokens - 1) && typeof name === "string" ? withName(found, position, name) : found;
  }, []);
  return {
    ...NO_MARKS,
    selection: hops,
    pins: readPins(all.pins, read),
    place: readPlace(all.place, choices),
    share: typeof all.share === "number" && all.share > 0 && all.share <= 1 ? all.share : NO_MARKS.share,
    source: whole(all.source, 0, tokens - 1) && sources.includes(all.source) ? all.source : null,
    rank: whole(all.rank, 1, maxRank) ? all.rank : null,
    groups,
    names,
    band: whole(all.band, 1, layers) ? all.band : 1,
    path: whole(all.path, 0, Number.MAX_SAFE_INTEGER) ? all.path : null,
  };
}

export function readPlace(value: unknown, choices: PathsChoices | undefined): PathsPlace | null {
  const { trace, sample } = fields(value);
  const found = choices && whole(trace, 0, choices.traces.length - 1) && whole(sample, 0, choices.samples.length - 1);
  return found ? { trace: trace as number, sample: sample as number } : null;
}

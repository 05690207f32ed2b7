/** What a reader has done to a path graph: where the cursor stands, which hop is selected, what is pinned, and the way
 *  back. Pure: every function takes a state and returns the next one. Marks name hops and nodes by layer and position,
 *  so they fit a graph that was traced again. */
import type { PathSpot } from "patchbay/view";
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
/** One hop is selected, or none. */
export type Marks = ShellMarks<Hop, Target>;
/** The cursor stands on nodes only. */
export type PathsState = ReaderState<Target, Marks>;

export const NO_MARKS: Marks = { selection: [], pins: [] };

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

/** Selects one hop; the selected one is let go. */
export function select(state: PathsState, hop: Hop): PathsState {
  const has = state.marks.selection.some((s) => same(s, hop));
  return marked(state, { ...state.marks, selection: has ? [] : [bare(hop) as Hop] });
}

/** Marks from outside (a notebook's metadata), keeping only what lies in a graph of this size. */
export function readMarks(value: unknown, layers: number, tokens: number): Marks {
  const whole = (n: unknown, most: number): n is number =>
    Number.isInteger(n) && (n as number) >= 0 && (n as number) <= most;
  const read = (item: unknown): Target | null => {
    if (typeof item !== "object" || item === null) return null;
    const { layer, from, to, boundary, position } = item as Record<string, unknown>;
    if (whole(layer, layers - 1) && whole(to, tokens - 1) && whole(from, to)) return { layer, from, to };
    return whole(boundary, layers) && whole(position, tokens - 1) ? { boundary, position } : null;
  };
  const { selection, pins } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const hops = (Array.isArray(selection) ? selection : []).map(read).filter((t) => t !== null && isHop(t));
  return { selection: hops.slice(0, 1), pins: readPins(pins, read) };
}

/** What a reader has done to a path graph: where the cursor stands, which hop is selected, what is pinned, and the way
 *  back. Pure: every function takes a state and returns the next one. Marks name hops and nodes by layer and position,
 *  so they fit a graph that was traced again. */
import type { PathSpot } from "patchbay/view";

export interface Hop {
  layer: number;
  from: number;
  to: number;
}
export type Target = Hop | PathSpot;
/** Pins stand on hops and on nodes; the number is the numeral on the badge, 1 to 6. */
export type Pin = Target & { number: number };
/** What undo brings back and what is saved with the notebook. */
export interface Marks {
  /** One hop, or none. */
  selection: readonly Hop[];
  pins: readonly Pin[];
}
export interface PathsState {
  cursor: PathSpot | null;
  /** The read-out stays on this. */
  frozen: Target | null;
  marks: Marks;
  past: readonly Marks[];
  future: readonly Marks[];
}

/** As many as there are pin colours that stay apart. */
export const MAX_PINS = 6;
const MAX_UNDO = 50;

export const initialState = (): PathsState => ({
  cursor: null,
  frozen: null,
  marks: { selection: [], pins: [] },
  past: [],
  future: [],
});

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

const bare = (target: Target): Target =>
  isHop(target)
    ? { layer: target.layer, from: target.from, to: target.to }
    : { boundary: target.boundary, position: target.position };

function marked(state: PathsState, marks: Marks): PathsState {
  return { ...state, marks, past: [...state.past, state.marks].slice(-MAX_UNDO), future: [] };
}

/** Selects one hop; the selected one is let go. */
export function select(state: PathsState, hop: Hop): PathsState {
  const has = state.marks.selection.some((s) => same(s, hop));
  return marked(state, { ...state.marks, selection: has ? [] : [bare(hop) as Hop] });
}

/** Pins under the lowest free number, or takes the pin out. With all numbers taken the state stays. */
export function togglePin(state: PathsState, target: Target): PathsState {
  const { pins } = state.marks;
  if (pins.some((pin) => same(pin, target)))
    return marked(state, { ...state.marks, pins: pins.filter((pin) => !same(pin, target)) });
  for (let number = 1; number <= MAX_PINS; number++)
    if (!pins.some((pin) => pin.number === number))
      return marked(state, {
        ...state.marks,
        pins: [...pins, { ...bare(target), number }].sort((a, b) => a.number - b.number),
      });
  return state;
}

export type Cleared = "frozen" | "selection" | "pins" | "nothing";

/** One rung of the Esc ladder: frozen read-out, selection, pins; then there is nothing left but to leave. */
export function clear(state: PathsState): { state: PathsState; cleared: Cleared } {
  if (state.frozen) return { state: { ...state, frozen: null }, cleared: "frozen" };
  if (state.marks.selection.length > 0)
    return { state: marked(state, { ...state.marks, selection: [] }), cleared: "selection" };
  if (state.marks.pins.length > 0) return { state: marked(state, { ...state.marks, pins: [] }), cleared: "pins" };
  return { state, cleared: "nothing" };
}

export function undo(state: PathsState): PathsState {
  const marks = state.past.at(-1);
  return marks ? { ...state, marks, past: state.past.slice(0, -1), future: [state.marks, ...state.future] } : state;
}

export function redo(state: PathsState): PathsState {
  const [marks, ...future] = state.future;
  return marks ? { ...state, marks, past: [...state.past, state.marks], future } : state;
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
  const numbers = new Set<number>();
  const pinned = (Array.isArray(pins) ? pins : []).flatMap((item): Pin[] => {
    const target = read(item);
    const number = (item as { number?: unknown } | null)?.number;
    if (!target || !whole(number, MAX_PINS) || number < 1 || numbers.has(number)) return [];
    numbers.add(number);
    return [{ ...target, number }];
  });
  return { selection: hops.slice(0, 1), pins: pinned };
}

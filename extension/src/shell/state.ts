/** What a reader has done to a view: where the cursor stands, the marks that were set, and the way back, step by step.
 *  Pure: every function takes a state and returns the next one. */
import { type Gesture, goesOn } from "./gesture";
import type { Marks } from "./types";

/** Marks that undo or redo brings back. */
export interface Step<M> {
  readonly marks: M;
  /** What lies between them and the next ones, as it was said; "" where nothing was said. */
  readonly did: string;
}

export interface ReaderState<T, M extends Marks> {
  cursor: T | null;
  /** The read-out stays on this. */
  frozen: T | null;
  marks: M;
  past: readonly Step<M>[];
  future: readonly Step<M>[];
  /** What the last step belongs to; null: it is whole. */
  gesture: Gesture | null;
}

/** As many as there are pin colours that stay apart. */
export const MAX_PINS = 6;
const MAX_UNDO = 50;

export const initialState = <T, M extends Marks>(marks: M): ReaderState<T, M> => ({
  cursor: null,
  frozen: null,
  marks,
  past: [],
  future: [],
  gesture: null,
});

/** The state with other marks; undo brings the present ones back. What a gesture does is one step, and none if it ends
 *  where it began; marks that say the same are no step. */
export function marked<S extends ReaderState<unknown, Marks>>(
  state: S,
  marks: S["marks"],
  gesture: Gesture | null = null,
): S {
  if (sameMarks(state.marks, marks)) return state;
  const before = goesOn(state.gesture, gesture) ? state.past.at(-1) : undefined;
  if (before === undefined)
    return {
      ...state,
      marks,
      past: [...state.past, { marks: state.marks, did: "" }].slice(-MAX_UNDO),
      future: [],
      gesture,
    };
  if (sameMarks(before.marks, marks))
    return { ...state, marks: before.marks, past: state.past.slice(0, -1), future: [], gesture: null };
  return { ...state, marks, future: [], gesture };
}

/** The state with marks that follow from something else (a window that goes after the cursor): no step of its own. */
export const adjusted = <S extends ReaderState<unknown, Marks>>(state: S, marks: S["marks"]): S => ({
  ...state,
  marks,
});

/** Whether two marks say the same; fields that nobody touched are the same objects, so this is quick. */
function sameMarks<M extends Marks>(a: M, b: M): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof M>;
  return [...names].every((name) => a[name] === b[name] || JSON.stringify(a[name]) === JSON.stringify(b[name]));
}

/** The last step with what was said of it. */
export function named<S extends ReaderState<unknown, Marks>>(state: S, did: string): S {
  const last = state.past.at(-1);
  return last ? { ...state, past: [...state.past.slice(0, -1), { ...last, did }] } : state;
}

/** Pins under the lowest free number, or takes the pin out. With all numbers taken the state stays. */
export function togglePin<P extends object, S extends ReaderState<unknown, Marks<object, P>>>(
  state: S,
  target: P,
  same: (a: P, b: P) => boolean,
): S {
  const { pins } = state.marks;
  if (pins.some((pin) => same(pin, target)))
    return marked(state, { ...state.marks, pins: pins.filter((pin) => !same(pin, target)) });
  for (let number = 1; number <= MAX_PINS; number++)
    if (!pins.some((pin) => pin.number === number))
      return marked(state, {
        ...state.marks,
        pins: [...pins, { ...target, number }].sort((a, b) => a.number - b.number),
      });
  return state;
}

export type Cleared = "frozen" | "selection" | "pins" | "nothing";

/** One rung of the Esc ladder: frozen read-out, selection, pins; then there is nothing left but to leave. */
export function clear<S extends ReaderState<unknown, Marks>>(state: S): { state: S; cleared: Cleared } {
  if (state.frozen) return { state: { ...state, frozen: null }, cleared: "frozen" };
  if (state.marks.selection.length > 0)
    return { state: marked(state, { ...state.marks, selection: [] }), cleared: "selection" };
  if (state.marks.pins.length > 0) return { state: marked(state, { ...state.marks, pins: [] }), cleared: "pins" };
  return { state, cleared: "nothing" };
}

export function undo<S extends ReaderState<unknown, Marks>>(state: S): S {
  const last = state.past.at(-1);
  if (!last) return state;
  const future = [{ marks: state.marks, did: last.did }, ...state.future];
  return { ...state, marks: last.marks, past: state.past.slice(0, -1), future, gesture: null };
}

export function redo<S extends ReaderState<unknown, Marks>>(state: S): S {
  const [next, ...future] = state.future;
  if (!next) return state;
  const past = [...state.past, { marks: state.marks, did: next.did }];
  return { ...state, marks: next.marks, past, future, gesture: null };
}

/** The pins of a saved value: those that `read` understands, each number once. */
export function readPins<P extends object>(
  value: unknown,
  read: (item: unknown) => P | null,
): (P & { number: number })[] {
  const numbers = new Set<number>();
  return (Array.isArray(value) ? value : []).flatMap((item): (P & { number: number })[] => {
    const target = read(item);
    const number = (item as { number?: unknown } | null)?.number;
    if (!target || !Number.isInteger(number)) return [];
    const n = number as number;
    if (n < 1 || n > MAX_PINS || numbers.has(n)) return [];
    numbers.add(n);
    return [{ ...target, number: n }];
  });
}

/** What a reader has done to a view: where the cursor stands, what is selected and pinned, and the way back.
 *  Pure: every function takes a state and returns the next one. */
import type { Marks } from "./types";

export interface ReaderState<T, M extends Marks> {
  cursor: T | null;
  /** The read-out stays on this. */
  frozen: T | null;
  marks: M;
  past: readonly M[];
  future: readonly M[];
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
});

/** The state with other marks; undo brings the present ones back. */
export function marked<S extends ReaderState<unknown, Marks>>(state: S, marks: S["marks"]): S {
  return { ...state, marks, past: [...state.past, state.marks].slice(-MAX_UNDO), future: [] };
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
  const marks = state.past.at(-1);
  return marks ? { ...state, marks, past: state.past.slice(0, -1), future: [state.marks, ...state.future] } : state;
}

export function redo<S extends ReaderState<unknown, Marks>>(state: S): S {
  const [marks, ...future] = state.future;
  return marks ? { ...state, marks, past: [...state.past, state.marks], future } : state;
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

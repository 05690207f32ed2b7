/** What a reader has done to a scatter: which prompts are selected and pinned, which classes are hidden, what was chosen to
 *  be seen. Pure. Marks name prompts by their number, so they hold in every layer, site and method. */
import type { ScatterView } from "patchbay/view";
import { type ReaderState, readPins } from "../shell/state";
import type { Marks as ShellMarks } from "../shell/types";
import { type Choices, readChoices } from "./choices";

export interface Target {
  readonly point: number;
}
export type Pin = Target & { number: number };
export interface Marks extends ShellMarks<Target, Target> {
  /** Classes that are left out, by number. */
  readonly hidden: readonly number[];
  readonly choices: Choices;
}
export type ScatterState = ReaderState<Target, Marks>;

export const NO_MARKS: Marks = { selection: [], pins: [], hidden: [], choices: {} };

const targets: Target[] = [];

/** One object for each prompt: a selection of ten thousand that undo keeps fifty times over stays small. */
export function targetOf(point: number): Target {
  targets[point] ??= { point };
  return targets[point] as Target;
}

export const same = (a: Target | null, b: Target | null): boolean => (a?.point ?? -1) === (b?.point ?? -1);

/** How a lasso or a box changes what is selected: Shift adds, Alt removes. */
export type Taking = "replace" | "add" | "remove";

export const takingOf = ({ shiftKey, altKey }: { shiftKey: boolean; altKey: boolean }): Taking =>
  altKey ? "remove" : shiftKey ? "add" : "replace";

/** The selection after `points` were taken; in the order of the prompts. */
export function taken(selection: readonly Target[], points: readonly number[], taking: Taking): Target[] {
  const set = new Set(taking === "replace" ? [] : selection.map(({ point }) => point));
  for (const point of points) {
    if (taking === "remove") set.delete(point);
    else set.add(point);
  }
  return [...set].sort((a, b) => a - b).map(targetOf);
}

/** Shows a hidden class, or hides it. */
export const toggled = (hidden: readonly number[], k: number): number[] =>
  hidden.includes(k) ? hidden.filter((other) => other !== k) : [...hidden, k].sort((a, b) => a - b);

/** Marks from outside (a notebook's metadata), keeping only what there is in this view. */
export function readMarks(value: unknown, view: ScatterView): Marks {
  const whole = (n: unknown, below: number): n is number =>
    Number.isInteger(n) && (n as number) >= 0 && (n as number) < below;
  const read = (item: unknown): Target | null => {
    const point = typeof item === "object" && item !== null ? (item as Record<string, unknown>).point : null;
    return whole(point, view.prompts.length) ? targetOf(point) : null;
  };
  const { selection, pins, hidden, choices } = (typeof value === "object" && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const list = (items: unknown): unknown[] => (Array.isArray(items) ? items : []);
  const chosen = list(selection).flatMap((item) => read(item)?.point ?? []);
  return {
    selection: taken([], chosen, "replace"),
    pins: readPins(pins, read),
    hidden: [...new Set(list(hidden).filter((k): k is number => whole(k, view.classes.length)))].sort((a, b) => a - b),
    choices: readChoices(choices, view),
  };
}

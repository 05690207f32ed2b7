/** Which columns and rows are drawn: nearer and further around a node, shifted, and so that a node is in sight. Pure. */
import type { PathSpot, PathsView, PathWindow } from "patchbay/view";

const STEP = 1.5;
/** Fewer columns or rows than this tell nothing about their neighbourhood. */
const LEAST = 4;

/** One step in or out; null: the whole, or nothing nearer. */
export function zoomed(
  whole: PathWindow,
  from: PathWindow | null,
  direction: "in" | "out",
  around: PathSpot,
): PathWindow | null {
  const now = from ?? whole;
  const [c0, c1] = step([now.c0, now.c1], [whole.c0, whole.c1], direction, around.position);
  const [r0, r1] = step([now.r0, now.r1], [whole.r0, whole.r1], direction, around.boundary - 0.5);
  return orWhole(whole, { c0, c1, r0, r1 });
}

/** The window with its middle on a column and a row; the whole stays the whole. */
export function centred(whole: PathWindow, now: PathWindow | null, column: number, row: number): PathWindow | null {
  if (!now) return null;
  const [columns, rows] = [column - Math.floor((now.c0 + now.c1) / 2), row - Math.floor((now.r0 + now.r1) / 2)];
  return panned(whole, now, columns, rows);
}

/** A window that was kept, if it lies in what there is now. */
export const fitting = (whole: PathWindow, kept: PathWindow | null): PathWindow | null =>
  kept && kept.c0 >= whole.c0 && kept.c1 <= whole.c1 && kept.r0 >= whole.r0 && kept.r1 <= whole.r1 ? kept : null;

type Range = readonly [number, number];

function step([from, to]: Range, [least, most]: Range, direction: "in" | "out", around: number): [number, number] {
  const length = to - from + 1;
  const all = most - least + 1;
  const wanted = direction === "in" ? Math.floor(length / STEP) : Math.ceil(length * STEP);
  const next = Math.min(all, Math.max(Math.min(LEAST, all), wanted));
  const share = length > 1 ? (around - from) / (length - 1) : 0.5;
  return shifted([least, most], Math.round(around - share * (next - 1)), next);
}

/** The range of `length` from `start`, pushed back into the whole. */
function shifted([least, most]: Range, start: number, length: number): [number, number] {
  const from = Math.max(least, Math.min(most - length + 1, start));
  return [from, from + length - 1];
}

/** The window moved by columns to the right and rows upward. */
export function panned(whole: PathWindow, now: PathWindow, columns: number, rows: number): PathWindow {
  const [c0, c1] = shifted([whole.c0, whole.c1], now.c0 + columns, now.c1 - now.c0 + 1);
  const [r0, r1] = shifted([whole.r0, whole.r1], now.r0 + rows, now.r1 - now.r0 + 1);
  return { c0, c1, r0, r1 };
}

/** The window moved so far that the node, with the row below it, is in sight. */
export function holding(
  whole: PathWindow,
  now: PathWindow | null,
  { boundary, position }: PathSpot,
): PathWindow | null {
  if (!now) return null;
  const out = (from: number, to: number, at: number) => (at < from ? at - from : at > to ? at - to : 0);
  const row = Math.max(0, boundary - 1);
  const [columns, rows] = [out(now.c0, now.c1, position), out(now.r0, now.r1, row)];
  return columns === 0 && rows === 0 ? now : panned(whole, now, columns, rows);
}

function orWhole(whole: PathWindow, window: PathWindow): PathWindow | null {
  const keys = ["c0", "c1", "r0", "r1"] as const;
  return keys.every((key) => window[key] === whole[key]) ? null : window;
}

/** "tokens 3 to 20, layers 8 to 15" */
export function windowWords(view: PathsView, { c0, c1, r0, r1 }: PathWindow): string {
  const { columns = [], rows = [] } = view.lattice ?? {};
  const name = (list: readonly { from: number; to: number }[], from: number, to: number) =>
    `${list[from]?.from ?? from} to ${list[to]?.to ?? to}`;
  return `Tokens ${name(columns, c0, c1)}, layers ${name(rows, r0, r1)}.`;
}

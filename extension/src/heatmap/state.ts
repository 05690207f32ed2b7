/** What a reader has done to a heatmap: where the cursor stands, what is selected, pinned and chosen, and the way back.
 *  Pure: every function takes a state and returns the next one. Marks belong to a place (x, y) and show in all panels. */
import type { HeatmapView } from "patchbay/view";
import type { Gesture } from "../shell/gesture";
import * as S from "../shell/state";
import type { Marks as ShellMarks } from "../shell/types";
import { type Choices, NO_CHOICES, readChoices } from "./choices";

export interface Spot {
  x: number;
  y: number;
}
export interface Place extends Spot {
  panel: number;
}
/** The number is the numeral on the badge, 1 to 6. */
export type Pin = Spot & { number: number };
export interface Marks extends ShellMarks<Spot, Spot>, Choices {}
export interface HeatmapState extends S.ReaderState<Place, Marks> {
  /** Where a range by Shift + arrows began. */
  anchor?: Place | null;
}

/** The cells that exist. `exists` is false in the mirrored half of a pair sweep. */
export interface Extent {
  panels: number;
  nx: number;
  ny: number;
  exists(x: number, y: number): boolean;
}

export type Direction = "left" | "right" | "up" | "down" | "home" | "end" | "first" | "last" | "pageUp" | "pageDown";

export const NO_MARKS: Marks = { selection: [], pins: [], ...NO_CHOICES };
export const initialState = (): HeatmapState => S.initialState<Place, Marks>(NO_MARKS);

export const spotOf = ({ x, y }: Spot): Spot => ({ x, y });
export const sameSpot = (a: Spot | null, b: Spot | null): boolean =>
  a !== null && b !== null && a.x === b.x && a.y === b.y;
export const samePlace = (a: Place | null, b: Place | null): boolean =>
  a === b || (a !== null && b !== null && a.panel === b.panel && sameSpot(a, b));

/** Nearest existing cell of a row or column in the given direction, beginning with the place itself. */
function along(extent: Extent, start: Spot, dx: number, dy: number): Spot | null {
  let { x, y } = start;
  while (x >= 0 && y >= 0 && x < extent.nx && y < extent.ny) {
    if (extent.exists(x, y)) return { x, y };
    x += dx;
    y += dy;
  }
  return null;
}

/** First existing cell, row by row from the bottom left. */
export function firstPlace(extent: Extent): Place | null {
  for (let y = 0; y < extent.ny; y++) {
    const spot = along(extent, { x: 0, y }, 1, 0);
    if (spot) return { panel: 0, ...spot };
  }
  return null;
}

function lastPlace(extent: Extent, panel: number): Place | null {
  for (let y = extent.ny - 1; y >= 0; y--) {
    const spot = along(extent, { x: extent.nx - 1, y }, -1, 0);
    if (spot) return { panel, ...spot };
  }
  return null;
}

/** The place one step away; the same place at an edge. Right of the last cell of a row lies the next panel. */
export function step(extent: Extent, from: Place, direction: Direction): Place {
  const { panel, x, y } = from;
  const at = (p: number, spot: Spot | null): Place => (spot ? { panel: p, ...spot } : from);
  switch (direction) {
    case "left": {
      const spot = along(extent, { x: x - 1, y }, -1, 0);
      if (spot || panel === 0) return at(panel, spot);
      return at(panel - 1, along(extent, { x: extent.nx - 1, y }, -1, 0));
    }
    case "right": {
      const spot = along(extent, { x: x + 1, y }, 1, 0);
      if (spot || panel === extent.panels - 1) return at(panel, spot);
      return at(panel + 1, along(extent, { x: 0, y }, 1, 0));
    }
    case "up":
      return at(panel, along(extent, { x, y: y + 1 }, 0, 1));
    case "down":
      return at(panel, along(extent, { x, y: y - 1 }, 0, -1));
    case "home":
      return at(panel, along(extent, { x: 0, y }, 1, 0));
    case "end":
      return at(panel, along(extent, { x: extent.nx - 1, y }, -1, 0));
    case "first": {
      const first = firstPlace(extent);
      return first ? { ...first, panel } : from;
    }
    case "last":
      return lastPlace(extent, panel) ?? from;
    case "pageUp":
      return extent.panels > 1
        ? { ...from, panel: Math.max(0, panel - 1) }
        : at(0, along(extent, { x, y: extent.ny - 1 }, 0, -1));
    case "pageDown":
      return extent.panels > 1
        ? { ...from, panel: Math.min(extent.panels - 1, panel + 1) }
        : at(0, along(extent, { x, y: 0 }, 0, 1));
  }
}

/** Moves the cursor; with `extend` the selection becomes the box between where Shift was first held and here. */
export function move(state: HeatmapState, extent: Extent, direction: Direction, extend: boolean): HeatmapState {
  const from = state.cursor ?? firstPlace(extent);
  if (!from) return state;
  const cursor = step(extent, from, direction);
  if (!extend) return { ...state, cursor, anchor: null };
  const anchor = state.anchor ?? from;
  return { ...S.marked(state, { ...state.marks, selection: box(extent, anchor, cursor) }), cursor, anchor };
}

/** All existing cells between two corners, row by row. */
export function box(extent: Extent, a: Spot, b: Spot): Spot[] {
  const spots: Spot[] = [];
  for (let y = Math.min(a.y, b.y); y <= Math.max(a.y, b.y); y++)
    for (let x = Math.min(a.x, b.x); x <= Math.max(a.x, b.x); x++) if (extent.exists(x, y)) spots.push({ x, y });
  return spots;
}

/** Selects one cell; `add` joins it to the selection, or takes it out again. A lone selected cell is let go. */
export function select(state: HeatmapState, spot: Spot, add: boolean): HeatmapState {
  const has = state.marks.selection.some((s) => sameSpot(s, spot));
  const { x, y } = spot;
  let selection: readonly Spot[];
  if (add)
    selection = has ? state.marks.selection.filter((s) => !sameSpot(s, spot)) : [...state.marks.selection, { x, y }];
  else selection = has && state.marks.selection.length === 1 ? [] : [{ x, y }];
  return S.marked({ ...state, anchor: null }, { ...state.marks, selection });
}

/** The selection of a drag, which is one gesture. */
export function selectRange(state: HeatmapState, selection: readonly Spot[], gesture: Gesture): HeatmapState {
  return S.marked(state, { ...state.marks, selection }, gesture);
}

/** Marks from outside (a notebook's metadata), keeping only what fits this heatmap. */
export function readMarks(value: unknown, view: HeatmapView): Marks {
  const extent = savedExtent(view);
  const isSpot = (s: unknown): s is Spot => {
    if (typeof s !== "object" || s === null) return false;
    const { x, y } = s as Partial<Spot>;
    return Number.isInteger(x) && Number.isInteger(y) && within(extent, x as number, y as number);
  };
  const { selection, pins } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  return {
    selection: (Array.isArray(selection) ? selection : []).filter(isSpot).map(spotOf),
    pins: S.readPins(pins, (item) => (isSpot(item) ? spotOf(item) : null)),
    ...readChoices(value, view),
  };
}

/** Every cell inside the axes; a saved mark on a tuple that was not asked does no harm. */
function savedExtent({ layout, panels, x, y }: HeatmapView): Extent {
  return {
    panels: panels.length,
    nx: x.labels.length,
    ny: y.labels.length,
    exists: (column, row) => layout !== "pairs" || row >= column,
  };
}

function within(extent: Extent, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < extent.nx && y < extent.ny && extent.exists(x, y);
}

/** How a path graph is looked at: what filters leave, what is put together and named, the part that is drawn, and what is
 *  marked in it. With a view and a size it makes the drawing, in the widget and in print. Pure. */
import { type Grouping, NO_GROUPS } from "./paths-lattice";
import { PATHS_DEFAULTS, type PathsOptions, type PathWindow } from "./paths-layout";
import type { PathsView } from "./paths-types";
import type { PathTarget } from "./paths-weave";

export type PathHop = Extract<PathTarget, { layer: number }>;

/** Hops, nodes and the window count the rows and columns of the look's own groups and bands; filters, groups and names
 *  count layers and positions of the prompt. */
export interface PathsLook extends PathsOptions, Grouping {
  /** null: all of it is drawn. */
  window: PathWindow | null;
  /** Hops whose paths are shown at full strength, the others faded. */
  selection: readonly PathHop[];
  /** `number` is the numeral on the badge, 1 to 6. */
  pins: readonly (PathTarget & { number: number })[];
  /** The kept path that is spelled out, drawn instead of what flows through the selection. */
  path: number | null;
}

export const PLAIN_LOOK: PathsLook = {
  ...PATHS_DEFAULTS,
  ...NO_GROUPS,
  window: null,
  selection: [],
  pins: [],
  path: null,
};

/** As many as there are pin colours that stay apart. */
const MAX_PINS = 6;
const MAX_NAME = 40;

/** A look from outside (a notebook's metadata, a request), of which only what lies in the view is kept. */
export function readLook(value: unknown, view: PathsView): PathsLook {
  const all = fields(value);
  const { layers, maxRank } = view;
  const tokens = view.tokens.length;
  const target = (item: unknown): PathTarget | null => {
    const { layer, from, to, boundary, position } = fields(item);
    if (whole(layer, 0, layers - 1) && whole(to, 0, tokens - 1) && whole(from, 0, to)) return { layer, from, to };
    return whole(boundary, 0, layers) && whole(position, 0, tokens - 1) ? { boundary, position } : null;
  };
  const groups = listOf(all.groups).reduce<Grouping["groups"]>((found, item) => {
    const { from, to } = fields(item);
    return whole(from, 0, tokens - 1) && whole(to, from + 1, tokens - 1) ? withGroup(found, { from, to }) : found;
  }, []);
  const names = listOf(all.names).reduce<Grouping["names"]>((found, item) => {
    const { position, name } = fields(item);
    return whole(position, 0, tokens - 1) && typeof name === "string" ? withName(found, position, name) : found;
  }, []);
  const band = whole(all.band, 1, layers) ? all.band : 1;
  const columns = tokens - groups.reduce((n, { from, to }) => n + to - from, 0);
  return {
    share: typeof all.share === "number" && all.share > 0 && all.share <= 1 ? all.share : PLAIN_LOOK.share,
    source: whole(all.source, 0, tokens - 1) && view.sources.includes(all.source) ? all.source : null,
    rank: whole(all.rank, 1, maxRank) ? all.rank : null,
    through: [...new Set(listOf(all.through).filter((layer) => whole(layer, 0, layers - 1)))].sort((a, b) => a - b),
    groups,
    names,
    band,
    window: readWindow(all.window, columns, Math.ceil(layers / band)),
    selection: listOf(all.selection)
      .map(target)
      .filter((t) => t !== null && "layer" in t) as PathHop[],
    pins: readPins(all.pins, target),
    path: whole(all.path, 0, Number.MAX_SAFE_INTEGER) ? all.path : null,
  };
}

function readPins(value: unknown, read: (item: unknown) => PathTarget | null): PathsLook["pins"] {
  const numbers = new Set<number>();
  return listOf(value).flatMap((item) => {
    const [at, { number }] = [read(item), fields(item)];
    if (!at || !whole(number, 1, MAX_PINS) || numbers.has(number)) return [];
    numbers.add(number);
    return [{ ...at, number }];
  });
}

function readWindow(value: unknown, columns: number, rows: number): PathWindow | null {
  const { c0, c1, r0, r1 } = fields(value);
  const inside =
    whole(c1, 0, columns - 1) && whole(c0, 0, c1 as number) && whole(r1, 0, rows - 1) && whole(r0, 0, r1 as number);
  return inside ? { c0: c0 as number, c1: c1 as number, r0: r0 as number, r1: r1 as number } : null;
}

/** Groups with one more; those that it covers or touches are let go. */
export const withGroup = (groups: Grouping["groups"], { from, to }: { from: number; to: number }): Grouping["groups"] =>
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
    .slice(0, MAX_NAME);

const whole = (n: unknown, least: number, most: number): n is number =>
  Number.isInteger(n) && (n as number) >= least && (n as number) <= most;
const fields = (value: unknown): Record<string, unknown> =>
  (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What a path graph's targets are to other views, and the other way round: rows and columns as layers and positions.
 *  And which columns hold what is searched for. Pure. */
import { columnLabel, type PathGraph, type PathsView, tokenLabel } from "patchbay/view";
import type { Pointing } from "../link";
import { type Hop, isHop, type Target } from "./state";

/** What another view points at: hops that are there, rows, columns. */
export interface Linked {
  hops: readonly Hop[];
  layers: readonly number[];
  positions: readonly number[];
}
export const NOT_LINKED: Linked = { hops: [], layers: [], positions: [] };

type Range = { from: number; to: number };

const rangeOf = ({ from, to }: Range): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const within = (ranges: readonly Range[] | undefined, at: number): number[] =>
  rangeOf(ranges?.[at] ?? { from: at, to: at });

/** Rows or columns in which some layers or positions lie. */
const placesOf = (ranges: readonly Range[] | undefined, places: readonly number[]): number[] =>
  ranges
    ? [...new Set(places.map((p) => ranges.findIndex(({ from, to }) => from <= p && p <= to)))].filter((at) => at >= 0)
    : [...new Set(places)];

/** @param view on its lattice, of which `stored` is behind */
export function linkedOf(at: Pointing, stored: PathsView, view: PathsView, graph: PathGraph): Linked {
  const { layers, heads, tokens } = stored;
  const numbers = (labels: readonly string[] = [], most: number) =>
    labels.map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < most);
  const rows = placesOf(view.lattice?.rows, numbers(at?.layer, layers));
  // Views of several prompts count from the end.
  const ends = (at?.position ?? []).map((p) => (p.startsWith("-") ? String(tokens.length + Number(p)) : p));
  // Who names a token without its place means all places that have it.
  const spelled = at?.position ? [] : tokens.flatMap((token, p) => (at?.token?.includes(token) ? [p] : []));
  // Another prompt has other tokens at the same positions.
  const fits = !at?.token || at.token.every((token) => tokens.includes(token));
  const places = fits ? [...numbers(ends, tokens.length), ...spelled] : [];
  const positions = placesOf(view.lattice?.columns, places);
  const [from, to = from] = positions;
  const hop =
    rows.length === 1 && from !== undefined && to !== undefined ? graph.edge(rows[0] as number, from, to) : null;
  const hops = hop ? [hop] : carriedBy(numbers(at?.head, heads), rows, positions, graph);
  return { hops, layers: rows, positions };
}

/** Hops that one of the heads carries, in these rows and columns where there are any. */
function carriedBy(
  heads: readonly number[],
  rows: readonly number[],
  columns: readonly number[],
  graph: PathGraph,
): Hop[] {
  if (heads.length === 0) return [];
  const among = (all: readonly number[], ...some: number[]) => all.length === 0 || some.some((n) => all.includes(n));
  return graph.edges.filter(
    (edge) =>
      edge.heads.some((head) => heads.includes(head)) && among(rows, edge.layer) && among(columns, edge.from, edge.to),
  );
}

export function pointingOf(
  target: Target,
  { tokens, sample: { label } }: PathsView,
  { lattice }: PathsView,
  graph: PathGraph,
): Pointing {
  const sample = label === "" ? {} : { sample: [label] };
  const layers = (row: number) => ({ layer: within(lattice?.rows, row).map(String) });
  const places = (...columns: number[]) => {
    const positions = columns.flatMap((column) => within(lattice?.columns, column));
    return {
      // From both ends: views of several prompts count from theirs.
      position: [...positions.map(String), ...positions.map((p) => String(p - tokens.length))],
      token: positions.map((p) => tokens[p] ?? ""),
    };
  };
  if (!isHop(target)) {
    const { boundary, position } = target;
    return { ...(boundary === 0 ? {} : layers(boundary - 1)), ...places(position), ...sample };
  }
  const { layer, from, to } = target;
  const heads = graph.edge(layer, from, to)?.heads ?? [];
  return {
    ...layers(layer),
    ...(from === to ? places(to) : places(from, to)),
    ...(heads.length > 0 && { head: heads.map(String) }),
    ...sample,
  };
}

/** The sample that another view points at, as a choice of this graph; null: none, or a place in a prompt as well, which
 *  is what other path graphs say. */
export function sampleAt(at: Pointing, choices: PathsView["choices"]): number | null {
  if (at?.sample?.length !== 1 || at.position || at.token) return null;
  const found = choices?.samples.indexOf(at.sample[0] as string) ?? -1;
  return found < 0 ? null : found;
}

/** Columns with a token, a name or a position that is searched for. */
export function columnsFound(stored: PathsView, view: PathsView, wanted: string): number[] {
  const holds = (position: number) => {
    const token = stored.tokens[position] ?? "";
    return (
      (/^\d+$/.test(wanted) && Number(wanted) === position) ||
      token.toLowerCase().includes(wanted) ||
      tokenLabel(token).toLowerCase().includes(wanted)
    );
  };
  return view.tokens.flatMap((_, column) =>
    columnLabel(view, column, Number.POSITIVE_INFINITY).toLowerCase().includes(wanted) ||
    within(view.lattice?.columns, column).some(holds)
      ? [column]
      : [],
  );
}

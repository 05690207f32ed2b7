/** What a path graph says: the two lines of the read-out and the sentence of a screen reader, for a hop, for a token's
 *  place in the stream, and for the whole. Pure. */
import type { Readout, Segment } from "./describe";
import { count, plain } from "./format";
import type { PathGraph, PathSpot } from "./paths-graph";
import { columnLabel, columnPlace, isOneColumn, isOneLayer, rowPlace } from "./paths-lattice";
import type { PathsLayout, PathsOptions } from "./paths-layout";
import { pathsSummary } from "./paths-text";
import type { PathEdge, PathsView } from "./paths-types";
import type { ViewState } from "./types";

export interface PathWords extends Readout {
  /** One sentence, with its full stop. */
  spoken: string;
}

/** `·France 15`: a column's label, in full, and its place. */
export const tokenName = (view: PathsView, position: number): string =>
  `${columnLabel(view, position, Number.POSITIVE_INFINITY)} ${
    isOneColumn(view, position) ? columnPlace(view, position) : `at ${columnPlace(view, position)}`
  }`;

const layersOf = (view: PathsView, row: number): string =>
  `${isOneLayer(view, row) ? "layer" : "layers"} ${rowPlace(view, row)}`;
const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** `Layer 4, . 12 → ·France 15`; a hop of a token to itself is called residual. */
export const hopName = (view: PathsView, { layer, from, to }: Pick<PathEdge, "layer" | "from" | "to">): string =>
  from === to
    ? `${capital(layersOf(view, layer))}, ${tokenName(view, to)} stays`
    : `${capital(layersOf(view, layer))}, ${tokenName(view, from)} → ${tokenName(view, to)}`;

/** `embedding of ·France 15`, `·France 15 after layer 4` */
export const spotName = (view: PathsView, { boundary, position }: PathSpot): string =>
  boundary === 0
    ? `Embedding of ${tokenName(view, position)}`
    : `${tokenName(view, position)} after layer ${view.lattice?.rows[boundary - 1]?.to ?? boundary - 1}`;

/** `37 of 137 kept paths`, `137 kept paths` */
export function keptWords(view: PathsView): string {
  const of = view.lattice?.of ?? view.kept;
  return of === view.kept ? many(of, "kept path") : `${count(view.kept)} of ${many(of, "kept path")}`;
}

/** Heads of a hop in words: `heads 0, 2`, `residual stream alone`. */
export function headWords(view: PathsView, edge: PathEdge): string {
  if (!isOneLayer(view, edge.layer)) return "through several layers";
  if (edge.heads.length === 0) return "residual stream alone";
  const heads = `${edge.heads.length === 1 ? "head" : "heads"} ${edge.heads.join(", ")}`;
  return edge.from === edge.to ? `residual stream and ${heads}` : heads;
}

/** Share of all kept paths: `21 %`, `0.4 %`; every kept path takes one hop of each layer. */
export function shareWords(paths: number, kept: number): string {
  if (kept === 0) return "–";
  const per = (100 * paths) / kept;
  return `${plain(per, per >= 10 || per === 0 ? 0 : 1)} %`;
}

const many = (n: number, one: string, more = `${one}s`): string => `${count(n)} ${n === 1 ? one : more}`;

/** A hop: how many paths take it, how well the best of them ranks the answer, which heads carry it.
 *  @example describeHop(view, graph, edge).spoken // "Edge into layer 4, . 12 to ·France 15, 712 paths, best answer rank 1, heads 0, 2." */
export function describeHop(view: PathsView, graph: PathGraph, edge: PathEdge): PathWords {
  const { upstream: below, downstream: above } = graph.around(edge);
  const share = shareWords(edge.paths, view.kept);
  return {
    first: [
      strong(hopName(view, edge)),
      strong(many(edge.paths, "path")),
      normal(`best rank ${count(edge.bestRank)}`),
      normal(headWords(view, edge)),
    ],
    second: [
      weak(
        `${share} of ${keptWords(view)} · ` +
          (graph.exact
            ? `its paths take ${many(below, "edge")} before, ${count(above)} after`
            : `${many(below, "edge")} ${below === 1 ? "leads" : "lead"} here, ` +
              `${count(above)} ${above === 1 ? "leads" : "lead"} on to the answer`),
      ),
    ],
    spoken:
      `Edge into ${layersOf(view, edge.layer)}, ` +
      (edge.from === edge.to
        ? `${tokenName(view, edge.to)} stays`
        : `${tokenName(view, edge.from)} to ${tokenName(view, edge.to)}`) +
      `, ${many(edge.paths, "path")}, best answer rank ${count(edge.bestRank)}, ${headWords(view, edge)}.`,
  };
}

/** A token's place: paths through it, hops in and out, and the strongest of them. */
export function describeSpot(view: PathsView, graph: PathGraph, spot: PathSpot): PathWords {
  const into = graph.ending(spot);
  const out = graph.starting(spot);
  const through = (out.length > 0 ? out : into).reduce((n, e) => n + e.paths, 0);
  const [strongest] = graph.at(spot);
  const name = spotName(view, spot);
  if (!strongest)
    return { first: [strong(name), weak("no kept path")], second: [], spoken: `${name}, no kept path comes by.` };
  const edges = `${many(into.length, "edge")} in, ${count(out.length)} out`;
  const side = strongest.layer === spot.boundary ? "out" : "in";
  const other = side === "out" ? `on to ${tokenName(view, strongest.to)}` : `from ${tokenName(view, strongest.from)}`;
  return {
    first: [strong(name), strong(many(through, "path")), normal(edges)],
    second: [weak(`strongest: ${other}, ${many(strongest.paths, "path")} · Space selects it`)],
    spoken: `${name}, ${many(through, "path")}, ${edges}. Strongest ${other}, ${many(strongest.paths, "path")}.`,
  };
}

/** With nothing pointed at: what is drawn and what is thin, or how the run stands. */
export function describePaths(
  view: PathsView,
  layout: Pick<PathsLayout, "shown" | "total" | "held">,
  options: PathsOptions,
  state: ViewState,
): PathWords {
  const { run } = view;
  const spoken = pathsSummary(view);
  const done = run ? `${count(run.done)} of ${many(run.total, "sample")} traced` : "";
  const lines: Record<ViewState, [string, string]> = {
    loading: ["Loading", "tokens and layers are already in place; paths come when this sample is traced"],
    partial: [`Running: ${done}`, `this sample is traced: ${many(view.kept, "kept path")}`],
    stopped: [
      done === "" ? "Stopped" : `Stopped after ${done}`,
      view.kept > 0 ? drawn(view, layout, options).join(" · ") : "this sample was not traced; run the cell again",
    ],
    error: ["The run failed", view.kept > 0 ? "this sample was traced before" : "nothing was traced"],
    stale: ["Made by an earlier kernel", "the numbers are true of their run; run the cell again to go on with them"],
    done: doneWords(view, layout, options),
  };
  const [first, second] = lines[state];
  return { first: [strong(first)], second: second === "" ? [] : [weak(second)], spoken };
}

function doneWords(
  view: PathsView,
  layout: Pick<PathsLayout, "shown" | "total" | "held">,
  options: PathsOptions,
): [string, string] {
  if ((view.lattice?.of ?? view.kept) === 0) return ["No path was kept", ""];
  const said = drawn(view, layout, options);
  if (layout.total === 0)
    return [`No path is left of ${count(view.lattice?.of ?? view.kept)}`, [...said, "take a filter off"].join(" · ")];
  return [
    `${many(layout.shown, "edge")} drawn of ${count(layout.total)}, ${keptWords(view)}`,
    [...said, "point at an edge, or press an arrow key"].join(" · "),
  ];
}

/** What the filters leave out, in words; never silently. */
function drawn(
  view: PathsView,
  { shown, total, held }: Pick<PathsLayout, "shown" | "total" | "held">,
  { source, rank, through }: PathsOptions,
): string[] {
  const thin = total - shown;
  const what = view.lattice?.flow ? "only paths" : "edges that paths can take,";
  return [
    thin === 0 ? "" : `thin lines: ${many(thin, "edge")}, the other ${shareWords(1 - held, 1)} of paths`,
    source === null ? "" : `${what} from ${sourceName(view, source)}`,
    rank === null ? "" : `${what} with ${view.lattice?.flow ? "" : "best "}rank ${count(rank)} or better`,
    through.length === 0
      ? ""
      : `${what} that move in ${through.length === 1 ? "layer" : "layers"} ${through.join(", ")}`,
    view.lattice && !view.lattice.flow && view.kept > 0 ? "single paths are too many to be kept with the view" : "",
  ].filter((part) => part !== "");
}

/** The token, or its group, at a position of the prompt. */
function sourceName(view: PathsView, position: number): string {
  const column = view.lattice?.columns.findIndex(({ from, to }) => from <= position && position <= to) ?? position;
  return tokenName(view, column);
}

const strong = (text: string): Segment => ({ text, tone: "strong" });
const normal = (text: string): Segment => ({ text, tone: "normal" });
const weak = (text: string): Segment => ({ text, tone: "weak" });

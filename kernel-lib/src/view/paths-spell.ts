/** One kept path, spelled out: where it goes from layer to layer, by which heads, how well it ranks the answer and how
 *  much of the answer's logit it brings. And the hops of which something is made, as cuts in the real model. Pure. */
import { count, plain, signed } from "./format";
import type { PathEdge, PathsView } from "./paths-types";
import { viewEdges } from "./paths-view";
import { keptPaths } from "./paths-weave";
import type { HopCut } from "./protocol";
import { tokenLabel } from "./tokens";

/** A stretch of a path: from one token to another in a layer, or staying on one through some. */
export interface PathStep {
  from: number;
  to: number;
  /** First and last layer; the same for a move. */
  layers: readonly [number, number];
  heads: readonly number[];
}

export interface SpelledPath {
  /** Number among the kept paths. */
  index: number;
  rank: number;
  logit: number;
  /** Of the answer's logit in the model; null where that is not known or not above 0. */
  share: number | null;
  /** The token of each boundary. */
  positions: readonly number[];
  steps: readonly PathStep[];
}

export type PathOrder = "rank" | "logit";

/** Kept paths in order: best rank first, or largest logit; ties by the other, then as traced. */
export function orderedPaths(view: PathsView, chosen: ArrayLike<number>, by: PathOrder): number[] {
  const kept = keptPaths(view);
  if (!kept) return [];
  const { rank, logit } = kept;
  const byRank = (a: number, b: number) => rank[a] - rank[b];
  const byLogit = (a: number, b: number) => logit[b] - logit[a];
  const [first, then] = by === "rank" ? [byRank, byLogit] : [byLogit, byRank];
  return Array.from(chosen).sort((a, b) => first(a, b) || then(a, b) || a - b);
}

/** A kept path of the stored view; null where there is no such path, or single paths are not known. */
export function spellPath(view: PathsView, index: number): SpelledPath | null {
  const kept = keptPaths(view);
  if (!kept || !(index >= 0 && index < kept.rank.length)) return null;
  const width = view.layers + 1;
  const positions = Array.from({ length: width }, (_, b) => kept.positions[index * width + b]);
  const steps: PathStep[] = [];
  for (let layer = 0; layer < view.layers; layer++) {
    const [from, to] = [positions[layer], positions[layer + 1]];
    const last = steps.at(-1);
    if (from === to && last && last.from === last.to)
      steps[steps.length - 1] = { ...last, layers: [last.layers[0], layer] };
    else steps.push({ from, to, layers: [layer, layer], heads: from === to ? [] : headsOf(view, { layer, from, to }) });
  }
  const { modelLogit } = view.completeness;
  const [rank, logit] = [kept.rank[index], kept.logit[index]];
  return {
    index,
    rank,
    logit,
    share: modelLogit !== null && modelLogit > 0 ? logit / modelLogit : null,
    positions,
    steps,
  };
}

const tables = new WeakMap<object, Map<string, readonly number[]>>();

function headsOf(view: PathsView, { layer, from, to }: Pick<PathEdge, "layer" | "from" | "to">): readonly number[] {
  let table = tables.get(view.edges);
  if (!table) {
    table = new Map(viewEdges(view).map((e) => [`${e.layer},${e.from},${e.to}`, e.heads]));
    tables.set(view.edges, table);
  }
  return table.get(`${layer},${from},${to}`) ?? [];
}

/** In one line: `·capital 3 stays through layer 0 → layer 1, heads 0, 2 → . 12 ... → answer ·Paris`.
 *  @param named what the reader calls a token; default: its label and position */
export function pathWords(view: PathsView, path: SpelledPath, named = (p: number) => positionName(view, p)): string {
  const parts = [named(path.positions[0])];
  for (const { from, to, layers, heads } of path.steps) {
    if (from !== to) parts.push(`layer ${layers[0]}${headList(heads)} → ${named(to)}`);
    else if (layers[0] === layers[1]) parts.push(`stays in layer ${layers[0]}`);
    else parts.push(`stays in layers ${layers[0]}–${layers[1]}`);
  }
  return `${parts.join(", ")} → answer ${tokenLabel(view.answer)}`;
}

/** `rank 1, logit +0.42, 5 % of the answer's logit` */
export function pathNumbers({ rank, logit, share }: SpelledPath): string {
  const part = share === null ? "" : `, ${plain(100 * share, Math.abs(share) < 0.1 ? 1 : 0)} % of the answer's logit`;
  return `rank ${count(rank)}, logit ${signed(logit, 2)}${part}`;
}

const positionName = (view: PathsView, position: number): string =>
  `${tokenLabel(view.tokens[position], Number.POSITIVE_INFINITY)} ${position}`;

export const headList = (heads: readonly number[]): string =>
  heads.length === 0 ? "" : ` ${heads.length === 1 ? "head" : "heads"} ${heads.join(", ")}`;

/** The heads that carry the path from token to token. Where it stays, the residual stream carries it, which nothing cuts. */
export const cutsOfPath = ({ steps }: SpelledPath): HopCut[] =>
  steps.flatMap(({ from, to, layers: [layer], heads }) =>
    from === to || heads.length === 0 ? [] : [{ layer, from, to, heads }],
  );

/** The stored hops that a drawn one is made of; none in a row of several layers, where paths go many ways. */
export function hopsOf(
  stored: PathsView,
  drawn: PathsView,
  { layer, from, to }: Pick<PathEdge, "layer" | "from" | "to">,
): PathEdge[] {
  const row = drawn.lattice?.rows[layer] ?? { from: layer, to: layer };
  if (row.from !== row.to) return [];
  const [a, b] = [from, to].map((c) => drawn.lattice?.columns[c] ?? { from: c, to: c });
  return viewEdges(stored).filter(
    (e) => e.layer === row.from && e.from >= a.from && e.from <= a.to && e.to >= b.from && e.to <= b.to,
  );
}

/** What a path graph's widget asks about the model behind it: the attention of a hop's heads, and what happens to the
 *  answer when hops are really cut. Both need the run's model, open. */
import { SpecError } from "../errors";
import { freeze } from "../path/freeze";
import type { Frozen } from "../path/types";
import { verifyCuts } from "../path/verify";
import type { PathsBody, PathsPlace } from "../view/paths-types";
import { viewEdges } from "../view/paths-view";
import type { CutResult, EdgeDetail, HopCut, PathsAsked } from "../view/protocol";
import { PathsSource } from "./paths-source";
import type { Source } from "./sources";

/** Heads whose whole row of attention is sent. */
const ROWS = 8;

/** The prompt that was asked about last: readers ask about many hops of one graph. */
let kept: { source: PathsSource; place: string; frozen: Promise<Frozen> } | null = null;

/** Attention at the hop's query, for every head of its layer.
 *  @throws SpecError when the view has no model behind it, or the hop lies outside the prompt */
export async function edgeOf(
  source: Source,
  hop: Omit<HopCut, "heads">,
  at: Partial<PathsPlace> = {},
): Promise<EdgeDetail> {
  const { traced, frozen, graph } = behind(source, at);
  const { nHeads, nLayers } = traced.model.config;
  checkHop(hop, nLayers, traced.sample.tokens.length);
  const { layer, from, to } = hop;
  const onEdge = new Set(headsOf(graph(), hop));
  const length = traced.sample.tokens.length;
  const { pattern } = (await frozen).layers[layer];
  const short = (weight: number) => Math.round(weight * 1e5) / 1e5;
  const heads = Array.from({ length: nHeads }, (_, head) => {
    const start = (head * length + to) * length;
    const row = pattern.subarray(start, start + to + 1); // [to + 1]
    return { head, weight: short(row[from]), onEdge: onEdge.has(head), row: Array.from(row, short) };
  }).sort((a, b) => Number(b.onEdge) - Number(a.onEdge) || b.weight - a.weight || a.head - b.head);
  return { heads: heads.map((head, at) => (at < ROWS ? head : { ...head, row: null })) };
}

/** Cuts the hops in the real model and in the frozen one.
 *  @throws SpecError as above, or when nothing is to be cut */
export async function cut(source: Source, cuts: readonly HopCut[], at: Partial<PathsPlace> = {}): Promise<CutResult> {
  const { traced, frozen } = behind(source, at);
  const { nHeads, nLayers } = traced.model.config;
  for (const hop of cuts) {
    checkHop(hop, nLayers, traced.sample.tokens.length);
    if (hop.heads.length === 0 || hop.heads.some((h) => !Number.isInteger(h) || h < 0 || h >= nHeads))
      refuse("heads", hop.heads, `must name heads from 0 to ${nHeads - 1}`);
  }
  if (cuts.length === 0) refuse("cuts", cuts, "must name at least one hop");
  const { logit, rank } = await verifyCuts(traced.model, await frozen, cuts, traced.sample.answer);
  return { logit, rank };
}

/** Another trace or sample of a path graph.
 *  @throws SpecError when the view is no path graph, ResultError when there is no such choice */
export function bodyAt(source: Source, asked: PathsAsked): PathsBody {
  if (!(source instanceof PathsSource)) refuse("view", source.id, "must be a path graph's");
  return source.bodyAt(asked);
}

function behind(source: Source, at: Partial<PathsPlace>) {
  const traced = source instanceof PathsSource ? source.traced(at) : null;
  if (!(source instanceof PathsSource) || traced === null)
    throw new SpecError({
      thing: "path graph",
      rule: "was shown without its run, so there is no model to ask",
      wayOut: "Show the run itself: pb.show(run)",
    });
  const place = `${at.trace ?? 0},${at.sample ?? "first"}`;
  if (kept?.source !== source || kept.place !== place) {
    const frozen = freeze(traced.model, traced.sample.tokens);
    const entry = { source, place, frozen };
    kept = entry;
    frozen.catch(() => {
      if (kept === entry) kept = null;
    });
  }
  const graph = () =>
    at.trace === undefined || at.sample === undefined
      ? (source.view() as PathsBody)
      : source.bodyAt({ trace: at.trace, sample: at.sample });
  return { traced, frozen: kept.frozen, graph };
}

function headsOf(
  graph: Pick<PathsBody, "edges" | "edgeHeads">,
  { layer, from, to }: Omit<HopCut, "heads">,
): readonly number[] {
  return viewEdges(graph).find((e) => e.layer === layer && e.from === from && e.to === to)?.heads ?? [];
}

function checkHop({ layer, from, to }: Omit<HopCut, "heads">, layers: number, tokens: number): void {
  const whole = (name: string, value: unknown, most: number) => {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most)
      refuse(name, value, `must be 0 to ${most}`);
  };
  whole("layer", layer, layers - 1);
  whole("to", to, tokens - 1);
  whole("from", from, to);
}

function refuse(thing: string, value: unknown, rule: string): never {
  throw new SpecError({ thing, value, rule });
}

/** Paths by the token that they start from (arXiv:2602.07930, section 6.1; figures 4 and 22 to 24): how many there are,
 *  how many rank the answer high enough to be kept, and each token's share of all kept ones. Tokens are told by their
 *  distance from the instruction's end, so that samples of different length line up. */
import { listGiven, MOST_RESAMPLES, oneGiven, optionsGiven, wholeGiven } from "../given";
import { type Interval, meanIntervals, percentile, resampledMeans } from "../stats/bootstrap";
import { mean } from "../stats/moments";
import { instructionEndOf } from "./heads-activity";
import { taskName } from "./paper-names";
import { TraceResult } from "./trace";
import type { Table } from "./types";

/** What stands at a place of the prompt. `prompt`: the trace does not say where its instruction ends. */
export type TokenClass = "instruction" | "instruction end" | "query" | "last token" | "prompt";

/** Paths from one place of the prompts. */
export interface TokenPaths {
  /** Position in the prompt; null where it is not the same in all samples. */
  position: number | null;
  /** Tokens behind the instruction's last; null where that is unknown. */
  offset: number | null;
  /** The token's text where all samples have the same there. */
  token: string | null;
  class: TokenClass;
  /** Samples that have the place. */
  n: number;
  /** Mean number of paths, and of kept ones, per sample. */
  total: number;
  totalCi: Interval | null;
  kept: number;
  keptCi: Interval | null;
  /** Part of all kept paths of all places; null where nothing was kept. */
  share: number | null;
  shareCi: Interval | null;
  /** Kept ones of the place's own paths; null where it has none. */
  rate: number | null;
  rateCi: Interval | null;
}

/** Which paths are counted, and as what. */
export interface PathsByTokenOptions {
  /** Default 10,000. */
  resamples?: number;
  /** Default: the result's. */
  seed?: number;
}

const ONE_TRACE = {
  type: TraceResult,
  what: "a path trace",
  example: 'pathsByToken(await pb.pathTrace(model, { task: "capital" }))',
};
const TRACES = { ...ONE_TRACE, what: "path traces", example: "pathsByTokenTable([one, two])" };

/** Path counts of each place that paths were traced from, in the order of the prompt. Means have BCa intervals,
 *  shares and rates (ratios of sums over samples) percentile intervals of the same resamples.
 *  @example pb.pathsByToken(result).find(({ offset }) => offset === 0)?.share // T_inst */
export function pathsByToken(result: TraceResult, options: PathsByTokenOptions = {}): TokenPaths[] {
  oneGiven("pathsByToken()", result, ONE_TRACE);
  const { resamples = 10_000, seed = result.making.seed } = optionsGiven("pathsByToken()", options);
  wholeGiven("pathsByToken(): resamples", resamples, 1, MOST_RESAMPLES);
  const ends = result.data.samples.map((_, sample) => instructionEndOf(result, sample));
  const aligned = ends.every((end) => end !== null);
  const places = placesOf(result, aligned ? (ends as number[]) : null);
  const kept = places.map(({ kept }) => kept);
  const totals = places.map(({ total }) => total);
  const ratios = ratioIntervals(kept, totals, { resamples, seed });
  const sum = (column: Float64Array) => column.reduce((all, value) => all + value, 0);
  const allKept = kept.reduce((all, column) => all + sum(column), 0);
  const there = (column: Float64Array, at: number) => column.filter((_, sample) => places[at].has[sample] === 1);
  const means = (columns: readonly Float64Array[]) =>
    meanIntervals(
      columns.map((column, at) => there(column, at)),
      { resamples, seed },
    );
  const [keptCis, totalCis] = [means(kept), means(totals)];
  return places.map(({ has: _has, kept: own, total, ...place }, at) => ({
    ...place,
    total: mean(there(total, at)) as number,
    totalCi: totalCis[at],
    kept: mean(there(own, at)) as number,
    keptCi: keptCis[at],
    share: allKept === 0 ? null : sum(own) / allKept,
    shareCi: ratios.share[at],
    rate: sum(total) === 0 ? null : sum(own) / sum(total),
    rateCi: ratios.rate[at],
  }));
}

/** The same for one or several traces as one table in long form, a row for each model, task, k and place.
 *  @example pb.tableToCsv(pb.pathsByTokenTable([result])) */
export function pathsByTokenTable(
  results: TraceResult | readonly TraceResult[],
  options: PathsByTokenOptions = {},
): Table {
  const traces = listGiven("pathsByTokenTable()", [results].flat(), TRACES);
  return {
    name: "paths_by_token",
    columns: [
      ...["model", "task", "k", "position", "offset", "token", "class", "n"],
      ...["total_paths", "total_low", "total_high", "kept_paths", "kept_low", "kept_high"],
      ...["share", "share_low", "share_high", "rate", "rate_low", "rate_high"],
    ],
    rows: traces.flatMap((result) =>
      pathsByToken(result, options).map((row) => [
        ...[result.making.model.name, taskName(result), result.spec.topK],
        ...[row.position, row.offset, row.token, row.class, row.n],
        ...[row.total, ...ends(row.totalCi), row.kept, ...ends(row.keptCi)],
        ...[row.share, ...ends(row.shareCi), row.rate, ...ends(row.rateCi)],
      ]),
    ),
  };
}

/** Paths summed over the classes of tokens: instruction, its end, query, last token. Shares add up to 1.
 *  @example pb.pathsByClassTable([result]).rows */
export function pathsByClassTable(results: TraceResult | readonly TraceResult[]): Table {
  const rows = listGiven("pathsByClassTable()", [results].flat(), TRACES).flatMap((result) => {
    const places = pathsByToken(result, { resamples: 1 });
    const allKept = places.reduce((all, place) => all + place.kept * place.n, 0);
    return [...new Set(places.map((place) => place.class))].map((name) => {
      const own = places.filter((place) => place.class === name);
      const [total, kept] = (["total", "kept"] as const).map((key) => own.reduce((all, p) => all + p[key] * p.n, 0));
      const samples = result.data.samples.length;
      return [
        ...[result.making.model.name, taskName(result), result.spec.topK, name, own.length, samples],
        ...[total / samples, kept / samples, allKept === 0 ? null : kept / allKept, total === 0 ? null : kept / total],
      ];
    });
  });
  return {
    name: "paths_by_class",
    columns: ["model", "task", "k", "class", "tokens", "n", "total_paths", "kept_paths", "share", "rate"],
    rows,
  };
}

const ends = (interval: Interval | null): [number | null, number | null] => [
  interval?.[0] ?? null,
  interval?.[1] ?? null,
];

/** Counts of one place by sample, 0 where the sample has no such place. */
interface Place extends Pick<TokenPaths, "position" | "offset" | "token" | "class" | "n"> {
  has: Uint8Array;
  total: Float64Array;
  kept: Float64Array;
}

function placesOf(result: TraceResult, ends: readonly number[] | null): Place[] {
  const { samples } = result.data;
  const keyOf = (sample: number, source: number) => (ends === null ? source : source - ends[sample]);
  const keys = new Set(samples.flatMap(({ sources }, sample) => sources.map((source) => keyOf(sample, source))));
  return [...keys]
    .sort((a, b) => a - b)
    .map((key): Place => {
      const [total, kept] = [new Float64Array(samples.length), new Float64Array(samples.length)];
      const has = new Uint8Array(samples.length);
      const positions = new Set<number>();
      const words = new Set<string | null>();
      const classes = new Set<TokenClass>();
      samples.forEach(({ sources, totalPaths, highRanking }, sample) => {
        const at = sources.findIndex((source) => keyOf(sample, source) === key);
        if (at < 0) return;
        const { tokens } = result.spec.samples[sample];
        [has[sample], total[sample], kept[sample]] = [1, totalPaths[at], highRanking[at]];
        positions.add(sources[at]);
        words.add(result.data.tokenText[tokens[sources[at]]] ?? null);
        classes.add(classOf(sources[at], tokens.length, ends === null ? null : ends[sample]));
      });
      return {
        position: positions.size === 1 ? [...positions][0] : null,
        offset: ends === null ? null : key,
        token: words.size === 1 ? [...words][0] : null,
        // A place may be the last token of a short prompt and within the query of a longer one.
        class: classes.size === 1 ? [...classes][0] : "query",
        n: has.reduce((all, one) => all + one, 0),
        has,
        total,
        kept,
      };
    });
}

function classOf(position: number, length: number, end: number | null): TokenClass {
  if (end === null) return "prompt";
  if (position === end) return "instruction end";
  if (position < end) return "instruction";
  return position === length - 1 ? "last token" : "query";
}

/** Percentile intervals of kept / all kept, and of kept / total, over resamples of the samples. */
function ratioIntervals(
  kept: readonly Float64Array[],
  totals: readonly Float64Array[],
  { resamples, seed }: { resamples: number; seed: number },
): { share: (Interval | null)[]; rate: (Interval | null)[] } {
  const samples = kept[0]?.length ?? 0;
  if (samples < 2) return { share: kept.map(() => null), rate: kept.map(() => null) };
  const drawn = resampledMeans([...kept, ...totals], resamples, seed);
  const [keptMeans, totalMeans] = [drawn.slice(0, kept.length), drawn.slice(kept.length)];
  const all = Float64Array.from({ length: resamples }, (_, r) => keptMeans.reduce((sum, column) => sum + column[r], 0));
  const interval = (above: Float64Array, below: Float64Array) => {
    const ratios = above.map((value, r) => value / below[r]).filter((value) => !Number.isNaN(value));
    return ratios.length === 0 ? null : percentile(ratios, 0.95);
  };
  return {
    share: keptMeans.map((column) => interval(column, all)),
    rate: keptMeans.map((column, at) => interval(column, totalMeans[at])),
  };
}

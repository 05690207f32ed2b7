/** Models compared on the same samples: differences with paired intervals and tests, corrected over all of them (Holm).
 *  Samples are matched one by one; results whose samples differ are refused, not aligned. */

import { ResultError } from "../errors";
import { listGiven, optionsGiven } from "../given";
import { holm as holmOf } from "../stats/adjust";
import { pairedShares } from "../stats/paired";
import { counted } from "../words";
import type { AccuracyMeasure } from "./accuracy";
import { AccuracyResult } from "./accuracy";
import { Result } from "./base";
import { probeDifferences } from "./compare-geometry";
import { gridDifferences } from "./compare-grid";
import { type PairOf, pairsOf, sameSamples } from "./compare-pairs";
import { sweepDifferences } from "./compare-sweep";
import { comparisonTable } from "./compare-table";
import type { AccuracyDifference, GridDifference, ProbeDifference, SweepDifference } from "./compare-types";
import { GeometryResult } from "./geometry";
import type { GridMetric } from "./grid-metrics";
import { type GridKind, GridResult } from "./grid-result";
import { SweepResult } from "./sweep";
import type { Making, SweepMetric, Table } from "./types";

type Difference = SweepDifference | AccuracyDifference | GridDifference | ProbeDifference;

/** What is compared, and by which names. */
export interface CompareOptions {
  /** What each result is called, where models' names are not enough (the same model with and without a chat). */
  names?: readonly string[];
  /** Of sweeps, default `rr_diff_target`; of grids, default what they show first. */
  metrics?: readonly (SweepMetric | GridMetric)[];
  /** Of accuracies. Default exact match, and instructional accuracy where it is known. */
  measures?: readonly AccuracyMeasure[];
  /** For bootstrap intervals. Default 0. */
  seed?: number;
}

/** What was compared, each list empty but for the results' own. */
export interface Differences {
  sweeps: readonly SweepDifference[];
  accuracies: readonly AccuracyDifference[];
  grids: readonly GridDifference[];
  probes: readonly ProbeDifference[];
}

/** Kinds of results that can be compared. */
export type ComparedKind = "patch-sweep" | "accuracy" | "geometry" | GridKind;

/** Differences between models; `table` has them all. */
export class Comparison implements Differences {
  readonly sweeps: readonly SweepDifference[];
  readonly accuracies: readonly AccuracyDifference[];
  readonly grids: readonly GridDifference[];
  readonly probes: readonly ProbeDifference[];
  constructor(
    readonly of: ComparedKind,
    found: Partial<Differences>,
    /** How the compared results came about, in the order given. */
    readonly makings: readonly Making[],
  ) {
    if (!Array.isArray(makings))
      throw new ResultError({
        thing: "new Comparison()",
        rule: "is made by pb.compare()",
        wayOut: "For example pb.compare([base, sft, dpo])",
      });
    const { sweeps = [], accuracies = [], grids = [], probes = [] } = found;
    this.sweeps = sweeps;
    this.accuracies = accuracies;
    this.grids = grids;
    this.probes = probes;
  }

  /** Every difference, of whatever kind. */
  get all(): readonly Difference[] {
    return [...this.sweeps, ...this.accuracies, ...this.grids, ...this.probes];
  }

  /** The differences in long form, null for a number that does not exist.
   *  @throws ResultError for another name
   *  @example pb.compare([base, sft]).table().rows[0] */
  table(name: "comparison" = "comparison"): Table {
    if (name !== "comparison") throw new ResultError({ thing: "table", value: name, rule: "must be comparison" });
    return comparisonTable(this);
  }

  /** Differences that are not 0 after Holm's correction. */
  significant(alpha = 0.05): readonly Difference[] {
    return this.all.filter(({ holm }) => holm !== null && holm.p < alpha);
  }

  toString(): string {
    const { all } = this;
    const pairs = new Set(all.map(({ a, b }) => `${b} - ${a}`));
    return (
      `a comparison of ${this.of} results: ${[...pairs].join(", ")}; ${counted(all.length, "difference")}, ` +
      `${this.significant().length} of them significant (Holm, 5 %)`
    );
  }

  /** What a console shows of it, in place of every number that it holds. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** Compares results of one kind, each with each, in the order given: later minus earlier. Results of several tasks are
 *  compared task by task.
 *  @throws ResultError when they are of different kinds, when there are fewer than two of a task, or when their samples
 *    differ
 *  @example const table = pb.compare([base, sft, dpo]).table(); */
export function compare(results: readonly Result[], options: CompareOptions = {}): Comparison {
  if (!Array.isArray(results) || results.length < 2)
    throw new ResultError({
      thing: "compare()",
      rule: "needs a list of at least two results",
      wayOut: "For example pb.compare([base, sft, dpo])",
    });
  listGiven("compare()", results, { type: Result, what: "results", example: "pb.compare([base, sft, dpo])" });
  const { names = results.map(({ making }) => making.model.name), seed = 0 } = optionsGiven("compare()", options);
  if (names.length !== results.length)
    throw new ResultError({ thing: "compare(): names", value: names, rule: `must be ${results.length}, one for each` });
  const makings = results.map(({ making }) => making);
  const sweeps = allOf(results, SweepResult);
  if (sweeps) {
    const metrics = (options.metrics as readonly SweepMetric[] | undefined) ?? ["rr_diff_target"];
    return new Comparison("patch-sweep", { sweeps: sweepDifferences(pairsOf(sweeps, names), metrics, seed) }, makings);
  }
  const accuracies = allOf(results, AccuracyResult);
  if (accuracies) {
    const made = accuracyDifferences(pairsOf(accuracies, names), options.measures);
    return new Comparison("accuracy", { accuracies: made }, makings);
  }
  const grids = allOf(results, GridResult);
  if (grids) {
    const metrics = options.metrics as readonly GridMetric[] | undefined;
    const made = gridDifferences(pairsOf(grids, names), metrics, seed);
    return new Comparison(grids[0].data.kind, { grids: made }, makings);
  }
  const geometries = allOf(results, GeometryResult);
  if (geometries) return new Comparison("geometry", { probes: probeDifferences(pairsOf(geometries, names)) }, makings);
  const kinds = [...new Set(results.map((result) => result?.data?.kind ?? typeof result))];
  throw new ResultError({
    thing: "compare()",
    value: kinds,
    rule: "takes patch sweeps, accuracies, grids or geometries, and all of one kind",
    wayOut: kinds.includes("path-trace")
      ? "Paths of two models are not the same paths: pb.headsAcross compares traces by their active heads"
      : undefined,
  });
}

/** The results, where all are of that class. */
const allOf = <R extends Result>(results: readonly Result[], kind: new (data: never) => R): readonly R[] | null =>
  results.every((result) => result instanceof kind) ? (results as readonly R[]) : null;

function accuracyDifferences(
  pairs: readonly PairOf<AccuracyResult>[],
  asked: readonly AccuracyMeasure[] | undefined,
): AccuracyDifference[] {
  const rows = pairs.flatMap(({ first, second, ...pair }): Omit<AccuracyDifference, "holm">[] => {
    sameSamples({ first, second, ...pair }, ({ spec }) =>
      spec.samples.map(({ label, answer }, i) => `${label ?? i}, ${answer}`),
    );
    const measures = asked ?? (["exact_match", first.instructional] as const);
    if (asked === undefined && first.instructional !== second.instructional)
      throw new ResultError({
        thing: `compare(): ${pair.b} and ${pair.a}`,
        value: `${second.instructional} and ${first.instructional}`,
        rule: "must have their instructional accuracy from the same source",
        wayOut: 'Name what to compare: { measures: ["exact_match"] }',
      });
    return measures.map((measure) => {
      const [mine, yours] = [first.passes(measure), second.passes(measure)];
      const counts = { both: 0, first: 0, second: 0, neither: 0 };
      for (let i = 0; i < Math.min(mine.length, yours.length); i++) {
        if (mine[i] === null || yours[i] === null) continue;
        counts[mine[i] ? (yours[i] ? "both" : "first") : yours[i] ? "second" : "neither"]++;
      }
      return { ...pair, measure, counts: pairedShares(counts) };
    });
  });
  const known = rows.filter(({ counts, measure }) => measure === "exact_match" || counts !== null);
  return corrected(known, ({ measure }) => measure);
}

/** Holm over the rows of each family. */
function corrected(
  rows: readonly Omit<AccuracyDifference, "holm">[],
  family: (row: Omit<AccuracyDifference, "holm">) => string,
): AccuracyDifference[] {
  const adjusted = new Map<Omit<AccuracyDifference, "holm">, AccuracyDifference["holm"]>();
  for (const name of new Set(rows.map(family))) {
    const members = rows.filter((row) => family(row) === name);
    const tails = members.map(({ counts }) => counts?.mcnemar ?? null);
    holmOf(tails).forEach((tail, i) => {
      adjusted.set(members[i], tail);
    });
  }
  return rows.map((row) => ({ ...row, holm: adjusted.get(row) ?? null }));
}

/** Models compared on the same samples: differences with paired intervals and tests, corrected over all of them (Holm).
 *  Samples are matched one by one; results whose samples differ are refused, not aligned. */
import { ResultError } from "../errors";
import { holm as holmOf } from "../stats/adjust";
import { pairedShares } from "../stats/paired";
import { counted } from "../words";
import type { AccuracyMeasure } from "./accuracy";
import { AccuracyResult } from "./accuracy";
import type { Result } from "./base";
import { type PairOf, pairsOf, sameSamples } from "./compare-pairs";
import { sweepDifferences } from "./compare-sweep";
import { comparisonTable } from "./compare-table";
import type { AccuracyDifference, SweepDifference } from "./compare-types";
import { SweepResult } from "./sweep";
import type { Making, SweepMetric, Table } from "./types";

export interface CompareOptions {
  /** What each result is called, where models' names are not enough (the same model with and without a chat). */
  names?: readonly string[];
  /** Of sweeps. Default `rr_diff_target`. */
  metrics?: readonly SweepMetric[];
  /** Of accuracies. Default exact match, and instructional accuracy where it is known. */
  measures?: readonly AccuracyMeasure[];
  /** For bootstrap intervals. Default 0. */
  seed?: number;
}

/** Differences between models; `table` has them all. */
export class Comparison {
  constructor(
    readonly of: "patch-sweep" | "accuracy",
    readonly sweeps: readonly SweepDifference[],
    readonly accuracies: readonly AccuracyDifference[],
    /** How the compared results came about, in the order given. */
    readonly makings: readonly Making[],
  ) {}

  /** The differences in long form, null for a number that does not exist.
   *  @throws ResultError for another name
   *  @example pb.compare([base, sft]).table().rows[0] */
  table(name: "comparison" = "comparison"): Table {
    if (name !== "comparison") throw new ResultError({ thing: "table", value: name, rule: "must be comparison" });
    return comparisonTable(this);
  }

  /** Differences that are not 0 after Holm's correction. */
  significant(alpha = 0.05): readonly (SweepDifference | AccuracyDifference)[] {
    const all = [...this.sweeps, ...this.accuracies];
    return all.filter(({ holm }) => holm !== null && holm.p < alpha);
  }

  toString(): string {
    const count = this.sweeps.length + this.accuracies.length;
    const pairs = new Set([...this.sweeps, ...this.accuracies].map(({ a, b }) => `${b} - ${a}`));
    return (
      `a comparison of ${this.of} results: ${[...pairs].join(", ")}; ${counted(count, "difference")}, ` +
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
 *  @example const table = compare([base, sft, dpo]).table(); */
export function compare(results: readonly Result[], options: CompareOptions = {}): Comparison {
  if (!Array.isArray(results) || results.length < 2)
    throw new ResultError({ thing: "compare()", value: results?.length, rule: "needs at least two results" });
  const { names = results.map(({ making }) => making.model.name), seed = 0 } = options;
  if (names.length !== results.length)
    throw new ResultError({ thing: "compare(): names", value: names, rule: `must be ${results.length}, one for each` });
  const makings = results.map(({ making }) => making);
  if (results.every((result): result is SweepResult => result instanceof SweepResult)) {
    const pairs = pairsOf(results, names);
    return new Comparison(
      "patch-sweep",
      sweepDifferences(pairs, options.metrics ?? ["rr_diff_target"], seed),
      [],
      makings,
    );
  }
  if (results.every((result): result is AccuracyResult => result instanceof AccuracyResult)) {
    return new Comparison("accuracy", [], accuracyDifferences(pairsOf(results, names), options.measures), makings);
  }
  throw new ResultError({
    thing: "compare()",
    value: [...new Set(results.map((result) => result?.data?.kind ?? typeof result))],
    rule: "takes patch sweeps, or accuracies, and all of one kind",
  });
}

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

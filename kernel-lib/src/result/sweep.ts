/** The result of a patch sweep: per-sample values first, statistics made from them when they are asked for.
 *  A cancelled or running sweep gives the same object with fewer values. */
import { ResultError } from "../errors";
import { holm } from "../stats/adjust";
import { type Interval, meanIntervals } from "../stats/bootstrap";
import { columnMeans } from "../stats/moments";
import { type SignTest, signTest } from "../stats/sign";
import type { Tail } from "../stats/tail";
import { counted } from "../words";
import { Result } from "./base";
import {
  type Interaction,
  interactionsOf,
  interactionValues,
  keyOf,
  type Places,
  placesOf,
  present,
} from "./interactions";
import { addsUp, METRICS, metricValues, needsReference, protocolMean } from "./metrics";
import { type SplitHalf, splitHalf } from "./split";
import { SWEEP_TABLES, type SweepTableName, sweepTable } from "./tables";
import { sweepText } from "./text";
import type { SweepData, SweepMetric, Table } from "./types";

/** What one tuple does by one metric. */
export interface TupleSummary {
  layers: readonly number[];
  metric: SweepMetric;
  /** Samples in which it was measured. */
  n: number;
  /** null where n is 0. Rounded to two decimals under the protocol `released-code`. */
  mean: number | null;
  /** 95 % BCa bootstrap interval, 10,000 seeded resamples; null where it does not exist. */
  ci: Interval | null;
}

/** Exact sign tests of one effect against 0, one for each tuple, and Holm's correction over all of them. */
export interface EffectTests {
  sign: readonly SignTest[];
  holm: readonly (Tail | null)[];
  /** Tests that were made. */
  made: number;
}

/** How many tuples do more, or less, than the sum of their layers. */
export interface Superadditivity {
  metric: SweepMetric;
  /** Tuples whose interaction was tested; those above and below 0 at `alpha` after Holm. */
  tested: number;
  superadditive: number;
  subadditive: number;
  alpha: number;
  /** The tuple with the largest mean interaction; null when there is none. */
  largest: Interaction | null;
}

/** Samples x tuples of a piece of intervals, and the fewest tuples: eight share a pass over their draws. */
const PIECE = 6_400;
const LEAST_PIECE = 8;

/** What patching each tuple of layers does, sample by sample. */
export class SweepResult extends Result<SweepData, SweepTableName> {
  readonly tableNames = SWEEP_TABLES;
  readonly mainTable = "summary";
  private readonly known = new Map<string, unknown>();

  /** @throws ResultError when the arrays do not fit the samples and tuples. */
  constructor(data: SweepData) {
    super(data);
    const cells = data.spec.samples.length * data.values.tuples.length;
    for (const name of ["logit", "rank", "logprob", "kl"] as const) {
      if (data.values[name].length === cells) continue;
      throw new ResultError({
        thing: `values.${name}`,
        value: data.values[name].length,
        rule: `must hold ${cells} numbers, samples x tuples`,
      });
    }
  }

  /** Cells that are measured. */
  get finished(): number {
    return this.data.values.logit.reduce((n, logit) => n + (Number.isNaN(logit) ? 0 : 1), 0);
  }
  describe(): string {
    return `${counted(this.n, "sample")} x ${counted(this.tuples.length, "tuple")}`;
  }
  /** The tuples of layers, in the order of all columns. */
  get tuples(): readonly (readonly number[])[] {
    return this.data.values.tuples;
  }
  /** Samples asked for; how many were measured stands beside each number. */
  get n(): number {
    return this.data.spec.samples.length;
  }

  /** Metrics that this sweep measures: those against the reference only where a sample has one. */
  get metrics(): SweepMetric[] {
    const hasReference = this.spec.samples.some(({ reference }) => reference !== undefined);
    return (Object.keys(METRICS) as SweepMetric[]).filter((metric) => hasReference || !needsReference(metric));
  }

  /** Per-sample values, NaN where missing: all as [samples, tuples] row-major, or one tuple's as [samples].
   *  @throws ResultError for a metric or tuple that the sweep does not have
   *  @example result.values("rr_diff_target", [0, 2]) */
  values(metric: SweepMetric, layers?: readonly number[]): Float64Array {
    const all = this.once(`values ${this.metricName(metric)}`, () =>
      metricValues(metric, this.data.values, this.spec.protocol),
    );
    return layers === undefined ? all : this.columnOf(all, this.tupleOf(layers));
  }

  /** Mean, interval and n of one tuple.
   *  @throws ResultError as `values`
   *  @example result.summary("rr_diff_target", [0, 2]).ci */
  summary(metric: SweepMetric, layers: readonly number[]): TupleSummary {
    const tuple = this.tupleOf(layers);
    return { ...this.means(metric)[tuple], ci: this.intervalOf(metric, tuple) };
  }

  /** Mean, interval and n of every tuple, in the order of `tuples`. Intervals take the time: 136 tuples of
   *  100 samples about half a second.
   *  @param only places in `tuples`: the others' `ci` is null, unless it was made before */
  summaries(metric: SweepMetric, only?: readonly number[]): readonly TupleSummary[] {
    const wanted = only ?? [...this.tuples.keys()];
    this.makeOwn(metric, wanted);
    return this.means(metric).map((row, tuple) => ({ ...row, ci: this.madeInterval(`interval ${metric}`, tuple) }));
  }

  /** What makes the intervals and tests of a metric, and of its interactions, piece by piece: a piece of intervals takes some hundredths of a
   *  second, and the result keeps what it made. 64 layers three by three have 43,744 tuples: half a minute for 100 samples.
   *  @example for (const piece of result.intervalPieces("rr_diff_target")) piece(); */
  intervalPieces(metric: SweepMetric): (() => void)[] {
    const size = Math.max(LEAST_PIECE, Math.floor(PIECE / Math.max(1, this.n)));
    const pieces = (tuples: readonly number[], make: (piece: readonly number[]) => void) =>
      Array.from({ length: Math.ceil(tuples.length / size) }, (_, at) => () => {
        make(tuples.slice(at * size, (at + 1) * size));
      });
    const all = [...this.tuples.keys()];
    const alone = pieces(all, (piece) => this.makeOwn(metric, piece));
    const tests = () => void this.effectTests(metric);
    if (!addsUp(this.metricName(metric))) return [...alone, tests];
    const together = all.filter((tuple) => this.tuples[tuple].length >= 2);
    const made = pieces(together, (piece) => this.makeTogether(metric, piece));
    return [...alone, ...made, tests, () => void this.interactionTests(metric)];
  }

  /** As `summaries`, without intervals (`ci` is null): the quick way, for a run that is still filling. */
  means(metric: SweepMetric): readonly TupleSummary[] {
    return this.once(`means ${this.metricName(metric)}`, () => {
      const { n, means } = columnMeans(this.values(metric), this.tuples.length);
      return this.tuples.map((layers, tuple) => ({
        layers,
        metric,
        n: n[tuple],
        mean: n[tuple] === 0 ? null : protocolMean(means[tuple], this.spec.protocol),
        ci: null,
      }));
    });
  }

  /** The tuple with the largest mean (the smallest for `patched_rank`) among those measured in most samples;
   *  of equals the one with fewer layers, then the first. It was chosen on the samples that its interval is
   *  made of, which flatters it: `splitHalf` does not.
   *  @throws ResultError when nothing was measured yet, or no tuple has that size
   *  @example result.best("rr_diff_target").layers */
  best(metric: SweepMetric = "rr_diff_target", { size }: { size?: number } = {}): TupleSummary {
    const rows = this.means(metric).filter(({ layers, n }) => n > 0 && (size === undefined || layers.length === size));
    if (rows.length === 0) {
      throw new ResultError({
        thing: `best("${metric}"${size === undefined ? "" : `, { size: ${size} }`})`,
        rule: "no tuple has a value of it yet",
        wayOut: "Wait for the run, or choose another metric or size",
      });
    }
    const most = Math.max(...rows.map(({ n }) => n));
    const sign = METRICS[metric].best === "highest" ? -1 : 1;
    const [first] = rows
      .filter(({ n }) => n === most)
      .sort((a, b) => sign * ((a.mean as number) - (b.mean as number)) || a.layers.length - b.layers.length);
    return this.summary(metric, first.layers);
  }

  /** Sign tests of an effect against 0; null for a metric that is no effect. */
  effectTests(metric: SweepMetric): EffectTests | null {
    if (!METRICS[this.metricName(metric)].effect) return null;
    return this.once(`tests ${metric}`, () => {
      const all = this.values(metric);
      const sign = this.tuples.map((_, tuple) => signTest(present(this.columnOf(all, tuple))));
      const tails = sign.map(({ tail }) => tail);
      return { sign, holm: holm(tails), made: tails.filter((tail) => tail !== null).length };
    });
  }

  /** Interactions of all tuples of two or more layers.
   *  @param only places in `tuples`: the others' `ci` is null, unless it was made before
   *  @throws ResultError for a metric whose effects cannot be added
   *  @example result.interactions("logit_diff_target")[0].mean */
  interactions(metric: SweepMetric = "rr_diff_target", only?: readonly number[]): readonly Interaction[] {
    const rows = this.interactionTests(metric);
    const name = `interaction interval ${metric}`;
    const wanted = (only ?? [...this.tuples.keys()]).filter((tuple) => this.tuples[tuple].length >= 2);
    this.makeTogether(metric, wanted);
    return rows.map((row) => ({ ...row, ci: this.madeInterval(name, this.tupleOf(row.layers)) }));
  }

  /** As `interactions`, without intervals (`ci` is null): the quick way.
   *  @throws ResultError as `interactions` */
  interactionTests(metric: SweepMetric = "rr_diff_target"): readonly Interaction[] {
    this.mustAddUp(metric);
    return this.once(`interaction tests ${metric}`, () =>
      interactionsOf(metric, this.values(metric), this.tuples, null),
    );
  }

  /** I(S) of one tuple, [samples], NaN where missing; null where one of its layers was not swept alone. */
  interactionOf(metric: SweepMetric, layers: readonly number[]): Float64Array | null {
    this.mustAddUp(metric);
    const tuple = this.tuples[this.tupleOf(layers)];
    return tuple.length < 2 ? null : interactionValues(this.values(metric), this.places(), tuple);
  }

  /** Counts the tuples whose interaction differs from 0 after Holm's correction.
   *  @example result.superadditive().superadditive */
  superadditive(metric: SweepMetric = "rr_diff_target", { alpha = 0.05 }: { alpha?: number } = {}): Superadditivity {
    const rows = this.interactionTests(metric);
    const rejected = rows.filter((row) => row.holm !== null && row.holm.p < alpha);
    const above = rejected.filter(({ sign }) => sign.positive > sign.negative).length;
    const largest = rows.reduce<Interaction | null>(
      (best, row) => (row.mean !== null && (best === null || row.mean > (best.mean as number)) ? row : best),
      null,
    );
    return {
      metric,
      tested: rows.filter((row) => row.holm !== null).length,
      superadditive: above,
      subadditive: rejected.length - above,
      alpha,
      largest: largest === null ? null : { ...largest, ci: this.interactionInterval(metric, largest.layers) },
    };
  }

  /** Chooses the best tuple on one half of the samples and measures it on the other (see split.ts).
   *  @throws ResultError with fewer than four samples measured in all tuples
   *  @example result.splitHalf("rr_diff_target").tested.mean */
  splitHalf(metric: SweepMetric = "rr_diff_target", options: { size?: number; seed?: number } = {}): SplitHalf {
    return splitHalf(this, metric, options);
  }

  protected build(name: SweepTableName): Table {
    return this.once(`table ${name}`, () => sweepTable(this, name));
  }

  /** What was measured, the best tuples and how sure they are, as text. */
  override toString(): string {
    return sweepText(this);
  }

  private intervalOf(metric: SweepMetric, tuple: number): Interval | null {
    return this.once(`interval ${metric} ${tuple}`, () => {
      const column = present(this.columnOf(this.values(metric), tuple));
      return meanIntervals([column], { seed: this.making.seed })[0];
    });
  }

  private interactionInterval(metric: SweepMetric, layers: readonly number[]): Interval | null {
    return meanIntervals([present(this.interactionOf(metric, layers))], { seed: this.making.seed })[0];
  }

  private makeOwn(metric: SweepMetric, tuples: readonly number[]): void {
    this.makeIntervals(`interval ${metric}`, tuples, (tuple) => this.columnOf(this.values(metric), tuple));
  }
  private makeTogether(metric: SweepMetric, tuples: readonly number[]): void {
    this.makeIntervals(
      `interaction interval ${metric}`,
      tuples,
      (tuple) => this.interactionOf(metric, this.tuples[tuple]) ?? new Float64Array(0),
    );
  }

  /** Makes the intervals that are not there yet, all at once: columns of one length share their resamples. */
  private makeIntervals(name: string, tuples: readonly number[], column: (tuple: number) => Float64Array): void {
    const missing = tuples.filter((tuple) => !this.known.has(`${name} ${tuple}`));
    const columns = missing.map((tuple) => present(column(tuple)));
    meanIntervals(columns, { seed: this.making.seed }).forEach((interval, i) => {
      this.known.set(`${name} ${missing[i]}`, interval);
    });
  }

  private madeInterval(name: string, tuple: number): Interval | null {
    return (this.known.get(`${name} ${tuple}`) as Interval | null | undefined) ?? null;
  }

  private columnOf(all: Float64Array, tuple: number): Float64Array {
    const width = this.tuples.length;
    return Float64Array.from({ length: this.n }, (_, sample) => all[sample * width + tuple]);
  }

  private places(): Places {
    return this.once("places", () => placesOf(this.tuples));
  }

  private tupleOf(layers: readonly number[]): number {
    const at = this.places().get(keyOf([...layers].sort((a, b) => a - b)));
    if (at !== undefined) return at;
    throw new ResultError({
      thing: "layers",
      value: layers,
      rule: `is not one of the ${this.tuples.length} tuples of this sweep`,
      wayOut: "`tuples` lists them",
    });
  }

  private metricName(metric: SweepMetric): SweepMetric {
    if (Object.hasOwn(METRICS, metric)) return metric;
    throw new ResultError({
      thing: "metric",
      value: metric,
      rule: `must be one of ${Object.keys(METRICS).join(", ")}`,
    });
  }

  private mustAddUp(metric: SweepMetric): void {
    if (addsUp(this.metricName(metric))) return;
    const fit = (Object.keys(METRICS) as SweepMetric[]).filter(addsUp);
    throw new ResultError({
      thing: "interactions: metric",
      value: metric,
      rule: "must be an effect against the target alone, so that effects of single layers can be added",
      wayOut: `Choose one of ${fit.join(", ")}`,
    });
  }

  private once<T>(key: string, make: () => T): T {
    if (!this.known.has(key)) this.known.set(key, make());
    return this.known.get(key) as T;
  }
}

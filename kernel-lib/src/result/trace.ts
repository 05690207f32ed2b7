/** The result of a path trace and its tables (arXiv:2602.07930, section 6; figures 4, 5 and tables 2, 3). */
import type { PathTraceSpec, SampleTrace } from "../experiment/trace-types";
import { mean, meanIntervals, tailCell, tTest } from "../stats";
import { counted } from "../words";
import { Result } from "./base";
import { protocolMean } from "./metrics";
import type { Making, Table } from "./types";

/** What experiment/ hands over and files hold. */
export interface TraceData {
  schema: "patchbay.result/1";
  kind: "path-trace";
  /** `stopped`: cancelled; holds the samples that were finished. */
  state: "done" | "stopped" | "partial";
  spec: PathTraceSpec;
  /** Finished samples, in the order of the spec. */
  samples: readonly SampleTrace[];
  tokenText: Record<number, string>;
  making: Making;
}

export type TraceTable = "counts" | "paths" | "head_activity" | "completeness";
export const TRACE_TABLES: readonly TraceTable[] = ["counts", "paths", "head_activity", "completeness"];

export class TraceResult extends Result<TraceData, TraceTable> {
  readonly tableNames = TRACE_TABLES;
  readonly mainTable = "counts";

  get finished(): number {
    return this.data.samples.length;
  }
  describe(): string {
    return `${this.finished} of ${counted(this.spec.samples.length, "sample")}`;
  }

  /** `counts`: paths and kept paths per source. `paths`: the kept ones. `head_activity`: per layer, head and source.
   *  `completeness`: how far the enumerated paths stand for the model. */
  protected build(name: TraceTable): Table {
    if (name === "counts") return counts(this.data);
    if (name === "paths") return paths(this.data);
    if (name === "head_activity") return headActivity(this.data);
    return completenessTable(this.data);
  }
}

function counts({ samples }: TraceData): Table {
  const rows = samples.flatMap((sample, i) =>
    sample.sources.map((source, s) => [i, source, sample.totalPaths[s], sample.highRanking[s]]),
  );
  return { name: "counts", columns: ["sample", "source", "total_paths", "high_ranking_paths"], rows };
}

function paths({ samples }: TraceData): Table {
  const rows = samples.flatMap((sample, i) => {
    const width = sample.rank.length === 0 ? 0 : sample.positions.length / sample.rank.length;
    return Array.from(sample.rank, (rank, k) => [
      i,
      sample.positions.subarray(k * width, (k + 1) * width).join(">"),
      rank,
      sample.logit[k],
    ]);
  });
  return { name: "paths", columns: ["sample", "positions", "answer_rank", "answer_logit"], rows };
}

function completenessTable({ samples }: TraceData): Table {
  const rows = samples.map(({ completeness: c }, i) => [i, c.modelLogit, c.pathsLogit, c.cosine, c.normRatio]);
  return { name: "completeness", columns: ["sample", "model_logit", "paths_logit", "cosine", "norm_ratio"], rows };
}

/** Mean over samples that have kept paths from the source, with a 95 % percentile bootstrap interval of 10,000
 *  resamples and a one-sample t-test against 0. `released-code` divides by all samples and rounds to two decimals. */
function headActivity({ spec, samples, making }: TraceData): Table {
  const { nLayers, nHeads } = making.model;
  const released = spec.equation === "released-code";
  const sources = [...new Set(samples.flatMap((sample) => sample.sources))].sort((a, b) => a - b);
  const places: { layer: number; head: number; source: number; values: number[] }[] = [];
  for (let layer = 0; layer < nLayers; layer++)
    for (let head = 0; head < nHeads; head++)
      for (const source of sources)
        places.push({
          layer,
          head,
          source,
          values: activityOf(samples, { layer, head, source, nLayers, nHeads, released }),
        });
  const intervals = meanIntervals(
    places.map(({ values }) => values),
    { kind: "percentile", seed: making.seed },
  );
  const rows = places.map(({ layer, head, source, values }, i) => {
    const average = values.length === 0 ? null : (mean(values) as number);
    const test = tTest(values);
    return [
      layer,
      head,
      source,
      average === null ? null : released ? protocolMean(average, "released-code") : average,
      intervals[i]?.[0] ?? null,
      intervals[i]?.[1] ?? null,
      test?.t ?? null,
      test ? tailCell(test.tail) : null,
      values.length,
    ];
  });
  return {
    name: "head_activity",
    columns: ["layer", "head", "source", "activity", "ci_low", "ci_high", "t", "p", "n"],
    rows,
  };
}

function activityOf(
  samples: readonly SampleTrace[],
  at: { layer: number; head: number; source: number; nLayers: number; nHeads: number; released: boolean },
): number[] {
  const values: number[] = [];
  for (const sample of samples) {
    const s = sample.sources.indexOf(at.source);
    if (s < 0) continue;
    const value = sample.headActivity[(s * at.nLayers + at.layer) * at.nHeads + at.head];
    if (!Number.isNaN(value)) values.push(value);
    else if (at.released) values.push(0);
  }
  return values;
}

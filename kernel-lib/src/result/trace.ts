/** The result of a path trace and its tables (arXiv:2602.07930, section 6; figures 4, 5 and tables 2, 3). */
import type { PathTraceSpec, SampleTrace } from "../experiment/trace-types";
import { counted } from "../words";
import { Result } from "./base";
import { headActivityTable } from "./trace-activity";
import { traceText } from "./trace-text";
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

/** The paths of each prompt that rank its answer high, with counts of all. */
export class TraceResult extends Result<TraceData, TraceTable> {
  readonly tableNames = TRACE_TABLES;
  readonly mainTable = "counts";

  get finished(): number {
    return this.data.samples.length;
  }
  describe(): string {
    return `${this.finished} of ${counted(this.spec.samples.length, "sample")}`;
  }

  /** Paths, kept paths and completeness of the first samples, and the most active heads. */
  override toString(): string {
    return traceText(this);
  }

  /** `counts`: paths and kept paths per source. `paths`: the kept ones. `head_activity`: per layer, head and source.
   *  `completeness`: how far the enumerated paths stand for the model. */
  protected build(name: TraceTable): Table {
    if (name === "counts") return counts(this.data);
    if (name === "paths") return paths(this.data);
    if (name === "head_activity") return headActivityTable(this.data);
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

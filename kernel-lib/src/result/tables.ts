/** A patch sweep as tables in long form; null is a missing value or a statistic that does not exist. */
import type { Measure } from "../experiment/types";
import { tailCell } from "../stats/tail";
import type { Interaction } from "./interactions";
import { keyOf } from "./interactions";
import type { SweepResult } from "./sweep";
import type { SweepMetric, Table } from "./types";

export type SweepTableName = "sweep" | "summary" | "interactions";
export const SWEEP_TABLES: readonly SweepTableName[] = ["sweep", "summary", "interactions"];

type Row = Table["rows"][number];
type Cell = Row[number];

/** Metrics that the table of interactions reports. */
const TESTED: readonly SweepMetric[] = ["logit_diff_target", "rr_diff_target"];

/** Builds the table called `name`. */
export function sweepTable(result: SweepResult, name: SweepTableName): Table {
  if (name === "sweep") return sweepRows(result);
  return name === "summary" ? summaryRows(result) : interactionRows(result);
}

const DIFFERENCES = [
  "logit_diff_target",
  "logit_diff_reference",
  "rr_diff_target",
  "rr_diff_reference",
  "kl_target",
] as const;

/** A row for each sample and tuple, samples outermost. */
function sweepRows(result: SweepResult): Table {
  const { values } = result.data;
  const differences = DIFFERENCES.map((metric) => result.values(metric));
  const rows: Row[] = [];
  for (let sample = 0; sample < result.n; sample++) {
    const [target, reference] = [values.target[sample], values.reference[sample]];
    result.tuples.forEach((layers, tuple) => {
      const at = sample * result.tuples.length + tuple;
      const three = (key: keyof Measure): Cell[] => [
        there(values[key][at]),
        target?.[key] ?? null,
        reference?.[key] ?? null,
      ];
      rows.push([
        sample,
        keyOf(layers),
        ...three("logit"),
        ...three("rank"),
        ...three("logprob"),
        ...differences.map((difference) => there(difference[at])),
      ]);
    });
  }
  const three = (name: string) => [`patched_${name}`, `target_${name}`, `reference_${name}`];
  return {
    name: "sweep",
    columns: ["sample", "layers", ...three("logit"), ...three("rank"), ...three("logprob"), ...DIFFERENCES],
    rows,
  };
}

/** A row for each tuple and metric. */
function summaryRows(result: SweepResult): Table {
  const rows = result.metrics.flatMap((metric) => {
    const tests = result.effectTests(metric);
    return result.summaries(metric).map(({ layers, n, mean, ci }, tuple): Row => {
      const sign = tests?.sign[tuple].tail ?? null;
      const holm = tests?.holm[tuple] ?? null;
      return [keyOf(layers), metric, n, mean, ci?.[0] ?? null, ci?.[1] ?? null, tailOrNull(sign), tailOrNull(holm)];
    });
  });
  return {
    name: "summary",
    columns: ["layers", "metric", "n", "mean", "ci_low", "ci_high", "sign_p", "p_holm"],
    rows,
  };
}

/** A row for each tuple of two or more layers and each tested metric. */
function interactionRows(result: SweepResult): Table {
  return {
    name: "interactions",
    columns: [
      ...["layers", "metric", "n", "mean", "ci_low", "ci_high", "positive", "negative", "ties", "sign_p"],
      ...["t", "t_p", "wilcoxon", "wilcoxon_p", "cohen_d", "p_holm", "p_bh", "moebius_mean"],
      ...["paper_k", "paper_t", "paper_p"],
    ],
    rows: TESTED.flatMap((metric) => result.interactions(metric).map(interactionRow)),
  };
}

function interactionRow(row: Interaction): Row {
  return [
    keyOf(row.layers),
    row.metric,
    row.n,
    row.mean,
    row.ci?.[0] ?? null,
    row.ci?.[1] ?? null,
    row.sign.positive,
    row.sign.negative,
    row.sign.ties,
    tailOrNull(row.sign.tail),
    row.t?.t ?? null,
    tailOrNull(row.t?.tail ?? null),
    row.wilcoxon?.statistic ?? null,
    tailOrNull(row.wilcoxon?.tail ?? null),
    row.cohenD,
    tailOrNull(row.holm),
    tailOrNull(row.bh),
    row.moebiusMean,
    row.paperK,
    row.paper?.t ?? null,
    tailOrNull(row.paper?.tail ?? null),
  ];
}

const there = (value: number): number | null => (Number.isNaN(value) ? null : value);
const tailOrNull = (tail: Parameters<typeof tailCell>[0] | null): number | string | null =>
  tail === null ? null : tailCell(tail);

/** Differences between two grids of the same samples, cell by cell. */
import { ResultError } from "../errors";
import { type Bare, bareDifference, correctedRows } from "./compare-paired";
import { type PairOf, sameFacts, sameSamples } from "./compare-pairs";
import type { GridDifference } from "./compare-types";
import type { GridMetric } from "./grid-metrics";
import type { GridResult } from "./grid-result";

/** One row for each pair, metric and cell that both have, corrected over all rows of a metric.
 *  @param asked default: what the first grid shows first
 *  @throws ResultError when two grids are not of the same kind, axes, site or samples */
export function gridDifferences(
  pairs: readonly PairOf<GridResult>[],
  asked: readonly GridMetric[] | undefined,
  seed: number,
): GridDifference[] {
  const metrics = asked ?? [pairs[0].first.metrics[0]];
  const rows = pairs.flatMap((pair) => {
    comparable(pair);
    return metrics.flatMap((metric) => rowsOf(pair, metric));
  });
  return correctedRows(rows, metrics, seed);
}

function comparable(pair: PairOf<GridResult>): void {
  sameFacts(pair, ({ data, spec, making }) => [
    ["kind", data.kind],
    ["axes", `${data.rows.name} x ${data.columns.name}`],
    ["site", spec.site],
    ["number of layers", making.model.nLayers],
  ]);
  sameSamples(pair, samplesOf);
}

/** Labels where people gave them; else the sample's own tokens, which two tokenizers do not share. */
function samplesOf({ data, spec }: GridResult): string[] {
  const { samples } = spec as { samples?: unknown };
  return data.sampleLabels.map((label, i) =>
    label === String(i) && Array.isArray(samples) ? JSON.stringify(samples[i]) : label,
  );
}

type Row = Bare & Pick<GridDifference, "row" | "column" | "metric" | "a" | "b" | "task">;

function rowsOf({ first, second, ...pair }: PairOf<GridResult>, metric: GridMetric): Row[] {
  const { rows, columns } = second.data;
  const cells = first
    .means(metric)
    .filter(({ row, column }) => rows.keys.includes(row) && columns.keys.includes(column));
  if (cells.length === 0)
    throw new ResultError({ thing: `compare(): ${pair.b} and ${pair.a}`, rule: "must have a cell in common" });
  return cells.map(({ row, column }) => {
    const cell = { row, column };
    return { ...pair, ...cell, metric, ...bareDifference(first.values(metric, cell), second.values(metric, cell)) };
  });
}

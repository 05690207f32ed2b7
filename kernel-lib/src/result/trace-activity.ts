/** How active each head is in the kept paths from each source (arXiv:2602.07930, tables 2 and 3). */
import type { SampleTrace } from "../experiment/trace-types";
import { mean, meanIntervals, tailCell, tTest } from "../stats";
import { protocolMean } from "./metrics";
import type { TraceData } from "./trace";
import type { Table } from "./types";

/** A head of a layer, a source, and its share of the kept paths from there in each sample that has some. */
export interface ActivityPlace {
  layer: number;
  head: number;
  source: number;
  values: number[];
}

/** All heads and sources, layers outermost. */
export function activityPlaces({ spec, samples, making }: TraceData): ActivityPlace[] {
  const { nLayers, nHeads } = making.model;
  const released = spec.equation === "released-code";
  const sources = [...new Set(samples.flatMap((sample) => sample.sources))].sort((a, b) => a - b);
  const places: ActivityPlace[] = [];
  for (let layer = 0; layer < nLayers; layer++)
    for (let head = 0; head < nHeads; head++)
      for (const source of sources) {
        const values = activityOf(samples, { layer, head, source, nLayers, nHeads, released });
        places.push({ layer, head, source, values });
      }
  return places;
}

/** Mean over samples that have kept paths from the source, with a 95 % percentile bootstrap interval of 10,000
 *  resamples and a one-sample t-test against 0. `released-code` divides by all samples and rounds to two decimals. */
export function headActivityTable(data: TraceData): Table {
  const { spec, making } = data;
  const released = spec.equation === "released-code";
  const places = activityPlaces(data);
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

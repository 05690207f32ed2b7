/** A trace as plain text: for each sample how many paths there are and are kept, and how far they stand for the model;
 *  and the most active heads. */
import { meanIntervals } from "../stats/bootstrap";
import { counted } from "../words";
import { alignedRows, madeOn, warningLines } from "./aligned";
import type { TraceResult } from "./trace";
import { activityPlaces } from "./trace-activity";

/** Samples and heads that are listed; the tables have all. */
const SAMPLES = 8;
const HEADS = 5;

/** Headline, making, samples, heads. */
export function traceText(result: TraceResult): string {
  const { data, making } = result;
  const { spec, samples } = data;
  const head = [
    result.headline(),
    `  top-${spec.topK} attention, answer rank at most ${spec.maxRank}, ${spec.equation}, ${madeOn(making)}`,
  ];
  if (samples.length === 0) return [...head, "  Nothing is traced yet."].join("\n");
  const total = (counts: readonly number[]) => counts.reduce((sum, n) => sum + n, 0).toLocaleString("en-GB");
  const rows = samples
    .slice(0, SAMPLES)
    .map(({ totalPaths, highRanking, rank, completeness }, i) => [
      spec.samples[i].label ?? String(i),
      ...[total(totalPaths), total(highRanking)],
      rank.length === 0 ? "-" : String(rank.reduce((best, r) => Math.min(best, r))),
      ...[completeness.pathsLogit, completeness.modelLogit].map((logit) => logit.toFixed(2)),
      ...[completeness.cosine, completeness.normRatio].map((ratio) => ratio.toFixed(3)),
    ]);
  const names = ["sample", "paths", "kept", "best rank", "their logit", "model's", "cosine", "norm ratio"];
  const rest = samples.length - rows.length;
  return [
    ...head,
    "  paths of a sample, and how far all of them together stand for the model:",
    ...alignedRows([names, ...rows]).map((line) => `    ${line}`),
    ...(rest > 0 ? [`    ... and ${counted(rest, "more sample")}`] : []),
    ...headLines(result),
    ...warningLines(making),
  ].join("\n");
}

function headLines({ data, state }: TraceResult): string[] {
  const active = activityPlaces(data)
    .flatMap(({ values, ...place }) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return values.length > 0 && mean > 0 ? [{ ...place, values, mean }] : [];
    })
    .sort((a, b) => b.mean - a.mean || b.values.length - a.values.length)
    .slice(0, HEADS);
  if (active.length === 0) return [];
  const settled = state !== "partial";
  const columns = active.map(({ values }) => values);
  const intervals = settled ? meanIntervals(columns, { kind: "percentile", seed: data.making.seed }) : [];
  const names = ["layer", "head", "from position", "activity", ...(settled ? ["95 % interval"] : []), "n"];
  const rows = active.map(({ layer, head, source, values, mean }, i) => [
    ...[layer, head, source].map(String),
    mean.toFixed(2),
    ...(settled ? [intervals[i] ? `[${intervals[i].map((end) => end.toFixed(2)).join(", ")}]` : "-"] : []),
    String(values.length),
  ]);
  return [
    "  most active heads, by the share of the kept paths from a position in which they take part:",
    ...alignedRows([names, ...rows], 0).map((line) => `    ${line}`),
  ];
}

/** How often each attention head takes part in the kept paths from one place of the prompt (arXiv:2602.07930,
 *  section 6.1): per sample, and the mean over samples. Places are told by the end of the instruction, so that tasks
 *  whose instructions differ in length can be compared. */

import { ResultError } from "../errors";
import { kindOf, oneGiven } from "../given";
import { protocolMean } from "./metrics";
import { TraceResult } from "./trace";

/** Where paths start: T_inst (the instruction's last token), so many tokens behind it (before it when negative), the
 *  end of the instruction's first sentence, or a position counted from the front of the prompt. */
export type HeadPlace = "instruction-end" | "first-sentence" | { readonly offset: number } | number;

/** The activity of every head from one place. */
export interface HeadActivity {
  nLayers: number;
  nHeads: number;
  /** [samples, nLayers x nHeads], shares 0 to 1; a sample that kept no path from here is NaN throughout
   *  (0 under `released-code`, which divides by all samples). */
  values: Float64Array;
  samples: number;
  /** Samples behind the means. */
  n: number;
  /** [nLayers x nHeads]; NaN when n is 0. Rounded to two decimals under `released-code`. */
  mean: Float64Array;
  /** The position where it is the same in all samples, else null. */
  position: number | null;
}

const ONE_TRACE = {
  type: TraceResult,
  what: "a path trace",
  example: 'headActivityAt(await pb.pathTrace(model, { task: "capital" }))',
};

function checkPlace(place: unknown): void {
  if (place === "instruction-end" || place === "first-sentence" || Number.isInteger(place)) return;
  if (Number.isInteger((place as { offset?: unknown } | null)?.offset)) return;
  throw new ResultError({
    thing: "headActivityAt(): place",
    rule: `must be "instruction-end", "first-sentence", a position or { offset: -1 }, not ${kindOf(place)}`,
  });
}

/** Head activity of a trace from `place`, by default from T_inst.
 *  @throws ResultError when the trace does not say where the instruction ends, or has no paths from there
 *  @example pb.headActivityAt(result).mean */
export function headActivityAt(result: TraceResult, place: HeadPlace = "instruction-end"): HeadActivity {
  const { spec, making, data } = oneGiven("headActivityAt()", result, ONE_TRACE);
  checkPlace(place);
  const { nLayers, nHeads } = making.model;
  const cells = nLayers * nHeads;
  const released = spec.equation === "released-code";
  const samples = data.samples.length;
  const values = new Float64Array(samples * cells).fill(Number.NaN);
  const positions = data.samples.map((_, sample) => positionOf(result, sample, place));
  let traced = 0;
  data.samples.forEach(({ sources, headActivity }, sample) => {
    const s = sources.indexOf(positions[sample]);
    if (s < 0) return;
    traced++;
    const own = headActivity.subarray(s * cells, (s + 1) * cells);
    values.set(released ? own.map((share) => (Number.isNaN(share) ? 0 : share)) : own, sample * cells);
  });
  if (traced === 0)
    throw new ResultError({
      thing: "head activity",
      value: placeName(place),
      rule: "is no place that paths were traced from",
      wayOut: 'Trace with sources "all", or with the positions that you want to compare',
    });
  const all = Array.from({ length: samples }, (_, sample) => sample);
  const mean = meanActivity({ values, cells, released }, all);
  return {
    nLayers,
    nHeads,
    values,
    samples,
    n: all.filter((sample) => !Number.isNaN(values[sample * cells])).length,
    mean,
    position: new Set(positions).size === 1 ? positions[0] : null,
  };
}

/** Means over the drawn samples that have values, [cells]; NaN when none has.
 *  values: [samples, cells]. */
export function meanActivity(
  { values, cells, released }: { values: Float64Array; cells: number; released: boolean },
  drawn: ArrayLike<number>,
): Float64Array {
  const sums = new Float64Array(cells);
  let n = 0;
  for (let i = 0; i < drawn.length; i++) {
    const row = drawn[i] * cells;
    if (Number.isNaN(values[row])) continue;
    n++;
    for (let cell = 0; cell < cells; cell++) sums[cell] += values[row + cell];
  }
  for (let cell = 0; cell < cells; cell++) {
    const mean = sums[cell] / n;
    sums[cell] = released ? protocolMean(mean, "released-code") : mean;
  }
  return sums;
}

/** "T_inst", "T_inst − 1", "position 7", "first sentence". */
export function placeName(place: HeadPlace): string {
  if (place === "instruction-end") return "T_inst";
  if (place === "first-sentence") return "first sentence";
  if (typeof place === "number") return `position ${place}`;
  return place.offset === 0 ? "T_inst" : `T_inst ${place.offset < 0 ? "\u2212" : "+"} ${Math.abs(place.offset)}`;
}

/** Where a sample's instruction ends: what its spec says, else its only source, else null. */
export function instructionEndOf({ spec }: TraceResult, sample: number): number | null {
  const { instructionEnd, sources } = spec.samples[sample];
  if (instructionEnd !== undefined) return instructionEnd;
  return sources !== "all" && sources.length === 1 ? sources[0] : null;
}

function positionOf(result: TraceResult, sample: number, place: HeadPlace): number {
  if (typeof place === "number") return place;
  const end = instructionEndOf(result, sample);
  if (end === null)
    throw new ResultError({
      thing: "head activity",
      value: placeName(place),
      rule: "needs to know where the instruction ends, and this trace does not say",
      wayOut: "Give a position, or trace a task, or samples with `instructionEnd`",
    });
  if (place === "instruction-end") return end;
  return place === "first-sentence" ? firstStop(result, sample, end) : end + place.offset;
}

/** The first token at or before the instruction's end that closes a sentence. */
function firstStop({ spec, data }: TraceResult, sample: number, end: number): number {
  const { tokens } = spec.samples[sample];
  const stop = tokens.findIndex((id, at) => at <= end && /[.!?]\s*$/.test(data.tokenText[id] ?? ""));
  return stop === -1 ? end : stop;
}

/** A result as one file, `*.patchbay.json`: JSON whose arrays are packed. What is read is not trusted until every
 *  size, range and shape was checked. Reading gives back each number bit for bit. */

import { parseJson } from "../checkpoint/json";
import { ResultError } from "../errors";
import type { Measure } from "../experiment/types";
import { bytesGiven, oneGiven } from "../given";
import { oneOf, record, refuse } from "./fields";
import { checkMaking, checkSpec, checkTokenText, checkTuples } from "./file-checks";
import { type Packed, pack, unpack } from "./pack";
import { SweepResult } from "./sweep";
import type { SweepData } from "./types";

/** Longest file in bytes: what one JavaScript string holds, less some room. */
const MAX_BYTES = 500_000_000;
/** Arrays are at the fourth level, tokens of a sample at the fifth. */
const MAX_DEPTH = 8;

const STATES = ["done", "stopped", "partial"] as const;

/** The text of a result's file.
 *  @throws ResultError when it would be larger than a file may be
 *  @example writeFileSync("sweep.patchbay.json", pb.serialize(result)) */
export function serialize(result: SweepResult): string {
  const { schema, kind, state, spec, making, tokenText, values } = oneGiven("serialize()", result, {
    type: SweepResult,
    what: "the result of a patch sweep",
    example: "pb.serialize(await run); pb.serializeAny takes results of every kind",
  }).data;
  const cells = values.logit.length;
  // Four arrays of at most eight bytes a cell, four characters for each three bytes.
  if ((cells * 4 * 8 * 4) / 3 > MAX_BYTES) {
    throw new ResultError({
      thing: "result",
      value: `${cells} cells`,
      rule: `is more than one file of ${MAX_BYTES} bytes holds`,
      wayOut: "Split the sweep over samples or tuples, or export its tables",
    });
  }
  const shape = [result.n, result.tuples.length];
  const packed = {
    tuples: values.tuples,
    logit: packShort(values.logit, shape),
    rank: packShort(values.rank, shape),
    logprob: packShort(values.logprob, shape),
    kl: packShort(values.kl, shape),
    target: packMeasures(values.target),
    reference: packMeasures(values.reference),
  };
  return `${JSON.stringify({ schema, kind, state, spec, making, tokenText, values: packed })}\n`;
}

/** The result that a file holds.
 *  @throws ResultError that names the field, its value, the rule and the way out
 *  @example pb.parseResult(readFileSync("sweep.patchbay.json", "utf8")).best() */
export function parseResult(file: string | Uint8Array, name = "result"): SweepResult {
  const bytes = bytesGiven(name, file);
  const limits = { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH, thing: name, error: ResultError };
  const fields = record(name, parseJson(bytes, limits));
  const schema = oneOf("schema", fields.schema, ["patchbay.result/1"]);
  const kind = oneOf("kind", fields.kind, ["patch-sweep"]);
  const state = oneOf("state", fields.state, STATES);
  const making = checkMaking(fields.making);
  const spec = checkSpec(fields.spec, making.model);
  const values = record("values", fields.values);
  const tuples = checkTuples(values.tuples, spec, making.model.nLayers);
  const [samples, shape] = [spec.samples.length, [spec.samples.length, tuples.length]];
  const measured = {
    logit: numbers("values.logit", values.logit, shape),
    rank: numbers("values.rank", values.rank, shape),
    logprob: numbers("values.logprob", values.logprob, shape),
    kl: numbers("values.kl", values.kl, shape),
  };
  const target = numbers("values.target", values.target, [samples, 3]);
  const reference = numbers("values.reference", values.reference, [samples, 3]);
  const { vocab } = making.model;
  checkRanks("values.rank", measured.rank, vocab);
  checkLogprobs("values.logprob", measured.logprob);
  const data: SweepData = {
    schema,
    kind,
    state,
    spec,
    values: {
      tuples,
      ...measured,
      target: measures("values.target", target, vocab),
      reference: measures("values.reference", reference, vocab),
    },
    tokenText: checkTokenText(fields.tokenText, vocab),
    making,
  };
  return new SweepResult(data);
}

/** As float32 where that loses nothing, as ranks and logits do not; else as float64. */
function packShort(values: Float64Array, shape: readonly number[]): Packed {
  const short = values.every((value) => Number.isNaN(value) || Math.fround(value) === value);
  return pack(short ? Float32Array.from(values) : values, shape);
}

/** [samples, 3]: logit, rank, logprob; NaN for null. */
function packMeasures(list: readonly (Measure | null)[]): Packed {
  const flat = list.flatMap((m) => (m === null ? [Number.NaN, Number.NaN, Number.NaN] : [m.logit, m.rank, m.logprob]));
  return packShort(Float64Array.from(flat), [list.length, 3]);
}

function measures(at: string, flat: Float64Array, vocab: number): (Measure | null)[] {
  return Array.from({ length: flat.length / 3 }, (_, sample) => {
    const three = flat.subarray(3 * sample, 3 * sample + 3);
    if (three.every(Number.isNaN)) return null;
    const [logit, rank, logprob] = three;
    if (Number.isNaN(logit)) refuse(`${at}[${sample}]`, logit, "must be all there or all missing");
    if (Number.isNaN(rank)) refuse(`${at}[${sample}]`, rank, "must be all there or all missing");
    checkRanks(`${at}[${sample}]: rank`, three.subarray(1, 2), vocab);
    if (Number.isNaN(logprob)) refuse(`${at}[${sample}]`, logprob, "must be all there or all missing");
    checkLogprobs(`${at}[${sample}]: logprob`, three.subarray(2, 3));
    return { logit, rank, logprob };
  });
}

function numbers(at: string, value: unknown, shape: readonly number[]): Float64Array {
  const array = unpack(value, at);
  const { dtype, shape: said } = value as Packed;
  if (dtype !== "float32" && dtype !== "float64") refuse(`${at}.dtype`, dtype, "must be float32 or float64");
  if (said.length !== shape.length || said.some((d, i) => d !== shape[i])) {
    refuse(`${at}.shape`, said.join(" x "), `must be ${shape.join(" x ")}, as the spec says`);
  }
  return array instanceof Float64Array ? array : Float64Array.from(array);
}

function checkRanks(at: string, ranks: Float64Array, vocab: number): void {
  const wrong = ranks.findIndex((r) => !Number.isNaN(r) && !(Number.isInteger(r) && r >= 1 && r <= vocab));
  if (wrong >= 0) refuse(`${at}[${wrong}]`, ranks[wrong], `must be a rank from 1 to ${vocab}, or NaN`);
}

/** Room for the rounding of a log-sum-exp in float32. */
const LOGPROB_SLACK = 1e-3;

function checkLogprobs(at: string, logprobs: Float64Array): void {
  const wrong = logprobs.findIndex((value) => value > LOGPROB_SLACK);
  if (wrong >= 0) refuse(`${at}[${wrong}]`, logprobs[wrong], "must be the logarithm of a probability, or NaN");
}

/** A path trace as one file, `*.patchbay.json`: JSON whose arrays are packed. What is read is not trusted until every
 *  size, range and shape was checked. Reading gives back each number bit for bit. */
import { parseJson } from "../checkpoint/json";
import { ResultError } from "../errors";
import { MAX_SAMPLES } from "../experiment/limits";
import type { PathTraceSpec, SampleTrace, TracedEdge } from "../experiment/trace-types";
import { list, oneOf, record, refuse, text, whole } from "./fields";
import { checkMaking, checkTokenText } from "./file-checks";
import { type PackedArray, pack, unpack } from "./pack";
import { TraceResult } from "./trace";
import type { Making } from "./types";

/** Longest file in bytes: what one JavaScript string holds, less some room. */
const MAX_BYTES = 500_000_000;
const MAX_DEPTH = 8;
const MAX_TOKENS = 1_000_000;
const STATES = ["done", "stopped", "partial"] as const;

/** The text of a trace's file.
 *  @example writeFileSync("trace.patchbay.json", serializeTrace(result)) */
export function serializeTrace({ data }: TraceResult): string {
  const { schema, kind, state, spec, making, tokenText } = data;
  const bytes = data.samples.reduce((n, s) => n + s.positions.byteLength + 4 * s.headActivity.length, 0);
  if (bytes * 1.4 > MAX_BYTES)
    throw new ResultError({
      thing: "result",
      value: `${bytes} bytes of paths`,
      rule: `is more than one file of ${MAX_BYTES} bytes holds`,
      wayOut: "Trace fewer samples or sources, or lower maxRank",
    });
  return `${JSON.stringify({ schema, kind, state, spec, making, tokenText, samples: data.samples.map(packSample) })}\n`;
}

/** The trace that a file holds.
 *  @throws ResultError that names the field, its value, the rule and the way out */
export function parseTrace(file: string | Uint8Array, name = "result"): TraceResult {
  const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
  const limits = { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH, thing: name, error: ResultError };
  const fields = record(name, parseJson(bytes, limits));
  const schema = oneOf("schema", fields.schema, ["patchbay.result/1"]);
  const kind = oneOf("kind", fields.kind, ["path-trace"]);
  const state = oneOf("state", fields.state, STATES);
  const making = checkMaking(fields.making);
  const spec = checkSpec(fields.spec, making.model);
  const traced = list("samples", fields.samples, spec.samples.length);
  if (state === "done" && traced.length !== spec.samples.length)
    refuse("samples", traced, `must be the ${spec.samples.length} samples of the spec, since the state is done`);
  const samples = traced.map((sample, i) => unpackSample(`samples[${i}]`, sample, spec.samples[i], spec, making.model));
  return new TraceResult({
    schema,
    kind,
    state,
    spec,
    samples,
    tokenText: checkTokenText(fields.tokenText, making.model.vocab),
    making,
  });
}

/** A sample as JSON, its arrays packed. */
export function packSample(sample: SampleTrace): Record<string, unknown> {
  const { sources, totalPaths, highRanking, completeness, edges } = sample;
  const column = (pick: (edge: TracedEdge) => number) => pack(Int32Array.from(edges, pick));
  return {
    sources,
    totalPaths,
    highRanking,
    completeness,
    positions: pack(sample.positions),
    rank: pack(sample.rank),
    logit: pack(sample.logit),
    headActivity: pack(sample.headActivity),
    edges: {
      layer: column((e) => e.layer),
      from: column((e) => e.from),
      to: column((e) => e.to),
      paths: column((e) => e.paths),
      bestRank: column((e) => e.bestRank),
      heads: edges.map((e) => e.heads),
    },
  };
}

function checkSpec(value: unknown, model: Making["model"]): PathTraceSpec {
  const spec = record("spec", value);
  oneOf("spec.schema", spec.schema, ["patchbay.spec/1"]);
  oneOf("spec.kind", spec.kind, ["path-trace"]);
  oneOf("spec.equation", spec.equation, ["eq3", "released-code"]);
  text("spec.model", spec.model, 4096);
  if (spec.task !== undefined) text("spec.task", spec.task, 4096);
  if (spec.chat !== undefined && typeof spec.chat !== "boolean")
    refuse("spec.chat", spec.chat, "must be true or false");
  for (const key of ["topK", "maxRank", "budget"]) whole(`spec.${key}`, spec[key], 1, 2 ** 31 - 1);
  list("spec.samples", spec.samples, MAX_SAMPLES).forEach((entry, i) => {
    const at = `spec.samples[${i}]`;
    const sample = record(at, entry);
    const tokens = list(`${at}.tokens`, sample.tokens, MAX_TOKENS);
    if (tokens.length === 0) refuse(`${at}.tokens`, tokens, "must hold at least one token");
    tokens.forEach((id, t) => {
      whole(`${at}.tokens[${t}]`, id, 0, model.vocab - 1);
    });
    whole(`${at}.answer`, sample.answer, 0, model.vocab - 1);
    if (sample.instructionEnd !== undefined) whole(`${at}.instructionEnd`, sample.instructionEnd, 0, tokens.length - 1);
    if (sample.label !== undefined) text(`${at}.label`, sample.label);
    if (sample.sources !== "all") positionsOf(`${at}.sources`, sample.sources, tokens.length);
  });
  return spec as unknown as PathTraceSpec;
}

/** Distinct positions of a prompt. */
function positionsOf(at: string, value: unknown, length: number): number[] {
  const found = list(at, value, length).map((p, i) => whole(`${at}[${i}]`, p, 0, length - 1));
  if (new Set(found).size !== found.length) refuse(at, found, "must hold each position once");
  return found;
}

/** What `packSample` made, checked; `at` names it in messages.
 *  @throws ResultError */
export function unpackSample(
  at: string,
  value: unknown,
  { tokens }: PathTraceSpec["samples"][number],
  { maxRank }: PathTraceSpec,
  { nLayers, nHeads }: Pick<Making["model"], "nLayers" | "nHeads">,
): SampleTrace {
  const sample = record(at, value);
  const length = tokens.length;
  const sources = positionsOf(`${at}.sources`, sample.sources, length);
  const counts = (name: string, most: (i: number) => number) => {
    const found = list(`${at}.${name}`, sample[name], sources.length);
    if (found.length !== sources.length)
      refuse(`${at}.${name}`, found, `must be ${sources.length} counts, one for each source`);
    return found.map((n, i) => whole(`${at}.${name}[${i}]`, n, 0, most(i)));
  };
  const array = <A extends PackedArray>(name: string, kind: new (n: number) => A, count: number | null): A => {
    const found = unpack(sample[name], `${at}.${name}`);
    if (!(found instanceof kind))
      refuse(`${at}.${name}.dtype`, record(at, sample[name]).dtype, `must fit ${kind.name}`);
    if (count !== null && found.length !== count)
      refuse(`${at}.${name}`, `${found.length} numbers`, `must hold ${count} numbers`);
    return found as A;
  };
  const rank = array("rank", Int32Array, null);
  const positions = array("positions", Int32Array, rank.length * (nLayers + 1));
  rank.forEach((r, i) => {
    whole(`${at}.rank[${i}]`, r, 1, maxRank);
  });
  positions.forEach((p, i) => {
    whole(`${at}.positions[${i}]`, p, 0, length - 1);
  });
  const totalPaths = counts("totalPaths", () => Number.MAX_SAFE_INTEGER);
  const highRanking = counts("highRanking", (i) => totalPaths[i]);
  const logit = array("logit", Float32Array, rank.length);
  const headActivity = array("headActivity", Float32Array, sources.length * nLayers * nHeads);
  checkKept(at, { sources, highRanking, positions, logit, headActivity }, nLayers);
  const found: SampleTrace = {
    ...{ sources, totalPaths, highRanking, positions, rank, logit, headActivity },
    edges: unpackEdges(`${at}.edges`, sample.edges, { length, nLayers, nHeads, maxRank }),
    completeness: checkCompleteness(`${at}.completeness`, sample.completeness),
  };
  return found;
}

/** Kept paths are counted by where they begin, and heads take part in them or there is nothing to take part in. */
function checkKept(
  at: string,
  {
    sources,
    highRanking,
    positions,
    logit,
    headActivity,
  }: Pick<SampleTrace, "sources" | "highRanking" | "positions" | "logit" | "headActivity">,
  nLayers: number,
): void {
  const begin = new Map(sources.map((source) => [source, 0]));
  for (let path = 0; path < positions.length; path += nLayers + 1) {
    const source = positions[path];
    if (!begin.has(source)) refuse(`${at}.positions[${path}]`, source, "must be one of the sources");
    begin.set(source, (begin.get(source) as number) + 1);
  }
  sources.forEach((source, i) => {
    const kept = begin.get(source) as number;
    if (highRanking[i] !== kept)
      refuse(`${at}.highRanking[${i}]`, highRanking[i], `must be ${kept}, as many as begin at position ${source}`);
  });
  const infinite = logit.findIndex((value) => !Number.isFinite(value));
  if (infinite >= 0) refuse(`${at}.logit[${infinite}]`, String(logit[infinite]), "must be a finite number");
  const cells = headActivity.length / Math.max(1, sources.length);
  headActivity.forEach((share, cell) => {
    const isKept = highRanking[Math.floor(cell / cells)] > 0;
    if (isKept && !(share >= 0 && share <= 1))
      refuse(`${at}.headActivity[${cell}]`, Number.isNaN(share) ? "NaN" : share, "must be a share from 0 to 1");
    if (!isKept && !Number.isNaN(share))
      refuse(`${at}.headActivity[${cell}]`, share, "must be NaN, since no path is kept from there");
  });
}

function unpackEdges(
  at: string,
  value: unknown,
  { length, nLayers, nHeads, maxRank }: { length: number; nLayers: number; nHeads: number; maxRank: number },
): TracedEdge[] {
  const columns = record(at, value);
  const ints = (name: string, low: number, high: number, count: number | null): Int32Array => {
    const found = unpack(columns[name], `${at}.${name}`);
    if (!(found instanceof Int32Array)) refuse(`${at}.${name}.dtype`, "other", "must be int32");
    if (count !== null && found.length !== count) refuse(`${at}.${name}`, found.length, `must hold ${count} numbers`);
    found.forEach((n, i) => {
      whole(`${at}.${name}[${i}]`, n, low, high);
    });
    return found as Int32Array;
  };
  const layer = ints("layer", 0, nLayers - 1, null);
  const from = ints("from", 0, length - 1, layer.length);
  const to = ints("to", 0, length - 1, layer.length);
  const paths = ints("paths", 1, 2 ** 31 - 1, layer.length);
  const bestRank = ints("bestRank", 1, maxRank, layer.length);
  const heads = list(`${at}.heads`, columns.heads, layer.length);
  if (heads.length !== layer.length) refuse(`${at}.heads`, heads, `must hold ${layer.length} lists`);
  return Array.from(layer, (l, e) => ({
    layer: l,
    from: from[e],
    to: to[e],
    paths: paths[e],
    bestRank: bestRank[e],
    heads: list(`${at}.heads[${e}]`, heads[e], nHeads).map((h, i) =>
      whole(`${at}.heads[${e}][${i}]`, h, 0, nHeads - 1),
    ),
  }));
}

function checkCompleteness(at: string, value: unknown): SampleTrace["completeness"] {
  const found = record(at, value);
  // JSON has no NaN: a number that does not exist was written as null.
  for (const key of ["modelLogit", "pathsLogit", "cosine", "normRatio"])
    if (found[key] !== null && typeof found[key] !== "number") refuse(`${at}.${key}`, found[key], "must be a number");
  const number = (key: string) => (found[key] === null ? Number.NaN : (found[key] as number));
  return {
    modelLogit: number("modelLogit"),
    pathsLogit: number("pathsLogit"),
    cosine: number("cosine"),
    normRatio: number("normRatio"),
  };
}

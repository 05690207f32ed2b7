/** From a path trace to the path graph of one of its samples. */
import { ResultError } from "../errors";
import { pack, unpack } from "../result/pack";
import type { TraceData } from "../result/trace";
import { count, plain } from "./format";
import type { PathEdge, PathsView } from "./paths-types";
import type { RunStatus, ViewState } from "./types";

export interface PathsViewOptions {
  /** Updates of one display carry the same id. */
  id: string;
  /** Which sample, from 0. Default: the first. */
  sample?: number;
  state?: ViewState;
  run?: RunStatus | null;
  error?: PathsView["error"];
  /** The instruction's last position; default: what the sample says, else the only source. */
  instructionEnd?: number | null;
  resultHash?: string;
  /** With the kept paths one by one: as far as a notebook should hold them (default), all of them (for a reader who asks
   *  for one graph), or sums over hops alone. */
  paths?: "fair" | "all" | "none";
}

/** Bytes of kept paths that a view holds; beyond, sums over hops alone. */
const MAX_PATH_BYTES = { fair: 2_000_000, all: 50_000_000 };

/** The path graph of one traced sample.
 *  @throws ResultError when there is no such sample yet
 *  @example pathsViewOf(result.data, { id: "v1", sample: 0 }) */
export function pathsViewOf(data: TraceData, options: PathsViewOptions): PathsView {
  const index = options.sample ?? 0;
  const traced = data.samples[index];
  const { spec, making } = data;
  if (traced === undefined)
    throw new ResultError({
      thing: "paths: sample",
      value: index,
      rule: data.samples.length === 0 ? "has not been traced yet" : `must be 0 to ${data.samples.length - 1}`,
    });
  const { tokens, answer, instructionEnd, label = "" } = spec.samples[index];
  const word = (id: number) => data.tokenText[id] ?? `#${id}`;
  const column = (pick: (edge: (typeof traced.edges)[number]) => number) => pack(Int32Array.from(traced.edges, pick));
  const number = (value: number) => (Number.isFinite(value) ? value : null);
  const stage = (/(?:^|[/_-])(base|sft|dpo)$/i.exec(making.model.name)?.[1].toLowerCase() ?? null) as
    | "base"
    | "sft"
    | "dpo"
    | null;
  const alone = traced.sources.length === 1 ? traced.sources[0] : null;
  const view: PathsView = {
    schema: "patchbay.view/1",
    kind: "paths",
    id: options.id,
    state: options.state ?? (data.state === "partial" ? "partial" : data.state),
    run: options.run ?? null,
    error: options.error ?? null,
    title: `Paths to the answer${spec.task === undefined ? "" : `: ${spec.task}`}`,
    model: { name: making.model.name, stage, fingerprint: making.model.fingerprint },
    device: `${making.provider.device} · ${making.provider.precision}`,
    warnings: making.warnings,
    code: codeOf(data),
    caption: "",
    hashes: { spec: making.specHash, result: options.resultHash ?? "" },
    tokens: tokens.map(word),
    layers: making.model.nLayers,
    heads: making.model.nHeads,
    vocab: making.model.vocab,
    answer: word(answer),
    instructionEnd: options.instructionEnd === undefined ? (instructionEnd ?? alone) : options.instructionEnd,
    sample: { index, of: spec.samples.length, label },
    topK: spec.topK,
    maxRank: spec.maxRank,
    equation: spec.equation,
    kept: traced.rank.length,
    sources: traced.sources,
    totalPaths: pack(Float64Array.from(traced.totalPaths)),
    highRanking: pack(Int32Array.from(traced.highRanking)),
    edges: {
      layer: column((e) => e.layer),
      from: column((e) => e.from),
      to: column((e) => e.to),
      paths: column((e) => e.paths),
      bestRank: column((e) => e.bestRank),
    },
    edgeHeads: traced.edges.map((e) => e.heads),
    completeness: {
      modelLogit: number(traced.completeness.modelLogit),
      pathsLogit: number(traced.completeness.pathsLogit),
      cosine: number(traced.completeness.cosine),
      normRatio: number(traced.completeness.normRatio),
    },
    paths: packPaths(traced, tokens.length, making.model.nLayers, options.paths ?? "fair"),
  };
  return { ...view, caption: captionOf(view) };
}

/** Positions take a byte each where they fit one. */
function packPaths(
  { positions, rank, logit }: TraceData["samples"][number],
  tokens: number,
  layers: number,
  which: "fair" | "all" | "none",
): PathsView["paths"] {
  if (which === "none") return null;
  const bytes = positions.length * (tokens <= 256 ? 1 : 4) + rank.length * 8;
  if (bytes > MAX_PATH_BYTES[which]) return null;
  const packed = tokens <= 256 ? Uint8Array.from(positions) : positions;
  return { positions: pack(packed, [rank.length, layers + 1]), rank: pack(rank), logit: pack(logit) };
}

/** The same before its sample is traced: tokens and lattice, no paths yet.
 *  @throws ResultError when the trace has no such sample */
export function pendingPathsView(data: TraceData, options: PathsViewOptions): PathsView {
  const { spec } = data;
  const index = options.sample ?? 0;
  if (spec.samples[index] === undefined)
    throw new ResultError({ thing: "paths: sample", value: index, rule: `must be 0 to ${spec.samples.length - 1}` });
  const nothing = {
    sources: [],
    totalPaths: [],
    highRanking: [],
    positions: new Int32Array(0),
    rank: new Int32Array(0),
    logit: new Float32Array(0),
    headActivity: new Float32Array(0),
    edges: [],
    completeness: { modelLogit: Number.NaN, pathsLogit: Number.NaN, cosine: Number.NaN, normRatio: Number.NaN },
  };
  const samples = spec.samples.map((_, i) => data.samples[i] ?? nothing);
  const state = data.state === "partial" ? "loading" : "stopped";
  return pathsViewOf({ ...data, samples }, { ...options, state });
}

/** The hops that are drawn: those of the lattice where there is one, else the stored ones. */
export const pathEdges = (view: PathsView): readonly PathEdge[] => view.lattice?.edges ?? viewEdges(view);

const unpacked = new WeakMap<object, PathEdge[]>();

/** The view's stored hops as records. */
export function viewEdges(view: Pick<PathsView, "edges" | "edgeHeads">): readonly PathEdge[] {
  const known = unpacked.get(view.edges);
  if (known) return known;
  const [layer, from, to, paths, bestRank] = [
    view.edges.layer,
    view.edges.from,
    view.edges.to,
    view.edges.paths,
    view.edges.bestRank,
  ].map((packed) => unpack(packed));
  const made = Array.from(layer, (l, index) => ({
    index,
    layer: l,
    from: from[index],
    to: to[index],
    paths: paths[index],
    bestRank: bestRank[index],
    heads: view.edgeHeads[index],
  }));
  unpacked.set(view.edges, made);
  return made;
}

const EQUATION = { eq3: "Eq. 3", "released-code": "released code" };

/** "answer rank ≤ 10 of 1 700 · top-1 attention, Eq. 3" */
export function pathsQuestion(view: PathsView): string {
  const rank = `answer rank ≤ ${count(view.maxRank)} of ${count(view.vocab)}`;
  return `${rank} · top-${view.topK} attention, ${EQUATION[view.equation]}`;
}

function captionOf(view: PathsView): string {
  const total = Array.from(unpack(view.totalPaths)).reduce((a, b) => a + b, 0);
  const { cosine } = view.completeness;
  const sum = cosine === null ? "" : ` All paths together: cosine ${plain(cosine, 2)} to the model's logits.`;
  const hash = view.model.fingerprint.replace(/^sha256:/, "").slice(0, 12);
  return (
    `Paths from each token to the answer “${view.answer.trim()}” (${pathsQuestion(view)}): ` +
    `${count(view.kept)} of ${count(total)} paths are kept. Width: number of paths; colour: best rank. ` +
    `Below each token: kept paths that start there, and their share of all from there.${sum} ` +
    `${view.model.name}, sha256 ${hash}…, ${view.device}.`
  );
}

function codeOf({ spec }: TraceData): string {
  const { task, topK, maxRank, equation, chat } = spec;
  const rest = `${chat === true ? "chat: true, " : ""}topK: ${topK}, maxRank: ${maxRank}, equation: ${JSON.stringify(equation)}`;
  const model = `const model = await pb.load(${JSON.stringify(spec.model)});`;
  const question =
    task === undefined
      ? `samples: ${JSON.stringify(spec.samples.slice(0, 1))}, ${rest}`
      : `task: ${JSON.stringify(task)}, n: ${spec.samples.length}, ${rest}`;
  return [
    'import * as pb from "patchbay";',
    model,
    `const run = pb.pathTrace(model, { ${question} });`,
    "pb.show(run);",
  ].join("\n");
}

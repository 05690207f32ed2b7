/** The fields of a path graph, checked: sizes fit, positions lie in the prompt, counts are counts. */
import { complain, type Fields, list, number, numbers, object, oneOf, text, whole } from "./checks";
import type { PathsBody, PathsView } from "./paths-types";

const MAX_TOKENS = 4096;
const MAX_LAYERS = 1024;
const MAX_HEADS = 4096;
const MAX_EDGES = 200_000;
const MAX_COUNT = 2 ** 31 - 1;
const MAX_CHOICES = 10_000;

/** Checks what a path graph has beyond every view. */
export function pathsFields(view: Fields): PathsView {
  const tokens = list("tokens", view.tokens, MAX_TOKENS);
  if (tokens.length === 0) complain("tokens", [], "must hold at least one token");
  // A token may hold any character: it is shown by tokens.ts, never as it is.
  for (const [at, token] of tokens.entries())
    if (typeof token !== "string" || token.length > 1000)
      complain(`tokens[${at}]`, token, "must be a text of at most 1000 characters");
  if (typeof view.answer !== "string" || view.answer.length > 1000)
    complain("answer", view.answer, "must be a text of at most 1000 characters");
  whole("layers", view.layers, 1, MAX_LAYERS);
  whole("heads", view.heads, 1, MAX_HEADS);
  for (const key of ["vocab", "topK", "maxRank"]) whole(key, view[key], 1, MAX_COUNT);
  whole("kept", view.kept, 0, MAX_COUNT);
  oneOf("equation", view.equation, ["eq3", "released-code"]);
  if (view.instructionEnd !== null) whole("instructionEnd", view.instructionEnd, 0, tokens.length - 1);
  const sample = object("sample", view.sample);
  whole("sample.index", sample.index, 0, MAX_COUNT);
  whole("sample.of", sample.of, 1, MAX_COUNT);
  text("sample.label", sample.label, 400);
  const sources = list("sources", view.sources, tokens.length);
  for (const [at, source] of sources.entries()) whole(`sources[${at}]`, source, 0, tokens.length - 1);
  counts("totalPaths", view.totalPaths, sources.length, "float64");
  counts("highRanking", view.highRanking, sources.length, "int32");
  edges(view, tokens.length);
  const completeness = object("completeness", view.completeness);
  for (const key of ["modelLogit", "pathsLogit", "cosine", "normRatio"])
    if (completeness[key] !== null) number(`completeness.${key}`, completeness[key]);
  if (view.paths !== undefined && view.paths !== null) paths(view, tokens.length);
  if (view.lattice !== undefined) complain("lattice", "an object", "must not be stored");
  choices(view);
  return view as unknown as PathsView;
}

/** What a kernel answers with, or what stands in `others`: a graph without what it shares with the view.
 *  @throws PatchbayError */
export function pathsBody(value: unknown, name = "body"): PathsBody {
  const body = object(name, value);
  const model = object(`${name}.model`, body.model);
  text(`${name}.model.name`, model.name, 4096);
  oneOf(`${name}.model.stage`, model.stage, ["base", "sft", "dpo", null]);
  text(`${name}.model.fingerprint`, model.fingerprint, 400);
  for (const key of ["choices", "others"])
    if (body[key] !== undefined) complain(`${name}.${key}`, "set", "must not be");
  pathsFields(body);
  return body as unknown as PathsBody;
}

function paths(view: Fields, tokens: number): void {
  const packed = object("paths", view.paths);
  const [kept, width] = [view.kept as number, (view.layers as number) + 1];
  const positions = numbers("paths.positions", packed.positions, [kept, width], ["uint8", "int32"]);
  const bad = positions.findIndex((p, at) => p < 0 || p >= tokens || (at % width > 0 && p < positions[at - 1]));
  if (bad >= 0) complain(`paths.positions[${bad}]`, positions[bad], `must go on to the right, up to ${tokens - 1}`);
  const rank = numbers("paths.rank", packed.rank, [kept], ["int32"]);
  const far = rank.findIndex((r) => r < 1 || r > (view.maxRank as number));
  if (far >= 0) complain(`paths.rank[${far}]`, rank[far], `must be 1 to ${view.maxRank}`);
  numbers("paths.logit", packed.logit, [kept], ["float32"]);
}

function choices(view: Fields): void {
  const others = list("others", view.others ?? [], MAX_CHOICES);
  if (view.choices === undefined) {
    if (others.length > 0) complain("others", others.length, "must come with choices");
    return;
  }
  const chosen = object("choices", view.choices);
  oneOf("choices.by", chosen.by, ["k", "model", "trace"]);
  const traces = list("choices.traces", chosen.traces, MAX_CHOICES);
  const samples = list("choices.samples", chosen.samples, MAX_CHOICES);
  for (const [name, all] of Object.entries({ traces, samples })) {
    if (all.length === 0) complain(`choices.${name}`, [], "must hold at least one name");
    for (const [at, label] of all.entries()) text(`choices.${name}[${at}]`, label, 400);
  }
  whole("choices.trace", chosen.trace, 0, traces.length - 1);
  for (const [at, entry] of others.entries()) {
    const { trace, body } = object(`others[${at}]`, entry);
    whole(`others[${at}].trace`, trace, 0, traces.length - 1);
    pathsBody(body, `others[${at}].body`);
  }
}

function counts(name: string, value: unknown, length: number, dtype: string): void {
  const array = numbers(name, value, [length], [dtype]);
  const bad = array.findIndex((n) => !(n >= 0));
  if (bad >= 0) complain(`${name}[${bad}]`, String(array[bad]), "must be a count");
}

function edges(view: Fields, tokens: number): void {
  const columns = object("edges", view.edges);
  const heads = list("edgeHeads", view.edgeHeads, MAX_EDGES);
  const column = (name: string, least: number, most: number) => {
    const values = numbers(`edges.${name}`, columns[name], [heads.length], ["int32"]);
    const bad = values.findIndex((n) => n < least || n > most);
    if (bad >= 0) complain(`edges.${name}[${bad}]`, values[bad], `must be ${least} to ${most}`);
    return values;
  };
  column("layer", 0, (view.layers as number) - 1);
  const from = column("from", 0, tokens - 1);
  const to = column("to", 0, tokens - 1);
  const back = from.findIndex((j, e) => j > to[e]);
  if (back >= 0) complain(`edges.from[${back}]`, from[back], `must not lie behind its target ${to[back]}`);
  column("paths", 1, MAX_COUNT);
  column("bestRank", 1, view.maxRank as number);
  for (const [e, entry] of heads.entries())
    for (const [at, head] of list(`edgeHeads[${e}]`, entry, view.heads as number).entries())
      whole(`edgeHeads[${e}][${at}]`, head, 0, (view.heads as number) - 1);
}

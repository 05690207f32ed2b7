/** The fields of a path graph, checked: sizes fit, positions lie in the prompt, counts are counts. */
import { complain, type Fields, list, number, numbers, object, oneOf, text, whole } from "./checks";
import type { PathsView } from "./paths-types";

const MAX_TOKENS = 4096;
const MAX_LAYERS = 1024;
const MAX_HEADS = 4096;
const MAX_EDGES = 200_000;
const MAX_COUNT = 2 ** 31 - 1;

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
  return view as unknown as PathsView;
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

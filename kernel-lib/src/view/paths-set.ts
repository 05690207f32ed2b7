/** Several traces of the same prompts as one path graph with a switch: by k, by model, by sample. A notebook holds as
 *  many of the others as is fair to it; the kernel, while it knows the traces, has them all. Pure. */
import { ResultError } from "../errors";
import type { TraceData } from "../result/trace";
import type { PathsBody, PathsChoices, PathsPlace, PathsView } from "./paths-types";
import { type PathsViewOptions, pathsViewOf, pendingPathsView } from "./paths-view";

/** Characters of other graphs that a view carries. */
const MAX_OTHERS = 3_000_000;

/** @throws ResultError when the traces are not of the same prompts */
export function checkSamePrompts(traces: readonly TraceData[]): void {
  const [first, ...rest] = traces.map(({ spec }) =>
    JSON.stringify(spec.samples.map(({ tokens, answer }) => [tokens, answer])),
  );
  const other = rest.findIndex((prompts) => prompts !== first);
  if (other >= 0)
    throw new ResultError({
      thing: "paths",
      value: `traces 1 and ${other + 2}`,
      rule: "must be of the same prompts to be shown in one graph",
      wayOut: "Show each by a pb.show of its own",
    });
}

/** The graph of one sample of one trace, and what can be shown in its place.
 *  @param embed with other graphs inside, for a view that is kept
 *  @throws ResultError when there is no such trace or sample, or the prompts differ
 *  @example pathsSetOf([k1.data, k2.data], { trace: 0, sample: 0 }, { id: "v1" }).choices?.traces // ["1", "2"] */
export function pathsSetOf(
  traces: readonly TraceData[],
  { trace, sample }: PathsPlace,
  options: Omit<PathsViewOptions, "sample">,
  embed = true,
): PathsView {
  checkSamePrompts(traces);
  const at = (t: number, s: number) => {
    const data = traces[t];
    if (data === undefined)
      throw new ResultError({ thing: "paths: trace", value: t, rule: `must be 0 to ${traces.length - 1}` });
    return (data.samples[s] === undefined ? pendingPathsView : pathsViewOf)(data, { ...options, sample: s });
  };
  const view = at(trace, sample);
  const samples = traces[0].spec.samples.map(({ label }, s) => label ?? String(s + 1));
  if (traces.length === 1 && samples.length === 1) return view;
  const choices: PathsChoices = { ...namesOf(traces), trace, samples };
  if (!embed) return { ...view, choices };
  // Other traces of this sample first, then other samples of this trace, then the rest.
  const others: { trace: number; body: PathsBody }[] = [];
  let room = MAX_OTHERS;
  const places = traces
    .flatMap((data, t) => data.samples.map((_, s) => ({ t, s })))
    .filter(({ t, s }) => t !== trace || s !== sample)
    .sort((a, b) => Number(a.s !== sample) - Number(b.s !== sample) || Number(a.t !== trace) - Number(b.t !== trace));
  for (const { t, s } of places) {
    const body = bodyOf(at(t, s));
    room -= JSON.stringify(body).length;
    if (room < 0) break;
    others.push({ trace: t, body });
  }
  return { ...view, choices, others };
}

/** What the graphs of a view share. */
const SHARED: readonly (keyof PathsView)[] = [
  "schema",
  "kind",
  "id",
  "state",
  "run",
  "error",
  "title",
  "device",
  "warnings",
  "code",
  "caption",
  "hashes",
  "choices",
  "others",
  "lattice",
];

/** What a graph has of its own. */
export function bodyOf(view: PathsView): PathsBody {
  const body: Record<string, unknown> = { ...view };
  for (const field of SHARED) delete body[field];
  return body as unknown as PathsBody;
}

/** The view with another graph in it. */
export const withBody = (view: PathsView, body: PathsBody): PathsView => ({ ...view, ...body });

function namesOf(traces: readonly TraceData[]): Pick<PathsChoices, "by" | "traces"> {
  const ks = traces.map(({ spec }) => String(spec.topK));
  const models = traces.map(({ making }) => making.model.name);
  const differ = (all: readonly string[]) => new Set(all).size === all.length;
  if (differ(ks)) return { by: "k", traces: ks };
  if (differ(models)) return { by: "model", traces: models };
  return { by: "trace", traces: traces.map((_, t) => `${t + 1}: k = ${ks[t]}, ${models[t]}`) };
}

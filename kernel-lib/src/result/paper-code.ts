/** The code that makes a table or figure of the paper again: load each model, run what the results ran, ask for it. */
import type { TraceSample } from "../experiment/trace-types";
import type { PatchSweepSpec } from "../experiment/types";
import { AccuracyResult } from "./accuracy";
import type { Result } from "./base";
import { GeometryResult } from "./geometry";
import { SweepResult } from "./sweep";
import { TraceResult } from "./trace";

/** Lines for `pb.paperTable("table5", results)` and the runs before it. Results of samples that are no bundled task are
 *  made from their specs.
 *  @example codeOfPaper('pb.paperTable("table9", results)', results) */
export function codeOfPaper(call: string, results: readonly Result[]): string {
  const models = unique(results.map(({ making }) => making.model.name));
  const lines = [
    'import * as pb from "patchbay";',
    "",
    "const results = [];",
    `for (const name of ${JSON.stringify(models)}) {`,
    "  const model = await pb.load(name);",
    ...groupsOf(results).map(({ tasks, run }) =>
      tasks === null
        ? `  results.push(${run});${run === FROM_SPEC.run ? " // spec: pb.spec(result)" : ""}`
        : `  for (const task of ${JSON.stringify(tasks)}) results.push(${run});`,
    ),
    "  await model.close();",
    "}",
    `${call};`,
  ];
  return lines.join("\n");
}

/** Runs that differ in the task alone, together; tasks are null where a run names its own. */
function groupsOf(results: readonly Result[]): { tasks: string[] | null; run: string }[] {
  const groups = new Map<string, string[] | null>();
  for (const result of results) {
    const { run, task } = runOf(result);
    groups.set(run, task === null ? null : unique([...(groups.get(run) ?? []), task]));
  }
  return [...groups].map(([run, tasks]) => ({ run, tasks }));
}

const FROM_SPEC = { run: "await pb.run(spec, { model })", task: null };
/** Titles such as "own task" and "8 tasks" name nothing that can be asked for. */
const canBeAsked = (task: string): boolean => !task.includes(" ");

/** The call of one run, and the task that it leaves open. */
function runOf(result: Result): { run: string; task: string | null } {
  const asked = geometryAsked(result);
  if (asked !== null) return { run: `await pb.geometry(model, ${asked})`, task: null };
  const task = result.spec.task ?? null;
  if (task === null || !canBeAsked(task)) return FROM_SPEC;
  const call = (name: string, settings: Record<string, unknown>) => ({
    run: `await pb.${name}(model, { task${settingsText(settings)} })`,
    task,
  });
  if (result instanceof SweepResult) return call("patchSweep", sweepSettings(result));
  if (result instanceof TraceResult) {
    const sources = sourcesOf(result.spec.samples);
    return sources === null ? FROM_SPEC : call("pathTrace", traceSettings(result, sources));
  }
  if (result instanceof AccuracyResult)
    return call("accuracy", { chat: result.spec.chat || undefined, n: result.spec.samples.length });
  return FROM_SPEC;
}

function sweepSettings({ spec, data }: SweepResult): Record<string, unknown> {
  const { tuples, protocol, chat, site, samples } = spec;
  const { sizes, list } = tuples as { sizes?: readonly number[]; list?: unknown };
  return {
    sizes,
    tuples: list,
    site: site === "resid_post" ? undefined : site,
    protocol: protocol === "paper" ? undefined : protocol,
    filler: fillerOf(spec, data.tokenText),
    chat: chat || undefined,
    n: samples.length,
  };
}

/** The filler, where a call would not take it by itself: a source begins with the beginning of sequence where a model has
 *  one, but in a chat it is the template that begins. */
function fillerOf(
  { samples, protocol, chat }: PatchSweepSpec,
  texts: Record<number, string>,
): string | number | undefined {
  const [{ source, target }] = samples;
  if (protocol !== "paper" || (chat !== true && source[0] === target[0])) return undefined;
  return texts[target[0]] ?? target[0];
}

function traceSettings({ spec }: TraceResult, sources: unknown): Record<string, unknown> {
  const { topK, maxRank, equation, chat, budget, samples } = spec;
  return {
    sources: sources === "all" ? undefined : sources,
    topK,
    maxRank,
    equation: equation === "eq3" ? undefined : equation,
    budget,
    chat: chat || undefined,
    n: samples.length,
  };
}

/** Places that paths start from, as `pathTrace` takes them for all samples; null where they differ. */
function sourcesOf(samples: readonly TraceSample[]): unknown {
  const texts = unique(
    samples.map(({ sources, tokens, instructionEnd }) => {
      if (sources === "all" || sources.length === tokens.length) return '"all"';
      return sources.length === 1 && sources[0] === instructionEnd ? '"instruction-end"' : JSON.stringify(sources);
    }),
  );
  return texts.length === 1 ? JSON.parse(texts[0]) : null;
}

/** What `pb.geometry` is asked for wordings of bundled tasks; null for other groups and other results. */
function geometryAsked(result: Result): string | null {
  if (!(result instanceof GeometryResult)) return null;
  const { groups, layers, sites, position, methods, seed, chat } = result.spec;
  const counts = unique(groups.map(({ prompts }) => prompts.length));
  const names = groups.map(({ label }) => label);
  if (counts.length !== 1 || !names.every(canBeAsked)) return null;
  const all = layers.length === result.making.model.nLayers;
  const settings = settingsText({
    rephrasings: counts[0],
    chat: chat || undefined,
    layers: all ? undefined : layers,
    sites: sites.length === 1 && sites[0] === "resid_post" ? undefined : sites,
    position: position === -1 ? undefined : position,
    methods: methods.length === 3 ? undefined : methods,
    seed: seed === 0 ? undefined : seed,
  });
  return `{ task: ${JSON.stringify(names)}${settings} }`;
}

const settingsText = (settings: Record<string, unknown>): string =>
  Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `, ${key}: ${JSON.stringify(value)}`)
    .join("");

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** The call that starts cross-task patching, and the run of its spec. */
import { SpecError } from "../errors";
import { CROSS_METRICS, crossTasks, queryCount, unpatchedName } from "../experiment/cross-task";
import { resolveCrossTask } from "../experiment/cross-task-spec";
import type { CrossTask } from "../experiment/cross-task-types";
import type { EditSite } from "../experiment/edited-rows";
import { SPEC_SCHEMA } from "../experiment/fields";
import { task as checkedTask, type OwnTask, promptsOf, samplesOf } from "../experiment/task";
import type { SpecModel } from "../experiment/types";
import type { Model } from "../forward/types";
import type { GridAxis } from "../result/grid-result";
import { checkCall } from "./called";
import type { ExperimentOptions } from "./experiment-run";
import { GridRun } from "./grid-run";

/** Which tasks' vectors go into which queries. */
export interface CrossTaskOptions extends ExperimentOptions {
  /** At least two, by name or your own. */
  tasks: readonly (string | OwnTask)[];
  /** Patched together. Default: all. */
  layers?: readonly number[];
  /** Default `resid_post`. */
  site?: EditSite;
  /** `query` (default): task A's vector replaces the filler before task B's query, as in the paper's patch. `instruction`: it
   *  replaces what stands at the end of B's own instruction, whose other tokens stay. */
  into?: "instruction" | "query";
  /** The first n items of each task. */
  n?: number;
  /** Token in place of the instruction. Default: the beginning-of-sequence token. */
  filler?: number | string;
  /** Instruction and query as a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
}

/** Starts cross-task patching: every task's instruction vector goes into every task's queries, and the output's first
 *  token tells whether the model then does the source's task or the target's. Rows are sources, columns targets.
 *  @throws SpecError before anything runs, when a field is wrong.
 *  @example
 *  const grid = await pb.crossTask(model, { tasks: ["capital", "language", "continent"] });
 *  grid.cell("follows_source", { row: "capital", column: "language" }).ci; */
export function crossTask(model: Model, options: CrossTaskOptions): GridRun {
  checkCall("crossTask()", model, options, '{ tasks: ["capital", "language"] }');
  const { json, warnings } = crossTaskQuestion(model, options);
  return crossTaskSpec(model, json, { ...options, warnings });
}

/** The spec that `crossTask` runs, not yet checked in full; the model need not be loaded.
 *  @throws SpecError when there are fewer than two tasks, or one of them is wrong */
export function crossTaskQuestion(
  model: SpecModel,
  options: CrossTaskOptions,
): { json: { kind: "cross-task" } & Record<string, unknown>; warnings: readonly string[] } {
  const { tasks, layers, site, into = "query" } = options;
  if (!Array.isArray(tasks) || tasks.length < 2)
    throw new SpecError({
      thing: "crossTask(): tasks",
      value: tasks ?? null,
      rule: "must be a list of at least two tasks",
      wayOut: 'For example { tasks: ["capital", "language"] }',
    });
  if (into !== "instruction" && into !== "query")
    throw new SpecError({ thing: "into", value: into, rule: 'must be "instruction" or "query"' });
  const warnings: string[] = [];
  const asked = tasks.map((task) => crossTaskOf(model, task, { ...options, into, warnings }));
  const base = { schema: SPEC_SCHEMA, kind: "cross-task", model: model.name } as const;
  return { json: { ...base, layers, site, into, tasks: asked }, warnings };
}

/** Starts what a spec of kind `cross-task` says.
 *  @throws SpecError */
export function crossTaskSpec(
  model: Model,
  json: unknown,
  { warnings, ...options }: ExperimentOptions & { warnings?: readonly string[] } = {},
): GridRun {
  const spec = resolveCrossTask(json, model);
  const names = spec.tasks.map(({ name }) => name);
  const axis = (name: string, title: string): GridAxis => ({ name, title, field: "task", keys: names, labels: names });
  return new GridRun(
    model,
    {
      spec,
      rows: axis("source_task", "vector of task"),
      columns: axis("target_task", "query of task"),
      sampleLabels: Array.from({ length: queryCount(spec) }, (_, i) => labelOf(spec.tasks, i)),
      metrics: CROSS_METRICS,
      baselines: spec.tasks.map(unpatchedName),
      outputs: false,
      tokens: [],
      warnings,
      work: (work) => crossTasks(model.stages, model.config, spec, work),
    },
    options,
  );
}

/** The i-th query where all tasks ask the same, else its number. */
function labelOf(tasks: readonly CrossTask[], i: number): string {
  const labels = new Set(tasks.flatMap(({ queries }) => (i < queries.length ? [queries[i].label] : [])));
  return labels.size === 1 ? [...labels][0] : String(i);
}

function crossTaskOf(
  model: SpecModel,
  task: string | OwnTask,
  { into, warnings, ...options }: CrossTaskOptions & { into: "instruction" | "query"; warnings: string[] },
): CrossTask {
  const asked = checkedTask(task);
  // A task with fewer items gives all that it has.
  const n = options.n === undefined ? undefined : Math.min(options.n, asked.items.length);
  const { prompts, ...laid } = promptsOf(model, asked, { n, chat: options.chat });
  const instruction = prompts[0].source;
  // Only a query alone needs something that stands for its instruction.
  const { samples, warnings: own } =
    into === "query" ? samplesOf(model, asked, { ...options, n }) : { samples: null, ...laid };
  warnings.push(...own.map((words) => `${asked.name}: ${words}`));
  const queries = prompts.map(({ source, reference, answer, label }, i) => {
    const place =
      samples === null
        ? { prompt: reference, position: source.length - 1 }
        : { prompt: samples[i].target, position: samples[i].targetPosition };
    return { ...place, answer, label };
  });
  return { name: asked.name, instruction, queries };
}

/** Cross-task patching: the rows of task A's last instruction token go into a query of task B, in some layers together,
 *  and the output's first token tells whose task the model then does. The i-th part is the i-th query of every task,
 *  under every source. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";
import type { CrossTask, CrossTaskSpec } from "./cross-task-types";
import { type EditedRow, runEdited } from "./edited-rows";
import { emptyCells, type GridPart } from "./grid-part";
import { vectorsOf } from "./instruction-vector";
import { measureRows } from "./measure-rows";
import type { GridWork } from "./patch-grid";

/** In the order in which they are shown. */
export const CROSS_METRICS = ["follows_source", "follows_target", "in_source_scope", "in_target_scope"] as const;

/** Baseline of a task: 1 where its own run, unpatched, gives its answer. */
export const unpatchedName = ({ name }: CrossTask): string => `unpatched ${name}`;

/** How many queries the longest task has. */
export const queryCount = ({ tasks }: CrossTaskSpec): number => Math.max(...tasks.map(({ queries }) => queries.length));

/** The grid of each query number from `known` on, in order; ends early when the signal is aborted. */
export async function* crossTasks(
  stages: Stages,
  config: ModelConfig,
  spec: CrossTaskSpec,
  { known = 0, signal }: GridWork = {},
): AsyncGenerator<GridPart> {
  const { tasks, site, layers } = spec;
  try {
    const vectors: ReadonlyMap<number, Float32Array>[] = [];
    for (const { instruction } of tasks)
      vectors.push(await vectorsOf(stages, config, { plus: [instruction], minus: [] }, { site, layers, signal }));
    for (let query = known; query < queryCount(spec); query++)
      yield await oneQuery(stages, config, spec, { query, vectors, signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

async function oneQuery(
  stages: Stages,
  config: ModelConfig,
  { tasks, site, layers }: CrossTaskSpec,
  around: { query: number; vectors: readonly ReadonlyMap<number, Float32Array>[]; signal?: AbortSignal },
): Promise<GridPart> {
  const { query, vectors, signal } = around;
  const columns = [...tasks.keys()].filter((task) => query < tasks[task].queries.length);
  const rows = columns.flatMap((column): EditedRow[] => {
    const { prompt, position } = tasks[column].queries[query];
    const patched = vectors.map((vector) => ({
      tokens: prompt,
      edits: layers.map((layer) => ({ layer, positions: [position], values: vector.get(layer) as Float32Array })),
    }));
    return [{ tokens: prompt, edits: [] }, ...patched];
  });
  const runs = await runEdited(stages, config, rows, { site, kind: "set", signal });
  const asked = runs.map(({ last }) => ({ x: last, answer: 0, unchanged: null }));
  const outputs = (await measureRows(stages, config, asked, signal)).map(({ top }) => top);

  const values = emptyCells(CROSS_METRICS, tasks.length ** 2);
  const baselines = Object.fromEntries(tasks.map((task) => [unpatchedName(task), Number.NaN]));
  columns.forEach((column, i) => {
    const target = tasks[column];
    const [own, ...patched] = outputs.slice(i * (tasks.length + 1), (i + 1) * (tasks.length + 1));
    const { answer } = target.queries[query];
    baselines[unpatchedName(target)] = own === answer ? 1 : 0;
    patched.forEach((output, row) => {
      const cell = row * tasks.length + column;
      const expected = answerOf(tasks[row], target.queries[query].label);
      // Where both tasks have one answer, the output does not tell whose it is.
      const tells = row === column || expected !== answer;
      if (expected !== null && tells) values.follows_source[cell] = output === expected ? 1 : 0;
      if (tells) values.follows_target[cell] = output === answer ? 1 : 0;
      values.in_source_scope[cell] = inScope(tasks[row], output);
      values.in_target_scope[cell] = inScope(target, output);
    });
  });
  return { values, baselines, outputs: null };
}

/** What a task answers to the query of this label; null where it is not among its queries. */
const answerOf = ({ queries }: CrossTask, label: string): number | null =>
  queries.find((query) => query.label === label)?.answer ?? null;

const inScope = ({ queries }: CrossTask, output: number): number =>
  queries.some(({ answer }) => answer === output) ? 1 : 0;

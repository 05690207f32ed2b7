/** Tasks as groups of prompts: the rephrasings of a task's instruction, each read at its last token (T_inst). */
import { SpecError } from "../errors";
import type { PromptGroup } from "./geometry-types";
import { layPrompt } from "./prompt";
import { task as checkedTask, type OwnTask, type Task, type TaskSet, taskNames } from "./task";
import type { SpecModel } from "./types";

/** A task by its name, all tasks of a family (`adjectives`) or of a set (`paper`, `demo`), or tasks of one's own. */
export type TasksAsked = string | OwnTask | readonly (string | OwnTask)[];

const SETS: readonly TaskSet[] = ["demo", "paper"];

export interface WordingOptions {
  /** The first so many rephrasings of each task. Default all. */
  rephrasings?: number;
  /** The instruction as the beginning of a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
}

/** A group for each task that is asked for, in order.
 *  @throws SpecError when there is no such task or family, a task has no or too few rephrasings, or the model has no
 *    tokenizer, or no chat template though one is asked for
 *  @example groupsOfTasks(model, "adjectives", { rephrasings: 200 }).map(({ label }) => label) // adjectives.comparative, .antonym */
export function groupsOfTasks(
  model: SpecModel,
  asked: TasksAsked,
  { rephrasings, chat = false }: WordingOptions = {},
): PromptGroup[] {
  const list = Array.isArray(asked) ? asked : [asked as string | OwnTask];
  if (list.length === 0) throw new SpecError({ thing: "task", rule: "must name at least one task or family" });
  return list.flatMap(tasksNamed).map((task) => ({
    label: task.name,
    prompts: wordingsOf(task, rephrasings).map(
      (instruction) => layPrompt(model, { instruction, query: "", chat }).instruction,
    ),
    ...(task.family === undefined ? {} : { family: task.family }),
  }));
}

/** The words for a title: "adjectives", or the names. */
export function titleOfTasks(asked: TasksAsked): string {
  const names = (Array.isArray(asked) ? asked : [asked as string | OwnTask]).map((entry) =>
    typeof entry === "string" ? entry : (entry.name ?? "own task"),
  );
  const joined = names.join(", ");
  return joined.length <= 200 ? joined : `${names.length} tasks`;
}

function tasksNamed(asked: string | OwnTask): Task[] {
  if (typeof asked !== "string" || taskNames().includes(asked)) return [checkedTask(asked)];
  const set = SETS.find((name) => name === asked);
  if (set !== undefined) return taskNames(set).map((name) => checkedTask(name));
  const all = taskNames().map((name) => checkedTask(name));
  const found = all.filter(({ family }) => family === asked);
  if (found.length > 0) return found;
  throw new SpecError({
    thing: "task",
    value: asked,
    rule: `must be a task (${taskNames().join(", ")}), a family (${[...new Set(all.map(({ family }) => family))].join(", ")}) or a set (${SETS.join(", ")})`,
    wayOut: "Or give a task of your own with rephrasings",
  });
}

function wordingsOf({ name, rephrasings: all = [] }: Task, wanted?: number): readonly string[] {
  if (all.length === 0)
    throw new SpecError({
      thing: `task ${name}: rephrasings`,
      rule: "must be there: they are the prompts that are compared",
      wayOut: "Give the task rephrasings of its instruction, or use groups",
    });
  if (wanted !== undefined && !(Number.isSafeInteger(wanted) && wanted >= 1 && wanted <= all.length))
    throw new SpecError({
      thing: "rephrasings",
      value: wanted,
      rule: `must be a whole number from 1 to the ${all.length} that task ${name} has`,
    });
  return all.slice(0, wanted);
}

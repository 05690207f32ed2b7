/** How the paper's tables and figures name models and tasks, and in which order they stand (arXiv:2602.07930,
 *  table 1 and appendix B). A result says its model and task; anything that the paper has not keeps its own name. */
import type { ResultData } from "./base";
import type { Making } from "./types";

export type Stage = "base" | "sft" | "dpo";

/** `base`, `sft` or `dpo` where a model's name ends so, else null.
 *  @example stageOf("demo/dpo") // "dpo" */
export const stageOf = (name: string): Stage | null =>
  (/(?:^|[/_-])(base|sft|dpo)$/i.exec(name.replace(/\/+$/, ""))?.[1].toLowerCase() ?? null) as Stage | null;

/** What a panel or a section calls a model: the last part of its name, two where the last is a stage alone. */
export function modelLabel({ name }: Pick<Making["model"], "name">): string {
  const parts = name.split("/").filter((part) => part !== "");
  const last = parts.at(-1) ?? name;
  return /^(base|sft|dpo)$/i.test(last) && parts.length > 1 ? parts.slice(-2).join("/") : last;
}

/** The paper's two groups of tasks; a task that is not one of BIG-bench's four counts as contrastive. */
export type TaskGroup = "contrastive" | "bigbench";

interface PaperTask {
  label: string;
  group: TaskGroup;
  family: string;
}

/** In the paper's order. */
const PAPER_TASKS: Readonly<Record<string, PaperTask>> = {
  antonym: { label: "adj: antonym", group: "contrastive", family: "adjectives" },
  comparative: { label: "adj: comparative", group: "contrastive", family: "adjectives" },
  color: { label: "anim: color", group: "contrastive", family: "animals" },
  can_fly: { label: "anim: can_fly", group: "contrastive", family: "animals" },
  metaphor_boolean: { label: "metaphor_boolean", group: "bigbench", family: "bigbench" },
  implicatures: { label: "implicatures", group: "bigbench", family: "bigbench" },
  object_counting: { label: "object_counting", group: "bigbench", family: "bigbench" },
  snarks: { label: "snarks", group: "bigbench", family: "bigbench" },
};

/** The paper's name of a task: `antonym` of `adjectives.antonym`. */
const shortName = (task: string): string => task.split(".").at(-1) as string;

const ownTask = (task: string): PaperTask => ({ label: task, group: "contrastive", family: "" });

const paperTask = (task: string): PaperTask =>
  Object.hasOwn(PAPER_TASKS, shortName(task)) ? PAPER_TASKS[shortName(task)] : ownTask(task);

/** What a result's task is called where it has no name. */
export const UNNAMED = "samples";

export const taskName = ({ spec }: Pick<ResultData, "spec">): string => spec.task ?? UNNAMED;
export const taskLabel = (task: string): string => paperTask(task).label;
export const taskGroup = (task: string): TaskGroup => paperTask(task).group;
/** `adjectives`, `animals`, `bigbench`, or empty for a task that the paper has not. */
export const taskFamily = (task: string): string => paperTask(task).family;

/** Distinct tasks: the paper's in its order, then others as they come.
 *  @example tasksInOrder(["capital", "can_fly", "antonym"]) // ["antonym", "can_fly", "capital"] */
export function tasksInOrder(tasks: readonly string[]): string[] {
  const order = Object.keys(PAPER_TASKS);
  const place = (task: string) => (order.includes(shortName(task)) ? order.indexOf(shortName(task)) : order.length);
  return [...new Set(tasks)].sort((a, b) => place(a) - place(b));
}

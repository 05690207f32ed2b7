/** The tasks that come with Patchbay: those of the demo models (demo/tasks.json), and the paper's eight (table 1 of
 *  arXiv:2602.07930) over words and sentences that were written for this project (tasks/*.json). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../checkpoint/json";
import { type Grammar, rephrase } from "./rephrase";
import type { Task } from "./task";

const FOLDER = join(__dirname, "../..");
const MAX_BYTES = 4 * 2 ** 20;
const MAX_DEPTH = 8;

/** In the paper's order. */
const FAMILIES = ["adjectives", "animals", "metaphor_boolean", "implicatures", "object_counting", "snarks"] as const;

/** One file of items: tasks that ask different things of the same queries. */
interface Family {
  family: string;
  query: string;
  tasks: {
    name: string;
    contrast?: string;
    instruction: string;
    judge: string;
    scope: string[];
    grammar: Grammar;
  }[];
  /** Query, then the answer of each task. */
  items: string[][];
}

const read = (path: string): unknown =>
  parseJson(readFileSync(join(FOLDER, path), "utf8"), { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH, thing: path });

export const demoTasks = (): Task[] => (read("demo/tasks.json") as { tasks: Task[] }).tasks;

/** `adjectives.antonym`, `bigbench.snarks`, ... */
export const paperTasks = (): Task[] =>
  FAMILIES.flatMap((name) => {
    const { family, query, tasks, items } = read(`tasks/${name}.json`) as Family;
    return tasks.map(
      ({ grammar, contrast, scope, ...task }, at): Task => ({
        ...task,
        name: `${family}.${task.name}`,
        family,
        ...(contrast === undefined ? {} : { contrast: `${family}.${contrast}` }),
        query,
        items: items.map((row) => ({ query: row[0], answer: ` ${row[at + 1]}` })),
        scope: scope.map((answer) => ` ${answer}`),
        rephrasings: rephrase(grammar, { instruction: task.instruction }),
      }),
    );
  });

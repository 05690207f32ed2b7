/** A task as pairs of runs: its own instruction with a query, patched into another instruction, or none, with the
 *  same query. */
import { SpecError } from "../errors";
import { layPrompt } from "../experiment/prompt";
import { task as checkedTask, type OwnTask, promptsOf, samplesOf, type Task } from "../experiment/task";
import type { SpecModel } from "../experiment/types";
import type { PatchGridInput, PlaceInput } from "./patch-grid";

export interface PatchGridTask {
  /** What the target run has instead of the task's instruction: another task's instruction (by name), or the filler
   *  (`query`). Default: the task's contrast where it has one, else `query`. */
  against?: string;
  /** The first n items of the task. */
  n?: number;
  /** Token in place of the instruction. Default: the beginning-of-sequence token. */
  filler?: number | string;
  /** Instruction and query as a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
}

interface Asked {
  samples: readonly PatchGridInput[];
  task?: string;
  against?: string;
  /** T_inst in both runs. */
  instructionEnd?: readonly PlaceInput[];
  /** Every position that all samples have in the same role. */
  aligned?: readonly PlaceInput[];
  warnings: readonly string[];
}

/** @throws SpecError when neither or both of task and samples are given, or a task is wrong. */
export function samplesAgainst(
  model: SpecModel,
  options: PatchGridTask & {
    task?: string | OwnTask;
    samples?: readonly PatchGridInput[];
    positions?: unknown;
  },
): Asked {
  const { task, samples, positions } = options;
  if ((task === undefined) === (samples === undefined))
    throw new SpecError({
      thing: "patchGrid()",
      rule: "needs either a task or samples",
      wayOut: 'For example { task: "capital" }',
    });
  if (samples !== undefined) {
    if (positions === "instruction-end")
      throw new SpecError({ thing: "positions", value: positions, rule: "needs a task", wayOut: "Give a list" });
    return { samples, warnings: [] };
  }
  const asked = checkedTask(task as string | OwnTask);
  const against = options.against ?? asked.contrast ?? "query";
  const { prompts, ...laidOut } = promptsOf(model, asked, { n: options.n, chat: options.chat });
  const other = against === "query" ? null : contrastOf(against, asked);
  // Only queries alone need something that stands for their instruction.
  const { samples: made, warnings } = other === null ? samplesOf(model, asked, options) : { samples: [], ...laidOut };
  const instructions = { source: prompts[0].source, target: made[0]?.target.slice(0, 1) ?? [] };
  const pairs = prompts.map(({ label, answer, reference }, i): PatchGridInput => {
    if (other === null) return { source: reference, target: made[i].target, answer, label };
    const query = asked.query.replace("{x}", () => asked.items[i].query);
    const laid = layPrompt(model, { instruction: other.instruction, query, chat: options.chat ?? false });
    instructions.target = laid.instruction;
    const foil = other.items.find((item) => item.query === asked.items[i].query)?.answer;
    const first = foil === undefined ? undefined : model.tokenizer?.encode(foil)[0];
    return {
      source: reference,
      target: [...laid.instruction, ...laid.query],
      answer,
      label,
      ...(first === undefined || first === answer ? {} : { foil: first }),
    };
  });
  const queries = prompts.map(({ query }) => query);
  const aligned = alignedPlaces(queries, instructions);
  const end = { target: instructions.target.length - 1, source: instructions.source.length - 1 };
  return { samples: pairs, task: asked.name, against, instructionEnd: [end], aligned, warnings };
}

function contrastOf(name: string, asked: Task): Task {
  const other = checkedTask(name);
  if (other.name !== asked.name) return other;
  throw new SpecError({ thing: "against", value: name, rule: "must be another task, or query" });
}

/** Places of the same role in every sample. Of the instructions what both begin with is counted from the front, the
 *  rest from T_inst backward. Query words may be of different lengths: what all queries begin with is counted from the
 *  front, what they end with from the end, and between them stands the word's last token. */
export function alignedPlaces(
  queries: readonly (readonly number[])[],
  instructions: { source: readonly number[]; target: readonly number[] },
): PlaceInput[] {
  const { source, target } = instructions;
  const run = (count: number, from: { target: number; source: number }): PlaceInput[] =>
    Array.from({ length: count }, (_, i) => ({ target: from.target + i, source: from.source + i }));
  const shared = Math.min(source.length, target.length);
  let front = 0;
  while (front < shared - 1 && source[front] === target[front]) front++;
  const back = { target: target.length - shared + front, source: source.length - shared + front };
  const instruction = [...run(front, { target: 0, source: 0 }), ...run(shared - front, back)];

  const [first] = queries;
  const begin = { target: target.length, source: source.length };
  const shortest = Math.min(...queries.map(({ length }) => length));
  if (queries.every(({ length }) => length === shortest)) return [...instruction, ...run(shortest, begin)];
  const agree = (at: number) => queries.every((query) => query.at(at) === first.at(at));
  let before = 0;
  while (before < shortest - 1 && agree(before)) before++;
  let after = 0;
  while (after < shortest - 1 - before && agree(-1 - after)) after++;
  return [...instruction, ...run(before, begin), ...run(after + 1, { target: -1 - after, source: -1 - after })];
}

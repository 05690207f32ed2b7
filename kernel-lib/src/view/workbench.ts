/** A choice in the workbench panel, and the cell that it becomes. Pure: panel and kernel share it. */
import { experimentNamed } from "./workbench-table";

/** What is chosen in the panel. */
export interface WorkbenchChoice {
  model: string;
  device: string;
  task: string;
  kind: string;
  /** By key of the experiment's fields. */
  options: Readonly<Record<string, unknown>>;
}

/** What is asked about: the task, or the tasks that an experiment names itself. */
export function askedTask({ kind, task, options }: WorkbenchChoice): string {
  const { ownTask, fields } = experimentNamed(kind);
  if (ownTask === undefined) return task;
  const asked = options[ownTask] ?? fields.find(({ key }) => key === ownTask)?.default;
  return Array.isArray(asked) ? asked.join(", ") : String(asked);
}

/** The call's options: the task, and what differs from what the call does by itself. */
export function callOptions({ kind, task, options }: WorkbenchChoice): Record<string, unknown> {
  const { fields, ownTask } = experimentNamed(kind);
  const chosen = fields.flatMap(({ key, default: usual, values, always = values.length === 0 }) => {
    const value = key in options ? options[key] : usual;
    const same = !always && JSON.stringify(value) === JSON.stringify(usual);
    return value === null || same ? [] : [[key, value] as const];
  });
  return { ...(ownTask === undefined ? { task } : {}), ...Object.fromEntries(chosen) };
}

type CallValue = Record<string, unknown>;

/** What stands behind the model in the call: the options, or the prompt and what else is chosen. */
export function callArguments(choice: WorkbenchChoice): [first: CallValue, others?: CallValue] {
  const options = callOptions(choice);
  if (!experimentNamed(choice.kind).prompts) return [options];
  const { task, n, ...others } = options;
  const prompt = n === undefined ? { task } : { task, n };
  return Object.keys(others).length > 0 ? [prompt, others] : [prompt];
}

/** The cell that does what is chosen.
 *  @param has what cells above have done already: the import, and which model `model` is
 *  @example workbenchCode(choice, { patchbay: true, model: null }) */
export function workbenchCode(
  choice: WorkbenchChoice,
  has: { patchbay: boolean; model: { name: string; device: string } | null },
): string {
  const { call } = experimentNamed(choice.kind);
  const known = has.patchbay && has.model?.name === choice.model && has.model.device === choice.device;
  return [
    "// inserted by the Patchbay panel",
    ...(has.patchbay ? [] : ['import * as pb from "patchbay";']),
    ...(known ? [] : [loadLine(choice.model, choice.device)]),
    `const run = pb.${call}(${["model", ...callArguments(choice).map(literal)].join(", ")});`,
    "pb.show(run);",
    "const result = await run;",
  ].join("\n");
}

/** `const model = await pb.load("demo/dpo");` */
export const loadLine = (model: string, device: string): string =>
  `const model = await pb.load(${JSON.stringify(model)}${device === "auto" ? "" : `, { device: ${JSON.stringify(device)} }`});`;

/** JSON as one writes it in TypeScript: bare keys, spaces inside braces. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, item]) => `${key}: ${literal(item)}`);
  return `{ ${fields.join(", ")} }`;
}

/** `patchbay.spec/1`, kind `cross-task`: cross-task patching as one JSON value, checked before anything runs. */
import { z } from "zod";
import { counted } from "../words";
import type { CrossTask, CrossTaskSpec } from "./cross-task-types";
import { EDIT_SITES, type EditSite } from "./edited-rows";
import {
  choiceField,
  headFields,
  labelField,
  listField,
  MAX_SAMPLES,
  type Path,
  parseFields,
  parseSpec,
  positionField,
  promptField,
  refuse,
  resolveLayers,
  resolvePosition,
  resolvePrompt,
  resolveToken,
  SPEC_SCHEMA,
  tokenField,
} from "./fields";
import { allLayers } from "./patch-grid-spec";
import type { SpecModel } from "./types";

const MAX_TASKS = 64;
/** Queries x cells: four float64 arrays of this length are 320 MB. */
const MAX_CELLS = 10_000_000;

const envelope = z.strictObject({
  ...headFields("cross-task"),
  site: choiceField<EditSite>(...EDIT_SITES).default("resid_post"),
  layers: z.unknown().default("all"),
  tasks: listField(MAX_TASKS, "tasks"),
  into: choiceField("instruction", "query").optional(),
});

const taskFields = z.strictObject(
  { name: labelField, instruction: promptField, queries: listField(MAX_SAMPLES, "queries") },
  { error: "must be an object with name, instruction and queries" },
);

const queryFields = z.strictObject(
  { prompt: promptField, position: positionField, answer: tokenField, label: labelField },
  { error: "must be an object with prompt, position, answer and label" },
);

/** Checks a JSON value against the schema and the model; text becomes ids, positions count from the front.
 *  @throws SpecError that names the field, its value, the rule and the way out.
 *  @example resolveCrossTask(JSON.parse(text), model).tasks.length */
export function resolveCrossTask(json: unknown, model: SpecModel): CrossTaskSpec {
  const { tasks: given, layers, into, ...rest } = parseSpec(envelope, json);
  const tasks = given.map((entry, i) => resolveTask(entry, ["tasks", i], model));
  if (tasks.length < 2) refuse(["tasks"], given, "must hold at least two tasks");
  const twice = tasks.findIndex(({ name }, i) => tasks.findIndex((other) => other.name === name) < i);
  if (twice >= 0) refuse(["tasks", twice, "name"], tasks[twice].name, "stands twice", "Take one of them out");
  const queries = Math.max(...tasks.map((task) => task.queries.length));
  if (queries * tasks.length ** 2 > MAX_CELLS)
    refuse(
      ["tasks"],
      `${counted(queries, "query", "queries")} x ${tasks.length} x ${counted(tasks.length, "task")}`,
      `must be at most ${MAX_CELLS} together`,
      "Split the spec",
    );
  return {
    ...rest,
    schema: SPEC_SCHEMA,
    kind: "cross-task",
    layers: layers === "all" ? allLayers(model) : resolveLayers(layers, ["layers"], model),
    tasks,
    ...(into === undefined ? {} : { into }),
  };
}

function resolveTask(entry: unknown, path: Path, model: SpecModel): CrossTask {
  const { name, instruction, queries: given } = parseFields(taskFields, entry, path);
  const queries = given.map((query, i) => {
    const at = [...path, "queries", i];
    const fields = parseFields(queryFields, query, at);
    const prompt = resolvePrompt(fields.prompt, [...at, "prompt"], model);
    return {
      prompt,
      position: resolvePosition(fields.position, prompt.length, [...at, "position"]),
      answer: resolveToken(fields.answer, [...at, "answer"], model),
      label: fields.label,
    };
  });
  // Other tasks find this one's answer by the label.
  const first = new Map<string, number>();
  queries.forEach(({ label, answer }, i) => {
    const before = first.get(label);
    if (before === undefined) first.set(label, i);
    else if (queries[before].answer !== answer)
      refuse([...path, "queries", i, "label"], label, `has another answer in queries[${before}]`, "Tell them apart");
  });
  return { name, instruction: resolvePrompt(instruction, [...path, "instruction"], model), queries };
}

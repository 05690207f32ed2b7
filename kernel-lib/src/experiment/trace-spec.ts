/** `patchbay.spec/1`, kind `path-trace`: one JSON value that says a trace in full, checked before anything runs. */
import { z } from "zod";
import { DEFAULT_BUDGET } from "../path/tracer";
import type { Equation } from "../path/types";
import {
  choiceField,
  countField,
  headFields,
  labelField,
  listField,
  MAX_SAMPLES,
  type Path,
  parseFields,
  parseSpec,
  promptField,
  refuse,
  resolvePosition,
  resolvePrompt,
  resolveToken,
  SPEC_SCHEMA,
  tokenField,
} from "./fields";
import type { PathTraceSpec, TraceSample } from "./trace-types";
import type { SpecModel } from "./types";

/** Paths of one sample that memory can hold as positions of up to a hundred layers. */
const MAX_BUDGET = 50_000_000;

const envelope = z.strictObject({
  ...headFields("path-trace"),
  task: labelField.optional(),
  chat: z.boolean({ error: "must be true or false" }).optional(),
  samples: listField(MAX_SAMPLES, "samples"),
  topK: countField(1, 100_000).default(1),
  // The paper's text keeps ranks below 100, its code ranks up to 100; this is the code's.
  maxRank: countField(1, 1_000_000).default(100),
  equation: choiceField<Equation>("eq3", "released-code").default("eq3"),
  budget: countField(1, MAX_BUDGET).default(DEFAULT_BUDGET),
});

const sampleFields = z.strictObject(
  {
    tokens: promptField,
    answer: tokenField,
    sources: z.unknown().default("all"),
    instructionEnd: z.unknown().optional(),
    label: labelField.optional(),
  },
  { error: "must be an object with tokens, answer and sources" },
);

/** Checks a JSON value against the schema and the model; text becomes ids, positions count from the front.
 *  @throws SpecError that names the field, its value, the rule and the way out. */
export function resolveTraceSpec(json: unknown, model: SpecModel): PathTraceSpec {
  const { samples, task, chat, ...given } = parseSpec(envelope, json);
  return {
    ...given,
    schema: SPEC_SCHEMA,
    kind: "path-trace",
    samples: samples.map((entry, i) => resolveSample(entry, ["samples", i], model)),
    ...(task === undefined ? {} : { task }),
    ...(chat === true ? { chat } : {}),
  };
}

function resolveSample(entry: unknown, path: Path, model: SpecModel): TraceSample {
  const fields = parseFields(sampleFields, entry, path);
  const tokens = resolvePrompt(fields.tokens, [...path, "tokens"], model);
  return {
    tokens,
    answer: resolveToken(fields.answer, [...path, "answer"], model),
    sources: resolveSources(fields.sources, tokens.length, [...path, "sources"]),
    ...(fields.instructionEnd === undefined
      ? {}
      : { instructionEnd: resolveEnd(fields.instructionEnd, tokens.length, [...path, "instructionEnd"]) }),
    ...(fields.label === undefined ? {} : { label: fields.label }),
  };
}

function resolveEnd(given: unknown, length: number, path: Path): number {
  if (!Number.isSafeInteger(given)) refuse(path, given, "must be a position, a whole number");
  return resolvePosition(given as number, length, path);
}

function resolveSources(given: unknown, length: number, path: Path): "all" | number[] {
  if (given === "all") return "all";
  if (!Array.isArray(given)) refuse(path, given, 'must be "all" or a list of positions');
  if (given.length === 0) refuse(path, given, "must hold at least one position");
  const seen = new Set<number>();
  given.forEach((position: unknown, i) => {
    if (!Number.isSafeInteger(position)) refuse([...path, i], position, "must be a position, a whole number");
    const at = resolvePosition(position as number, length, [...path, i]);
    if (seen.has(at)) refuse([...path, i], position, "stands twice", "Take one of them out");
    seen.add(at);
  });
  return [...seen].sort((a, b) => a - b);
}

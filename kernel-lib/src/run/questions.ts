/** Specs from what is asked for in words (a task, layers, strengths), by kind: the same options as the calls in a
 *  notebook, for the workbench panel and the command line. The model need not be loaded. */
import { SpecError } from "../errors";
import type { SpecModel } from "../experiment/types";
import { type AccuracyOptions, accuracyQuestion } from "./accuracy";
import { type CrossTaskOptions, crossTaskQuestion } from "./cross-task";
import { type GeometryOptions, geometryQuestion } from "./geometry";
import { EXPERIMENT_KINDS } from "./kinds";
import { type LensPrompt, lensQuestion } from "./logit-lens";
import { type PatchGridOptions, patchGridQuestion } from "./patch-grid";
import { resolveQuestion, type SweepQuestion } from "./patch-sweep";
import { type PathTraceOptions, traceQuestion } from "./path-trace";
import { type SteerOptions, steerQuestion } from "./steer";

/** What stands behind the model in the call of that kind. */
export type Question = (
  model: SpecModel,
  first: object,
  options?: object,
) => { json: { kind: string }; warnings?: readonly string[] };

const QUESTIONS: Readonly<Record<string, Question>> = {
  "patch-sweep": (model, options) => {
    const { spec, warnings } = resolveQuestion(model, options as SweepQuestion);
    return { json: spec, warnings };
  },
  "path-trace": (model, options) => ({ json: traceQuestion(model, options as PathTraceOptions) }),
  accuracy: (model, options) => ({ json: accuracyQuestion(model, options as AccuracyOptions) }),
  "patch-grid": (model, options) => patchGridQuestion(model, options as PatchGridOptions),
  "logit-lens": (model, prompt, options = {}) => lensQuestion(model, prompt as LensPrompt, options),
  steer: (model, options) => steerQuestion(model, options as SteerOptions),
  "cross-task": (model, options) => crossTaskQuestion(model, options as CrossTaskOptions),
  geometry: (model, options) => ({ json: geometryQuestion(model, options as GeometryOptions) }),
};

/** How a spec of that kind is asked for.
 *  @throws SpecError when there is no such kind
 *  @example questionOf("steer")(checkpoint, { task: "capital", layers: [2] }).json */
export function questionOf(kind: string): Question {
  if (Object.hasOwn(QUESTIONS, kind)) return QUESTIONS[kind];
  throw new SpecError({ thing: "experiment", value: kind, rule: `must be one of ${EXPERIMENT_KINDS.join(", ")}` });
}

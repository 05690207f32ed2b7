/** The call that reads a prompt through the logit lens, and the run of its spec. */

import { SpecError } from "../errors";
import { SPEC_SCHEMA } from "../experiment/fields";
import { LENS_METRICS, readLens } from "../experiment/logit-lens";
import { resolveLogitLens } from "../experiment/logit-lens-spec";
import type { LensSite } from "../experiment/logit-lens-types";
import { task as checkedTask, type OwnTask, promptsOf } from "../experiment/task";
import type { SpecModel } from "../experiment/types";
import type { Model } from "../forward/types";
import { optionsGiven } from "../given";
import { checkCall } from "./called";
import type { ExperimentOptions } from "./experiment-run";
import { GridRun, layerAxis, positionAxis } from "./grid-run";

/** A prompt as text (for a model with a tokenizer) or token ids; or a task, whose instructions with their queries are
 *  read, the first n. */
export type LensPrompt = string | readonly number[] | { task: string | OwnTask; n?: number };

/** Which answer is looked for, at which site. */
export interface LogitLensOptions extends ExperimentOptions {
  /** Whose rank, logit and probability are read: an id, or a text whose first token is meant. A task brings its own. */
  answer?: number | string;
  /** Default `resid_post`. */
  site?: LensSite;
  /** Default all. */
  layers?: "all" | readonly number[];
  /** Default all; negative counts from the end. */
  positions?: "all" | readonly number[];
}

/** Starts reading: the row of each layer and position goes through the final norm and the unembedding, as if it were
 *  the last layer's. Gives rank, logit and probability of the answer in a grid of layers x positions, and the token
 *  that comes first (table `outputs`).
 *  @throws SpecError before anything runs, when a field is wrong
 *  @example
 *  const lens = await pb.logitLens(model, "State the capital of the country. Country: France. Answer:", { answer: " Paris" });
 *  lens.cell("rank", { row: 7, column: -1 }).mean; */
export function logitLens(model: Model, prompt: LensPrompt, options: LogitLensOptions = {}): GridRun {
  checkCall("logitLens()", model, typeof prompt === "string" ? [prompt] : prompt, '{ task: "capital" }');
  const { json, warnings } = lensQuestion(model, prompt, options);
  return logitLensSpec(model, json, { ...options, warnings });
}

/** The spec that `logitLens` runs, not yet checked in full; the model need not be loaded.
 *  @throws SpecError when the answer is missing, or the task is wrong */
export function lensQuestion(
  model: SpecModel,
  prompt: LensPrompt,
  options: LogitLensOptions,
): { json: { kind: "logit-lens" } & Record<string, unknown>; warnings: readonly string[] } {
  const { answer, site, layers, positions } = optionsGiven("logitLens()", options);
  const base = { schema: SPEC_SCHEMA, kind: "logit-lens", model: model.name, site, layers, positions } as const;
  if (typeof prompt === "string" || Array.isArray(prompt)) {
    if (answer === undefined)
      throw new SpecError({
        thing: "logitLens(): answer",
        rule: "is missing: its rank is what is read",
        wayOut: 'For example { answer: " Paris" }',
      });
    return { json: { ...base, samples: [{ tokens: prompt, answer }] }, warnings: [] };
  }
  if (answer !== undefined)
    throw new SpecError({ thing: "logitLens(): answer", value: answer, rule: "is known from the task" });
  const { task, n } = prompt as { task: string | OwnTask; n?: number };
  const asked = checkedTask(task);
  const { prompts, warnings } = promptsOf(model, asked, { n });
  const read = prompts.map(({ reference, answer, label }) => ({ tokens: reference, answer, label }));
  return { json: { ...base, task: asked.name, samples: read }, warnings };
}

/** Starts what a spec of kind `logit-lens` says.
 *  @throws SpecError */
export function logitLensSpec(
  model: Model,
  json: unknown,
  { warnings, ...options }: ExperimentOptions & { warnings?: readonly string[] } = {},
): GridRun {
  const spec = resolveLogitLens(json, model);
  const { layers, positions, samples } = spec;
  const prompts = samples.map(({ tokens }) => tokens);
  return new GridRun(
    model,
    {
      spec,
      rows: layerAxis("layer read", layers),
      columns: positionAxis("position read", positions, prompts, model),
      sampleLabels: samples.map(({ label }, i) => label ?? String(i)),
      metrics: LENS_METRICS,
      baselines: [],
      outputs: true,
      tokens: samples.flatMap(({ tokens, answer }) => [...tokens, answer]),
      warnings,
      work: ({ known, signal }) => readLens(model, spec, { known, signal }),
    },
    options,
  );
}

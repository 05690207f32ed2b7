/** `instructionVector()`: what a layer holds at the end of an instruction, as a value that can be printed and saved. */
import { SpecError } from "../errors";
import { EDIT_SITES, type EditSite } from "../experiment/edited-rows";
import { type VectorPrompts, vectorsOf } from "../experiment/instruction-vector";
import { layPrompt } from "../experiment/prompt";
import { task as checkedTask, type OwnTask, samplesOf, type Task } from "../experiment/task";
import type { SpecModel } from "../experiment/types";
import type { Model } from "../forward/types";
import { checkCall } from "./called";

export interface VectorQuestion {
  /** A bundled task by name, or one of your own. */
  task: string | OwnTask;
  /** `instruction` (default): the task's own wording. `rephrasings`: the mean over its other wordings. */
  wordings?: "instruction" | "rephrasings";
  /** What is taken away: the filler alone (default), another task's instruction by its name, or nothing. */
  minus?: "filler" | "nothing" | (string & {});
  /** Token in place of the instruction. Default: the beginning-of-sequence token. */
  filler?: number | string;
  /** Instructions as a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
}

/** Which instruction is read, and where. */
export interface InstructionVectorOptions extends VectorQuestion {
  layer: number;
  /** Default `resid_post`. */
  site?: EditSite;
  signal?: AbortSignal;
}

/** A JSON value. */
export interface InstructionVector {
  schema: "patchbay.vector/1";
  model: string;
  fingerprint: string;
  task: string;
  site: EditSite;
  layer: number;
  wordings: number;
  minus: string;
  /** Its length. */
  norm: number;
  /** [dModel] */
  values: number[];
}

/** The instruction vector of a task (arXiv:2602.07930, section 5): what the site holds at the last token of the
 *  instruction, averaged over its wordings, less the same at the filler. The instruction comes before every query, so
 *  it is one vector for all of a task's samples.
 *  @throws SpecError when the task, layer or site is wrong
 *  @example
 *  const vector = await pb.instructionVector(model, { task: "capital", layer: 2 });
 *  const grid = await pb.steer(model, { task: "capital", vector, layers: [2], coefficients: [0, 1, 2] }); */
export async function instructionVector(model: Model, options: InstructionVectorOptions): Promise<InstructionVector> {
  checkCall("instructionVector()", model, options, '{ task: "capital", layer: 2 }');
  const { layer, site = "resid_post", minus = "filler", signal } = options;
  const { nLayers } = model.config;
  if (!Number.isSafeInteger(layer) || layer < 0 || layer >= nLayers)
    throw new SpecError({
      thing: "layer",
      value: layer,
      rule: `must be a layer of ${model.name}, from 0 to ${nLayers - 1}`,
    });
  if (!EDIT_SITES.includes(site))
    throw new SpecError({ thing: "site", value: site, rule: `must be one of ${EDIT_SITES.join(", ")}` });
  const prompts = vectorPrompts(model, options);
  const made = await vectorsOf(model.stages, model.config, prompts, { site, layers: [layer], signal });
  const values = Array.from(made.get(layer) as Float32Array);
  return {
    schema: "patchbay.vector/1",
    model: model.name,
    fingerprint: model.fingerprint,
    task: checkedTask(options.task).name,
    ...{ site, layer, wordings: prompts.plus.length, minus },
    norm: Math.hypot(...values),
    values,
  };
}

/** The prompts that a vector is made of, each ending where the vector is read.
 *  @throws SpecError */
export function vectorPrompts(model: SpecModel, options: VectorQuestion): VectorPrompts {
  const { wordings = "instruction", minus = "filler", chat = false } = options;
  const asked = checkedTask(options.task);
  const prompt = (instruction: string, { query, items }: Task) =>
    layPrompt(model, { instruction, query: query.replace("{x}", () => items[0].query), chat }).instruction;
  const { rephrasings = [] } = asked;
  if (wordings === "rephrasings" && rephrasings.length === 0)
    throw new SpecError({ thing: "wordings", value: wordings, rule: `needs rephrasings, and ${asked.name} has none` });
  if (wordings !== "instruction" && wordings !== "rephrasings")
    throw new SpecError({ thing: "wordings", value: wordings, rule: 'must be "instruction" or "rephrasings"' });
  const texts = wordings === "rephrasings" ? rephrasings : [asked.instruction];
  const plus = texts.map((text) => prompt(text, asked));
  if (minus === "nothing") return { plus, minus: [] };
  if (minus !== "filler") {
    const other = checkedTask(minus);
    return { plus, minus: [prompt(other.instruction, other)] };
  }
  const [{ target, targetPosition }] = samplesOf(model, asked, { n: 1, filler: options.filler, chat }).samples;
  return { plus, minus: [target.slice(0, targetPosition + 1)] };
}

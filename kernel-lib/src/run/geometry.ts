/** The call that starts a geometry experiment from options in a notebook. */
import { SpecError } from "../errors";
import { SPEC_SCHEMA } from "../experiment/fields";
import { groupsOfTasks, type TasksAsked, titleOfTasks } from "../experiment/geometry-tasks";
import type { GeometryMethod } from "../experiment/geometry-types";
import type { Site, SpecModel } from "../experiment/types";
import type { Model } from "../forward/types";
import { checkCall } from "./called";
import type { ExperimentOptions } from "./experiment-run";
import { type GeometryRun, geometrySpec } from "./geometry-run";

/** Prompts that belong together, in token ids or, where the model has a tokenizer, in text. */
export interface GroupInput {
  label: string;
  prompts: readonly (readonly number[] | string)[];
  /** Groups of one family share a look in pictures. */
  family?: string;
}

/** Which prompts are read, where, and by which methods. */
export interface GeometryOptions extends ExperimentOptions {
  /** Whose rephrasings are compared, a group for each task: a bundled task by its name, a family (`adjectives`,
   *  `animals`), a set (`paper`: all eight, `demo`), a task of your own with `rephrasings`, or a list of these. */
  task?: TasksAsked;
  /** The first so many rephrasings of each task. Default all; of the paper's tasks there are 200. */
  rephrasings?: number;
  /** Instructions as the beginning of a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
  /** Or any groups of prompts. */
  groups?: readonly GroupInput[];
  /** Default all. */
  layers?: "all" | readonly number[];
  /** Default `["resid_post"]`. */
  sites?: readonly Site[];
  /** Where prompts are read. Default -1, the last token: T_inst of an instruction. */
  position?: number;
  /** Default all three: `lda`, `pca`, `probe`. */
  methods?: readonly GeometryMethod[];
  /** For the labels of the probe's control. Default 0. */
  seed?: number;
}

/** Starts comparing where groups of prompts lie at each site of each layer: coordinates by LDA and PCA, a linear probe
 *  with a shuffled-label control, and how far each pair of groups is apart (arXiv:2602.07930, section 5.1 and
 *  appendix D).
 *  @throws SpecError before anything runs, when a field is wrong
 *  @example
 *  const run = pb.geometry(model, { task: "adjectives", layers: [2], sites: ["resid_post", "attn_out"] });
 *  console.log((await run).table("accuracy")); */
export function geometry(model: Model, options: GeometryOptions): GeometryRun {
  checkCall("geometry()", model, options, '{ task: ["capital", "language"] }');
  return geometrySpec(model, geometryQuestion(model, options), options);
}

/** The spec that `geometry` runs, not yet checked in full; the model need not be loaded.
 *  @throws SpecError when neither or both of task and groups are given, or a task is wrong */
export function geometryQuestion(
  model: SpecModel,
  options: GeometryOptions,
): { kind: "geometry" } & Record<string, unknown> {
  const { layers, sites, position, methods, seed, task, groups, rephrasings, chat } = options;
  if ((task === undefined) === (groups === undefined))
    throw new SpecError({
      thing: "geometry()",
      rule: "needs either a task or groups",
      wayOut: 'For example { task: ["antonym", "comparative"] }',
    });
  const asked =
    task === undefined
      ? { groups, rephrasings, chat }
      : { groups: groupsOfTasks(model, task, { rephrasings, chat }), task: titleOfTasks(task), chat };
  const where = { layers, sites, position, methods, seed };
  return { schema: SPEC_SCHEMA, kind: "geometry", model: model.name, ...asked, ...where };
}

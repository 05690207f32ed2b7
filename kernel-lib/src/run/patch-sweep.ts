/** The calls that start a patch sweep: from options in a notebook. */
import { SpecError } from "../errors";
import { SPEC_SCHEMA } from "../experiment/fields";
import { type ResolvedSpec, resolveSpec } from "../experiment/spec";
import { task as checkedTask, type OwnTask, samplesOf } from "../experiment/task";
import type { PatchSweepSpec, Protocol, Site, SpecModel } from "../experiment/types";
import type { Model } from "../forward/types";
import { checkCall } from "./called";
import { PatchRun, type RunOptions } from "./patch-run";
import { fitted, type Plan, planResolved } from "./plan";

/** A sample in token ids or, where the model has a tokenizer, in text. */
export interface SampleInput {
  source: readonly number[] | string;
  /** Default -1: the last token. */
  sourcePosition?: number;
  target: readonly number[] | string;
  /** Default 0: the filler. */
  targetPosition?: number;
  reference?: readonly number[] | string;
  /** Of a text the first token is meant. */
  answer: number | string;
  label?: string;
}

/** Which samples, which tuples of layers, which site and protocol. */
export interface SweepQuestion {
  /** A bundled task by name, or one of your own; or give `samples`. */
  task?: string | OwnTask;
  samples?: readonly SampleInput[];
  /** All tuples of these sizes. Default [1, 2]. */
  sizes?: readonly number[];
  /** These tuples instead. */
  tuples?: readonly (readonly number[])[];
  /** Default `resid_post`. */
  site?: Site;
  /** Default `paper`. */
  protocol?: Protocol;
  /** The first n items of the task. */
  n?: number;
  /** `released-code`: the position of the query that is overwritten. Default 0. */
  position?: 0 | -1;
  /** Token in place of the instruction. Default: the beginning-of-sequence token. */
  filler?: number | string;
  /** The task's instruction and query as a user's message in the checkpoint's chat template. Default false. */
  chat?: boolean;
}

/** Question and running of a sweep. */
export type PatchSweepOptions = SweepQuestion & RunOptions;

/** Starts a sweep: rows of the source's run overwrite the target's position at every layer of each tuple, and
 *  the answer is read at the target's last token.
 *  @throws SpecError before anything runs, when a field is wrong.
 *  @example
 *  const run = pb.patchSweep(model, { task: "capital", sizes: [1, 2] });
 *  for await (const partial of run) console.log(run.progress.done);
 *  const result = await run; */
export function patchSweep(model: Model, options: PatchSweepOptions): PatchRun {
  checkCall("patchSweep()", model, options, '{ task: "capital" }');
  return new PatchRun(model, resolveQuestion(model, options), options);
}

/** What a sweep would cost; runs nothing.
 *  @throws SpecError
 *  @example console.log(String(pb.plan(model, { task: "capital", sizes: [1, 2, 3] }))) */
export function plan(model: Model, options: PatchSweepOptions): Plan {
  checkCall("plan()", model, options, '{ task: "capital" }');
  return planResolved(resolveQuestion(model, options), model.config, fitted(options, model));
}

/** The JSON of a run, as `patchbay run` takes it.
 *  @throws SpecError for what is neither a run nor a result
 *  @example writeFileSync("sweep.json", JSON.stringify(pb.spec(run))) */
export function spec<S = PatchSweepSpec>(run: { readonly spec: S }): S {
  if (typeof run?.spec === "object") return run.spec;
  throw new SpecError({ thing: "spec()", rule: "takes a run or a result", wayOut: "For example pb.spec(run)" });
}

/** The question, checked; the model need not be loaded.
 *  @throws SpecError */
export function resolveQuestion(model: SpecModel, options: SweepQuestion): ResolvedSpec {
  const { task, samples, sizes, tuples, site, protocol, chat } = options;
  if (chat === true && samples !== undefined) {
    throw new SpecError({ thing: "patchSweep(): chat", rule: "lays out a task's prompts, but samples are given" });
  }
  if (tuples !== undefined && sizes !== undefined) {
    throw new SpecError({ thing: "patchSweep()", rule: "takes either sizes or tuples, not both" });
  }
  const base = {
    schema: SPEC_SCHEMA,
    kind: "patch-sweep",
    model: model.name,
    protocol,
    site,
    tuples: tuples === undefined ? { sizes: sizes ?? [1, 2] } : { list: tuples },
  };
  if (task !== undefined && samples === undefined) {
    const asked = checkedTask(task);
    const made = samplesOf(model, asked, options);
    const resolved = resolveSpec({ ...base, task: asked.name, chat, samples: made.samples }, model);
    return { ...resolved, warnings: [...made.warnings, ...resolved.warnings] };
  }
  if (samples !== undefined && task === undefined) return resolveSpec({ ...base, samples }, model);
  throw new SpecError({
    thing: "patchSweep()",
    rule: "needs either a task or samples",
    wayOut: 'For example { task: "capital" }',
  });
}

/** The calls that start a patch sweep: from options in a notebook, or from a spec. */
import { readFileSync, statSync } from "node:fs";
import { parseJson } from "../checkpoint/json";
import { SpecError } from "../errors";
import { SPEC_SCHEMA } from "../experiment/fields";
import { type ResolvedSpec, resolveSpec } from "../experiment/spec";
import { task as checkedTask, type OwnTask, samplesOf } from "../experiment/task";
import type { PatchSweepSpec, Protocol, Site } from "../experiment/types";
import { loadModel } from "../forward/model";
import type { Model } from "../forward/types";
import type { SweepResult } from "../result/sweep";
import { PatchRun, type RunOptions } from "./patch-run";
import { fitted, type Plan, planResolved } from "./plan";

/** A hundred thousand samples of some hundred tokens. */
const MAX_SPEC_BYTES = 256 * 2 ** 20;
const MAX_DEPTH = 16;

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
}

export type PatchSweepOptions = SweepQuestion & RunOptions;

/** Starts a sweep: rows of the source's run overwrite the target's position at every layer of each tuple, and
 *  the answer is read at the target's last token.
 *  @throws SpecError before anything runs, when a field is wrong.
 *  @example
 *  const run = patchSweep(model, { task: "capital", sizes: [1, 2] });
 *  for await (const partial of run) console.log(run.progress.done);
 *  const result = await run; */
export function patchSweep(model: Model, options: PatchSweepOptions): PatchRun {
  return new PatchRun(model, resolveQuestion(model, options), options);
}

/** What a sweep would cost; runs nothing.
 *  @throws SpecError
 *  @example console.log(String(plan(model, { task: "capital", sizes: [1, 2, 3] }))) */
export function plan(model: Model, options: PatchSweepOptions): Plan {
  return planResolved(resolveQuestion(model, options), model.config, fitted(options, model));
}

/** Starts what a spec says: a JSON value, or the path of a file that holds one. With a model the run comes back
 *  at once; without one it is loaded by the spec's own `model`, and the result comes back when all is done.
 *  @throws SpecError
 *  @example const result = await run("sweep.json"); */
export function run(spec: unknown, options: RunOptions & { model: Model }): PatchRun;
export function run(spec: unknown, options?: RunOptions): Promise<SweepResult>;
export function run(
  spec: unknown,
  { model, ...options }: RunOptions & { model?: Model } = {},
): PatchRun | Promise<SweepResult> {
  const json = typeof spec === "string" ? readSpec(spec) : spec;
  return model ? new PatchRun(model, resolveSpec(json, model), options) : loadAndRun(json, options);
}

/** A spec from a file, not yet checked.
 *  @throws SpecError when it is no JSON, too large or too deep. */
export function readSpec(path: string): unknown {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new SpecError({ thing: path, rule: "must be a file that holds a spec" });
  if (found.size > MAX_SPEC_BYTES) {
    throw new SpecError({ thing: `${path}: size`, value: found.size, rule: `must be at most ${MAX_SPEC_BYTES} bytes` });
  }
  return parseJson(readFileSync(path), {
    maxBytes: MAX_SPEC_BYTES,
    maxDepth: MAX_DEPTH,
    thing: path,
    error: SpecError,
  });
}

async function loadAndRun(json: unknown, options: RunOptions): Promise<SweepResult> {
  const name = (json as { model?: unknown } | null)?.model;
  if (typeof name !== "string") {
    throw new SpecError({
      thing: "model",
      rule: "must be a folder, a hub name or a demo",
      wayOut: 'For example "demo/dpo"',
    });
  }
  const model = await loadModel(name);
  try {
    return await new PatchRun(model, resolveSpec(json, model), options);
  } finally {
    await model.close();
  }
}

/** The JSON of a run, as `patchbay run` takes it.
 *  @example writeFileSync("sweep.json", JSON.stringify(spec(run))) */
export function spec(run: { readonly spec: PatchSweepSpec }): PatchSweepSpec {
  return run.spec;
}

function resolveQuestion(model: Model, options: PatchSweepOptions): ResolvedSpec {
  const { task, samples, sizes, tuples, site, protocol } = options;
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
    const resolved = resolveSpec({ ...base, task: asked.name, samples: made.samples }, model);
    return { ...resolved, warnings: [...made.warnings, ...resolved.warnings] };
  }
  if (samples !== undefined && task === undefined) return resolveSpec({ ...base, samples }, model);
  throw new SpecError({
    thing: "patchSweep()",
    rule: "needs either a task or samples",
    wayOut: 'For example { task: "capital" }',
  });
}

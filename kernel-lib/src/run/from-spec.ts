/** Runs what a spec says, of whatever kind: the same JSON for the library, the command line and the panel. */

import { readFileSync, statSync } from "node:fs";
import { parseJson } from "../checkpoint/json";
import { SpecError } from "../errors";
import { loadModel } from "../forward/model";
import type { Model } from "../forward/types";
import { optionsGiven } from "../given";
import type { Result } from "../result/base";
import type { ExperimentRun } from "./experiment-run";
import { experimentOf, type StartOptions } from "./kinds";

/** A hundred thousand samples of some hundred tokens. */
const MAX_SPEC_BYTES = 256 * 2 ** 20;
const MAX_DEPTH = 16;

/** Starts what a spec says: a JSON value, or the path of a file that holds one. With a model the run comes back
 *  at once; without one it is loaded by the spec's own `model`, and the result comes back when all is done.
 *  Name the result where its kind is known.
 *  @throws SpecError
 *  @example const result = await pb.run<SweepResult>("sweep.json"); */
export function run<R extends Result = Result>(
  spec: unknown,
  options: StartOptions & { model: Model },
): ExperimentRun<R>;
export function run<R extends Result = Result>(spec: unknown, options?: StartOptions): Promise<R>;
export function run(spec: unknown, given: StartOptions & { model?: Model } = {}): ExperimentRun | Promise<Result> {
  const { model, ...options } = optionsGiven("run()", given);
  const json = typeof spec === "string" ? readSpec(spec) : spec;
  const experiment = experimentOf(json);
  if (model) return experiment.start(model, json, options);
  return loadAndRun(json, options);
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

async function loadAndRun(json: unknown, options: StartOptions): Promise<Result> {
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
    return await experimentOf(json).start(model, json, options);
  } finally {
    await model.close();
  }
}

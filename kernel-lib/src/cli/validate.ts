/** `patchbay validate FILE`: whether a spec would run, or a result can be read. */

import { asObject, parseJson } from "../checkpoint/json";
import { openCheckpoint } from "../checkpoint/open";
import { SpecError } from "../errors";
import { SPEC_SCHEMA } from "../experiment/fields";
import { resolveSpec } from "../experiment/spec";
import { resolveTraceSpec } from "../experiment/trace-spec";
import { type AnyResult, parseAnyResult, TraceResult } from "../result";
import { MAX_SPEC_DEPTH, readBounded } from "./inputs";
import { MAX_RESULT_BYTES } from "./result-file";
import { specObject } from "./spec-file";

const RESULT_SCHEMA = "patchbay.result/1";

export async function validate(path: string): Promise<void> {
  const bytes = readBounded(path, MAX_RESULT_BYTES);
  const value = parseJson(bytes, { maxBytes: MAX_RESULT_BYTES, maxDepth: MAX_SPEC_DEPTH, thing: path });
  const schema = asObject(value)?.schema;
  if (schema === RESULT_SCHEMA) return say(path, resultText(parseAnyResult(bytes, path)));
  if (schema === SPEC_SCHEMA) return say(path, await specText(specObject(path, value)));
  throw new SpecError({
    thing: `${path}: schema`,
    value: schema ?? null,
    rule: `must be "${SPEC_SCHEMA}" or "${RESULT_SCHEMA}"`,
  });
}

function say(path: string, text: string): void {
  process.stdout.write(`${path}: ${text}\n`);
}

function resultText(result: AnyResult): string {
  const { samples, model } = result.spec;
  const state = result.state === "done" ? "complete" : "stopped";
  if (result instanceof TraceResult)
    return `a ${state} path-trace result, ${result.data.samples.length} of ${samples.length} samples of ${model}`;
  const { data } = result;
  return `a ${state} ${data.kind} result, ${samples.length} samples x ${data.values.tuples.length} tuples of ${model}`;
}

async function specText(spec: Record<string, unknown>): Promise<string> {
  const checkpoint = await openCheckpoint(spec.model as string);
  if (spec.kind === "path-trace") {
    const { samples } = resolveTraceSpec(spec, checkpoint);
    return `a path-trace spec, ${samples.length} samples of ${checkpoint.name}`;
  }
  const { job, warnings } = resolveSpec(spec, checkpoint);
  const notes = warnings.map((warning) => `\n  note: ${warning}`).join("");
  return `a patch-sweep spec, ${job.samples.length} samples x ${job.tuples.length} tuples of ${checkpoint.name}${notes}`;
}

/** `patchbay validate FILE`: whether a spec would run, or a result can be read. */
import { asObject, parseJson } from "../checkpoint/json";
import { openCheckpoint } from "../checkpoint/open";
import { SpecError } from "../errors";
import { SPEC_SCHEMA } from "../experiment/fields";
import { parseAnyResult } from "../result";
import { experimentOf } from "../run/kinds";
import { MAX_SPEC_DEPTH, readBounded } from "./inputs";
import { MAX_RESULT_BYTES } from "./result-file";
import { specObject } from "./spec-file";

const RESULT_SCHEMA = "patchbay.result/1";

export async function validate(path: string): Promise<void> {
  const bytes = readBounded(path, MAX_RESULT_BYTES);
  const value = parseJson(bytes, { maxBytes: MAX_RESULT_BYTES, maxDepth: MAX_SPEC_DEPTH, thing: path });
  const schema = asObject(value)?.schema;
  if (schema === RESULT_SCHEMA) return say(path, parseAnyResult(bytes, path).headline());
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

async function specText(spec: Record<string, unknown>): Promise<string> {
  const checkpoint = await openCheckpoint(spec.model as string);
  const { text, warnings } = experimentOf(spec).check(spec, checkpoint);
  const notes = warnings.map((warning) => `\n  note: ${warning}`).join("");
  const article = /^[aeiou]/.test(String(spec.kind)) ? "an" : "a";
  return `${article} ${spec.kind} spec, ${text} of ${checkpoint.name}${notes}`;
}

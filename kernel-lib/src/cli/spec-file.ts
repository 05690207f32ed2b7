/** A spec file and the checkpoint that it names, before anything is loaded. */
import { asObject } from "../checkpoint/json";
import { openCheckpoint } from "../checkpoint/open";
import type { Checkpoint } from "../checkpoint/types";
import { SpecError } from "../errors";
import { SPEC_SCHEMA } from "../experiment/fields";
import { readJson } from "./inputs";

const MAX_NAME = 4096;

export interface SpecFile {
  json: Record<string, unknown>;
  checkpoint: Checkpoint;
}

/** Reads a spec as far as it can be read without its model, and opens that.
 *  @throws PatchbayError */
export async function openSpec(path: string): Promise<SpecFile> {
  const json = specObject(path, readJson(path));
  return { json, checkpoint: await openCheckpoint(json.model as string) };
}

/** A JSON value that says it is a spec, with a kind and a model. */
export function specObject(path: string, value: unknown): Record<string, unknown> {
  const json = asObject(value);
  if (json?.schema !== SPEC_SCHEMA)
    throw new SpecError({
      thing: `${path}: schema`,
      value: json?.schema ?? null,
      rule: `must be "${SPEC_SCHEMA}"`,
      wayOut: "A spec is one JSON object",
    });
  if (typeof json.kind !== "string")
    throw new SpecError({ thing: `${path}: kind`, value: json.kind ?? null, rule: 'must be a text, "patch-sweep"' });
  if (typeof json.model !== "string" || json.model === "" || json.model.length > MAX_NAME)
    throw new SpecError({
      thing: `${path}: model`,
      value: json.model ?? null,
      rule: "must be a folder, a hub name or a demo",
      wayOut: 'For example "demo/dpo"',
    });
  return json;
}

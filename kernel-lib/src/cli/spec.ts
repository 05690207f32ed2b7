/** `patchbay spec KIND --model MODEL --task TASK ...`: writes the spec that `patchbay run` takes, checked in full, its
 *  prompts in the checkpoint's token ids. Notes about them go to stderr. */
import { openCheckpoint } from "../checkpoint/open";
import { PatchbayError } from "../errors";
import { writeWhole } from "../run/files";
import { experimentOf } from "../run/kinds";
import { questionOf } from "../run/questions";
import type { SpecKind } from "./spec-options";

export interface SpecCommand extends Record<string, unknown> {
  model: string;
  out?: string;
}

export async function specCommand({ kind, options }: SpecKind, given: SpecCommand): Promise<void> {
  const { model, out } = given;
  const fields = Object.fromEntries(options.map(({ key }) => [key, given[key]] as const));
  const checkpoint = await openCheckpoint(model);
  const { json, warnings = [] } = questionOf(kind)(checkpoint, ...callOf(kind, fields));
  const text = specText(json);
  const checked = experimentOf(json).check(JSON.parse(text), checkpoint);
  for (const note of new Set([...warnings, ...checked.warnings])) process.stderr.write(`note: ${note}\n`);
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  writeWhole(out, text);
  process.stdout.write(`${out}: ${kind}, ${checked.text} of ${checkpoint.name}\n`);
}

/** What stands behind the model in the notebook's call. */
function callOf(kind: string, fields: Record<string, unknown>): [object, object?] {
  if (kind !== "logit-lens") return [fields];
  const { task, n, prompt, ...others } = fields;
  if ((task === undefined) === (prompt === undefined))
    throw new PatchbayError({ thing: "prompt", rule: "must be given either by --task or by --prompt" });
  return [prompt === undefined ? { task, n } : (prompt as object), others];
}

/** JSON with a list of numbers on one line: prompts are to be read. */
export const specText = (json: object): string =>
  `${JSON.stringify(json, null, 2).replace(/\[\n\s+(-?\d[-+.\de,\s]*?)\n\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, " ")}]`)}\n`;

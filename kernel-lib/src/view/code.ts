/** "Copy as code": the TypeScript that makes a sweep's heatmap again. */
import type { PatchSweepSpec } from "../experiment/types";

/** A spec longer than this is named, not written out. */
const MAX_SPEC = 4000;

/** Code for one sweep, or for several that are shown as panels.
 *  @example codeOf([spec]) // "import * as pb from \"patchbay\"; ..." */
export function codeOf(specs: readonly PatchSweepSpec[]): string {
  const lines = ['import * as pb from "patchbay";', ""];
  const names: string[] = [];
  for (const [at, spec] of specs.entries()) {
    const suffix = specs.length === 1 ? "" : String(at + 1);
    const result = `result${suffix}`;
    names.push(result);
    if (spec.task === undefined) {
      const json = JSON.stringify(spec, null, 2);
      lines.push(
        json.length <= MAX_SPEC
          ? `const ${result} = await pb.run(${json});`
          : `const ${result} = await pb.run("spec${suffix}.json"); // the spec: pb.spec(result)`,
      );
    } else {
      lines.push(
        `const model${suffix} = await pb.load(${JSON.stringify(spec.model)});`,
        `const ${result} = await pb.patchSweep(model${suffix}, { ${settings(spec, spec.task)} });`,
      );
    }
  }
  lines.push(`pb.show(${names.length === 1 ? names[0] : `[${names.join(", ")}]`});`);
  return lines.join("\n");
}

/** Only what differs from the defaults of `patchSweep`. */
function settings(spec: PatchSweepSpec, task: string): string {
  const tuples =
    "sizes" in spec.tuples ? `sizes: ${list(spec.tuples.sizes)}` : `tuples: ${JSON.stringify(spec.tuples.list)}`;
  return [
    `task: pb.task(${JSON.stringify(task)})`,
    tuples,
    `n: ${spec.samples.length}`,
    ...(spec.protocol === "paper" ? fillerOf(spec) : [`protocol: ${JSON.stringify(spec.protocol)}`]),
    ...(spec.chat === true ? ["chat: true"] : []),
    ...(spec.site === "resid_post" ? [] : [`site: ${JSON.stringify(spec.site)}`]),
  ].join(", ");
}

/** The filler, where a call would not take it by itself: a source begins with the beginning of sequence where a model has
 *  one, but in a chat it is the template that begins. */
function fillerOf({ samples: [{ source, target }], chat }: PatchSweepSpec): string[] {
  return chat !== true && source[0] === target[0] ? [] : [`filler: ${target[0]}`];
}

const list = (numbers: readonly number[]) => `[${numbers.join(", ")}]`;

/** The code that makes a table or figure of the paper again: load each model, run what the results ran, ask for it. */
import type { Result } from "./base";

/** Lines for `pb.paperTable("table5", results)` and the runs before it. Results of samples that are no bundled task are
 *  made from their specs.
 *  @example codeOfPaper('pb.paperTable("table9", results)', results) */
export function codeOfPaper(call: string, results: readonly Result[]): string {
  const models = unique(results.map(({ making }) => making.model.name));
  const lines = [
    'import * as pb from "patchbay";',
    "",
    "const results = [];",
    `for (const name of ${JSON.stringify(models)}) {`,
    "  const model = await pb.load(name);",
    ...groupsOf(results).flatMap(({ tasks, run }) =>
      tasks === null
        ? [`  results.push(${run}); // result.spec holds the spec`]
        : [`  for (const task of ${JSON.stringify(tasks)}) results.push(${run});`],
    ),
    "  await model.close();",
    "}",
    `${call};`,
  ];
  return lines.join("\n");
}

/** Runs that differ in the task alone, together. */
function groupsOf(results: readonly Result[]): { tasks: string[] | null; run: string }[] {
  const groups = new Map<string, string[] | null>();
  for (const result of results) {
    const run = runOf(result);
    const { task } = result.spec;
    const known = groups.get(run);
    groups.set(run, task === undefined ? null : unique([...(known ?? []), task]));
  }
  return [...groups].map(([run, tasks]) => ({ run, tasks }));
}

function runOf({ spec }: Result): string {
  const fields = spec as unknown as Record<string, unknown> & { samples?: readonly unknown[] };
  const n = fields.samples?.length;
  const settings = (pairs: Record<string, unknown>) =>
    Object.entries(pairs)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `, ${key}: ${JSON.stringify(value)}`)
      .join("");
  if (spec.task === undefined) return "await pb.run(spec, { model })";
  if (spec.kind === "patch-sweep") {
    const tuples = fields.tuples as { sizes?: readonly number[]; list?: unknown };
    const protocol = fields.protocol === "paper" ? undefined : fields.protocol;
    const asked = { sizes: tuples.sizes, tuples: tuples.list, protocol, n };
    return `await pb.patchSweep(model, { task${settings(asked)} })`;
  }
  if (spec.kind === "path-trace") {
    const { topK, maxRank } = fields;
    const equation = fields.equation === "eq3" ? undefined : fields.equation;
    return `await pb.pathTrace(model, { task${settings({ topK, maxRank, equation, n })} })`;
  }
  if (spec.kind === "accuracy") return `await pb.accuracy(model, { task${settings({ n })} })`;
  return "await pb.run(spec, { model })";
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

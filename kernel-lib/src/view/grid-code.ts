/** "Copy as code": the TypeScript that makes a grid's heatmap again; the call where its options say all that the spec
 *  says, else the spec. */
import type { GridData, GridKind } from "../result/grid-result";

/** A spec longer than this is named, not written out; so is a call's. */
const MAX_SPEC = 4000;
/** The name of a task that has none: no call can find it again. */
const UNNAMED = "own task";

type Spec = GridData["spec"];

interface Call {
  name: string;
  options: readonly string[];
}

/** Code for one grid, or for several that are shown as panels.
 *  @example codeOfGrids([spec]) // "import * as pb from \"patchbay\"; ..." */
export function codeOfGrids(specs: readonly Spec[]): string {
  const lines = ['import * as pb from "patchbay";', ""];
  const names = specs.map((spec, at) => {
    const suffix = specs.length === 1 ? "" : String(at + 1);
    const call = spec.task === UNNAMED ? null : (CALLS[spec.kind as GridKind]?.(spec) ?? null);
    const options = call?.options.join(", ") ?? "";
    if (call === null || options.length > MAX_SPEC) lines.push(runLine(spec, suffix));
    else {
      lines.push(`const model${suffix} = await pb.load(${JSON.stringify(spec.model)});`);
      lines.push(`const result${suffix} = await pb.${call.name}(model${suffix}, { ${options} });`);
    }
    return `result${suffix}`;
  });
  lines.push(`pb.show(${names.length === 1 ? names[0] : `[${names.join(", ")}]`});`);
  return lines.join("\n");
}

function runLine(spec: Spec, suffix: string): string {
  const json = JSON.stringify(spec, null, 2);
  if (json.length <= MAX_SPEC) return `const result${suffix} = await pb.run(${json});`;
  return `const result${suffix} = await pb.run("spec${suffix}.json"); // the spec: JSON.stringify(result${suffix}.spec)`;
}

const CALLS: Partial<Record<GridKind, (spec: Spec) => Call | null>> = {
  "patch-grid"(spec) {
    const { task, against, by, site, positions, layers, samples } = spec;
    if (task === undefined || against === undefined) return null;
    const every = everyPosition(samples) === list(positions).length;
    const places = said("positions", every && by === "head" ? "all" : positions);
    const asked = by === "head" ? [said("by", by), places] : [said("site", site), ...(every ? [] : [places])];
    return {
      name: "patchGrid",
      options: [said("task", task), said("against", against), ...asked, ...rest(layers, samples)],
    };
  },
  steer(spec) {
    const { task, vector, positions, site, layers, coefficients, maxNewTokens, samples } = spec;
    const { plus, minus, layer } = vector as { plus?: unknown; minus?: unknown; layer?: unknown };
    // The task's own wording less the filler, as the call makes it.
    const [filler] = list(minus);
    const plain = layer === "each" && list(plus).length === 1 && list(minus).length === 1 && list(filler).length === 1;
    if (task === undefined || !plain) return null;
    const options = [said("task", task), said("site", site), said("coefficients", coefficients)];
    if (positions === "all") options.push(said("positions", positions));
    if (maxNewTokens !== 0) options.push(said("maxNewTokens", maxNewTokens));
    return { name: "steer", options: [...options, ...rest(layers, samples)] };
  },
  "cross-task"({ tasks, into, site, layers }) {
    const named = list(tasks) as { name: string; queries: unknown }[];
    if (into === undefined || named.some(({ name }) => name === UNNAMED)) return null;
    const longest = named.reduce<readonly unknown[]>((most, { queries }) => {
      const asked = list(queries);
      return asked.length > most.length ? asked : most;
    }, []);
    const names = named.map(({ name }) => name);
    return {
      name: "crossTask",
      options: [said("tasks", names), said("into", into), said("site", site), ...rest(layers, longest)],
    };
  },
};

const said = (name: string, value: unknown): string => `${name}: ${JSON.stringify(value)}`;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const rest = (layers: unknown, samples: unknown): string[] => [said("layers", layers), `n: ${list(samples).length}`];

/** How many positions source and target share, as `positions: "all"` has them. */
function everyPosition(samples: unknown): number {
  const pairs = list(samples) as { source: unknown; target: unknown }[];
  return pairs.reduce(
    (most, { source, target }) => Math.max(most, Math.min(list(source).length, list(target).length)),
    0,
  );
}

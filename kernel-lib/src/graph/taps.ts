/** Where a hook leaves a graph, and where an intervention enters it. A tap that nobody asked for adds nothing, so
 *  the plain block keeps every fusion. */
import type { GraphBuilder, Value } from "./builder";
import type { HookShape } from "./hooks";

/** How rows of a hook change. `set`: replaced. `add`: values added. `project`: the part along a unit vector removed. */
export type EditKind = "set" | "add" | "project";

/** What a block is built with, besides its plain inputs and outputs. */
export interface BlockVariant {
  /** Short hook names that become outputs. */
  want: readonly string[];
  /** Changes in order; input names `edit.0.index`, `edit.0.values`, `edit.1.index` ... follow this order. */
  edits: readonly { hook: string; kind: EditKind }[];
}

export interface Taps {
  /** Passes a hook's value on: changed where the variant changes it, and copied out where it is wanted. */
  at(hook: string, value: Value): Value;
  wants(hook: string): boolean;
  edits(hook: string): boolean;
}

export const variantKey = ({ want, edits }: BlockVariant): string =>
  [...[...want].sort(), ...edits.map(({ hook, kind }) => `${kind}(${hook})`)].join(" ");

/** Taps for one variant of a block. The value that reaches a tap may have any number of axes; changes see it as
 *  [units, width], with a unit for each token (and head). */
export function taps(b: GraphBuilder, variant: BlockVariant, hooks: ReadonlyMap<string, HookShape>): Taps {
  const wants = (hook: string) => variant.want.includes(hook);
  const at = (hook: string, value: Value) => {
    const shape = hooks.get(hook);
    if (shape === undefined) throw new Error(`no hook ${hook} in this block`);
    let out = value;
    variant.edits.forEach((edit, i) => {
      if (edit.hook === hook) out = change(b, out, { kind: edit.kind, name: `edit.${i}`, width: shape.width });
    });
    if (wants(hook)) b.output(hook, out, null);
    return out;
  };
  return { at, wants, edits: (hook) => variant.edits.some((edit) => edit.hook === hook) };
}

function change(
  b: GraphBuilder,
  value: Value,
  { kind, name, width }: { kind: EditKind; name: string; width: number | null },
): Value {
  const index = b.input(`${name}.index`, "int64", [`${name}.n`, 1]); // [n, 1], each unit at most once
  const values = b.input(`${name}.values`, "float", [`${name}.n`, width ?? `${name}.width`]); // [n, width]
  // A pattern's last axis is the number of keys, known only at run time.
  const units = width === null ? b.op("Flatten", [value], { axis: 3 }) : b.op("Reshape", [value, b.ints([-1, width])]);
  const written = b.op("ScatterND", [units, index, changedRows(b, { kind, units, index, values })]);
  return b.op("Reshape", [written, b.op("Shape", [value])]);
}

function changedRows(
  b: GraphBuilder,
  { kind, units, index, values }: { kind: EditKind; units: Value; index: Value; values: Value },
): Value {
  if (kind === "set") return values;
  const rows = b.op("GatherND", [units, index]); // [n, width]
  if (kind === "add") return b.op("Add", [rows, values]);
  const along = b.op("ReduceSum", [b.op("Mul", [rows, values]), b.ints([-1])], { keepdims: 1 }); // [n, 1]
  return b.op("Sub", [rows, b.op("Mul", [along, values])]);
}

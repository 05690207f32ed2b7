/** Instruction vectors (arXiv:2602.07930, section 5): what a site holds at the last token of an instruction, T_inst.
 *  Attention is causal, so it does not depend on the query that follows, and one run of each wording is enough. As a
 *  direction to steer along, the same at the filler that stands where the instruction would is taken away: added once
 *  at the filler's position it is the paper's patch. */
import type { ModelConfig } from "../checkpoint/types";
import type { Stages } from "../forward/types";
import type { EditSite } from "./edited-rows";
import { siteRows } from "./site-rows";

export interface VectorPrompts {
  /** Prompts whose last tokens' rows are averaged. */
  plus: readonly (readonly number[])[];
  /** Prompts whose average is taken away; may be none. */
  minus: readonly (readonly number[])[];
}

/** The vector of each layer, [dModel]. */
export async function vectorsOf(
  stages: Stages,
  config: ModelConfig,
  { plus, minus }: VectorPrompts,
  { site, layers, signal }: { site: EditSite; layers: readonly number[]; signal?: AbortSignal },
): Promise<Map<number, Float32Array>> {
  const { dModel } = config;
  const rows = await siteRows(stages, config, [...plus, ...minus], { site, layers, signal });
  const average = (from: number, to: number, layer: number): Float64Array => {
    const sum = new Float64Array(dModel);
    for (const { site: found } of rows.slice(from, to)) {
      const row = (found.get(layer) as Float32Array).subarray(-dModel);
      for (let j = 0; j < dModel; j++) sum[j] += row[j] / (to - from);
    }
    return sum;
  };
  return new Map(
    layers.map((layer) => {
      const up = average(0, plus.length, layer);
      const down = average(plus.length, rows.length, layer);
      return [layer, Float32Array.from(up, (value, j) => value - down[j])];
    }),
  );
}

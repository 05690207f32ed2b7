/** What a steering experiment is asked. */
import type { EditSite } from "./edited-rows";

export interface SteerSample {
  prompt: readonly number[];
  answer: number;
  label?: string;
}

/** The vector itself, the same in every layer; or the prompts that it is made of, `each`: anew in each layer that is
 *  steered, else from that layer. */
export type SteerVector =
  | { values: readonly number[] }
  | { plus: readonly (readonly number[])[]; minus: readonly (readonly number[])[]; layer: number | "each" };

/** `patchbay.spec/1`, kind `steer`, resolved. */
export interface SteerSpec {
  schema: "patchbay.spec/1";
  kind: "steer";
  model: string;
  site: EditSite;
  /** Rows: one layer is steered at a time. */
  layers: readonly number[];
  /** Columns: factors of the vector. */
  coefficients: readonly number[];
  vector: SteerVector;
  /** Where it is added; `all`: at every token, generated ones too. Negative counts from the end. */
  positions: "all" | readonly number[];
  samples: readonly SteerSample[];
  /** 0: only the answer is measured. */
  maxNewTokens: number;
  task?: string;
}

/** What a logit lens is asked. */
import type { GridSite } from "./site-rows";

/** Rows that the head can read. */
export type LensSite = Exclude<GridSite, "z">;
export const LENS_SITES: readonly LensSite[] = ["resid_pre", "resid_post", "attn_out", "mlp_out"];

/** One prompt, in token ids. */
export interface LensSample {
  tokens: readonly number[];
  answer: number;
  label?: string;
}

/** `patchbay.spec/1`, kind `logit-lens`, resolved. */
export interface LogitLensSpec {
  schema: "patchbay.spec/1";
  kind: "logit-lens";
  model: string;
  site: LensSite;
  /** Rows, ascending. */
  layers: readonly number[];
  /** Columns; negative counts from the end. A position that a sample is too short for is missing in it. */
  positions: readonly number[];
  samples: readonly LensSample[];
  task?: string;
}

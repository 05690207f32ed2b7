/** What position x layer patching and head patching are asked. */
import type { GridSite } from "./site-rows";

/** One sample, in token ids. */
export interface PatchGridSample {
  /** The run that patches come from. */
  source: readonly number[];
  /** The run that is patched. */
  target: readonly number[];
  answer: number;
  /** A wrong answer that the right one is compared with. */
  foil?: number;
  label?: string;
}

/** A place in the target and the place in the source whose row it takes; negative counts from the end. */
export interface PatchPlace {
  target: number;
  source: number;
}

/** `patchbay.spec/1`, kind `patch-grid`, resolved. */
export interface PatchGridSpec {
  schema: "patchbay.spec/1";
  kind: "patch-grid";
  model: string;
  /** `position`: a column for each place. `head`: a column for each head, patched at all places together. */
  by: "position" | "head";
  /** By head it is `z`. */
  site: GridSite;
  /** Rows, ascending. */
  layers: readonly number[];
  positions: readonly PatchPlace[];
  samples: readonly PatchGridSample[];
  task?: string;
  /** What the target was made of: another task's name, or `query`. For titles. */
  against?: string;
}

/** What a geometry experiment is asked: where the representations of groups of prompts lie (arXiv:2602.07930,
 *  section 5.1 and appendix D). */
import type { Site } from "./types";

export type GeometryMethod = "lda" | "pca" | "probe";
export const GEOMETRY_METHODS: readonly GeometryMethod[] = ["lda", "pca", "probe"];
/** Folds of the probe, where the smallest group has prompts for all. */
export const FOLDS = 5;

/** Prompts that belong together: the rephrasings of one task's instruction. */
export interface PromptGroup {
  label: string;
  prompts: readonly (readonly number[])[];
  /** Groups of one family are variants of each other (two questions about the same queries) and share a look in
   *  pictures; no number depends on it. */
  family?: string;
}

/** `patchbay.spec/1`, kind `geometry`, resolved. */
export interface GeometrySpec {
  schema: "patchbay.spec/1";
  kind: "geometry";
  model: string;
  groups: readonly PromptGroup[];
  /** Where a prompt is read; negative counts from its end. */
  position: number;
  sites: readonly Site[];
  /** Ascending. */
  layers: readonly number[];
  methods: readonly GeometryMethod[];
  /** For the labels of the probe's control. */
  seed: number;
  /** Shown in titles; and whether the prompts begin a user's message of a chat. */
  task?: string;
  chat?: boolean;
}

/** A site of a layer: what is measured in one piece. */
export interface Place {
  site: Site;
  layer: number;
}

/** Layers from below, and in each the sites in the order of the spec. */
export const placesOf = ({ layers, sites }: Pick<GeometrySpec, "layers" | "sites">): Place[] =>
  layers.flatMap((layer) => sites.map((site) => ({ site, layer })));

/** All prompts in order, and for each the number of its group. */
export function promptsOf({ groups }: Pick<GeometrySpec, "groups">): {
  prompts: readonly (readonly number[])[];
  labels: Int32Array;
} {
  const prompts = groups.flatMap((group) => group.prompts);
  const labels = Int32Array.from(groups.flatMap((group, k) => group.prompts.map(() => k)));
  return { prompts, labels };
}

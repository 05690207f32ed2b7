/** What a path graph draws: one sample's kept paths, summed up over hops, on the lattice of tokens and layers.
 *  A part of `application/vnd.patchbay.view.v1+json`. */
import type { Lattice } from "./paths-lattice";
import type { Packed, ViewBase } from "./types";

export interface PathsView extends ViewBase {
  kind: "paths";
  /** Texts of the prompt's tokens, as they are; [T]. */
  tokens: readonly string[];
  /** Layers and heads of the model, and the size of its vocabulary. */
  layers: number;
  heads: number;
  vocab: number;
  /** Text of the answer's token. */
  answer: string;
  /** The instruction's last position; null where it is not known. */
  instructionEnd: number | null;
  /** Which sample this is (from 0), of how many, and what people call it. */
  sample: { index: number; of: number; label: string };
  topK: number;
  maxRank: number;
  equation: "eq3" | "released-code";
  /** Paths that were kept. */
  kept: number;
  /** Positions that paths could start from, all paths from there (float64) and those kept (int32); [sources] each. */
  sources: readonly number[];
  totalPaths: Packed;
  highRanking: Packed;
  /** Hops of kept paths, int32 [edges] each: layer, from and to position, paths along it, best answer rank. */
  edges: { layer: Packed; from: Packed; to: Packed; paths: Packed; bestRank: Packed };
  /** Heads on each hop; [edges] lists. */
  edgeHeads: readonly (readonly number[])[];
  /** All enumerated paths against the model; null where a number does not exist. */
  completeness: {
    modelLogit: number | null;
    pathsLogit: number | null;
    cosine: number | null;
    normRatio: number | null;
  };
  /** The kept paths one by one, in the trace's order: the token of each boundary, uint8 or int32 [kept, layers + 1];
   *  rank (int32) and logit (float32) [kept]. null where they are too many for a notebook: then only sums are known. */
  paths?: { positions: Packed; rank: Packed; logit: Packed } | null;
  /** What can be shown in this graph's place, and which of it this is. */
  choices?: PathsChoices;
  /** What a notebook holds of that. */
  others?: readonly { trace: number; body: PathsBody }[];
  /** The columns and rows that are drawn, with sums over them. Never stored: made by `latticeView`. */
  lattice?: Lattice;
}

/** Traces of the same prompts, and the prompts. */
export interface PathsChoices {
  /** How the traces differ; `k`: in the number of attended positions. */
  by: "k" | "model" | "trace";
  traces: readonly string[];
  trace: number;
  samples: readonly string[];
}

/** Which trace, and which of its samples, from 0. */
export interface PathsPlace {
  trace: number;
  sample: number;
}

/** What differs from one choice to the next. */
export type PathsBody = Pick<ViewBase, "model"> & Omit<PathsView, keyof ViewBase | "choices" | "others" | "lattice">;

/** A hop as the layout and the widget handle it. */
export interface PathEdge {
  /** Number in the view's columns. */
  index: number;
  layer: number;
  from: number;
  to: number;
  paths: number;
  bestRank: number;
  heads: readonly number[];
}

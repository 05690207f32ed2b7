/** What a scatter draws: prompts as points along the axes of LDA or PCA, one frame for each layer and site.
 *  A part of `application/vnd.patchbay.view.v1+json`. */
import type { Packed, ViewBase } from "./types";

export type ScatterMethod = "lda" | "pca";

/** One layer at one site, seen by one method. */
export interface ScatterFrame {
  site: string;
  layer: number;
  method: ScatterMethod;
  /** Float32 [points, axes]; NaN where a point has no place. */
  points: Packed;
  /** Share of the variance along each axis, those of `points` at least (lda: between classes; pca: of all). */
  ratios: readonly number[];
}

/** How well a linear probe tells the classes apart on prompts that it was not trained on, beside its control. */
export interface ScatterProbe {
  site: string;
  layer: number;
  accuracy: number;
  /** 95 % interval of the accuracy. */
  low: number;
  high: number;
  /** The same probe on labels dealt at random. */
  control: number;
  /** What always naming the largest class scores. */
  chance: number;
}

/** Which frame is looked at. */
export interface FrameKey {
  site: string;
  method: ScatterMethod;
  layer: number;
}

export interface ScatterView extends ViewBase {
  kind: "scatter";
  /** Groups of prompts; those of one family share a fill: adjectives filled, animals open. */
  classes: readonly { label: string; family: string | null }[];
  /** Int32 [points]: the class of each. */
  classOf: Packed;
  /** The text of each prompt, whatever it holds; [points]. */
  prompts: readonly string[];
  /** Where prompts are read; negative counts from their end. */
  position: number;
  sites: readonly string[];
  methods: readonly ScatterMethod[];
  /** Layers that were asked for, and all layers of the model. */
  layers: readonly number[];
  modelLayers: number;
  /** Finished frames; others are still to come. */
  frames: readonly ScatterFrame[];
  probes: readonly ScatterProbe[];
  /** What is shown first. */
  shown: FrameKey;
}

/** A part of the plane, in units of the axes. */
export interface Window {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

export interface ScatterOptions extends FrameKey {
  /** Numbers of the axes to the right and up, from 0. */
  axes: readonly [number, number];
  /** Classes that are left out. */
  hidden: readonly number[];
  means: boolean;
  /** Two standard deviations around each mean. */
  ellipses: boolean;
  /** `auto`: where there are more points than can be told apart. */
  density: "auto" | "on" | "off";
  /** null: all points that are drawn. */
  zoom: Window | null;
}

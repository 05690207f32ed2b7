/** `patchbay/view`: what kernel and browser share. Pure; imports nothing of Node. */
export { type PackedArray, pack, unpack } from "../result/pack";
export { contrast, inkOn, parseHex, rampColour } from "./colour";
export { colourDomain, rampPosition } from "./colour-domain";
export * from "./describe";
export * from "./format";
export { heatmapOptions, heatmapPanels, isSigned, metricOf } from "./heatmap-grid";
export { cellAt, cellRect, heatmapLayout } from "./heatmap-layout";
export { heatmapSpec } from "./heatmap-spec";
export { heatmapText, type TextOptions } from "./heatmap-text";
export type * from "./heatmap-types";
export { type HeatmapPart, type HeatmapViewOptions, heatmapViewOf } from "./heatmap-view";
export * from "./protocol";
export * from "./theme";
export * from "./tokens";
export * from "./types";
export { MAX_VIEW_BYTES, type Validation, validateView } from "./validate";

/** `patchbay/view`: what kernel and browser share. Pure; imports nothing of Node. */

export { tableToCsv } from "../result/csv";
export { parseAnyResult } from "../result/kinds";
export { type PackedArray, pack, unpack } from "../result/pack";
export { numeric, shown } from "../result/shown";
export type { Table } from "../result/types";
export { type AccuracyChartOptions, accuracyChart } from "./chart-accuracy";
export { type ComparisonChartOptions, comparisonChart } from "./chart-compare";
export {
  barSpan,
  type ChartBox,
  type ChartLayout,
  type ChartLook,
  chartAt,
  chartLayout,
  chartRect,
  chartX,
  chartY,
} from "./chart-layout";
export { type SeriesStyle, seriesStyles } from "./chart-marks";
export { chartSpec } from "./chart-spec";
export {
  chartDigits,
  chartNumber,
  chartReadout,
  chartScale,
  chartSummary,
  chartText,
  placeName,
  pointName,
  spokenPoint,
} from "./chart-text";
export type * from "./chart-types";
export { type ChartOptions, type ChartRow, chartLabels, chartPoints, chartViewOf } from "./chart-view";
export { contrast, inkOn, parseHex, rampColour } from "./colour";
export { colourDomain, rampPosition } from "./colour-domain";
export * from "./describe";
export * from "./format";
export { axisLabel, axisLabels } from "./heatmap-axis";
export { readable } from "./heatmap-digits";
export { heatmapOptions, heatmapPanels, isSigned, metricOf } from "./heatmap-grid";
export { cellAt, cellRect, heatmapLayout, inWindow } from "./heatmap-layout";
export { packTuples, sliceOf, sweepTuples } from "./heatmap-slices";
export { heatmapSpec } from "./heatmap-spec";
export { heatmapText, type TextOptions } from "./heatmap-text";
export type * from "./heatmap-types";
export { type HeatmapPart, type HeatmapViewOptions, heatmapViewOf } from "./heatmap-view";
export * from "./of-result";
export { pageOf } from "./page";
export type * from "./page-types";
export * from "./paths-curve";
export * from "./paths-describe";
export * from "./paths-figure";
export * from "./paths-graph";
export * from "./paths-highlight";
export * from "./paths-hit";
export * from "./paths-lattice";
export {
  PATHS_DEFAULTS,
  type PathCurve,
  type PathLabel,
  type PathNode,
  type PathsLayout,
  type PathsOptions,
  type PathWindow,
  pathsLayout,
  pathWidth,
  rankBreaks,
  rankClass,
  rankColour,
  rankWords,
  wholeWindow,
} from "./paths-layout";
export * from "./paths-look";
export * from "./paths-set";
export * from "./paths-spell";
export {
  CLIP,
  dotData,
  HALO,
  hasHalo,
  nodeLine,
  nodeRadius,
  type PathsDrawing,
  pathsDrawing,
  thinOpacity,
} from "./paths-svg";
export { pathsSummary, pathsText } from "./paths-text";
export type { PathEdge, PathsBody, PathsChoices, PathsPlace, PathsView } from "./paths-types";
export { pathsBody } from "./paths-validate";
export { type PathsViewOptions, pathEdges, pathsQuestion, pathsViewOf, viewEdges } from "./paths-view";
export * from "./paths-weave";
export * from "./protocol";
export { leads, titleParts } from "./scatter-around";
export * from "./scatter-describe";
export {
  axesOf,
  type ClassStats,
  classesOf,
  classStats,
  coordinatesOf,
  frameOf,
  nearestMeans,
  planeOf,
  probeOf,
  scatterOptions,
} from "./scatter-frame";
export {
  type ClassMark,
  MANY_POINTS,
  mixLayouts,
  type ScatterLayout,
  type ScatterTick,
  scatterLayout,
  valueAt,
} from "./scatter-layout";
export * from "./scatter-looks";
export { contourColour, ellipsePath, open as openStroke, scatterSpec } from "./scatter-spec";
export { scatterText } from "./scatter-text";
export type * from "./scatter-types";
export { placeOf, type ScatterViewOptions, scatterViewOf } from "./scatter-view";
export { promptText } from "./scatter-words";
export * from "./theme";
export * from "./tokens";
export * from "./types";
export { MAX_VIEW_BYTES, type Validation, validateView } from "./validate";
export * from "./workbench";
export * from "./workbench-table";

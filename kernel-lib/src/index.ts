/** Every name that `import * as pb from "patchbay"` gives. */
export { openCheckpoint } from "./checkpoint/open";
export { pull } from "./checkpoint/pull";
export type { ChatMessage, Checkpoint, ModelConfig, Tokenizer } from "./checkpoint/types";
export {
  CheckpointError,
  DeviceError,
  HookError,
  PatchbayError,
  ResultError,
  SpecError,
} from "./errors";
export type { AccuracyAnswer, AccuracySpec, Match } from "./experiment/accuracy-types";
export { type PreviewedItem, preview, type TaskPreview } from "./experiment/preview";
export {
  type OwnTask,
  type SamplesOptions,
  samplesOf,
  type Task,
  type TaskItem,
  type TaskSet,
  task,
  taskNames,
} from "./experiment/task";
export { readRephrasings, readTasks, type TaskFileOptions } from "./experiment/task-files";
export type {
  Measure,
  PatchSweepSpec,
  PlanCost,
  Protocol,
  Site,
  SweepSample,
  SweepValues,
} from "./experiment/types";
export type { Figure, FigureOptions } from "./figure";
export { htmlPage, type PageItem, type PageOptions } from "./figure/html";
export { type Deviation, type DeviationReport, deviation } from "./forward/deviation";
export { attnOut, headZ, mlpOut, pattern, resid, residMid, residPre } from "./forward/hooks";
export { loadModel as load } from "./forward/model";
export type { ActivationCache, Forward, ForwardOptions, Generation, LoadOptions, Model } from "./forward/types";
export type { Intervention } from "./intervene/types";
export {
  figure,
  type SaveOptions,
  type Selection,
  type Showable,
  save,
  selection,
  show,
  type ViewChoice,
} from "./notebook";
export { type AccuracyMeasure, AccuracyResult, type AccuracyTable, type Rate } from "./result/accuracy";
export type { Result } from "./result/base";
export { type ComparedKind, type CompareOptions, Comparison, compare } from "./result/compare";
export type {
  AccuracyDifference,
  GridDifference,
  ProbeDifference,
  SweepDifference,
} from "./result/compare-types";
export { tableToCsv } from "./result/csv";
export { parseResult, serialize } from "./result/file";
export { GeometryResult } from "./result/geometry";
export type { PlaceGeometry, ProbeScore, ProbeScores, Projection } from "./result/geometry-data";
export type { GridMetric } from "./result/grid-metrics";
export { type CellSummary, GridResult } from "./result/grid-result";
export { type HeadsAcross, type HeadsAcrossOptions, headsAcross } from "./result/heads-across";
export { type HeadActivity, type HeadPlace, headActivityAt } from "./result/heads-activity";
export type { Interaction } from "./result/interactions";
export { parseAnyResult, serializeAny } from "./result/kinds";
export { tableToLatex } from "./result/latex";
export { tableToMarkdown } from "./result/markdown";
export type { PaperTable } from "./result/paper-table";
export type { SplitHalf } from "./result/split";
export { type Superadditivity, SweepResult, type TupleSummary } from "./result/sweep";
export {
  type PathsByTokenOptions,
  pathsByClassTable,
  pathsByToken,
  pathsByTokenTable,
  type TokenPaths,
} from "./result/tokens-paths";
export { TraceResult } from "./result/trace";
export type { Making, SweepData, SweepMetric, Table } from "./result/types";
export {
  type AccuracyInput,
  type AccuracyOptions,
  type AccuracyRun,
  accuracy,
  type JudgeOptions,
} from "./run/accuracy";
export { type CrossTaskOptions, crossTask } from "./run/cross-task";
export { type DataFrame, toDataFrame } from "./run/dataframe";
export type { ExperimentOptions, ExperimentRun, RunState } from "./run/experiment-run";
export { run } from "./run/from-spec";
export { type GeometryOptions, type GroupInput, geometry } from "./run/geometry";
export type { GeometryRun } from "./run/geometry-run";
export type { GridRun } from "./run/grid-run";
export {
  type InstructionVector,
  type InstructionVectorOptions,
  instructionVector,
} from "./run/instruction-vector";
export { type LensPrompt, type LogitLensOptions, logitLens } from "./run/logit-lens";
export { type PaperItem, paperFigure, paperItems, paperTable } from "./run/paper";
export type { PaperOptions } from "./run/paper-catalogue";
export { tableToParquet } from "./run/parquet";
export { type PatchGridInput, type PatchGridOptions, patchGrid } from "./run/patch-grid";
export type { PatchRun, RunOptions } from "./run/patch-run";
export {
  type PatchSweepOptions,
  patchSweep,
  plan,
  type SampleInput,
  type SweepQuestion,
  spec,
} from "./run/patch-sweep";
export { type PathTraceOptions, pathTrace } from "./run/path-trace";
export type { Plan } from "./run/plan";
export { cancelAllRuns, cancelRun, liveRuns } from "./run/registry";
export { type Reproduced, type ReproduceOptions, type ReproduceProgress, reproduce } from "./run/reproduce";
export { type SteerInput, type SteerOptions, steer } from "./run/steer";
export type { TraceRun } from "./run/trace-run";
export * as stats from "./stats";
export { accuracyChart } from "./view/chart-accuracy";
export { comparisonChart } from "./view/chart-compare";

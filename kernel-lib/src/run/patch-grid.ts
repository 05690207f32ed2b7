/** The call that starts position x layer patching or head patching, and the run of its spec. */
import { SPEC_SCHEMA } from "../experiment/fields";
import { patchGrid as patchSamples } from "../experiment/patch-grid";
import { PATCH_BASELINES, PATCH_METRICS } from "../experiment/patch-grid-part";
import { resolvePatchGrid } from "../experiment/patch-grid-spec";
import type { PatchGridSpec } from "../experiment/patch-grid-types";
import type { GridSite } from "../experiment/site-rows";
import type { OwnTask } from "../experiment/task";
import type { SpecModel } from "../experiment/types";
import type { Model } from "../forward/types";
import type { GridMetric } from "../result/grid-metrics";
import type { GridAxis } from "../result/grid-result";
import { checkCall } from "./called";
import type { ExperimentOptions } from "./experiment-run";
import { GridRun, layerAxis, positionAxis } from "./grid-run";
import { type PatchGridTask, samplesAgainst } from "./patch-grid-task";

/** A sample in token ids or, where the model has a tokenizer, in text. */
export interface PatchGridInput {
  /** The run that patches come from. */
  source: readonly number[] | string;
  /** The run that is patched. */
  target: readonly number[] | string;
  /** Of a text the first token is meant. */
  answer: number | string;
  /** A wrong answer that the right one is compared with. */
  foil?: number | string;
  label?: string;
}

/** A place in the target, the same in the source, or both; negative counts from the end. */
export type PlaceInput = number | { target: number; source: number };

/** What is patched into what, position by position or head by head. */
export interface PatchGridOptions extends ExperimentOptions, PatchGridTask {
  /** A bundled task by name, or one of your own: instruction and query are the source. */
  task?: string | OwnTask;
  samples?: readonly PatchGridInput[];
  /** `position` (default): a column for each position. `head`: a column for each head. */
  by?: "position" | "head";
  /** Default `resid_post`; by head always `z`, a head's output before it is mixed with the others'. */
  site?: GridSite;
  /** Default: all layers. */
  layers?: readonly number[];
  /** `all` (default by position): every position that source and target share, counted from the end; of a task those
   *  that are of the same role in all its samples. `last` (default by head). `instruction-end`: T_inst, for a task. Or a
   *  list. By head they are patched together. */
  positions?: "all" | "last" | "instruction-end" | readonly PlaceInput[];
}

/** Starts patching: for each layer, and each position or head, the target's run takes that one row from the source's
 *  run, and the answer is read at the target's last token.
 *  @throws SpecError before anything runs, when a field is wrong.
 *  @example
 *  const grid = await pb.patchGrid(model, { task: "capital", against: "language", n: 10 });
 *  grid.best("rr_diff").column;
 *  const heads = await pb.patchGrid(model, { task: "capital", by: "head" }); */
export function patchGrid(model: Model, options: PatchGridOptions): GridRun {
  checkCall("patchGrid()", model, options, '{ task: "capital" }');
  const { json, warnings } = patchGridQuestion(model, options);
  return patchGridSpec(model, json, { ...options, warnings });
}

/** The spec that `patchGrid` runs, not yet checked in full; the model need not be loaded.
 *  @throws SpecError when neither or both of task and samples are given, or the task is wrong */
export function patchGridQuestion(
  model: SpecModel,
  options: PatchGridOptions,
): { json: { kind: "patch-grid" } & Record<string, unknown>; warnings: readonly string[] } {
  const { by, site, layers, positions } = options;
  const { warnings, instructionEnd, aligned, ...asked } = samplesAgainst(model, options);
  const places = (): PatchGridOptions["positions"] => {
    if (positions === "last") return [-1];
    if (positions === "instruction-end") return instructionEnd;
    return by !== "head" && (positions ?? "all") === "all" ? (aligned ?? positions) : positions;
  };
  const json = {
    schema: SPEC_SCHEMA,
    kind: "patch-grid" as const,
    model: model.name,
    ...asked,
    ...{ by, site, layers },
    positions: places(),
  };
  return { json, warnings };
}

/** Starts what a spec of kind `patch-grid` says.
 *  @throws SpecError */
export function patchGridSpec(
  model: Model,
  json: unknown,
  { warnings, ...options }: ExperimentOptions & { warnings?: readonly string[] } = {},
): GridRun {
  const spec = resolvePatchGrid(json, model);
  const hasFoil = spec.samples.some(({ foil }) => foil !== undefined);
  const kept = (name: string) => hasFoil || !name.includes("foil");
  const { samples, layers } = spec;
  return new GridRun(
    model,
    {
      spec,
      rows: layerAxis("layer patched", layers),
      columns: columnsOf(spec, model),
      sampleLabels: samples.map(({ label }, i) => label ?? String(i)),
      metrics: PATCH_METRICS.filter(kept) as GridMetric[],
      baselines: PATCH_BASELINES.filter(kept),
      outputs: false,
      tokens: samples.flatMap(({ source, target, answer, foil = answer }) => [...source, ...target, answer, foil]),
      warnings,
      work: (work) => patchSamples(model.stages, model.config, spec, work),
    },
    options,
  );
}

function columnsOf({ by, positions, samples }: PatchGridSpec, model: Model): GridAxis {
  if (by === "head") {
    const heads = Array.from({ length: model.config.nHeads }, (_, head) => head);
    return { name: "head", title: "head patched", field: "head", keys: heads, labels: heads.map(String) };
  }
  return positionAxis(
    "position patched",
    positions.map(({ target }) => target),
    samples.map(({ target }) => target),
    model,
  );
}

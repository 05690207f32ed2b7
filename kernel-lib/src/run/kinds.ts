/** Experiments by the `kind` of their spec. A new kind is a row of EXPERIMENTS, beside one in result/kinds.ts. */
import { SpecError } from "../errors";
import { resolveAccuracy } from "../experiment/accuracy-spec";
import { queryCount } from "../experiment/cross-task";
import { resolveCrossTask } from "../experiment/cross-task-spec";
import { crossTaskCost, steerCost } from "../experiment/edited-cost";
import { geometryWarnings, resolveGeometrySpec } from "../experiment/geometry-spec";
import { placesOf, promptsOf } from "../experiment/geometry-types";
import { logitLensCost, resolveLogitLens } from "../experiment/logit-lens-spec";
import { patchGridCost } from "../experiment/patch-grid-cost";
import { resolvePatchGrid } from "../experiment/patch-grid-spec";
import type { PlanKind } from "../experiment/plan";
import { resolveSpec } from "../experiment/spec";
import { resolveSteer } from "../experiment/steer-spec";
import { countPaths } from "../experiment/trace";
import { resolveTraceSpec } from "../experiment/trace-spec";
import type { SpecModel } from "../experiment/types";
import type { Memory, Model } from "../forward/types";
import { counted } from "../words";
import { accuracySpec } from "./accuracy";
import { accuracyPlan } from "./accuracy-plan";
import { crossTaskSpec } from "./cross-task";
import type { ExperimentOptions, ExperimentRun } from "./experiment-run";
import { geometryCost } from "./geometry-cost";
import { geometrySpec } from "./geometry-run";
import { gridCost } from "./grid-cost";
import { logitLensSpec } from "./logit-lens";
import { patchGridSpec } from "./patch-grid";
import { PatchRun } from "./patch-run";
import { fitted, planSpec } from "./plan";
import { steerSpec } from "./steer";
import { tracePlanText } from "./trace-plan";
import { traceSpec } from "./trace-run";

export interface StartOptions extends ExperimentOptions {
  /** Of a sweep: `planned` or `naive`. */
  plan?: PlanKind;
}

/** What an experiment costs, as text and as a JSON value. */
export interface Cost {
  text: string;
  json: unknown;
}

export interface Experiment {
  /** Checks a spec against a model that need not be loaded: "8 samples x 36 tuples", and what to mind.
   *  @throws SpecError that names the field, its value, the rule and the way out */
  check(json: unknown, model: SpecModel): { text: string; warnings: readonly string[] };
  /** What a run costs, known without the model; printed before a run. */
  estimate?(json: unknown, model: SpecModel, use: { memory: Memory; plan?: PlanKind }): string;
  /** What a run costs, measured or counted with the model. */
  plan(json: unknown, model: Model): Promise<Cost>;
  start(model: Model, json: unknown, options: StartOptions): ExperimentRun;
}

const patchSweep: Experiment = {
  check(json, model) {
    const { job, warnings } = resolveSpec(json, model);
    return { text: `${counted(job.samples.length, "sample")} x ${counted(job.tuples.length, "tuple")}`, warnings };
  },
  estimate: (json, model, { memory, plan }) => String(planSpec(json, model, fitted({ plan }, { memory }))),
  async plan(json, model) {
    const timed = await planSpec(json, model, fitted({}, model)).timed(model);
    return { text: String(timed), json: { cost: timed.cost, warnings: timed.warnings } };
  },
  start: (model, json, options) => new PatchRun(model, resolveSpec(json, model), options),
};

const pathTrace: Experiment = {
  check: (json, model) => ({ text: counted(resolveTraceSpec(json, model).samples.length, "sample"), warnings: [] }),
  async plan(json, model) {
    const spec = resolveTraceSpec(json, model);
    const samples = [];
    for (const sample of spec.samples) samples.push(await countPaths(model, sample, spec));
    return tracePlanText(spec, samples);
  },
  start: traceSpec,
};

const patchGrid: Experiment = {
  check(json, model) {
    const { samples, layers, by, positions } = resolvePatchGrid(json, model);
    const columns = by === "head" ? counted(model.config.nHeads, "head") : counted(positions.length, "position");
    return {
      text: `${counted(samples.length, "sample")} x ${counted(layers.length, "layer")} x ${columns}`,
      warnings: [],
    };
  },
  plan(json, model) {
    const spec = resolvePatchGrid(json, model);
    return gridCost("Patch grid", patchGridCost(spec, model.config), model);
  },
  start: patchGridSpec,
};

const geometry: Experiment = {
  check(json, model) {
    const spec = resolveGeometrySpec(json, model);
    const text = `${counted(promptsOf(spec).prompts.length, "prompt")} in ${counted(spec.groups.length, "group")}, ${counted(placesOf(spec).length, "place")}`;
    return { text, warnings: geometryWarnings(spec, model.config) };
  },
  plan: (json, model) => geometryCost(resolveGeometrySpec(json, model), model),
  start: geometrySpec,
};

const accuracy: Experiment = {
  check(json, model) {
    const { spec, warnings } = resolveAccuracy(json, model);
    return { text: counted(spec.samples.length, "sample"), warnings };
  },
  plan: async (json, model) => accuracyPlan(resolveAccuracy(json, model), model),
  start: accuracySpec,
};

const steer: Experiment = {
  check(json, model) {
    const { samples, layers, coefficients } = resolveSteer(json, model);
    return {
      text: `${counted(samples.length, "sample")} x ${counted(layers.length, "layer")} x ${counted(coefficients.length, "coefficient")}`,
      warnings: [],
    };
  },
  plan(json, model) {
    return gridCost("Steering", steerCost(resolveSteer(json, model), model.config), model);
  },
  start: steerSpec,
};

const crossTask: Experiment = {
  check(json, model) {
    const spec = resolveCrossTask(json, model);
    return {
      text: `${counted(queryCount(spec), "query", "queries")} x ${spec.tasks.length} x ${counted(spec.tasks.length, "task")}`,
      warnings: [],
    };
  },
  plan(json, model) {
    return gridCost("Cross-task patching", crossTaskCost(resolveCrossTask(json, model), model.config), model);
  },
  start: crossTaskSpec,
};

const logitLens: Experiment = {
  check(json, model) {
    const { samples, layers, positions } = resolveLogitLens(json, model);
    const text = `${counted(samples.length, "sample")} x ${counted(layers.length, "layer")} x ${counted(positions.length, "position")}`;
    return { text, warnings: [] };
  },
  plan: (json, model) => gridCost("Logit lens", logitLensCost(resolveLogitLens(json, model), model.config), model),
  start: logitLensSpec,
};

const EXPERIMENTS: Readonly<Record<string, Experiment>> = {
  "patch-sweep": patchSweep,
  "path-trace": pathTrace,
  accuracy,
  "patch-grid": patchGrid,
  "logit-lens": logitLens,
  steer,
  "cross-task": crossTask,
  geometry,
};

/** Kinds of experiments that there are. */
export const EXPERIMENT_KINDS: readonly string[] = Object.keys(EXPERIMENTS);

/** The experiment that a spec's `kind` names.
 *  @throws SpecError */
export function experimentOf(json: unknown): Experiment {
  const kind = (json as { kind?: unknown } | null)?.kind;
  if (typeof kind === "string" && Object.hasOwn(EXPERIMENTS, kind)) return EXPERIMENTS[kind];
  throw new SpecError({
    thing: "kind",
    value: kind ?? null,
    rule: `must be ${EXPERIMENT_KINDS.map((name) => `"${name}"`).join(" or ")}`,
    wayOut: "A spec is what pb.spec(run) gives",
  });
}

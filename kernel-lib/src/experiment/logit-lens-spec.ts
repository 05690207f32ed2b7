/** `patchbay.spec/1`, kind `logit-lens`: one JSON value, checked before anything runs. */
import { z } from "zod";
import type { ModelConfig } from "../checkpoint/types";
import { counted } from "../words";
import { flopsPerHeadRow, flopsPerToken, stageLimits } from "./cost";
import {
  choiceField,
  headFields,
  labelField,
  listField,
  MAX_SAMPLES,
  type Path,
  parseFields,
  parseSpec,
  positionField,
  promptField,
  refuse,
  resolveLayers,
  resolvePrompt,
  resolveToken,
  SPEC_SCHEMA,
  tokenField,
} from "./fields";
import { LENS_SITES, type LensSample, type LensSite, type LogitLensSpec } from "./logit-lens-types";
import type { PlanCost, SpecModel } from "./types";

/** Labels of one axis that a view takes. */
const MAX_POSITIONS = 4096;
/** Samples x cells: four float64 arrays of this length, and a text for each. */
const MAX_CELLS = 5_000_000;

const envelope = z.strictObject({
  ...headFields("logit-lens"),
  site: choiceField<LensSite>(...LENS_SITES).default("resid_post"),
  layers: z.unknown().default("all"),
  positions: z.unknown().default("all"),
  samples: listField(MAX_SAMPLES, "samples"),
  task: labelField.optional(),
});

const sampleFields = z.strictObject(
  { tokens: promptField, answer: tokenField, label: labelField.optional() },
  { error: "must be an object with tokens and answer" },
);

/** Checks a JSON value against the schema and the model; text becomes ids, `all` the layers and positions.
 *  @throws SpecError that names the field, its value, the rule and the way out
 *  @example resolveLogitLens(JSON.parse(text), model).positions.length */
export function resolveLogitLens(json: unknown, model: SpecModel): LogitLensSpec {
  const given = parseSpec(envelope, json);
  const all = Array.from({ length: model.config.nLayers }, (_, layer) => layer);
  const layers = given.layers === "all" ? all : resolveLayers(given.layers, ["layers"], model);
  const samples = given.samples.map((entry, i) => resolveSample(entry, ["samples", i], model));
  const positions = resolvePositions(given.positions, samples);
  const cells = layers.length * positions.length;
  if (samples.length * cells > MAX_CELLS)
    refuse(
      ["samples"],
      `${counted(samples.length, "sample")} x ${counted(cells, "cell")}`,
      `must be at most ${MAX_CELLS} together`,
      "Read fewer positions or layers, or split the spec",
    );
  const { site, task } = given;
  const spec = {
    schema: SPEC_SCHEMA,
    kind: "logit-lens",
    model: given.model,
    site,
    layers,
    positions,
    samples,
  } as const;
  return task === undefined ? spec : { ...spec, task };
}

function resolveSample(entry: unknown, path: Path, model: SpecModel): LensSample {
  const { tokens, answer, label } = parseFields(sampleFields, entry, path);
  return {
    tokens: resolvePrompt(tokens, [...path, "tokens"], model),
    answer: resolveToken(answer, [...path, "answer"], model),
    ...(label === undefined ? {} : { label }),
  };
}

/** `all`: every position, counted from the front where all prompts are of one length, else from the end. */
function resolvePositions(given: unknown, samples: readonly LensSample[]): number[] {
  const lengths = samples.map(({ tokens }) => tokens.length);
  const most = lengths.reduce((a, b) => Math.max(a, b));
  if (given === "all") {
    if (most > MAX_POSITIONS)
      refuse(["positions"], `${most} positions`, `must be at most ${MAX_POSITIONS}`, "Give a list of positions");
    const equal = lengths.every((length) => length === most);
    return Array.from({ length: most }, (_, i) => (equal ? i : i - most));
  }
  if (!Array.isArray(given)) refuse(["positions"], given, 'must be "all" or a list of positions');
  return parseFields(listField(MAX_POSITIONS, "positions"), given, ["positions"]).map((entry, i, list) => {
    const position = parseFields(positionField, entry, ["positions", i]);
    if (position >= most || position < -most)
      refuse(["positions", i], position, "must lie in the prompt of at least one sample");
    if (list.indexOf(entry) < i) refuse(["positions", i], position, "stands twice", "Take one of them out");
    return position;
  });
}

/** What it costs: one forward pass for each sample, and the head on every cell. */
export function logitLensCost({ samples, layers, positions }: LogitLensSpec, config: ModelConfig): PlanCost {
  const cells = layers.length * positions.length;
  const tokens = samples.reduce((sum, sample) => sum + sample.tokens.length, 0);
  const longest = samples.reduce((most, sample) => Math.max(most, sample.tokens.length), 0);
  const blockRuns = samples.length * config.nLayers;
  const tokenBlocks = tokens * config.nLayers;
  return {
    samples: samples.length,
    tuples: cells,
    naiveForwards: samples.length,
    naiveBlockRuns: blockRuns,
    blockRuns,
    tokenBlocks,
    flops: tokenBlocks * flopsPerToken(config) + samples.length * cells * flopsPerHeadRow(config),
    passes: samples.length,
    calls: blockRuns + samples.length * layers.length + Math.ceil(tokenBlocks / stageLimits(config).tokensPerCall),
    seconds: null,
    megabytes: (layers.length * longest * config.dModel * 4) / 1e6,
  };
}

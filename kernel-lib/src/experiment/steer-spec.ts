/** `patchbay.spec/1`, kind `steer`: a steering experiment as one JSON value, checked before anything runs. */
import { z } from "zod";
import { EDIT_SITES, type EditSite } from "./edited-rows";
import {
  choiceField,
  countField,
  headFields,
  labelField,
  listField,
  MAX_SAMPLES,
  type Path,
  type PromptField,
  parseFields,
  parseSpec,
  positionField,
  promptField,
  refuse,
  refuseTwice,
  resolveLayers,
  resolvePosition,
  resolvePrompt,
  resolveToken,
  SPEC_SCHEMA,
  tokenField,
} from "./fields";
import { allLayers } from "./patch-grid-spec";
import type { SteerSample, SteerSpec, SteerVector } from "./steer-types";
import type { SpecModel } from "./types";

const MAX_COEFFICIENTS = 1000;
const MAX_WORDINGS = 10_000;
const MAX_CELLS = 10_000_000;
const MAX_POSITIONS = 4096;
export const MAX_NEW_TOKENS = 1024;
export const DEFAULT_COEFFICIENTS: readonly number[] = [0, 0.5, 1, 1.5, 2, 4];

const envelope = z.strictObject({
  ...headFields("steer"),
  site: choiceField<EditSite>(...EDIT_SITES).default("resid_post"),
  layers: z.unknown().default("all"),
  coefficients: listField(MAX_COEFFICIENTS, "coefficients").default([...DEFAULT_COEFFICIENTS]),
  vector: z.unknown(),
  positions: z.unknown().default("all"),
  samples: listField(MAX_SAMPLES, "samples"),
  maxNewTokens: countField(0, MAX_NEW_TOKENS).default(0),
  task: labelField.optional(),
});

const sampleFields = z.strictObject(
  { prompt: promptField, answer: tokenField, label: labelField.optional() },
  { error: "must be an object with prompt and answer" },
);

const vectorFields = z.strictObject(
  {
    values: z.unknown().optional(),
    plus: listField(MAX_WORDINGS, "prompts").optional(),
    minus: z.array(promptField, { error: "must be a list of prompts" }).max(MAX_WORDINGS).optional(),
    layer: z.unknown().optional(),
  },
  { error: "must be { values } or { plus, minus }" },
);

/** Checks a JSON value against the schema and the model; text becomes ids.
 *  @throws SpecError that names the field, its value, the rule and the way out.
 *  @example resolveSteer(JSON.parse(text), model).coefficients */
export function resolveSteer(json: unknown, model: SpecModel): SteerSpec {
  const { samples: given, coefficients, layers, vector, positions, ...rest } = parseSpec(envelope, json);
  const samples = given.map((entry, i) => resolveSample(entry, ["samples", i], model));
  const { task, ...plain } = rest;
  const spec: SteerSpec = {
    ...plain,
    schema: SPEC_SCHEMA,
    kind: "steer",
    layers: layers === "all" ? allLayers(model) : resolveLayers(layers, ["layers"], model),
    coefficients: resolveCoefficients(coefficients),
    vector: resolveVector(vector, model),
    positions: resolvePositions(positions, samples),
    samples,
    ...(task === undefined ? {} : { task }),
  };
  const cells = spec.layers.length * spec.coefficients.length;
  if (samples.length * cells > MAX_CELLS)
    refuse(["samples"], `${samples.length} samples x ${cells} cells`, `must be at most ${MAX_CELLS}`, "Split the spec");
  return spec;
}

function resolveSample(entry: unknown, path: Path, model: SpecModel): SteerSample {
  const { prompt, answer, label } = parseFields(sampleFields, entry, path);
  return {
    prompt: resolvePrompt(prompt, [...path, "prompt"], model),
    answer: resolveToken(answer, [...path, "answer"], model),
    ...(label === undefined ? {} : { label }),
  };
}

function resolveCoefficients(given: readonly unknown[]): number[] {
  return given.map((value, i) => {
    const path = ["coefficients", i];
    if (typeof value !== "number" || !Number.isFinite(value)) refuse(path, value, "must be a finite number");
    if (given.indexOf(value) < i) refuse(path, value, "stands twice", "Take one of them out");
    return value as number;
  });
}

function resolveVector(given: unknown, model: SpecModel): SteerVector {
  const { values, plus, minus, layer = "each" } = parseFields(vectorFields, given, ["vector"]);
  if ((values === undefined) === (plus === undefined))
    refuse(["vector"], given, "must have either values or plus", 'For example { "plus": [[..]], "minus": [[..]] }');
  if (values !== undefined) {
    const { dModel } = model.config;
    if (!Array.isArray(values) || values.length !== dModel)
      refuse(["vector", "values"], values, `must be a list of ${dModel} numbers, the width of ${model.name}`);
    const wrong = values.findIndex((value) => typeof value !== "number" || !Number.isFinite(value));
    if (wrong >= 0) refuse(["vector", "values", wrong], values[wrong], "must be a finite number");
    return { values };
  }
  const prompts = (name: string, list: readonly unknown[]) =>
    list.map((prompt, i) =>
      resolvePrompt(parseFields(promptField, prompt, ["vector", name, i]) as PromptField, ["vector", name, i], model),
    );
  return {
    plus: prompts("plus", plus as unknown[]),
    minus: prompts("minus", minus ?? []),
    layer: layer === "each" ? "each" : resolveLayers([layer], ["vector", "layer"], model)[0],
  };
}

function resolvePositions(given: unknown, samples: readonly SteerSample[]): "all" | number[] {
  if (given === "all") return "all";
  if (!Array.isArray(given)) refuse(["positions"], given, 'must be "all" or a list of positions');
  const positions = parseFields(listField(MAX_POSITIONS, "positions"), given, ["positions"]).map((position, i) =>
    parseFields(positionField, position, ["positions", i]),
  );
  samples.forEach(({ prompt }, sample) => {
    const placed = positions.map((position, index) => {
      return { index, position, place: resolvePosition(position, prompt.length, ["positions", index]) };
    });
    refuseTwice(placed, sample);
  });
  return positions;
}

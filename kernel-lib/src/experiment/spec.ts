/** `patchbay.spec/1`, kind `patch-sweep`: one JSON value that says a sweep in full.
 *  The same for the library, the command line and the panel; `resolveSpec` turns text to ids and checks every
 *  field against the model before anything runs. */
import { z } from "zod";
import { counted } from "../words";
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
  resolveLayers,
  resolvePosition,
  resolvePrompt,
  resolveToken,
  SPEC_SCHEMA,
  tokenField,
} from "./fields";
import type { SweepJob } from "./layout";
import { samplesOf, task } from "./task";
import { countTuples, listTuples } from "./tuples";
import type { PatchSweepSpec, Protocol, Site, SpecModel, SweepSample } from "./types";

/** All triples of 100 layers and more; a list beyond this is a mistake. */
const MAX_TUPLES = 200_000;
/** Samples x tuples: four float64 arrays of this length are 640 MB. */
const MAX_CELLS = 20_000_000;
const MAX_SIZE = 3;
const KINDS = ["patch-sweep"] as const;

const envelope = z.strictObject({
  ...headFields(...KINDS),
  protocol: choiceField<Protocol>("paper", "released-code").default("paper"),
  site: choiceField<Site>("resid_post", "attn_out", "mlp_out").default("resid_post"),
  task: labelField.optional(),
  samples: listField(MAX_SAMPLES, "samples").optional(),
  n: countField(1, MAX_SAMPLES).optional(),
  chat: z.boolean({ error: "must be true or false" }).optional(),
  filler: tokenField.optional(),
  tuples: z.unknown(),
});

const sampleFields = z.strictObject(
  {
    source: promptField,
    sourcePosition: positionField.default(-1),
    target: promptField,
    targetPosition: positionField.default(0),
    reference: promptField.optional(),
    answer: tokenField,
    label: labelField.optional(),
  },
  { error: "must be an object with source, target and answer" },
);

const tupleFields = z.strictObject(
  { sizes: listField(MAX_SIZE, "sizes").optional(), list: listField(MAX_TUPLES, "tuples").optional() },
  { error: 'must be { "sizes": [..] } or { "list": [[..], ..] }' },
);

/** A spec with every text as ids, positions as given, tuples ascending and without repeats, and what a person
 *  should know about how its texts were tokenised. */
export interface ResolvedSpec {
  spec: PatchSweepSpec;
  job: SweepJob;
  warnings: readonly string[];
}

/** Checks a JSON value against the schema and the model.
 *  @throws SpecError that names the field, its value, the rule and the way out.
 *  @example resolveSpec(JSON.parse(text), model).job.tuples.length */
export function resolveSpec(json: unknown, model: SpecModel): ResolvedSpec {
  const given = parseSpec(envelope, json);
  const { list, warnings } = given.samples ? { list: given.samples, warnings: [] } : samplesOfTask(given, model);
  const samples = resolveSamples(list, model);
  for (const [key, meaning] of [
    ["n", "counts the items of a task"],
    ["filler", "stands for the instruction of a task"],
  ] as const) {
    if (given.samples && given[key] !== undefined)
      refuse([key], given[key], `${meaning}, but samples are given`, "Take one of the two out");
  }
  const { tuples, asked } = resolveTuples(given.tuples, model);
  if (samples.length * tuples.length > MAX_CELLS) {
    refuse(
      ["tuples"],
      `${counted(samples.length, "sample")} x ${counted(tuples.length, "tuple")}`,
      `must be at most ${MAX_CELLS} together`,
      "Split the spec",
    );
  }
  const spec: PatchSweepSpec = {
    schema: SPEC_SCHEMA,
    kind: "patch-sweep",
    model: given.model,
    protocol: given.protocol,
    site: given.site,
    samples,
    tuples: asked,
    ...(given.task === undefined ? {} : { task: given.task }),
    ...(given.chat === true ? { chat: true } : {}),
  };
  return { spec, job: jobOf(spec, tuples, model), warnings };
}

function resolveSamples(given: readonly unknown[], model: SpecModel): SweepSample[] {
  return given.map((entry, i) => {
    const path: Path = ["samples", i];
    const fields = parseFields(sampleFields, entry, path);
    const prompt = (name: "source" | "target" | "reference") =>
      resolvePrompt(fields[name] as PromptField, [...path, name], model);
    const sample: SweepSample = {
      source: prompt("source"),
      sourcePosition: fields.sourcePosition,
      target: prompt("target"),
      targetPosition: fields.targetPosition,
      answer: resolveToken(fields.answer, [...path, "answer"], model),
    };
    resolvePosition(sample.sourcePosition, sample.source.length, [...path, "sourcePosition"]);
    resolvePosition(sample.targetPosition, sample.target.length, [...path, "targetPosition"]);
    if (fields.reference !== undefined) sample.reference = prompt("reference");
    if (fields.label !== undefined) sample.label = fields.label;
    return sample;
  });
}

function samplesOfTask(given: z.infer<typeof envelope>, model: SpecModel) {
  if (given.task === undefined) refuse(["samples"], undefined, "is missing", "Give samples, or the name of a task");
  const { samples, warnings } = samplesOf(model, task(given.task), {
    protocol: given.protocol,
    n: given.n,
    chat: given.chat,
    filler: given.filler,
  });
  return { list: samples, warnings };
}

function resolveTuples(given: unknown, model: SpecModel): { tuples: number[][]; asked: PatchSweepSpec["tuples"] } {
  const { nLayers } = model.config;
  const { sizes, list } = parseFields(tupleFields, given, ["tuples"]);
  if ((sizes === undefined) === (list === undefined)) {
    refuse(["tuples"], given, "must have either sizes or list", 'For example { "sizes": [1, 2] }');
  }
  if (list !== undefined) {
    const known = new Map<string, number[]>();
    list.forEach((entry, i) => {
      const layers = resolveLayers(entry, ["tuples", "list", i], model);
      known.set(layers.join("+"), layers);
    });
    const tuples = [...known.values()];
    return { tuples, asked: { list: tuples } };
  }
  const most = Math.min(MAX_SIZE, nLayers);
  const checked = (sizes as unknown[]).map((size, i) => {
    if (!Number.isSafeInteger(size) || (size as number) < 1 || (size as number) > most) {
      refuse(["tuples", "sizes", i], size, `must be a whole number from 1 to ${most}`, "Longer tuples go into a list");
    }
    return size as number;
  });
  const count = countTuples(nLayers, [...new Set(checked)]);
  if (count > MAX_TUPLES) {
    refuse(["tuples", "sizes"], `${count} tuples`, `must make at most ${MAX_TUPLES}`, "Give a list of tuples");
  }
  const tuples = listTuples(nLayers, checked);
  return { tuples, asked: { sizes: [...new Set(checked)].sort((a, b) => a - b) } };
}

/** Positions from the front; the source ends where it is read, since later tokens cannot change it. */
function jobOf(spec: PatchSweepSpec, tuples: readonly (readonly number[])[], model: SpecModel): SweepJob {
  return {
    nLayers: model.config.nLayers,
    site: spec.site,
    tuples,
    samples: spec.samples.map(({ source, sourcePosition, target, targetPosition, reference, answer }, i) => ({
      source: source.slice(0, resolvePosition(sourcePosition, source.length, ["samples", i, "sourcePosition"]) + 1),
      target,
      targetPosition: resolvePosition(targetPosition, target.length, ["samples", i, "targetPosition"]),
      reference: reference ?? null,
      answer,
    })),
  };
}

/** What a saved result says of its spec and making, checked against each other. */
import { MAX_SAMPLES } from "../experiment/limits";
import { countTuples, listTuples } from "../experiment/tuples";
import type { PatchSweepSpec, SweepSample } from "../experiment/types";
import { amount, list, oneOf, record, refuse, text, whole } from "./fields";
import { keyOf } from "./interactions";
import type { Making } from "./types";

const MAX_TUPLES = 200_000;
const MAX_TOKENS = 1_000_000;
const MAX_LAYERS = 10_000;
/** Token ids are int32 everywhere. */
const MAX_ID = 2 ** 31 - 1;

/** Fields beside those that are checked are kept as they are. */
export function checkMaking(value: unknown): Making {
  const making = record("making", value);
  const model = record("making.model", making.model);
  const provider = record("making.provider", making.provider);
  for (const key of ["name", "fingerprint", "modelType"]) text(`making.model.${key}`, model[key], 4096);
  whole("making.model.nLayers", model.nLayers, 1, MAX_LAYERS);
  for (const key of ["nHeads", "dModel", "vocab"]) whole(`making.model.${key}`, model[key], 1, MAX_ID);
  whole("making.model.parameters", model.parameters, 0, Number.MAX_SAFE_INTEGER);
  for (const key of ["device", "precision", "reason", "onnxruntime"])
    text(`making.provider.${key}`, provider[key], 2000);
  oneOf("making.plan", making.plan, ["planned", "naive"]);
  whole("making.seed", making.seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  amount("making.seconds", making.seconds);
  for (const key of ["patchbay", "started", "node", "platform", "specHash"]) text(`making.${key}`, making[key]);
  list("making.warnings", making.warnings, 1000).forEach((warning, i) => {
    text(`making.warnings[${i}]`, warning, 10_000);
  });
  return making as unknown as Making;
}

/** The spec, with its token ids, positions and layers within the model that the making names. */
export function checkSpec(value: unknown, model: Making["model"]): PatchSweepSpec {
  const spec = record("spec", value);
  oneOf("spec.schema", spec.schema, ["patchbay.spec/1"]);
  oneOf("spec.kind", spec.kind, ["patch-sweep"]);
  text("spec.model", spec.model, 4096);
  oneOf("spec.protocol", spec.protocol, ["paper", "released-code"]);
  oneOf("spec.site", spec.site, ["resid_post", "attn_out", "mlp_out"]);
  if (spec.task !== undefined) text("spec.task", spec.task, 4096);
  if (spec.chat !== undefined && typeof spec.chat !== "boolean")
    refuse("spec.chat", spec.chat, "must be true or false");
  list("spec.samples", spec.samples, MAX_SAMPLES).forEach((sample, i) => {
    checkSample(`spec.samples[${i}]`, sample, model.vocab);
  });
  checkTupleSpec(record("spec.tuples", spec.tuples), model.nLayers);
  return spec as unknown as PatchSweepSpec;
}

function checkSample(at: string, value: unknown, vocab: number): void {
  const sample = record(at, value) as Partial<Record<keyof SweepSample, unknown>>;
  const prompt = (name: "source" | "target" | "reference") => {
    const ids = list(`${at}.${name}`, sample[name], MAX_TOKENS);
    if (ids.length === 0) refuse(`${at}.${name}`, ids, "must hold at least one token");
    ids.forEach((id, i) => {
      whole(`${at}.${name}[${i}]`, id, 0, vocab - 1);
    });
    return ids.length;
  };
  const [source, target] = [prompt("source"), prompt("target")];
  if (sample.reference !== undefined) prompt("reference");
  whole(`${at}.sourcePosition`, sample.sourcePosition, -source, source - 1);
  whole(`${at}.targetPosition`, sample.targetPosition, -target, target - 1);
  whole(`${at}.answer`, sample.answer, 0, vocab - 1);
  if (sample.label !== undefined) text(`${at}.label`, sample.label);
}

function checkTupleSpec(tuples: Record<string, unknown>, nLayers: number): void {
  if (tuples.list === undefined) {
    list("spec.tuples.sizes", tuples.sizes, 3).forEach((size, i) => {
      whole(`spec.tuples.sizes[${i}]`, size, 1, Math.min(3, nLayers));
    });
    return;
  }
  list("spec.tuples.list", tuples.list, MAX_TUPLES).forEach((layers, i) => {
    checkLayers(`spec.tuples.list[${i}]`, layers, nLayers);
  });
}

/** The tuples that were swept: ascending layers, and those that the spec asks for, in its order. */
export function checkTuples(value: unknown, spec: PatchSweepSpec, nLayers: number): number[][] {
  const tuples = list("values.tuples", value, MAX_TUPLES);
  const asked = "list" in spec.tuples ? spec.tuples.list.length : countTuples(nLayers, [...new Set(spec.tuples.sizes)]);
  if (tuples.length !== asked) refuse("values.tuples", tuples, `must be the ${asked} tuples that the spec asks for`);
  const expected = "list" in spec.tuples ? spec.tuples.list : listTuples(nLayers, spec.tuples.sizes);
  const seen = new Set<string>();
  return tuples.map((entry, i) => {
    const layers = checkLayers(`values.tuples[${i}]`, entry, nLayers);
    const key = keyOf(layers);
    if (key !== keyOf(expected[i]))
      refuse(`values.tuples[${i}]`, key, `must be ${keyOf(expected[i])}, as the spec says`);
    if (seen.has(key)) refuse(`values.tuples[${i}]`, key, "must not be there twice");
    seen.add(key);
    return layers;
  });
}

function checkLayers(at: string, value: unknown, nLayers: number): number[] {
  const layers = list(at, value, nLayers).map((layer, i) => whole(`${at}[${i}]`, layer, 0, nLayers - 1));
  const ascending = layers.every((layer, i) => i === 0 || layer > layers[i - 1]);
  if (layers.length === 0 || !ascending) refuse(at, layers.join("+"), "must be layers in ascending order, each once");
  return layers;
}

/** Texts by token id. */
export function checkTokenText(value: unknown, vocab: number): Record<number, string> {
  for (const [id, token] of Object.entries(record("tokenText", value))) {
    if (!/^(0|[1-9]\d{0,9})$/.test(id) || Number(id) >= vocab) refuse("tokenText", id, `must have ids below ${vocab}`);
    text(`tokenText[${id}]`, token, 10_000);
  }
  return value as Record<number, string>;
}

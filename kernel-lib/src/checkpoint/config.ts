/** config.json (and generation_config.json) -> ModelConfig, every number bounded.
 *  Defaults are those of transformers' config classes where their absence has one documented meaning
 *  (no `head_dim`: hidden_size / heads); anything else that is missing is an error, because a guess
 *  would change the numbers. */
import { CheckpointError } from "../errors";
import { ARCHITECTURES, type Architecture } from "./architectures";
import { asObject } from "./json";
import { quoted } from "./safetensors";
import type { ModelConfig, RopeScaling } from "./types";

type Json = Readonly<Record<string, unknown>>;
interface Bounds {
  min: number;
  max: number;
  whole: boolean;
}
const whole = (min: number, max: number): Bounds => ({ min, max, whole: true });
const real = (min: number, max: number): Bounds => ({ min, max, whole: false });

/** Far above any published model (126 layers, 256 heads, width 18,432, vocabulary 262,208, 10 M positions),
 *  far below what would make us build absurd tables before the tensors are looked at. */
const BOUNDS = {
  nLayers: whole(1, 1024),
  nHeads: whole(1, 1024),
  dModel: whole(1, 131_072),
  dHead: whole(2, 8192),
  dMlp: whole(1, 1_048_576),
  vocab: whole(1, 4_194_304),
  maxPositions: whole(1, 134_217_728),
  // Below the least normal float32 an eps is 0, and a zero row would divide by 0.
  normEps: real(1.2e-38, 1),
  theta: real(1, 1e12),
  factor: real(1, 1e6),
  freqFactor: real(1e-6, 1e6),
} as const;

const ACTIVATIONS: ReadonlyMap<unknown, ModelConfig["activation"]> = new Map([
  ["silu", "silu"],
  ["swish", "silu"],
  ["gelu", "gelu"],
  ["gelu_new", "gelu_tanh"],
  ["gelu_pytorch_tanh", "gelu_tanh"],
  ["relu", "relu"],
]);

/** The whole of a model's shape from its parsed config.json.
 *  @throws CheckpointError naming the field, its value and the rule.
 *  @example parseConfig(JSON.parse(readFileSync("config.json", "utf8"))).nLayers */
export function parseConfig(value: unknown, generation: unknown = null): ModelConfig {
  const json = asObject(value);
  if (!json) throw new CheckpointError({ thing: "config.json", rule: "must be a JSON object" });
  const architecture = architectureOf(json.model_type);
  refuseUnsupported(json, architecture);
  const { keys } = architecture;
  const number = (key: string, bounds: Bounds) => inBounds(`config.json: ${key}`, json[key], bounds);
  const optional = (key: string, bounds: Bounds) => (json[key] == null ? null : number(key, bounds));

  const nLayers = number(keys.nLayers, BOUNDS.nLayers);
  const nHeads = number(keys.nHeads, BOUNDS.nHeads);
  const nKvHeads = optional(keys.nKvHeads, whole(1, nHeads)) ?? nHeads;
  if (nHeads % nKvHeads !== 0)
    throw new CheckpointError({
      thing: `config.json: ${keys.nKvHeads}`,
      value: nKvHeads,
      rule: `must divide ${keys.nHeads} = ${nHeads}`,
    });
  const dModel = number(keys.dModel, BOUNDS.dModel);
  const dHead = optional(keys.dHead, BOUNDS.dHead) ?? headSize(dModel, nHeads, keys);
  if (dHead % 2 !== 0)
    throw new CheckpointError({
      thing: `config.json: size of a head`,
      value: dHead,
      rule: "must be even, as rotary embedding turns pairs",
    });
  const vocab = number(keys.vocab, BOUNDS.vocab);
  const maxPositions = number(keys.maxPositions, BOUNDS.maxPositions);
  const attnBias = flag(json, architecture.biasKeys.attn);
  const eos = asObject(generation)?.eos_token_id ?? json.eos_token_id;
  return {
    modelType: json.model_type as string,
    nLayers,
    nHeads,
    nKvHeads,
    dModel,
    dHead,
    dMlp: number(keys.dMlp, BOUNDS.dMlp),
    vocab,
    maxPositions,
    normEps: number(keys.normEps, BOUNDS.normEps),
    ...architecture.fixed,
    activation: activation(keys.activation, json[keys.activation]),
    attnBias: { qkv: attnBias, out: attnBias },
    mlpBias: flag(json, architecture.biasKeys.mlp),
    rope: rope(json, maxPositions),
    tiedEmbeddings: flag(json, "tie_word_embeddings"),
    bosId: tokenId("bos_token_id", json.bos_token_id, vocab),
    eosIds: (Array.isArray(eos) ? eos.slice(0, 1024) : [eos])
      .map((id) => tokenId("eos_token_id", id, vocab))
      .filter((id) => id !== null),
    // Old Llama configs write -1 for "no padding token".
    padId: json.pad_token_id === -1 ? null : tokenId("pad_token_id", json.pad_token_id, vocab),
  };
}

function architectureOf(modelType: unknown): Architecture {
  const found = typeof modelType === "string" ? ARCHITECTURES.get(modelType) : undefined;
  if (found) return found;
  throw new CheckpointError({
    thing: "config.json: model_type",
    value: modelType ?? null,
    rule: `must be one of ${[...ARCHITECTURES.keys()].join(", ")}`,
    wayOut: "Other architectures are not supported yet",
  });
}

function refuseUnsupported(json: Json, { unsupported }: Architecture): void {
  for (const [key, allowed] of Object.entries(unsupported))
    if (!allowed.includes(json[key] ?? null))
      throw new CheckpointError({
        thing: `config.json: ${key}`,
        value: json[key],
        rule: `must be ${allowed.map((v) => (v === null ? "absent" : JSON.stringify(v))).join(" or ")}`,
        wayOut: "Patchbay would compute something else than this model",
      });
}

function inBounds(thing: string, value: unknown, { min, max, whole }: Bounds): number {
  const fits = typeof value === "number" && value >= min && value <= max && (!whole || Number.isSafeInteger(value));
  if (fits) return value;
  throw new CheckpointError({
    thing,
    value: value ?? null,
    rule: `must be a ${whole ? "whole " : ""}number from ${min} to ${max}`,
  });
}

function headSize(dModel: number, nHeads: number, keys: Architecture["keys"]): number {
  if (dModel % nHeads !== 0)
    throw new CheckpointError({
      thing: `config.json: ${keys.dModel}`,
      value: dModel,
      rule: `must be a multiple of ${keys.nHeads} = ${nHeads} where ${keys.dHead} is not given`,
    });
  return inBounds(`config.json: ${keys.dModel} / ${keys.nHeads}`, dModel / nHeads, BOUNDS.dHead);
}

function flag(json: Json, key: string | null): boolean {
  const value = key === null ? false : (json[key] ?? false);
  if (typeof value === "boolean") return value;
  throw new CheckpointError({ thing: `config.json: ${key}`, value, rule: "must be true or false" });
}

function activation(key: string, value: unknown): ModelConfig["activation"] {
  const found = ACTIVATIONS.get(value);
  if (found) return found;
  throw new CheckpointError({
    thing: `config.json: ${key}`,
    value: value ?? null,
    rule: `must be one of ${[...ACTIVATIONS.keys()].join(", ")}`,
  });
}

function tokenId(key: string, value: unknown, vocab: number): number | null {
  return value == null ? null : inBounds(`config.json: ${key}`, value, whole(0, vocab - 1));
}

/** transformers 5 writes `rope_parameters`; before it were `rope_theta` and `rope_scaling`. */
function rope(json: Json, maxPositions: number): ModelConfig["rope"] {
  const key = json.rope_parameters != null ? "rope_parameters" : "rope_scaling";
  const given = json[key] ?? {};
  const parameters = asObject(given);
  if (!parameters) throw new CheckpointError({ thing: `config.json: ${key}`, value: given, rule: "must be an object" });
  const inside = parameters.rope_theta ?? null;
  const beside = json.rope_theta ?? null;
  if (inside !== null && beside !== null && inside !== beside)
    throw new CheckpointError({
      thing: `config.json: ${key}.rope_theta`,
      value: inside,
      rule: `must equal rope_theta, which is ${quoted(String(beside))}`,
    });
  // The first Llama configs have no rope_theta: it was 10,000 before it became a setting.
  const theta = inBounds("config.json: rope_theta", inside ?? beside ?? 10_000, BOUNDS.theta);
  if ((parameters.partial_rotary_factor ?? 1) !== 1)
    throw new CheckpointError({
      thing: `config.json: ${key}.partial_rotary_factor`,
      value: parameters.partial_rotary_factor,
      rule: "must be 1 or absent",
    });
  return { theta, scaling: ropeScaling(parameters, key, json, maxPositions) };
}

function ropeScaling(parameters: Json, key: string, json: Json, maxPositions: number): RopeScaling {
  const kind = parameters.rope_type ?? parameters.type ?? "default";
  const number = (name: string, bounds: Bounds) => inBounds(`config.json: ${key}.${name}`, parameters[name], bounds);
  const none = { factor: 1, lowFreqFactor: 1, highFreqFactor: 1, originalMaxPositions: maxPositions };
  if (kind === "default") return { kind: "none", ...none };
  if (kind === "linear") return { ...none, kind, factor: number("factor", BOUNDS.factor) };
  if (kind !== "llama3")
    throw new CheckpointError({
      thing: `config.json: ${key}.rope_type`,
      value: kind,
      rule: "must be one of default, linear, llama3",
    });
  const lowFreqFactor = number("low_freq_factor", BOUNDS.freqFactor);
  const highFreqFactor = number("high_freq_factor", BOUNDS.freqFactor);
  if (highFreqFactor <= lowFreqFactor)
    throw new CheckpointError({
      thing: `config.json: ${key}.high_freq_factor`,
      value: highFreqFactor,
      rule: `must be greater than low_freq_factor = ${lowFreqFactor}`,
    });
  const original = parameters.original_max_position_embeddings ?? json.original_max_position_embeddings;
  return {
    kind,
    factor: number("factor", BOUNDS.factor),
    lowFreqFactor,
    highFreqFactor,
    originalMaxPositions: inBounds(
      `config.json: ${key}.original_max_position_embeddings`,
      original,
      BOUNDS.maxPositions,
    ),
  };
}

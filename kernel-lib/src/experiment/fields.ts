/** Fields that specs of every kind share: prompts, positions, layers, tokens, counts.
 *  Nothing runs before a spec is checked in full, and each complaint names the field by its path
 *  (`samples[3].source[2]`), its value, the rule and the way out. */
import { z } from "zod";
import type { Tokenizer } from "../checkpoint/types";
import { SpecError } from "../errors";
import { counted } from "../words";
import { MAX_SAMPLES } from "./limits";
import type { SpecModel } from "./types";

export const SPEC_SCHEMA = "patchbay.spec/1";

export { MAX_SAMPLES };

/** Token ids of one prompt, before the model that it must fit is known. */
const MAX_PROMPT = 1_000_000;
/** Characters of one text, about a hundred thousand tokens. */
const MAX_TEXT = 400_000;
const MAX_LABEL = 200;
/** Characters of a path. */
const MAX_NAME = 4096;

export type Path = readonly PropertyKey[];

/** `["samples", 3, "source"]` as `samples[3].source`. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    "",
  );
}

/** Throws the complaint about one field.
 *  @throws SpecError always */
export function refuse(path: Path, value: unknown, rule: string, wayOut?: string): never {
  throw new SpecError({ thing: pathText(path) || "spec", value: brief(value), rule, wayOut });
}

/** Containers from strangers may be huge or deep: they are shown by their kind. */
function brief(value: unknown): unknown {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return value;
}

/** The value as `schema` has it, or a complaint about the first field that is wrong.
 *  @throws SpecError */
export function parseFields<T>(schema: z.ZodType<T>, value: unknown, at: Path = []): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue.code === "unrecognized_keys") {
    refuse(
      [...at, ...issue.path, issue.keys[0]],
      undefined,
      "is not a field of this spec",
      "Take it out, or mend its spelling",
    );
  }
  const wrong = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)?.[key], value);
  const path = [...at, ...issue.path];
  // Complaints of our own begin with "must"; zod's say nothing that "is missing" does not.
  if (wrong === undefined)
    refuse(path, undefined, "is missing", issue.message.startsWith("must") ? `It ${issue.message}` : undefined);
  refuse(path, wrong, issue.message);
}

/** A schema that calls `first`, which names the first thing wrong and where, or null. */
function checked<T>(first: (value: unknown) => { path?: PropertyKey[]; rule: string } | null): z.ZodType<T> {
  return z.unknown().check((context) => {
    const found = first(context.value);
    if (!found) return;
    context.issues.push({ code: "custom", input: context.value, path: found.path ?? [], message: found.rule });
  }) as unknown as z.ZodType<T>;
}

/** A spec of one kind, which must be an object.
 *  @throws SpecError */
export function parseSpec<T>(schema: z.ZodType<T>, json: unknown): T {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    refuse([], json, `must be an object with "schema": "${SPEC_SCHEMA}"`);
  return parseFields(schema, json);
}

const isText = (value: unknown): value is string => typeof value === "string";

/** A prompt as token ids, or as text for a model with a tokenizer. */
export type PromptField = string | number[];
export const promptField: z.ZodType<PromptField> = checked((value) => {
  if (isText(value)) return value.length > MAX_TEXT ? { rule: `must be at most ${MAX_TEXT} characters` } : null;
  if (!Array.isArray(value)) return { rule: "must be a list of token ids, or a text" };
  if (value.length > MAX_PROMPT) return { rule: `must be at most ${MAX_PROMPT} token ids` };
  const wrong = value.findIndex((id) => !Number.isSafeInteger(id));
  return wrong < 0 ? null : { path: [wrong], rule: "must be a token id, a whole number" };
});

/** One token as its id, or as a text whose first token is meant. */
export type TokenField = string | number;
export const tokenField: z.ZodType<TokenField> = checked((value) =>
  isText(value) || Number.isSafeInteger(value) ? null : { rule: "must be a token id, or a text" },
);

export const positionField: z.ZodType<number> = checked((value) =>
  Number.isSafeInteger(value) ? null : { rule: "must be a position, a whole number (negative: from the end)" },
);

export const labelField: z.ZodType<string> = checked((value) =>
  isText(value) && value.length <= MAX_LABEL ? null : { rule: `must be a text of at most ${MAX_LABEL} characters` },
);

/** One of a few words. */
export const choiceField = <T extends string>(...words: readonly T[]): z.ZodType<T> =>
  checked((value) =>
    words.includes(value as T) ? null : { rule: `must be ${words.map((word) => `"${word}"`).join(" or ")}` },
  );

/** What every spec begins with. */
export const headFields = <K extends string>(...kinds: readonly K[]) => ({
  schema: choiceField(SPEC_SCHEMA),
  kind: choiceField(...kinds),
  model: z.string({ error: "must be a folder, a hub name or a demo" }).max(MAX_NAME, "must be shorter than a path"),
});

/** A list of at most `most` entries of any kind, each checked on its own later. */
export const listField = (most: number, of: string): z.ZodType<unknown[]> =>
  checked((value) => {
    if (!Array.isArray(value)) return { rule: `must be a list of ${of}` };
    if (value.length === 0) return { rule: `must hold at least one of ${of}` };
    return value.length > most ? { rule: `must hold at most ${most} of ${of}` } : null;
  });

/** A whole number in a range. */
export const countField = (least: number, most: number): z.ZodType<number> =>
  checked((value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? null
      : { rule: `must be a whole number from ${least} to ${most}` },
  );

/** Token ids of a prompt, each in the vocabulary, at least one and no more than the model has positions.
 *  @throws SpecError */
export function resolvePrompt(prompt: PromptField, path: Path, model: SpecModel): number[] {
  const ids = isText(prompt) ? tokenizerFor(path, prompt, model).encode(prompt, { addSpecialTokens: true }) : prompt;
  if (ids.length === 0) refuse(path, prompt, "must have at least one token");
  const { maxPositions } = model.config;
  if (ids.length > maxPositions) {
    refuse(
      path,
      counted(ids.length, "token"),
      `must fit into the ${counted(maxPositions, "position")} of ${model.name}`,
      "Shorten it",
    );
  }
  return isText(prompt) ? [...ids] : checkIds(ids, path, model);
}

/** The id of one token; of a text, the first.
 *  @throws SpecError */
export function resolveToken(token: TokenField, path: Path, model: SpecModel): number {
  if (!isText(token)) return checkIds([token], path, model, path)[0];
  const ids = tokenizerFor(path, token, model).encode(token);
  if (ids.length === 0) refuse(path, token, "must have at least one token");
  return ids[0];
}

function checkIds(ids: readonly number[], path: Path, model: SpecModel, whole?: Path): number[] {
  const { vocab } = model.config;
  const wrong = ids.findIndex((id) => id < 0 || id >= vocab);
  if (wrong >= 0) {
    refuse(
      whole ?? [...path, wrong],
      ids[wrong],
      `must be a token id of ${model.name}, from 0 to ${vocab - 1}`,
      "Tokenise with this checkpoint's own tokenizer",
    );
  }
  return [...ids];
}

function tokenizerFor(path: Path, text: string, { tokenizer, name }: SpecModel): Tokenizer {
  return (
    tokenizer ??
    refuse(path, text, `is text, but ${name} has no tokenizer.json`, "Give token ids, or add the file to its folder")
  );
}

/** The position counted from the front.
 *  @throws SpecError when it lies outside the prompt. */
export function resolvePosition(position: number, length: number, path: Path): number {
  if (position < -length || position >= length) {
    refuse(
      path,
      position,
      `must lie in the prompt of ${counted(length, "token")}, from 0 to ${length - 1} or from -${length} to -1`,
    );
  }
  return position < 0 ? position + length : position;
}

/** A position as it was given, and where it lies in a prompt. */
export interface PlacedPosition {
  index: number;
  position: number;
  place: number;
}

/** Positions of the field `positions` must be different ones in each sample, however they are counted.
 *  @throws SpecError */
export function refuseTwice(positions: readonly PlacedPosition[], sample: number): void {
  const seen = new Map<number, number>();
  for (const { index, position, place } of positions) {
    const before = seen.get(place);
    if (before !== undefined) {
      const rule = `is position ${place} of samples[${sample}], as positions[${before}] is`;
      refuse(["positions", index], position, rule, "Take one of them out");
    }
    seen.set(place, index);
  }
}

/** A set of layers in ascending order.
 *  @throws SpecError when it is empty, holds a layer twice or one that the model does not have. */
export function resolveLayers(layers: unknown, path: Path, { name, config }: SpecModel): number[] {
  if (!Array.isArray(layers)) refuse(path, layers, "must be a list of layers");
  if (layers.length === 0) refuse(path, layers, "must hold at least one layer");
  const seen = new Set<number>();
  layers.forEach((layer: unknown, i) => {
    if (!Number.isSafeInteger(layer) || (layer as number) < 0 || (layer as number) >= config.nLayers) {
      refuse([...path, i], layer, `must be a layer of ${name}, from 0 to ${config.nLayers - 1}`);
    }
    if (seen.has(layer as number)) {
      refuse([...path, i], layer, "stands twice in its tuple, and a layer is patched once", "Take one of them out");
    }
    seen.add(layer as number);
  });
  return [...seen].sort((a, b) => a - b);
}

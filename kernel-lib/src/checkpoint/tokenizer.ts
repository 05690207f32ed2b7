/** Text to ids and back by the checkpoint's own tokenizer.json, and its chat template.
 *  The algorithms are those of @huggingface/tokenizers and @huggingface/jinja; here are the settings that
 *  change ids or text silently when they are forgotten. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Template } from "@huggingface/jinja";
import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import { CheckpointError } from "../errors";
import { readJsonFile } from "./files";
import { asObject } from "./json";
import { quoted } from "./safetensors";
import { tokenReader } from "./token-text";
import type { ChatMessage, Tokenizer } from "./types";
import { within } from "./within";

/** Vocabularies of 260,000 tokens make about 35 MB. */
const MAX_TOKENIZER_BYTES = 256 * 1024 * 1024;
const MAX_SMALL_FILE_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 32;
/** As for a model's vocabulary: an id is an index into an array. */
const MAX_TOKEN_ID = 4_194_303;
/** Llama-3's template prints today's date when it is given none, which would change the prompt every day.
 *  This is the date that the template itself falls back to. */
const FIXED_DATE = "26 Jul 2024";
const ENDLESS_PATTERN =
  "One of its regular expressions may never come to an end; fetch the file again from a source that you trust";
const ENDLESS_TEMPLATE =
  "It may have a loop without an end: look at chat_template (tokenizer_config.json, chat_template.jinja), or leave chat out";
const NAMED_TOKENS = ["bos_token", "eos_token", "unk_token", "pad_token"];

/** The tokenizer of a checkpoint folder, or null where there is no tokenizer.json.
 *  @param patienceMs how long it may take over a short text
 *  @throws CheckpointError when a file is there but cannot be used. */
export function readTokenizer(folder: string, patienceMs?: number): Tokenizer | null {
  const path = join(folder, "tokenizer.json");
  if (!existsSync(path)) return null;
  const json = asObject(readJsonFile(path, { maxBytes: MAX_TOKENIZER_BYTES, maxDepth: MAX_DEPTH, keys: "any" }));
  if (!json) throw new CheckpointError({ thing: "tokenizer.json", rule: "must be a JSON object" });
  const config = readSettings(folder);
  const vocabSize = checkIds(json).reduce((most, id) => Math.max(most, id + 1), 0);
  const inner = build(json, config);
  const readToken = tokenReader(json);
  const addedIds = new Set(inner.get_added_tokens_decoder().keys());

  const checkId = (id: number) => {
    const token = Number.isSafeInteger(id) ? inner.id_to_token(id) : undefined;
    if (token === undefined)
      throw new CheckpointError({
        thing: "token id",
        value: id,
        rule: `must be one of this tokenizer's, which has ids from 0 to ${vocabSize - 1}`,
      });
    return token;
  };
  return {
    encode: (text, options = {}) =>
      using(() => inner.encode(text, { add_special_tokens: options.addSpecialTokens ?? false }).ids, {
        characters: text.length,
        patienceMs,
      }),
    decode(ids, options = {}) {
      ids.forEach(checkId);
      if (ids.length === 0) return "";
      return using(() => inner.decode([...ids], { skip_special_tokens: options.skipSpecialTokens ?? false }), {
        characters: ids.length,
        patienceMs,
      });
    },
    tokenText: (id) => (addedIds.has(id) ? checkId(id) : readToken(checkId(id))),
    tokenId: (token) => inner.token_to_id(token) ?? null,
    chat: readChat(folder, config, patienceMs),
    vocabSize,
  };
}

/** tokenizer_config.json. transformers 5 leaves spaces alone unless the checkpoint asks otherwise; the
 *  library would tidy them ("word ." -> "word."), so the default is set here. */
function readSettings(folder: string): Record<string, unknown> {
  const path = join(folder, "tokenizer_config.json");
  if (!existsSync(path)) return { clean_up_tokenization_spaces: false };
  const config = asObject(readJsonFile(path, { maxBytes: MAX_SMALL_FILE_BYTES, maxDepth: MAX_DEPTH, keys: "any" }));
  if (!config) throw new CheckpointError({ thing: "tokenizer_config.json", rule: "must be a JSON object" });
  return { ...config, clean_up_tokenization_spaces: config.clean_up_tokenization_spaces ?? false };
}

function build(json: Record<string, unknown>, config: Record<string, unknown>): HubTokenizer {
  return using(() => new HubTokenizer({ ...json, added_tokens: json.added_tokens ?? [] }, config));
}

/** What the library throws is about the file: it looks at some parts of it only when they are used. Its patterns come
 *  from the file, so that texts have a limit of time. */
function using<T>(work: () => T, text?: { characters: number; patienceMs?: number }): T {
  try {
    return text === undefined ? work() : within(work, { thing: "tokenizer.json", wayOut: ENDLESS_PATTERN, ...text });
  } catch (error) {
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError({
      thing: "tokenizer.json",
      rule: `cannot be used (${(error as Error).message})`,
      wayOut: "It must be a file of the Hugging Face tokenizers library",
    });
  }
}

/** Every id of the file, checked before the library makes an array as long as the largest. */
function checkIds(json: Record<string, unknown>): number[] {
  const vocabulary = asObject(json.model)?.vocab;
  const added = Array.isArray(json.added_tokens) ? json.added_tokens.map(asObject) : [];
  const entries: [string, unknown][] = [
    // Unigram models list [token, score] pairs: there the position is the id.
    ...(Array.isArray(vocabulary) ? vocabulary.map((pair, id): [string, unknown] => [String(pair), id]) : []),
    ...Object.entries(asObject(vocabulary) ?? {}),
    ...added.map((token): [string, unknown] => [String(token?.content), token?.id]),
  ];
  return entries.map(([token, id]) => {
    if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0 && id <= MAX_TOKEN_ID) return id;
    throw new CheckpointError({
      thing: `tokenizer.json: id of token ${quoted(token)}`,
      value: id ?? null,
      rule: `must be a whole number from 0 to ${MAX_TOKEN_ID}`,
    });
  });
}

function readChat(folder: string, config: Record<string, unknown>, patienceMs?: number): Tokenizer["chat"] {
  const source = chatSource(folder, config);
  if (source === null) return null;
  let template: Template | null = null;
  return (messages: readonly ChatMessage[], options = {}) => {
    const render = () => {
      template ??= new Template(source);
      return template.render({
        ...namedTokens(config),
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: options.addGenerationPrompt ?? true,
        date_string: options.dateString ?? FIXED_DATE,
      });
    };
    try {
      const characters = messages.reduce((sum, { content }) => sum + content.length, source.length);
      return within(render, { thing: "chat template", characters, wayOut: ENDLESS_TEMPLATE, patienceMs });
    } catch (error) {
      if (error instanceof CheckpointError) throw error;
      throw new CheckpointError({ thing: "chat template", rule: `failed: ${(error as Error).message}` });
    }
  };
}

/** Newer checkpoints have the template in a file of its own, older ones in tokenizer_config.json, some as a
 *  list of named templates. */
function chatSource(folder: string, config: Record<string, unknown>): string | null {
  const path = join(folder, "chat_template.jinja");
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) {
    if (found.size > MAX_SMALL_FILE_BYTES)
      throw new CheckpointError({
        thing: "chat_template.jinja: size",
        value: found.size,
        rule: `must be at most ${MAX_SMALL_FILE_BYTES} bytes`,
      });
    return readFileSync(path, "utf8");
  }
  const given = config.chat_template;
  if (typeof given === "string") return given;
  if (!Array.isArray(given)) return null;
  const named = given.map(asObject).find((entry) => entry?.name === "default");
  return typeof named?.template === "string" ? named.template : null;
}

/** `bos_token` and its like are a string, or an object with the string as `content`. */
function namedTokens(config: Record<string, unknown>): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const name of NAMED_TOKENS) {
    const value = asObject(config[name])?.content ?? config[name];
    if (typeof value === "string") tokens[name] = value;
  }
  return tokens;
}

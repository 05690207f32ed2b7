/** What the command line is given: numbers, lists of token ids, JSON files. All from strangers. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { parseJson } from "../checkpoint/json";
import type { Checkpoint } from "../checkpoint/types";
import { PatchbayError } from "../errors";
import { checkTokens } from "../forward/check";
import type { LoadOptions } from "../forward/types";

/** 100,000 samples of 100 tokens make about 60 MB. */
const MAX_SPEC_BYTES = 128 * 1024 * 1024;
/** Spec -> samples -> sample -> prompt is 4 deep. */
export const MAX_SPEC_DEPTH = 16;
const MAX_TOKEN_FILE_BYTES = 64 * 1024 * 1024;
const MAX_PROMPTS = 100_000;

/** A JSON file as its value.
 *  @throws PatchbayError when it is missing, no plain file, too large, too deep or no JSON. */
export function readJson(path: string, limits: { maxBytes?: number; maxDepth?: number } = {}): unknown {
  const { maxBytes = MAX_SPEC_BYTES, maxDepth = MAX_SPEC_DEPTH } = limits;
  return parseJson(readBounded(path, maxBytes), { maxBytes, maxDepth, thing: path });
}

/** Bytes of a plain file, asked for its size before it is read: a pipe or a device would never end. */
export function readBounded(path: string, maxBytes: number): Buffer {
  const file = openPlain(path);
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw new PatchbayError({ thing: path, rule: "must be a plain file" });
    if (found.size > maxBytes)
      throw new PatchbayError({ thing: `${path}: size`, value: found.size, rule: `must be at most ${maxBytes} bytes` });
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function openPlain(path: string): number {
  try {
    // Opening a pipe that nobody writes to would wait for ever. Windows has neither.
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PatchbayError({
      thing: path === "" ? '""' : path,
      rule: code === "ENOENT" ? "no such file" : `cannot be opened (${code ?? (error as Error).message})`,
      wayOut: "Check the path",
    });
  }
}

/** `[[id, ...], ...]`: prompts, each checked against the model.
 *  @throws PatchbayError naming the prompt and the id. */
export function readTokens(path: string, { config }: Checkpoint): number[][] {
  const value = readJson(path, { maxBytes: MAX_TOKEN_FILE_BYTES, maxDepth: 3 });
  if (!Array.isArray(value) || !value.every(Array.isArray))
    throw new PatchbayError({
      thing: path,
      rule: "must hold a list of prompts, each a list of token ids",
      wayOut: "For example [[1, 17, 4], [1, 9]]",
    });
  if (value.length === 0 || value.length > MAX_PROMPTS)
    throw new PatchbayError({
      thing: `${path}: number of prompts`,
      value: value.length,
      rule: `must be 1 to ${MAX_PROMPTS}`,
    });
  return value.map((prompt: unknown[], i) =>
    Array.from(checkTokens(prompt as number[], config, `${path}: prompt ${i}`)),
  );
}

const UNITS: Record<string, number> = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

/** Bytes given as an option: "2GB", "1.5GiB", "800MB" or a plain number.
 *  @throws PatchbayError */
export function bytesGiven(option: string, text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?) ?([kMGT]|[KMG]i)?B?$/.exec(text) ?? [];
  const bytes = Number(number) * UNITS[unit];
  if (bytes > 0) return bytes;
  throw new PatchbayError({ thing: option, value: text, rule: "must be bytes", wayOut: "For example 2GB or 800MB" });
}

/** Where and in what a model computes, from --device and --precision; its loading checks both. */
export function deviceOptions({ device, precision }: DeviceFlags): Pick<LoadOptions, "device" | "precision"> {
  return { device: device as LoadOptions["device"], precision: precision as LoadOptions["precision"] };
}
export interface DeviceFlags {
  device: string;
  precision: string;
}

/** How a model may use memory, from --memory and --weights. */
export function memoryOptions({ memory, weights }: MemoryFlags): Pick<LoadOptions, "memoryBudget" | "weights"> {
  return {
    memoryBudget: memory === undefined ? undefined : bytesGiven("--memory", memory),
    weights: weights as LoadOptions["weights"],
  };
}
export interface MemoryFlags {
  memory?: string;
  weights?: string;
}

/** A whole number given as an option.
 *  @throws PatchbayError */
export function wholeNumber(option: string, text: string, low: number, high: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= low && value <= high) return value;
  throw new PatchbayError({ thing: option, value: text, rule: `must be a whole number from ${low} to ${high}` });
}

/** An id, or the text of a token.
 *  @example token("17") // 17 */
export const token = (text: string): number | string => (/^\d{1,9}$/.test(text) ? Number(text) : text);

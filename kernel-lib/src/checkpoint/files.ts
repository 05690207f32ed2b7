/** JSON files of a checkpoint folder, read with a bound on their size. */
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { CheckpointError } from "../errors";
import { type JsonLimits, parseJson } from "./json";

/** Real config.json files have a few kB; quantised ones list every layer. */
export const CONFIG_LIMITS = { maxBytes: 4 * 1024 * 1024, maxDepth: 32 } as const;

/** The parsed file. @throws CheckpointError when it is missing, no plain file, too large or no JSON. */
export function readJsonFile(path: string, limits: Omit<JsonLimits, "thing" | "error">): unknown {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found)
    throw new CheckpointError({
      thing: path,
      rule: "no such file",
      wayOut: "Name a folder that holds a Hugging Face checkpoint: config.json and model.safetensors",
    });
  if (!found.isFile()) throw new CheckpointError({ thing: path, rule: "must be a plain file" });
  // Asked before reading: a file of 100 GB must not reach memory.
  if (found.size > limits.maxBytes)
    throw new CheckpointError({
      thing: `${path}: size`,
      value: found.size,
      rule: `must be at most ${limits.maxBytes} bytes`,
    });
  return parseJson(readFileSync(path), { ...limits, thing: basename(path), error: CheckpointError });
}

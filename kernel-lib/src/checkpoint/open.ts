/** Opens a checkpoint: folder, config, tensors' places, tokenizer, fingerprint. Weights stay on disk. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { size } from "../tensor";
import { parseConfig } from "./config";
import { CONFIG_LIMITS, readJsonFile } from "./files";
import { fingerprint } from "./fingerprint";
import { locate } from "./locate";
import { readTensors } from "./shards";
import { checkTied } from "./tied";
import { readTokenizer } from "./tokenizer";
import type { Checkpoint, ModelConfig } from "./types";
import { resolveWeights } from "./weights";

/** Reads and checks a checkpoint by folder, demo name or name in the Hugging Face cache.
 *  @throws CheckpointError naming file, tensor or field, value, rule and way out.
 *  @example const { config, parameters } = await pb.openCheckpoint("demo/dpo"); */
export async function openCheckpoint(name: string): Promise<Checkpoint> {
  const folder = locate(name);
  const config = readConfig(folder);
  const stored = await readTensors(folder);
  const weights = resolveWeights(config, stored);
  await checkTied(config, stored);
  const tensors = new Map([...weights.values()].map((tensor) => [tensor.name, tensor]));
  return {
    name,
    folder,
    config,
    tensors,
    weights,
    fingerprint: await fingerprint(config, weights),
    parameters: [...tensors.values()].reduce((n, tensor) => n + size(tensor.shape), 0),
    tokenizer: readTokenizer(folder),
  };
}

function readConfig(folder: string): ModelConfig {
  const generation = join(folder, "generation_config.json");
  return parseConfig(
    readJsonFile(join(folder, "config.json"), CONFIG_LIMITS),
    existsSync(generation) ? readJsonFile(generation, CONFIG_LIMITS) : null,
  );
}

/** All tensors of a checkpoint folder: `model.safetensors`, or the shards that
 *  `model.safetensors.index.json` names. Index and shards must agree, tensor by tensor. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../errors";
import { readJsonFile } from "./files";
import { asObject } from "./json";
import { type HeaderTensor, quoted, readHeader } from "./safetensors";

/** The whole checkpoint in one file; it wins over the index, as in transformers. */
export const SINGLE = "model.safetensors";
export const INDEX = "model.safetensors.index.json";
/** The largest published models have a few hundred shards. */
const MAX_SHARDS = 4096;
/** About 200,000 tensors. */
const MAX_INDEX_BYTES = 32 * 1024 * 1024;
const MAX_INDEX_DEPTH = 4;
/** A plain name beside the index: no folder, no `..`, no drive letter, nothing a shell or terminal would act on. */
const SHARD_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.safetensors$/;

/** Tensors by name, from headers only.
 *  @throws CheckpointError when there are no safetensors, or index and shards disagree. */
export async function readTensors(folder: string): Promise<Map<string, HeaderTensor>> {
  if (existsSync(join(folder, SINGLE))) return readHeader(join(folder, SINGLE));
  if (existsSync(join(folder, INDEX))) return readShards(folder);
  const other = readdirSync(folder).find((name) => /\.(bin|pt|pth|ckpt|gguf|h5|msgpack)$/.test(name));
  throw new CheckpointError({
    thing: folder,
    rule: `holds neither ${SINGLE} nor ${INDEX}`,
    wayOut: other
      ? `It holds ${quoted(other)}: save the model again as safetensors (transformers: save_pretrained)`
      : "Name a folder with a Hugging Face checkpoint in safetensors",
  });
}

async function readShards(folder: string): Promise<Map<string, HeaderTensor>> {
  const weightMap = readIndex(join(folder, INDEX));
  const files = [...new Set(weightMap.values())].sort();
  if (files.length > MAX_SHARDS)
    throw new CheckpointError({
      thing: `${INDEX}: number of files`,
      value: files.length,
      rule: `must be at most ${MAX_SHARDS}`,
    });
  const tensors = new Map<string, HeaderTensor>();
  for (const file of files) {
    for (const [name, tensor] of await readHeader(join(folder, file))) {
      if (weightMap.get(name) !== file)
        throw new CheckpointError({
          thing: `${file}: tensor ${quoted(name)}`,
          rule: weightMap.has(name)
            ? `stands in this file, but ${INDEX} puts it into ${weightMap.get(name)}`
            : `is not in ${INDEX}`,
          wayOut: "Index and files are of different checkpoints: fetch them again",
        });
      tensors.set(name, tensor);
    }
  }
  for (const [name, file] of weightMap)
    if (!tensors.has(name))
      throw new CheckpointError({
        thing: `${INDEX}: tensor ${quoted(name)}`,
        rule: `should be in ${file}, which does not hold it`,
        wayOut: "Index and files are of different checkpoints: fetch them again",
      });
  return tensors;
}

/** File name by tensor name. @throws CheckpointError when a name would leave the folder. */
export function readIndex(path: string): Map<string, string> {
  const index = asObject(readJsonFile(path, { maxBytes: MAX_INDEX_BYTES, maxDepth: MAX_INDEX_DEPTH }));
  const weightMap = asObject(index?.weight_map);
  if (!weightMap || Object.keys(weightMap).length === 0)
    throw new CheckpointError({
      thing: `${INDEX}: weight_map`,
      value: index?.weight_map ?? null,
      rule: "must be an object that gives a file for each tensor",
    });
  const map = new Map<string, string>();
  for (const [name, file] of Object.entries(weightMap)) {
    if (typeof file !== "string" || !SHARD_NAME.test(file) || file.includes(".."))
      throw new CheckpointError({
        thing: `${INDEX}: file of tensor ${quoted(name)}`,
        value: file,
        rule: "must be the plain name of a .safetensors file in the same folder",
        wayOut: "A path that leaves the folder is never followed",
      });
    map.set(name, file);
  }
  return map;
}

/** Some checkpoints with tied embeddings store the unembedding as well. Where it differs from the embedding,
 *  versions of transformers disagree about which one counts, so Patchbay does not choose. */
import { open } from "node:fs/promises";
import { CheckpointError } from "../errors";
import { type HeaderTensor, quoted, readFully } from "./safetensors";
import type { ModelConfig } from "./types";
import { globalName } from "./weights";

/** Bytes compared at the start and at the end: an unembedding that was trained apart differs everywhere. */
const COMPARED_BYTES = 1024 * 1024;

/** @throws CheckpointError when config.json says "tied" and the file says otherwise. */
export async function checkTied(config: ModelConfig, stored: ReadonlyMap<string, HeaderTensor>): Promise<void> {
  const embed = stored.get(globalName(config, "embed.weight"));
  const own = stored.get(globalName(config, "unembed.weight"));
  if (!config.tiedEmbeddings || !embed || !own) return;
  const sameKind = own.dtype === embed.dtype && own.length === embed.length;
  if (sameKind && (await sameEnds(embed, own))) return;
  throw new CheckpointError({
    thing: `tensor ${quoted(own.name)}`,
    rule: `differs from ${embed.name}, but config.json says tie_word_embeddings`,
    wayOut: "Set tie_word_embeddings to false in config.json if the model has an unembedding of its own",
  });
}

async function sameEnds(a: HeaderTensor, b: HeaderTensor): Promise<boolean> {
  const bytes = Math.min(a.length, COMPARED_BYTES);
  for (const start of [0, a.length - bytes])
    if (!(await readBytes(a, start, bytes)).equals(await readBytes(b, start, bytes))) return false;
  return true;
}

async function readBytes(tensor: HeaderTensor, start: number, bytes: number): Promise<Buffer> {
  const target = Buffer.alloc(bytes);
  const handle = await open(tensor.file, "r");
  try {
    await readFully(handle, target, tensor.offset + start, tensor.file);
  } finally {
    await handle.close();
  }
  return target;
}

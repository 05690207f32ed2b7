/** A checkpoint's identity, carried by every result: equal fingerprints, equal numbers.
 *  SHA-256 over the ModelConfig and, in order of role, each tensor's role, dtype, shape and bytes. The same
 *  weights in one file or in shards, with another tokenizer or model card, have the same fingerprint.
 *  Up to 256 MiB of weights are hashed whole. Of larger checkpoints each tensor gives BLOCKS blocks of 64 KiB,
 *  evenly spread from its first byte to its last, so that opening 30 GB takes about a second; a change that
 *  touches none of them is not seen. */
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Role } from "./architectures";
import { readFully } from "./safetensors";
import type { ModelConfig, StoredTensor } from "./types";

const HASH_WHOLE_BYTES = 256 * 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;
const BLOCKS = 4;
/** Bytes read at once when a tensor is hashed whole. */
const READ_BYTES = 4 * 1024 * 1024;

/** `sha256:` and 64 hexadecimal digits. */
export async function fingerprint(config: ModelConfig, weights: ReadonlyMap<Role, StoredTensor>): Promise<string> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))));
  const total = [...weights.values()].reduce((bytes, tensor) => bytes + tensor.length, 0);
  const files = new Map<string, FileHandle>();
  try {
    for (const [role, tensor] of weights) {
      hash.update(`\n${role} ${tensor.dtype} ${JSON.stringify(tensor.shape)}\n`);
      const handle = files.get(tensor.file) ?? (await open(tensor.file, "r"));
      files.set(tensor.file, handle);
      for (const range of total <= HASH_WHOLE_BYTES ? wholeRanges(tensor.length) : sampledRanges(tensor.length))
        await hashRange(hash, handle, tensor, range);
    }
  } finally {
    for (const handle of files.values()) await handle.close();
  }
  return `sha256:${hash.digest("hex")}`;
}

interface Range {
  start: number;
  bytes: number;
}

function wholeRanges(length: number): Range[] {
  const ranges: Range[] = [];
  for (let start = 0; start < length; start += READ_BYTES)
    ranges.push({ start, bytes: Math.min(READ_BYTES, length - start) });
  return ranges;
}

/** BLOCKS blocks from the first byte to the last; the whole of a tensor that is no larger than that.
 *  Exported because it decides what is seen. */
export function sampledRanges(length: number): Range[] {
  if (length <= BLOCKS * BLOCK_BYTES) return wholeRanges(length);
  const last = length - BLOCK_BYTES;
  return Array.from({ length: BLOCKS }, (_, i) => ({
    start: Math.floor((last * i) / (BLOCKS - 1)),
    bytes: BLOCK_BYTES,
  }));
}

async function hashRange(hash: Hash, handle: FileHandle, tensor: StoredTensor, range: Range): Promise<void> {
  const bytes = new Uint8Array(range.bytes);
  await readFully(handle, bytes, tensor.offset + range.start, tensor.file);
  hash.update(bytes);
}

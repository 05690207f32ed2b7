/** Where the tensors of a `.safetensors` file lie, from its header alone.
 *  Format: 8 bytes little-endian header length N, N bytes of JSON, then the tensors' bytes without gaps.
 *  The file is a stranger's: everything is checked before anything is believed, and no weight is read. */
import { type FileHandle, open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { CheckpointError } from "../errors";
import { asObject, parseJson } from "./json";

/** A tensor as the header says it; its dtype may be one that Patchbay does not compute with. */
export interface HeaderTensor {
  name: string;
  dtype: string;
  shape: readonly number[];
  file: string;
  /** Byte offset in the file and length in bytes. */
  offset: number;
  length: number;
}

/** The format allows 100 MB. 16 MiB already describe 100,000 tensors; more is an attack or a mistake. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;
/** Header -> tensor -> shape is 3 deep; one more for metadata that is refused with a better message. */
const MAX_HEADER_DEPTH = 4;
/** PyTorch's tensors have at most 64 axes; weights have up to 4. */
const MAX_AXES = 64;
/** Bits of an element. A dtype that is not here is kept, unchecked, until somebody uses the tensor. */
const DTYPE_BITS: ReadonlyMap<string, number> = new Map([
  ["BOOL", 8],
  ["U8", 8],
  ["I8", 8],
  ["F8_E5M2", 8],
  ["F8_E4M3", 8],
  ["F8_E8M0", 8],
  ["I16", 16],
  ["U16", 16],
  ["F16", 16],
  ["BF16", 16],
  ["I32", 32],
  ["U32", 32],
  ["F32", 32],
  ["F64", 64],
  ["I64", 64],
  ["U64", 64],
  ["C64", 64],
  ["F4", 4],
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
]);
const DAMAGED = "The file is damaged or was cut short: fetch it again";

/** All tensors of one file, by name.
 *  @throws CheckpointError naming file, tensor, value and rule. */
export async function readHeader(path: string): Promise<Map<string, HeaderTensor>> {
  const file = basename(path);
  const size = await fileSize(path);
  const handle = await open(path, "r");
  try {
    const header = await readHeaderBytes(handle, file, size);
    return parseHeader(header, path, size - 8 - header.byteLength);
  } finally {
    await handle.close();
  }
}

/** A plain file's size. A pipe or a device would block or never end. */
async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new CheckpointError({ thing: path, rule: "no such file" });
  if (!found.isFile()) throw new CheckpointError({ thing: path, rule: "must be a plain file" });
  return found.size;
}

async function readHeaderBytes(handle: FileHandle, file: string, size: number): Promise<Uint8Array> {
  if (size < 8)
    throw new CheckpointError({
      thing: `${file}: size`,
      value: size,
      rule: "a safetensors file starts with 8 bytes that give the length of its header",
      wayOut: DAMAGED,
    });
  const prefix = Buffer.alloc(8);
  await readFully(handle, prefix, 0, file);
  const length = prefix.readBigUInt64LE(0);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw new CheckpointError({
      thing: `${file}: header length`,
      value: length,
      rule: `must be at most ${MAX_HEADER_BYTES} bytes`,
      wayOut: "This is not a safetensors file, or a hostile one",
    });
  if (8 + Number(length) > size)
    throw new CheckpointError({
      thing: `${file}: header length`,
      value: length,
      rule: `must fit into the file, which has ${size} bytes`,
      wayOut: DAMAGED,
    });
  const header = Buffer.alloc(Number(length));
  await readFully(handle, header, 8, file);
  if (header[0] !== 0x7b) throw new CheckpointError({ thing: `${file}: header`, rule: "must start with {" });
  return header;
}

/** Fills `target` from `position` on, or says that the file ended. */
export async function readFully(handle: FileHandle, target: Uint8Array, position: number, file: string): Promise<void> {
  for (let done = 0; done < target.byteLength; ) {
    const { bytesRead } = await handle.read(target, done, target.byteLength - done, position + done);
    if (bytesRead === 0)
      throw new CheckpointError({ thing: file, rule: `ended at byte ${position + done}`, wayOut: DAMAGED });
    done += bytesRead;
  }
}

function parseHeader(header: Uint8Array, path: string, dataBytes: number): Map<string, HeaderTensor> {
  const file = basename(path);
  const thing = `${file}: header`;
  const json = asObject(
    parseJson(header, {
      maxBytes: MAX_HEADER_BYTES,
      maxDepth: MAX_HEADER_DEPTH,
      thing,
      error: CheckpointError,
    }),
  );
  if (!json) throw new CheckpointError({ thing, rule: "must be a JSON object" });
  const tensors = new Map<string, HeaderTensor>();
  for (const [name, entry] of Object.entries(json)) {
    if (name === "__metadata__") checkMetadata(entry, file);
    else tensors.set(name, parseTensor(name, entry, path, 8 + header.byteLength, dataBytes));
  }
  checkCover([...tensors.values()], file, 8 + header.byteLength, dataBytes);
  return tensors;
}

function checkMetadata(value: unknown, file: string): void {
  const metadata = asObject(value);
  if (!metadata || Object.values(metadata).some((v) => typeof v !== "string"))
    throw new CheckpointError({ thing: `${file}: __metadata__`, value, rule: "must be an object of strings" });
}

function parseTensor(name: string, value: unknown, path: string, dataStart: number, dataBytes: number): HeaderTensor {
  const thing = `${basename(path)}: tensor ${quoted(name)}`;
  const entry = asObject(value);
  if (!entry) throw new CheckpointError({ thing, value, rule: "must be an object with dtype, shape and data_offsets" });
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string")
    throw new CheckpointError({ thing: `${thing}: dtype`, value: dtype ?? null, rule: "must be a string" });
  if (!Array.isArray(shape) || shape.length > MAX_AXES || !shape.every(isCount))
    throw new CheckpointError({
      thing: `${thing}: shape`,
      value: shape ?? null,
      rule: `must be a list of at most ${MAX_AXES} whole numbers >= 0`,
    });
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw new CheckpointError({
      thing: `${thing}: data_offsets`,
      value: offsets ?? null,
      rule: "must be two whole numbers >= 0",
    });
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataBytes)
    throw new CheckpointError({
      thing: `${thing}: data_offsets`,
      value: offsets,
      rule: `must satisfy begin <= end <= ${dataBytes}, the bytes of data that the file holds`,
      wayOut: DAMAGED,
    });
  checkLength(thing, dtype, shape, end - begin);
  return { name, dtype, shape, file: path, offset: dataStart + begin, length: end - begin };
}

/** shape x dtype = bytes, multiplied as BigInt: 2^32 x 2^32 must not become a small number. */
function checkLength(thing: string, dtype: string, shape: readonly number[], bytes: number): void {
  const bits = DTYPE_BITS.get(dtype);
  if (bits === undefined) return;
  const needed = shape.reduce((n, axis) => n * BigInt(axis), BigInt(bits));
  if (needed !== BigInt(bytes) * 8n)
    throw new CheckpointError({
      thing: `${thing}: data_offsets span`,
      value: bytes,
      rule: `must be the ${(needed + 7n) / 8n} bytes of ${dtype} ${JSON.stringify(shape)}`,
      wayOut: DAMAGED,
    });
}

/** The tensors must cover the data from first to last byte, each byte once. */
function checkCover(tensors: HeaderTensor[], file: string, dataStart: number, dataBytes: number): void {
  tensors.sort((a, b) => a.offset - b.offset || a.length - b.length);
  let covered = dataStart;
  let before = "the start of the data";
  for (const tensor of tensors) {
    if (tensor.offset !== covered)
      throw new CheckpointError({
        thing: `${file}: tensor ${quoted(tensor.name)} begins at byte ${tensor.offset - dataStart} of the data and`,
        rule: `${tensor.offset < covered ? "overlaps" : "leaves a hole after"} ${before}, which ends at ${covered - dataStart}`,
        wayOut: "The header is wrong: fetch or write the file again",
      });
    covered = tensor.offset + tensor.length;
    before = `tensor ${quoted(tensor.name)}`;
  }
  if (covered !== dataStart + dataBytes)
    throw new CheckpointError({
      thing: `${file}: bytes after the last tensor`,
      value: dataStart + dataBytes - covered,
      rule: "the tensors must cover the whole file",
      wayOut: DAMAGED,
    });
}

const isCount = (n: unknown): n is number => typeof n === "number" && Number.isSafeInteger(n) && n >= 0;

/** A name from a file, short enough for a message. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}

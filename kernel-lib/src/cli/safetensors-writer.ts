/** Writes F32 tensors to a safetensors file one after the other, under a temporary name until all are there. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { PatchbayError } from "../errors";
import { cannotWrite } from "../run/files";
import { type F32, size } from "../tensor";

export interface Entry {
  name: string;
  dims: readonly number[];
}

/** Readers, ours among them, refuse longer headers. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

export class SafetensorsWriter {
  private readonly temporary: string;
  private file: number | null;
  private next = 0;

  /** Opens the file and writes the header.
   *  @param making how the tensors came about; stands in the header, as text
   *  @throws PatchbayError when the folder cannot be written to or there are too many tensors. */
  constructor(
    private readonly path: string,
    private readonly entries: readonly Entry[],
    making: Readonly<Record<string, string>>,
  ) {
    const header = headerOf(path, entries, making);
    this.temporary = `${path}.${process.pid}.patchbay-tmp`;
    try {
      this.file = openSync(this.temporary, "w");
    } catch (error) {
      throw cannotWrite(path, error);
    }
    this.append(header);
  }

  /** Writes the next tensor; its shape must be the one that was announced. */
  write({ dims, data }: F32): void {
    const entry = this.entries[this.next++];
    if (entry === undefined || entry.dims.join() !== dims.join())
      throw new Error(`${entry?.name ?? "no tensor"} should be [${entry?.dims}], is [${dims}]`);
    this.append(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  /** Gives the file its name. */
  finish(): void {
    if (this.file === null || this.next !== this.entries.length) throw new Error("tensors are missing");
    try {
      fsyncSync(this.file);
      closeSync(this.file);
      this.file = null;
      renameSync(this.temporary, this.path);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** Removes what was written, unless it is finished. */
  discard(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
    rmSync(this.temporary, { force: true });
  }

  private append(bytes: Uint8Array): void {
    if (this.file === null) throw new Error("the file is closed");
    for (let at = 0; at < bytes.byteLength; ) at += writeSync(this.file, bytes, at);
  }
}

function headerOf(path: string, entries: readonly Entry[], making: Readonly<Record<string, string>>): Buffer {
  const tensors: [string, object][] = [];
  let offset = 0;
  for (const { name, dims } of entries) {
    const end = offset + 4 * size(dims);
    tensors.push([name, { dtype: "F32", shape: dims, data_offsets: [offset, end] }]);
    offset = end;
  }
  const text = JSON.stringify(Object.fromEntries([["__metadata__", { format: "pt", ...making }], ...tensors]));
  // Data begins at a multiple of 8, as the format asks for.
  const length = Math.ceil(Buffer.byteLength(text) / 8) * 8;
  if (length > MAX_HEADER_BYTES)
    throw new PatchbayError({
      thing: `${path}: tensors`,
      value: entries.length,
      rule: "are too many for one file",
      wayOut: "Capture fewer hooks, or split the prompts",
    });
  const header = Buffer.alloc(8 + length, " ");
  header.writeBigUInt64LE(BigInt(length));
  header.write(text, 8);
  return header;
}

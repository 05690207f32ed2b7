/** The libraries that a Linux library asks its loader for (System V ABI, chapter 5: DT_NEEDED), 64-bit little-endian ELF.
 *  Read from its file, so that nothing of it is run. */
import { closeSync, openSync, readSync } from "node:fs";

const HEADER_BYTES = 64;
const [PT_LOAD, PT_DYNAMIC] = [1, 2];
const [DT_NEEDED, DT_STRTAB, DT_STRSZ] = [1, 5, 10];

interface Segment {
  type: number;
  offset: number;
  address: number;
  bytes: number;
}

/** Names like `libcudart.so.13`, in the file's order; empty where the file is no such library.
 *  @example neededLibraries("libonnxruntime_providers_cuda.so") */
export function neededLibraries(path: string): string[] {
  const file = openSync(path, "r");
  try {
    const read = (offset: number, bytes: number) => {
      const out = Buffer.alloc(bytes);
      return out.subarray(0, readSync(file, out, 0, bytes, offset));
    };
    const header = read(0, HEADER_BYTES);
    if (header.length < HEADER_BYTES || header.toString("latin1", 0, 6) !== "\x7fELF\x02\x01") return [];
    return namesOf(segmentsOf(header, read), read);
  } finally {
    closeSync(file);
  }
}

type Read = (offset: number, bytes: number) => Buffer;
const word = (bytes: Buffer, at: number) => Number(bytes.readBigUInt64LE(at));

function segmentsOf(header: Buffer, read: Read): Segment[] {
  const [start, size, count] = [word(header, 32), header.readUInt16LE(54), header.readUInt16LE(56)];
  return Array.from({ length: count }, (_, i) => {
    const entry = read(start + i * size, size);
    return { type: entry.readUInt32LE(0), offset: word(entry, 8), address: word(entry, 16), bytes: word(entry, 32) };
  });
}

function namesOf(segments: readonly Segment[], read: Read): string[] {
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return [];
  const table = read(dynamic.offset, dynamic.bytes);
  const values = (tag: number) => {
    const found: number[] = [];
    for (let at = 0; at + 16 <= table.length; at += 16) if (word(table, at) === tag) found.push(word(table, at + 8));
    return found;
  };
  const [address] = values(DT_STRTAB);
  const [bytes] = values(DT_STRSZ);
  const home = segments.find((s) => s.type === PT_LOAD && address >= s.address && address < s.address + s.bytes);
  if (home === undefined) return [];
  const strings = read(home.offset + address - home.address, bytes);
  return values(DT_NEEDED).map((at) => strings.toString("latin1", at, strings.indexOf(0, at)));
}

/** Writes safetensors files, right ones and, by a header of the caller's making, wrong ones. */
import { writeFileSync } from "node:fs";

export interface TensorBytes {
  dtype: string;
  shape: readonly number[];
  bytes: Uint8Array;
}

/** Any header text and any data: nothing is checked. */
export function writeRaw(path: string, header: string | Uint8Array, data: Uint8Array, headerLength?: bigint): void {
  const text = Buffer.from(header as string, "utf8");
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(headerLength ?? BigInt(text.byteLength));
  writeFileSync(path, Buffer.concat([prefix, text, data]));
}

/** A right file, in the order given, its data starting at a multiple of 8 as other writers do. */
export function writeSafetensors(path: string, tensors: ReadonlyMap<string, TensorBytes>): void {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.byteLength] };
    offset += bytes.byteLength;
  }
  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8);
  writeRaw(path, padded, Buffer.concat([...tensors.values()].map(({ bytes }) => bytes)));
}

/** float32 -> the bytes of a dtype; BF16 and F16 round to nearest, ties to even. */
export function encodeValues(values: Float32Array, dtype: "F32" | "F16" | "BF16"): Uint8Array {
  if (dtype === "F32") return new Uint8Array(values.slice().buffer);
  const halves = dtype === "BF16" ? Uint16Array.from(bits(values), roundToBf16) : Uint16Array.from(values, roundToF16);
  return new Uint8Array(halves.buffer);
}

const bits = (values: Float32Array) => new Uint32Array(values.slice().buffer);

function roundToBf16(word: number): number {
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

/** For finite values below 65,504. */
function roundToF16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude || 1e-30)));
  const steps = roundHalfEven(magnitude / 2 ** (exponent - 10));
  // A fraction that rounds up to 2048 steps carries into the exponent by plain addition.
  return sign | (((exponent + 14) << 10) + steps);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

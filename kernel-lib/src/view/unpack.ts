/** Typed arrays to base64 and back, little-endian whatever the machine, without Buffer. */
import type { Packed } from "./types";

export type AnyArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Bytes of one element. */
export const elementBytes: Readonly<Record<Packed["dtype"], number>> = { float32: 4, float64: 8, int32: 4, uint8: 1 };

/** Characters per call of String.fromCharCode: well under every engine's limit of arguments. */
const CHUNK = 8192;

/** Packs numbers row-major; `shape` must multiply to their count.
 *  @example pack("float32", [2, 2], [1, 2, 3, Number.NaN]) */
export function pack(dtype: Packed["dtype"], shape: readonly number[], values: ArrayLike<number>): Packed {
  const width = elementBytes[dtype];
  const bytes = new Uint8Array(values.length * width);
  const at = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    if (dtype === "float64") at.setFloat64(i * 8, values[i], true);
    else if (dtype === "float32") at.setFloat32(i * 4, values[i], true);
    else if (dtype === "int32") at.setInt32(i * 4, values[i], true);
    else bytes[i] = values[i];
  }
  let binary = "";
  for (let i = 0; i < bytes.length; i += CHUNK) binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return { dtype, shape, base64: btoa(binary) };
}

/** The numbers of a packed array that was validated before, row-major.
 *  @example unpack(pack("uint8", [3], [0, 1, 255])) // Uint8Array [0, 1, 255] */
export function unpack(packed: Packed): AnyArray {
  const binary = atob(packed.base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  if (packed.dtype === "uint8") return bytes;
  const at = new DataView(bytes.buffer);
  const count = Math.floor(bytes.length / elementBytes[packed.dtype]);
  if (packed.dtype === "float64") return Float64Array.from({ length: count }, (_, i) => at.getFloat64(i * 8, true));
  if (packed.dtype === "float32") return Float32Array.from({ length: count }, (_, i) => at.getFloat32(i * 4, true));
  return Int32Array.from({ length: count }, (_, i) => at.getInt32(i * 4, true));
}

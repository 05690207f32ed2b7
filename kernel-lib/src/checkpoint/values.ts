/** The numbers of one stored tensor as float32. For small tensors (norms), tests and exports: the weights
 *  of a running model are mapped by onnxruntime and never pass through here. */
import { open } from "node:fs/promises";
import type { F32 } from "../tensor";
import { readFully } from "./safetensors";
import type { StoredTensor } from "./types";

/** Reads a tensor, shape as stored.
 *  @throws CheckpointError when the file has become shorter than its header says.
 *  @example (await readValues(checkpoint.tensors.get("model.norm.weight")!)).data[0] */
export async function readValues(tensor: StoredTensor): Promise<F32> {
  const bytes = new Uint8Array(tensor.length);
  const handle = await open(tensor.file, "r");
  try {
    await readFully(handle, bytes, tensor.offset, tensor.file);
  } finally {
    await handle.close();
  }
  return { dims: tensor.shape, data: toF32(bytes, tensor.dtype) };
}

/** Little-endian bytes -> float32; F16 and BF16 widen exactly. */
export function toF32(bytes: Uint8Array, dtype: StoredTensor["dtype"]): Float32Array {
  if (dtype === "F32") return new Float32Array(bytes.slice().buffer);
  const halves = new Uint16Array(bytes.slice().buffer);
  if (dtype === "BF16") return new Float32Array(Uint32Array.from(halves, (h) => h << 16).buffer);
  return Float32Array.from(halves, halfToNumber);
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

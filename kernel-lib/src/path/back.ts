/** Rows carried back through one layer, for meeting in the middle and for maps of single edges. */
import type { LinearMaps } from "./types";

/** Several matrices [width, d], each at a position of the layer's upper boundary, one after another. */
export interface Stack {
  matrices: Float32Array;
  width: number;
  /** For each matrix, the edges into its position that it is carried along. */
  into: readonly (readonly number[])[];
}

/** Carries every matrix along each of its edges: [sum of into, width, d], matrix by matrix, edge by edge. All edges into
 *  a position share a row's way back through the MLP. Calls are full batches of rows, wherever one matrix ends. */
export async function carryBack(
  maps: LinearMaps,
  layer: number,
  { matrices, width, into }: Stack,
  batch: number,
): Promise<Float32Array> {
  const d = maps.dModel;
  const first: number[] = [];
  let count = 0;
  for (const found of into) {
    first.push(count);
    count += found.length;
  }
  const out = new Float32Array(count * width * d);
  const total = into.length * width;
  for (let begin = 0; begin < total; begin += batch) {
    const end = Math.min(total, begin + batch);
    const of: number[] = [];
    const edge: number[] = [];
    const places: { at: number; rows: number }[] = [];
    for (let m = Math.floor(begin / width); m * width < end; m++) {
      const low = Math.max(begin, m * width);
      const high = Math.min(end, (m + 1) * width);
      into[m].forEach((e, i) => {
        places.push({ at: (first[m] + i) * width + low - m * width, rows: high - low });
        for (let r = low; r < high; r++) {
          of.push(r - begin);
          edge.push(e);
        }
      });
    }
    const rows = matrices.subarray(begin * d, end * d);
    const carried = await maps.backward(layer, rows, Int32Array.from(of), Int32Array.from(edge));
    let read = 0;
    for (const { at, rows: n } of places) {
      out.set(carried.subarray(read * d, (read + n) * d), at * d);
      read += n;
    }
  }
  return out;
}

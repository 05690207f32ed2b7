/** Packed arrays of views, unpacked once: a read-out asks for the same numbers at every move of a pointer. */
import { type Packed, type PackedArray, unpack } from "../result/pack";

const known = new WeakMap<Packed, PackedArray>();

/** The array that `packed` holds; not to be written to.
 *  @example opened(view.metrics[0].mean)[0] */
export function opened(packed: Packed): PackedArray {
  const found = known.get(packed);
  if (found) return found;
  const made = unpack(packed);
  known.set(packed, made);
  return made;
}

/** Typed arrays as base64 inside JSON: the form of saved results and of views.
 *  Little-endian whatever the machine; every bit survives, NaN payloads too. Pure: browser and Node. */
import { ResultError } from "../errors";
import { size } from "../tensor";

/** A typed array as base64 (little-endian). NaN marks a missing number. */
export interface Packed {
  dtype: "float32" | "float64" | "int32" | "uint8";
  shape: readonly number[];
  base64: string;
}

export type PackedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Most elements that a packed array may claim: 2^27, one gigabyte of float64. */
const MAX_ELEMENTS = 2 ** 27;
const MAX_AXES = 8;

const BYTES = { float32: 4, float64: 8, int32: 4, uint8: 1 } as const;
const PAD = "=".charCodeAt(0);
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const CODES = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));

/** Packs `data` under `shape`, row-major.
 *  @throws ResultError when the shape's product is not the number of elements.
 *  @example pack(new Float64Array([1, 2]), [1, 2]).base64 */
export function pack(data: PackedArray, shape: readonly number[] = [data.length]): Packed {
  if (size(shape) !== data.length) {
    throw new ResultError({ thing: "pack: shape", value: shape, rule: `must hold ${data.length} elements` });
  }
  const dtype = dtypeOf(data);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { dtype, shape: [...shape], base64: encode(littleEndian(bytes, BYTES[dtype])) };
}

/** The array that `packed` holds, checked first: dtype, shape, length, alphabet.
 *  @param where what to call it in messages, e.g. `values.rank`
 *  @throws ResultError
 *  @example unpack(pack(new Int32Array([7]))) // Int32Array [7] */
export function unpack(packed: unknown, where = "packed array"): PackedArray {
  const { dtype, shape, base64 } = checkPacked(packed, where);
  const bytes = littleEndian(decode(base64, where), BYTES[dtype]);
  const want = size(shape) * BYTES[dtype];
  if (bytes.byteLength !== want) {
    throw new ResultError({
      thing: `${where}.base64`,
      value: `${bytes.byteLength} bytes`,
      rule: `must hold ${want} bytes, as shape ${JSON.stringify(shape)} of ${dtype} says`,
      wayOut: "The file is cut short or was changed",
    });
  }
  if (dtype === "float64") return new Float64Array(bytes.buffer);
  if (dtype === "float32") return new Float32Array(bytes.buffer);
  if (dtype === "int32") return new Int32Array(bytes.buffer);
  return bytes;
}

function checkPacked(packed: unknown, where: string): Packed {
  if (typeof packed !== "object" || packed === null) {
    throw new ResultError({ thing: where, value: packed, rule: "must be an object {dtype, shape, base64}" });
  }
  const { dtype, shape, base64 } = packed as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(BYTES, dtype)) {
    throw new ResultError({
      thing: `${where}.dtype`,
      value: dtype,
      rule: `must be one of ${Object.keys(BYTES).join(", ")}`,
    });
  }
  if (
    !Array.isArray(shape) ||
    shape.length > MAX_AXES ||
    !shape.every((d) => Number.isInteger(d) && d >= 0 && d <= MAX_ELEMENTS) ||
    size(shape) > MAX_ELEMENTS
  ) {
    throw new ResultError({
      thing: `${where}.shape`,
      value: shape,
      rule: `must be at most ${MAX_AXES} whole numbers whose product is at most ${MAX_ELEMENTS}`,
    });
  }
  if (typeof base64 !== "string") {
    throw new ResultError({ thing: `${where}.base64`, value: base64, rule: "must be a string of base64" });
  }
  return { dtype: dtype as Packed["dtype"], shape, base64 };
}

function dtypeOf(data: PackedArray): Packed["dtype"] {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  return data instanceof Int32Array ? "int32" : "uint8";
}

/** The same bytes on a little-endian machine; a copy with each element reversed on a big-endian one. */
function littleEndian(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer>;
function littleEndian(bytes: Uint8Array, width: number): Uint8Array;
function littleEndian(bytes: Uint8Array, width: number): Uint8Array {
  if (width === 1 || new Uint8Array(new Uint16Array([1]).buffer)[0] === 1) return bytes;
  const swapped = bytes.slice();
  for (let at = 0; at < swapped.length; at += width) swapped.subarray(at, at + width).reverse();
  return swapped;
}

/** Bytes that are encoded at once; a multiple of three, so that only the last block is padded. */
const BLOCK = 3 * 2 ** 18;

function encode(bytes: Uint8Array): string {
  const ascii = new TextDecoder("latin1");
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += BLOCK) {
    parts.push(ascii.decode(encodeBlock(bytes.subarray(start, start + BLOCK))));
  }
  return parts.join("");
}

/** Character codes of the base64 of `bytes`. */
function encodeBlock(bytes: Uint8Array): Uint8Array {
  const codes = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PAD);
  let out = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const word = (bytes[at] << 16) | ((left > 1 ? bytes[at + 1] : 0) << 8) | (left > 2 ? bytes[at + 2] : 0);
    codes[out] = CODES[word >> 18];
    codes[out + 1] = CODES[(word >> 12) & 63];
    if (left > 1) codes[out + 2] = CODES[(word >> 6) & 63];
    if (left > 2) codes[out + 3] = CODES[word & 63];
    out += 4;
  }
  return codes;
}

const VALUE_OF = (() => {
  const values = new Uint8Array(128).fill(255);
  for (let digit = 0; digit < 64; digit++) values[DIGITS.charCodeAt(digit)] = digit;
  return values;
})();

function decode(text: string, where: string): Uint8Array<ArrayBuffer> {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  if (text.length % 4 !== 0) throw notBase64(where, `${text.length} characters`);
  let out = 0;
  // Whole groups first: four digits, three bytes. A widget decodes megabytes before it can draw.
  const whole = Math.floor(digits / 4) * 4;
  for (let at = 0; at < whole; at += 4) {
    const [a, b, c, d] = [
      text.charCodeAt(at),
      text.charCodeAt(at + 1),
      text.charCodeAt(at + 2),
      text.charCodeAt(at + 3),
    ];
    if ((a | b | c | d) > 127) throw notBase64(where, notDigit(text, at));
    const [p, q, r, s] = [VALUE_OF[a], VALUE_OF[b], VALUE_OF[c], VALUE_OF[d]];
    if ((p | q | r | s) > 63) throw notBase64(where, notDigit(text, at));
    bytes[out++] = (p << 2) | (q >> 4);
    bytes[out++] = ((q & 15) << 4) | (r >> 2);
    bytes[out++] = ((r & 3) << 6) | s;
  }
  for (let at = whole; at < text.length; at += 4) {
    let word = 0;
    for (let i = 0; i < 4; i++) {
      const code = text.charCodeAt(at + i);
      const value = at + i >= digits ? 0 : code < 128 ? VALUE_OF[code] : 255;
      if (value === 255) throw notBase64(where, text[at + i]);
      word = (word << 6) | value;
    }
    bytes[out++] = (word >> 16) & 255;
    if (out < bytes.length) bytes[out++] = (word >> 8) & 255;
  }
  return bytes;
}

/** The first character from `at` on that is no digit. */
const notDigit = (text: string, at: number): string =>
  [...text.slice(at, at + 4)].find((character) => (VALUE_OF[character.charCodeAt(0)] ?? 255) > 63) as string;

function notBase64(where: string, value: string): ResultError {
  return new ResultError({
    thing: `${where}.base64`,
    value,
    rule: "must be base64: groups of four of A-Z a-z 0-9 + /, with = only at the end",
  });
}

/** Checks of one field of a view each: hostile until checked. A complaint names the field, its value, the rule and the
 *  way out. */
import { PatchbayError } from "../errors";
import { type PackedArray, unpack } from "../result/pack";

export type Fields = Record<string, unknown>;

export function complain(thing: string, value: unknown, rule: string, wayOut = MAKE_AGAIN): never {
  throw new PatchbayError({ thing, value, rule, wayOut });
}
const MAKE_AGAIN = "Save it again with the Patchbay that made it";

export const FLOATS = ["float32", "float64"];

/** A packed array of exactly this shape. NaN is a missing number; infinities cannot be drawn and are refused. */
export function numbers(
  name: string,
  value: unknown,
  shape: readonly number[],
  dtypes: readonly string[],
): PackedArray {
  const packed = object(name, value);
  oneOf(`${name}.dtype`, packed.dtype, dtypes);
  const said = list(`${name}.shape`, packed.shape, 8);
  if (said.length !== shape.length || said.some((length, at) => length !== shape[at])) {
    complain(`${name}.shape`, said, `must be ${JSON.stringify(shape)}, as the labels say`);
  }
  const array = unpack(packed, name);
  const bad = array.findIndex((number) => number === Number.POSITIVE_INFINITY || number === Number.NEGATIVE_INFINITY);
  if (bad !== -1)
    complain(`${name}[${bad}]`, String(array[bad]), "must be a finite number, or NaN where one is missing");
  return array;
}

export function object(name: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) complain(name, value, "must be an object");
  return value as Fields;
}

export function list(name: string, value: unknown, most: number): unknown[] {
  if (!Array.isArray(value)) complain(name, value, "must be a list");
  if (value.length > most) complain(name, `${value.length} items`, `must hold at most ${most}`);
  return value;
}

/** One line: no control characters, no characters that turn the line around. */
export function text(name: string, value: unknown, most: number): void {
  prose(name, value, most);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(value as string)) {
    complain(name, value, "must hold no control characters");
  }
}

/** Several lines: line feeds and tabs are allowed. */
export function prose(name: string, value: unknown, most: number): void {
  if (typeof value !== "string") complain(name, value, "must be a text");
  if (value.length > most) complain(name, `${value.length} characters`, `must be at most ${most} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(value)) {
    complain(name, value, "must hold no control characters");
  }
}

export function number(name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) complain(name, value, "must be a finite number");
  return value;
}

export function whole(name: string, value: unknown, least: number, most: number): void {
  if (!Number.isInteger(number(name, value)) || (value as number) < least || (value as number) > most) {
    complain(name, value, `must be a whole number from ${least} to ${most}`);
  }
}

export function oneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) complain(name, value, `must be one of ${JSON.stringify(allowed)}`);
}

/** Checks of one field of a saved result each; a complaint names the field by its path. */
import { ResultError } from "../errors";

const CHANGED = "The file was changed, cut short or made by something else; run the sweep again";

/** Throws the complaint about one field.
 *  @throws ResultError always */
export function refuse(at: string, value: unknown, rule: string): never {
  const shown = Array.isArray(value)
    ? `a list of ${value.length}`
    : typeof value === "object" && value
      ? "{..}"
      : value;
  throw new ResultError({ thing: at, value: shown, rule, wayOut: CHANGED });
}

export function record(at: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(at, value ?? "missing", "must be an object");
}

export function list(at: string, value: unknown, most: number): unknown[] {
  if (Array.isArray(value) && value.length <= most) return value;
  return refuse(at, value ?? "missing", `must be a list of at most ${most}`);
}

export function text(at: string, value: unknown, most = 400): string {
  if (typeof value === "string" && value.length <= most) return value;
  return refuse(at, value ?? "missing", `must be a text of at most ${most} characters`);
}

export function whole(at: string, value: unknown, low: number, high: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high) return value as number;
  return refuse(at, value ?? "missing", `must be a whole number from ${low} to ${high}`);
}

export function oneOf<T extends string>(at: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  return refuse(at, value ?? "missing", `must be ${choices.map((choice) => `"${choice}"`).join(" or ")}`);
}

export function amount(at: string, value: unknown): number {
  if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
  return refuse(at, value ?? "missing", "must be a number of at least 0");
}

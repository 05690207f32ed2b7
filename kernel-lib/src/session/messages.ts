/** What a worker and its owner say to each other. */
import { CheckpointError, type Complaint, DeviceError, HookError, PatchbayError, SpecError } from "../errors";
import type { CallName } from "./types";

export type Request =
  | { id: number; kind: "call"; name: CallName; argument: unknown }
  | { id: number; kind: "cancel" }
  | { id: number; kind: "close" };

export type Reply = { id: number; value: unknown } | { id: number; failure: Failure };

/** An error as data; errors lose their class when they are cloned. */
export interface Failure {
  name: string;
  message: string;
  stack?: string;
  complaint?: Complaint;
}

const CLASSES: Record<string, new (complaint: Complaint) => PatchbayError> = {
  PatchbayError,
  CheckpointError,
  DeviceError,
  HookError,
  SpecError,
};

export function failureOf(error: unknown): Failure {
  if (error instanceof PatchbayError) return { name: error.name, message: error.message, complaint: error.complaint };
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack };
  return { name: "Error", message: String(error) };
}

export function errorOf({ name, message, stack, complaint }: Failure): Error {
  if (complaint !== undefined) return new (CLASSES[name] ?? PatchbayError)(complaint);
  if (name === "AbortError") return new DOMException(message, name);
  return Object.assign(new Error(message), { name, stack: stack ?? message });
}

/** Every array buffer inside a reply, once, to be handed over instead of copied. */
export function buffersOf(value: unknown, found: Set<ArrayBuffer> = new Set()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer);
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) buffersOf(part, found);
  return found;
}

/** Cloning a view clones its whole buffer: views of a part are cut out first. */
export function compact(value: unknown): unknown {
  if (value instanceof Float32Array || value instanceof Int32Array)
    return value.byteLength === value.buffer.byteLength ? value : value.slice();
  if (Array.isArray(value)) return value.map(compact);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, compact(part)]));
  return value;
}

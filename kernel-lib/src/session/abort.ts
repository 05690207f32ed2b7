/** How a long call ends before its time. */
import type { Cancel } from "./types";

/** @throws DOMException AbortError */
export function throwIfAborted(cancel: Cancel): void {
  if (cancel.aborted) throw new DOMException("This operation was aborted", "AbortError");
}

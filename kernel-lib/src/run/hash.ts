/** Hashes of JSON values that do not depend on the order of their keys. */
import { createHash } from "node:crypto";

/** JSON with the keys of every object in order.
 *  @example canonicalJson({ b: 1, a: [2] }) // '{"a":[2],"b":1}' */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** `sha256:` and 64 hexadecimal digits over the canonical JSON.
 *  @example contentHash({ a: 1 }) === contentHash({ a: 1 }) // true */
export function contentHash(value: unknown): string {
  return `sha256:${createHash("sha256").update(canonicalJson(value)).digest("hex")}`;
}

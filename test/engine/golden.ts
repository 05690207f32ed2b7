/** Reads what test/goldens/engine/make.py wrote, and compares with it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { F32 } from "../../kernel-lib/src/tensor";

export const GOLDENS = join(__dirname, "../goldens/engine");
export const CASES = ["olmo2-mha", "olmo2-gqa", "llama-gqa-tied", "llama-mqa-bias", "llama-mha"] as const;

export interface Golden {
  folder: string;
  tokens: number[];
  text: string | null;
  greedy: number[];
  hooks: Map<string, F32>;
}

export function readGolden(name: string): Golden {
  const folder = join(GOLDENS, name);
  const { tokens, text, greedy } = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8"));
  const bytes = readFileSync(join(folder, "golden.safetensors"));
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  const hooks = new Map<string, F32>();
  for (const [key, { shape, data_offsets }] of Object.entries(header)) {
    if (key === "__metadata__") continue;
    const [from, to] = data_offsets.map((offset) => offset + 8 + length);
    // A copy of its own: the file's data need not be aligned for F32.
    const data = new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer);
    hooks.set(key, { dims: shape, data });
  }
  return { folder, tokens, text, greedy, hooks };
}

/** [pos, vocab] */
export function goldenLogits({ hooks }: Golden): Float32Array {
  const logits = hooks.get("logits");
  if (logits === undefined) throw new Error("no logits in the golden");
  return logits.data;
}

/** Largest difference, as a share of the largest expected value; NaN anywhere gives NaN. */
export function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    // Equal infinities, as in masked scores, differ by nothing.
    const d = actual[i] === expected[i] ? 0 : Math.abs(actual[i] - expected[i]);
    if (!(d <= difference)) difference = d;
    if (Number.isFinite(expected[i])) largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference === 0 ? 0 : difference / largest;
}

export const largestDifference = (a: Float32Array, b: Float32Array): number => {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => (Math.abs(value - b[i]) <= worst ? worst : Math.abs(value - b[i])), 0);
};

/** Bits, not values: -0 and 0 differ, a NaN equals itself. */
export function expectSameBits(a: Float32Array, b: Float32Array): void {
  const bits = (x: Float32Array) => Buffer.from(x.buffer, x.byteOffset, x.byteLength);
  expect(bits(a).equals(bits(b))).toBe(true);
}

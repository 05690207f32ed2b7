/** Rotary position tables (RoPE, arXiv:2104.09864), with the `linear` and `llama3` scalings of Hugging Face configs.
 *  Frequencies and angles are rounded to F32 step by step, as torch does it: at position 10^5 the difference shows. */
import type { ModelConfig } from "../checkpoint/types";

/** Radians per position for each pair of channels, [dHead / 2]. */
export function inverseFrequencies({ dHead, rope }: Pick<ModelConfig, "dHead" | "rope">): Float32Array {
  const frequencies = new Float32Array(dHead / 2);
  for (let i = 0; i < frequencies.length; i++) {
    const plain = Math.fround(1 / Math.fround(rope.theta ** Math.fround((2 * i) / dHead)));
    frequencies[i] = scaled(plain, rope.scaling);
  }
  return frequencies;
}

function scaled(frequency: number, scaling: ModelConfig["rope"]["scaling"]): number {
  if (scaling.kind === "none") return frequency;
  if (scaling.kind === "linear") return frequency / scaling.factor;
  // llama3: long wavelengths are stretched, short ones kept, those between blended.
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = scaling;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength > originalMaxPositions / lowFreqFactor) return frequency / factor;
  if (wavelength < originalMaxPositions / highFreqFactor) return frequency;
  const blend = (originalMaxPositions / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
  return ((1 - blend) * frequency) / factor + blend * frequency;
}

/** Cosines and sines for positions start .. start + tokens - 1, [tokens, dHead]; both halves of a head alike. */
export function rotaryTables(
  frequencies: Float32Array,
  start: number,
  tokens: number,
): { cos: Float32Array; sin: Float32Array } {
  const half = frequencies.length;
  const cos = new Float32Array(tokens * 2 * half);
  const sin = new Float32Array(tokens * 2 * half);
  for (let t = 0; t < tokens; t++) {
    for (let i = 0; i < half; i++) {
      const angle = Math.fround((start + t) * frequencies[i]);
      const at = 2 * half * t + i;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at] = sin[at + half] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** What is added to the scores of `tokens` queries that follow `start` earlier positions, [tokens, start + tokens]. */
export function causalMask(start: number, tokens: number): Float32Array {
  const keys = start + tokens;
  const mask = new Float32Array(tokens * keys);
  for (let t = 0; t < tokens; t++) mask.fill(Number.NEGATIVE_INFINITY, t * keys + start + t + 1, (t + 1) * keys);
  return mask;
}

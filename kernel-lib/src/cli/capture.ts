/** `patchbay capture MODEL --tokens FILE.json --hooks GLOB,... --out FILE.safetensors`.
 *  One F32 tensor for each prompt and hook, `0.blocks.2.hook_resid_post`, in TransformerLens' shape without the
 *  batch axis. All shapes are known before anything runs, so the header is written first and the numbers follow
 *  a few prompts at a time: memory does not grow with the number of prompts. */
import { statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { openCheckpoint } from "../checkpoint/open";
import type { ModelConfig } from "../checkpoint/types";
import { PatchbayError } from "../errors";
import { findHook, matchHooks } from "../forward/hooks";
import { openModel } from "../forward/model";
import type { Model } from "../forward/types";
import { patchbayVersion } from "../run/making";
import { defaultMemoryBudget } from "../session/limits";
import { size } from "../tensor";
import { counted } from "../words";
import { type DeviceFlags, deviceOptions, readTokens } from "./inputs";
import { Progress } from "./progress";
import { type Entry, SafetensorsWriter } from "./safetensors-writer";

export interface CaptureCommand extends DeviceFlags {
  tokens: string;
  hooks: string;
  out: string;
}

/** Captured bytes held at once. */
const CHUNK_BYTES = 256 * 1024 * 1024;
/** Prompts run together: from about 64 tokens on, weight products are at full rate. */
const CHUNK_PROMPTS = 64;

export async function capture(name: string, options: CaptureCommand, signal: AbortSignal): Promise<void> {
  const checkpoint = await openCheckpoint(name);
  const { config } = checkpoint;
  const prompts = readTokens(options.tokens, checkpoint);
  const hooks = matchHooks(splitGlobs(options.hooks), config);
  const entries = prompts.map(({ length }, i) =>
    hooks.map((hook): Entry => ({ name: `${i}.${hook}`, dims: hookShape(hook, length, config) })),
  );
  checkMemory(entries);
  checkSpace(options.out, entries);
  const progress = new Progress();
  const model = await openModel(checkpoint, deviceOptions(options));
  try {
    const writer = new SafetensorsWriter(options.out, entries.flat(), makingOf(model));
    try {
      for (const [from, to] of chunks(entries)) {
        await captureChunk(model, { prompts, hooks, from, to, writer, signal });
        progress.show(`${to} of ${counted(prompts.length, "prompt")}`);
      }
      writer.finish();
    } finally {
      writer.discard();
    }
  } finally {
    progress.end();
    await model.close();
  }
  process.stderr.write(`${options.out}: ${counted(entries.length * hooks.length, "tensor")}\n`);
}

/** Where the numbers come from, for whoever reads the file. */
function makingOf({ name, fingerprint, provider }: Model): Record<string, string> {
  const { device, precision, onnxruntime } = provider;
  return { patchbay: patchbayVersion(), model: name, fingerprint, device, precision, onnxruntime };
}

interface Chunk {
  prompts: readonly (readonly number[])[];
  hooks: readonly string[];
  from: number;
  to: number;
  writer: SafetensorsWriter;
  signal: AbortSignal;
}

async function captureChunk(model: Model, { prompts, hooks, from, to, writer, signal }: Chunk): Promise<void> {
  const results = await model.forwardBatch(prompts.slice(from, to), { capture: hooks, signal });
  signal.throwIfAborted();
  for (const { cache } of results)
    for (const hook of hooks) {
      const tensor = cache.get(hook);
      if (tensor === undefined) throw new Error(`the engine gave no ${hook}`);
      writer.write(tensor);
    }
}

function splitGlobs(text: string): string[] {
  const globs = text.split(",").map((glob) => glob.trim());
  if (!globs.includes("")) return globs;
  throw new PatchbayError({
    thing: "--hooks",
    value: text,
    rule: "must be hook names or globs with a comma between them",
    wayOut: "See them all with `patchbay inspect MODEL`",
  });
}

/** Shape of a hook for one prompt. */
function hookShape(hook: string, tokens: number, config: ModelConfig): number[] {
  const { shape } = findHook(hook, config);
  if (shape.layout === "pattern") return [shape.heads ?? 1, tokens, tokens];
  const width = shape.width ?? 1;
  return shape.heads === null ? [tokens, width] : [tokens, shape.heads, width];
}

/** Ranges of prompts whose captures fit into CHUNK_BYTES, one prompt at least. */
function* chunks(entries: readonly Entry[][]): Generator<[from: number, to: number]> {
  const bytes = entries.map(bytesOf);
  for (let from = 0; from < entries.length; ) {
    let to = from + 1;
    for (let sum = bytes[from]; to < entries.length && to - from < CHUNK_PROMPTS; to++) {
      sum += bytes[to];
      if (sum > CHUNK_BYTES) break;
    }
    yield [from, to];
    from = to;
  }
}

const bytesOf = (prompt: readonly Entry[]) => prompt.reduce((sum, { dims }) => sum + 4 * size(dims), 0);

/** A prompt's captures are held together; patterns of long prompts grow with the square of their length. */
function checkMemory(entries: readonly Entry[][]): void {
  const budget = defaultMemoryBudget();
  const at = entries.findIndex((prompt) => bytesOf(prompt) > budget);
  if (at < 0) return;
  throw new PatchbayError({
    thing: `captures of prompt ${at}: bytes`,
    value: bytesOf(entries[at]),
    rule: `must be at most ${budget}, which models may take on this machine`,
    wayOut: "Capture fewer hooks at a time",
  });
}

function checkSpace(out: string, entries: readonly Entry[][]): void {
  const needed = entries.reduce((sum, prompt) => sum + bytesOf(prompt), 0);
  const { bavail, bsize } = statfsSync(dirname(resolve(out)));
  if (needed > bavail * bsize)
    throw new PatchbayError({
      thing: `${out}: bytes to write`,
      value: needed,
      rule: `must be at most the ${bavail * bsize} that are free there`,
      wayOut: "Capture fewer hooks or prompts",
    });
}

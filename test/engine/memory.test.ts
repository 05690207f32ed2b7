import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../kernel-lib/src/checkpoint/config";
import { weightNames } from "../../kernel-lib/src/checkpoint/weights";
import { memoryUse } from "../../kernel-lib/src/session/limits";
import { size } from "../../kernel-lib/src/tensor";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";

const MB = 1024 * 1024;
const folder = temporaryFolder();
let bytes: number;
let probe: string;

beforeAll(() => {
  bytes = writeLargeCheckpoint();
  const entryPoints = [join(__dirname, "memory-probe.ts")];
  const built = buildSync({
    entryPoints,
    bundle: true,
    write: false,
    platform: "node",
    external: ["onnxruntime-node", "esbuild"],
  });
  probe = built.outputFiles[0].text;
});

/** 320 MB that nobody drew at random: the same 4 MB again and again. */
function writeLargeCheckpoint(): number {
  mkdirSync(folder, { recursive: true });
  const tiny = writeTinyCheckpoint(join(folder, "tiny"));
  // The tiny writer's config.json, with a larger model's numbers.
  const config = {
    ...JSON.parse(readFileSync(join(tiny, "config.json"), "utf8")),
    hidden_size: 1024,
    intermediate_size: 4096,
    num_attention_heads: 8,
    num_key_value_heads: 8,
    head_dim: undefined,
    num_hidden_layers: 4,
    vocab_size: 8000,
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const { name, shape } of weightNames(parseConfig(config, null)).values()) {
    const end = offset + 4 * size(shape);
    header[name] = { dtype: "F32", shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const chunk = Buffer.from(Float32Array.from({ length: MB }, (_, i) => 0.01 * Math.sin(i)).buffer);
  const file = openSync(join(folder, "model.safetensors"), "w");
  writeSync(file, Buffer.concat([length, text]));
  for (let at = 0; at < offset; at += chunk.length) writeSync(file, chunk, 0, Math.min(chunk.length, offset - at));
  closeSync(file);
  return offset;
}

/** Growth of a fresh process's memory, in units of the weights: after loading, and after a run. */
function growth(weights: "resident" | "streaming"): { loaded: number; run: number } {
  const { stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", "-", folder, weights], {
    input: probe,
    cwd: __dirname,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const [before, loaded, run] = JSON.parse(stdout) as number[];
  return { loaded: (loaded - before) / bytes, run: (run - before) / bytes };
}

test("an F32 model takes at most 1.15 times its weights, and none of them before it runs", () => {
  expect(bytes).toBeGreaterThan(300 * MB);
  const { loaded, run } = growth("resident");
  expect(loaded).toBeLessThan(0.1);
  expect(run).toBeGreaterThan(0.4);
  expect(run).toBeLessThanOrEqual(1.15);
});

test("streamed weights are held one block at a time", () => {
  expect(growth("streaming").run).toBeLessThan(0.4);
});

test("what is planned fits the budget, while the largest stage is opened too", () => {
  // OLMo-2-1B's shape, stored as bf16; the head is the largest stage.
  const [block, head] = [4 * 67_117_056, 4 * 205_522_944];
  const weights = { floatBytes: 16 * block + head, largestStage: head, openingStage: 1.5 * head };
  const chosen = new Set<string>();
  for (let memoryBudget = 2e9; memoryBudget < 4e10; memoryBudget *= 1.05) {
    const use = memoryUse(weights, { memoryBudget });
    chosen.add(use.residence);
    // Streaming lets a stage go before it opens the next.
    const held = use.residence === "streaming" ? 0 : use.sessionBytes;
    expect(held + weights.openingStage + use.matrixBytes).toBeLessThanOrEqual(memoryBudget);
  }
  expect([...chosen]).toEqual(["streaming", "resident"]);
});

/** What stages ask of CUDA, held without a GPU. The list below was taken from onnxruntime 1.30.0's own CUDA provider: it
 *  opened these stages in fp32, fp16 and bf16 behind libraries that stood in for NVIDIA's and computed nothing, and put
 *  every operator on the GPU but the arithmetic of shapes. A new operator, or another onnxruntime, has to be looked at
 *  again: open the stages with `logSeverityLevel: 0` and read its node placements. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Role } from "../../kernel-lib/src/checkpoint/architectures";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import type { Checkpoint } from "../../kernel-lib/src/checkpoint/types";
import { blockGraph } from "../../kernel-lib/src/graph/block";
import type { ProductWeight } from "../../kernel-lib/src/graph/builder";
import { embedGraph } from "../../kernel-lib/src/graph/embed";
import { headGraph } from "../../kernel-lib/src/graph/head";
import { blockHooks } from "../../kernel-lib/src/graph/hooks";
import { linearBlockGraph, linearHeadGraph, productGraph, unembedRowsGraph } from "../../kernel-lib/src/graph/linear";
import { nodesOf } from "../support/onnx-nodes";

const ONNXRUNTIME = "1.30.0";
const ON_CUDA =
  "Add Cast Concat Div Equal Exp Flatten Gather GatherElements GatherND Gemm Greater Identity If Log MatMul Mul Neg Pow ReduceMax ReduceMean ReduceSum Reshape ScatterND Shape Sigmoid Slice Softmax Sqrt Sub Sum TopK Transpose Unsqueeze Where".split(
    " ",
  );
const CHECKPOINTS = ["llama-mha", "olmo2-mha", "olmo2-gqa", "llama-gqa-tied", "llama-mqa-bias"];

/** Every stage of a checkpoint, in every variant of a block. */
function stages({ config, weights: stored }: Checkpoint, computeIn?: "float16" | "bfloat16"): Uint8Array[] {
  const weights = new Map<Role, ProductWeight>(
    [...stored].map(([role, tensor]) => [role, /norm|embed\./i.test(role) ? tensor : { ...tensor, computeIn }]),
  );
  const hooks = [...blockHooks(config).keys()].filter((hook) => !/resid_(pre|post)/.test(hook));
  const edits = hooks.flatMap((hook) => (["set", "add", "project"] as const).map((kind) => ({ hook, kind })));
  const block = (want: readonly string[], edited: typeof edits) =>
    blockGraph(config, weights, { layer: 0, variant: { want, edits: edited } });
  const linear = (direction: "forward" | "backward") => linearBlockGraph(config, stored, { layer: 0, direction });
  return [
    embedGraph(config, weights),
    block([], []),
    block(hooks, []),
    block([], edits),
    headGraph(config, weights),
    linear("forward"),
    linear("backward"),
    linearHeadGraph(config, stored),
    unembedRowsGraph(config, stored),
    productGraph(),
  ].map(({ model }) => model);
}

test.each(CHECKPOINTS)("stages of %s ask CUDA for nothing that it was not seen to take", async (name) => {
  const checkpoint = await openCheckpoint(join(__dirname, "../goldens/engine", name));
  for (const dtype of [undefined, "float16", "bfloat16"] as const) {
    const asked = new Set(stages(checkpoint, dtype).flatMap((model) => nodesOf(model).map(({ op }) => op)));
    expect([...asked].filter((op) => !ON_CUDA.includes(op))).toEqual([]);
  }
});

test("the list is that of the onnxruntime that is installed", () => {
  const file = require.resolve("onnxruntime-node/package.json");
  expect((JSON.parse(readFileSync(file, "utf8")) as { version: string }).version).toBe(ONNXRUNTIME);
});

test("in bf16 no norm reads a Cast: onnxruntime would fuse them into one that CUDA does not have", async () => {
  const checkpoint = await openCheckpoint(join(__dirname, "../goldens/engine/olmo2-mha"));
  let norms = 0;
  for (const model of stages(checkpoint, "bfloat16")) {
    const nodes = nodesOf(model);
    const casts = new Set(nodes.filter(({ op }) => op === "Cast").flatMap(({ outputs }) => outputs));
    const read = nodes.filter(({ op }) => op === "Pow").map(({ inputs }) => inputs[0]);
    norms += read.length;
    expect(read.filter((value) => casts.has(value))).toEqual([]);
  }
  expect(norms).toBeGreaterThan(4);
});

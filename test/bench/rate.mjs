/** What onnxruntime reaches on a model's own matrix products, in the same process and minute: the limit that speeds are
 *  held against. Weights are constants, packed when the session opens, as in the sessions that are measured; rows come
 *  in the chunks that they use. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const require = createRequire(import.meta.url);
export const ROOT = resolve(import.meta.dirname, "../..");
export const DIST = join(ROOT, "kernel-lib/dist");
export const built = (path) => require(join(DIST, path));
const ort = createRequire(join(DIST, "index.js"))("onnxruntime-node");

/** Each chain's products follow each other with nothing between. */
const CHAINS = {
  block: ["attn.q", "attn.k", "attn.v", "attn.o", "mlp.gate", "mlp.down", "mlp.up"],
  linear: ["attn.v", "attn.o", "mlp.up", "mlp.down"],
  head: ["unembed"],
};

/** Opens a chain on block 0's weights, or the head's, in fp32 on the model's device.
 *  @param rows in one call
 *  @returns `flopsPerRow`, and `measure(ms)`, which gives GFLOP/s over about so long */
export async function productRate(model, kind, rows) {
  const { GraphBuilder } = built("graph/builder.js");
  const { config, checkpoint } = model;
  const b = new GraphBuilder("rate");
  let value = b.input("x", "float", ["rows", config.dModel]);
  let weights = 0;
  for (const part of CHAINS[kind]) {
    const role = kind === "head" ? `${part}.weight` : `blocks.0.${part}.weight`;
    const tensor = checkpoint.weights.get(role) ?? checkpoint.weights.get("embed.weight");
    weights += tensor.shape[0] * tensor.shape[1];
    value = b.op("Gemm", [value, b.weight(tensor)], { transB: 1 });
  }
  b.output("y", value, null);
  const graph = b.finish();
  const session = await ort.InferenceSession.create(graph.model, {
    executionProviders: [model.provider.device],
    enableCpuMemArena: kind === "head",
    extra: {
      session: { force_spinning_stop: "1", model_external_initializers_file_folder_path: graph.folder },
    },
  });
  const x = Float32Array.from({ length: rows * config.dModel }, (_, i) => Math.sin(i));
  const feeds = { x: new ort.Tensor("float32", x, [rows, config.dModel]) };
  const call = async () => (await session.run(feeds)).y.dispose();
  await call();
  return {
    flopsPerRow: 2 * weights,
    async measure(ms) {
      const began = performance.now();
      let calls = 0;
      do {
        await call();
        calls++;
      } while (performance.now() - began < ms);
      return (calls * rows * 2 * weights) / (performance.now() - began) / 1e6;
    },
    close: () => session.release(),
  };
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Megabytes of resident memory at its highest, mapped files included; null where the system does not say. */
export function peakMegabytes() {
  if (!existsSync("/proc/self/status")) return null;
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
}

/** The child's answer: one JSON object on stdout. */
export const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

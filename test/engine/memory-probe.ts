/** Run in a process of its own by memory.test.ts: loads a checkpoint, runs it, and prints the process's memory in bytes
 *  before, after loading and after running. */
import { join } from "node:path";
import { loadModel } from "../../kernel-lib/src/forward/model";

async function main(): Promise<void> {
  const [folder, weights] = process.argv.slice(-2);
  const memory: number[] = [];
  const note = () => {
    globalThis.gc?.();
    memory.push(process.memoryUsage().rss);
  };
  // onnxruntime's own code and buffers are no part of a model's weights.
  const warm = await loadModel(join(folder, "tiny"), { host: "inline" });
  await warm.forward([1, 2, 3]);
  await warm.close();
  note();
  const model = await loadModel(folder, { host: "inline", weights: weights as "resident" | "streaming" });
  note();
  await model.forward([1, 2, 3, 4], { capture: "blocks.*.hook_resid_post" });
  note();
  await model.close();
  process.stdout.write(JSON.stringify(memory));
}

void main();

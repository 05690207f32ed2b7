/** Run in a process of its own by webgpu.test.ts, under a software Vulkan driver: every golden's prompt on WebGPU.
 *  Prints, for each, hooks' names with their values as base64 of F32, and what is greedily generated. */
import { loadModel } from "../../kernel-lib/src/forward/model";

async function main(): Promise<void> {
  const results: unknown[] = [];
  for (const [folder, tokens] of JSON.parse(process.argv.at(-1) ?? "[]") as [string, number[]][]) {
    const model = await loadModel(folder, { host: "inline", device: "webgpu" });
    const { cache } = await model.forward(tokens, { capture: ["blocks.*.hook_resid_post", "logits"] });
    const { tokens: greedy } = await model.generate(tokens, { maxNewTokens: 2 });
    const hooks = [...cache].map(([name, { data }]) => [name, Buffer.from(data.buffer).toString("base64")]);
    results.push({ provider: model.provider, hooks, greedy });
    await model.close();
  }
  process.stdout.write(JSON.stringify(results));
}

void main();

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { expect, test } from "vitest";
import { readGolden, relativeDifference } from "./golden";

/** Debian's Chromium brings a software Vulkan driver along; without it there may be no GPU to test on. */
const CHROMIUM = "/usr/lib/chromium";
const DRIVER = join(CHROMIUM, "vk_swiftshader_icd.json");
/** Two of the goldens, BF16 and F16, post- and pre-norm: compiling shaders in software takes seconds for each. */
const SHADED = ["olmo2-gqa", "llama-gqa-tied"] as const;

test.skipIf(!existsSync(DRIVER))(
  "WebGPU gives the goldens' residual stream and logits within 1e-3, and their tokens",
  () => {
    const { outputFiles } = buildSync({
      entryPoints: [join(__dirname, "webgpu-probe.ts")],
      bundle: true,
      write: false,
      platform: "node",
      external: ["onnxruntime-node", "esbuild"],
    });
    const goldens = SHADED.map(readGolden);
    const argument = JSON.stringify(goldens.map(({ folder, tokens }) => [folder, tokens]));
    const { stdout, stderr, status } = spawnSync(process.execPath, ["-", argument], {
      input: outputFiles[0].text,
      cwd: __dirname,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, LD_LIBRARY_PATH: CHROMIUM, VK_ICD_FILENAMES: DRIVER },
    });
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    const results = JSON.parse(stdout) as {
      provider: { device: string };
      hooks: [string, string][];
      greedy: number[];
    }[];
    for (const [i, { provider, hooks, greedy }] of results.entries()) {
      expect(provider.device).toBe("webgpu");
      expect(hooks.length).toBe(3);
      for (const [name, base64] of hooks) {
        const actual = new Float32Array(new Uint8Array(Buffer.from(base64, "base64")).buffer);
        const expected = goldens[i].hooks.get(name)?.data ?? new Float32Array();
        expect(relativeDifference(actual, expected), `${SHADED[i]} ${name}`).toBeLessThanOrEqual(1e-3);
      }
      expect(greedy).toEqual(goldens[i].greedy.slice(0, 2));
    }
  },
);

/** Half precision: asked for, or not there at all. What can be computed without a GPU is held here; the rest is measured
 *  on one by `patchbay doctor --deviation`. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { expect, test } from "vitest";
import { openCheckpoint } from "../../kernel-lib/src/checkpoint/open";
import { deviation } from "../../kernel-lib/src/forward/deviation";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { blockGraph } from "../../kernel-lib/src/graph/block";
import type { ProductWeight } from "../../kernel-lib/src/graph/builder";
import { freeze } from "../../kernel-lib/src/path/freeze";
import { inlineHost } from "../../kernel-lib/src/session/inline-host";
import { chooseProvider } from "../../kernel-lib/src/session/provider";
import type { Precision } from "../../kernel-lib/src/session/types";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";

const CHROMIUM = "/usr/lib/chromium";
const DRIVER = join(CHROMIUM, "vk_swiftshader_icd.json");
const folder = temporaryFolder();

test("a precision that a device does not compute in is refused, with the devices that do", async () => {
  await expect(chooseProvider("cpu", "fp16")).rejects.toThrow(
    /precision is "fp16", but it is not offered on cpu: fp32 is\. Ask for device "webgpu" or "cuda", or for precision "fp32"/,
  );
  await expect(chooseProvider("auto", "bf16")).rejects.toThrow(/on cpu, which auto chooses: fp32 is\. .*"cuda"/);
  await expect(chooseProvider("webgpu", "bf16")).rejects.toThrow(/not offered on webgpu: fp32 or fp16 is/);
  await expect(chooseProvider("cpu", "fp64")).rejects.toThrow(/must be one of fp32, fp16, bf16/);
  expect(await chooseProvider("cpu")).toMatchObject({ device: "cpu", precision: "fp32" });
});

test("CUDA is tried with TF32 off, and refused with the way out where it is not there", async () => {
  delete process.env.NVIDIA_TF32_OVERRIDE;
  const found = await chooseProvider("cuda").catch((error: unknown) => error);
  expect(process.env.NVIDIA_TF32_OVERRIDE).toBe("0");
  if (!(found instanceof Error)) expect(found).toMatchObject({ device: "cuda", precision: "fp32" });
  else
    expect(found.message).toMatch(
      /^device is "cuda", but it cannot be used \(.+\)\. .*`patchbay doctor` says which\. Ask for device "cpu", or "auto"\.$/,
    );
});

test.skipIf(!existsSync(DRIVER))(
  "a GPU without half precision is refused when it is asked for, not when it is needed",
  () => {
    const { outputFiles } = buildSync({
      stdin: {
        contents: `import { chooseProvider } from "./provider";
        chooseProvider("webgpu", "fp16").then((c) => console.log(JSON.stringify(c)), (e) => console.log(e.message));`,
        resolveDir: join(__dirname, "../../kernel-lib/src/session"),
      },
      bundle: true,
      write: false,
      platform: "node",
      external: ["onnxruntime-node"],
    });
    const { stdout } = spawnSync(process.execPath, ["-"], {
      input: outputFiles[0].text,
      cwd: __dirname,
      encoding: "utf8",
      env: { ...process.env, LD_LIBRARY_PATH: CHROMIUM, VK_ICD_FILENAMES: DRIVER },
    });
    expect(stdout).toMatch(
      /precision is "fp16", but it cannot be computed by this webgpu device \(.*f16.*Ask for precision "fp32"/,
    );
  },
);

test("half-precision stages hold half the bytes and compute what the F32 ones do, within the rounding of ten bits", async () => {
  const checkpoint = await openCheckpoint(writeTinyCheckpoint(join(folder, "gqa"), { nKvHeads: 2 }));
  const { config } = checkpoint;
  const host = (precision: Precision) =>
    inlineHost({
      config,
      weights: [...checkpoint.weights],
      device: "cpu",
      precision,
      residence: "resident",
      sessionBytes: 1e9,
    });
  const run = async (precision: Precision) => {
    const open = host(precision);
    const ids = Int32Array.of(5, 6, 7, 8);
    const { lastLogits } = await open.call("pass", { ids, rows: 1, tokens: 4, want: [], edits: [] });
    await open.close();
    return lastLogits;
  };
  const [exact, half] = [await run("fp32"), await run("fp16")];
  const largest = exact.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  half.forEach((x, i) => {
    expect(Math.abs(x - exact[i])).toBeLessThanOrEqual(1e-2 * largest);
  });

  const graph = (computeIn?: ProductWeight["computeIn"]) =>
    blockGraph(config, new Map([...checkpoint.weights].map(([role, tensor]) => [role, { ...tensor, computeIn }])), {
      layer: 0,
      variant: { want: [], edits: [] },
    });
  // Norm gains stay F32.
  expect(graph("float16").heldBytes).toBeLessThan(0.55 * graph().heldBytes);
  expect(graph("bfloat16").heldBytes).toBe(graph("float16").heldBytes);
});

test("a path trace refuses half precision, whose rounding its bounds do not know", async () => {
  const half = { provider: { precision: "fp16" } } as Model;
  await expect(freeze(half, [1, 2])).rejects.toThrow(/precision of a path trace is "fp16", must be fp32/);
});

test("deviation() is nothing between a model and itself, and sees another model's numbers", async () => {
  const one = await loadModel(writeTinyCheckpoint(join(folder, "one"), { seed: 1 }), { host: "inline" });
  const other = await loadModel(writeTinyCheckpoint(join(folder, "other"), { seed: 2 }), { host: "inline" });
  const prompts = [
    [1, 2, 3],
    [4, 5, 6, 7],
  ];
  const none = await deviation(one, one, prompts);
  expect(none.hooks.map(({ hook }) => hook)).toEqual([
    ...Array.from({ length: one.config.nLayers }, (_, l) => `blocks.${l}.hook_resid_post`),
    "logits",
  ]);
  for (const { relative, norm } of none.hooks) expect([relative, norm]).toEqual([0, 0]);
  expect(none.sameTop).toBe(1);

  const some = await deviation(other, one, prompts);
  for (const { relative, norm } of some.hooks) expect(Math.min(relative, norm)).toBeGreaterThan(0.1);
  expect(some.sameTop).toBeLessThan(1);

  const broken = {
    ...one,
    forward: async (...asked: Parameters<Model["forward"]>) => {
      const found = await one.forward(...asked);
      found.cache.get("logits")?.data.fill(Number.NaN);
      return found;
    },
  };
  expect((await deviation(broken, one, prompts)).hooks.at(-1)?.relative).toBe(Number.POSITIVE_INFINITY);
  await one.close();
  await other.close();
});

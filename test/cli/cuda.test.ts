/** What `patchbay doctor` says about an NVIDIA GPU, for machines of every kind. */
import { expect, test } from "vitest";
import { adviceOn, type CudaFacts, cudaFacts, LIBRARIES } from "../../kernel-lib/src/cli/cuda";

const COMPLETE: CudaFacts = {
  platform: "linux/x64",
  gpus: ["NVIDIA H100, driver 550.54"],
  providerFolder: "/app/bin",
  hasProvider: true,
  found: LIBRARIES,
  elsewhere: {},
  version: "1.30.0",
  providerVersion: "1.30.0",
};
const lacking = (facts: Partial<CudaFacts>) => adviceOn({ ...COMPLETE, ...facts }).filter(({ ok }) => !ok);

test("a machine with everything lacks nothing", () => {
  expect(adviceOn(COMPLETE).map(({ part, ok, wayOut }) => [part, ok, wayOut])).toEqual([
    ["driver", true, ""],
    ["libraries", true, ""],
    ["provider", true, ""],
  ]);
});

test("each missing part is named with the way to get it", () => {
  expect(lacking({ gpus: [] })).toMatchObject([{ part: "driver", wayOut: expect.stringMatching(/525 or newer/) }]);
  expect(lacking({ found: LIBRARIES.slice(0, 5) })).toMatchObject([
    { part: "libraries", detail: expect.stringMatching(/libcudnn\.so\.9$/), wayOut: expect.stringMatching(/cuDNN 9/) },
  ]);
  expect(
    lacking({ found: LIBRARIES.slice(1), elsewhere: { "libcudart.so.12": "/usr/local/cuda-12.4/lib64" } }),
  ).toMatchObject([{ part: "libraries", wayOut: "Start with LD_LIBRARY_PATH=/usr/local/cuda-12.4/lib64" }]);
  expect(lacking({ hasProvider: false })).toMatchObject([
    {
      part: "provider",
      detail: "no libonnxruntime_providers_cuda.so (1.30.0) in /app/bin",
      wayOut: expect.stringMatching(/script\/install\.js --onnxruntime-node-install$/),
    },
  ]);
});

test("a provider of another version than onnxruntime's is not taken", () => {
  expect(lacking({ providerVersion: "1.29.0" })).toMatchObject([
    { part: "provider", detail: expect.stringMatching(/for onnxruntime 1\.29\.0; this is 1\.30\.0/) },
  ]);
});

test("elsewhere than on Linux x64 there is nothing to install", () => {
  expect(lacking({ platform: "darwin/arm64", gpus: [] })).toMatchObject([
    { part: "platform", wayOut: "Try --device webgpu" },
  ]);
});

test("this machine's facts can be looked up", () => {
  const facts = cudaFacts();
  expect(facts.platform).toBe(`${process.platform}/${process.arch}`);
  expect(facts.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(adviceOn(facts).length).toBeGreaterThan(0);
});

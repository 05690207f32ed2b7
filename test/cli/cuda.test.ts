/** What `patchbay doctor` says about an NVIDIA GPU, for machines of every kind. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { adviceOn, type CudaFacts, cudaFacts, LIBRARIES, librariesOf } from "../../kernel-lib/src/cli/cuda";
import { neededLibraries } from "../../kernel-lib/src/cli/elf";
import { temporaryFolder } from "../support/temporary";

const COMPLETE: CudaFacts = {
  platform: "linux/x64",
  gpus: ["NVIDIA H100, driver 550.54"],
  providerFolder: "/app/bin",
  hasProvider: true,
  needed: LIBRARIES,
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
  expect(lacking({ gpus: [] })).toMatchObject([
    { part: "driver", wayOut: expect.stringMatching(/580 or newer, for CUDA 13/) },
  ]);
  expect(lacking({ found: LIBRARIES.slice(0, 4) })).toMatchObject([
    { part: "libraries", detail: expect.stringMatching(/libcudnn\.so\.9$/), wayOut: expect.stringMatching(/cuDNN 9/) },
  ]);
  expect(
    lacking({ found: LIBRARIES.slice(1), elsewhere: { [LIBRARIES[0]]: "/usr/local/cuda-13.0/lib64" } }),
  ).toMatchObject([{ part: "libraries", wayOut: "Start with LD_LIBRARY_PATH=/usr/local/cuda-13.0/lib64" }]);
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

test("what a provider of another CUDA needs is read from its file, not assumed", () => {
  const needed = LIBRARIES.map((name) => name.replace(".13", ".12"));
  expect(lacking({ needed, found: [], gpus: [] })).toMatchObject([
    { part: "driver", wayOut: expect.stringMatching(/525 or newer, for CUDA 12/) },
    { part: "libraries", detail: expect.stringMatching(/libcudart\.so\.12/), wayOut: expect.stringMatching(/CUDA 12/) },
  ]);
  const provider = join(temporaryFolder(), "provider.so");
  writeFileSync(provider, elfThatNeeds(["libcublas.so.14", "libcuda.so.1", "libcudart.so.14", "libm.so.6"]));
  expect(librariesOf(provider)).toEqual(["libcublas.so.14", "libcudart.so.14", "libcudnn.so.9"]);
  writeFileSync(provider, "no library");
  expect(librariesOf(provider)).toEqual(["libcudnn.so.9"]);
});

test.skipIf(process.platform !== "linux")("the libraries of a real one are those that its loader is asked for", () => {
  const { platform, arch } = process;
  const library = join(dirname(require.resolve("onnxruntime-node/package.json")), "bin/napi-v6", platform, arch);
  const needed = neededLibraries(join(library, "libonnxruntime.so.1"));
  expect(needed).toContain("libc.so.6");
  expect(needed.every((name) => /^(lib|ld-)[\w+.-]+$/.test(name))).toBe(true);
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

/** The least of an ELF file that has a table of needed libraries: one loaded segment at 0x1000, whose strings lie behind
 *  the dynamic table. */
function elfThatNeeds(names: readonly string[]): Buffer {
  const [table, shift] = [64 + 2 * 56, 0x1000];
  const strings = Buffer.from(`\0${names.map((name) => `${name}\0`).join("")}`, "latin1");
  const at = names.map((_, i) => 1 + names.slice(0, i).reduce((n, name) => n + name.length + 1, 0));
  const entries = [...at.map((offset) => [1, offset]), [5, 0], [10, strings.length], [0, 0]];
  const stringsAt = table + 16 * entries.length;
  entries[names.length][1] = shift + stringsAt;
  const file = Buffer.alloc(stringsAt);
  file.write("\x7fELF\x02\x01", "latin1");
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(2, 56);
  const segment = (place: number, type: number, offset: number, bytes: number) => {
    file.writeUInt32LE(type, place);
    file.writeBigUInt64LE(BigInt(offset), place + 8);
    file.writeBigUInt64LE(BigInt(shift + offset), place + 16);
    file.writeBigUInt64LE(BigInt(bytes), place + 32);
  };
  segment(64, 1, 0, stringsAt + strings.length);
  segment(120, 2, table, 16 * entries.length);
  entries.flat().forEach((value, i) => {
    file.writeBigUInt64LE(BigInt(value), table + 8 * i);
  });
  return Buffer.concat([file, strings]);
}

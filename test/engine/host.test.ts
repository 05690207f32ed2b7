import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";
import { expectSameBits, largestDifference } from "./golden";

const folder = temporaryFolder();
const TOKENS = [7, 3, 20, 11];

test("a worker gives the inline engine's bits, for captures, interventions, stages and generation", async () => {
  const name = writeTinyCheckpoint(join(folder, "hosts"), { nKvHeads: 2 });
  const models = [await loadModel(name, { host: "inline" }), await loadModel(name)];
  const results = await Promise.all(
    models.map(async (model) => {
      const source = { tokens: [1, 2], positions: [1] };
      const interventions = [{ hook: "blocks.1.attn.hook_z", positions: [0], op: "patch" as const, source }];
      const { cache, lastLogits } = await model.forward(TOKENS, { capture: "blocks.2.*", interventions });
      const x = await model.stages.embed(Int32Array.from(TOKENS));
      // A view into a larger buffer must cross as the view, not as the buffer.
      const view = { dims: [2, 32], data: x.data.subarray(32, 96) };
      const block = await model.stages.block({ layer: 0, x: view, rows: 1, tokens: 2, start: 0, prefix: null });
      const { tokens } = await model.generate(TOKENS, { maxNewTokens: 5 });
      expect(x.data.length).toBe(4 * 32);
      return { arrays: [lastLogits, ...[...cache.values()].map(({ data }) => data), block.y.data], tokens };
    }),
  );
  results[0].arrays.forEach((array, i) => {
    expectSameBits(results[1].arrays[i], array);
  });
  expect(results[1].tokens).toEqual(results[0].tokens);
  await Promise.all(models.map((model) => model.close()));
});

test("errors cross the thread with their class and complaint", async () => {
  const model = await loadModel(writeTinyCheckpoint(join(folder, "errors")));
  const x = { dims: [1, 32], data: new Float32Array(32).fill(Number.NaN) };
  await expect(model.stages.head({ x, answers: Int32Array.of(0) })).rejects.toMatchObject({
    name: "PatchbayError",
    complaint: { rule: "must be finite" },
  });
  await model.close();
});

test.each(["inline", "worker"] as const)(
  "an aborted run (%s) ends with AbortError, and the next one is right",
  async (host) => {
    const model = await loadModel(writeTinyCheckpoint(join(folder, `abort ${host}`), { nLayers: 6 }), { host });
    const before = await model.forward(TOKENS);
    const abort = new AbortController();
    const prompts = Array.from({ length: 2000 }, () => TOKENS);
    const run = model.forwardBatch(prompts, { signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    const stopped = await model.generate(TOKENS, { signal: AbortSignal.abort() });
    expect(stopped).toMatchObject({ tokens: [], stopped: "abort" });
    expectSameBits((await model.forward(TOKENS)).lastLogits, before.lastLogits);
    await model.close();
  },
);

test("streamed weights give the resident ones' numbers", async () => {
  const name = writeTinyCheckpoint(join(folder, "stream"), { dtype: "BF16", shards: 2 });
  const resident = await loadModel(name, { host: "inline" });
  const streaming = await loadModel(name, { host: "inline", weights: "streaming" });
  const expected = await resident.forward(TOKENS, { capture: "*" });
  const actual = await streaming.forward(TOKENS, { capture: "*" });
  for (const [hook, { data }] of expected.cache)
    expect(largestDifference(actual.cache.get(hook)?.data ?? new Float32Array(), data), hook).toBeLessThanOrEqual(1e-5);
  await Promise.all([resident.close(), streaming.close()]);
});

test("weights are found through symbolic links into other folders, as the Hugging Face cache lays them", async () => {
  const plain = writeTinyCheckpoint(join(folder, "plain"), { shards: 2 });
  const expected = await loadModel(plain, { host: "inline" });
  const { lastLogits } = await expected.forward(TOKENS);
  await expected.close();
  const linked = writeTinyCheckpoint(join(folder, "linked"), { shards: 2 });
  for (const [i, shard] of ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"].entries()) {
    const blobs = join(folder, `blobs ${i}`);
    mkdirSync(blobs);
    renameSync(join(linked, shard), join(blobs, "0a1b"));
    symlinkSync(join(blobs, "0a1b"), join(linked, shard));
  }
  const model = await loadModel(linked, { host: "inline" });
  expectSameBits((await model.forward(TOKENS)).lastLogits, lastLogits);
  await model.close();
});

test("a closed model refuses to run, and closing twice is closing once", async () => {
  const model = await loadModel(writeTinyCheckpoint(join(folder, "closed")));
  await model.close();
  await model.close();
  await expect(model.forward(TOKENS)).rejects.toThrow(/is closed/);
});

test("a device that is named is used or refused, never replaced; auto says why", async () => {
  const name = writeTinyCheckpoint(join(folder, "device"));
  const model = await loadModel(name, { host: "inline" });
  expect(model.provider).toMatchObject({ device: "cpu", precision: "fp32", reason: expect.stringMatching(/^auto: /) });
  expect(model.provider.onnxruntime).toMatch(/^\d+\.\d+/);
  await model.close();
  const asked = await loadModel(name, { host: "inline", device: "cpu" });
  expect(asked.provider.reason).toBe("asked");
  await asked.close();
  await expect(loadModel(name, { device: "cuda" })).rejects.toMatchObject({ name: "DeviceError" });
  await expect(loadModel(name, { device: "tpu" as never })).rejects.toThrow(/device is "tpu", must be one of/);
});

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { BlockOutput, Model, Prefix } from "../../kernel-lib/src/forward/types";
import type { F32 } from "../../kernel-lib/src/tensor";
import { temporaryFolder } from "../support/temporary";
import { type TinyOptions, writeTinyCheckpoint } from "../support/tiny-checkpoint";
import { expectSameBits, largestDifference } from "./golden";

const folder = temporaryFolder();
const KINDS: Record<string, TinyOptions> = {
  mha: {},
  gqa: { nKvHeads: 2 },
  "llama mqa": { architecture: "llama", nKvHeads: 1, tied: true, llama3Rope: true },
};
/** Sums in another order, over a different number of keys. */
const TOLERANCE = 1e-5;

const tensor = (dims: number[], data: ArrayLike<number>): F32 => ({ dims, data: Float32Array.from(data) });
const rowsOf = ({ data }: F32, width: number, rows: readonly number[]): Float32Array =>
  Float32Array.from(rows.flatMap((row) => [...data.slice(row * width, (row + 1) * width)]));

describe.each(Object.entries(KINDS))("%s", (name, options) => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(writeTinyCheckpoint(join(folder, name), options), { host: "inline" });
  });
  afterAll(() => model.close());
  const full = (layer: number, x: F32, rows: number, tokens: number) =>
    model.stages.block({ layer, x, rows, tokens, start: 0, prefix: null });

  test("tokens after a key/value prefix come out as in the full run, whichever prefix each row continues", async () => {
    const { dModel, nKvHeads, dHead } = model.config;
    const prompts = [
      [5, 6, 7, 8, 9],
      [5, 6, 1, 2, 3],
      [9, 4, 7, 8, 9],
    ];
    const group = Int32Array.of(0, 0, 1);
    const [T, P] = [5, 2];
    let x = await model.stages.embed(Int32Array.from(prompts.flat()));
    let tail = tensor([9, dModel], rowsOf(x, dModel, [2, 3, 4, 7, 8, 9, 12, 13, 14]));
    for (let layer = 0; layer < model.config.nLayers; layer++) {
      const whole = await full(layer, x, 3, T);
      const first = ({ data }: F32, row: number) =>
        [...Array(nKvHeads).keys()].flatMap((h) => {
          const start = (row * nKvHeads + h) * T * dHead;
          return [...data.slice(start, start + P * dHead)];
        });
      const join2 = (kv: F32) => tensor([2, nKvHeads, P, dHead], [...first(kv, 0), ...first(kv, 2)]);
      const prefix: Prefix = { k: join2(whole.k), v: join2(whole.v), group };
      const part: BlockOutput = await model.stages.block({ layer, x: tail, rows: 3, tokens: 3, start: P, prefix });
      const expected = rowsOf(whole.y, dModel, [2, 3, 4, 7, 8, 9, 12, 13, 14]);
      expect(largestDifference(part.y.data, expected)).toBeLessThanOrEqual(TOLERANCE);
      expect(part.k.dims).toEqual([3, nKvHeads, 3, dHead]);
      x = whole.y;
      tail = part.y;
    }
  });

  test("more rows than one chunk holds are the rows one by one, captures and changes included", async () => {
    const { dModel, vocab } = model.config;
    const [rows, tokens] = [700, 2];
    const ids = Int32Array.from({ length: rows * tokens }, (_, i) => (i * 31) % vocab);
    const x = await model.stages.embed(ids);
    const values = tensor(
      [2, dModel],
      Array.from({ length: 2 * dModel }, (_, i) => Math.sin(i)),
    );
    const overwrite = { site: "attn_out" as const, rows: Int32Array.of(3, 1399), values };
    const call = { layer: 1, tokens, start: 0, prefix: null, want: ["hook_attn_out", "attn.hook_pattern"] };
    const all = await model.stages.block({ ...call, x, rows, overwrite });
    expect(all.hooks["attn.hook_pattern"].dims).toEqual([rows, model.config.nHeads, tokens, tokens]);
    for (const row of [0, 1, 511, 512, 699]) {
      const width = tokens * dModel;
      const one = tensor([tokens, dModel], x.data.slice(row * width, (row + 1) * width));
      const mine = [...overwrite.rows.keys()].filter((i) => Math.floor(overwrite.rows[i] / tokens) === row);
      const single = await model.stages.block({
        ...call,
        x: one,
        rows: 1,
        overwrite: {
          site: "attn_out",
          rows: Int32Array.from(mine, (i) => overwrite.rows[i] - row * tokens),
          values: tensor(
            [mine.length, dModel],
            mine.flatMap((i) => [...values.data.slice(i * dModel, (i + 1) * dModel)]),
          ),
        },
      });
      const part = (data: Float32Array) => data.slice((row * data.length) / rows, ((row + 1) * data.length) / rows);
      expect(largestDifference(part(all.y.data), single.y.data)).toBeLessThanOrEqual(TOLERANCE);
      for (const hook of call.want)
        expect(largestDifference(part(all.hooks[hook].data), single.hooks[hook].data)).toBeLessThanOrEqual(TOLERANCE);
    }
    expectSameBits(rowsOf(all.hooks.hook_attn_out, dModel, [3, 1399]), values.data);
  });

  test.each(["attn_out", "mlp_out"] as const)("overwriting %s with its own rows changes no bit", async (site) => {
    const { dModel } = model.config;
    const x = await model.stages.embed(Int32Array.of(1, 2, 3, 4, 5, 6));
    const call = { layer: 0, x, rows: 2, tokens: 3, start: 0, prefix: null };
    const plain = await model.stages.block({ ...call, want: [`hook_${site}`] });
    const rows = Int32Array.of(4, 0);
    const values = tensor([2, dModel], rowsOf(plain.hooks[`hook_${site}`], dModel, [4, 0]));
    const same = await model.stages.block({ ...call, overwrite: { site, rows, values } });
    expectSameBits(same.y.data, plain.y.data);
    const other = { ...values, data: values.data.map((value) => value + 1) };
    const moved = await model.stages.block({ ...call, overwrite: { site, rows, values: other } });
    expect(largestDifference(rowsOf(moved.y, dModel, [4, 0]), rowsOf(plain.y, dModel, [4, 0]))).toBeGreaterThan(0.1);
    expectSameBits(rowsOf(moved.y, dModel, [1, 2, 3, 5]), rowsOf(plain.y, dModel, [1, 2, 3, 5]));
  });

  test("the head's numbers are those of the logits, computed the plain way", async () => {
    const { dModel, vocab } = model.config;
    const rows = 70;
    const x = tensor(
      [rows, dModel],
      Array.from({ length: rows * dModel }, (_, i) => Math.sin(i * 1.7) * 3),
    );
    const answers = Int32Array.from({ length: rows }, (_, i) => (i * 7) % vocab);
    const klTarget = {
      x: tensor([2, dModel], rowsOf(x, dModel, [10, 69])),
      of: Int32Array.from(answers, (_, i) => i % 2),
    };
    const head = await model.stages.head({ x, answers, topK: 4, klTarget });
    const logits = await model.stages.logits(x);
    expect(logits.dims).toEqual([rows, vocab]);
    const logProbs = (row: number) => {
      const line = Array.from(logits.data.slice(row * vocab, (row + 1) * vocab));
      const largest = Math.max(...line);
      const lse = largest + Math.log(line.reduce((sum, value) => sum + Math.exp(value - largest), 0));
      return { line, lse, logProb: line.map((value) => value - lse) };
    };
    for (let row = 0; row < rows; row++) {
      const { line, lse, logProb } = logProbs(row);
      expect(head.answerLogit[row]).toBeCloseTo(line[answers[row]], 5);
      expect(head.rank[row]).toBe(1 + line.filter((value) => value > line[answers[row]]).length);
      expect(head.logSumExp[row]).toBeCloseTo(lse, 5);
      const order = [...line.keys()].sort((a, b) => line[b] - line[a]).slice(0, 4);
      expect([...(head.topIds ?? []).slice(row * 4, row * 4 + 4)]).toEqual(order);
      expect(head.topLogits?.[row * 4]).toBeCloseTo(line[order[0]], 5);
      const target = logProbs(row % 2 === 0 ? 10 : 69).logProb;
      const kl = target.reduce((sum, t, i) => sum + Math.exp(t) * (t - logProb[i]), 0);
      expect(head.kl?.[row]).toBeCloseTo(kl, 4);
    }
    // The targets themselves: exactly 0, not nearly.
    expect(head.kl?.[10]).toBe(0);
    expect(head.kl?.[69]).toBe(0);
    const bare = await model.stages.head({ x, answers });
    expect([bare.kl, bare.topIds, bare.topLogits]).toEqual([null, null, null]);
    expectSameBits(bare.answerLogit, head.answerLogit);
  });

  test("generation takes the largest logit of repeated full runs", async () => {
    const prompt = [3, 14, 15];
    const expected: number[] = [];
    for (let i = 0; i < 6; i++) {
      const { lastLogits } = await model.forward([...prompt, ...expected]);
      expected.push(lastLogits.indexOf(Math.max(...lastLogits)));
    }
    const all = await model.generate(prompt, { maxNewTokens: 6, stopIds: [] });
    expect(all).toMatchObject({ tokens: expected, stopped: "length" });
    const stop = expected[3];
    const short = await model.generate(prompt, { maxNewTokens: 6, stopIds: [stop] });
    expect(short).toMatchObject({ tokens: expected.slice(0, expected.indexOf(stop)), stopped: "eos" });
  });
});

test("generation ends where the model's positions end", async () => {
  const model = await loadModel(writeTinyCheckpoint(join(folder, "short"), { maxPositions: 8 }), { host: "inline" });
  const { tokens, stopped } = await model.generate([1, 2, 3, 4, 5], { maxNewTokens: 8, stopIds: [] });
  // Five fed, then three more fed; the token after the eighth position is still predicted.
  expect([tokens.length, stopped]).toEqual([4, "length"]);
  await model.close();
});

test("stages refuse shapes and ids that do not fit, by name", async () => {
  const model = await loadModel(writeTinyCheckpoint(join(folder, "refuse")), { host: "inline" });
  const { stages } = model;
  const x = tensor([2, 32], new Float32Array(64));
  const call = { layer: 0, x, rows: 1, tokens: 2, start: 0, prefix: null };
  const values = tensor([1, 32], new Float32Array(32));
  await expect(stages.embed(Int32Array.of(101))).rejects.toThrow(/ids\[0\] is 101, must be a token id of 0 to 100/);
  await expect(stages.block({ ...call, layer: 3 })).rejects.toThrow(/layer is 3/);
  await expect(stages.block({ ...call, rows: 2 })).rejects.toThrow(/block 0: x is \[2,32\]/);
  await expect(stages.block({ ...call, start: 1 })).rejects.toThrow(/prefix is null/);
  await expect(stages.block({ ...call, want: ["hook_x"] })).rejects.toThrow(/want is "hook_x"/);
  const overwrite = { site: "mlp_out" as const, rows: Int32Array.of(2), values };
  await expect(stages.block({ ...call, overwrite })).rejects.toThrow(/overwrite\.rows/);
  await expect(stages.head({ x, answers: Int32Array.of(1, -1) })).rejects.toThrow(/answers\[1\] is -1/);
  const infinite = tensor([1, 32], new Float32Array(32).fill(Number.NaN));
  await expect(stages.head({ x: infinite, answers: Int32Array.of(1) })).rejects.toThrow(/must be finite/);
  await model.close();
});

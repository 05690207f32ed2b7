/** How measurements become seconds: by hand, from given ones. The clock itself is not tested. */
import { expect, test } from "vitest";
import { flopsPerHeadRow, flopsPerToken } from "../../kernel-lib/src/experiment/cost";
import { probe, secondsOf, speedOf, type Timings } from "../../kernel-lib/src/experiment/probe";
import { PlainStages, plainModel } from "../support/plain-model";

const shape = { normPlacement: "post" as const, nHeads: 2, nKvHeads: 2, dHead: 2, dMlp: 4, vocab: 50, seed: 1 };
const { config } = plainModel({ ...shape, nLayers: 4 });
const perToken = flopsPerToken(config);

/** A call takes 2 ms and a token 0.25 ms: 4 tokens 3 ms, 256 tokens 66 ms. */
const timings: Timings = { one: 0.003, many: 0.066, head: 0.032, openBlock: 0, openHead: 0, closedBlocks: 3 };

test("a call's own time and a token's are told apart by calls of two sizes", () => {
  const speed = speedOf(timings, config, "resident");
  expect(speed.secondsPerCall).toBeCloseTo(0.002, 12);
  expect(perToken / speed.flopsPerSecond).toBeCloseTo(0.00025, 12);
  expect(flopsPerHeadRow(config) / speed.headFlopsPerSecond).toBeCloseTo(0.0005, 12);

  const work = { flops: 1000 * perToken + 20 * flopsPerHeadRow(config), tokenBlocks: 1000, calls: 30, passes: 2 };
  expect(secondsOf(work, speed)).toBeCloseTo(1000 * 0.00025 + 20 * 0.0005 + 30 * 0.002, 12);
});

test("blocks that are still closed are opened once, streamed ones in every pass", () => {
  const cold = { ...timings, openBlock: 0.1, openHead: 0.5 };
  const work = { flops: 0, tokenBlocks: 0, calls: 0, passes: 2 };
  expect(secondsOf(work, speedOf(cold, config, "resident"))).toBeCloseTo(3 * 0.1, 12);
  expect(secondsOf(work, speedOf(cold, config, "streaming"))).toBeCloseTo(2 * (4 * 0.1 + 0.5), 12);
});

test("a clock that sees no difference between one row and many promises no endless speed", () => {
  const speed = speedOf({ ...timings, one: 0.003, many: 0.003 }, config, "resident");
  expect(speed.flopsPerSecond).toBeLessThanOrEqual((2 * 256 * perToken) / 0.003);
  expect(speed.secondsPerCall).toBeGreaterThanOrEqual(0);
});

test("each probe tries a block that none before it has opened", async () => {
  const stages = new PlainStages(plainModel({ ...shape, nLayers: 3, dMlp: 1, vocab: 2 }));
  const seen: number[] = [];
  const block = stages.block.bind(stages);
  stages.block = (input) => {
    if (seen.at(-1) !== input.layer) seen.push(input.layer);
    return block(input);
  };
  for (let i = 0; i < 4; i++) await probe(stages, stages.model.config);
  expect(seen).toEqual([0, 1, 2]);
});

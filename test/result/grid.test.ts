/** Grids of heatmaps hold the result's own numbers, each in its cell. */
import { expect, test } from "vitest";
import { sweepGrids, tupleGrids } from "../../kernel-lib/src/result/grid";
import type { SweepGrids } from "../../kernel-lib/src/result/types";
import { meanIntervals } from "../../kernel-lib/src/stats/bootstrap";
import { madeUp } from "./sweeps";

const metric = (grids: SweepGrids, key: string) => {
  const found = grids.metrics.find((m) => m.key === key);
  if (!found) throw new Error(`no ${key}`);
  return found;
};

test("cell (later, earlier) is the pair, the diagonal one layer, the other half empty", () => {
  const result = madeUp({ missing: 0.1 });
  const grids = sweepGrids(result, { intervals: true });
  expect([grids.layout, grids.shape, grids.third]).toEqual(["pairs", [4, 4], null]);
  expect(grids.metrics.map(({ key }) => key)).toEqual(result.metrics);
  const logits = metric(grids, "logit_diff_target");
  for (let y = 0; y < 4; y++) {
    for (let x = 0; x < 4; x++) {
      const cell = y * 4 + x;
      if (x > y) {
        expect([logits.mean[cell], logits.n[cell], logits.notSignificant[cell]]).toEqual([Number.NaN, 0, 255]);
        continue;
      }
      const layers = x === y ? [x] : [x, y];
      const row = result.summary("logit_diff_target", layers);
      expect([logits.mean[cell], logits.low[cell], logits.high[cell], logits.n[cell]]).toEqual([
        row.mean,
        ...(row.ci ?? []),
        row.n,
      ]);
      const samples = logits.samples.slice(cell * 12, cell * 12 + 12);
      expect(samples).toEqual(result.values("logit_diff_target", layers));
    }
  }
});

test("significance is the sign test with Holm over all tuples", () => {
  const result = madeUp({ samples: 40 });
  const logits = metric(sweepGrids(result, { intervals: true, metrics: ["logit_diff_target"] }), "logit_diff_target");
  const tests = result.effectTests("logit_diff_target");
  expect(logits.test).toBe("sign test, Holm over 10 tuples, 5 %");
  result.tuples.forEach((layers, tuple) => {
    const cell = layers[layers.length - 1] * 4 + layers[0];
    expect(logits.notSignificant[cell]).toBe((tests?.holm[tuple]?.p ?? 1) < 0.05 ? 0 : 1);
  });
  expect(new Set(logits.notSignificant)).toEqual(new Set([0, 1, 255]));
});

test("interactions fill the pairs, with Holm's p; a metric that is no effect has neither", () => {
  const result = madeUp({ samples: 30 });
  const grids = sweepGrids(result, { intervals: true });
  const { interaction } = metric(grids, "rr_diff_target");
  for (const row of result.interactions("rr_diff_target")) {
    const cell = row.layers[1] * 4 + row.layers[0];
    expect([interaction?.mean[cell], interaction?.p[cell], interaction?.positive[cell]]).toEqual([
      row.mean,
      row.holm?.p,
      row.sign.positive,
    ]);
    expect([interaction?.low[cell], interaction?.high[cell]]).toEqual([...(row.ci ?? [])]);
  }
  expect([0, 5, 10, 15].every((cell) => Number.isNaN(interaction?.mean[cell] ?? 0))).toBe(true);
  expect(metric(grids, "patched_rank")).toMatchObject({ interaction: null, test: null });
  expect(metric(grids, "rr_diff_reference").interaction).toBeNull();
});

test("the cheap path has the same means and counts, and no intervals or tests", () => {
  const result = madeUp({ missing: 0.3, state: "partial" });
  const [cheap, full] = [sweepGrids(result, { intervals: false }), sweepGrids(result, { intervals: true })];
  cheap.metrics.forEach((grid, i) => {
    expect(grid.mean).toEqual(full.metrics[i].mean);
    expect(grid.n).toEqual(full.metrics[i].n);
    expect(grid.interaction?.mean).toEqual(full.metrics[i].interaction?.mean);
    expect(grid.interaction?.positive).toEqual(full.metrics[i].interaction?.positive);
    expect([...grid.low].every(Number.isNaN)).toBe(true);
    expect([...grid.notSignificant].every((flag) => flag === 255)).toBe(true);
    expect(grid.test).toBeNull();
  });
});

test("single layers are one row; a sweep that has begun shows its grid empty", () => {
  const singles = sweepGrids(madeUp({ sizes: [1] }), { intervals: true });
  expect([singles.layout, singles.shape, singles.labels.y]).toEqual(["singles", [1, 4], [""]]);
  expect(metric(singles, "rr_diff_target").mean.some(Number.isNaN)).toBe(false);
  const empty = sweepGrids(madeUp({ missing: 1, state: "partial" }), { intervals: false });
  expect(empty.shape).toEqual([4, 4]);
  expect([...metric(empty, "rr_diff_target").n].every((n) => n === 0)).toBe(true);
});

test("a third layer is held: its cells are the triples with it, its own row and column empty", () => {
  const result = madeUp({ sizes: [1, 2, 3] });
  const grids = sweepGrids(result, { intervals: false, third: 1 });
  const logits = metric(grids, "logit_diff_target");
  expect(logits.mean[3 * 4 + 2]).toBe(result.means("logit_diff_target").find((r) => r.layers.join() === "1,2,3")?.mean);
  expect(logits.mean[2 * 4 + 2]).toBe(result.means("logit_diff_target").find((r) => r.layers.join() === "1,2")?.mean);
  expect(logits.mean[1 * 4 + 0]).toBeNaN();
  expect(sweepGrids(madeUp({ sizes: [3] }), { intervals: false }).third).toBe(0);
  expect(() => sweepGrids(result, { intervals: false, third: 4 })).toThrow(/third is 4, must be a layer from 0 to 3/);
});

test("samples are labelled by their label, then their last token, then their number", () => {
  expect(sweepGrids(madeUp({ samples: 3 }), { intervals: false }).sampleLabels).toEqual(['France, "la"', "·Peru", "2"]);
});

test("every tuple of a large sweep over three layers has an interval: the one that it has alone, made in small pieces", () => {
  const result = madeUp({ sizes: [1, 3], nLayers: 26, samples: 4 });
  expect(result.tuples).toHaveLength(26 + 2600);
  const pieces = result.intervalPieces("rr_diff_target");
  expect(pieces.length).toBeGreaterThan(3);
  for (const piece of pieces) piece();
  const [{ low, high, interaction }] = tupleGrids(result, { metrics: ["rr_diff_target"], intervals: true });
  for (const tuple of [0, 26, 1700, 2625]) {
    const layers = result.tuples[tuple];
    const values = [...result.values("rr_diff_target", layers)];
    expect([low[tuple], high[tuple]]).toEqual(meanIntervals([values], { seed: result.making.seed })[0]);
    if (layers.length < 2) continue;
    const together = [...(result.interactionOf("rr_diff_target", layers) ?? [])];
    expect([interaction?.low[tuple], interaction?.high[tuple]]).toEqual(
      meanIntervals([together], { seed: result.making.seed })[0],
    );
  }
});

/** What a path graph's widget asks about the model behind it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { cut, edgeOf } from "../../kernel-lib/src/notebook/drill";
import { sourceOf } from "../../kernel-lib/src/notebook/sources";
import { pathTrace } from "../../kernel-lib/src/run/path-trace";
import type { TraceRun } from "../../kernel-lib/src/run/trace-run";
import type { PathsView } from "../../kernel-lib/src/view/paths-types";
import { pathEdges } from "../../kernel-lib/src/view/paths-view";

let model: Model;
let run: TraceRun;
beforeAll(async () => {
  await bundle();
  model = await loadModel("demo/dpo", { host: "inline" });
  run = pathTrace(model, { task: "capital", n: 1, maxRank: 30 });
  await run;
});
afterAll(() => model.close());

test("the heads of a hop come first with their attention, each row of which sums to 1", async () => {
  const source = sourceOf(run);
  const hop = pathEdges(source.view() as PathsView).find((e) => e.from !== e.to && e.layer === 7);
  if (!hop) throw new Error("no hop into the last layer");
  const { heads } = await edgeOf(source, hop);
  expect(heads).toHaveLength(model.config.nHeads);
  expect(
    heads
      .filter(({ onEdge }) => onEdge)
      .map(({ head }) => head)
      .sort(),
  ).toEqual(hop.heads);
  for (const { row, weight, onEdge } of heads) {
    expect(row).toHaveLength(hop.to + 1);
    expect(row?.[hop.from]).toBe(weight);
    // Weights travel with five decimals.
    expect(Math.abs((row ?? []).reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-4);
    if (onEdge) expect(weight).toBe(Math.max(...(row ?? [])));
  }
});

test("cutting a hop starts from the model's own logit and changes the answer's", async () => {
  const source = sourceOf(run);
  const view = source.view() as PathsView;
  const [hop] = pathEdges(view)
    .filter((e) => e.from !== e.to)
    .sort((a, b) => b.paths - a.paths);
  const { logit, rank } = await cut(source, [hop]);
  expect(Math.abs(logit.before - (view.completeness.modelLogit ?? 0))).toBeLessThan(1e-4);
  expect(logit.after).not.toBeCloseTo(logit.before, 3);
  expect(rank.before).toBeGreaterThanOrEqual(1);
});

test("without a run there is no model to ask, and a hop must lie in the prompt", async () => {
  const hop = { layer: 0, from: 0, to: 1 };
  await expect(edgeOf(sourceOf(await run), hop)).rejects.toThrow(/no model to ask.*pb\.show\(run\)/s);
  await expect(edgeOf(sourceOf(run), { ...hop, layer: 8 })).rejects.toThrow(/layer.*8.*0 to 7/);
  await expect(cut(sourceOf(run), [{ ...hop, heads: [9] }])).rejects.toThrow(/heads.*0 to 3/);
  await expect(cut(sourceOf(run), [])).rejects.toThrow(/at least one hop/);
});

/** A grid's run as something to show: at once when it has ended, with its statistics when they are made. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { sourceOf, wholeView } from "../../kernel-lib/src/notebook/sources";
import { patchGrid } from "../../kernel-lib/src/run/patch-grid";
import { unpack } from "../../kernel-lib/src/view";
import type { View } from "../../kernel-lib/src/view/types";

let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo");
});
afterAll(() => model.close());

function numbers(view: View) {
  if (view.kind !== "heatmap") throw new Error(view.kind);
  const metric = view.metrics.find(({ key }) => key === view.metric);
  if (!metric) throw new Error(view.metric);
  const finite = (packed: typeof metric.mean) => unpack(packed).filter((value) => Number.isFinite(value)).length;
  return { metric: view.metric, test: metric.test, means: finite(metric.mean), intervals: finite(metric.low) };
}

test("a run is shown while it fills, when it has ended, and with intervals and tests", async () => {
  const run = patchGrid(model, { task: "capital", by: "head", n: 4, layers: [1, 2] });
  const source = sourceOf(run, { metric: "logit_diff" });
  expect(source.view()).toMatchObject({ state: "loading", run: { done: 0, total: 4 } });
  await run;
  expect(numbers(source.view())).toEqual({ metric: "logit_diff", test: null, means: 8, intervals: 0 });
  await source.complete();
  const whole = { metric: "logit_diff", test: "sign test, Holm over 8 cells, 5 %", means: 8, intervals: 8 };
  expect(numbers(source.view())).toEqual(whole);
  expect(source.view().run).toBeNull();
  expect(numbers(wholeView(await run))).toEqual({ ...whole, metric: "rr_diff" });
});

test("results of one question are shown side by side, others are refused", async () => {
  const ask = (layers: number[]) => patchGrid(model, { task: "capital", by: "head", n: 2, layers });
  const [one, two, other] = [await ask([1]), await ask([1]), await ask([2])];
  const view = sourceOf([one, two], { metric: "kl" }).view();
  expect(view).toMatchObject({ kind: "heatmap", layout: "grid", metric: "kl" });
  expect(numbers(view).means).toBe(8);
  expect(() => sourceOf([one, other])).toThrow(/rows and columns/);
  expect(() => sourceOf(one, { metric: "logits" as "logit" })).toThrow(/metric.*rr_diff/);
});

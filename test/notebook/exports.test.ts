/** What a widget asks the kernel for as a file: of views that show several results, and of comparisons. */
import { beforeAll, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { type Exported, exportOf } from "../../kernel-lib/src/notebook/exports";
import { sourceOf } from "../../kernel-lib/src/notebook/sources";
import { compare } from "../../kernel-lib/src/result/compare";
import { accuracyChart } from "../../kernel-lib/src/view/chart-accuracy";
import { answers } from "../result/accuracies";
import { madeUp } from "../result/sweeps";

beforeAll(() => bundle());
const right = (n: number) => Array.from({ length: 20 }, (_, i) => i < n);
const accuracies = () => [answers("demo/base", right(5)), answers("demo/dpo", right(18))];
const textOf = (file: Exported) => ("text" in file ? file.text : "");

test("tables of several results hold the rows of all, each with its model", async () => {
  const lines = textOf(await exportOf(sourceOf(accuracies()), "csv"))
    .trim()
    .split(/\r?\n/);
  expect(lines[0]).toMatch(/^model,/);
  expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(["demo/base", "demo/dpo"]);
  const sweeps = [madeUp({ seed: 1 }), madeUp({ seed: 2 })];
  const one = textOf(await exportOf(sourceOf(sweeps[0]), "csv", { metric: "rr_diff_target" })).split(/\r?\n/);
  const two = textOf(await exportOf(sourceOf(sweeps), "csv", { metric: "rr_diff_target" })).split(/\r?\n/);
  expect(two.length - 2).toBe(2 * (one.length - 2));
  expect(textOf(await exportOf(sourceOf(accuracies()), "latex"))).toMatch(/demo\/base.*demo\/dpo/s);
});

test("specs of several results are a list, of one the spec itself", async () => {
  const specs = JSON.parse(textOf(await exportOf(sourceOf(accuracies()), "spec")));
  expect(specs.map(({ kind, model }: { kind: string; model: string }) => [kind, model])).toEqual([
    ["accuracy", "demo/base"],
    ["accuracy", "demo/dpo"],
  ]);
  expect(JSON.parse(textOf(await exportOf(sourceOf(accuracies()[0]), "spec")))).toMatchObject({ kind: "accuracy" });
});

test("a comparison's table is its differences; it has no spec, and says so", async () => {
  const source = sourceOf(compare(accuracies()));
  expect(textOf(await exportOf(source, "latex"))).toMatch(/demo\/base & demo\/dpo & capital & exact\\_match/);
  await expect(exportOf(source, "spec")).rejects.toThrow(/export: has no spec: this view was shown without its result/);
});

test("a chart's figure holds the panels that are drawn", async () => {
  const source = sourceOf(compare(accuracies()));
  const both = textOf(await exportOf(source, "svg"));
  const one = textOf(await exportOf(source, "svg", { chart: { panels: [1] } }));
  expect([both, one].map((svg) => [/exact match/.test(svg), /in scope/.test(svg)])).toEqual([
    [true, true],
    [false, true],
  ]);
});

test("a view without its result has no table", async () => {
  const view = accuracyChart(accuracies());
  await expect(exportOf(sourceOf(view), "latex")).rejects.toThrow(/export: has no table/);
});

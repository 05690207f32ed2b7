/** Accuracies side by side and comparisons, shown as figures and saved as files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { bundle } from "../../kernel-lib/bundle.mjs";
import { loadModel } from "../../kernel-lib/src/forward/model";
import { save } from "../../kernel-lib/src/notebook/save";
import { figure } from "../../kernel-lib/src/notebook/show";
import { sourcesOf } from "../../kernel-lib/src/notebook/sources";
import { compare } from "../../kernel-lib/src/result/compare";
import "../../kernel-lib/src/run/dataframe";
import { geometry } from "../../kernel-lib/src/run/geometry";
import { accuracyChart } from "../../kernel-lib/src/view/chart-accuracy";
import { answers } from "../result/accuracies";
import { madeUp } from "../result/sweeps";
import { temporaryFolder } from "../support/temporary";

const folder = temporaryFolder();
beforeAll(() => bundle());
const right = (n: number) => Array.from({ length: 20 }, (_, i) => i < n);
const results = () => [answers("demo/base", right(5)), answers("demo/dpo", right(18))];

test("a list of accuracies is one chart, with the models' stages", async () => {
  const { view, svg } = figure(results());
  expect(view).toMatchObject({ kind: "chart", mark: "bars", series: [{ stage: "base" }, { stage: "dpo" }] });
  expect(await svg()).toContain("instructional accuracy");
});

test("a chart of several accuracies is saved as it is", async () => {
  const file = join(folder, "both.svg");
  await save(accuracyChart(results()), file);
  expect(readFileSync(file, "utf8")).toContain("instructional accuracy");
  await expect(save(accuracyChart(results()), join(folder, "both.csv"))).rejects.toThrow(/must end in \.svg/);
});

test("a comparison is a figure, a table in a file, and a DataFrame", async () => {
  const comparison = compare(results());
  const file = (name: string) => join(folder, name);
  await save(comparison, file("differences.svg"), { width: "single-column" });
  expect(readFileSync(file("differences.svg"), "utf8")).toContain("percentage points");
  await save(comparison, file("differences.csv"));
  const lines = readFileSync(file("differences.csv"), "utf8").trim().split(/\r?\n/);
  expect(lines[0].split(",").slice(0, 4)).toEqual(["a", "b", "task", "measure"]);
  expect(lines[1]).toMatch(/^demo\/base,demo\/dpo,capital,exact_match,20,5,0,13,2,0\.25,0\.9,0\.65,/);
  await save(comparison, file("differences.tex"));
  expect(readFileSync(file("differences.tex"), "utf8")).toContain("\\toprule");
  expect((await comparison.toDataFrame()).shape).toEqual([2, 16]);
  await expect(save(comparison, file("differences.json"))).rejects.toThrow(/must end in \.csv, \.parquet, \.md, \.tex/);
});

test("a comparison of sweeps shows the tuples that differ most", () => {
  const [one, two] = [madeUp({ seed: 1, nLayers: 8 }), madeUp({ seed: 2, nLayers: 8 })];
  const { view } = figure(compare([one, two], { names: ["one", "two"] }));
  expect(view).toMatchObject({ kind: "chart", series: [{ name: "two − one" }] });
  if (view.kind === "chart") expect(view.x.labels).toHaveLength(12);
});

test("lists that make no picture are refused with what to do instead", () => {
  const mixed = [answers("demo/base", right(5)), madeUp({ seed: 1, nLayers: 8 })];
  expect(() => figure(mixed)).toThrow(/of one kind .*, not accuracy and patch-sweep\. Show each by itself, .*pb\.save/);
  expect(() => figure([])).toThrow(/not an empty list/);
});

test("a console shows a comparison in words", () => {
  expect(inspect(compare(results()))).toMatch(
    /^a comparison of accuracy results: demo\/dpo - demo\/base; 2 differences/,
  );
});

test("several geometries are shown below each other, each as its own view, and drawn one by one", async () => {
  const model = await loadModel("demo/dpo", { host: "inline" });
  const asked = { task: ["capital", "language"], rephrasings: 4, layers: [1], methods: ["pca"] as const };
  const one = await geometry(model, asked);
  const two = await geometry(model, { ...asked, layers: [2] });
  await model.close();
  const sources = sourcesOf([one, two]);
  expect(sources.map((source) => source.result)).toEqual([one, two]);
  expect(sources.map((source) => source.view().kind)).toEqual(["scatter", "scatter"]);
  expect(new Set(sources.map(({ id }) => id)).size).toBe(2);
  expect(sourcesOf(one)).toHaveLength(1);
  expect(() => figure([one, two])).toThrow(/^figure\(\).*Draw each by itself.*pb\.compare\(\[one, two\]\)/);
});

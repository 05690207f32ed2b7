/** The logit lens against transformers, and as a run: prompts, tasks, specs, the file. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveLogitLens } from "../../kernel-lib/src/experiment/logit-lens-spec";
import { LENS_SITES, type LensSite } from "../../kernel-lib/src/experiment/logit-lens-types";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import type { GridResult } from "../../kernel-lib/src/result/grid-result";
import { parseAnyResult, serializeAny } from "../../kernel-lib/src/result/kinds";
import { run as runSpec } from "../../kernel-lib/src/run/from-spec";
import { experimentOf } from "../../kernel-lib/src/run/kinds";
import { logitLens } from "../../kernel-lib/src/run/logit-lens";
import { viewsOf } from "../../kernel-lib/src/view/of-result";
import { temporaryFolder } from "../support/temporary";

/** [layers][positions] */
type Cells = number[][];
interface Golden {
  tokens: number[];
  answer: number;
  sites: Record<LensSite, { rank: Cells; lowest: Cells; highest: Cells; logit: Cells; logprob: Cells; top: Cells }>;
}
const { samples }: { samples: Golden[] } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../goldens/lens/lens.json"), "utf8"),
);

let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo", { host: "inline" });
});
afterAll(() => model.close());

const base = () => ({ schema: "patchbay.spec/1", kind: "logit-lens", model: model.name });

test.each(LENS_SITES)("%s: rank, logit, log-probability and first token are transformers'", async (site) => {
  for (const { tokens, answer, sites } of samples) {
    const result = await logitLens(model, tokens, { answer, site });
    const wanted = sites[site];
    const tops = result.table("outputs").rows.map((row) => row[3]);
    expect(tops).toEqual(wanted.top.flat().map((id) => model.tokenizer?.tokenText(id)));
    const [lowest, highest] = [wanted.lowest.flat(), wanted.highest.flat()];
    result.values("rank").forEach((rank, cell) => {
      expect(rank, `rank ${cell}`).toBeGreaterThanOrEqual(lowest[cell]);
      expect(rank, `rank ${cell}`).toBeLessThanOrEqual(highest[cell]);
    });
    // Few ranks are open to rounding.
    expect(lowest.filter((low, cell) => low === highest[cell]).length).toBeGreaterThan(0.6 * lowest.length);
    expect(Array.from(result.values("rr"))).toEqual(Array.from(result.values("rank"), (rank) => 1 / rank));
    // fp32 on both sides.
    for (const metric of ["logit", "logprob"] as const)
      wanted[metric].flat().forEach((value, cell) => {
        expect(Math.abs(result.values(metric)[cell] - value), `${metric} ${cell}`).toBeLessThan(1e-4);
      });
    wanted.logprob.flat().forEach((value, cell) => {
      expect(result.values("prob")[cell]).toBeCloseTo(Math.exp(value), 5);
    });
  }
});

test("the last layer's row of the last token is the model's own prediction", async () => {
  const { tokens, answer } = samples[0];
  const { lastLogits } = await model.forward(tokens);
  const result = await logitLens(model, tokens, { answer, layers: [7], positions: [-1] });
  expect(result.cell("logit", { row: 7, column: -1 }).mean).toBeCloseTo(lastLogits[answer], 4);
  const top = lastLogits.indexOf(lastLogits.reduce((a, b) => Math.max(a, b)));
  expect(result.table("outputs").rows).toEqual([[0, 7, -1, model.tokenizer?.tokenText(top)]]);
});

test("a prompt in text is its tokens; columns carry them", async () => {
  const { tokens, answer } = samples[2];
  const text = model.tokenizer?.decode(tokens, { skipSpecialTokens: true }) as string;
  const result = await logitLens(model, text, { answer: model.tokenizer?.tokenText(answer), layers: [2] });
  expect(result.data.columns.keys).toEqual(tokens.map((_, i) => i));
  expect(result.data.columns.labels).toEqual(tokens.map((id) => model.tokenizer?.tokenText(id)));
  expect(result.values("logit")).toEqual((await logitLens(model, tokens, { answer, layers: [2] })).values("logit"));
});

test("a task is read with its instruction; positions are counted from the end where prompts differ in length", async () => {
  const journal = join(temporaryFolder(), "lens.journal");
  const run = logitLens(model, { task: "antonym", n: 6 }, { layers: [0, 7], journal });
  const result = await run;
  const lengths = result.data.sampleLabels.map(
    (_, i) => (run.spec as unknown as { samples: Golden[] }).samples[i].tokens.length,
  );
  const { keys } = result.data.columns;
  expect(keys.at(-1)).toBe(new Set(lengths).size === 1 ? Math.max(...lengths) - 1 : -1);
  expect(result.cell("rr", { row: 7, column: keys.at(-1) as number }).mean).toBeGreaterThan(0.5);
  expect(result.cell("rr", { row: 0, column: keys[1] }).mean).toBeLessThan(0.5);
  expect(result.describe()).toMatch(/2 x \d+ cells \(layer x position\), 6 of 6 samples/);

  const again = parseAnyResult(serializeAny(result)) as GridResult;
  for (const name of result.tableNames) expect(again.table(name)).toEqual(result.table(name));
  expect(((await runSpec(result.spec, { model })) as GridResult).table("cells")).toEqual(result.table("cells"));
  const resumed = await logitLens(model, { task: "antonym", n: 6 }, { layers: [0, 7], journal, resume: true });
  expect(resumed.table("cells")).toEqual(result.table("cells"));

  const view = viewsOf(result).view({ id: "v" });
  expect(view.kind).toBe("heatmap");
  expect(view.title).toBe("Logit lens: antonym");
});

test("prompts of unlike lengths leave out the positions that they do not have", async () => {
  const [a, , c] = samples;
  const spec = { ...base(), samples: [a, c].map(({ tokens, answer }) => ({ tokens, answer })), layers: [1] };
  const result = (await runSpec(spec, { model })) as GridResult;
  const { keys } = result.data.columns;
  expect(keys).toEqual(a.tokens.map((_, i) => i - a.tokens.length));
  const short = Array.from(result.values("rank").subarray(keys.length));
  const alone = await logitLens(model, c.tokens, { answer: c.answer, layers: [1] });
  expect(short.slice(0, -c.tokens.length).every(Number.isNaN)).toBe(true);
  expect(short.slice(-c.tokens.length)).toEqual(Array.from(alone.values("rank")));
  expect(result.cell("rank", { row: 1, column: -1 }).n).toBe(2);
  expect(result.cell("rank", { row: 1, column: keys[0] }).n).toBe(1);
});

test("says what it is and costs before it runs", async () => {
  const json = { ...base(), samples: [{ tokens: [1, 5, 6], answer: 7 }], layers: [0, 3] };
  const experiment = experimentOf(json);
  expect(experiment.check(json, model).text).toBe("1 sample x 2 layers x 3 positions");
  expect((await experiment.plan(json, model)).text).toMatch(/^Logit lens: 1 sample x 6 cells/);
});

test.each([
  [{ samples: [] }, /samples/],
  [{ samples: [{ tokens: [1, 5] }] }, /samples\[0\]\.answer: is missing/],
  [{ site: "z" }, /site is "z", must be "resid_pre" or/],
  [{ layers: [9] }, /layers\[0\] is 9/],
  [{ positions: [2] }, /positions\[0\] is 2, must lie in the prompt of at least one sample/],
  [{ positions: [0, 0] }, /positions\[1\] is 0, stands twice/],
  [{ positions: "last" }, /positions is "last", must be "all" or a list/],
])("refuses %j", (wrong, message) => {
  const json = { ...base(), samples: [{ tokens: [1, 5], answer: 3 }], ...wrong };
  expect(() => resolveLogitLens(json, model)).toThrow(message);
});

test("asks for the answer of a prompt, and takes none beside a task", () => {
  expect(() => logitLens(model, [1, 5])).toThrow(/logitLens\(\): answer: is missing/);
  expect(() => logitLens(model, { task: "antonym" }, { answer: 3 })).toThrow(/is known from the task/);
});

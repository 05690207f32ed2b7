/** Where a traced prompt's instruction ends: said by tasks, checked in specs and files. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { headActivityAt } from "../../kernel-lib/src/result/heads-activity";
import { pathsByToken } from "../../kernel-lib/src/result/tokens-paths";
import { parseTrace, serializeTrace } from "../../kernel-lib/src/result/trace-file";
import { pathTrace } from "../../kernel-lib/src/run/path-trace";
import { traceSpec } from "../../kernel-lib/src/run/trace-run";

let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo", { host: "inline" });
});
afterAll(() => model.close());

test("a task's traces know T_inst, and keep it in their file", async () => {
  const result = await pathTrace(model, { task: "antonym", n: 2, maxRank: 20 });
  const again = parseTrace(serializeTrace(result));
  const end = again.spec.samples[0].instructionEnd as number;
  expect(again.data.tokenText[again.spec.samples[0].tokens[end]]).toBe(".");
  const places = pathsByToken(again, { resamples: 20 });
  expect(places.filter((place) => place.class === "instruction end")).toMatchObject([{ offset: 0, position: end }]);
  expect(headActivityAt(again).position).toBe(end);
  // Kept paths of all places are the kept paths.
  const kept = result.data.samples.reduce((sum, { rank }) => sum + rank.length, 0);
  expect(places.reduce((sum, place) => sum + place.kept * place.n, 0)).toBeCloseTo(kept, 9);
});

test("an end outside of the prompt is refused", () => {
  const spec = (instructionEnd: unknown) => ({
    schema: "patchbay.spec/1",
    kind: "path-trace",
    model: model.name,
    samples: [{ tokens: [1, 5, 6], answer: 7, instructionEnd }],
  });
  for (const end of [3, -4, 1.5, "1"]) {
    expect(() => traceSpec(model, spec(end))).toThrow(/samples\[0\]\.instructionEnd/);
  }
  const run = traceSpec(model, spec(-2));
  run.cancel();
  expect(run.spec.samples[0].instructionEnd).toBe(1);
});

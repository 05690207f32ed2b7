/** Path traces as runs: options, partial results, stopping, the file, the tables. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { TRACE_TABLES } from "../../kernel-lib/src/result/trace";
import { parseTrace, serializeTrace } from "../../kernel-lib/src/result/trace-file";
import { pathTrace } from "../../kernel-lib/src/run/path-trace";
import { traceSpec } from "../../kernel-lib/src/run/trace-run";

let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo", { host: "inline" });
});
afterAll(() => model.close());

test("pathTrace() of a task traces instruction and query, from T_inst when asked", async () => {
  const run = pathTrace(model, { task: "capital", n: 3, sources: "instruction-end", maxRank: 10 });
  const seen: number[] = [];
  for await (const partial of run) seen.push(partial.data.samples.length);
  expect(seen.at(-1)).toBe(3);
  const result = await run;
  expect(result.state).toBe("done");
  const counts = result.table("counts");
  expect(counts.columns).toEqual(["sample", "source", "total_paths", "high_ranking_paths"]);
  expect(counts.rows).toHaveLength(3);
  // T_inst is the last token of the instruction, the same in every sample.
  const source = run.spec.samples[0].sources[0] as number;
  expect(model.tokenizer?.tokenText(run.spec.samples[0].tokens[source])).toBe(".");
  expect(counts.rows.every((row) => row[1] === source && Number(row[2]) >= Number(row[3]))).toBe(true);
});

test("the tables of a trace agree with each other and with the file", async () => {
  const result = await pathTrace(model, { task: "capital", n: 2, maxRank: 30, topK: 1 });
  const again = parseTrace(serializeTrace(result));
  for (const name of TRACE_TABLES) expect(again.table(name)).toEqual(result.table(name));
  const kept = result.table("counts").rows.reduce((n, row) => n + Number(row[3]), 0);
  expect(result.table("paths").rows).toHaveLength(kept);
  const { nLayers, nHeads } = model.config;
  const path = String(result.table("paths").rows[0][1]).split(">");
  expect(path).toHaveLength(nLayers + 1);
  expect(path.at(-1)).toBe(String(result.spec.samples[0].tokens.length - 1));
  const activity = result.table("head_activity");
  const sources = new Set(result.data.samples.flatMap((s) => s.sources)).size;
  expect(activity.rows).toHaveLength(nLayers * nHeads * sources);
  for (const row of activity.rows) {
    if (row[3] === null) continue;
    expect(Number(row[3])).toBeGreaterThanOrEqual(0);
    expect(Number(row[3])).toBeLessThanOrEqual(1);
    if (row[4] !== null) expect(Number(row[4])).toBeLessThanOrEqual(Number(row[3]) + 1e-12);
  }
});

test("a stopped trace keeps the samples that are done", async () => {
  const run = pathTrace(model, { task: "capital", n: 30, maxRank: 10 });
  for await (const partial of run) if (partial.data.samples.length >= 2) run.cancel();
  const result = await run;
  expect(result.state).toBe("stopped");
  expect(result.data.samples.length).toBeGreaterThanOrEqual(2);
  expect(result.data.samples.length).toBeLessThan(30);
});

test("a wrong field is named before anything runs", () => {
  const spec = { schema: "patchbay.spec/1", kind: "path-trace", model: "demo/dpo" };
  const sample = { tokens: [1, 2, 3], answer: 4 };
  const refused: [unknown, RegExp][] = [
    [{ ...spec, samples: [] }, /samples.*at least one/],
    [
      { ...spec, samples: [{ ...sample, tokens: [1, 99_999] }] },
      /samples\[0\]\.tokens\[1\] is 99999, must be a token id/,
    ],
    [{ ...spec, samples: [{ ...sample, sources: [3] }] }, /samples\[0\]\.sources\[0\] is 3, must lie in the prompt/],
    [{ ...spec, samples: [{ ...sample, sources: [0, -3] }] }, /samples\[0\]\.sources\[1\] is -3, stands twice/],
    [{ ...spec, samples: [sample], topK: 0 }, /topK is 0, must be a whole number from 1/],
    [{ ...spec, samples: [sample], equation: "eq4" }, /equation is "eq4", must be "eq3" or "released-code"/],
    [{ ...spec, samples: [sample], rank: 5 }, /rank: is not a field/],
  ];
  for (const [json, message] of refused) expect(() => traceSpec(model, json)).toThrow(message);
});

test("a file that was changed is refused by field, value and rule", async () => {
  const result = await pathTrace(model, { task: "capital", n: 1, maxRank: 30, sources: "instruction-end" });
  const file = JSON.parse(serializeTrace(result));
  const refused: [(copy: typeof file) => void, RegExp][] = [
    [
      (f) => {
        f.samples[0].sources = [500];
      },
      /samples\[0\]\.sources\[0\] is 500, must be a whole number from 0/,
    ],
    [
      (f) => {
        f.samples[0].highRanking = [7_000];
      },
      /highRanking\[0\] is 7000, must be a whole number/,
    ],
    [
      (f) => {
        f.samples[0].positions = f.samples[0].rank;
      },
      /positions .*must hold \d+ numbers/,
    ],
    [
      (f) => {
        f.samples = [];
      },
      /samples .*state is done/,
    ],
    [
      (f) => {
        f.spec.samples[0].tokens[0] = -1;
      },
      /spec\.samples\[0\]\.tokens\[0\] is -1/,
    ],
    [
      (f) => {
        f.samples[0].edges.heads[0] = [99];
      },
      /heads\[0\]\[0\] is 99/,
    ],
  ];
  for (const [change, message] of refused) {
    const copy = structuredClone(file);
    change(copy);
    expect(() => parseTrace(JSON.stringify(copy))).toThrow(message);
  }
});

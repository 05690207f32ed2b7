/** `patchbay spec KIND`: each kind's spec is written from options, and runs as it is written. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SPEC_KINDS } from "../../kernel-lib/src/cli/spec-options";
import { loadModel } from "../../kernel-lib/src/forward/model";
import type { Model } from "../../kernel-lib/src/forward/types";
import { run } from "../../kernel-lib/src/run/from-spec";
import { EXPERIMENT_KINDS } from "../../kernel-lib/src/run/kinds";
import { patchbay } from "../support/patchbay";
import { temporaryFolder } from "../support/temporary";

const folder = temporaryFolder();
let model: Model;
beforeAll(async () => {
  model = await loadModel("demo/dpo", { host: "inline" });
});
afterAll(() => model.close());

/** Options of each kind, and what the spec must then say. */
const ASKED: Record<string, { flags: string[]; says: Record<string, unknown> }> = {
  "patch-sweep": {
    flags: ["--task", "capital", "--n", "2", "--tuples", "0,1+3", "--site", "attn_out"],
    says: { task: "capital", site: "attn_out", tuples: { list: [[0], [1, 3]] } },
  },
  "path-trace": {
    flags: ["--task", "capital", "--n", "1", "--sources", "instruction-end", "--max-rank", "3"],
    says: { task: "capital", maxRank: 3, topK: 1 },
  },
  accuracy: {
    flags: ["--task", "language", "--n", "2", "--match", "lenient", "--max-new-tokens", "2"],
    says: { task: "language", match: "lenient", maxNewTokens: 2 },
  },
  geometry: {
    flags: ["--task", "capital,language", "--rephrasings", "6", "--layers", "2", "--methods", "pca"],
    says: { layers: [2], methods: ["pca"] },
  },
  "patch-grid": {
    flags: ["--task", "capital", "--against", "language", "--n", "1", "--layers", "0-1", "--positions", "-2,-1"],
    says: { layers: [0, 1], positions: [-2, -1].map((at) => ({ target: at, source: at })) },
  },
  steer: {
    flags: ["--task", "capital", "--n", "1", "--layers", "2", "--coefficients", "0,1.5"],
    says: { layers: [2], coefficients: [0, 1.5] },
  },
  "cross-task": {
    flags: ["--tasks", "capital,language", "--n", "2", "--layers", "1-2", "--into", "instruction"],
    says: { layers: [1, 2], into: "instruction" },
  },
  "logit-lens": {
    flags: ["--prompt", "State the capital of the country.", "--answer", " Paris", "--positions", "-1"],
    says: { positions: [-1] },
  },
};

test("there is a writer for each kind of experiment", () => {
  expect(SPEC_KINDS.map(({ kind }) => kind).sort()).toEqual([...EXPERIMENT_KINDS].sort());
  expect(Object.keys(ASKED).sort()).toEqual([...EXPERIMENT_KINDS].sort());
});

test.each(Object.entries(ASKED))("a %s spec runs as it was written", async (kind, { flags, says }) => {
  const out = join(folder, `${kind}.json`);
  const { code, stdout, stderr } = await patchbay(["spec", kind, "--model", "demo/dpo", ...flags, "--out", out]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(new RegExp(`^${out}: ${kind}, .+ of demo/dpo\n$`));
  const text = readFileSync(out, "utf8");
  // A list of ids stands on one line.
  expect(text).not.toMatch(/^\s*-?\d+,?$/m);
  const written = JSON.parse(text);
  expect(written).toMatchObject({ schema: "patchbay.spec/1", kind, model: "demo/dpo" });
  const result = await run(written, { model });
  expect(result.state).toBe("done");
  expect(result.spec).toMatchObject(says);
});

test("without --out the spec goes to standard output, and notes to the other", async () => {
  const own = join(folder, "own.json");
  const items = [{ query: "France", answer: " Paris is it" }];
  writeFileSync(own, JSON.stringify({ instruction: "State the capital.", query: " Country: {x}. Answer:", items }));
  const { code, stdout, stderr } = await patchbay(["spec", "patch-sweep", "--model", "demo/dpo", "--task", own]);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout).samples).toHaveLength(1);
  expect(stderr).toMatch(/^note: 1 answer is more than one token; /);
});

test.each([
  [["bogus"], /kind is "bogus", must be one of patch-sweep, path-trace, /],
  [["steer", "--task", "capital"], /--model/],
  [["steer", "--model", "demo/dpo"], /--task/],
  [
    ["steer", "--model", "demo/dpo", "--task", "capitol"],
    /task is "capitol" \(did you mean "capital"\?\), must be one of \w+, /,
  ],
  [["steer", "--model", "demo/dpo", "--task", "capital", "--layers", "9"], /layers.*9/],
  [
    ["steer", "--model", "demo/dpo", "--task", "capital", "--layers", "a-b"],
    /--layers is "a-b", must be whole numbers/,
  ],
  [["steer", "--model", "demo/dpo", "--task", "capital", "--n", "two"], /--n is "two", must be a number/],
  [["steer", "--model", "demo/dpo", "--task", "capital", "--sizes", "1"], /unknown option '--sizes'/],
  [
    ["patch-sweep", "--model", "demo/dpo", "--task", "capital", "--sizes", "1", "--tuples", "0"],
    /either sizes or tuples/,
  ],
  [["logit-lens", "--model", "demo/dpo"], /either by --task or by --prompt/],
  [["logit-lens", "--model", "demo/dpo", "--prompt", "x"], /answer/],
])("spec %j is refused in words", async (args, words) => {
  const { code, stdout, stderr } = await patchbay(["spec", ...args]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(words);
});

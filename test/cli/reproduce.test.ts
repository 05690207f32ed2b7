/** reproduce: the folder from the command line, its end codes, and what it refuses. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { barText } from "../../kernel-lib/src/cli/reproduce";
import { patchbay } from "../support/patchbay";
import { temporaryFolder } from "../support/temporary";

const root = temporaryFolder();
const out = join(root, "paper");
const asked = [
  ...["reproduce", "--model", "demo/sft", "--model", "demo/dpo", "--out", out, "--tasks", "antonym", "--n", "3"],
  ...["--skip", "triples,paths-2,paths-3", "--only", "table9,fig2,compare-accuracies", "--resamples", "50"],
];

describe("patchbay reproduce", () => {
  test("runs two models, writes what was asked for, and finds it finished the second time", async () => {
    const first = await patchbay(asked);
    expect(first).toMatchObject({ code: 0, stdout: "" });
    expect(first.stderr).toContain("6 experiments run, 0 found finished");
    expect(first.stderr).toContain("3 tables and figures, 0 not to be had");
    const table = readFileSync(join(out, "tables/table9.csv"), "utf8");
    expect(table).toContain("demo/sft");
    expect(table).toContain("demo/dpo");
    expect(existsSync(join(out, "figures/fig2.single.pdf"))).toBe(true);
    expect(readFileSync(join(out, "tables/compare_accuracies.csv"), "utf8")).toContain("demo/dpo");
    const page = readFileSync(join(out, "index.html"), "utf8");
    expect(page).toContain("npx patchbay reproduce --model demo/sft --model demo/dpo --tasks antonym");
    const second = await patchbay(asked);
    expect(second.stderr).toContain("0 experiments run, 6 found finished");
  });

  test("refuses wrong options in one paragraph, before anything is made", async () => {
    const other = join(root, "other");
    const file = join(root, "file");
    writeFileSync(file, "");
    for (const [args, message] of [
      [["--model", "demo/dpo", "--out", file], /is a file/],
      [["--model", "demo/none", "--out", other], /demo\/none/],
      [["--model", "demo/dpo", "--out", other, "--tasks", "nothing"], /task is "nothing"/],
      [["--model", "demo/dpo", "--out", other, "--skip", "lunch"], /--skip is "lunch", must be one of accuracy/],
      [["--model", "demo/dpo", "--out", other, "--only", "fig99"], /only is "fig99"/],
      [["--model", "demo/dpo", "--out", other, "--protocol", "text"], /--protocol is "text"/],
      [["--model", "demo/dpo", "--out", other, "--n", "0"], /--n is "0"/],
      [["--out", other], /--model/],
    ] as const) {
      const { code, stderr } = await patchbay(["reproduce", ...args]);
      expect(stderr).toMatch(/^error: [^\n]+\n$/);
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
    }
    expect(existsSync(other)).toBe(false);
  });
});

test("the bar says how much, of what, and how long", () => {
  const state = { done: 9, total: 30, share: 0.31, doing: "demo/dpo: geometry", secondsLeft: 130, atLeast: true };
  expect(barText(state)).toBe("[######--------------] 31 % · 9 of 30 · more than 2 min left · demo/dpo: geometry");
  expect(barText({ ...state, secondsLeft: null })).toBe("[######--------------] 31 % · 9 of 30 · demo/dpo: geometry");
});

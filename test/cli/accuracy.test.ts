/** Accuracy by the real command line: validate, plan, run, export; what it refuses. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { patchbay } from "../support/patchbay";
import { temporaryFolder } from "../support/temporary";

const folder = temporaryFolder();

function spec(name: string, changes: Record<string, unknown> = {}): string {
  const path = join(folder, `${name}.json`);
  const value = { schema: "patchbay.spec/1", kind: "accuracy", model: "demo/dpo", task: "can_fly", n: 5, ...changes };
  writeFileSync(path, JSON.stringify(value));
  return path;
}

test("a task's spec is checked, planned, run and exported", async () => {
  const path = spec("accuracy");
  const out = join(folder, "accuracy.patchbay.json");
  expect((await patchbay(["validate", path])).stdout).toContain("an accuracy spec, 5 samples of demo/dpo");
  const planned = JSON.parse((await patchbay(["plan", path, "--json"])).stdout);
  expect(planned.cost).toMatchObject({ samples: 5, newTokens: 40 });
  const ran = await patchbay(["run", path, "--out", out]);
  expect(ran.stderr).toContain("5 samples in");
  expect(ran.code).toBe(0);
  expect((await patchbay(["validate", out])).stdout).toContain(
    "a complete accuracy result, 5 of 5 samples of demo/dpo",
  );

  const table = join(folder, "answers.csv");
  expect((await patchbay(["export", out, "--table", "answers", "--format", "csv", "--out", table])).code).toBe(0);
  const lines = readFileSync(table, "utf8").trim().split(/\r?\n/);
  expect(lines).toHaveLength(6);
  expect(lines[0]).toBe("sample,label,prompt,answer,output,exact_match,in_scope,judged,reply,stopped");

  const figure = join(folder, "accuracy.svg");
  expect((await patchbay(["export", out, "--figure", "chart", "--format", "svg", "--out", figure])).code).toBe(0);
  expect(readFileSync(figure, "utf8")).toContain("accuracy (%)");
});

test("a wrong spec exits with 2, one paragraph and no file", async () => {
  const out = join(folder, "no.patchbay.json");
  for (const [changes, message] of [
    [{ task: "nothing" }, /^error: task is "nothing", must be one of/],
    [{ n: 5000 }, /^error: n is 5000/],
    [
      { judge: { url: "ftp://x", model: "m", criterion: "a word" } },
      /^error: judge\.url is "ftp:\/\/x", must begin with https/,
    ],
  ] as const) {
    const ended = await patchbay(["run", spec("bad", changes), "--out", out]);
    expect(ended.code).toBe(2);
    expect(ended.stderr.trim()).toMatch(message);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
  }
  expect(existsSync(out)).toBe(false);
});

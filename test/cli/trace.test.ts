/** Path traces by the real command line: plan, run, export, validate; and what it refuses. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { patchbay } from "../support/patchbay";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";

const folder = temporaryFolder();
const model = writeTinyCheckpoint(join(folder, "model"), { architecture: "olmo2", nLayers: 3, nKvHeads: 2, seed: 4 });

function spec(name: string, changes: Record<string, unknown> = {}): string {
  const path = join(folder, `${name}.json`);
  const samples = [
    { tokens: [1, 7, 3, 9, 4], answer: 5 },
    { tokens: [1, 2, 3], answer: 6, sources: [0, -1] },
  ];
  const value = { schema: "patchbay.spec/1", kind: "path-trace", model, samples, topK: 2, maxRank: 20, ...changes };
  writeFileSync(path, JSON.stringify(value));
  return path;
}

test("plan counts paths, run traces them, export and validate read the file", async () => {
  const path = spec("trace");
  const out = join(folder, "trace.patchbay.json");
  const planned = JSON.parse((await patchbay(["plan", path, "--json"])).stdout);
  const ran = await patchbay(["run", path, "--out", out]);
  expect(ran.stderr).toContain("2 samples in");
  expect(ran.code).toBe(0);

  expect((await patchbay(["validate", out])).stdout).toContain("a complete path-trace result, 2 of 2 samples");
  const table = async (name: string) => {
    const file = join(folder, `${name}.csv`);
    expect((await patchbay(["export", out, "--table", name, "--format", "csv", "--out", file])).code).toBe(0);
    return readFileSync(file, "utf8").trim().split(/\r?\n/);
  };
  const counts = await table("counts");
  expect(counts[0]).toBe("sample,source,total_paths,high_ranking_paths");
  const total = counts.slice(1).reduce((n, line) => n + Number(line.split(",")[2]), 0);
  expect(total).toBe(planned.total);
  expect((await table("completeness")).length).toBe(3);

  const figure = join(folder, "paths.svg");
  const drawn = await patchbay([
    "export",
    out,
    "--figure",
    "paths",
    "--format",
    "svg",
    "--sample",
    "1",
    "--out",
    figure,
  ]);
  expect(drawn.code).toBe(0);
  expect(readFileSync(figure, "utf8")).toContain("best answer rank");
});

test("bad traces exit with 2, one paragraph and no file", async () => {
  const out = join(folder, "bad.patchbay.json");
  const refused: [string, RegExp][] = [
    [spec("source", { samples: [{ tokens: [1, 2], answer: 5, sources: [2] }] }), /samples\[0\]\.sources\[0\] is 2/],
    [spec("budget", { budget: 1 }), /at most 1 \(the budget\)/],
    [spec("rank", { maxRank: "many" }), /maxRank is "many", must be a whole number/],
  ];
  for (const [path, message] of refused) {
    const { code, stderr } = await patchbay(["run", path, "--out", out]);
    expect(stderr).toMatch(message);
    expect(
      stderr
        .trim()
        .split("\n")
        .filter((line) => line.startsWith("error:")),
    ).toHaveLength(1);
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  }
});

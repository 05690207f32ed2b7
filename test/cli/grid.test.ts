/** Grids by the real command line: plan, run, resume, validate, export; and what is refused. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { patchbay } from "../support/patchbay";
import { temporaryFolder } from "../support/temporary";
import { writeTinyCheckpoint } from "../support/tiny-checkpoint";

const folder = temporaryFolder();
const model = writeTinyCheckpoint(join(folder, "model"), { architecture: "olmo2", nLayers: 3, nKvHeads: 2, seed: 4 });

const samples = [
  { source: [1, 7, 3, 9, 4], target: [1, 8, 3, 5, 4], answer: 5, foil: 6, label: "first" },
  { source: [1, 2, 3, 9], target: [1, 2, 6, 5], answer: 6, label: "second" },
];
const prompts = samples.map(({ target, answer, label }) => ({ prompt: target, answer, label }));
const queries = samples.map(({ target, answer, label }) => ({ prompt: target, position: 0, answer, label }));
const SPECS = {
  "patch-grid": { samples, site: "attn_out" },
  steer: { samples: prompts, vector: { plus: [[1, 7, 3]], minus: [[1]] }, coefficients: [0, 2], maxNewTokens: 2 },
  "cross-task": {
    tasks: [
      { name: "one", instruction: [1, 4, 2], queries },
      { name: "two", instruction: [1, 9], queries: queries.slice(0, 1) },
    ],
  },
};

function spec(kind: keyof typeof SPECS, changes: Record<string, unknown> = {}): string {
  const path = join(folder, `${kind}-${Object.keys(changes).join("-")}.json`);
  writeFileSync(path, JSON.stringify({ schema: "patchbay.spec/1", kind, model, ...SPECS[kind], ...changes }));
  return path;
}

const EXPECTED = {
  "patch-grid": { cells: "3 x 5 cells (layer x position)", header: "layer,position,metric,n,mean", rows: 15 * 11 },
  steer: { cells: "3 x 2 cells (layer x coefficient)", header: "layer,coefficient,metric,n,mean", rows: 6 * 9 },
  "cross-task": { cells: "2 x 2 cells (source_task x target_task)", header: "source_task,target_task", rows: 4 * 4 },
};

test.each(Object.keys(SPECS) as (keyof typeof SPECS)[])("%s is planned, run, validated and exported", async (kind) => {
  const path = spec(kind);
  const out = join(folder, `${kind}.patchbay.json`);
  expect((await patchbay(["validate", path])).stdout).toContain(`a ${kind} spec, 2 `);
  const planned = JSON.parse((await patchbay(["plan", path, "--json"])).stdout);
  expect(planned.cost.naiveForwards).toBeGreaterThan(0);
  const ran = await patchbay(["run", path, "--out", out]);
  expect(ran.stderr).toContain("2 samples in");
  expect(ran.code).toBe(0);
  expect((await patchbay(["validate", out])).stdout).toContain(`a complete ${kind} result, ${EXPECTED[kind].cells}`);

  const csv = join(folder, `${kind}.csv`);
  expect((await patchbay(["export", out, "--table", "summary", "--format", "csv", "--out", csv])).code).toBe(0);
  const [header, ...rows] = readFileSync(csv, "utf8").trim().split(/\r?\n/);
  expect(header).toContain(EXPECTED[kind].header);
  expect(rows).toHaveLength(EXPECTED[kind].rows);
  const svg = join(folder, `${kind}.svg`);
  expect((await patchbay(["export", out, "--figure", "heatmap", "--format", "svg", "--out", svg])).code).toBe(0);
  expect(readFileSync(svg, "utf8")).toContain("<svg");
});

test("bad grids exit with 2, one paragraph and no file", async () => {
  const out = join(folder, "bad.patchbay.json");
  const refused: [string, RegExp][] = [
    [spec("patch-grid", { site: "resid_mid" }), /site is "resid_mid", must be "resid_pre" or/],
    [spec("patch-grid", { by: "head" }), /site is "attn_out", must be "z" when patching by head/],
    [spec("steer", { coefficients: ["2"] }), /coefficients\[0\] is "2", must be a finite number/],
    [spec("steer", { vector: { minus: [] } }), /vector .*must have either values or plus/],
    [spec("cross-task", { tasks: SPECS["cross-task"].tasks.slice(1) }), /tasks .*at least two tasks/],
  ];
  for (const [path, message] of refused) {
    const { code, stderr } = await patchbay(["run", path, "--out", out]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  }
});

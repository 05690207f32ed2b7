/** The geometry experiment from the command line: validate, plan, run, export. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { patchbay } from "../support/patchbay";
import { temporaryFolder } from "../support/temporary";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  const groups = [
    { label: "antonym", prompts: [[1, 5, 6], [1, 7, 8, 9], [1, 9, 10], "Name its opposite."] },
    { label: "noun", prompts: [[1, 50, 60], [1, 70, 80, 90], [1, 95, 10], "Name the noun."] },
  ];
  const spec = { schema: "patchbay.spec/1", kind: "geometry", model: "demo/sft", groups, site: "attn_out", seed: 2 };
  writeFileSync(at("spec.json"), JSON.stringify({ ...spec, layers: [0, 7] }));
  expect(await patchbay(["run", at("spec.json"), "--out", at("out.patchbay.json")])).toMatchObject({ code: 0 });
});

test("validate says how much is asked, plan what it costs and what to mind", async () => {
  const checked = await patchbay(["validate", at("spec.json")]);
  expect(checked.stdout).toMatch(/a geometry spec, 8 prompts in 2 groups, 2 places of demo\/sft/);
  const planned = await patchbay(["plan", at("spec.json"), "--json"]);
  const { cost, warnings } = JSON.parse(planned.stdout);
  expect(cost).toMatchObject({ groups: 2, prompts: 8, places: 2 });
  expect(cost.tokenBlocks).toBe(8 * cost.tokens);
  expect(warnings[1]).toMatch(/smallest group has 4 prompts/);
});

test("run writes a result that validates and whose tables are exported", async () => {
  const checked = await patchbay(["validate", at("out.patchbay.json")]);
  expect(checked.stdout).toMatch(/a complete geometry result, 2 of 2 places, 8 prompts in 2 groups/);
  for (const [table, rows] of Object.entries({ coordinates: 2 * 2 * 8, probe: 2 * 4, accuracy: 2 })) {
    const file = at(`${table}.csv`);
    const ended = await patchbay([
      "export",
      at("out.patchbay.json"),
      "--table",
      table,
      "--format",
      "csv",
      "--out",
      file,
    ]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(readFileSync(file, "utf8").trim().split(/\r?\n/), table).toHaveLength(rows + 1);
  }
  expect(readFileSync(at("coordinates.csv"), "utf8").split(/\r?\n/)[0]).toBe(
    "site,layer,method,label,prompt,axis_1,axis_2",
  );
});

/** `pb.save` of the paper's tables. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { save } from "../../kernel-lib/src/notebook";
import { tableToCsv } from "../../kernel-lib/src/result/csv";
import { paperTable } from "../../kernel-lib/src/run/paper";
import { temporaryFolder } from "../support/temporary";
import { sweepOf } from "./made";

const root = temporaryFolder();

test("a table goes into CSV, and with its caption into Markdown and LaTeX", async () => {
  const table = paperTable("table9", [sweepOf("own/base", "antonym")]);
  for (const ending of ["csv", "md", "tex"]) await save(table, join(root, `t.${ending}`));
  const read = (ending: string) => readFileSync(join(root, `t.${ending}`), "utf8");
  expect(read("csv")).toBe(tableToCsv(table));
  expect(read("md").split("\n")[0]).toBe(table.caption);
  expect(read("tex")).toContain("\\label{tab:table9}");
  await expect(save(table, join(root, "t.png"))).rejects.toThrow(/must end in .csv, .*.tex/);
});
